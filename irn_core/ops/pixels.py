"""Pictures as arrays and tensors: conversions, padding to a multiple of the scale, luma."""

import numpy as np
import torch
from torch import Tensor

from irn_core.errors import ImageError


def check_pixels(pixels: np.ndarray) -> np.ndarray:
    """The array itself, if it is H×W×3 uint8 and not empty.

    Raises:
        ImageError: another shape or type.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
        raise ImageError(f"got an array {pixels.shape} of {pixels.dtype}; expected H×W×3 uint8")
    return pixels


def to_tensor(pixels: np.ndarray) -> Tensor:
    """H×W×3 uint8 → 1×3×H×W uint8 tensor; raises ImageError as `check_pixels` does."""
    return torch.from_numpy(np.require(check_pixels(pixels), requirements="CW")).permute(2, 0, 1)[None]


def to_pixels(x: Tensor) -> np.ndarray:
    """1×3×H×W uint8 tensor → H×W×3 uint8 array."""
    return np.ascontiguousarray(x[0].permute(1, 2, 0).numpy())


def pad_to_multiple(pixels: np.ndarray, multiple: int) -> np.ndarray:
    """Extend H×W×3 at the right and bottom, by the edge pixels, to multiples of `multiple`."""
    height, width = pixels.shape[:2]
    return np.pad(pixels, ((0, -height % multiple), (0, -width % multiple), (0, 0)), mode="edge")


def luma(pixels: np.ndarray) -> np.ndarray:
    """BT.601 luma of …×3 RGB in 0…255, in 16…235 as float64, not rounded (Y of MATLAB's rgb2ycbcr)."""
    return pixels @ np.array([65.481, 128.553, 24.966]) / 255 + 16
