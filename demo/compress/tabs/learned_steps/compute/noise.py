"""The same latents rounded, and with uniform noise. Knows nothing of the page."""

from typing import NamedTuple

import numpy as np
import torch

from demo.compress.tabs.learned_steps.compute.latent import WIDEST, latents, take
from demo.kit.cache import cached
from demo.photo import Photo
from demo.rescale.footprint import busiest
from irn_core.coding.latents import Latents, bits_of
from irn_core.ops.metrics import psnr_rgb
from irn_core.ops.pixels import luma

SIDE = 192
"""Pixels along a side of the part that shows what rounding and noise do to the picture."""
BINS = 8
"""Bins of a histogram in a step."""


class Way(NamedTuple):
    """What rounding or noise makes of the latents: rate, PSNR-RGB in dB, picture, a part of it, and a histogram.

    The histogram, of one channel, has shares per step; `model` is what the prior expects there.
    """

    bpp: float
    psnr: float
    x_hat: np.ndarray
    part: np.ndarray
    bars: list[tuple[float, float]]
    model: list[tuple[float, float]]


class Noise(NamedTuple):
    """Both ways with the same latents, the channel of the histograms, and the file of the first."""

    net: str
    level: int
    channel: int
    rounded: Way
    noisy: Way
    size: int
    bpp: float
    scale: float  # mean of the prior's scales in that channel, in steps


@cached
def compare(photo: Photo, net: str, setting: int) -> Noise:
    """Cached by content."""
    rounded = latents(photo, net, setting)
    noisy = take(photo, net, setting, torch.Generator().manual_seed(0))
    level, channel = _dearest(rounded)
    seen = busiest(np.square(luma(rounded.x_hat) - luma(photo.pixels)), SIDE)
    taken = np.abs(rounded.bands[level].taken[channel])
    reach = min(max(3, int(np.ceil(np.quantile(taken, 0.995))) + 1), WIDEST // 2)
    ways = []
    for found, bins in ((rounded, 1), (noisy, BINS)):
        band = found.bands[level]
        part = np.ascontiguousarray(found.x_hat[seen.rows, seen.columns])
        bpp = found.bits / photo.pixels[..., 0].size
        shown = _histogram(band.taken[channel], reach, bins), _expected(found.law, band.scale[channel], reach)
        ways.append(Way(bpp, psnr_rgb(photo.pixels, found.x_hat), found.x_hat, part, *shown))
    bpp = 8 * rounded.size / photo.pixels[..., 0].size
    return Noise(net, level, channel, *ways, rounded.size, bpp, float(rounded.bands[level].scale[channel].mean()))


def _dearest(found: Latents) -> tuple[int, int]:
    """Level and channel with the most bits."""
    costs = {
        (level, channel): bits
        for level, band in found.bands.items()
        for channel, bits in enumerate(band.bits(found.law).sum((1, 2)).tolist())
    }
    return max(costs, key=costs.get)


def _histogram(values: np.ndarray, reach: int, bins: int) -> list[tuple[float, float]]:
    """Middles of bins, so many in a step, and the share of the values there, per step."""
    edges = np.linspace(-reach - 0.5, reach + 0.5, (2 * reach + 1) * bins + 1)
    counts, _ = np.histogram(values, edges)
    middles = (edges[1:] + edges[:-1]) / 2
    return list(zip(middles.tolist(), (counts * bins / values.size).tolist(), strict=True))


def _expected(law: str, scale: np.ndarray, reach: int) -> list[tuple[float, float]]:
    """P(v) = CDF(v + ½) − CDF(v − ½), mean over the coefficients of a channel: the share of a bin, or a density."""
    edges = np.quantile(scale, np.linspace(0, 1, 65))
    v = np.linspace(-reach - 0.5, reach + 0.5, 8 * (2 * reach + 1) + 1)
    p = np.mean([2.0 ** -bits_of(law, v, one) for one in (edges[1:] + edges[:-1]) / 2], axis=0)
    return list(zip(v.tolist(), p.tolist(), strict=True))
