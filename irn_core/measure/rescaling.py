"""Score a rescaling model on a folder of pictures."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image

from irn_core.measure.information import value_names
from irn_core.measure.normality import defined_mean, members, moments, neighbours, power_sums
from irn_core.measure.spread import coverage
from irn_core.nets.irn import IRN
from irn_core.ops.metrics import psnr_rgb, psnr_y, ssim_rgb, ssim_y
from irn_core.ops.pixels import luma, pad_to_multiple, to_pixels, to_tensor
from irn_core.ops.quantise import from_uint8, round8, to_uint8
from irn_core.ops.resize import bicubic_down, bicubic_up
from irn_core.pictures.folder import Folder, open_folder
from irn_core.rescale import downscale, split, upscale
from irn_core.weights import count_params

INTERVALS = (0.5, 0.9)
"""Shares of errors that the measured intervals should cover."""
NORMALITY = ("mean", "deviation", "kurtosis", "along_x", "along_y")
"""Figures of `evaluate_normality`; the last two are autocorrelations."""


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


@torch.inference_mode()
def bicubic_lr(pixels: np.ndarray, scale: int) -> np.ndarray:
    """The 8-bit bicubic LR, H×W×3 uint8 → ⌈H/s⌉×⌈W/s⌉×3 uint8."""
    x = from_uint8(to_tensor(pad_to_multiple(pixels, scale)))
    return to_pixels(to_uint8(bicubic_down(x, scale)))


@torch.inference_mode()
def bicubic_hr(lr: np.ndarray, scale: int, size: tuple[int, int]) -> np.ndarray:
    """An 8-bit LR enlarged by bicubic and cropped to size (H, W)."""
    x_hat = to_uint8(bicubic_up(from_uint8(to_tensor(lr)), scale))
    return to_pixels(x_hat[..., : size[0], : size[1]])


def by_bicubic(pixels: np.ndarray, scale: int) -> tuple[np.ndarray, np.ndarray]:
    """LR h×w×3 uint8 and x_hat H×W×3 uint8 by the cubic filter both ways."""
    lr = bicubic_lr(pixels, scale)
    return lr, bicubic_hr(lr, scale, pixels.shape[:2])


def by_lanczos(pixels: np.ndarray, scale: int) -> tuple[np.ndarray, np.ndarray]:
    """The same by Pillow's Lanczos filter."""
    x = Image.fromarray(pad_to_multiple(pixels, scale))
    lr = x.resize((x.width // scale, x.height // scale), Image.Resampling.LANCZOS)
    x_hat = np.asarray(lr.resize(x.size, Image.Resampling.LANCZOS))
    return np.asarray(lr), x_hat[: pixels.shape[0], : pixels.shape[1]]


FILTERS = {"bicubic": by_bicubic, "lanczos": by_lanczos}
"""What needs no network: a picture H×W×3 uint8 and a scale → LR and x_hat."""


def evaluate_picture(irn: IRN, pixels: np.ndarray, tau: float, seed: int) -> Scores:
    """Downscale, upscale and score one picture, H×W×3 uint8."""
    lr = downscale(irn, pixels)
    x_hat = upscale(irn, lr, tau, seed, size=pixels.shape[:2])
    return score(pixels, x_hat, lr, bicubic_lr(pixels, irn.config.scale), irn.config.scale)


def calibration_of(irn: IRN, pixels: np.ndarray, draws: int, seed: int) -> dict[str, float]:
    """Of one picture: mean square error at tau 0, mean variance over draws at tau 1, both in grey levels², coverage."""
    lr = downscale(irn, pixels)
    pictures = [upscale(irn, lr, 1.0, seed + i, pixels.shape[:2]).astype(np.float32) for i in range(draws)]
    variance = np.var(pictures, axis=0, ddof=1)
    error = upscale(irn, lr, size=pixels.shape[:2]).astype(np.float32) - pixels
    row = {"error": float(np.square(error).mean()), "variance": float(variance.mean())}
    spread = np.sqrt(variance)
    return row | {f"coverage_{level:.0%}": coverage(error, spread, draws, level) for level in INTERVALS}


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


class Stages(NamedTuple):
    """What a picture loses, before and after the conditional normaliser, and what is known of it.

    Raw z and ε, C×h×w float32, and the luma of ŷ, h×w in 16…235. Channels of ε are coordinates of a mixture of z's.
    """

    before: np.ndarray
    after: np.ndarray
    luma: np.ndarray


@torch.inference_mode()
def stages(irn: IRN, pixels: np.ndarray) -> Stages:
    """z and ε of a picture H×W×3 uint8."""
    y, z = split(irn, pixels)
    eps = irn.prior.normalise(z, round8(y))
    return Stages(z[0].numpy(), eps[0].numpy(), luma(to_pixels(to_uint8(y))))


def evaluate_normality(irn: IRN, name: str, folder: str | Path | Folder, report: Callable[[str], None] = print) -> dict:
    """Is ε N(0, I), and what was z? Of each channel, band and all, before and after, as a dictionary ready for JSON.

    Mean, deviation and kurtosis are those of the values of all pictures together; lag-1 autocorrelations along x and y
    are means over pictures, and for bands and all channels the mean of their sizes. A band has the channels of z that
    began as it, and each of ε as far as its coordinate W⁻¹z has energy in them.
    """
    sums, beside = ([], []), ([], [])
    for picture, pixels in open_folder(folder):
        for i, field in enumerate(stages(irn, pixels)[:2]):
            sums[i].append(power_sums(field))
            beside[i].append(neighbours(field))
        raw, eps = (moments(found[-1].sum(1)) for found in sums)
        report(f"{picture}  deviation {raw.deviation:.4f} → {eps.deviation:.4f}, "
               f"kurtosis {raw.kurtosis:.2f} → {eps.kurtosis:.2f}")  # fmt: skip
    names = value_names(irn.config.scale)[3:]
    shares = irn.prior.shares().double().numpy()
    before, after = (
        _normality(*found, {band: mine @ weights for band, mine in members(names).items()})
        for *found, weights in zip(sums, beside, (np.eye(len(names)), shares), strict=True)
    )
    before["channels"] = [{"began_as": band, **row} for band, row in zip(names, before["channels"], strict=True)]
    found = {"before": before, "after": after}
    return {"model": name, "scale": irn.config.scale, "pictures": len(sums[0]), **found}


def _normality(sums: list[np.ndarray], beside: list[np.ndarray], bands: dict[str, np.ndarray]) -> dict:
    """The figures of all C channels, each, and bands, given their weights; of each picture sums 5×C, beside 2×C."""
    total = np.sum(sums, axis=0)
    along = np.array([[defined_mean(values) for values in row] for row in np.stack(beside, -1)])
    return {
        "pooled": _normality_row(*moments(total.sum(1)), *map(defined_mean, np.abs(along))),
        "channels": [_normality_row(*values) for values in zip(*moments(total), *along, strict=True)],
        "bands": {
            band: _normality_row(*moments(total @ weights), *(defined_mean(row, weights) for row in np.abs(along)))
            for band, weights in bands.items()
        },
    }


def _normality_row(*values: float) -> dict:
    return {key: _finite(float(value)) for key, value in zip(NORMALITY, values, strict=True)}


def evaluate_rescale(
    irn: IRN, name: str, folder: str | Path | Folder, tau: float, seed: int, report: Callable[[str], None] = print
) -> dict:
    """Scores of every picture below `folder`, and their means, as a dictionary ready for JSON.

    Raises:
        ImageError: no pictures, or one that cannot be read: a mean over the rest would mislead.
    """
    rows = _score_all(folder, lambda pixels: evaluate_picture(irn, pixels, tau, seed), report)
    return summarise(name, irn.config.scale, count_params(irn), tau, seed, rows)


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


def score_row(name: str, scores: Scores) -> dict:
    """The figures of one picture by their names, ready for JSON."""
    return {"name": name, **{key: _finite(value) for key, value in asdict(scores).items()}}


def summarise(name: str, scale: int, params: int, tau: float, seed: int, rows: list[dict]) -> dict:
    """Rows of `score_row` with their means and with what was evaluated, ready for JSON."""
    return {
        "model": name,
        "scale": scale,
        "tau": tau,
        "seed": seed,
        "params": params,
        "images": rows,
        "mean": {key: _mean([row[key] for row in rows]) for key in FIGURES},
    }


def _finite(value: float) -> float | None:
    """JSON knows no inf (the PSNR of equal pictures) and no nan (the SSIM of tiny ones): None stands for both."""
    return value if math.isfinite(value) else None


def _mean(values: list[float | None]) -> float | None:
    """The mean of the scores that are finite: one lossless or tiny picture must not hide the rest."""
    finite = [value for value in values if value is not None]
    return float(np.mean(finite)) if finite else None
