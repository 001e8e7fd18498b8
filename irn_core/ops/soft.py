"""Soft quantisation: every level takes its share of a value, and the softness says how evenly.

Rounding has a gradient of zero. With shares p(j) ∝ exp(−(v − j)² / 2t²) of the levels j, the mean level is smooth in v;
for t → 0 it is rounding (Agustsson et al. 2017).
"""

import torch
from torch import Tensor


def hard(v: Tensor, levels: int) -> Tensor:
    """v rounded to the nearest of 0 … levels − 1; same shape."""
    return v.round().clamp(0, levels - 1)


def shares(v: Tensor, levels: int, softness: float) -> Tensor:
    """How much of v each level takes, in a last dimension of its own; they add up to 1."""
    j = torch.arange(levels, dtype=v.dtype, device=v.device)
    return torch.softmax(-((v[..., None] - j) ** 2) / (2 * softness**2), -1)


def soft(v: Tensor, levels: int, softness: float) -> Tensor:
    """The mean level; same shape."""
    return shares(v, levels, softness) @ torch.arange(levels, dtype=v.dtype, device=v.device)


def slope(v: Tensor, levels: int, softness: float) -> Tensor:
    """The derivative of `soft` by v: the variance of the level, over t²."""
    p, j = shares(v, levels, softness), torch.arange(levels, dtype=v.dtype, device=v.device)
    return ((p * j**2).sum(-1) - (p * j).sum(-1) ** 2).clamp(min=0) / softness**2
