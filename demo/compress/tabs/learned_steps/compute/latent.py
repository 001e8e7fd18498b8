"""Latents as planes, and one of them with its probability. Knows nothing of the page."""

from typing import NamedTuple

import numpy as np
import torch

from demo.kit.cache import cached
from demo.photo import Photo
from irn_core.coding.autoencoder_codec import load_autoencoder
from irn_core.coding.codec import load_codec
from irn_core.coding.icn_file import QUALITY_STEPS
from irn_core.coding.latents import Band, Latents, autoencoder_latents, bits_of, cdf, icn_latents
from irn_core.nets.autoencoder import AutoencoderConfig

NETS = AUTOENCODER, ICN = ("autoencoder", "icn")
ONLY_LEVEL = AutoencoderConfig.levels - 1
"""That of the autoencoder's latents."""
DEAREST = 10
"""So many channels of the autoencoder are shown, those with the most bits."""
WIDEST = 24
"""Bars on either side of zero, at most."""


class Chosen(NamedTuple):
    """A coefficient in steps: the prior's mean, how far off it is, its symbol, the prior's scale, bits, graphs."""

    channel: int
    row: int
    column: int
    mean: float
    v: float
    k: int
    scale: float
    bits: float
    bars: list[tuple[float, float]]  # k, P(k)
    curve: list[tuple[float, float]]  # v, CDF(v)
    edges: tuple[float, float]  # the distribution function at k ± ½


class Channel(NamedTuple):
    """A plane of coefficients, h×w in steps, and all its bits."""

    number: int
    values: np.ndarray
    bits: float


class Latent(NamedTuple):
    """The latents of a picture, those of one level as planes, and one of them."""

    net: str
    level: int
    step: float
    channels: list[Channel]
    heat: np.ndarray  # bits of all channels of the level at each place, h×w
    chosen: Chosen
    count: int
    zeros: float
    bits: float
    size: int
    x_hat: np.ndarray


@cached
def latents(photo: Photo, net: str, setting: int) -> Latents:
    """As the file has them. Cached by content."""
    return take(photo, net, setting, None)


def take(photo: Photo, net: str, setting: int, noise: torch.Generator | None) -> Latents:
    """The latents by a net, rounded or with noise."""
    quality = setting / QUALITY_STEPS
    if net == AUTOENCODER:
        return autoencoder_latents(load_autoencoder(), photo.pixels, quality, noise)
    return icn_latents(load_codec("icn"), photo.pixels, quality, noise)


def look(photo: Photo, net: str, setting: int, level: int, place: tuple[int, int, int] | None) -> Latent:
    """The latents, and the one at a place (channel, row, column) of a level, or else one that is typical."""
    found = latents(photo, net, setting)
    band = found.bands[level]
    bits = band.bits(found.law)
    by_channel = bits.sum((1, 2), dtype=np.float64)
    seen = np.argsort(-by_channel, kind="stable")[:DEAREST] if net == AUTOENCODER else range(len(by_channel))
    channels = [Channel(int(k), band.mean[k] + band.v[k], float(by_channel[k])) for k in seen]
    shape = band.v.shape
    where = tuple(min(part, side - 1) for part, side in zip(place, shape, strict=True)) if place else None
    chosen = _chosen(found.law, band, where or _typical(band, bits, channels[0].number if net == AUTOENCODER else 0))
    return Latent(
        net, level, band.step, channels, bits.sum(0), chosen, found.count, found.zeros, found.bits, found.size,
        found.x_hat,
    )  # fmt: skip


def _typical(band: Band, bits: np.ndarray, channel: int) -> tuple[int, int, int]:
    """The coefficient of a channel that is in the middle by its bits among those not zero; without any, the dearest."""
    places = np.flatnonzero(band.taken[channel])
    costs = bits[channel].ravel()
    place = places[np.argsort(costs[places])[len(places) // 2]] if len(places) else np.argmax(costs)
    return channel, *(int(part) for part in np.unravel_index(place, bits.shape[1:]))


def _chosen(law: str, band: Band, place: tuple[int, int, int]) -> Chosen:
    mean, v, taken, scale = (float(plane[place]) for plane in band[1:])
    reach = min(max(3, int(np.ceil(3 * scale))), WIDEST)
    low, high = min(-reach, int(taken) - 1), max(reach, int(taken) + 1)
    if high - low > 4 * WIDEST:  # far out: only what is near
        low, high = int(taken) - WIDEST, int(taken) + WIDEST
    k, v_axis = np.arange(low, high + 1.0), np.linspace(low - 0.5, high + 0.5, 301)
    bars = list(zip(k.tolist(), (2.0 ** -bits_of(law, k, scale)).tolist(), strict=True))
    curve = list(zip(v_axis.tolist(), cdf(law, v_axis, scale).tolist(), strict=True))
    edges = cdf(law, np.array([taken - 0.5, taken + 0.5]), scale).tolist()
    bits = float(bits_of(law, np.array([taken]), scale)[0])
    return Chosen(*place, mean, v, int(taken), scale, bits, bars, curve, tuple(edges))
