"""The invertible compression net, ICN: x ↔ (top, details) by Haar and lifting, coded coarse to fine.

Each level codes its details b given the decoded low band a_hat: b_hat = μ + k·Δ, with μ, σ from the
conditional prior p(b | a_hat) and Δ from the quality. The decoder inverts the lifting and the Haar step,
which gives the a_hat of the next level. What the symbols k leave out is lost, and modelled.
"""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from irn_core.errors import IRNError
from irn_core.nets.coupling import PlainNet, in_strips
from irn_core.nets.prior import mix
from irn_core.ops import haar, laplace

LAMBDA_RANGE = (0.0006, 0.6)
"""λ in L = bpp + λ·MSE(0…255) at quality 0 and at quality 100."""
COLOUR = [[3**-0.5] * 3, [2**-0.5, 0.0, -(2**-0.5)], [-(6**-0.5), 2 * 6**-0.5, -(6**-0.5)]]
"""Luma, red − blue, green − magenta. Orthonormal, and not learned: a learned one shrinks, which makes steps larger."""


class Coefficients(NamedTuple):
    """A group of coefficients to code: prior mean and log σ/Δ, the step Δ, and where (None: everywhere)."""

    level: int
    channels: slice
    mean: Tensor
    log_scale: Tensor
    step: Tensor
    where: Tensor | None


Coder = Callable[[Coefficients], Tensor]
"""Takes a group through the channel and returns the decoded coefficients, of the shape of its mean."""


@dataclass(frozen=True)
class ICNConfig:
    """Shape of an ICN: `lift_width` 0 leaves out the learned part of the transform (Haar only)."""

    levels: int = 6
    own: int = 2  # so many of the finest levels have networks of their own, the others share
    width: int = 48
    depth: int = 2
    lift_width: int = 24
    filter_width: int = 48

    def __post_init__(self):
        if not 0 < self.own < self.levels:
            raise IRNError(f"got levels = {self.levels}, own = {self.own}; expected 0 < own < levels")

    @classmethod
    def from_dict(cls, values: dict) -> "ICNConfig":
        return cls(**values)

    def to_dict(self) -> dict:
        return asdict(self)


def log_lambda(quality: Tensor) -> Tensor:
    """log λ for a quality from 0 to 100."""
    low, high = map(math.log, LAMBDA_RANGE)
    return low + (high - low) * quality / 100


class Lifting(nn.Module):
    """a += U(b): invertible, and keeps volumes, so that quantisation errors stay about their size.

    The other step of lifting, b −= P(a), is left to the prior, whose mean predicts b from what is decoded of a.
    """

    def __init__(self, width: int):
        super().__init__()
        self.update = PlainNet(10, 3, width, 1)

    def forward(self, a: Tensor, b: Tensor, plane: Tensor) -> Tensor:
        return in_strips(self.update, torch.cat([b, plane], 1), torch.add, a)

    def inverse(self, a: Tensor, b: Tensor, plane: Tensor) -> Tensor:
        return in_strips(self.update, torch.cat([b, plane], 1), torch.sub, a)


class DetailPrior(nn.Module):
    """p(b | a_hat) in three passes: half of the luma details like a checkerboard, the other half, chroma."""

    def __init__(self, width: int, depth: int):
        super().__init__()
        self.first = PlainNet(4, 6, width, depth)
        self.second = PlainNet(13, 6, width, depth - 1)
        self.chroma = PlainNet(10, 12, width, depth - 1)

    def forward(self, a_hat: Tensor, plane: Tensor, step: Tensor, level: int, code: Coder) -> Tensor:
        """b_hat, B×9×H×W, luma channels first; a_hat: B×3×H×W, step: B×9×1×1."""
        even = _checkerboard(a_hat)
        luma, chroma = slice(0, 3), slice(3, 9)
        step_y, step_c = step[:, luma], step[:, chroma]
        mean, log_sigma = in_strips(self.first, torch.cat([a_hat, plane], 1)).chunk(2, 1)
        b_even = code(Coefficients(level, luma, mean, _log_s(log_sigma, step_y), step_y, even))
        residual = torch.where(even, (b_even - mean) / step_y, 0)
        known = torch.cat([a_hat, plane, mean / step_y, log_sigma, residual.clamp(-8, 8)], 1)
        more_mean, more_log_sigma = in_strips(self.second, known).chunk(2, 1)
        mean_odd, log_s_odd = mean + more_mean, _log_s(log_sigma + more_log_sigma, step_y)
        b_odd = code(Coefficients(level, luma, mean_odd, log_s_odd, step_y, ~even))
        b_luma = torch.where(even, b_even, b_odd)
        residual = torch.where(even, residual, (b_odd - mean_odd) / step_y)
        known = torch.cat([a_hat, plane, b_luma, residual.clamp(-8, 8)], 1)
        mean, log_sigma = in_strips(self.chroma, known).chunk(2, 1)
        b_chroma = code(Coefficients(level, chroma, mean, _log_s(log_sigma, step_c), step_c, None))
        return torch.cat([b_luma, b_chroma], 1)


