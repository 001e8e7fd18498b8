"""Perception against distortion: what the temperature buys and costs on one picture. Knows nothing of the page."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from demo.analysis import detail_energy
from demo.service import Photo, draw
from irn_core.ops.metrics import psnr_y

TAUS = tuple(k / 10 for k in range(16))


class Point(NamedTuple):
    """A draw at tau: its PSNR-Y in dB, and its finest detail energy as a share of the original's."""

    tau: float
    psnr_y: float
    energy: float


def tau_curve(photo: Photo, scale: int, seed: int) -> Iterator[list[Point]]:
    """The points for TAUS as they come, all from one noise: the list grows."""
    original, points = detail_energy(photo.pixels), []
    for tau in TAUS:
        x_hat = draw(photo, scale, tau, seed)
        share = detail_energy(x_hat) / original if original else float("nan")
        points.append(Point(tau, psnr_y(photo.pixels, x_hat, scale), share))
        yield list(points)


def matching_tau(points: list[Point]) -> float | None:
    """The first tau at which a draw has the original's detail energy, between points by interpolation."""
    for before, after in pairwise(points):
        if before.energy <= 1 <= after.energy:
            return float(np.interp(1, (before.energy, after.energy), (before.tau, after.tau)))
    return None
