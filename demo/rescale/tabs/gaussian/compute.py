"""Is what is lost noise? z of three pictures before and after the conditional normaliser. Knows nothing of the page."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from demo import examples
from demo.kit.cache import cached
from demo.photo import Photo
from demo.rescale.rescaled import network, scale_of
from irn_core.measure.information import value_names
from irn_core.measure.noise import stages
from irn_core.measure.normality import (
    by_band,
    defined_mean,
    histogram,
    members,
    moments,
    neighbours,
    power_sums,
    quantiles,
    with_known,
)

HERE = "this picture"
BESIDE = ("text", "hubble", "coffee")
"""Examples to compare with, two at a time: the first two are the photographs whose z spreads least and most at ×2."""


@dataclass(frozen=True, eq=False)
class Stage:
    """C channels of z or ε of one picture, by `measure.normality`; the plots are of all their values together."""

    sums: np.ndarray  # of powers, 5×C
    neighbours: np.ndarray  # 2×C
    with_y: np.ndarray  # correlation with the luma of ŷ, C
    histogram: tuple[np.ndarray, np.ndarray]
    quantiles: tuple[np.ndarray, np.ndarray]


class Case(NamedTuple):
    """What one picture loses, before and after the normaliser."""

    before: Stage
    after: Stage


@cached
def case_of(photo: Photo, net: str) -> Case:
    """Both stages of a picture. Cached by content."""
    before, after, luma = stages(network(net), photo.pixels)
    return Case(_stage(before, luma), _stage(after, luma))


def _stage(field: np.ndarray, luma: np.ndarray) -> Stage:
    return Stage(
        sums=power_sums(field),
        neighbours=neighbours(field),
        with_y=with_known(field, luma),
        histogram=histogram(field),
        quantiles=quantiles(field),
    )


def cases(photo: Photo, net: str) -> dict[str, Case]:
    """This picture, and two examples that differ from it and strongly from each other."""
    others = [other for name in BESIDE if (other := Photo(examples.example(name), name)) != photo][:2]
    return {HERE: case_of(photo, net)} | {other.name: case_of(other, net) for other in others}


class Summary(NamedTuple):
    """All channels of a stage: moments pooled, correlations as mean sizes. The worst kurtosis is farthest from 3."""

    mean: float
    deviation: float
    kurtosis: float
    worst: float
    along_x: float
    along_y: float
    with_y: float


def summary(stage: Stage, groups: list[str]) -> Summary:
    """Groups: a name for each channel; those of one name are pooled where the worst is looked for."""
    kurtosis = np.array([moments(stage.sums[:, mine].sum(1)).kurtosis for mine in members(groups).values()])
    worst = kurtosis[np.argmax(np.nan_to_num(np.abs(kurtosis - 3)))]
    sizes = (defined_mean(np.abs(values)) for values in (*stage.neighbours, stage.with_y))
    return Summary(*moments(stage.sums.sum(1)), worst, *sizes)


def comparison(found: Case, scale: int) -> tuple[Summary, Summary]:
    """Before, the colours of each band pooled, and after, channel by channel."""
    bands = value_names(scale)[3:]
    return summary(found.before, bands), summary(found.after, [str(channel) for channel in range(len(bands))])


class BandSummary(NamedTuple):
    """One level and band; correlations as mean sizes."""

    deviation: float
    kurtosis: float
    along_x: float
    along_y: float


def bands(found: Case, net: str) -> dict[str, tuple[BandSummary, BandSummary]]:
    """Each level and band before and after, by `measure.normality.by_band`, as `evaluate normality` has them."""
    names, shares = value_names(scale_of(net))[3:], network(net).prior.shares().double().numpy()
    before = by_band(found.before.sums, found.before.neighbours, names)
    after = by_band(found.after.sums, found.after.neighbours, names, shares)
    return {band: (BandSummary(*before[band][1:]), BandSummary(*after[band][1:])) for band in before}


class Row(NamedTuple):
    """A line of a table: a name, and the same figures before and after."""

    name: str
    before: Summary | BandSummary
    after: Summary | BandSummary


@dataclass(frozen=True, eq=False)
class Found:
    """What the tab shows: three pictures, a row for each, and a row for each band of the first."""

    cases: dict[str, Case]
    pictures: list[Row]
    bands: list[Row]


def find(photo: Photo, net: str) -> Found:
    """All figures of a picture and of the two beside it."""
    known = cases(photo, net)
    pictures = [Row(name, *comparison(one, scale_of(net))) for name, one in known.items()]
    return Found(known, pictures, [Row(band, *pair) for band, pair in bands(known[HERE], net).items()])
