"""The picture to work on."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from demo.kit.cache import cached
from irn_core.pictures.files import encode_png

MAX_PAGE_PIXELS = 4_000_000
"""Larger pictures would keep other visitors waiting; of those a part is worked on, or the whole made smaller."""


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


@cached
def original_bytes(photo: Photo) -> int:
    """Size of the picture as PNG."""
    return len(encode_png(photo.pixels))
