"""Pictures as arrays and tensors: conversions, padding to a multiple of the scale, luma."""

import numpy as np
import torch
from torch import Tensor

from irn_core.errors import ImageError
from irn_core.ops.quantise import from_uint8, to_uint8

LUMA = (0.299, 0.587, 0.114)
"""BT.601 weights of full-range luma."""


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
    """1×3×H×W uint8 tensor on any device → H×W×3 uint8 array."""
    return np.ascontiguousarray(x[0].permute(1, 2, 0).cpu().numpy())


def tensor_of(pixels: np.ndarray, multiple: int = 1) -> Tensor:
    """H×W×3 uint8 → 1×3×H'×W' float32 in [0, 1], channels last, the sides extended as by `pad_to_multiple`."""
    return from_uint8(to_tensor(pad_to_multiple(pixels, multiple)))


def pixels_of(x: Tensor, size: tuple[int, int] | None = None) -> np.ndarray:
    """1×3×H'×W' in [0, 1] on any device → H×W×3 uint8, clamped, rounded, and cropped to size (H, W) if given."""
    height, width = size or x.shape[-2:]
    return to_pixels(to_uint8(x[..., :height, :width]))


def pad_to_multiple(pixels: np.ndarray, multiple: int) -> np.ndarray:
    """Extend H×W×3 uint8 at the right and bottom, by the edge pixels, to sides that are multiples of `multiple`.

    Raises:
        ImageError: as `check_pixels` does.
    """
    height, width = check_pixels(pixels).shape[:2]
    return np.pad(pixels, ((0, -height % multiple), (0, -width % multiple), (0, 0)), mode="edge")


def luma_of(x: Tensor) -> Tensor:
    """Full-range BT.601 luma of pictures or of their differences, B×3×H×W → B×H×W."""
    return (x * x.new_tensor(LUMA).view(1, 3, 1, 1)).sum(1)


def luma(pixels: np.ndarray) -> np.ndarray:
    """BT.601 luma of …×3 RGB in 0…255, in 16…235 as float64, not rounded (Y of MATLAB's rgb2ycbcr)."""
    return pixels @ np.array([65.481, 128.553, 24.966]) / 255 + 16
