"""R + λ·D: which file is the cheapest, and the tangent that says so.

All files of cost c lie on the line R = c − λ·D. The smallest c makes it a tangent of the curve's lower hull.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Point(NamedTuple):
    """A file: its rate R in bits per pixel, and its distortion D, the MSE in grey levels²."""

    rate: float
    distortion: float


def mse_of(psnr: float) -> float:
    """The MSE in grey levels² at a PSNR in dB."""
    return 255**2 * 10 ** (-psnr / 10)


def costs(points: Sequence[Point], lam: float) -> np.ndarray:
    """R + λ·D of each."""
    return np.array([point.rate + lam * point.distortion for point in points])


def cheapest(points: Sequence[Point], lam: float) -> int:
    """Which of the points is the cheapest."""
    return int(np.argmin(costs(points, lam)))


def lower_hull(points: Sequence[Point]) -> list[int]:
    """Which points are the cheapest for some λ ≥ 0, by falling rate: corners of the lower hull of R over D."""
    hull: list[int] = []
    for k in sorted(range(len(points)), key=lambda k: (points[k].distortion, points[k].rate)):
        if hull and points[k].rate >= points[hull[-1]].rate:
            continue  # neither smaller nor better
        while len(hull) > 1 and not _is_below(points, hull[-2], hull[-1], k):
            hull.pop()
        hull.append(k)
    return hull


def _is_below(points: Sequence[Point], left: int, middle: int, right: int) -> bool:
    """Whether the middle lies below the line between the others."""
    (r0, d0), (r1, d1), (r2, d2) = (points[k] for k in (left, middle, right))
    return (r1 - r0) * (d2 - d0) < (r2 - r0) * (d1 - d0)
