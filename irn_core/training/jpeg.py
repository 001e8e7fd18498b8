"""LRs that are saved as JPEG on their way, within the training loop."""

import torch
import torch.nn.functional as F
from torch import Tensor

from irn_core.coding.pillow_codecs import JPEGS
from irn_core.ops.pixels import luma_of, pixels_of, tensor_of
from irn_core.ops.quantise import round8_straight_through

QUALITIES = 60, 98
FULL, HALVED = "4:4:4", "4:2:0"
"""Chroma at every pixel, and at every second pixel of every second row."""
LOSSLESS_SHARE = 1 / 8
"""So many LRs arrive unharmed, for a network that serves both."""


def any_file(y: Tensor) -> Tensor:
    """LRs B×3×h×w as they arrive: each from a JPEG of a quality drawn at random, or, now and then, from a PNG."""
    arrived = []
    for lr in y.split(1):
        lossless, halved = torch.rand(2).lt(torch.tensor([LOSSLESS_SHARE, 0.5])).tolist()
        quality = int(torch.randint(QUALITIES[0], QUALITIES[1] + 1, ()))
        jpeg = through_jpeg(lr, quality, HALVED if halved else FULL)
        arrived.append(round8_straight_through(lr) if lossless else jpeg)
    return torch.cat(arrived)


def through_jpeg(y: Tensor, quality: int, subsampling: str) -> Tensor:
    """What Pillow reads from its own JPEG of y, 1×3×h×w in [0, 1]; same shape.

    The gradient is that of the identity, or, where chroma is halved, of its means over 2×2 pixels.
    """
    read = tensor_of(JPEGS[subsampling].through(pixels_of(y.detach()), quality)).to(y.device)
    smooth = y if subsampling == FULL else _halve_chroma(y)
    return smooth + (read - smooth).detach()


def _halve_chroma(y: Tensor) -> Tensor:
    """y with the mean over 2×2 pixels of what is not luma."""
    luma = luma_of(y)[:, None]  # 1×1×h×w
    means = F.avg_pool2d(y - luma, 2, ceil_mode=True)
    return luma + F.interpolate(means, scale_factor=2)[..., : y.shape[-2], : y.shape[-1]]
