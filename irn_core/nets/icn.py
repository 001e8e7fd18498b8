"""The invertible compression net, ICN: x ↔ (top, details) by Haar and lifting, coded coarse to fine.

Each level codes its details b given the decoded low band a_hat: b_hat = μ + k·Δ, with μ, σ from the
conditional prior p(b | a_hat) and Δ from the quality. The decoder inverts the lifting and the Haar step,
which gives the a_hat of the next level. What the symbols k leave out is lost, and modelled.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from irn_core.errors import IRNError
from irn_core.nets.config import NetConfig
from irn_core.nets.coupling import PlainNet, in_strips
from irn_core.nets.prior import mix
from irn_core.ops import haar, laplace

LAMBDA_RANGE = (0.0005, 0.6)
"""λ in L = bpp + λ·MSE(0…255) at quality 0 and at quality 100. A part of the format, as steps follow from it."""
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


LUMA, CHROMA = slice(0, 3), slice(3, 9)
"""Where the details have them."""
Coder = Callable[[Coefficients], Tensor]
"""Takes a group through the channel and returns the decoded coefficients, of the shape of its mean."""


@dataclass(frozen=True)
class ICNConfig(NetConfig):
    """Shape of an ICN: `lift_width` 0 leaves out the learned part of the transform (Haar only).

    `steps` are the quantisation steps of the levels, the finest first, as multiples of what is best for the squared
    error; levels beyond the last are as that. Eyes see coarse errors better than fine ones, so theirs shrink.
    """

    levels: int = 6
    own: int = 2  # so many of the finest levels have networks of their own, the others share
    width: int = 48
    depth: int = 2
    lift_width: int = 24
    filter_width: int = 48
    reach: int = 0  # side of the depthwise filters in the priors and in the last filter; 0: none
    steps: tuple[float, ...] = (1.0,)

    def __post_init__(self):
        if not 0 < self.own < self.levels:
            raise IRNError(f"got levels = {self.levels}, own = {self.own}; expected 0 < own < levels")
        if not 0 < len(self.steps) <= self.levels or min(self.steps) <= 0:
            raise IRNError(f"got steps = {self.steps}; expected 1 to {self.levels} numbers above 0, one for each level")


def log_lambda(quality: Tensor) -> Tensor:
    """log λ for a quality from 0 to 100; same shape."""
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
        return in_strips(self.update, (b, plane), torch.add, a)

    def inverse(self, a: Tensor, b: Tensor, plane: Tensor) -> Tensor:
        return in_strips(self.update, (b, plane), torch.sub, a)


class DetailPrior(nn.Module):
    """p(b | a_hat) in three passes: half of the luma details like a checkerboard, the other half, chroma."""

    def __init__(self, width: int, depth: int, reach: int):
        super().__init__()
        self.first = PlainNet(4, 6, width, depth, reach)
        self.second = PlainNet(13, 6, width, depth - 1, reach)
        self.chroma = PlainNet(10, 12, width, depth - 1, reach)

    def forward(self, a_hat: Tensor, plane: Tensor, step: Tensor, level: int, code: Coder) -> Tensor:
        """b_hat, B×9×H×W, luma channels first; a_hat: B×3×H×W, step: B×9×1×1 or B×9×H×W."""
        b_luma, residual = self._luma(a_hat, plane, step[:, LUMA], level, code)
        mean, log_sigma = in_strips(self.chroma, (a_hat, plane, b_luma, residual)).chunk(2, 1)
        mean, log_s = mean.contiguous(), _log_s(log_sigma, step[:, CHROMA]).contiguous()  # as they are coded
        del residual, log_sigma  # what is large must not wait for the end of the function
        b_chroma = code(Coefficients(level, CHROMA, mean, log_s, step[:, CHROMA], None))
        del mean, log_s
        return torch.cat([b_luma, b_chroma], 1)

    def _luma(self, a_hat: Tensor, plane: Tensor, step: Tensor, level: int, code: Coder) -> tuple[Tensor, Tensor]:
        """The luma channels of b_hat, and what the prior's mean had missed of them, in steps and within ±8."""
        even = _checkerboard(a_hat)
        mean, log_sigma = in_strips(self.first, (a_hat, plane)).chunk(2, 1)
        b_even = code(Coefficients(level, LUMA, mean, _log_s(log_sigma, step), step, even))
        residual = torch.where(even, (b_even - mean) / step, 0)
        known = (a_hat, plane, mean / step, log_sigma, residual.clamp(-8, 8))
        more_mean, more_log_sigma = in_strips(self.second, known).chunk(2, 1)
        del known
        mean_odd, log_s_odd = mean + more_mean, _log_s(log_sigma + more_log_sigma, step)
        del mean, log_sigma, more_mean, more_log_sigma
        b_odd = code(Coefficients(level, LUMA, mean_odd, log_s_odd, step, ~even))
        residual = torch.where(even, residual, (b_odd - mean_odd) / step).clamp(-8, 8)
        return torch.where(even, b_even, b_odd), residual


