"""Rate–distortion curves of one picture, point by point. Knows nothing of the page."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from demo.compress.coded import MODELS, compress, kept_pixels, read, restore
from demo.kit.cache import cached
from demo.photo import Photo
from irn_core.coding.codecs import CODECS
from irn_core.coding.icn_file import QUALITY_STEPS
from irn_core.coding.pillow_codecs import PILLOW_CODECS
from irn_core.coding.target import bits_per_pixel
from irn_core.ops.metrics import psnr_rgb, ssimulacra2

ICN_QUALITIES = (0, 15, 30, 45, 60, 75, 90)
GRID_PLACES = (0, 1, 2, 4, 6, 8)
"""Which of a rival's nine grid settings are measured; before them comes its lowest."""
SCALES = (1, 2, 4)
PUBLISHED = Path(__file__).parents[2] / "assets" / "published" / "kodak.json"


PSNR, LOOKS = "psnr", "ssimulacra2"
QUALITY = {PSNR: psnr_rgb, LOOKS: ssimulacra2}
"""What a curve may show: PSNR-RGB in dB, or how alike the pictures look."""


class Point(NamedTuple):
    """A file and what it is worth: bytes, bits per pixel of the original, and one of QUALITY."""

    size: int
    bpp: float
    quality: float


class Progress(NamedTuple):
    """The points so far, by codec or by scale, each list by size; how many are there, and of how many."""

    points: dict
    done: int
    total: int


def settings(codec: str) -> tuple[int, ...]:
    """Where a codec's curve is measured."""
    if codec in MODELS:
        return tuple(quality * QUALITY_STEPS for quality in ICN_QUALITIES)
    low, grid = CODECS[codec].low, CODECS[codec].grid
    return tuple(dict.fromkeys((low, *(grid[place] for place in GRID_PLACES))))


@cached
def point(photo: Photo, codec: str, setting: int, scale: int = 1, figure: str = PSNR) -> Point:
    """One real file of the picture (scale 1), or of its LR, decoded and measured. Cached by content."""
    if codec in MODELS and scale == 1:
        coded = compress(photo, setting, codec)
        return Point(len(coded.data), coded.bpp, QUALITY[figure](photo.pixels, coded.pixels))
    data = CODECS[codec].encode(kept_pixels(photo, scale), setting)
    pixels = restore(photo, read(codec, data), scale)
    return Point(len(data), bits_per_pixel(len(data), photo.size), QUALITY[figure](photo.pixels, pixels))


def codec_curves(photo: Photo, figure: str = PSNR) -> Iterator[Progress]:
    """All codecs at full size, every point as it comes; all curves grow together."""
    yield from _grow(photo, {name: (name, 1) for name in (*MODELS, "jpeg-cleaned", *PILLOW_CODECS)}, figure)


def scale_curves(photo: Photo, codec: str) -> Iterator[Progress]:
    """One codec at full size, and on the LR of each scale."""
    yield from _grow(photo, {scale: (codec, scale) for scale in SCALES})


def _grow(photo: Photo, lines: dict, figure: str = PSNR) -> Iterator[Progress]:
    todo = [
        (rank / len(settings(codec)), key, codec, setting, scale)
        for key, (codec, scale) in lines.items()
        for rank, setting in enumerate(settings(codec))
    ]
    points: dict = {key: [] for key in lines}
    for done, (_, key, *args) in enumerate(sorted(todo, key=lambda task: task[0]), start=1):
        points[key] = sorted([*points[key], point(photo, *args, figure)])
        yield Progress(dict(points), done, len(todo))


@cached
def published() -> dict[str, list[tuple[float, float]]]:
    """Name → (bpp, PSNR-RGB), means over the Kodak pictures; sources are in the file."""
    curves = json.loads(PUBLISHED.read_text(encoding="utf-8"))["curves"]
    return {curve["name"]: [tuple(pair) for pair in curve["points"]] for curve in curves}


class Claim(NamedTuple):
    """Where coding the LR beats coding the picture, over the bpp that both curves cover; gains in dB."""

    shared: tuple[float, float]
    wins: list[tuple[float, float]]
    best_gain: float


def claim(full: list[Point], small: list[Point]) -> Claim | None:
    """Compare two curves, PSNR interpolated over log bpp; None where they share no bpp."""
    low, high = max(full[0].bpp, small[0].bpp), min(full[-1].bpp, small[-1].bpp)
    if low >= high:
        return None
    log_bpp = np.linspace(math.log(low), math.log(high), 400)
    gain = _at(small, log_bpp) - _at(full, log_bpp)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], gain > 0, [False]]).astype(int)))
    bpp = np.exp(log_bpp)
    wins = [(float(bpp[first]), float(bpp[last - 1])) for first, last in edges.reshape(-1, 2)]
    return Claim((low, high), wins, float(gain.max()))


def ranking(points: dict[str, list[Point]], bpp: float) -> list[tuple[str, float]]:
    """Codecs whose curves cover a rate, with their quality there, the best first."""
    reach = {name: found for name, found in points.items() if found[0].bpp <= bpp <= found[-1].bpp}
    there = {name: float(_at(found, np.array([math.log(bpp)]))[0]) for name, found in reach.items()}
    return sorted(there.items(), key=lambda pair: -pair[1])


def _at(points: list[Point], log_bpp: np.ndarray) -> np.ndarray:
    """The quality at some rates, interpolated."""
    return np.interp(log_bpp, [math.log(p.bpp) for p in points], [p.quality for p in points])
