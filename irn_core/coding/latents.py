"""What the learned codecs code, coefficient by coefficient: as they round it, or with uniform noise in its place.

All is in steps Δ. A coefficient of the picture is mean + v; the decoder has mean + `taken`, which rounding makes whole,
and noise of ±½ does not. Either costs −log2 P with P = CDF(taken + ½) − CDF(taken − ½) (Ballé et al. 2017).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from irn_core.coding.autoencoder_codec import LARGEST_SYMBOL, AutoencoderCodec, stored
from irn_core.coding.codec import Codec
from irn_core.coding.entropy import Writer
from irn_core.coding.icn_file import HEADER_BYTES, QUALITY_STEPS
from irn_core.coding.importance import as_quality
from irn_core.coding.symbols import Group, encoder, placed
from irn_core.coding.tables import scale_of
from irn_core.coding.tiled import analyse, synthesise
from irn_core.nets.icn import Coder, Coefficients
from irn_core.ops import laplace, normal
from irn_core.ops.pixels import pixels_of, tensor_of

LAWS = {"laplace": laplace, "normal": normal}
"""What a prior may be: how its distribution function and its bits are computed."""


class Band(NamedTuple):
    """The coefficients of a level, C×h×w float32 each but the step: what the prior expects, and what came."""

    step: float
    mean: np.ndarray
    v: np.ndarray
    taken: np.ndarray
    scale: np.ndarray

    def bits(self, law: str) -> np.ndarray:
        """−log2 P of each."""
        return bits_of(law, self.taken, self.scale)


@dataclass(frozen=True, eq=False)
class Latents:
    """Bands by level, and the picture that the decoder makes of them. `size`: bytes of the file, where there is one.

    Level l has a number for each 2^(l+1)×2^(l+1) pixels; the last of ICN, its low band, has the cells of that before.
    """

    law: str
    bands: dict[int, Band]
    x_hat: np.ndarray
    size: int | None

    @cached_property
    def bits(self) -> float:
        """The sum of −log2 P over all coefficients."""
        return float(sum(band.bits(self.law).sum(dtype=np.float64) for band in self.bands.values()))

    @property
    def count(self) -> int:
        return sum(band.v.size for band in self.bands.values())

    @cached_property
    def zeros(self) -> float:
        """The share of coefficients that are taken as what the prior expects."""
        return sum(np.count_nonzero(band.taken == 0) for band in self.bands.values()) / self.count


def bits_of(law: str, taken: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """−log2 P(taken) by the prior's scale, both in steps."""
    return LAWS[law].soft_bits(*_pair(taken, scale)).numpy()


def cdf(law: str, v: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """The prior's distribution function."""
    return LAWS[law].cdf(*_pair(v, scale)).numpy()


def _pair(v: np.ndarray, scale: np.ndarray) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(np.asarray(v)), torch.from_numpy(np.array(np.broadcast_to(scale, np.shape(v))))


Noise = torch.Generator | None
"""Where uniform noise comes from; without it, coefficients are rounded as in a file."""


@torch.inference_mode()
def autoencoder_latents(codec: AutoencoderCodec, pixels: np.ndarray, quality: float, noise: Noise = None) -> Latents:
    """One level of N(0, 1), in steps of Δ."""
    at = torch.tensor([stored(quality)])
    y, step = codec.net.encode(tensor_of(pixels, codec.multiple), at), codec.net.step(at)
    v = y / step
    taken = v.round().clamp(-LARGEST_SYMBOL, LARGEST_SYMBOL) if noise is None else v + _uniform(v, noise)
    x_hat = pixels_of(codec.net.decode(taken * step, at), pixels.shape[:2])
    scale = np.full(v.shape[1:], 1 / step.item(), np.float32)
    band = Band(step.item(), np.zeros_like(scale), v[0].numpy(), taken[0].numpy(), scale)
    size = None if noise else len(codec.encode(pixels, quality))
    return Latents("normal", {codec.net.config.levels - 1: band}, x_hat, size)


@torch.inference_mode()
def icn_latents(codec: Codec, pixels: np.ndarray, quality: float, noise: Noise = None) -> Latents:
    """All levels, each coefficient with the Laplace distribution that the decoded ones before it foretell."""
    icn, at = codec.icn, as_quality(round(quality * QUALITY_STEPS) / QUALITY_STEPS, None)
    top, details = analyse(icn, pixels, at)
    sources, writer, groups = [*details, top], Writer(), []
    code = _noisy(sources, noise) if noise else _rounding(encoder(writer, list(sources), groups), groups)
    ledger = _Ledger(sources, code)
    top_hat, details_hat = icn.code(top.shape, at, ledger.code)
    x_hat = synthesise(icn, top_hat, details_hat, at, pixels.shape[:2])
    return Latents("laplace", ledger.bands(), x_hat, None if noise else HEADER_BYTES + len(writer.finish()))


class _Taken(NamedTuple):
    """A coded group: what the decoder has of it, the same in steps from the mean, and the prior's scale in steps."""

    b_hat: Tensor
    taken: Tensor
    scale: Tensor


def _rounding(encode: Coder, groups: list[Group]) -> Callable[[Coefficients], _Taken]:
    """As the file has it, with the scales of its tables."""

    def code(group: Coefficients) -> _Taken:
        b_hat, found = encode(group), groups.pop()
        parts = (found.symbols.astype(np.float32), scale_of(found.indices))
        return _Taken(b_hat, *(placed(torch.from_numpy(part), group) for part in parts))

    return code


def _noisy(sources: list[Tensor], noise: torch.Generator) -> Callable[[Coefficients], _Taken]:
    """As training counts bits: uniform noise in place of rounding."""

    def code(group: Coefficients) -> _Taken:
        v = (sources[group.level][:, group.channels] - group.mean) / group.step
        taken = v + _uniform(v, noise)
        return _Taken(group.mean + taken * group.step, taken, group.log_scale.exp())

    return code


def _uniform(like: Tensor, noise: torch.Generator) -> Tensor:
    """Between −½ and ½."""
    return torch.rand(like.shape, generator=noise) - 0.5


@dataclass
class _Ledger:
    """Notes all groups of a walk in the planes of their levels."""

    sources: list[Tensor]
    take: Callable[[Coefficients], _Taken]
    steps: dict[int, float] = field(default_factory=dict)
    planes: dict[int, np.ndarray] = field(default_factory=dict)

    def code(self, group: Coefficients) -> Tensor:
        found = self.take(group)
        b = self.sources[group.level][:, group.channels]
        values = (group.mean / group.step, (b - group.mean) / group.step, found.taken, found.scale)
        planes = self.planes.setdefault(group.level, np.zeros((4, *self.sources[group.level].shape[1:]), np.float32))
        for plane, value in zip(planes, values, strict=True):
            if group.where is None:
                plane[group.channels] = value[0].numpy()
            else:
                where = group.where.numpy()
                plane[group.channels][:, where] = value[0][:, group.where].numpy()
        self.steps[group.level] = float(group.step.flatten()[0])
        return found.b_hat

    def bands(self) -> dict[int, Band]:
        return {level: Band(self.steps[level], *planes) for level, planes in self.planes.items()}
