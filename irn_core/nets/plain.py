"""Rescaling networks that are not invertible, as rivals: what y does not keep, they abandon.

They have the interface of IRN, with a z of no channels: forward x → (y, z), inverse (y, z) → x_hat.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch.nn.functional as F
from torch import Tensor, nn

from irn_core.errors import IRNError
from irn_core.nets.config import NetConfig
from irn_core.nets.coupling import in_strips
from irn_core.nets.prior import Prior
from irn_core.ops.resize import bicubic_down, bicubic_up


@dataclass(frozen=True)
class PlainConfig(NetConfig):
    """Residual blocks on either side, all at LR size. Without `down_blocks` y is the bicubic LR, and only upscaling
    is learned: super-resolution as by EDSR. With them both sides learn together, as TAD & TAU or CAR & EDSR do.
    """

    scale: int = 4
    width: int = 64
    down_blocks: int = 0
    up_blocks: int = 8

    prior_width: ClassVar = 0

    def __post_init__(self):
        if min(self.scale, self.width, self.up_blocks) < 1 or self.down_blocks < 0:
            raise IRNError(f"{self} is no network; expected at least 1 of everything but down_blocks")


class ResidualBlock(nn.Module):
    """x + conv(ReLU(conv(x))), as in EDSR (Lim et al. 2017): no normalisation."""

    def __init__(self, width: int):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(width, width, 3, padding=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


class ResidualNet(nn.Sequential):
    """conv → residual blocks → conv, which starts at zero. B×c_in×h×w → B×c_out×h×w."""

    def __init__(self, channels_in: int, channels_out: int, width: int, blocks: int):
        head, tail = nn.Conv2d(channels_in, width, 3, padding=1), nn.Conv2d(width, channels_out, 3, padding=1)
        nn.init.zeros_(tail.weight)
        nn.init.zeros_(tail.bias)
        super().__init__(head, *(ResidualBlock(width) for _ in range(blocks)), tail)
        self.radius = 2 * blocks + 2


class PlainRescaler(nn.Module):
    """Bicubic both ways, and what residual nets add to that."""

    def __init__(self, config: PlainConfig):
        super().__init__()
        self.config = config
        samples = 3 * config.scale**2
        self.down = ResidualNet(samples, 3, config.width, config.down_blocks) if config.down_blocks else None
        self.up = ResidualNet(3, samples, config.width, config.up_blocks)
        self.z_channels = 0
        self.prior = Prior(3, 0, 0, 0)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x: B×3×H×W in [0, 1], sides multiples of the scale → y: B×3×H/s×W/s, z: B×0×H/s×W/s."""
        y = bicubic_down(x, self.config.scale)
        if self.down:
            y = y + in_strips(self.down, F.pixel_unshuffle(x - 0.5, self.config.scale))
        return y, y[:, :0]

    def inverse(self, y: Tensor, z: Tensor) -> Tensor:
        """x_hat; not the inverse, but the best guess."""
        return bicubic_up(y, self.config.scale) + F.pixel_shuffle(in_strips(self.up, y - 0.5), self.config.scale)

    @property
    def radius(self) -> int:
        """How far, in HR pixels, a pixel can reach through one direction of the network."""
        return self.config.scale * max(net.radius for net in (self.down, self.up) if net) + 3 * self.config.scale
