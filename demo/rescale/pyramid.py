"""The classic picture of a wavelet transform: what each level splits off. Knows nothing of the page."""

from typing import NamedTuple

import numpy as np

from irn_core.ops import haar
from irn_core.ops.pixels import pixels_of, tensor_of

GAIN = 4
"""How much details are amplified about middle grey."""


class Level(NamedTuple):
    """A picture and the three bands of its details, half as wide, about middle grey; all uint8.

    They lie as textbooks have them: horizontal is HL, vertical LH, diagonal HH.
    """

    whole: np.ndarray
    horizontal: np.ndarray
    vertical: np.ndarray
    diagonal: np.ndarray


class Pyramid(NamedTuple):
    """The levels, the finest first, and the low band of the last, LL."""

    levels: tuple[Level, ...]
    low: np.ndarray


def pyramid(pixels: np.ndarray, levels: int) -> Pyramid:
    """Split a picture H×W×3 uint8, then its low band, and so on; sides that do not divide are padded."""
    x, found = tensor_of(pixels, 2**levels), []
    for _ in range(levels):
        low, *details = haar.split(x)
        found.append(Level(pixels_of(x), *(pixels_of(0.5 + GAIN * band) for band in details)))
        x = low
    return Pyramid(tuple(found), pixels_of(x))
