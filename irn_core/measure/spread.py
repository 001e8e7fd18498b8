"""Does a predicted spread know the error? Arrays of any equal shape, in grey levels."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

INTERVALS = (0.5, 0.9)
"""Shares of errors that the measured intervals should cover."""

ROUNDING = 12**-0.5
"""Standard deviation of rounding to whole grey levels: no 8-bit picture is surer."""


class Comparison(NamedTuple):
    """How draws of a picture differ, and how wrong its likeliest reconstruction is; float32, in grey levels."""

    variance: np.ndarray  # of each sample, over the draws: H×W×3
    spread: np.ndarray  # deviation over the draws, RMS over R, G and B: H×W
    error: np.ndarray  # |likeliest − original|, RMS over R, G and B: H×W
    coverage: tuple[float, ...]  # of the errors of all samples, by intervals of INTERVALS; () with one draw


def compare(x: np.ndarray, likeliest: np.ndarray, draws: Sequence[np.ndarray]) -> Comparison:
    """Spread of one or more draws against the error of the likeliest picture; x and all others H×W×3 uint8.

    One draw has no spread about a mean: it is taken about the likeliest picture.
    """
    many = len(draws) > 1
    error = likeliest.astype(np.float32) - x
    variance = variance_over(draws) if many else np.square(likeliest.astype(np.float32) - draws[0])
    covered = (coverage(error, np.sqrt(variance), len(draws), level) for level in INTERVALS) if many else ()
    return Comparison(variance, _over_colours(variance), _over_colours(np.square(error)), tuple(covered))


def _over_colours(squares: np.ndarray) -> np.ndarray:
    """The RMS over the last axis of what was squared."""
    return np.sqrt(squares.mean(-1))


def variance_over(draws: Sequence[np.ndarray]) -> np.ndarray:
    """Unbiased variance of each sample over two or more pictures H×W×3 uint8; H×W×3 float32.

    The pictures are taken one after the other: np.var would hold them all as floats.
    """
    centre = np.mean(draws, axis=0, dtype=np.float32)
    return sum(np.square(picture - centre) for picture in draws) / (len(draws) - 1)


def rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))


def coverage(error: np.ndarray, spread: np.ndarray, draws: int, level: float) -> float:
    """Share of errors inside the central interval that should hold a share `level` of them.

    spread: standard deviation over `draws` ≥ 2 draws, so the interval is that of Student's t. Errors are whole grey
    levels: each stands for all between ½ less and ½ more, and counts as far as these lie inside.
    """
    reach = stdtrit(draws - 1, (1 + level) / 2) * np.maximum(spread, ROUNDING)
    size = np.abs(error)
    inside = np.minimum(reach, size + 0.5) - np.maximum(-reach, size - 0.5)
    return float(np.mean(np.clip(inside, 0, 1)))


def deciles(error: np.ndarray, spread: np.ndarray, by: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Reliability: ten equal groups by predicted spread; RMS spread and RMS error of each.

    With few draws, group by the spread of other draws than those of `spread`: the pixels that seem widest are
    partly those where the estimate is too wide.
    """
    groups = [group for group in np.array_split(np.argsort(spread if by is None else by, axis=None), 10) if len(group)]
    spread, error = spread.ravel(), error.ravel()
    return np.array([rms(spread[group]) for group in groups]), np.array([rms(error[group]) for group in groups])


def sparsification(error: np.ndarray, spread: np.ndarray, steps: int = 20) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """RMS error of what stays when the most doubtful values are taken out (Ilg et al. 2018).

    Returns the shares taken out, from 0 to below 1, the errors when spread decides, and when the true error does:
    no order can do better.
    """
    square = np.square(error.ravel(), dtype=np.float64)
    shares = np.arange(steps) / steps
    kept = square.size - (shares * square.size).astype(int)
    return shares, *(np.sqrt(np.cumsum(square[np.argsort(by, axis=None)])[kept - 1] / kept) for by in (spread, square))
