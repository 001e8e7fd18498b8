"""An LR is damaged, then upscaled and measured. Knows nothing of the page."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from demo.kit.cache import cached
from demo.photo import Photo
from demo.rescale.footprint import Footprint, difference, on_picture
from demo.rescale.rescaled import calibrated, if_shipped, network, rescale, scale_of
from irn_core.coding.pillow_codecs import JPEGS, decode_by_pillow
from irn_core.errors import IRNError
from irn_core.measure.filters import bicubic_hr, bicubic_lr
from irn_core.ops.damage import add_noise, paint, shift
from irn_core.ops.metrics import psnr_rgb, psnr_y
from irn_core.ops.pixels import pixels_of, tensor_of
from irn_core.ops.resize import bicubic
from irn_core.rescale import downscale, upscale

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


def experiments(photo: Photo, net: str, quality: int, sigma: float, seed: int) -> Iterator[Experiment]:
    """Every experiment, the untouched LR first, each as soon as it is computed."""
    yield untouched(photo, net)
    yield bicubic_instead(photo, net)
    for colour in JPEGS:
        yield as_jpeg(photo, net, quality, colour)
        if rugged_name(net):
            yield made_for_jpeg(photo, net, quality, colour)
    yield shifted(photo, net)
    yield noisy(photo, net, sigma, seed)
    yield wrong_model(photo, net)


def how_many(net: str) -> int:
    """Experiments in all."""
    return 5 + len(JPEGS) * (2 if rugged_name(net) else 1)


@cached
def untouched(photo: Photo, net: str) -> Experiment:
    result = rescale(photo, net)
    return Experiment(
        "untouched", result.reconstruction, result.scores.psnr_y, _bicubic_psnr(photo, net, result.lr),
        file_bytes=len(result.lr_png),
    )  # fmt: skip


@cached
def bicubic_instead(photo: Photo, net: str) -> Experiment:
    return _upscaled("bicubic", photo, net, bicubic_lr(photo.pixels, scale_of(net)))


@cached
def as_jpeg(photo: Photo, net: str, quality: int, colour: str) -> Experiment:
    """quality is Pillow's, 1…100; colour is a key of JPEGS."""
    data = JPEGS[colour].encode(rescale(photo, net).lr, quality)
    return _upscaled(f"jpeg {colour}", photo, net, decode_by_pillow(data), file_bytes=len(data))


@cached
def made_for_jpeg(photo: Photo, net: str, quality: int, colour: str) -> Experiment:
    """The same JPEG of the LR of a network that was trained for it, upscaled by that one."""
    irn = network(rugged_name(net))
    lr = downscale(irn, photo.pixels)
    data = JPEGS[colour].encode(lr, quality)
    arrived = decode_by_pillow(data)
    return _scored(
        f"made for jpeg {colour}", photo, net, arrived, upscale(irn, arrived, size=photo.size),
        file_bytes=len(data), lr_psnr=psnr_rgb(bicubic_lr(photo.pixels, scale_of(net)), lr),
    )  # fmt: skip


def rugged_name(net: str) -> str | None:
    """The network of the same scale that was trained with JPEG on the LR's way, if one ships."""
    return if_shipped(f"{calibrated(scale_of(net))}-jpeg")


@cached
def shifted(photo: Photo, net: str) -> Experiment:
    """One LR pixel to the right, which is as many pixels of the original as the scale says."""
    lr = shift(rescale(photo, net).lr, 1)
    pixels = upscale(network(net), lr, size=photo.size)
    aligned = psnr_y(shift(photo.pixels, scale_of(net)), pixels, scale_of(net))
    return _scored("shifted", photo, net, lr, pixels, aligned_psnr_y=aligned)


@cached
def noisy(photo: Photo, net: str, sigma: float, seed: int) -> Experiment:
    return _upscaled("noisy", photo, net, add_noise(rescale(photo, net).lr, sigma, seed))


@cached
@torch.inference_mode()
def wrong_model(photo: Photo, net: str) -> Experiment:
    """Upscaled by the network of the other scale, then resized by bicubic to be compared."""
    lr, scale = rescale(photo, net).lr, scale_of(net)
    raw = upscale(network(other_name(net)), lr)
    x_hat = bicubic(tensor_of(raw), scale * lr.shape[0], scale * lr.shape[1])
    pixels = pixels_of(x_hat, photo.size)
    return _scored("wrong model", photo, net, lr, pixels, raw_size=raw.shape[:2])


def other_name(net: str) -> str:
    """A network of another scale."""
    return calibrated(OTHER_SCALE[scale_of(net)])


def _upscaled(name: str, photo: Photo, net: str, lr: np.ndarray, **figures) -> Experiment:
    return _scored(name, photo, net, lr, upscale(network(net), lr, size=photo.size), **figures)


def _scored(name: str, photo: Photo, net: str, lr: np.ndarray, pixels: np.ndarray, **figures) -> Experiment:
    psnr = psnr_y(photo.pixels, pixels, scale_of(net))
    return Experiment(name, pixels, psnr, _bicubic_psnr(photo, net, lr), **figures)


def _bicubic_psnr(photo: Photo, net: str, lr: np.ndarray) -> float:
    return psnr_y(photo.pixels, bicubic_hr(lr, scale_of(net), photo.size), scale_of(net))


@dataclass(frozen=True, eq=False)
class Edit(Footprint):
    """A picture upscaled from an LR that was drawn on, beside the one from the untouched LR."""

    pixels: np.ndarray
    psnr_y: float
    bicubic_psnr_y: float
    again_psnr: float  # of the picture downscaled again, against the LR that was drawn on, RGB


def edited_lr(photo: Photo, net: str, layer: np.ndarray) -> np.ndarray:
    """The LR of the picture, h×w×3 uint8, with a drawing, h×w×4 uint8, laid over it.

    Raises:
        IRNError: nothing is drawn.
    """
    untouched_lr = rescale(photo, net).lr
    lr = paint(untouched_lr, layer)
    if np.array_equal(lr, untouched_lr):
        raise IRNError("nothing is drawn: choose a colour and draw on the LR first")
    return lr


def upscale_edited(photo: Photo, net: str, lr: np.ndarray) -> Edit:
    """Upscale an edited LR, h×w×3 uint8, at tau 0."""
    irn, result, scale = network(net), rescale(photo, net), scale_of(net)
    pixels = upscale(irn, lr, size=photo.size)
    return Edit(
        on_picture((lr != result.lr).any(-1), scale, photo.size),
        difference(result.reconstruction, pixels),
        irn.radius,
        pixels,
        psnr_y(photo.pixels, pixels, scale),
        _bicubic_psnr(photo, net, lr),
        psnr_rgb(lr, downscale(irn, pixels)),
    )
