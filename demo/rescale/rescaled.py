"""One picture split, rebuilt and measured: what Rescale shows. Knows nothing of the page."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from demo.kit.cache import cached, is_known
from demo.kit.progress import measured
from demo.photo import Photo, original_bytes
from irn_core.measure.filters import by_bicubic
from irn_core.measure.scores import Scores, score
from irn_core.nets.irn import IRN
from irn_core.nets.plain import PlainRescaler
from irn_core.pictures.files import encode_png
from irn_core.pictures.lr_file import encode_lr
from irn_core.rescale import downscale, upscale
from irn_core.weights import RESCALERS, list_weights, load_model, model_tag


class Request(NamedTuple):
    """What a visitor asks for: a picture, a network, and draws of temperature tau with seeds from `seed` on."""

    photo: Photo
    net: str
    tau: float
    count: int
    seed: int

    @property
    def scale(self) -> int:
        """That of the network."""
        return scale_of(self.net)

    @property
    def made(self) -> str:
        """What makes the result."""
        return f"{self.photo.name} · {model_tag(self.net)} · τ = {self.tau:g} · seed = {self.seed}"


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


def calibrated(scale: int) -> str:
    """The network of a scale whose draws spread as it errs; it ships for every scale."""
    return f"irn-x{scale}"


def natural(scale: int) -> str | None:
    """The network of a scale whose draws look like photographs, if one ships."""
    return if_shipped(f"{calibrated(scale)}-plus")


def if_shipped(name: str) -> str | None:
    """The name, if a network of this name ships."""
    return name if name in [path.stem for path in list_weights()] else None


@cached
def network(name: str) -> IRN | PlainRescaler:
    """A shipped network, or a rival, loaded once."""
    return load_model(name, *RESCALERS)


def scale_of(net: str) -> int:
    """How many times smaller a network makes a picture, each way."""
    return network(net).config.scale


@cached
def rescale(photo: Photo, net: str) -> Rescaled:
    """Downscale, upscale at tau 0, and score beside bicubic. Cached by content."""
    irn, scale = network(net), scale_of(net)
    with measured(("rescale", net), photo.pixels.size):
        return _rescale(photo, net, irn, scale)


def _rescale(photo: Photo, net: str, irn: IRN | PlainRescaler, scale: int) -> Rescaled:
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
        lr_png=encode_lr(lr, scale, model_tag(net), photo.size),
        reconstruction_png=encode_png(reconstruction),
        down_s=down_s,
        up_s=up_s,
    )


@cached
def draw(photo: Photo, net: str, tau: float, seed: int) -> np.ndarray:
    """The reconstruction from one draw of z, H×W×3 uint8: `upscale --tau TAU --seed SEED`. Cached."""
    result = rescale(photo, net)
    if not tau:
        return result.reconstruction
    with measured(("draw", net), photo.pixels.size):
        return upscale(network(net), result.lr, tau, seed, photo.size)


def work(request: Request) -> list[tuple[tuple[str, str], float]]:
    """What of a request is left to do, as `expected` knows it."""
    photo, net, tau, count, seed = request
    draws = [k for k in range(seed, seed + count) if tau and not is_known(draw, photo, net, tau, k)]
    kinds = [("draw", net) for _ in draws] + [("rescale", net)] * (not is_known(rescale, photo, net))
    return [(kind, photo.pixels.size) for kind in kinds]


def _timed(run: Callable[[], np.ndarray]) -> tuple[np.ndarray, float]:
    began = time.perf_counter()
    return run(), time.perf_counter() - began
