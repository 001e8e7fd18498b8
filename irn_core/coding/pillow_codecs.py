"""The codecs that everybody has, by Pillow: their options, and what of Pillow's refusals means."""

import io
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import numpy as np
from PIL import Image

from irn_core.errors import ImageError
from irn_core.pictures.files import MAX_PIXELS, read_picture

with suppress(ImportError):  # JPEG XL takes part where its library is installed
    import pillow_jxl  # noqa: F401

JPEG_XL = "JXL"
"""Pillow's name of the format, if it knows it."""


class PillowCodec(NamedTuple):
    """`save` are Pillow's options for a setting; a larger setting in low … high gives a larger file."""

    label: str
    format: str
    low: int
    high: int
    save: Callable[[int], dict]
    grid: tuple[int, ...]  # settings that evaluate walks through
    largest_side: int = MAX_PIXELS

    def encode(self, pixels: np.ndarray, setting: int) -> bytes:
        """H×W×3 uint8 → the bytes of a file.

        Raises:
            ImageError: Pillow cannot write this picture, or this format, here.
        """
        buffer = io.BytesIO()
        try:
            Image.fromarray(pixels).save(buffer, self.format, **self.save(setting))
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            height, width = pixels.shape[:2]
            raise ImageError(f"{self.label} by Pillow cannot hold {width}×{height} here ({error})") from error
        return buffer.getvalue()

    def decode(self, data: bytes) -> np.ndarray:
        """A file that `encode` has written → H×W×3 uint8."""
        if self.format == JPEG_XL:  # not a format that is read from strangers: it is decoded before its size is known
            return np.asarray(Image.open(io.BytesIO(data), formats=(JPEG_XL,)).convert("RGB"))
        return decode_by_pillow(data)

    def through(self, pixels: np.ndarray, setting: int) -> np.ndarray:
        """What a file leaves of a picture: `decode` of `encode`."""
        return self.decode(self.encode(pixels, setting))


def _jpeg2000(setting: int) -> dict:
    """Irreversible 9/7 wavelet and colour transform; the setting is the file's size in 1/100 bit per pixel."""
    return {"irreversible": True, "mct": 1, "quality_mode": "rates", "quality_layers": [2400 / setting]}


PILLOW_CODECS = {
    "jpeg": PillowCodec(
        "JPEG", "JPEG", 1, 95, lambda q: {"quality": q, "optimize": True}, (5, 10, 20, 35, 50, 65, 80, 90, 95), 65_500
    ),
    "webp": PillowCodec(
        "WebP", "WEBP", 0, 100, lambda q: {"quality": q}, (0, 10, 25, 45, 65, 80, 88, 94, 98), 16_383
    ),
    "avif": PillowCodec(
        "AVIF", "AVIF", 1, 99, lambda q: {"quality": q, "subsampling": "4:4:4"},
        (5, 15, 28, 40, 52, 64, 75, 85, 93), 32_768,
    ),
    "jpeg2000": PillowCodec("JPEG 2000", "JPEG2000", 2, 800, _jpeg2000, (6, 12, 20, 30, 50, 80, 130, 200, 320)),
    "jpegxl": PillowCodec(
        "JPEG XL", JPEG_XL, 0, 99, lambda q: {"quality": q}, (0, 10, 25, 40, 55, 70, 82, 91, 97)
    ),
}  # fmt: skip
"""By name. JPEG with optimised tables, AVIF at Pillow's speed without chroma subsampling, the rest as they come."""
if JPEG_XL not in Image.SAVE:
    del PILLOW_CODECS["jpegxl"]

JPEGS = {
    "4:2:0": PILLOW_CODECS["jpeg"],
    "4:4:4": PILLOW_CODECS["jpeg"]._replace(
        save=lambda q: PILLOW_CODECS["jpeg"].save(q) | {"subsampling": "4:4:4"},
    ),
}
"""JPEG by the resolution of its colour: half, as Pillow and most cameras save it, and full."""


def decode_by_pillow(data: bytes) -> np.ndarray:
    """The bytes of any picture file → H×W×3 uint8."""
    return read_picture(data).pixels
