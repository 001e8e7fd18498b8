"""The one quantisation of rescaling: the low-resolution picture is stored with 8 bits."""

import torch
from torch import Tensor


def round8(y: Tensor) -> Tensor:
    """Clamp y to [0, 1] and round it to a multiple of 1/255; same shape."""
    return y.clamp(0, 1).mul(255).round().div(255)


def round8_straight_through(y: Tensor) -> Tensor:
    """`round8` whose gradient is that of the identity (Bengio et al. 2013)."""
    return y + (round8(y) - y).detach()


def to_uint8(x: Tensor) -> Tensor:
    """Picture tensor in [0, 1] → uint8 of the same shape, clamped and rounded."""
    return x.clamp(0, 1).mul(255).round().to(torch.uint8)


def from_uint8(x: Tensor) -> Tensor:
    """uint8 picture tensor B×C×H×W → float32 in [0, 1], laid out as channels_last, as convolutions like it."""
    return x.to(torch.float32, memory_format=torch.channels_last).div(255)
