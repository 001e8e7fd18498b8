"""η ↔ ε: what a Gaussian of parameters μ(y), σ(y) leaves of z is neither white nor Gaussian; ε is both.

Coarse to fine over the grid of y: first every eighth place of every eighth row, then, at spacings of 8, 4 and 2,
the places in the middle of four known ones, and those between two. Given what is known, a value is logistic,

    η = m + s·logit Φ(ε),    s = b·exp(l),

where b is the deviation of the known values around it, and m/b and l come from a net that sees them, y, and what
the known values of the whole picture are like. So scale and correlation follow the picture at hand, which no
μ(y), σ(y) learned from other pictures can do.
"""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from scipy.special import ndtri_exp
from torch import Tensor, nn

from irn_core.nets.coupling import in_strips, zeroed

COARSEST = 8
"""Spacing of the places that come first."""
VARIANCE_FLOOR = 1e-3
"""It is added to mean squares of η, so that silence has a scale."""
LIKENESS = 4
"""How many numbers say what a channel is like in the whole picture."""
LOG_SCALE_RANGE = 4.0
UNIT = math.log(math.sqrt(3) / math.pi)
"""log s of a logistic distribution of deviation 1."""

Places = tuple[slice, slice]
"""Rows and columns of the grid."""
Visit = Callable[[Places, Tensor, Tensor], Tensor]
"""Takes the mean and log s of the values at some places, and says what they are, B×C×h'×w'."""
Nearest = tuple[tuple[tuple[tuple[int, int], ...], ...], ...]
"""For each field asked for, for each known one, which of its values are nearest: steps down and to the right."""
MIDDLE: Nearest = ((((0, 0), (0, 1), (1, 0), (1, 1)),),)
BETWEEN: Nearest = ((((0, 0), (0, 1)), ((-1, 0), (0, 0))), (((0, 0), (1, 0)), ((0, -1), (0, 0))))


class Context(nn.Module):
    """Predicts fields of C channels from known ones: for each m and l. It starts at zero.

    m is linear in the means of the nearest known values of the same channel, weighted as the net sees fit, and
    not linear in all: smooth pictures and rough ones want weights of another sign.
    """

    radius = 2

    def __init__(self, channels: int, nearest: Nearest, condition_channels: int, width: int):
        super().__init__()
        self.channels, self.asked, self.known = channels, len(nearest), len(nearest[0])
        self.register_buffer("means", _means(nearest, channels), persistent=False)
        self.near = nn.Conv2d((self.known + 1) * channels + condition_channels, width, 3, padding=1)
        self.everywhere = nn.Conv2d(LIKENESS * channels, width, 1, bias=False)
        self.net = nn.Sequential(
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(width, width, 3, padding=1), nn.LeakyReLU(0.2, inplace=True),
            zeroed(nn.Conv2d(width, self.asked * (2 + self.known) * channels, 1)),
        )  # fmt: skip

    def forward(self, seen: Tensor) -> Tensor:
        """Known fields, all else that is near, and the likeness, B×…×h×w → m and l of each, B×(asked·2C)×h×w."""
        near, likeness = seen.tensor_split([-LIKENESS * self.channels], 1)
        fields = near[:, : self.known * self.channels]
        means = F.conv2d(fields, self.means, padding=1, groups=fields.shape[1])  # B×(known·C·asked)×h×w
        means = means.unflatten(1, (self.known, self.channels, self.asked)).movedim(3, 1)  # B×asked×known×C×h×w
        hidden = self.near(near) + self.everywhere(likeness[..., :1, :1])  # B×width×h×w
        predicted = self.net(hidden).unflatten(1, (self.asked, 2 + self.known, self.channels))
        m, l, weights = predicted.split([1, 1, self.known], 2)  # noqa: E741  # B×asked×(1, 1, known)×C×h×w
        m = m + (weights * means).sum(2, keepdim=True)  # B×asked×1×C×h×w
        return torch.cat([m, l], 2).flatten(1, 3)


def _means(nearest: Nearest, channels: int) -> Tensor:
    """Kernels 3×3 that take the means, one for each known field, channel and field asked for."""
    kernels = torch.zeros(len(nearest[0]), channels, len(nearest), 3, 3)
    for asked, fields in enumerate(nearest):
        for known, places in enumerate(fields):
            for row, column in places:
                kernels[known, :, asked, 1 + row, 1 + column] = 1 / len(places)
    return kernels.flatten(0, 2)[:, None]  # (known·C·asked)×1×3×3


