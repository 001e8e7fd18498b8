"""Rescale: a picture downscaled, and drawn again."""
