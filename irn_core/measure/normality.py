"""How far are values from independent draws of N(0, 1)? Fields are C×h×w, channels of equal rank.

White Gaussian noise of deviation 1 has mean 0, deviation 1, kurtosis 3, and no correlation with its neighbours or with
anything else. A variance below 1e-6 of the mean square counts as none: what would be divided by it is nan.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

CONSTANT = 1e-6
BIN = 0.18
"""Width of a histogram's bins in interquartile ranges: a quarter of a Gaussian's deviation."""
MAX_BINS = 2000


class Moments(NamedTuple):
    """Arrays of any equal shape; the kurtosis of a Gaussian is 3, heavier tails have more."""

    mean: np.ndarray
    deviation: np.ndarray
    kurtosis: np.ndarray


def power_sums(field: np.ndarray) -> np.ndarray:
    """Σ xᵏ over each channel, k = 0 … 4: C×h×w → 5×C float64. Those of several pictures, or channels, add up."""
    return np.stack([_channel_sums(channel.astype(np.float64).ravel()) for channel in field], axis=1)


def _channel_sums(x: np.ndarray) -> np.ndarray:
    square = x * x
    return np.array([x.size, x.sum(), square.sum(), square @ x, square @ square])


def moments(sums: np.ndarray) -> Moments:
    """From `power_sums`, 5×…"""
    mean, second, third, fourth = sums[1:] / sums[0]
    variance = np.maximum(second - mean**2, 0)
    about_mean = fourth - 4 * mean * third + 6 * mean**2 * second - 3 * mean**4
    return Moments(mean, np.sqrt(variance), _ratio(about_mean, variance**2, variance > CONSTANT * second))


def correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Pearson's, over the last two axes of arrays that are broadcast; nan where one of the two is constant."""
    if not a.size:
        return np.full(a.shape[:-2], np.nan)
    (a, varies), (b, too) = _centred(a), _centred(b)
    scale = np.sqrt((a * a).sum((-2, -1)) * (b * b).sum((-2, -1)))
    return _ratio((a * b).sum((-2, -1)), scale, varies & too)


def _centred(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values less their mean, and whether they vary at all."""
    values = values.astype(np.float64)
    centred = values - values.mean((-2, -1), keepdims=True)
    return centred, (centred**2).sum((-2, -1)) > CONSTANT * (values**2).sum((-2, -1))


def _ratio(above: np.ndarray, below: np.ndarray, defined: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=defined)[()]


def neighbours(field: np.ndarray) -> np.ndarray:
    """Lag-1 autocorrelation of each channel, along x and along y: C×h×w → 2×C. nan where there is none to compare."""
    along = [(channel[:, :-1], channel[:, 1:], channel[:-1], channel[1:]) for channel in field]
    return np.array([[correlation(left, right), correlation(upper, lower)] for left, right, upper, lower in along]).T


def with_known(field: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Correlation of each channel with what is known at the same place, h×w: C×h×w → C."""
    return np.array([correlation(channel, known) for channel in field])


def members(groups: list[str]) -> dict[str, np.ndarray]:
    """For each name, which channels bear it."""
    return {name: np.array([group == name for group in groups]) for name in dict.fromkeys(groups)}


def defined_mean(values: np.ndarray, weights: np.ndarray | float = 1.0) -> float:
    """The mean of the values that are not nan; nan if none of them has weight."""
    weights = weights * ~np.isnan(values)
    return float(np.nansum(weights * values) / weights.sum()) if weights.any() else float("nan")


class Figures(NamedTuple):
    """How far channels are from N(0, 1), which has 0, 1, 3, 0, 0; the last two are lag-1 autocorrelations."""

    mean: float
    deviation: float
    kurtosis: float
    along_x: float
    along_y: float


def figures(sums: np.ndarray, along: np.ndarray, weights: np.ndarray) -> Figures:
    """Figures of C channels as one, each with its weight: moments of their pooled values, mean sizes of the rest.

    sums: 5×C by `power_sums`; along: 2×C by `neighbours`, nan where there was nothing to compare; weights: C.
    """
    return Figures(*moments(sums @ weights), *(defined_mean(row, weights) for row in np.abs(along)))


def by_band(
    sums: np.ndarray, along: np.ndarray, bands: list[str], shares: np.ndarray | None = None
) -> dict[str, Figures]:
    """`figures` of each band of z, for z itself or for ε. bands: the name of each of z's C channels.

    shares, for ε: C×C, how the energy of each coordinate of W⁻¹z (column) is shared by the channels of z (rows), by
    `Prior.shares`; a channel of ε counts in each band as far as its coordinate has energy there.
    """
    shares = np.eye(len(bands)) if shares is None else shares
    return {band: figures(sums, along, mine @ shares) for band, mine in members(bands).items()}


def quantiles(values: np.ndarray, count: int = 121) -> tuple[np.ndarray, np.ndarray]:
    """For a Q–Q plot: quantiles of N(0, 1) at even steps, and those of the values, from the smallest to the largest."""
    reach = -ndtri(0.5 / values.size)
    scores = np.linspace(-reach, reach, count)
    return scores, np.quantile(values, ndtr(scores), method="hazen")


def histogram(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middles of bins from the smallest value to the largest, and the density in them."""
    low, first, third, high = (float(value) for value in np.quantile(values, (0, 0.25, 0.75, 1)))
    width = max(BIN * (third - first), (high - low) / MAX_BINS) or 1.0
    edges = low + width * np.arange(int((high - low) / width) + 2)
    counts, _ = np.histogram(values, edges)
    return edges[:-1] + width / 2, counts / (counts.sum() * width)
