"""Pixels ↔ bands. The finest level, which has three quarters of all coefficients, is computed in tiles.

So only the pixels are held at full size. The result is that of the whole, within float rounding. Where the quality is a
map, 1×1×h×w, a tile sees its part of it.
"""

import numpy as np
import torch
from torch import Tensor

from irn_core.nets.icn import ICN, spread
from irn_core.ops.pixels import pad_to_multiple, to_pixels, to_tensor
from irn_core.ops.quantise import from_uint8, to_uint8
from irn_core.ops.tiling import Window, tiles

TILE_SIDE = 512
"""In coefficients of the finest level, which stand for 2×2 pixels each."""


def analyse(icn: ICN, pixels: np.ndarray, quality: Tensor) -> tuple[Tensor, list[Tensor]]:
    """H×W×3 uint8 → `icn.forward` of the padded picture: top and details."""
    x = to_tensor(pad_to_multiple(pixels, 1 << icn.config.levels))
    height, width = x.shape[-2] // 2, x.shape[-1] // 2
    a, b = (_empty(channels, height, width) for channels in (3, 9))
    for inner, outer in tiles(height, width, TILE_SIDE, icn.split_radius):
        seen, kept = outer.times(2), inner.within(outer)
        tile = from_uint8(x[..., seen.rows, seen.columns]).contiguous(memory_format=torch.channels_last)
        seen_quality = _part(quality, (height, width), outer)
        for whole, part in zip((a, b), icn.split(0, icn.from_rgb(tile), seen_quality), strict=True):
            whole[..., inner.rows, inner.columns] = part[..., kept.rows, kept.columns]
    details = [b]
    for level in range(1, icn.config.levels):
        a, b = icn.split(level, a, quality)
        details.append(b)
    return a, details


def synthesise(icn: ICN, top: Tensor, details: list[Tensor], quality: Tensor, size: tuple[int, int]) -> np.ndarray:
    """Top and details → the picture, H×W×3 uint8, refined: `icn.restore` of `icn.inverse`."""
    a, b = top, details[0]
    for level in reversed(range(1, icn.config.levels)):
        a = icn.join(level, a, details[level], quality)
    x_hat = torch.empty(1, 3, *size, dtype=torch.uint8)
    for inner, outer in tiles(*a.shape[-2:], TILE_SIDE, icn.restore_radius):
        low, detail = (whole[..., outer.rows, outer.columns] for whole in (a, b))
        seen_quality = _part(quality, a.shape, outer)
        tile = icn.restore(icn.to_rgb(icn.join(0, low, detail, seen_quality)), seen_quality)
        done, kept = inner.times(2), inner.within(outer).times(2)
        place = x_hat[..., done.rows, done.columns]  # ends where the picture does, before the padding
        place.copy_(to_uint8(tile[..., kept.rows, kept.columns][..., : place.shape[-2], : place.shape[-1]]))
    return to_pixels(x_hat)


def _part(quality: Tensor, shape: tuple[int, ...], window: Window) -> Tensor:
    """The quality inside a window of bands of this shape."""
    return quality if quality.dim() == 1 else spread(quality, shape)[..., window.rows, window.columns]


def _empty(channels: int, height: int, width: int) -> Tensor:
    return torch.empty(1, channels, height, width, memory_format=torch.channels_last)
