"""Haar transform in the scaling of IRN (Xiao et al., ECCV 2020, section 3.2).

The four bands of a 2×2 block `[[p, q], [r, s]]` are sums with signs, divided by 4, so that the low
band is the mean and stays a picture in the range of the input. That is ½ of the orthonormal Haar
transform, band by band.
"""

from typing import NamedTuple

import torch
from torch import Tensor


class Bands(NamedTuple):
    """Low band and details, each B×C×H/2×W/2. `horizontal` changes along x (it shows vertical edges)."""

    low: Tensor
    horizontal: Tensor
    vertical: Tensor
    diagonal: Tensor


def split(x: Tensor) -> Bands:
    """Haar bands of x (B×C×H×W, H and W even), each B×C×H/2×W/2, `low` = mean of the 2×2 block."""
    p, q = x[..., 0::2, 0::2], x[..., 0::2, 1::2]
    r, s = x[..., 1::2, 0::2], x[..., 1::2, 1::2]
    top, bottom, top_step, bottom_step = p + q, r + s, p - q, r - s
    return Bands(
        low=(top + bottom) / 4,
        horizontal=(top_step + bottom_step) / 4,
        vertical=(top - bottom) / 4,
        diagonal=(top_step - bottom_step) / 4,
    )


def merge(bands: Bands) -> Tensor:
    """Inverse of `split`: four bands B×C×H×W → B×C×2H×2W, laid out as channels_last, as convolutions like it."""
    low, horizontal, vertical, diagonal = bands
    b, c, h, w = low.shape
    left, right = low + horizontal, low - horizontal
    left_step, right_step = vertical + diagonal, vertical - diagonal
    x = torch.stack([left + left_step, right + right_step, left - left_step, right - right_step])
    return x.view(2, 2, b, c, h, w).permute(2, 4, 0, 5, 1, 3).reshape(b, 2 * h, 2 * w, c).permute(0, 3, 1, 2)


def energies(x: Tensor, levels: int) -> Tensor:
    """Mean squares of the details of x (B×C×H×W, sides multiples of 2^levels), levels × 3 × C, the finest first."""
    low, found = x, []
    for _ in range(levels):
        low, *details = split(low)
        found.append(torch.stack([band.square().mean((0, 2, 3)) for band in details]))
    return torch.stack(found)


def analyse(x: Tensor) -> Tensor:
    """`split` stacked along channels: B×C×H×W → B×4C×H/2×W/2, the C low channels first."""
    return torch.cat(split(x), dim=1)


def synthesise(stacked: Tensor) -> Tensor:
    """Inverse of `analyse`: B×4C×H×W → B×C×2H×2W."""
    return merge(Bands(*stacked.chunk(4, dim=1)))
