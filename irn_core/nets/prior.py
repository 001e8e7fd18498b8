"""The conditional normaliser h: p(z | y) as a Gaussian whose parameters depend on y.

z = W·(μ(y) + σ(y)·ε), ε ~ N(0, I). W mixes the channels of z at a pixel (as Glow's 1×1 convolution
does: colours and bands are correlated), μ and σ come from a small network that sees y.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from irn_core.nets.coupling import PlainNet, in_strips

LOG_SCALE_RANGE = 9.0
"""log σ stays within ±9, about 1e-4 … 8e3."""


class Prior(nn.Module):
    """p(z | y). `width` 0 is the paper's fixed prior N(0, I)."""

    def __init__(self, condition_channels: int, channels: int, width: int, depth: int):
        super().__init__()
        self.net = PlainNet(condition_channels, 2 * channels, width, depth) if width else None
        self.channels = channels
        self.radius = self.net.radius if self.net else 0
        if self.net:
            self.mix = nn.Parameter(torch.eye(channels))
        else:
            self.register_buffer("mix", torch.eye(channels), persistent=False)

    def mean_scale(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """μ(y) and σ(y) > 0 of the unmixed z, each B×C×H×W; y: B×3×H×W, the 8-bit LR in [0, 1]."""
        if self.net is None:
            shape = y.shape[0], self.channels, *y.shape[2:]
            return y.new_zeros(shape), y.new_ones(shape)
        mean, log_scale = in_strips(self.net, y - 0.5).chunk(2, dim=1)
        return mean, torch.exp(LOG_SCALE_RANGE * torch.tanh(log_scale / LOG_SCALE_RANGE))

    def denormalise(self, eps: Tensor, y: Tensor) -> Tensor:
        """ε → z = W·(μ(y) + σ(y)·ε). ε = 0 gives the most likely z."""
        if self.net is None:
            return eps
        mean, scale = self.mean_scale(y)
        return mix(torch.addcmul(mean, scale, eps), self.mix)

    def likeliest(self, y: Tensor) -> Tensor:
        """`denormalise` of ε = 0, cheaper: W·μ(y)."""
        if self.net is None:
            return self.mean_scale(y)[0]
        return mix(in_strips(self.net, y - 0.5)[:, : self.channels], self.mix)

    def normalise(self, z: Tensor, y: Tensor) -> Tensor:
        """Inverse of `denormalise`: z → ε = (W⁻¹·z − μ(y)) / σ(y), N(0, I) if the prior is right."""
        return self._normalise(z, y)[0]

    def _normalise(self, z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """ε and σ(y)."""
        mean, scale = self.mean_scale(y)
        return (self.unmix(z) - mean) / scale, scale

    def unmix(self, z: Tensor) -> Tensor:
        """W⁻¹·z, the coordinates that are independent given y."""
        return mix(z, torch.linalg.inv(self.mix))

    def log_volume(self) -> Tensor:
        """log |det W|."""
        return torch.linalg.slogdet(self.mix)[1]

    def shares(self) -> Tensor:
        """How the energy of each coordinate (a column) is shared by the channels of z (rows)."""
        return self.mix.square() / self.mix.square().sum(0)

    @torch.no_grad()
    def widen(self, factor: float) -> None:
        """Multiply σ by a factor, everywhere (but at its bounds)."""
        bias = self.net[-1].bias
        bias[len(bias) // 2 :] += math.log(factor)

    def log_density(self, z: Tensor, y: Tensor) -> Tensor:
        """Natural log of p(z | y), summed over channels: B×C×H×W → B×H×W, in nats per LR pixel."""
        return self.log_densities(z, y).sum(1)

    def log_densities(self, z: Tensor, y: Tensor) -> Tensor:
        """Its summands, B×C×H×W: that of each coordinate W⁻¹·z, each with an equal share of the volume of W."""
        eps, scale = self._normalise(z, y)
        return -0.5 * (math.log(2 * math.pi) + eps.square()) - scale.log() - self.log_volume() / self.channels

    @property
    def is_fitted(self) -> bool:
        """Whether it has learnt anything: nets start at zero."""
        return bool(self.net[-1].weight.any())

    @torch.no_grad()
    def whiten(self, z: Tensor) -> None:
        """Set W to the Cholesky factor of the channels' second moments in z, so that σ = 1 is a good start."""
        samples = z.transpose(0, 1).flatten(1)
        covariance = samples @ samples.T / samples.shape[1]
        ridge = 1e-6 * covariance.diagonal().mean() * torch.eye(len(covariance), device=z.device)
        self.mix.copy_(torch.linalg.cholesky(covariance + ridge))


def mix(x: Tensor, matrix: Tensor) -> Tensor:
    """A matrix times the channels of x at each pixel, B×C×H×W."""
    return F.conv2d(x, matrix[:, :, None, None])
