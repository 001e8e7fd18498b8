"""Learned removal of what a codec leaves behind: blocks, ringing, blur. A residual net that is told codec and quality.

After EDSR's residual blocks (Lim et al. 2017), at a quarter of the size, where a 3×3 filter reaches over a JPEG block.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from irn_core.errors import IRNError
from irn_core.nets.config import NetConfig
from irn_core.nets.coupling import in_strips
from irn_core.nets.plain import ResidualNet

CELL = 4
"""Each position of the net stands for CELL×CELL pixels."""
SHARE = 0.05
"""Traces are small beside a picture: so much of what the net says is added, or its steps would drown them at first."""
KINDS = ("jpeg", "webp", "avif")
"""Codecs it is told apart, in the order of its input planes."""


@dataclass(frozen=True)
class RestorerConfig(NetConfig):
    """Channels inside, and residual blocks."""

    width: int = 64
    blocks: int = 8

    def __post_init__(self):
        if min(self.width, self.blocks) < 1:
            raise IRNError(f"{self} is no network; expected at least 1 of both")


class Restorer(nn.Module):
    """x_hat: B×3×H×W in [0, 1] as a codec returned it, sides multiples of CELL → the same without its traces."""

    def __init__(self, config: RestorerConfig):
        super().__init__()
        self.config = config
        samples = 3 * CELL**2
        self.net = ResidualNet(samples + len(KINDS) + 1, samples, config.width, config.blocks)

    def forward(self, x_hat: Tensor, kind: Tensor, quality: Tensor) -> Tensor:
        """kind: B indices into KINDS; quality: B settings of that codec, 0 … 100."""
        cells = F.pixel_unshuffle(x_hat - 0.5, CELL)
        told = torch.cat([F.one_hot(kind, len(KINDS)), (quality / 50 - 1)[:, None]], 1)
        planes = told[:, :, None, None].expand(-1, -1, *cells.shape[-2:])
        return x_hat + SHARE * F.pixel_shuffle(in_strips(self.net, (cells, planes)), CELL)

    @property
    def radius(self) -> int:
        """How far, in cells, a pixel can reach."""
        return self.net.radius
