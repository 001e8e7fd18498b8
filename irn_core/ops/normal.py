"""Gaussian cut into unit cells, as `laplace` is: what a value costs in steps of Δ, for s = σ/Δ."""

import math

import torch
from torch import Tensor


def cdf(v: Tensor, s: Tensor) -> Tensor:
    """The share of the distribution below v; same shape."""
    return torch.special.ndtr(v / s)


def soft_bits(v: Tensor, s: Tensor) -> Tensor:
    """−log2 P(v), where P integrates the density of scale s over v ± ½, for any real v.

    By logarithms of the lower tail, which keep their digits however far out v is.
    """
    size = v.abs()
    upper, lower = (torch.special.log_ndtr((half - size) / s) for half in (0.5, -0.5))
    return (upper + torch.log1p(-torch.exp(lower - upper))) / -math.log(2)
