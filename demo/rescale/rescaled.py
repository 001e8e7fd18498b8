"""One picture split, rebuilt and measured: what Rescale shows. Knows nothing of the page."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from demo.kit.cache import cached
from demo.photo import Photo, original_bytes
from irn_core.measure.filters import by_bicubic
from irn_core.measure.scores import Scores, score
from irn_core.nets.irn import IRN
from irn_core.nets.plain import PlainRescaler
from irn_core.pictures.files import encode_png
from irn_core.pictures.lr_file import encode_lr
from irn_core.rescale import downscale, upscale
from irn_core.weights import RESCALERS, load_model, model_tag


class Request(NamedTuple):
    """What a visitor asks for: a picture, a scale, and draws of temperature tau with seeds from `seed` on."""

    photo: Photo
    scale: int
    tau: float
    count: int
    seed: int


@dataclass(frozen=True, eq=False)
class Rescaled:
    """A picture after downscaling and upscaling at tau 0, with everything measured on its pixels."""

    size: tuple[int, int]
    scale: int
    lr: np.ndarray
    reconstruction: np.ndarray
    bicubic: np.ndarray
    scores: Scores
    bicubic_scores: Scores
    original_bytes: int
    lr_png: bytes
    reconstruction_png: bytes
    down_s: float
    up_s: float


def model_name(scale: int) -> str:
    return f"irn-x{scale}"


@cached
def network(name: str) -> IRN | PlainRescaler:
    """A shipped network, or a rival, loaded once."""
    return load_model(name, *RESCALERS)


def model(scale: int) -> IRN:
    """The shipped network of a scale."""
    return network(model_name(scale))


@cached
def rescale(photo: Photo, scale: int) -> Rescaled:
    """Downscale, upscale at tau 0, and score beside bicubic. Cached by content."""
    irn = model(scale)
    lr, down_s = _timed(lambda: downscale(irn, photo.pixels))
    reconstruction, up_s = _timed(lambda: upscale(irn, lr, size=photo.size))
    lr_bicubic, bicubic = by_bicubic(photo.pixels, scale)
    return Rescaled(
        size=photo.size,
        scale=scale,
        lr=lr,
        reconstruction=reconstruction,
        bicubic=bicubic,
        scores=score(photo.pixels, reconstruction, lr, lr_bicubic, scale),
        bicubic_scores=score(photo.pixels, bicubic, lr_bicubic, lr_bicubic, scale),
        original_bytes=original_bytes(photo),
        lr_png=encode_lr(lr, scale, model_tag(model_name(scale)), photo.size),
        reconstruction_png=encode_png(reconstruction),
        down_s=down_s,
        up_s=up_s,
    )


@cached
def draw(photo: Photo, scale: int, tau: float, seed: int) -> np.ndarray:
    """The reconstruction from one draw of z, H×W×3 uint8: `upscale --tau TAU --seed SEED`. Cached."""
    result = rescale(photo, scale)
    return upscale(model(scale), result.lr, tau, seed, photo.size) if tau else result.reconstruction


def _timed(run: Callable[[], np.ndarray]) -> tuple[np.ndarray, float]:
    began = time.perf_counter()
    return run(), time.perf_counter() - began
