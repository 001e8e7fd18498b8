"""R + λ·D of the files of a picture. Knows nothing of the page."""

from collections.abc import Iterator
from typing import NamedTuple

from demo.compress.curves import Point, point, settings
from demo.photo import Photo
from irn_core.coding.icn_file import QUALITY_STEPS
from irn_core.measure import lagrangian
from irn_core.nets.icn import LAMBDA_RANGE

LAMBDA_STEPS = 40


class Priced(NamedTuple):
    """At a λ: which of the files is the cheapest, and the costs of all."""

    lam: float
    best: int
    costs: list[float]


class Trade(NamedTuple):
    """The files of a picture so far, by quality, their lower hull, prices at every λ; `own` is the present file."""

    net: str
    qualities: list[float]
    files: list[Point]
    points: list[lagrangian.Point]
    hull: list[int]
    prices: list[Priced]
    first: int
    own: int
    is_whole: bool


def lambda_of(quality: float) -> float:
    """What a quality is trained for."""
    low, high = LAMBDA_RANGE
    return low * (high / low) ** (quality / 100)


def trade(photo: Photo, net: str, setting: int) -> Iterator[Trade]:
    """The curve as it grows, from real files."""
    todo = sorted({*settings(net), setting})
    measured: dict[int, Point] = {}
    for one in sorted(todo, key=lambda one: abs(one - setting)):
        measured[one] = point(photo, net, one)
        yield _priced(net, dict(sorted(measured.items())), setting, len(measured) == len(todo))


def _priced(net: str, measured: dict[int, Point], setting: int, is_whole: bool) -> Trade:
    points = [lagrangian.Point(one.bpp, lagrangian.mse_of(one.quality)) for one in measured.values()]
    qualities = [one / QUALITY_STEPS for one in measured]
    own = list(measured).index(setting)
    prices = []
    for number in range(LAMBDA_STEPS + 1):
        lam = lambda_of(100 * number / LAMBDA_STEPS)
        prices.append(Priced(lam, lagrangian.cheapest(points, lam), lagrangian.costs(points, lam).tolist()))
    first = round(qualities[own] * LAMBDA_STEPS / 100)
    hull = lagrangian.lower_hull(points)
    return Trade(net, qualities, list(measured.values()), points, hull, prices, first, own, is_whole)
