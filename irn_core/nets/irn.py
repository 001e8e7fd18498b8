"""The invertible rescaling net, IRN (Xiao et al., ECCV 2020), f: x ↔ (y, z)."""

import math
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from irn_core.errors import IRNError
from irn_core.nets.config import NetConfig
from irn_core.nets.coupling import Coupling, DenseNet, PlainNet, Subnet
from irn_core.nets.prior import Prior
from irn_core.ops import haar


@dataclass(frozen=True)
class IRNConfig(NetConfig):
    """Shape of an IRN. `blocks` and `widths` have an entry per level, the finest level first.

    `dense` chooses the paper's subnets (dense blocks, s and t apart); `prior_width` 0 leaves out
    the conditional normaliser, so that z is taken to be N(0, I), as in the paper, `whitener_width` 0 its second half.
    `reach` is the side of a depthwise filter in the plain subnets of the coarsest level, where it costs least; 0: none.
    `waist` narrows the plain subnets in front of their last convolution; 0: they stay as wide as `widths`.
    """

    scale: int = 2
    blocks: tuple[int, ...] = (8,)
    widths: tuple[int, ...] = (32,)
    depth: int = 1
    dense: bool = False
    prior_width: int = 32
    prior_depth: int = 2
    whitener_width: int = 0
    reach: int = 0
    waist: int = 0

    def __post_init__(self):
        levels = self.scale.bit_length() - 1
        if self.scale < 2 or self.scale != 1 << levels:
            raise IRNError(f"scale is {self.scale}; expected a power of two: 2, 4, 8, …")
        if len(self.blocks) != levels or len(self.widths) != levels:
            raise IRNError(
                f"scale {self.scale} has {levels} level(s), but blocks = {self.blocks} and "
                f"widths = {self.widths}; give one entry per level, the finest first"
            )

    @classmethod
    def compact(cls, scale: int) -> "IRNConfig":
        """The layout that ours go out from: few plain subnets of 48 channels, more where a level is coarser."""
        levels = scale.bit_length() - 1
        blocks = ((4,), (2, 4), (1, 2, 4))[levels - 1]
        depth = 3 if levels == 1 else 2
        return cls(scale, blocks, (48,) * levels, prior_width=24 * levels, prior_depth=depth, whitener_width=48)

    @classmethod
    def paper(cls, scale: int) -> "IRNConfig":
        """The published layout: 8 dense blocks per level; 1,667,952 parameters at ×2, 4,355,136 at ×4."""
        levels = scale.bit_length() - 1
        return cls(scale, (8,) * levels, (32,) * levels, dense=True, prior_width=0)

    def subnet(self, level: int) -> Subnet:
        """Makes the subnets of a level; 0 is the finest."""
        if self.dense:
            return partial(DenseNet, width=self.widths[level])
        reach = self.reach if level == len(self.blocks) - 1 else 0
        return partial(PlainNet, width=self.widths[level], depth=self.depth, reach=reach, waist=self.waist)


class Level(nn.Module):
    """One factor of two: Haar analysis, then coupling blocks. B×C×H×W ↔ B×4C×H/2×W/2."""

    def __init__(self, channels: int, blocks: int, subnet: Subnet, shared: bool):
        super().__init__()
        self.high = 4 * channels - 3
        self.blocks = nn.ModuleList(Coupling(3, self.high, subnet, shared) for _ in range(blocks))
        self.radius = sum(block.radius for block in self.blocks)

    def forward(self, x: Tensor) -> Tensor:
        a, b = haar.analyse(x).split([3, self.high], dim=1)
        for block in self.blocks:
            a, b = block(a, b)
        return torch.cat([a, b], dim=1)

    def inverse(self, x: Tensor) -> Tensor:
        a, b = x.split([3, self.high], dim=1)
        for block in reversed(self.blocks):
            a, b = block.inverse(a, b)
        return haar.synthesise(torch.cat([a, b], dim=1))

    def stretch(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """`forward`, and log of how much each value of it was stretched; the sum is log |det ∂forward/∂x|."""
        a, b = haar.analyse(x).split([3, self.high], dim=1)
        stretch_a = torch.full_like(a, -math.log(2))  # the bands are half of orthonormal ones
        stretch_b = torch.full_like(b, -math.log(2))
        for block in self.blocks:
            a, b = block(a, b)
            stretch_b = stretch_b + block.log_scale(a)
        return torch.cat([a, b], dim=1), torch.cat([stretch_a, stretch_b], dim=1)


class IRN(nn.Module):
    """f(x) = (y, z), its inverse, and the conditional prior p(z | y) in `prior`.

    >>> irn = IRN(IRNConfig(scale=2, blocks=(2,), widths=(8,)))
    >>> y, z = irn(torch.rand(1, 3, 8, 12))
    >>> y.shape, z.shape
    (torch.Size([1, 3, 4, 6]), torch.Size([1, 9, 4, 6]))
    """

    def __init__(self, config: IRNConfig):
        super().__init__()
        self.config = config
        self.levels = nn.ModuleList(
            Level(3 * 4**i, blocks, config.subnet(i), shared=not config.dense) for i, blocks in enumerate(config.blocks)
        )
        self.z_channels = 3 * (config.scale**2 - 1)
        self.prior = Prior(3, self.z_channels, config.prior_width, config.prior_depth, config.whitener_width)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x: B×3×H×W in [0, 1], H and W multiples of the scale.

        Returns y: B×3×H/s×W/s, near [0, 1], and z: B×3(s²−1)×H/s×W/s, not yet normalised.
        """
        for level in self.levels:
            x = level(x)
        return x[:, :3], x[:, 3:]

    def inverse(self, y: Tensor, z: Tensor) -> Tensor:
        """The exact inverse of `forward`: (y, z) → x."""
        # z may be laid out otherwise than y, as noise is; mixed layouts would be twice as slow.
        x = torch.cat([y, z], dim=1).contiguous(memory_format=torch.channels_last)
        for level in reversed(self.levels):
            x = level.inverse(x)
        return x

    def stretch(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(y, z) stacked along channels, and log of how much each value was stretched, both B×3s²×H/s×W/s.

        The sum over all values is log |det ∂(y, z)/∂x|. What a value was stretched by before a Haar step is shared
        by the four values that it becomes part of.
        """
        stretch = torch.zeros_like(x)
        for level in self.levels:
            x, more = level.stretch(x)
            stretch = F.avg_pool2d(stretch, 2).repeat(1, 4, 1, 1) + more
        return x, stretch

    @property
    def radius(self) -> int:
        """How far, in HR pixels, a pixel can reach through one direction of the network."""
        coupled = sum(level.radius * 2 ** (i + 1) for i, level in enumerate(self.levels))
        return coupled + self.prior.radius * self.config.scale + self.config.scale
