"""Compress: a picture as a file, and what other codecs make of it."""
