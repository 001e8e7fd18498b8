"""What the page computes: one picture split, rebuilt and measured. Knows nothing of the page."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from irn_core.errors import ImageError
from irn_core.measure.filters import by_bicubic
from irn_core.measure.scores import Scores, score
from irn_core.nets.irn import IRN
from irn_core.nets.plain import PlainRescaler
from irn_core.pictures.files import encode_png, read_picture
from irn_core.pictures.lr_file import encode_lr
from irn_core.rescale import downscale, upscale
from irn_core.weights import RESCALERS, load_model, model_tag

MAX_PAGE_PIXELS = 4_000_000
"""Larger pictures would keep other visitors waiting; the command line takes them."""
MAX_PAGE_SIDE = 16_383
"""WebP, one of the codecs that Compress mode compares, takes no longer side."""
_CACHED_PICTURES = 6
_CACHED_DRAWS = 64


@dataclass(frozen=True)
class Photo:
    """A picture to work on, H×W×3 uint8. Equal pixels are equal, whatever the file was called: results are
    shared by content, so they must not hold the name or the notices of whoever came first.
    """

    pixels: np.ndarray
    name: str
    notices: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(repr(self.pixels.shape).encode() + self.pixels.tobytes()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Photo) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def size(self) -> tuple[int, int]:
        """(H, W)."""
        return self.pixels.shape[:2]


def open_photo(path: str, name: str) -> Photo:
    """Read an uploaded file.

    Raises:
        ImageError: not a picture, damaged, empty, or larger than `MAX_PAGE_PIXELS` or `MAX_PAGE_SIDE`.
    """
    try:
        picture = read_picture(path, MAX_PAGE_PIXELS)
    except ImageError as error:
        raise ImageError(str(error).replace(str(path), name)) from error
    height, width = picture.pixels.shape[:2]
    if max(height, width) > MAX_PAGE_SIDE:
        raise ImageError(f"{name} is {width}×{height}; sides of up to {MAX_PAGE_SIDE} are accepted here. Cut it first")
    return Photo(picture.pixels, name, picture.notices)


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


@lru_cache(maxsize=8)
def network(name: str) -> IRN | PlainRescaler:
    """A shipped network, or a rival, loaded once."""
    return load_model(name, *RESCALERS)


def model(scale: int) -> IRN:
    """The shipped network of a scale."""
    return network(model_name(scale))


@lru_cache(maxsize=_CACHED_PICTURES)
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


@lru_cache(maxsize=_CACHED_DRAWS)
def draw(photo: Photo, scale: int, tau: float, seed: int) -> np.ndarray:
    """The reconstruction from one draw of z, H×W×3 uint8: `upscale --tau TAU --seed SEED`. Cached."""
    result = rescale(photo, scale)
    return upscale(model(scale), result.lr, tau, seed, photo.size) if tau else result.reconstruction


@lru_cache(maxsize=_CACHED_PICTURES)
def original_bytes(photo: Photo) -> int:
    """Size of the picture as PNG."""
    return len(encode_png(photo.pixels))


def _timed(run: Callable[[], np.ndarray]) -> tuple[np.ndarray, float]:
    began = time.perf_counter()
    return run(), time.perf_counter() - began
