"""JPEG taken apart: every step from pixels to the bits of the file and back, as libjpeg takes it."""
