"""Rate–distortion curves of ICN and of the codecs that everybody has, from real files, and their BD-rate."""

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.interpolate import PchipInterpolator

from irn_core.coding.autoencoder_codec import AutoencoderCodec
from irn_core.coding.codec import Codec, load_codec
from irn_core.coding.pillow_codecs import PILLOW_CODECS, decode_by_pillow
from irn_core.errors import IRNError
from irn_core.nets.autoencoder import Autoencoder
from irn_core.ops.metrics import psnr_rgb, ssim_rgb
from irn_core.pictures.folder import Folder, open_folder
from irn_core.weights import load_model

BASELINES = ("icn-haar", "autoencoder")
CODECS = ("icn", *PILLOW_CODECS, *BASELINES)
QUALITIES = (0, 12.5, 25, 37.5, 50, 62.5, 75, 87.5, 100)
"""Settings of ICN on the curve."""


class Coder(NamedTuple):
    """One codec: the settings of its curve, picture and setting → bytes, and back."""

    settings: tuple[float, ...]
    encode: Callable[[np.ndarray, float], bytes]
    decode: Callable[[bytes], np.ndarray]


class Curve(NamedTuple):
    """Bits per pixel and PSNR in dB of the points of a curve."""

    bpp: list[float]
    psnr: list[float]


def coder_of(name: str, codec: Codec) -> Coder:
    """A codec by its name in CODECS; `codec` is the one that `icn` stands for.

    Raises:
        WeightsError: the weights of a baseline do not ship.
    """
    if name in PILLOW_CODECS:
        return Coder(PILLOW_CODECS[name].grid, PILLOW_CODECS[name].encode, decode_by_pillow)
    if name == "autoencoder":
        autoencoder = AutoencoderCodec(load_model(name, Autoencoder))
        return Coder(QUALITIES, autoencoder.encode, autoencoder.decode)
    codec = codec if name == "icn" else load_codec(name)
    return Coder(QUALITIES, codec.encode, codec.decode)


def evaluate_compress(
    model: str, folder: str | Path | Folder, codecs: list[str], report: Callable[[str], None] = print
) -> dict:
    """Mean bpp, PSNR-RGB, SSIM-RGB and seconds over the pictures below `folder`, at each setting of each codec.

    Raises:
        ImageError: no pictures, or one that cannot be read.
        WeightsError: no such model.
    """
    pictures = [pixels for _, pixels in open_folder(folder)]
    codec = load_codec(model)
    curves = {}
    for name in codecs:
        coder = coder_of(name, codec)
        curves[name] = []
        for setting in coder.settings:
            point = np.mean([_measure(coder, pixels, setting) for pixels in pictures], axis=0).tolist()
            row = {"setting": setting} | dict(zip(("bpp", "psnr", "ssim", "encode_s", "decode_s"), point, strict=True))
            curves[name].append(row)
            report(
                f"{name:<9} {setting:>5g}  {row['bpp']:.3f} bpp  PSNR-RGB {row['psnr']:.2f} dB  "
                f"{row['encode_s']:.2f} + {row['decode_s']:.2f} s"
            )
    return {"model": model, "pictures": len(pictures), "codecs": curves, "bd_rate_vs_jpeg": _bd_rates(curves)}


def _measure(coder: Coder, pixels: np.ndarray, setting: float) -> tuple[float, ...]:
    began = time.perf_counter()
    data = coder.encode(pixels, setting)
    encoded = time.perf_counter()
    x_hat = coder.decode(data)
    decoded = time.perf_counter()
    bpp = 8 * len(data) / (pixels.shape[0] * pixels.shape[1])
    return bpp, psnr_rgb(pixels, x_hat), ssim_rgb(pixels, x_hat), encoded - began, decoded - encoded


def _bd_rates(curves: dict) -> dict:
    """Of every codec against JPEG; None where JPEG was not measured or the curves do not overlap."""
    as_curve = {n: Curve([r["bpp"] for r in rows], [r["psnr"] for r in rows]) for n, rows in curves.items()}
    rates = {}
    for name, curve in as_curve.items():
        try:
            rates[name] = bd_rate(curve, as_curve["jpeg"])
        except (IRNError, KeyError):
            rates[name] = None
    return rates


def bd_rate(curve: Curve, anchor: Curve) -> float:
    """Bjøntegaard's mean difference of rate at equal PSNR, in percent; negative: smaller files than the anchor.

    log bpp is interpolated over PSNR by PCHIP, and compared over the common range.

    Raises:
        IRNError: the curves share no range of PSNR, or have fewer than two points.
    """
    low, high = max(min(curve.psnr), min(anchor.psnr)), min(max(curve.psnr), max(anchor.psnr))
    if low >= high or min(len(curve.bpp), len(anchor.bpp)) < 2:
        raise IRNError(f"no common range of PSNR: {curve.psnr} and {anchor.psnr}")
    area = [_log_rate(c).integrate(low, high) for c in (curve, anchor)]
    return 100 * (math.exp((area[0] - area[1]) / (high - low)) - 1)


def _log_rate(curve: Curve) -> PchipInterpolator:
    """log bpp as a function of PSNR; of points with the same PSNR the smallest counts."""
    psnr, first = np.unique(curve.psnr, return_index=True)
    return PchipInterpolator(psnr, np.log(curve.bpp)[first])
