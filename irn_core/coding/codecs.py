"""One registry of codecs, for the command line and the page: to add one, add it to CODECS.

Settings are whole numbers, so that a search can walk through them: those of ICN are QUALITY_STEPS times its quality.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from irn_core.coding.autoencoder_codec import load_autoencoder
from irn_core.coding.cleaning import clean, load_restorer, quality_of
from irn_core.coding.codec import load_codec
from irn_core.coding.icn_file import MAX_SIDE, QUALITY_STEPS
from irn_core.coding.pillow_codecs import PILLOW_CODECS, PillowCodec
from irn_core.errors import IRNError
from irn_core.nets.restorer import KINDS


class FileCodec(NamedTuple):
    """A codec as others see it; a larger setting in low … high gives a larger file."""

    label: str  # as people write it
    low: int
    high: int
    grid: tuple[int, ...]  # settings of its curve
    encode: Callable[[np.ndarray, int], bytes]  # H×W×3 uint8 and a setting → the bytes of a file
    decode: Callable[[bytes], np.ndarray]  # and back
    largest_side: int
    unit: int = 1  # so many settings make up 1 of what people call its quality

    def takes(self, shape: tuple[int, ...]) -> bool:
        """Whether a picture H×W… has no side that is too long."""
        return max(shape[:2]) <= self.largest_side

    def check(self) -> None:
        """Code a pixel.

        Raises:
            IRNError: the codec's library or weights are not here; the message says which.
        """
        self.decode(self.encode(np.zeros((1, 1, 3), np.uint8), self.low))

    def available(self) -> bool:
        """Whether it works here."""
        try:
            self.check()
        except IRNError:
            return False
        return True


QUALITIES = (0, 12.5, 25, 37.5, 50, 62.5, 75, 87.5, 100)
"""The qualities of the learned codecs on their curves."""


def icn_codec(label: str, model: str) -> FileCodec:
    """The ICN of a shipped model or weights file, which is loaded when first needed."""

    def encode(pixels: np.ndarray, setting: int) -> bytes:
        return load_codec(model).encode(pixels, setting / QUALITY_STEPS)

    def decode(data: bytes) -> np.ndarray:
        return load_codec(model).decode(data)

    return _learned(label, encode, decode)


def _autoencoder() -> FileCodec:
    def encode(pixels: np.ndarray, setting: int) -> bytes:
        return load_autoencoder().encode(pixels, setting / QUALITY_STEPS)

    return _learned("Autoencoder, prior N(0, 1)", encode, lambda data: load_autoencoder().decode(data))


def _learned(label: str, encode: Callable, decode: Callable) -> FileCodec:
    grid = tuple(int(quality * QUALITY_STEPS) for quality in QUALITIES)
    return FileCodec(label, grid[0], grid[-1], grid, encode, decode, MAX_SIDE, QUALITY_STEPS)


def _by_pillow(codec: PillowCodec) -> FileCodec:
    return FileCodec(codec.label, codec.low, codec.high, codec.grid, codec.encode, codec.decode, codec.largest_side)


def _cleaned(name: str) -> FileCodec:
    """The same files, with what the codec left behind taken away by the restorer, which sees nothing but the file."""
    codec = PILLOW_CODECS[name]

    def decode(data: bytes) -> np.ndarray:
        x_hat = codec.decode(data)
        return clean(load_restorer(), x_hat, name, quality_of(data, x_hat))

    return _by_pillow(codec)._replace(label=f"{codec.label} + cleaned", decode=decode)


CODECS = {
    "icn": icn_codec("ICN", "icn"),
    "icn-eyes": icn_codec("ICN for eyes", "icn-eyes"),
    **{name: _by_pillow(codec) for name, codec in PILLOW_CODECS.items()},
    **{f"{name}-cleaned": _cleaned(name) for name in KINDS},
    "icn-haar": icn_codec("ICN, Haar only", "icn-haar"),
    "autoencoder": _autoencoder(),
}
"""By name, in the order in which they are measured."""
