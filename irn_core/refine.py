"""Refine an LR for an f⁻¹ that stays as it is: gradient steps on ŷ against the error of what f⁻¹ makes of it.

ŷ ← ŷ − rate · ∂‖f⁻¹(ŷ, W·μ(ŷ)) − x‖² / ∂ŷ, by Adam, with the rounding to 8 bits in the loop. The decoder does not know:
file, time to decode and network stay as they are. Published for IRN as HCD (arXiv:2211.10643).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from irn_core.errors import IRNError
from irn_core.nets.irn import IRN
from irn_core.ops.pixels import luma_of, tensor_of, to_pixels
from irn_core.ops.quantise import round8_straight_through, to_uint8
from irn_core.ops.resize import bicubic_down
from irn_core.ops.tiling import tiles

RATE = 0.004
"""Of the first step, in units of the full range: about one grey level. It falls to 0."""
TILE_SIDE = 512
"""HR pixels. Smaller than for inference: a gradient needs the features of all layers at once."""


class Step(NamedTuple):
    """An LR h×w×3 uint8, and the mean square error of the picture it gives: on R, G, B, and on full-range luma.

    The errors are those of f⁻¹'s own floats in [0, 1], before the picture is rounded and cropped.
    """

    lr: np.ndarray
    rgb_mse: float
    luma_mse: float

    @property
    def loss(self) -> float:
        """What the steps minimise."""
        return (self.rgb_mse + self.luma_mse) / 2


def refinements(irn: IRN, pixels: np.ndarray, lr: np.ndarray, steps: int) -> Iterator[Step]:
    """The LR of `downscale` and its errors, then those after each step; equal on every run.

    pixels: H×W×3 uint8, lr: ⌈H/s⌉×⌈W/s⌉×3 uint8. The LR never moves farther from the bicubic one than it was, in the
    mean square. Tiles add up to the gradient of the whole picture.
    """
    if not isinstance(steps, int) or steps < 0:
        raise IRNError(f"got {steps!r} steps of refinement; expected a whole number, 0 or more")
    with torch.inference_mode(False), torch.enable_grad():
        x = tensor_of(pixels, irn.config.scale)
        guide = bicubic_down(x, irn.config.scale).clamp(0, 1)
        y = nn.Parameter(tensor_of(lr))
        reach = (y.detach() - guide).norm()
        adam = torch.optim.Adam([y], RATE)
        for step in range(steps):
            found = _errors(irn, x, y)
            yield found
            adam.param_groups[0]["lr"] = RATE * (1 - step / steps)
            adam.step()
            adam.zero_grad()
            with torch.no_grad():
                moved = y - guide
                y.copy_(guide + moved * (reach / moved.norm()).clamp(max=1))
        with torch.no_grad():
            yield _errors(irn, x, y)


def _errors(irn: IRN, x: Tensor, y: Tensor) -> Step:
    """Errors of f⁻¹ at round8(y); where gradients are wanted, those of `loss` are added to y's, scaled by pixels."""
    scale = irn.config.scale
    rgb = brightness = 0.0
    for inner, outer in tiles(*y.shape[-2:], TILE_SIDE // scale, irn.radius // scale):
        y_hat = round8_straight_through(y[..., outer.rows, outer.columns])
        x_hat = irn.inverse(y_hat, irn.prior.likeliest(y_hat))
        kept, done = inner.within(outer).times(scale), inner.times(scale)
        error = x_hat[..., kept.rows, kept.columns] - x[..., done.rows, done.columns]
        of_rgb, of_luma = error.square().sum() / 3, luma_of(error).square().sum()
        if torch.is_grad_enabled():
            (of_rgb + of_luma).backward()
        rgb, brightness = rgb + of_rgb.item(), brightness + of_luma.item()
    count = x[0, 0].numel()
    return Step(to_pixels(to_uint8(y.detach())), rgb / count, brightness / count)
