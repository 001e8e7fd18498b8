"""Is what a model loses noise? z before and after the conditional normaliser, over a folder of pictures."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from irn_core.measure.information import value_names
from irn_core.measure.normality import Figures, by_band, defined_mean, figures, moments, neighbours, power_sums
from irn_core.measure.scores import finite
from irn_core.nets.irn import IRN
from irn_core.ops.pixels import luma, pixels_of
from irn_core.ops.quantise import round8
from irn_core.pictures.folder import Folder, open_folder
from irn_core.rescale import split


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
    return Stages(z[0].numpy(), eps[0].numpy(), luma(pixels_of(y)))


def evaluate_normality(irn: IRN, name: str, folder: str | Path | Folder, report: Callable[[str], None] = print) -> dict:
    """Is ε N(0, I), and what was z? Figures of each channel, each band and all, before and after, ready for JSON.

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
    before = _normality(sums[0], beside[0], names)
    after = _normality(sums[1], beside[1], names, irn.prior.shares().double().numpy())
    before["channels"] = [{"began_as": band, **row} for band, row in zip(names, before["channels"], strict=True)]
    return {"model": name, "scale": irn.config.scale, "pictures": len(sums[0]), "before": before, "after": after}


def _normality(
    sums: list[np.ndarray], beside: list[np.ndarray], names: list[str], shares: np.ndarray | None = None
) -> dict[str, dict | list]:
    """All figures of a stage, from the sums 5×C and autocorrelations 2×C of each picture."""
    total = np.sum(sums, axis=0)
    along = np.array([[defined_mean(values) for values in row] for row in np.stack(beside, -1)])
    return {
        "pooled": _row(figures(total, along, np.ones(len(names)))),
        "channels": [_row(Figures(*values)) for values in zip(*moments(total), *along, strict=True)],
        "bands": {band: _row(found) for band, found in by_band(total, along, names, shares).items()},
    }


def _row(found: Figures) -> dict[str, float | None]:
    return {key: finite(float(value)) for key, value in found._asdict().items()}
