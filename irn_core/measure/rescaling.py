"""Score a rescaling model, or a filter, on a folder of pictures."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from irn_core.coding.pillow_codecs import JPEGS
from irn_core.measure.filters import FILTERS, as_it_is, bicubic_lr
from irn_core.measure.scores import Scores, score, score_row, summarise
from irn_core.nets.irn import IRN
from irn_core.pictures.folder import Folder, open_folder
from irn_core.rescale import downscale, upscale
from irn_core.weights import count_params


class AsJpeg(NamedTuple):
    """An LR is saved as JPEG of a quality, 1 to 95, with colour as in a key of JPEGS, and read again."""

    quality: int
    chroma: str

    def __call__(self, lr: np.ndarray) -> np.ndarray:
        return JPEGS[self.chroma].through(lr, self.quality)


def evaluate_picture(
    irn: IRN, pixels: np.ndarray, tau: float, seed: int, refine: int = 0, jpeg: AsJpeg | None = None
) -> Scores:
    """Downscale, upscale and score one picture, H×W×3 uint8. With `jpeg` the LR goes through it, after it is scored."""
    lr = downscale(irn, pixels, refine=refine)
    x_hat = upscale(irn, jpeg(lr) if jpeg else lr, tau, seed, size=pixels.shape[:2])
    return score(pixels, x_hat, lr, bicubic_lr(pixels, irn.config.scale), irn.config.scale)


def evaluate_rescale(
    irn: IRN,
    name: str,
    folder: str | Path | Folder,
    tau: float,
    seed: int,
    refine: int = 0,
    jpeg: AsJpeg | None = None,
    report: Callable[[str], None] = print,
) -> dict:
    """Scores of every picture below `folder`, and their means, as a dictionary ready for JSON.

    `refine` is the number of steps that refine each LR, `jpeg` what it is saved as on its way.

    Raises:
        ImageError: no pictures, or one that cannot be read: a mean over the rest would mislead.
    """
    rows = _score_all(folder, lambda pixels: evaluate_picture(irn, pixels, tau, seed, refine, jpeg), report)
    found = summarise(name, irn.config.scale, count_params(irn), tau, seed, rows, refine)
    return found | ({"jpeg": jpeg._asdict()} if jpeg else {})


def evaluate_filter(
    name: str,
    scale: int,
    folder: str | Path | Folder,
    jpeg: AsJpeg | None = None,
    report: Callable[[str], None] = print,
) -> dict:
    """The same for one of FILTERS."""

    def run(pixels: np.ndarray) -> Scores:
        lr, x_hat = FILTERS[name](pixels, scale, jpeg or as_it_is)
        return score(pixels, x_hat, lr, bicubic_lr(pixels, scale), scale)

    found = summarise(name, scale, 0, 0.0, 0, _score_all(folder, run, report))
    return found | ({"jpeg": jpeg._asdict()} if jpeg else {})


def _score_all(
    folder: str | Path | Folder, run: Callable[[np.ndarray], Scores], report: Callable[[str], None]
) -> list[dict]:
    rows = []
    for picture, pixels in open_folder(folder):
        scores = run(pixels)
        rows.append(score_row(picture, scores))
        report(f"{picture}  PSNR-Y {scores.psnr_y:.2f} dB  LR {scores.lr_psnr:.2f} dB")
    return rows
