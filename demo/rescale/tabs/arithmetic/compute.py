"""z is mixed, transplanted or erased, then upscaled. Knows no page."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from demo.kit.animate import encode_gif
from demo.kit.cache import cached
from demo.photo import Photo
from demo.rescale.footprint import DETAIL_SIDE, Footprint, busiest, difference, on_picture
from demo.rescale.rescaled import draw, network, rescale, scale_of
from irn_core.errors import IRNError
from irn_core.measure.information import value_names
from irn_core.measure.spread import rms
from irn_core.ops.metrics import psnr_y, psnr_y_where
from irn_core.ops.pixels import pixels_of, tensor_of
from irn_core.ops.tiling import Window
from irn_core.rescale import draw_noise, split

TIMES = tuple(k / 6 for k in range(7))
"""When the pictures from one draw to the other are taken, both ends included: there and back is a loop of 12."""
"""How long one is shown; the two draws themselves stay twice as long."""
PART_SIDE = 256
"""Side of the part that is shown, in pixels of the original."""
WHOLE_PIXELS = 300_000
"""Larger pictures have a GIF of the part only."""
LARGEST_SEED = 2**31 - 1
SOURCES = ("true", "likeliest", "zero")
"""What z may be taken from: the picture itself, W·μ(ŷ), 0."""


class Step(NamedTuple):
    """The shown part of a picture, h×w×3 uint8, its PSNR-Y in dB, and its distance from the likeliest picture:
    RMS over R, G, B, in grey levels.
    """

    pixels: np.ndarray
    psnr_y: float
    distance: float


@dataclass(frozen=True, eq=False)
class Interpolation:
    """The way from one draw to another in a part of the picture."""

    window: Window
    steps: tuple[Step, ...]
    straight: Step  # halfway on a straight line
    gif: bytes


def whole_seeds(first: str, second: str, seed: int) -> tuple[int, int]:
    """Two seeds from text boxes; an empty one stands for the page's seed, or the next.

    Raises:
        IRNError: no whole number, or out of range.
    """
    return _whole_seed(first, seed), _whole_seed(second, (seed + 1) % LARGEST_SEED)


def _whole_seed(box: str, otherwise: int) -> int:
    box = box.strip()
    if not box:
        return otherwise
    if not box.isdecimal() or int(box) > LARGEST_SEED:
        raise IRNError(f"A seed is a whole number from 0 to {LARGEST_SEED}; in the box is {box}")
    return int(box)


def spherical(first: Tensor, second: Tensor, t: float) -> Tensor:
    """cos(πt/2)·first + sin(πt/2)·second: of independent N(0, I) again N(0, I), for every t."""
    return math.cos(t * math.pi / 2) * first + math.sin(t * math.pi / 2) * second


@cached
@torch.inference_mode()
def interpolate(photo: Photo, net: str, tau: float, first: int, second: int) -> Interpolation:
    """The pictures of TIMES, from the draw of one seed to that of another, where the two differ most.

    Raises:
        IRNError: the two draws are the same.
    """
    if tau == 0:
        raise IRNError("At τ = 0 every draw is the likeliest picture; raise τ, then there is a way from one to another")
    if first == second:
        raise IRNError(f"Both draws have the seed {first}, so they are the same; choose two different seeds")
    ends = [draw(photo, net, tau, seed) for seed in (first, second)]
    window = busiest(difference(*ends), PART_SIDE)
    upscaled, noise = _upscaler(photo, net, tau, window), _noise(photo, net, first, second)
    pictures = [upscaled(spherical(*noise, t)) for t in TIMES]
    *steps, straight = (_step(photo, net, window, x) for x in (*pictures, upscaled(sum(noise) / 2)))
    return Interpolation(window, tuple(steps), straight, encode_gif(pictures))


def whole_fits(photo: Photo) -> bool:
    """Whether there is a GIF of the whole picture: it is larger than the part, but not too large."""
    return max(photo.size) > PART_SIDE and photo.size[0] * photo.size[1] <= WHOLE_PIXELS


@cached
@torch.inference_mode()
def whole_gif(photo: Photo, net: str, tau: float, first: int, second: int) -> bytes:
    """The same way as an animation of the whole picture."""
    upscaled = _upscaler(photo, net, tau, Window(0, photo.size[0], 0, photo.size[1]))
    noise = _noise(photo, net, first, second)
    return encode_gif([upscaled(spherical(*noise, t)) for t in TIMES])


def _noise(photo: Photo, net: str, *seeds: int) -> list[Tensor]:
    """ε of the draws with these seeds, each 1×3(s²−1)×h×w."""
    return [draw_noise(network(net), *rescale(photo, net).lr.shape[:2], seed) for seed in seeds]


def _upscaler(photo: Photo, net: str, tau: float, seen: Window) -> Callable[[Tensor], np.ndarray]:
    """A function of ε, 1×3(s²−1)×h×w, that draws the part `seen` of the picture, uint8."""
    irn, y, scale = network(net), _y_hat(photo, net), scale_of(net)
    halo = irn.radius // scale
    outer = Window(
        max(seen.top // scale - halo, 0), -(-seen.bottom // scale) + halo,
        max(seen.left // scale - halo, 0), -(-seen.right // scale) + halo,
    )  # fmt: skip
    part = y[..., outer.rows, outer.columns].contiguous(memory_format=torch.channels_last)
    kept = seen.within(outer.times(scale))

    def upscaled(eps: Tensor) -> np.ndarray:
        eta = irn.prior.texture(eps, y)[..., outer.rows, outer.columns]  # of the whole, as its values hang together
        x = irn.inverse(part, irn.prior.place(tau * eta, part))
        return pixels_of(x[..., kept.rows, kept.columns])

    return upscaled


def _step(photo: Photo, net: str, window: Window, pixels: np.ndarray) -> Step:
    original, likeliest = (
        picture[window.rows, window.columns] for picture in (photo.pixels, rescale(photo, net).reconstruction)
    )
    return Step(pixels, psnr_y(original, pixels, 0), float(rms(pixels.astype(np.float32) - likeliest)))


@dataclass(frozen=True, eq=False)
class Change(Footprint):
    """Two pictures H×W×3 uint8, before and after z was replaced in a region, and PSNR-Y of both in dB.

    Inside or outside of the region it is nan where there is no pixel.
    """

    before: np.ndarray
    after: np.ndarray
    psnr_y: tuple[float, float]
    inside: tuple[float, float]
    outside: tuple[float, float]
    seen: Window  # the part where most has changed


def band_names(scale: int) -> list[str]:
    """The levels and bands that values of z began as."""
    return list(dict.fromkeys(value_names(scale)[3:]))


def middle(height: int, width: int) -> Window:
    """The middle third of each side, at least a pixel."""
    return Window(height // 3, -(-2 * height // 3), width // 3, -(-2 * width // 3))


def check_choice(bands: Sequence[str], region: np.ndarray) -> None:
    """Whether there is something to replace.

    Raises:
        IRNError: no band, or an empty region.
    """
    if not bands:
        raise IRNError("no band is chosen; choose at least one")
    if not region.any():
        raise IRNError("no region is brushed; brush over the picture, or choose All")


def replaced(photo: Photo, net: str, base: str, other: str, bands: Sequence[str], region: np.ndarray) -> Change:
    """z is that of `base`, one of SOURCES, and that of `other` in the bands and where the region, h×w bool, says so."""
    return _replaced(photo, net, base, other, tuple(bands), region.tobytes())


@cached
@torch.inference_mode()
def _replaced(photo: Photo, net: str, base: str, other: str, bands: tuple[str, ...], region: bytes) -> Change:
    (y_hat, sources), scale = _sources(photo, net), scale_of(net)
    mask = np.frombuffer(region, bool).reshape(y_hat.shape[-2:])
    channels = torch.tensor([name in bands for name in value_names(scale)[3:]])
    where = channels[:, None, None] & torch.from_numpy(mask.copy())
    before = from_source(photo, net, base)
    after = _inverse(photo, net, torch.where(where, sources[other], sources[base]))
    edited = on_picture(mask, scale, photo.size)
    inside, outside = (
        tuple(psnr_y_where(photo.pixels, pixels, scale, place) for pixels in (before, after))
        for place in (edited, ~edited)
    )
    whole = tuple(psnr_y(photo.pixels, pixels, scale) for pixels in (before, after))
    change, radius = difference(before, after), network(net).radius
    return Change(edited, change, radius, before, after, whole, inside, outside, busiest(change, DETAIL_SIDE))


@cached
@torch.inference_mode()
def from_source(photo: Photo, net: str, name: str) -> np.ndarray:
    """The picture H×W×3 uint8 from ŷ and one of SOURCES everywhere."""
    return _inverse(photo, net, _sources(photo, net)[1][name])


def _inverse(photo: Photo, net: str, z: Tensor) -> np.ndarray:
    x_hat = network(net).inverse(_sources(photo, net)[0], z)
    return pixels_of(x_hat, photo.size)


@cached
@torch.inference_mode()
def _sources(photo: Photo, net: str) -> tuple[Tensor, dict[str, Tensor]]:
    """ŷ, 1×3×h×w in [0, 1], and z of each of SOURCES, 1×3(s²−1)×h×w."""
    irn, y_hat = network(net), _y_hat(photo, net)
    true = split(irn, photo.pixels).z
    return y_hat, dict(zip(SOURCES, (true, irn.prior.likeliest(y_hat), torch.zeros(()).expand_as(true)), strict=True))


def _y_hat(photo: Photo, net: str) -> Tensor:
    return tensor_of(rescale(photo, net).lr)