class Whitener(nn.Module):
    """The same two nets serve all spacings: `middle` for places amid four, `between` for those beside them."""

    def __init__(self, condition_channels: int, channels: int, width: int):
        super().__init__()
        self.channels = channels
        self.middle = Context(channels, MIDDLE, 4 * condition_channels, width)
        self.between = Context(channels, BETWEEN, 4 * condition_channels, width)
        self.first = nn.Parameter(torch.zeros(2 * channels, 1, 1))

    @torch.no_grad()
    def whiten(self, eta: Tensor, y: Tensor) -> Tensor:
        """η → ε, B×C×h×w each; y: B×3×h×w. It measures, and passes no gradient: training takes `log_densities`."""
        eps = torch.empty_like(eta)

        def visit(places: Places, mean: Tensor, log_s: Tensor) -> Tensor:
            known = at(eta, places)
            at(eps, places).copy_(_normal((known - mean) * torch.exp(-log_s)))
            return known

        self.walk(y, visit)
        return eps

    def colour(self, eps: Tensor, y: Tensor) -> Tensor:
        """The inverse of `whiten`: ε → η."""

        def visit(places: Places, mean: Tensor, log_s: Tensor) -> Tensor:
            return torch.addcmul(mean, torch.exp(log_s), _logistic(at(eps, places)))

        return self.walk(y, visit)

    def log_densities(self, eta: Tensor, y: Tensor) -> Tensor:
        """Natural log of the density of each value of η given those before it, B×C×h×w."""
        found = []

        def visit(places: Places, mean: Tensor, log_s: Tensor) -> Tensor:
            known = at(eta, places)
            u = (known - mean) * torch.exp(-log_s)
            found.append((places, F.logsigmoid(u) + F.logsigmoid(-u) - log_s))
            return known

        self.walk(y, visit)
        log_p = torch.empty_like(eta)
        for places, values in found:
            at(log_p, places).copy_(values)
        return log_p

    def walk(self, y: Tensor, visit: Visit) -> Tensor:
        """Visit all places, each once, coarse to fine; returns what the visits say: η, B×C×h×w."""
        eta = y.new_empty(len(y), self.channels, *y.shape[-2:])
        corner = at(eta, _places(0, 0, COARSEST))
        m, log_s = self.first.expand(len(y), -1, *corner.shape[-2:]).chunk(2, 1)  # B×C×⌈h/8⌉×⌈w/8⌉ each
        corner.copy_(visit(_places(0, 0, COARSEST), m, log_s + UNIT))
        spacing = COARSEST
        while spacing > 1:
            half = spacing // 2
            grid, around = at(eta, _places(0, 0, spacing)).clone(), _around(y, half)
            self._visit(eta, [_places(half, half, spacing)], self.middle, [grid], around, visit)
            middle = _padded(at(eta, _places(half, half, spacing)), grid.shape)
            sides = [_places(0, half, spacing), _places(half, 0, spacing)]
            self._visit(eta, sides, self.between, [grid, middle], around, visit)
            spacing = half
        return eta

    def _visit(
        self, eta: Tensor, places: list[Places], net: Context, known: list[Tensor], around: Tensor, visit: Visit
    ) -> None:
        """Predict the values at some places from those known, and write into η what they turn out to be."""
        power = sum(F.avg_pool2d(k.square(), 3, 1, 1, count_include_pad=False) for k in known) / len(known)
        b = (power + VARIANCE_FLOOR).sqrt()  # B×C×h'×w', the grid of this spacing
        likeness = _likeness(known).expand(-1, -1, *b.shape[2:])
        seen = torch.cat([*(k / b for k in known), b.log(), around, likeness], 1)
        for here, predicted in zip(places, in_strips(net, seen).chunk(len(places), 1), strict=True):
            m, l = predicted.chunk(2, 1)  # noqa: E741  # B×C×h'×w' each
            values = at(eta, here)
            rows, columns = (slice(n) for n in values.shape[-2:])
            log_s = b.log() + LOG_SCALE_RANGE * torch.tanh(l / LOG_SCALE_RANGE) + UNIT
            values.copy_(visit(here, (m * b)[..., rows, columns], log_s[..., rows, columns]))


def _likeness(known: list[Tensor]) -> Tensor:
    """What each channel is like in the whole picture: log deviation, and three correlations of neighbours; B×4C×1×1."""
    power = sum(_mean(k.square()) for k in known) / len(known) + VARIANCE_FLOOR
    first, last = known[0], known[-1]
    pairs = (last, last.roll(1, 3)), (last, last.roll(1, 2)), (last, first.roll((-1, -1), (2, 3)))
    return torch.cat([power.log() / 2, *(_mean(one * other) / power for one, other in pairs)], 1)


def _mean(x: Tensor) -> Tensor:
    return x.mean((2, 3), keepdim=True)


def _places(row: int, column: int, spacing: int) -> Places:
    return slice(row, None, spacing), slice(column, None, spacing)


def at(x: Tensor, places: Places) -> Tensor:
    """The values of x, …×H×W, at some places: a view."""
    return x[..., places[0], places[1]]


def _padded(x: Tensor, shape: torch.Size) -> Tensor:
    """x with zeros below and to the right, up to the size of `shape`."""
    return F.pad(x, (0, shape[-1] - x.shape[-1], 0, shape[-2] - x.shape[-2]))


def _around(y: Tensor, half: int) -> Tensor:
    """Means of y over squares of `half`, four of them at each place of the grid of spacing 2·half: B×12×…"""
    y = F.avg_pool2d(y - 0.5, half, ceil_mode=True)
    return F.pixel_unshuffle(F.pad(y, (0, y.shape[-1] % 2, 0, y.shape[-2] % 2), mode="replicate"), 2)


def _normal(u: Tensor) -> Tensor:
    """From the standard logistic distribution to N(0, 1); by the log of the lower tail, where floats are fine."""
    log_p = F.logsigmoid(-u.abs())
    return -u.sign() * torch.from_numpy(ndtri_exp(log_p.cpu().numpy())).to(u)


def _logistic(eps: Tensor) -> Tensor:
    """From N(0, 1) to the standard logistic distribution: logit Φ(ε)."""
    return torch.special.log_ndtr(eps) - torch.special.log_ndtr(-eps)
