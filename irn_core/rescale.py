"""Downscale and upscale whole pictures: the mirror pair that joins network, prior, and 8-bit LR.

downscale:  x ─pad→ f → (y, z),  lr = round8(y),  z is lost
            or, refined, the lr among the steps of `refine` whose x_hat is nearest to x
upscale:    lr → x_hat = f⁻¹(lr, W·(μ(lr) + τ·σ(lr)·η)),  η from ε ~ N(0, I), from a seed
"""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from irn_core.errors import IRNError
from irn_core.nets.irn import IRN
from irn_core.ops.pixels import pad_to_multiple, tensor_of, to_pixels, to_tensor
from irn_core.ops.quantise import from_uint8, to_uint8
from irn_core.ops.tiling import Progress, Tile, tiles
from irn_core.refine import better, refinements

TILE_SIDE = 2048
"""HR pixels. A picture of up to TILE_SIDE² pixels and no longer side is computed as a whole."""


class Split(NamedTuple):
    """f(x) of a padded picture: y and z, float32, 1×3×h×w and 1×3(s²−1)×h×w."""

    y: Tensor
    z: Tensor


@torch.inference_mode()
def split(irn: IRN, pixels: np.ndarray) -> Split:
    """f of a picture H×W×3 uint8 as a whole, with the true z and y before rounding."""
    return Split(*irn(tensor_of(pixels, irn.config.scale)))


def downscale(irn: IRN, pixels: np.ndarray, progress: Progress | None = None, refine: int = 0) -> np.ndarray:
    """The LR picture that f keeps: H×W×3 uint8, any size from 1×1 → ⌈H/s⌉×⌈W/s⌉×3 uint8.

    Memory beyond input and output is bounded: large pictures are computed in tiles that overlap by
    the reach of the network, so the result is that of the whole, within float rounding. `refine` is a number of
    gradient steps on that LR, see `refinements`; `progress` then counts them.
    """
    lr = _keep(irn, pixels, None if refine else progress)
    if not refine:
        return lr
    best = None
    for done, step in enumerate(refinements(irn, pixels, lr, refine)):
        best = better(best, step)
        if progress and done:
            progress(done, refine)
    return best.lr


@torch.inference_mode()
def _keep(irn: IRN, pixels: np.ndarray, progress: Progress | None) -> np.ndarray:
    """round8(y) of a picture, tile by tile."""
    scale = irn.config.scale
    x = to_tensor(pad_to_multiple(pixels, scale))
    lr = torch.empty(1, 3, x.shape[-2] // scale, x.shape[-1] // scale, dtype=torch.uint8)
    for inner, outer in _lr_tiles(irn, lr, progress):
        seen, kept = outer.times(scale), inner.within(outer)
        y, _ = irn(from_uint8(x[..., seen.rows, seen.columns]))
        lr[..., inner.rows, inner.columns] = to_uint8(y[..., kept.rows, kept.columns])
    return to_pixels(lr)


@torch.inference_mode()
def upscale(
    irn: IRN,
    lr: np.ndarray,
    tau: float = 0.0,
    seed: int = 0,
    size: tuple[int, int] | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """Reconstruct a picture from its LR, h×w×3 uint8 → H×W×3 uint8.

    tau scales the noise: at 0 z is the most likely one (best PSNR), at 1 a draw from p(z | y). A
    seed always gives the same draw. `size` is (H, W) of the original, by default (s·h, s·w), which it cannot exceed.

    Raises:
        IRNError: an impossible `size` or tau; ImageError: `lr` is no picture.

    >>> from irn_core.nets.irn import IRNConfig
    >>> irn = IRN(IRNConfig(scale=2, blocks=(2,), widths=(8,)))
    >>> upscale(irn, np.zeros((5, 7, 3), np.uint8), size=(9, 13)).shape
    (9, 13, 3)
    """
    if not 0 <= tau < math.inf:
        raise IRNError(f"tau is {tau}; expected a finite number, 0 or more")
    y_hat = to_tensor(lr)
    height, width = lr.shape[:2]
    scale = irn.config.scale
    size = _check_size(size or (height * scale, width * scale), height * scale, width * scale)
    x_hat = torch.empty(1, 3, height * scale, width * scale, dtype=torch.uint8)
    # Drawn for the whole picture at once, so that tiling cannot change it.
    eta = irn.prior.texture(draw_noise(irn, height, width, seed), from_uint8(y_hat)).mul_(tau) if tau else None
    for inner, outer in _lr_tiles(irn, y_hat, progress):
        y = from_uint8(y_hat[..., outer.rows, outer.columns])
        z = irn.prior.likeliest(y) if eta is None else irn.prior.place(eta[..., outer.rows, outer.columns], y)
        done, kept = inner.times(scale), inner.within(outer).times(scale)
        x = irn.inverse(y, z)
        x_hat[..., done.rows, done.columns] = to_uint8(x[..., kept.rows, kept.columns])
    return to_pixels(x_hat[..., : size[0], : size[1]])


def _check_size(size: tuple[int, int], height: int, width: int) -> tuple[int, int]:
    if not (0 < size[0] <= height and 0 < size[1] <= width):
        raise IRNError(f"size is {size[0]}×{size[1]} (H×W); this LR gives 1×1 to {height}×{width}")
    return size


def draw_noise(irn: IRN, height: int, width: int, seed: int) -> Tensor:
    """ε ~ N(0, I) for an LR of height×width, 1×3(s²−1)×h×w, from a generator of its own."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(1, irn.z_channels, height, width, generator=generator)


def _lr_tiles(irn: IRN, lr: Tensor, progress: Progress | None):
    """The tiles of an LR picture, reporting each as it is done."""
    scale = irn.config.scale
    todo: list[Tile] = list(tiles(*lr.shape[-2:], TILE_SIDE // scale, irn.radius // scale))
    for done, tile in enumerate(todo, start=1):
        yield tile
        if progress:
            progress(done, len(todo))
