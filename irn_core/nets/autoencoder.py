"""The simplest learned codec, as a baseline: a convolutional autoencoder with the prior N(0, 1).

L = R + λ·D with additive-noise quantisation (Ballé et al. 2017, without its learned prior). To serve all
rates with one network, as ICN does, both halves see the quality, and the step follows it.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from irn_core.nets.config import NetConfig
from irn_core.nets.icn import plane


@dataclass(frozen=True)
class AutoencoderConfig(NetConfig):
    """Channels inside, and of the latents."""

    width: int = 48
    latents: int = 96

    levels = 3
    """Latents are 2³ times smaller than the picture."""


class Autoencoder(nn.Module):
    """x: B×3×H×W, sides multiples of 8 → latents B×C×H/8×W/8 → x_hat."""

    def __init__(self, config: AutoencoderConfig):
        super().__init__()
        self.config = config
        width, latents = config.width, config.latents
        self.analysis = nn.Sequential(
            nn.Conv2d(4, width, 5, 2, 2), nn.LeakyReLU(0.2),
            nn.Conv2d(width, width, 5, 2, 2), nn.LeakyReLU(0.2),
            nn.Conv2d(width, latents, 5, 2, 2),
        )  # fmt: skip
        self.synthesis = nn.Sequential(
            nn.Conv2d(latents + 1, 4 * width, 3, 1, 1), nn.PixelShuffle(2), nn.LeakyReLU(0.2),
            nn.Conv2d(width, 4 * width, 3, 1, 1), nn.PixelShuffle(2), nn.LeakyReLU(0.2),
            nn.Conv2d(width, 12, 3, 1, 1), nn.PixelShuffle(2),
        )  # fmt: skip
        for conv in (module for module in self.modules() if isinstance(module, nn.Conv2d)):
            if conv.weight.is_meta:  # shapes only: to draw there imports torch's compiler, for seconds
                continue
            nn.init.kaiming_normal_(conv.weight, 0.2)  # latents of torch's default would drown in the noise
        self.log_step = nn.Parameter(torch.tensor([0.0, -1.5]))  # at quality 50, and what 50 more add

    def encode(self, x: Tensor, quality: Tensor) -> Tensor:
        """The latents, N(0, 1) if training has succeeded. quality: B, 0 … 100."""
        return self.analysis(torch.cat([x - 0.5, plane(quality, x)], 1))

    def decode(self, y_hat: Tensor, quality: Tensor) -> Tensor:
        """The picture for quantised latents."""
        return self.synthesis(torch.cat([y_hat, plane(quality, y_hat)], 1)) + 0.5

    def step(self, quality: Tensor) -> Tensor:
        """Δ of the latents, B×1×1×1."""
        base, slope = self.log_step
        return torch.exp(base + slope * (quality / 50 - 1)).view(-1, 1, 1, 1)
