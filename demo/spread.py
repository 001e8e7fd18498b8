"""How draws of what was lost differ, and whether they know the error. Knows nothing of the page."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from irn_core.measure.rescaling import INTERVALS
from irn_core.measure.spread import coverage, deciles, rms, sparsification


@dataclass(frozen=True, eq=False)
class Variability:
    """How draws of what was lost differ, in grey levels (0…255). Maps are H×W float32, RMS over R, G, B."""

    draws: tuple[np.ndarray, ...]
    psnr: tuple[float, ...]
    psnr_tau_0: float
    spread: np.ndarray  # standard deviation over the draws
    error: np.ndarray  # |reconstruction at tau 0 − original|
    deciles: tuple[np.ndarray, np.ndarray]  # RMS spread and RMS error of ten groups of pixels by spread
    sparsification: tuple[np.ndarray, ...]  # of the error by the spread: see measure.spread
    coverage: tuple[float, ...] = ()  # of the errors of R, G, B, by intervals of INTERVALS; () with one draw
    measure: str = "PSNR-Y"  # that psnr and psnr_tau_0 are given in

    @property
    def ratio(self) -> float:
        """RMS error ÷ RMS spread: 1 when the prior knows how wrong it is (at tau 1)."""
        spread = rms(self.spread)
        return rms(self.error) / spread if spread else float("inf")


def compare_draws(
    x: np.ndarray, likeliest: np.ndarray, drawn: tuple[np.ndarray, ...], psnr: Callable[[np.ndarray], float],
    measure: str = "PSNR-Y",
) -> Variability:  # fmt: skip
    """How draws differ from each other, and the likeliest picture from the original x."""
    # With one draw there is no spread about the mean: take it about the likeliest picture.
    many = len(drawn) > 1
    variance = _variance(drawn) if many else np.square(likeliest.astype(np.float32) - drawn[0])
    error = likeliest.astype(np.float32) - x
    covered = (coverage(error, np.sqrt(variance), len(drawn), level) for level in INTERVALS) if many else ()
    spread, size = np.sqrt(variance.mean(-1)), np.sqrt((error**2).mean(-1))
    # From four draws on, the spread of every other one groups the pixels, and that of the rest is measured.
    halves = [np.sqrt(_variance(drawn[k::2]).mean(-1)) for k in (0, 1)] if len(drawn) > 3 else [spread]
    return Variability(
        draws=drawn,
        psnr=tuple(psnr(picture) for picture in drawn),
        psnr_tau_0=psnr(likeliest),
        spread=spread,
        error=size,
        deciles=deciles(size, *halves),
        sparsification=sparsification(size, spread),
        coverage=tuple(covered),
        measure=measure,
    )


def _variance(drawn: tuple[np.ndarray, ...]) -> np.ndarray:
    """The variance of each sample over two or more pictures. np.var would hold them all as floats."""
    centre = np.mean(drawn, axis=0, dtype=np.float32)
    return sum(np.square(picture - centre) for picture in drawn) / (len(drawn) - 1)
