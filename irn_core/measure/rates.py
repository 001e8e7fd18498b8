"""Rate–distortion curves of ICN and of the codecs that everybody has, from real files, and their BD-rate."""

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.interpolate import PchipInterpolator

from irn_core.coding.codecs import CODECS, FileCodec, icn_codec
from irn_core.coding.target import bits_per_pixel
from irn_core.errors import IRNError
from irn_core.ops.metrics import psnr_rgb, ssim_rgb, ssimulacra2
from irn_core.pictures.folder import Folder, open_folder

FIGURES = ("bpp", "psnr", "ssim", "ssimulacra2", "encode_s", "decode_s")
Points = dict[str, np.ndarray]
"""What a codec made of each picture, by the picture's name: settings × FIGURES."""


class Curve(NamedTuple):
    """Bits per pixel and a figure of quality, such as PSNR in dB, of the points of a curve."""

    bpp: list[float]
    quality: list[float]


def evaluate_compress(
    model: str, folder: str | Path | Folder, names: list[str], report: Callable[[str], None] = print
) -> dict:
    """Mean bpp, PSNR-RGB, SSIM-RGB, SSIMULACRA2 and seconds over the pictures of a folder, by setting and codec.

    `names` are keys of CODECS; `icn` stands for `model`. Means are over finite values, None where there is none
    (PSNR of a picture that comes back exactly, SSIM of a tiny one). `left_out` has, by codec, the pictures that it
    cannot take, and why. BD-rates compare the pictures that both codecs took.

    Raises:
        ImageError: no pictures, or one that cannot be read.
        IRNError: a codec does not work here; noticed before the work begins.
    """
    codecs = {name: icn_codec(CODECS[name].label, model) if name == "icn" else CODECS[name] for name in names}
    for codec in codecs.values():
        codec.check()
    pictures = dict(open_folder(folder))
    curves, points, left_out = {}, {}, {}
    for name, codec in codecs.items():
        points[name], left_out[name] = _points(codec, pictures)
        for picture, reason in left_out[name].items():
            report(f"{name:<11} leaves out {picture}: {reason}")
        curves[name] = _rows(codec, points[name])
        for row in curves[name]:
            report(_line(name, row))
    rates, looks = (
        {name: _bd_rate_vs_jpeg(points[name], points.get("jpeg", {}), figure) for name in codecs}
        for figure in ("psnr", "ssimulacra2")
    )
    left_out = {name: found for name, found in left_out.items() if found}
    return {
        "model": model, "pictures": len(pictures), "codecs": curves, "left_out": left_out, "bd_rate_vs_jpeg": rates,
        "bd_rate_vs_jpeg_ssimulacra2": looks,
    }  # fmt: skip


def _points(codec: FileCodec, pictures: dict[str, np.ndarray]) -> tuple[Points, dict[str, str]]:
    """The figures of the pictures that a codec takes, and why it does not take the others."""
    points, left_out = {}, {}
    for name, pixels in pictures.items():
        height, width = pixels.shape[:2]
        if not codec.takes(pixels.shape):
            left_out[name] = f"{width}×{height} has a side above its limit of {codec.largest_side}"
            continue
        try:
            points[name] = np.array([_measure(codec, pixels, setting) for setting in codec.grid])
        except IRNError as error:
            left_out[name] = str(error)
    return points, left_out


def _measure(codec: FileCodec, pixels: np.ndarray, setting: int) -> tuple[float, ...]:
    began = time.perf_counter()
    data = codec.encode(pixels, setting)
    encoded = time.perf_counter()
    x_hat = codec.decode(data)
    decoded = time.perf_counter()
    bpp = bits_per_pixel(len(data), pixels.shape)
    quality = (measure(pixels, x_hat) for measure in (psnr_rgb, ssim_rgb, ssimulacra2))
    return bpp, *quality, encoded - began, decoded - encoded


def _rows(codec: FileCodec, points: Points) -> list[dict]:
    """The means over pictures at each setting, ready for JSON."""
    means = _finite_mean(points) if points else []
    return [
        {"setting": setting / codec.unit}
        | {key: float(value) if np.isfinite(value) else None for key, value in zip(FIGURES, mean, strict=True)}
        for setting, mean in zip(codec.grid, means, strict=False)
    ]


def _finite_mean(points: Points) -> np.ndarray:
    """Settings × FIGURES; nan where no picture has a finite value."""
    values = np.ma.masked_invalid(np.stack(list(points.values())))
    return values.mean(axis=0).filled(np.nan)


def _line(name: str, row: dict) -> str:
    psnr = "not finite" if row["psnr"] is None else f"{row['psnr']:.2f} dB"
    return (
        f"{name:<11} {row['setting']:>5g}  {row['bpp']:.3f} bpp  PSNR-RGB {psnr}  "
        f"{row['encode_s']:.2f} + {row['decode_s']:.2f} s"
    )


def _bd_rate_vs_jpeg(points: Points, jpeg: Points, figure: str) -> float | None:
    """Over the pictures that both took; None where there is none, or the curves do not overlap."""
    shared = points.keys() & jpeg.keys()
    try:
        return bd_rate(*(_curve({name: mine[name] for name in sorted(shared)}, figure) for mine in (points, jpeg)))
    except IRNError:
        return None


def _curve(points: Points, figure: str) -> Curve:
    """The mean curve of one of FIGURES, without settings at which no picture has a finite one."""
    means = _finite_mean(points) if points else np.empty((0, len(FIGURES)))
    chosen = means[:, [FIGURES.index("bpp"), FIGURES.index(figure)]]
    return Curve(*chosen[np.isfinite(chosen).all(1)].T.tolist())


def bd_rate(curve: Curve, anchor: Curve) -> float:
    """Bjøntegaard's mean difference of rate at equal quality, in percent; negative: smaller files than the anchor.

    log bpp is interpolated over the quality by PCHIP, and compared over the common range.

    Raises:
        IRNError: the curves share no range of quality, or have fewer than two points.
    """
    low = max(min(c.quality, default=math.inf) for c in (curve, anchor))
    high = min(max(c.quality, default=-math.inf) for c in (curve, anchor))
    if low >= high or min(len(curve.bpp), len(anchor.bpp)) < 2:
        raise IRNError(f"no common range of quality: {curve.quality} and {anchor.quality}")
    area = [_log_rate(c).integrate(low, high) for c in (curve, anchor)]
    return 100 * (math.exp((area[0] - area[1]) / (high - low)) - 1)


def _log_rate(curve: Curve) -> PchipInterpolator:
    """log bpp as a function of the quality; of points with the same quality the smallest counts."""
    quality, first = np.unique(curve.quality, return_index=True)
    return PchipInterpolator(quality, np.log(curve.bpp)[first])
