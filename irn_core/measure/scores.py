"""The scores of a reconstruction, as values and as rows of JSON."""

import math
from dataclasses import asdict, dataclass, fields

import numpy as np

from irn_core.ops.metrics import psnr_rgb, psnr_y, ssim_rgb, ssim_y


@dataclass(frozen=True)
class Scores:
    """PSNR in dB and SSIM; `_y` on BT.601 luma with the scale as border; `lr_psnr` is LR against bicubic, RGB."""

    psnr_y: float
    ssim_y: float
    psnr_rgb: float
    ssim_rgb: float
    lr_psnr: float


FIGURES = tuple(field.name for field in fields(Scores))


def score(x: np.ndarray, x_hat: np.ndarray, lr: np.ndarray, guide: np.ndarray, scale: int) -> Scores:
    """All figures of one picture: x and x_hat H×W×3, lr and guide (the bicubic LR) h×w×3, uint8."""
    return Scores(
        psnr_y=psnr_y(x, x_hat, scale),
        ssim_y=ssim_y(x, x_hat, scale),
        psnr_rgb=psnr_rgb(x, x_hat),
        ssim_rgb=ssim_rgb(x, x_hat),
        lr_psnr=psnr_rgb(guide, lr),
    )


def score_row(name: str, scores: Scores) -> dict:
    """The figures of one picture by their names, ready for JSON."""
    return {"name": name, **{key: finite(value) for key, value in asdict(scores).items()}}


def summarise(name: str, scale: int, params: int, tau: float, seed: int, rows: list[dict], refine: int = 0) -> dict:
    """Rows of `score_row` with their means and with what was evaluated, ready for JSON."""
    return {
        "model": name,
        "scale": scale,
        "tau": tau,
        "seed": seed,
        "refine": refine,
        "params": params,
        "images": rows,
        "mean": {key: mean_finite([row[key] for row in rows]) for key in FIGURES},
    }


def finite(value: float) -> float | None:
    """JSON knows no inf (the PSNR of equal pictures) and no nan (the SSIM of tiny ones): None stands for both."""
    return value if math.isfinite(value) else None


def mean_finite(values: list[float | None]) -> float | None:
    """The mean of the scores that are finite: one lossless or tiny picture must not hide the rest."""
    finite = [value for value in values if value is not None]
    return float(np.mean(finite)) if finite else None
