"""How much was lost: the information in z given the LR, as the model's density counts it, and as a real file.

With x = f⁻¹(y, z) on its grid of 1/255, n pixels and s² values of (y, z) for each, the change of variables gives

    P(x) = p(y, z) · |det ∂(y, z)/∂x| · 255^-3n,    p(y, z) = P(ŷ) · 255^(3n/s²) · p(z | ŷ)

so that −log2 P(x) is the LR's own −log2 P(ŷ) and, beyond it, what was lost:

    I = −log2 p(z | ŷ) − log2 |det ∂(y, z)/∂x| + 3n·(1 − 1/s²)·log2 255    bits

The formula takes p for constant over a cell of the grid. Where the model is surer than that, it counts too little.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from constriction import stream
from torch import Tensor

from irn_core.nets.irn import IRN
from irn_core.nets.prior import mix
from irn_core.ops.haar import Bands
from irn_core.ops.pixels import pad_to_multiple, to_pixels, to_tensor
from irn_core.ops.quantise import from_uint8, round8, to_uint8

ROUNDING = "rounding of y"
GREY_LEVELS = 255


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
        per_pixel = sum(self.bits.values()) / self.scale**2
        full = per_pixel.repeat(self.scale, 0).repeat(self.scale, 1)
        return full[: self.size[0], : self.size[1]]


@torch.inference_mode()
def lost_information(irn: IRN, pixels: np.ndarray) -> Information:
    """The information in what `downscale` drops of a picture H×W×3 uint8, at 8-bit precision of its pixels.

    The values of z are named after the Haar band that they began as, level 1 the finest. p(z | ŷ) is a product
    over coordinates W⁻¹z; the bits of each are shared by the bands in proportion to its energy in them.
    """
    values, stretch = irn.stretch(_floats(irn, pixels))
    y, z = values[:, :3], values[:, 3:]
    share = irn.prior.shares()
    nats = mix(-irn.prior.log_densities(z, round8(y)), share) - stretch[:, 3:]
    bits = torch.cat([-stretch[:, :3], nats], 1)[0].double() / math.log(2)
    bits[3:] += math.log2(GREY_LEVELS)
    names, maps = value_names(irn.config.scale), {}
    for name, channel in zip(names, bits.numpy(), strict=True):
        maps[name] = maps.get(name, 0) + channel
    return Information(pixels.shape[:2], irn.config.scale, maps)


def value_names(scale: int) -> list[str]:
    """For each channel of (y, z), the level and band that it began as."""
    names = [ROUNDING] * 3
    for level in range(1, scale.bit_length()):
        details = [[f"{level} {band}" if n == ROUNDING else n for n in names] for band in Bands._fields[1:]]
        names = sum(details, names)
    return names


class LostFile(NamedTuple):
    """z in units of `step`, coded under p(z | ŷ): with the LR, the picture is there again."""

    data: bytes
    step: float
    largest: int

    @property
    def size(self) -> int:
        """Bytes, with 12 for the other two numbers."""
        return len(self.data) + 12


@torch.inference_mode()
def encode_lost(irn: IRN, pixels: np.ndarray, fineness: float = 1.0) -> tuple[LostFile, float]:
    """Code z of a picture, and say what `lost_information` expects: the file, and its expected bits.

    Coordinates W⁻¹z are rounded to one step for all, at fineness 1 such that the picture's precision is about
    8 bits: the cells are, in all, as large as those of x. Decodes on the machine that made it: p is computed
    in floats.
    """
    values, stretch = irn.stretch(_floats(irn, pixels))
    y, z = values[:, :3], values[:, 3:]
    prior, y_hat = irn.prior, round8(y)
    volume = stretch.double().sum() - z[:, 0].numel() * prior.log_volume()
    step = math.exp(volume.item() / z.numel()) / GREY_LEVELS / fineness
    k = torch.round(prior.unmix(z) / step).int().numpy().ravel()
    largest = int(np.abs(k).max(initial=0))
    coder = stream.queue.RangeEncoder()
    coder.encode(k, _symbols(largest), *_parameters(irn, y_hat, step))
    nats = -prior.log_densities(z, y_hat).double().sum() - stretch.double().sum()
    expected = nats.item() / math.log(2) + z.numel() * math.log2(GREY_LEVELS * fineness)
    return LostFile(coder.get_compressed().astype("<u4").tobytes(), step, largest), expected


@torch.inference_mode()
def decode_lost(irn: IRN, lr: np.ndarray, file: LostFile, size: tuple[int, int]) -> np.ndarray:
    """The picture, H×W×3 uint8, from its LR, h×w×3 uint8, and what was lost."""
    y_hat = from_uint8(to_tensor(lr))
    coder = stream.queue.RangeDecoder(np.frombuffer(file.data, "<u4").astype(np.uint32))
    k = coder.decode(_symbols(file.largest), *_parameters(irn, y_hat, file.step))
    coordinates = torch.from_numpy(k.astype(np.float32) * np.float32(file.step))
    z = mix(coordinates.view(1, irn.z_channels, *y_hat.shape[-2:]), irn.prior.mix)
    x_hat = irn.inverse(y_hat, z)
    return to_pixels(to_uint8(x_hat[..., : size[0], : size[1]]))


def _symbols(largest: int) -> stream.model.QuantizedGaussian:
    return stream.model.QuantizedGaussian(-largest - 1, largest + 1)


def _parameters(irn: IRN, y_hat: Tensor, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation of each coordinate, in steps."""
    return tuple((value / step).double().numpy().ravel() for value in irn.prior.mean_scale(y_hat))


def _floats(irn: IRN, pixels: np.ndarray) -> Tensor:
    x = from_uint8(to_tensor(pad_to_multiple(pixels, irn.config.scale)))
    return x.contiguous(memory_format=torch.channels_last)
