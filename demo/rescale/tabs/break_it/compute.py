"""An LR is damaged, then upscaled and measured. Knows nothing of the page."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from demo.kit.cache import cached
from demo.photo import Photo
from demo.rescale.footprint import Footprint, difference, on_picture
from demo.rescale.rescaled import model, model_name, network, rescale
from irn_core.coding.pillow_codecs import JPEGS, decode_by_pillow
from irn_core.errors import IRNError
from irn_core.measure.filters import bicubic_hr, bicubic_lr
from irn_core.ops.damage import add_noise, paint, shift
from irn_core.ops.metrics import psnr_rgb, psnr_y
from irn_core.ops.pixels import pixels_of, tensor_of
from irn_core.ops.resize import bicubic
from irn_core.rescale import downscale, upscale
from irn_core.weights import list_weights

OTHER_SCALE = {2: 4, 4: 2, 8: 4}


@dataclass(frozen=True, eq=False)
class Experiment:
    """The picture H×W×3 uint8 that comes back from a damaged LR, and PSNR-Y in dB against the original.

    `name` is a key of its words; the figures that only some experiments have are None in the others.
    """

    name: str
    pixels: np.ndarray
    psnr_y: float
    bicubic_psnr_y: float  # of bicubic upscaling of the same LR
    file_bytes: int | None = None  # of the LR
    aligned_psnr_y: float | None = None  # against the original, moved as the LR was
    raw_size: tuple[int, int] | None = None  # (H, W) before it was resized to be compared
    lr_psnr: float | None = None  # of an LR of its own, before it was damaged, against the bicubic one, RGB


def experiments(photo: Photo, scale: int, quality: int, sigma: float, seed: int) -> Iterator[Experiment]:
    """Every experiment, the untouched LR first, each as soon as it is computed."""
    yield untouched(photo, scale)
    yield bicubic_instead(photo, scale)
    for colour in JPEGS:
        yield as_jpeg(photo, scale, quality, colour)
        if rugged_name(scale):
            yield made_for_jpeg(photo, scale, quality, colour)
    yield shifted(photo, scale)
    yield noisy(photo, scale, sigma, seed)
    yield wrong_model(photo, scale)


def how_many(scale: int) -> int:
    """Experiments in all."""
    return 5 + len(JPEGS) * (2 if rugged_name(scale) else 1)


@cached
def untouched(photo: Photo, scale: int) -> Experiment:
    result = rescale(photo, scale)
    return Experiment(
        "untouched", result.reconstruction, result.scores.psnr_y, _bicubic_psnr(photo, scale, result.lr),
        file_bytes=len(result.lr_png),
    )  # fmt: skip


@cached
def bicubic_instead(photo: Photo, scale: int) -> Experiment:
    return _upscaled("bicubic", photo, scale, bicubic_lr(photo.pixels, scale))


@cached
def as_jpeg(photo: Photo, scale: int, quality: int, colour: str) -> Experiment:
    """quality is Pillow's, 1…100; colour is a key of JPEGS."""
    data = JPEGS[colour].encode(rescale(photo, scale).lr, quality)
    return _upscaled(f"jpeg {colour}", photo, scale, decode_by_pillow(data), file_bytes=len(data))


@cached
def made_for_jpeg(photo: Photo, scale: int, quality: int, colour: str) -> Experiment:
    """The same JPEG of the LR of a network that was trained for it, upscaled by that one."""
    irn = network(rugged_name(scale))
    lr = downscale(irn, photo.pixels)
    data = JPEGS[colour].encode(lr, quality)
    arrived = decode_by_pillow(data)
    return _scored(
        f"made for jpeg {colour}", photo, scale, arrived, upscale(irn, arrived, size=photo.size),
        file_bytes=len(data), lr_psnr=psnr_rgb(bicubic_lr(photo.pixels, scale), lr),
    )  # fmt: skip


def rugged_name(scale: int) -> str | None:
    """The network of a scale that was trained with JPEG on the LR's way, if one ships."""
    name = f"{model_name(scale)}-jpeg"
    return name if name in [path.stem for path in list_weights()] else None


@cached
def shifted(photo: Photo, scale: int) -> Experiment:
    """One LR pixel to the right, which is `scale` pixels of the original."""
    lr = shift(rescale(photo, scale).lr, 1)
    pixels = upscale(model(scale), lr, size=photo.size)
    aligned = psnr_y(shift(photo.pixels, scale), pixels, scale)
    return _scored("shifted", photo, scale, lr, pixels, aligned_psnr_y=aligned)


@cached
def noisy(photo: Photo, scale: int, sigma: float, seed: int) -> Experiment:
    return _upscaled("noisy", photo, scale, add_noise(rescale(photo, scale).lr, sigma, seed))


@cached
@torch.inference_mode()
def wrong_model(photo: Photo, scale: int) -> Experiment:
    """Upscaled by the network of the other scale, then resized by bicubic to be compared."""
    lr = rescale(photo, scale).lr
    raw = upscale(model(OTHER_SCALE[scale]), lr)
    x_hat = bicubic(tensor_of(raw), scale * lr.shape[0], scale * lr.shape[1])
    pixels = pixels_of(x_hat, photo.size)
    return _scored("wrong model", photo, scale, lr, pixels, raw_size=raw.shape[:2])


def other_model_name(scale: int) -> str:
    return model_name(OTHER_SCALE[scale])


def _upscaled(name: str, photo: Photo, scale: int, lr: np.ndarray, **figures) -> Experiment:
    return _scored(name, photo, scale, lr, upscale(model(scale), lr, size=photo.size), **figures)


def _scored(name: str, photo: Photo, scale: int, lr: np.ndarray, pixels: np.ndarray, **figures) -> Experiment:
    psnr = psnr_y(photo.pixels, pixels, scale)
    return Experiment(name, pixels, psnr, _bicubic_psnr(photo, scale, lr), **figures)


def _bicubic_psnr(photo: Photo, scale: int, lr: np.ndarray) -> float:
    return psnr_y(photo.pixels, bicubic_hr(lr, scale, photo.size), scale)


@dataclass(frozen=True, eq=False)
class Edit(Footprint):
    """A picture upscaled from an LR that was drawn on, beside the one from the untouched LR."""

    pixels: np.ndarray
    psnr_y: float
    bicubic_psnr_y: float
    again_psnr: float  # of the picture downscaled again, against the LR that was drawn on, RGB


def edited_lr(photo: Photo, scale: int, layer: np.ndarray) -> np.ndarray:
    """The LR of the picture, h×w×3 uint8, with a drawing, h×w×4 uint8, laid over it.

    Raises:
        IRNError: nothing is drawn.
    """
    untouched_lr = rescale(photo, scale).lr
    lr = paint(untouched_lr, layer)
    if np.array_equal(lr, untouched_lr):
        raise IRNError("nothing is drawn: choose a colour and draw on the LR first")
    return lr


def upscale_edited(photo: Photo, scale: int, lr: np.ndarray) -> Edit:
    """Upscale an edited LR, h×w×3 uint8, at tau 0."""
    irn, result = model(scale), rescale(photo, scale)
    pixels = upscale(irn, lr, size=photo.size)
    return Edit(
        on_picture((lr != result.lr).any(-1), scale, photo.size),
        difference(result.reconstruction, pixels),
        irn.radius,
        pixels,
        psnr_y(photo.pixels, pixels, scale),
        _bicubic_psnr(photo, scale, lr),
        psnr_rgb(lr, downscale(irn, pixels)),
    )
