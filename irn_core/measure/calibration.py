"""Does p(z | y) know how wrong it is? Spread of draws against the error, over a folder of pictures."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

from irn_core.measure.spread import INTERVALS, compare
from irn_core.nets.irn import IRN
from irn_core.pictures.folder import Folder, open_folder
from irn_core.rescale import downscale, upscale


def calibration_of(irn: IRN, pixels: np.ndarray, draws: int, seed: int) -> dict[str, float]:
    """Mean square error at tau 0 and mean variance over draws at tau 1 of one picture, in grey levels², and coverage.

    pixels: H×W×3 uint8; draws ≥ 2, of the seeds from `seed` on.
    """
    lr, size = downscale(irn, pixels), pixels.shape[:2]
    drawn = [upscale(irn, lr, 1.0, seed + i, size) for i in range(draws)]
    found = compare(pixels, upscale(irn, lr, size=size), drawn)
    error, variance = (float(np.square(m, dtype=np.float64).mean()) for m in (found.error, found.spread))
    covered = {f"coverage_{level:.0%}": share for level, share in zip(INTERVALS, found.coverage, strict=True)}
    return {"error": error, "variance": variance} | covered


def evaluate_calibration(
    irn: IRN, folder: str | Path | Folder, draws: int, seed: int, report: Callable[[str], None] = print
) -> dict:
    """Does p(z|y) know how wrong it is? RMS error at tau 0 ÷ RMS spread of draws at tau 1, and coverage of intervals.

    All are taken over all pictures below `folder`, each picture with the same weight.
    """
    rows = []
    for picture, pixels in open_folder(folder):
        rows.append(calibration_of(irn, pixels, draws, seed))
        error, spread = (math.sqrt(rows[-1][key]) for key in ("error", "variance"))
        report(f"{picture}  spread {spread:.2f}, error {error:.2f} grey levels")
    mean = {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
    error, spread = math.sqrt(mean.pop("error")), math.sqrt(mean.pop("variance"))
    ratio = error / spread if spread else None
    return {"draws": draws, "rms_error": error, "rms_spread": spread, "error_over_spread": ratio, **mean}
