"""Where two pictures differ, and how far from the place that was changed. Knows nothing of the page."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import distance_transform_cdt

from demo.kit.cache import cached
from demo.photo import Photo
from demo.rescale.rescaled import Rescaled, rescale
from irn_core.ops.pixels import luma
from irn_core.ops.tiling import Window

DETAIL_SIDE = 128
"""Side of a part that is shown enlarged, in pixels of the original."""
PLACES, PLACE_SIDE = 5, 64
"""How many places of large error are named, and the side of their squares in pixels."""
STEP = 16
"""Grid of the windows that `busiest` chooses from, in pixels."""


@dataclass(frozen=True, eq=False)
class Footprint:
    """`edited` is H×W bool, the pixels that lie under a changed LR pixel or its z; `change` is H×W uint8, the
    largest difference of R, G and B between the pictures before and after.
    """

    edited: np.ndarray
    change: np.ndarray
    radius: int  # how far a pixel can reach through the network, in pixels of the original

    @property
    def beyond(self) -> float:
        """The share of the other pixels that changed all the same."""
        outside = ~self.edited
        return float(np.mean(self.change[outside] > 0)) if outside.any() else 0.0

    @property
    def reach(self) -> int:
        """How far from the edited pixels one changed, in pixels, diagonals as long as sides."""
        distance = distance_transform_cdt(~self.edited, metric="chessboard")
        return int(distance[self.change > 0].max(initial=0))


def difference(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The largest difference of R, G and B between two pictures H×W×3 uint8: H×W uint8."""
    return np.abs(after.astype(np.int16) - before).max(-1).astype(np.uint8)


def on_picture(mask: np.ndarray, scale: int, size: tuple[int, int]) -> np.ndarray:
    """A mask of LR pixels, h×w bool, as one of the pixels that they stand for, H×W bool."""
    return mask.repeat(scale, 0).repeat(scale, 1)[: size[0], : size[1]]


def busiest(values: np.ndarray, side: int) -> Window:
    """The square of `side`, or less in a small picture, in which the mean of values, H×W, is largest."""
    height, width = (min(length, side) for length in values.shape)
    means = F.avg_pool2d(torch.from_numpy(values).double()[None], (height, width), STEP)[0].numpy()
    row, column = np.unravel_index(means.argmax(), means.shape)
    top, left = int(row) * STEP, int(column) * STEP
    return Window(top, top + height, left, left + width)


class Places(NamedTuple):
    """Points (x, y): where the network gains most over bicubic, and where it errs most, the worst first."""

    gain: tuple[int, int]
    loss: tuple[tuple[int, int], ...]


@cached
def places(photo: Photo, net: str) -> Places:
    """Where to look. Cached by content."""
    result = rescale(photo, net)
    error = np.square(luma(photo.pixels) - luma(result.reconstruction))
    return Places(_middle(detail(result, photo)), tuple(_middle(window) for window in _worst(error)))


def _worst(error: np.ndarray) -> Iterator[Window]:
    """Up to PLACES squares of PLACE_SIDE that do not overlap, from the one with the largest mean error on."""
    left = error.copy()
    for _ in range(PLACES):
        window = busiest(left, PLACE_SIDE)
        if not left[window.rows, window.columns].any():
            return
        yield window
        left[window.rows, window.columns] = 0


def _middle(window: Window) -> tuple[int, int]:
    return (window.left + window.right) // 2, (window.top + window.bottom) // 2


def detail(result: Rescaled, photo: Photo) -> Window:
    """The square of DETAIL_SIDE, or less in a small picture, in which the network gains most over bicubic."""
    before, after = (np.square(luma(photo.pixels) - luma(x_hat)) for x_hat in (result.bicubic, result.reconstruction))
    return busiest(before - after, DETAIL_SIDE)
