"""How draws of what was lost differ, and whether they know the error. Knows nothing of the page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from demo.rescale.footprint import busiest
from irn_core.measure.spread import compare, deciles, rms, sparsification, variance_over
from irn_core.ops.tiling import Window

PART_SIDE = 96
"""Side of the part that is shown enlarged, in pixels."""


@dataclass(frozen=True, eq=False)
class Variability:
    """How draws of what was lost differ, in grey levels (0…255). Maps are H×W float32, RMS over R, G, B."""

    original: np.ndarray
    likeliest: np.ndarray
    draws: tuple[np.ndarray, ...]
    psnr: tuple[float, ...]
    psnr_tau_0: float
    seen: Window  # where the draws differ most
    spread: np.ndarray  # standard deviation over the draws
    error: np.ndarray  # |reconstruction at tau 0 − original|
    deciles: tuple[np.ndarray, np.ndarray]  # RMS spread and RMS error of ten groups of pixels by spread
    sparsification: tuple[np.ndarray, ...]  # of the error by the spread: see measure.spread
    coverage: tuple[float, ...] = ()  # of the errors of R, G, B, by intervals of INTERVALS; () with one draw
    measure: str = "PSNR-Y"  # that psnr and psnr_tau_0 are given in

    @property
    def spread_rms(self) -> float:
        """Over the picture, as is the next."""
        return rms(self.spread)

    @property
    def error_rms(self) -> float:
        return rms(self.error)

    @property
    def ratio(self) -> float:
        """RMS error ÷ RMS spread: 1 when the prior knows how wrong it is (at tau 1)."""
        return self.error_rms / self.spread_rms if self.spread_rms else float("inf")


class Found(NamedTuple):
    """Draws and how they differ, with the temperature and the first seed that they were made by."""

    draws: Variability
    tau: float
    seed: int


def compare_draws(
    x: np.ndarray, likeliest: np.ndarray, drawn: tuple[np.ndarray, ...], psnr: Callable[[np.ndarray], float],
    measure: str = "PSNR-Y",
) -> Variability:  # fmt: skip
    """How draws differ from each other, and the likeliest picture from the original x."""
    found = compare(x, likeliest, drawn)
    spread, error = found.spread, found.error
    # From four draws on, the spread of every other one groups the pixels, and that of the rest is measured.
    halves = [np.sqrt(variance_over(drawn[k::2]).mean(-1)) for k in (0, 1)] if len(drawn) > 3 else [spread]
    return Variability(
        original=x,
        likeliest=likeliest,
        draws=drawn,
        seen=busiest(spread, PART_SIDE),
        psnr=tuple(psnr(picture) for picture in drawn),
        psnr_tau_0=psnr(likeliest),
        spread=spread,
        error=error,
        deciles=deciles(error, *halves),
        sparsification=sparsification(error, spread),
        coverage=found.coverage,
        measure=measure,
    )
