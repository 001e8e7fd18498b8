"""Luma in a few levels, softly and by rounding, and the gradients of both. Knows nothing of the page."""

from typing import NamedTuple

import numpy as np
import torch

from demo.kit.cache import cached
from demo.photo import Photo
from irn_core.ops import soft
from irn_core.ops.pixels import luma

SOFTNESS = tuple(float(t) for t in np.geomspace(0.05, 0.7, 15))
FIRST_SOFTNESS = 7
BLIND = 0.1
"""A gradient below this share of the straight one counts as unseen."""


class Softened(NamedTuple):
    """For each of 256 grey levels: the mean level in steps, and its derivative. Then what that means for a picture."""

    softness: float
    levels: list[float]
    slopes: list[float]
    error: float  # RMS of what is passed on against rounding, in steps
    blind: float  # share of the pixels with a derivative below BLIND
    mean_slope: float


class Soft(NamedTuple):
    """Luma of a picture, h×w uint8, in 2^depth levels: rounded, and by every softness; `spread`: the error of noise."""

    luma: np.ndarray
    depth: int
    hard: list[float]
    frames: list[Softened]
    spread: float


@cached
def soften(photo: Photo, depth: int) -> Soft:
    """Cached by content."""
    seen = (luma(photo.pixels) - 16) * (255 / 219)
    grey = np.rint(seen).clip(0, 255).astype(np.uint8)
    share = np.bincount(grey.ravel(), minlength=256) / grey.size
    levels = 2**depth
    v = torch.linspace(0, levels - 1, 256, dtype=torch.float64)
    hard = soft.hard(v, levels)
    frames = []
    for softness in SOFTNESS:
        mean, slope = soft.soft(v, levels, softness), soft.slope(v, levels, softness).numpy()
        error = float(np.sqrt(share @ np.square((mean - hard).numpy())))
        blind, mean_slope = float(share[slope < BLIND].sum()), float(share @ slope)
        frames.append(Softened(softness, mean.tolist(), slope.tolist(), error, blind, mean_slope))
    spread = float(np.sqrt(share @ np.square((v - hard).numpy()) + 1 / 12))
    return Soft(grey, depth, hard.tolist(), frames, spread)
