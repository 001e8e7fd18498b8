"""Pictures as bytes: the range coder, the .icn file, and the codecs that everybody has."""
