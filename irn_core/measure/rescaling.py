"""Score a rescaling model, or a filter, on a folder of pictures."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from irn_core.measure.filters import FILTERS, bicubic_lr
from irn_core.measure.scores import Scores, score, score_row, summarise
from irn_core.nets.irn import IRN
from irn_core.pictures.folder import Folder, open_folder
from irn_core.rescale import downscale, upscale
from irn_core.weights import count_params


def evaluate_picture(irn: IRN, pixels: np.ndarray, tau: float, seed: int, refine: int = 0) -> Scores:
    """Downscale, upscale and score one picture, H×W×3 uint8."""
    lr = downscale(irn, pixels, refine=refine)
    x_hat = upscale(irn, lr, tau, seed, size=pixels.shape[:2])
    return score(pixels, x_hat, lr, bicubic_lr(pixels, irn.config.scale), irn.config.scale)


def evaluate_rescale(
    irn: IRN,
    name: str,
    folder: str | Path | Folder,
    tau: float,
    seed: int,
    refine: int = 0,
    report: Callable[[str], None] = print,
) -> dict:
    """Scores of every picture below `folder`, and their means, as a dictionary ready for JSON.

    `refine` is the number of steps that refine each LR.

    Raises:
        ImageError: no pictures, or one that cannot be read: a mean over the rest would mislead.
    """
    rows = _score_all(folder, lambda pixels: evaluate_picture(irn, pixels, tau, seed, refine), report)
    return summarise(name, irn.config.scale, count_params(irn), tau, seed, rows, refine)


def evaluate_filter(name: str, scale: int, folder: str | Path | Folder, report: Callable[[str], None] = print) -> dict:
    """The same for one of FILTERS."""

    def run(pixels: np.ndarray) -> Scores:
        lr, x_hat = FILTERS[name](pixels, scale)
        return score(pixels, x_hat, lr, bicubic_lr(pixels, scale), scale)

    return summarise(name, scale, 0, 0.0, 0, _score_all(folder, run, report))


def _score_all(
    folder: str | Path | Folder, run: Callable[[np.ndarray], Scores], report: Callable[[str], None]
) -> list[dict]:
    rows = []
    for picture, pixels in open_folder(folder):
        scores = run(pixels)
        rows.append(score_row(picture, scores))
        report(f"{picture}  PSNR-Y {scores.psnr_y:.2f} dB  LR {scores.lr_psnr:.2f} dB")
    return rows
