"""Antialiased bicubic resizing: the guide of the LR picture, and the baseline."""

import torch.nn.functional as F
from torch import Tensor


def bicubic(x: Tensor, height: int, width: int) -> Tensor:
    """Resize x (B×C×H×W, [0, 1]) to height×width with the cubic kernel a = −½, widened when shrinking.

    It is the filter of `PIL.Image.resize(..., BICUBIC)`. On float pictures the two agree; on 8-bit
    ones within rounding, except that Pillow clips overshoots between its passes, and this does not.
    """
    return F.interpolate(x, size=(height, width), mode="bicubic", antialias=True, align_corners=False)


def bicubic_down(x: Tensor, scale: int) -> Tensor:
    """B×C×H×W → B×C×H/scale×W/scale; H and W are multiples of scale."""
    return bicubic(x, x.shape[-2] // scale, x.shape[-1] // scale)


def bicubic_up(x: Tensor, scale: int) -> Tensor:
    """B×C×H×W → B×C×(H·scale)×(W·scale)."""
    return bicubic(x, x.shape[-2] * scale, x.shape[-1] * scale)
