"""Do draws look like photographs? Figures of a folder of pictures that no single pixel decides.

Local spectra and the energy of wavelet bands say how much texture there is, a classifier and the Fréchet distance
whether it is the right one, the LR whether a draw still belongs to it, and two draws whether they differ.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from irn_core.errors import IRNError
from irn_core.measure.scores import finite, mean_finite
from irn_core.measure.spread import rms
from irn_core.measure.telling import SIDE, accuracy
from irn_core.nets.irn import IRN
from irn_core.ops import haar
from irn_core.ops.metrics import psnr_rgb, psnr_y
from irn_core.ops.pixels import tensor_of
from irn_core.ops.spectra import SIDES, energy_score, spectra
from irn_core.pictures.folder import Folder, open_folder
from irn_core.rescale import downscale, upscale

PATCH = 32
"""Side of a patch whose texture is a point of the Fréchet distance."""
FINE = SIDES.index(8)
BANDS = haar.Bands._fields[1:]


def evaluate_natural(
    irn: IRN, name: str, folder: str | Path | Folder, draws: int, seed: int, report: Callable[[str], None] = print
) -> dict:
    """Figures of draws at τ = 1 over all pictures below `folder`, ready for JSON.

    draws ≥ 2 for each picture, of the seeds from `seed` on; all pictures count alike.

    Raises:
        IRNError: fewer than two draws or pictures, or a picture with a side below 64.
    """
    if draws < 2:
        raise IRNError(f"got {draws} draws; how they differ takes two or more")
    pictures = dict(open_folder(folder))
    _check(pictures)
    levels = irn.config.scale.bit_length() - 1
    rows, energies, originals, drawn = [], [], [], []
    for picture, pixels in pictures.items():
        lr, size = downscale(irn, pixels), pixels.shape[:2]
        of_picture = [upscale(irn, lr, 1.0, seed + k, size) for k in range(draws)]
        rows.append({"name": picture} | figures_of(irn, pixels, lr, of_picture))
        tensors = [tensor_of(each, irn.config.scale) for each in (pixels, *of_picture)]
        energies.append([haar.energies(each, levels).mean(-1).numpy() for each in tensors])
        originals.append(pixels)
        drawn.append(of_picture)
        report(f"{picture}  spectra {rows[-1]['spectral_score']:.3f}, PSNR-Y {rows[-1]['psnr_y']:.2f} dB")
    total = np.sum(energies, axis=0)  # draws + 1 × levels × bands
    return {
        "model": name,
        "scale": irn.config.scale,
        "draws": draws,
        "seed": seed,
        "images": rows,
        "mean": {key: mean_finite([row[key] for row in rows]) for key in rows[0] if key != "name"},
        "energy_share": _named(total[1:].mean(0) / total[0]),
        "frechet_distance": frechet([x for of_one in drawn for x in of_one], originals),
        "told_apart": accuracy(originals, drawn, seed),
    }


def _check(pictures: dict[str, np.ndarray]) -> None:
    """Refuse what cannot be judged before the work begins."""
    if len(pictures) < 2:
        raise IRNError("a classifier learns on half of the pictures and is tried on the rest; give two or more")
    for picture, pixels in pictures.items():
        if min(pixels.shape[:2]) < SIDE:
            raise IRNError(
                f"{picture} is {pixels.shape[1]}×{pixels.shape[0]}; textures take {SIDE} pixels each way. Remove it"
            )


def figures_of(irn: IRN, pixels: np.ndarray, lr: np.ndarray, drawn: Sequence[np.ndarray]) -> dict[str, float | None]:
    """Figures of one picture, H×W×3 uint8, its LR, and two or more draws.

    spectral_score: the energy score of `ops.spectra`, mean over pairs of draws; smaller is better.
    lr_psnr: f of a draw, rounded, against the LR it was drawn from, in dB.
    diversity: RMS between draws ÷ RMS between draw and original: 1 if the original could be a draw, 0 if all are one.
    psnr_y, psnr_y_likeliest: dB of draws (mean) and of the picture at τ = 0.
    """
    scale, pairs = irn.config.scale, list(zip(drawn[0::2], drawn[1::2], strict=False))
    x, tensors = tensor_of(pixels), [(tensor_of(a), tensor_of(b)) for a, b in pairs]
    likeliest = upscale(irn, lr, size=pixels.shape[:2])
    between = [rms(a.astype(np.float32) - b) for a, b in pairs]
    error = [rms(draw.astype(np.float32) - pixels) for draw in drawn]
    return {
        "spectral_score": float(np.mean([energy_score(a, b, x).item() for a, b in tensors])),
        "lr_psnr": finite(float(np.mean([psnr_rgb(lr, downscale(irn, draw)) for draw in drawn]))),
        "diversity": float(np.mean(between) / max(np.mean(error), 1e-9)),
        "psnr_y": float(np.mean([psnr_y(pixels, draw, scale) for draw in drawn])),
        "psnr_y_likeliest": psnr_y(pixels, likeliest, scale),
    }


def _named(shares: np.ndarray) -> dict[str, float]:
    return {
        f"level {level}, {band}": float(share)
        for level, row in enumerate(shares, start=1)
        for band, share in zip(BANDS, row, strict=True)
    }


def frechet(drawn: Sequence[np.ndarray], originals: Sequence[np.ndarray]) -> float:
    """Fréchet distance of the textures of patches, ‖m − n‖² + tr(A + B − 2·√(A·B)); pictures H×W×3 uint8.

    The eigenvalues of A·B are real and not negative. tr √(A·B) is the sum of their roots, also where few patches
    leave A or B singular, and √(A·B) itself is ill-defined.
    """
    (m, a), (n, b) = (_gaussian(np.concatenate([textures(x) for x in group])) for group in (drawn, originals))
    roots = np.sqrt(np.linalg.eigvals(a @ b).real.clip(0))
    return float(np.square(m - n).sum() + np.trace(a + b) - 2 * roots.sum())


def textures(pixels: np.ndarray) -> np.ndarray:
    """Each patch of 32×32 by the means of log |FFT| over its windows of 8×8: patches × 120."""
    windows = spectra(tensor_of(pixels))[FINE].log()  # 1×3×rows×columns×8×5
    patches: Tensor = windows[0].permute(0, 3, 4, 1, 2).flatten(0, 2)  # 120×rows×columns
    side = 2 * PATCH // 8 - 1  # windows stand half a side apart
    return torch.nn.functional.avg_pool2d(patches, side, side + 1).flatten(1).T.numpy()


def _gaussian(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return points.mean(0), np.cov(points, rowvar=False)
