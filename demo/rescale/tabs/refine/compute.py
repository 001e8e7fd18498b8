"""An LR refined step by step for its network, and what that gains. Knows nothing of the page."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from demo.kit.cache import cached
from demo.photo import Photo
from demo.rescale.footprint import detail
from demo.rescale.rescaled import Rescaled, network, rescale
from irn_core.measure.filters import bicubic_lr
from irn_core.measure.scores import Scores, score
from irn_core.ops.tiling import Window
from irn_core.pictures.lr_file import encode_lr
from irn_core.refine import Step, better, refinements
from irn_core.rescale import upscale
from irn_core.weights import model_tag

STEPS = 20
GAIN = 16
"""How much the map of what changed is amplified about grey."""
LUMA_RANGE = 219 / 255
"""Y of PSNR-Y has 16 … 235 where full-range luma has 0 … 255."""


class Point(NamedTuple):
    """PSNR-Y and PSNR-RGB in dB after so many steps, of f⁻¹'s own floats."""

    steps: int
    psnr_y: float
    psnr_rgb: float


@dataclass(frozen=True, eq=False)
class Refined:
    """What the best step gives: LR h×w×3, picture H×W×3, uint8, scores of its 8-bit picture, and what changed."""

    lr: np.ndarray
    x_hat: np.ndarray
    scores: Scores
    lr_png: bytes
    seconds: float
    up_s: float  # of upscaling the refined LR; the page's first one may have waited for a network to load
    change: np.ndarray  # LR after − before, amplified about grey, h×w×3 uint8
    changed: float  # share of the LR's pixels
    largest: int  # change of a sample, in grey levels


@dataclass(frozen=True, eq=False)
class Progress:
    """The points so far; the result, if all steps are done; and where the picture gains most over bicubic."""

    before: Rescaled
    points: tuple[Point, ...]
    result: Refined | None
    seen: Window


class Run:
    """The steps on one picture, taken as far as somebody waited for them: who comes back goes on from there."""

    def __init__(self, photo: Photo, net: str):
        self.photo, self.net, self.before = photo, net, rescale(photo, net)
        self.points: list[Point] = []
        self.best: Step | None = None
        self.seconds = 0.0
        self._steps = refinements(network(net), photo.pixels, self.before.lr, STEPS)

    @property
    def nbytes(self) -> int:
        """What it holds when all steps are done: pictures as bytes and floats, gradients, and their momentum."""
        return 24 * self.photo.pixels.size // 3 + 16 * self.before.lr.size

    def advance(self) -> bool:
        """Take a step; whether there was one."""
        began = time.perf_counter()
        step = next(self._steps, None)
        self.seconds += time.perf_counter() - began
        if step is None:
            return False
        self.best = better(self.best, step)
        psnr_y = _psnr(LUMA_RANGE**2 * step.luma_mse)
        self.points.append(Point(len(self.points), psnr_y, _psnr(step.rgb_mse)))
        return True

    @cached_property
    def result(self) -> Refined:
        """What the best step gives."""
        photo, scale, lr = self.photo, self.before.scale, self.best.lr
        began = time.perf_counter()
        x_hat = upscale(network(self.net), lr, size=photo.size)
        up_s = time.perf_counter() - began
        png = encode_lr(lr, scale, model_tag(self.net), photo.size, STEPS)
        scores = score(photo.pixels, x_hat, lr, bicubic_lr(photo.pixels, scale), scale)
        difference = lr.astype(np.int16) - self.before.lr
        change = np.clip(128 + GAIN * difference, 0, 255).astype(np.uint8)
        changed, largest = float(difference.any(-1).mean()), int(np.abs(difference).max())
        return Refined(lr, x_hat, scores, png, self.seconds, up_s, change, changed, largest)


@cached
def start(photo: Photo, net: str) -> Run:
    """The run on a picture, begun once. Cached."""
    return Run(photo, net)


def refine(photo: Photo, net: str) -> Iterator[Progress]:
    """The curve as it grows, then the result."""
    run = start(photo, net)
    seen = detail(run.before, photo)
    if not run.points:
        run.advance()
    yield Progress(run.before, tuple(run.points), None, seen)
    while run.advance():
        yield Progress(run.before, tuple(run.points), None, seen)
    yield Progress(run.before, tuple(run.points), run.result, seen)


def _psnr(mse: float) -> float:
    return -10 * math.log10(mse) if mse else math.inf