def _log_s(log_sigma: Tensor, step: Tensor) -> Tensor:
    """log σ/Δ from the output of a net, which starts at zero and then means σ = e⁻⁴."""
    return (log_sigma - 4 - step.log()).clamp(*laplace.LOG_SCALE_RANGE)


def _checkerboard(x: Tensor) -> Tensor:
    rows, columns = (torch.arange(n, device=x.device) for n in x.shape[-2:])
    return (rows[:, None] + columns) % 2 == 0


class ICN(nn.Module):
    """One network for all rates: every subnet sees the quality as a constant plane."""

    def __init__(self, config: ICNConfig):
        super().__init__()
        self.config = config
        self.register_buffer("colour", torch.tensor(COLOUR), persistent=False)
        self.priors = nn.ModuleList(DetailPrior(config.width, config.depth) for _ in range(config.own + 1))
        self.lifts = nn.ModuleList(Lifting(config.lift_width) for _ in range(config.own + 1) if config.lift_width)
        self.filter = PlainNet(13, 12, config.filter_width, config.depth)
        self.top_log_sigma = nn.Parameter(torch.zeros(3))

    def forward(self, x: Tensor, quality: Tensor) -> tuple[Tensor, list[Tensor]]:
        """x: B×3×H×W in [0, 1], sides multiples of 2^levels; quality: B, from 0 to 100.

        Returns top: B×3×H/2^L×W/2^L and the details of each level, B×9×…, the finest first.
        """
        a, details = mix(x - 0.5, self.colour), []
        for level in range(self.config.levels):
            a, b = _split(a)
            if self.lifts:
                a = self.lifts[self._net(level)](a, b, plane(quality, a))
            details.append(b)
        return a, details

    def inverse(self, top: Tensor, details: list[Tensor], quality: Tensor) -> Tensor:
        """The exact inverse of `forward`."""
        for level in reversed(range(self.config.levels)):
            top = self.join(level, top, details[level], quality)
        return mix(top, self.colour.T) + 0.5

    def code(self, shape: tuple[int, ...], quality: Tensor, coder: Coder) -> tuple[Tensor, list[Tensor]]:
        """The closed loop of encoder and decoder, coarse to fine: decoded top and details.

        shape: that of the top, B×3×h×w. Each group goes through `coder`, and what that returns is what
        the next groups are predicted from. Level L, above the details, stands for the top itself.
        """
        levels = self.config.levels
        step = self.step(quality, levels - 1).expand(-1, 3, -1, -1)
        mean = torch.zeros(shape, device=quality.device)
        log_s = (self.top_log_sigma.view(1, 3, 1, 1) - 1 - step.log()).clamp(*laplace.LOG_SCALE_RANGE)
        a_hat = top = coder(Coefficients(levels, slice(0, 3), mean, log_s.expand(shape), step, None))
        details: list[Tensor] = []
        for level in reversed(range(levels)):
            step = self.step(quality, level).expand(-1, 9, -1, -1)
            details.insert(0, self.priors[self._net(level)](a_hat, plane(quality, a_hat), step, level, coder))
            if level:
                a_hat = self.join(level, a_hat, details[0], quality)
        return top, details

    def join(self, level: int, a: Tensor, b: Tensor, quality: Tensor) -> Tensor:
        """Undo one level of `forward`."""
        if self.lifts:
            a = self.lifts[self._net(level)].inverse(a, b, plane(quality, a))
        return _merge(a, b)

    def restore(self, x_hat: Tensor, quality: Tensor) -> Tensor:
        """Decoder-side refinement: a residual net on the Haar bands takes away what quantisation left."""
        bands = haar.analyse(x_hat - 0.5)
        return x_hat + haar.synthesise(in_strips(self.filter, torch.cat([bands, plane(quality, bands)], 1)))

    def step(self, quality: Tensor, level: int) -> Tensor:
        """Δ of the details of a level, B×1×1×1: what rate–distortion theory says of orthonormal bands.

        With bits + (λ/3)·e² per coefficient and D = Δ²/12, the optimum is Δ² = 18 / (λ·ln 2); a Haar
        level here halves the orthonormal coefficients.
        """
        step = torch.sqrt(18 / math.log(2) / torch.exp(log_lambda(quality))) / 255 / 2 ** (level + 1)
        return step.view(-1, 1, 1, 1)

    def _net(self, level: int) -> int:
        return min(level, self.config.own)


def plane(quality: Tensor, like: Tensor) -> Tensor:
    """The quality in [−1, 1] as a constant channel."""
    return (quality / 50 - 1).view(-1, 1, 1, 1).expand(-1, 1, *like.shape[-2:])


def _split(x: Tensor) -> tuple[Tensor, Tensor]:
    """Haar: low band and details, the three bands of luma first, then those of each chroma channel."""
    low, *details = haar.split(x)
    return low, torch.stack(details, 2).flatten(1, 2)


def _merge(low: Tensor, details: Tensor) -> Tensor:
    return haar.merge(haar.Bands(low, *details.unflatten(1, (3, 3)).unbind(2)))