def _log_s(log_sigma: Tensor, step: Tensor) -> Tensor:
    """log σ/Δ from the output of a net, which starts at zero and then means σ = e⁻⁴."""
    return (log_sigma - 4).sub_(step.log()).clamp(*laplace.LOG_SCALE_RANGE)


def _checkerboard(x: Tensor) -> Tensor:
    rows, columns = (torch.arange(n, device=x.device) for n in x.shape[-2:])
    return (rows[:, None] + columns) % 2 == 0


class ICN(nn.Module):
    """One network for all rates: every subnet sees the quality as a plane.

    A quality is B numbers from 0 to 100, or a map B×1×h×w of them with a number for each coefficient of the top,
    which stands for 64×64 pixels.
    """

    def __init__(self, config: ICNConfig):
        super().__init__()
        self.config = config
        self.register_buffer("colour", torch.tensor(COLOUR), persistent=False)
        self.priors = nn.ModuleList(
            DetailPrior(config.width, config.depth, config.reach) for _ in range(config.own + 1)
        )
        self.lifts = nn.ModuleList(Lifting(config.lift_width) for _ in range(config.own + 1) if config.lift_width)
        self.filter = PlainNet(13, 12, config.filter_width, config.depth, config.reach)
        self.top_log_sigma = nn.Parameter(torch.zeros(3))
        self.split_radius = max((lift.update.radius for lift in self.lifts), default=0)
        self.restore_radius = self.split_radius + self.filter.radius
        """Reach of `split`, and of `join` with `restore`, in coefficients of the level."""

    def forward(self, x: Tensor, quality: Tensor) -> tuple[Tensor, list[Tensor]]:
        """x: B×3×H×W in [0, 1], sides multiples of 2^levels; quality: B, or a map.

        Returns top: B×3×H/2^L×W/2^L and the details of each level, B×9×…, the finest first.
        """
        a, details = self.from_rgb(x), []
        for level in range(self.config.levels):
            a, b = self.split(level, a, quality)
            details.append(b)
        return a, details

    def inverse(self, top: Tensor, details: list[Tensor], quality: Tensor) -> Tensor:
        """The exact inverse of `forward`."""
        for level in reversed(range(self.config.levels)):
            top = self.join(level, top, details[level], quality)
        return self.to_rgb(top)

    def from_rgb(self, x: Tensor) -> Tensor:
        """The low band that `forward` begins with: x in luma and chroma, about 0."""
        return mix(x - 0.5, self.colour)

    def to_rgb(self, a: Tensor) -> Tensor:
        """The inverse of `from_rgb`."""
        return mix(a, self.colour.T) + 0.5

    def code(self, shape: tuple[int, ...], quality: Tensor, coder: Coder) -> tuple[Tensor, list[Tensor]]:
        """The closed loop of encoder and decoder, coarse to fine: decoded top and details.

        shape: that of the top, B×3×h×w. Each group goes through `coder`, and what that returns is what
        the next groups are predicted from. Level L, above the details, stands for the top itself.
        """
        levels = self.config.levels
        step = self.step(quality, levels - 1, shape).expand(-1, 3, -1, -1)
        mean = torch.zeros(shape, device=quality.device)
        log_s = (self.top_log_sigma.view(1, 3, 1, 1) - 1 - step.log()).clamp(*laplace.LOG_SCALE_RANGE)
        a_hat = top_hat = coder(Coefficients(levels, slice(0, 3), mean, log_s.expand(shape), step, None))
        details_hat: list[Tensor] = []
        for level in reversed(range(levels)):
            step = self.step(quality, level, a_hat.shape).expand(-1, 9, -1, -1)
            details_hat.insert(0, self.priors[self._net(level)](a_hat, plane(quality, a_hat), step, level, coder))
            if level:
                a_hat = self.join(level, a_hat, details_hat[0], quality)
        return top_hat, details_hat

    def split(self, level: int, a: Tensor, quality: Tensor) -> tuple[Tensor, Tensor]:
        """One level of `forward`: low band and details of a low band of twice the size."""
        a, b = _split(a)
        if self.lifts:
            a = self.lifts[self._net(level)](a, b, plane(quality, a))
        return a, b

    def join(self, level: int, a: Tensor, b: Tensor, quality: Tensor) -> Tensor:
        """The inverse of `split`."""
        if self.lifts:
            a = self.lifts[self._net(level)].inverse(a, b, plane(quality, a))
        return _merge(a, b)

    def restore(self, x_hat: Tensor, quality: Tensor) -> Tensor:
        """Decoder-side refinement: a residual net on the Haar bands takes away what quantisation left."""
        bands = haar.analyse(x_hat - 0.5)
        return x_hat + haar.synthesise(in_strips(self.filter, (bands, plane(quality, bands))))

    def step(self, quality: Tensor, level: int, shape: tuple[int, ...] = (1, 1)) -> Tensor:
        """Δ of the details of a level: what rate–distortion theory says of orthonormal bands.

        B×1×1×1, or, of a map, for every coefficient of bands of this shape, B×1×H×W.

        With bits + (λ/3)·e² per coefficient and D = Δ²/12, the optimum is Δ² = 18 / (λ·ln 2); a Haar
        level here halves the orthonormal coefficients. Errors that count by 1/steps² want steps so many times as long.
        """
        steps = self.config.steps
        step = torch.sqrt(18 / math.log(2) / torch.exp(log_lambda(quality))) / 255 / 2 ** (level + 1)
        return spread(step * steps[min(level, len(steps) - 1)], shape)

    def _net(self, level: int) -> int:
        return min(level, self.config.own)


def plane(quality: Tensor, like: Tensor) -> Tensor:
    """The quality in [−1, 1] as a channel, for bands like these."""
    return spread(quality / 50 - 1, like.shape).expand(-1, 1, *like.shape[-2:])


def spread(numbers: Tensor, shape: tuple[int, ...]) -> Tensor:
    """B numbers as B×1×1×1; a map B×1×h×w as B×1×H×W with each number repeated, H×W the last of `shape`."""
    if numbers.dim() == 1:
        return numbers.view(-1, 1, 1, 1)
    return F.interpolate(numbers, shape[-2:], mode="nearest-exact")


def _split(x: Tensor) -> tuple[Tensor, Tensor]:
    """Haar: low band and details, the three bands of luma first, then those of each chroma channel."""
    low, *details = haar.split(x)
    return low, torch.stack(details, 2).flatten(1, 2)


def _merge(low: Tensor, details: Tensor) -> Tensor:
    return haar.merge(haar.Bands(low, *details.unflatten(1, (3, 3)).unbind(2)))
