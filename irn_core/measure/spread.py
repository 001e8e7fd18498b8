"""Does a predicted spread know the error? Arrays of any equal shape, in grey levels."""

import numpy as np
from scipy import stats

ROUNDING = 12**-0.5
"""Standard deviation of rounding to whole grey levels: no 8-bit picture is surer."""


def rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))


def coverage(error: np.ndarray, spread: np.ndarray, draws: int, level: float) -> float:
    """Share of errors inside the central interval that should hold a share `level` of them.

    spread: standard deviation over `draws` ≥ 2 draws, so the interval is that of Student's t. Errors are whole grey
    levels: each stands for all between ½ less and ½ more, and counts as far as these lie inside.
    """
    reach = stats.t.ppf((1 + level) / 2, draws - 1) * np.maximum(spread, ROUNDING)
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
