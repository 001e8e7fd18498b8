"""How much was lost: the information in z given the LR, as the model's density counts it, and as a real file.

With x = f⁻¹(y, z) on its grid of 1/255, n pixels and s² values of (y, z) for each, the change of variables gives

    P(x) = p(y, z) · |det ∂(y, z)/∂x| · 255^-3n,    p(y, z) = P(ŷ) · 255^(3n/s²) · p(z | ŷ)

so that −log2 P(x) is the LR's own −log2 P(ŷ) and, beyond it, what was lost:

    I = −log2 p(z | ŷ) − log2 |det ∂(y, z)/∂x| + 3n·(1 − 1/s²)·log2 255    bits

The formula takes p for constant over a cell of the grid. Where the model is surer than that, it counts too little.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from irn_core.coding import range_coder
from irn_core.nets.irn import IRN
from irn_core.nets.prior import Prior, mix
from irn_core.nets.whitener import Places, at
from irn_core.ops.haar import Bands
from irn_core.ops.pixels import pixels_of, tensor_of

ROUNDING = "rounding of y"
GREY_LEVELS = 255
LARGEST = 4095
"""Steps from the mean that have a symbol of their own. On pure colours p can be off by millions of steps."""
TABLES_PER_UNIT = 8
"""Tables for each unit of log scale: what the nearest costs beyond the right one is less than 0.002 bits."""


@dataclass(frozen=True, eq=False)
class Information:
    """Bits of what a picture H×W loses: by level and band, each a map over the LR grid, h×w float64."""

    size: tuple[int, int]
    scale: int
    bits: dict[str, np.ndarray]

    @property
    def total(self) -> float:
        """Bits in all."""
        return float(sum(bits.sum() for bits in self.bits.values()))

    def heat(self) -> np.ndarray:
        """Bits per pixel, H×W: an LR pixel's bits are shared by the pixels that it stands for."""
        return share_out(sum(self.bits.values()), self.size, self.scale)


