"""The conditional normaliser h: p(z | y), and z ↔ ε ~ N(0, I).

z = W·(μ(y) + σ(y)·η). W mixes the channels of z at a pixel (as Glow's 1×1 convolution does: colours and bands are
correlated), μ and σ come from a small network that sees y. η is N(0, I) as far as that network can tell; a `Whitener`
turns what structure it still has into ε.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from irn_core.nets.coupling import PlainNet, in_strips
from irn_core.nets.whitener import Places, Visit, Whitener, at

LOG_SCALE_RANGE = 9.0
"""log σ stays within ±9, about 1e-4 … 8e3."""


class Prior(nn.Module):
    """p(z | y). `width` 0 is the paper's fixed prior N(0, I), `whitener_width` 0 takes η for ε."""

    def __init__(self, condition_channels: int, channels: int, width: int, depth: int, whitener_width: int = 0):
        super().__init__()
        self.net = PlainNet(condition_channels, 2 * channels, width, depth) if width else None
        self.whitener = Whitener(condition_channels, channels, whitener_width) if whitener_width else None
        self.channels = channels
        self.radius = self.net.radius if self.net else 0
        # Not torch.eye: where shapes are made without memory, it imports torch's compiler, for seconds.
        identity = torch.zeros(channels, channels).fill_diagonal_(1)
        if self.net:
            self.mix = nn.Parameter(identity)
        else:
            self.register_buffer("mix", identity, persistent=False)

    def mean_scale(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """μ(y) and σ(y) > 0 of the unmixed z, each B×C×H×W; y: B×3×H×W, the 8-bit LR in [0, 1]."""
        if self.net is None:
            shape = y.shape[0], self.channels, *y.shape[2:]
            return y.new_zeros(shape), y.new_ones(shape)
        mean, log_scale = in_strips(self.net, y - 0.5).chunk(2, dim=1)
        return mean, torch.exp(LOG_SCALE_RANGE * torch.tanh(log_scale / LOG_SCALE_RANGE))

    def denormalise(self, eps: Tensor, y: Tensor) -> Tensor:
        """ε → η → z: from noise N(0, I) to a draw from p(z | y)."""
        return self.place(self.texture(eps, y), y)

    def texture(self, eps: Tensor, y: Tensor) -> Tensor:
        """ε → η, the noise with the structure of what is lost; B×C×H×W each."""
        return self.whitener.colour(eps, y) if self.whitener else eps

    def place(self, eta: Tensor, y: Tensor) -> Tensor:
        """η → z = W·(μ(y) + σ(y)·η)."""
        if self.net is None:
            return eta
        mean, scale = self.mean_scale(y)
        return mix(torch.addcmul(mean, scale, eta), self.mix)

    def likeliest(self, y: Tensor) -> Tensor:
        """`place` of η = 0, cheaper: W·μ(y)."""
        if self.net is None:
            return self.mean_scale(y)[0]
        return mix(in_strips(self.net, y - 0.5)[:, : self.channels], self.mix)

    def normalise(self, z: Tensor, y: Tensor) -> Tensor:
        """Inverse of `denormalise`: z → ε, N(0, I) if the prior is right."""
        eta, _ = self.residual(z, y)
        return self.whitener.whiten(eta, y) if self.whitener else eta

    def residual(self, z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """η = (W⁻¹·z − μ(y)) / σ(y), and σ(y)."""
        mean, scale = self.mean_scale(y)
        return (self.unmix(z) - mean) / scale, scale

    def walk(self, y: Tensor, visit: Visit) -> Tensor:
        """The coordinates W⁻¹·z, B×C×H×W, as visits to their places find them, each given those before it.

        A visit gets the mean and log of the scale of a distribution of the family that has `standard_cdf`.
        """
        mean, scale = self.mean_scale(y)

        def visit_eta(places: Places, m: Tensor, log_s: Tensor) -> Tensor:
            here, unit = at(mean, places), at(scale, places)
            return (visit(places, torch.addcmul(here, unit, m), log_s + unit.log()) - here) / unit

        if self.whitener:
            return torch.addcmul(mean, scale, self.whitener.walk(y, visit_eta))
        return visit((slice(None), slice(None)), mean, scale.log())

    def standard_cdf(self, u: Tensor) -> Tensor:
        """The distribution function of a coordinate, less its mean and over its scale, given those before it."""
        return torch.sigmoid(u) if self.whitener else torch.special.ndtr(u)

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

    def log_densities(self, z: Tensor, y: Tensor) -> Tensor:
        """Natural log of p(z | y), of which these are the summands, B×C×H×W in nats.

        Each is that of a coordinate W⁻¹·z, with an equal share of the volume of W.
        """
        eta, scale = self.residual(z, y)
        return self._of_z(self.whitener.log_densities(eta, y) if self.whitener else gaussian_log_density(eta), scale)

    def gaussian_log_densities(self, z: Tensor, y: Tensor) -> Tensor:
        """`log_densities` if η were N(0, I)."""
        eta, scale = self.residual(z, y)
        return self._of_z(gaussian_log_density(eta), scale)

    def _of_z(self, log_p: Tensor, scale: Tensor) -> Tensor:
        """From the log density of η to that of z."""
        return log_p - scale.log() - self.log_volume() / self.channels

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


def gaussian_log_density(eta: Tensor) -> Tensor:
    """Natural log of N(0, 1) at each value."""
    return -0.5 * (math.log(2 * math.pi) + eta.square())
