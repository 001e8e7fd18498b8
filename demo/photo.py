"""The picture to work on."""

import hashlib
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image

from demo.kit.cache import cached
from demo.kit.words import say
from irn_core.errors import ImageError
from irn_core.pictures.files import encode_png, read_picture

MAX_PAGE_PIXELS = 4_000_000
"""Larger pictures would keep other visitors waiting; the command line takes them."""
MAX_UPLOAD_PIXELS, SHOWN_PIXELS = 48_000_000, 2_000_000
"""A photograph of up to so many pixels is taken, and made smaller to so many if it has more than MAX_PAGE_PIXELS."""
MAX_PAGE_SIDE = 16_383
"""WebP, one of the codecs that Compress mode compares, takes no longer side."""


@dataclass(frozen=True)
class Photo:
    """A picture to work on, H×W×3 uint8. Equal pixels are equal, whatever the file was called: results are
    shared by content, so they must not hold the name or the notices of whoever came first.
    """

    pixels: np.ndarray
    name: str
    notices: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(repr(self.pixels.shape).encode() + self.pixels.tobytes()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Photo) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def size(self) -> tuple[int, int]:
        """(H, W)."""
        return self.pixels.shape[:2]


def open_photo(path: str, name: str) -> Photo:
    """Read an uploaded file, made smaller if it is too large for the page, with a notice.

    Raises:
        ImageError: not a picture, damaged, empty, or larger than `MAX_UPLOAD_PIXELS` or `MAX_PAGE_SIDE`.
    """
    try:
        picture = read_picture(path, MAX_UPLOAD_PIXELS)
    except ImageError as error:
        raise ImageError(str(error).replace(str(path), name)) from error
    height, width = picture.pixels.shape[:2]
    if max(height, width) > MAX_PAGE_SIDE:
        raise ImageError(f"{name} is {width}×{height}; sides of up to {MAX_PAGE_SIDE} are accepted here. Cut it first")
    if height * width <= MAX_PAGE_PIXELS:
        return Photo(picture.pixels, name, picture.notices)
    factor = math.sqrt(SHOWN_PIXELS / (height * width))
    smaller = Image.fromarray(picture.pixels).resize(
        (max(1, round(factor * width)), max(1, round(factor * height))), Image.Resampling.LANCZOS
    )
    said = say("page.smaller", size=f"{width}×{height}", smaller=f"{smaller.width}×{smaller.height}")
    return Photo(np.asarray(smaller), name, (*picture.notices, said))


@cached
def original_bytes(photo: Photo) -> int:
    """Size of the picture as PNG."""
    return len(encode_png(photo.pixels))