def share_out(bits: np.ndarray, size: tuple[int, int], side: int) -> np.ndarray:
    """Bits of cells of side×side pixels, each shared by those of its pixels that lie in the picture; → H×W."""
    rows, columns = (np.arange(length) // side for length in size)
    return (bits / np.outer(np.bincount(rows), np.bincount(columns)))[rows][:, columns]


class Dropped(NamedTuple):
    """What f makes of a picture H×W, up to scale − 1 pixels larger: B×C×h×w each, with B = 1."""

    size: tuple[int, int]
    y_hat: Tensor
    z: Tensor
    stretch: Tensor  # log |det|, shared by the values of (y, z)
    log_p: Tensor  # log p(z | ŷ), of each coordinate W⁻¹z


@torch.inference_mode()
def drop(irn: IRN, pixels: np.ndarray, lr: np.ndarray) -> Dropped:
    """f of a picture H×W×3 uint8, given its LR, h×w×3 uint8, with all that is asked below.

    The LR is asked for, since one computed in tiles may differ here and there by a grey level, and z would
    not be decoded with another.
    """
    values, stretch = irn.stretch(tensor_of(pixels, irn.config.scale))
    y_hat, z = tensor_of(lr), values[:, 3:]
    return Dropped(pixels.shape[:2], y_hat, z, stretch, irn.prior.log_densities(z, y_hat))


@torch.inference_mode()
def lost_information(irn: IRN, dropped: Dropped) -> Information:
    """The information in what `downscale` drops of a picture, at 8-bit precision of its pixels.

    The values of z are named after the Haar band that they began as, level 1 the finest. p(z | ŷ) is a product
    over coordinates W⁻¹z; the bits of each are shared by the bands in proportion to its energy in them.
    """
    stretch = dropped.stretch
    nats = mix(-dropped.log_p, irn.prior.shares()) - stretch[:, 3:]
    bits = torch.cat([-stretch[:, :3], nats], 1)[0].double() / math.log(2)
    bits[3:] += math.log2(GREY_LEVELS)
    names, maps = value_names(irn.config.scale), {}
    for name, channel in zip(names, bits.numpy(), strict=True):
        maps[name] = maps.get(name, 0) + channel
    return Information(dropped.size, irn.config.scale, maps)


def value_names(scale: int) -> list[str]:
    """For each channel of (y, z), the level and band that it began as."""
    names = [ROUNDING] * 3
    for level in range(1, scale.bit_length()):
        details = [[f"{level} {band}" if n == ROUNDING else n for n in names] for band in Bands._fields[1:]]
        names = sum(details, names)
    return names


class LostFile(NamedTuple):
    """z in units of `step`, coded under p(z | ŷ): with the LR, the picture is there again.

    `far` has the steps, whole, that lie LARGEST or more from the mean, in the order in which they are coded.
    """

    data: bytes
    step: float
    largest: int
    far: np.ndarray

    @property
    def size(self) -> int:
        """Bytes, with 12 for the other two numbers."""
        return len(self.data) + 12 + self.far.nbytes


@torch.inference_mode()
def encode_lost(irn: IRN, dropped: Dropped, fineness: float = 1.0) -> tuple[LostFile, float]:
    """Code z of a picture, and say what `lost_information` expects: the file, and its expected bits.

    Coordinates W⁻¹z are rounded to one step for all, at fineness 1 such that the picture's precision is about
    8 bits: the cells are, in all, as large as those of x. Decodes on the machine that made it: p is computed
    in floats.
    """
    prior, z, stretch = irn.prior, dropped.z, dropped.stretch.double().sum()
    volume = stretch - z[:, 0].numel() * prior.log_volume()
    step = math.exp(volume.item() / z.numel()) / GREY_LEVELS / fineness
    file = _encode(prior, dropped.y_hat, prior.unmix(z), step)
    nats = -dropped.log_p.double().sum() - stretch
    expected = nats.item() / math.log(2) + z.numel() * math.log2(GREY_LEVELS * fineness)
    return file, expected


@torch.inference_mode()
def decode_lost(irn: IRN, lr: np.ndarray, file: LostFile, size: tuple[int, int]) -> np.ndarray:
    """The picture, H×W×3 uint8, from its LR, h×w×3 uint8, and what was lost."""
    y_hat = tensor_of(lr)
    z = mix(_decode(irn.prior, y_hat, file), irn.prior.mix)
    return pixels_of(irn.inverse(y_hat, z), size)


def _encode(prior: Prior, y_hat: Tensor, coordinates: Tensor, step: float) -> LostFile:
    """Round each coordinate to its mean and whole steps, and code the steps."""
    coder = range_coder().queue.RangeEncoder()
    found: list[tuple[np.ndarray, np.ndarray]] = []
    far: list[np.ndarray] = []

    def visit(places: Places, mean: Tensor, log_scale: Tensor) -> Tensor:
        k = torch.round((at(coordinates, places) - mean) / step)
        steps = k.long().numpy().ravel()
        far.append(steps[np.abs(steps) >= LARGEST])
        found.append((steps.clip(-LARGEST, LARGEST).astype(np.int32), _table_of(log_scale, step)))
        return torch.add(mean, k, alpha=step)

    prior.walk(y_hat, visit)
    largest = max(int(np.abs(k).max(initial=0)) for k, _ in found)
    for k, tables in found:
        for table, here in _groups(tables):
            coder.encode(k[here] + largest, _model(prior, table, largest))
    return LostFile(coder.get_compressed().astype("<u4").tobytes(), step, largest, np.concatenate(far))


def _decode(prior: Prior, y_hat: Tensor, file: LostFile) -> Tensor:
    """The rounded coordinates."""
    coder = range_coder().queue.RangeDecoder(np.frombuffer(file.data, "<u4").astype(np.uint32))
    far = iter(file.far.tolist())

    def visit(places: Places, mean: Tensor, log_scale: Tensor) -> Tensor:
        k = np.empty(mean.numel(), np.float32)
        for table, here in _groups(_table_of(log_scale, file.step)):
            k[here] = coder.decode(_model(prior, table, file.largest), len(here)) - file.largest
        is_far = np.abs(k) == LARGEST
        k[is_far] = list(islice(far, int(is_far.sum())))
        return torch.add(mean, torch.from_numpy(k).view(mean.shape), alpha=file.step)

    return prior.walk(y_hat, visit)


def _table_of(log_scale: Tensor, step: float) -> np.ndarray:
    """The place of each scale, in steps, on a grid."""
    return torch.round((log_scale - math.log(step)) * TABLES_PER_UNIT).int().numpy().ravel()


def _groups(tables: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """(table, positions) of each table in use."""
    order = np.argsort(tables, kind="stable")
    used, starts = np.unique(tables[order], return_index=True)
    yield from zip(used.tolist(), np.split(order, starts[1:]), strict=False)


def _model(prior: Prior, table: int, largest: int):
    """Probabilities of −largest … largest steps from the mean; those at both ends stand for all beyond as well."""
    borders = torch.arange(largest + 2, dtype=torch.float64) - 0.5
    below = prior.standard_cdf(-borders * math.exp(-table / TABLES_PER_UNIT))  # the tail that floats resolve
    below[-1] = 0
    p = (below[:-1] - below[1:]).numpy()
    return range_coder().model.Categorical(np.concatenate([p[:0:-1], p]), perfect=False)
