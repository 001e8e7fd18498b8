"""Refine an LR for an f⁻¹ that stays as it is: gradient steps on ŷ against the error of what f⁻¹ makes of it.

ŷ ← ŷ − rate · ∂ log ‖f⁻¹(ŷ, W·μ(ŷ)) − x‖² / ∂ŷ, by gradients with momentum (Nesterov 1983), with the rounding to
8 bits in the loop. The decoder does not know: file, time to decode and network stay as they are. Published for IRN as
HCD (arXiv:2211.10643), with Adam, which gets less far in the same steps, as it moves every value as far as any other.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from irn_core.errors import IRNError
from irn_core.nets.irn import IRN
from irn_core.ops.pixels import luma_of, tensor_of, to_pixels
from irn_core.ops.quantise import round8_straight_through, to_uint8
from irn_core.ops.resize import bicubic_down
from irn_core.ops.tiling import tiles

RATE = 0.0025
"""RMS of the first step, in units of the full range: 0.6 of a grey level. Steps shrink to 0."""
MOMENTUM = 0.9
WINDOW = 9
"""Side in LR pixels of the surroundings whose gradients hold each other down, so that a flat wall moves as well where
hair has gradients a hundred times as large."""
TINY = 1e-12
"""Keeps the logarithm of no error finite, and a quotient by no distance."""
TILE_SIDE = 512
"""HR pixels. Smaller than for inference: a gradient needs the features of all layers at once."""
HALO = 16
"""LR pixels around a tile. Networks reach farther in theory, up to 83, but even black turned white moves nothing beyond
12 by more than a grey level, and steps here are of half a level."""


class Step(NamedTuple):
    """An LR h×w×3 uint8, and the mean square error of the picture it gives: on R, G, B, and on full-range luma.

    The errors are those of f⁻¹'s own floats in [0, 1], before the picture is rounded and cropped.
    """

    lr: np.ndarray
    rgb_mse: float
    luma_mse: float

    @property
    def loss(self) -> float:
        """What the steps minimise: the mean of both logarithms. So both PSNRs rise, and neither pays for the other."""
        return sum(math.log(max(mse, TINY)) for mse in self[1:]) / 2


def better(former: Step | None, step: Step) -> Step:
    """The one with the smaller loss; the former, where they are equal."""
    return step if former is None or step.loss < former.loss else former


def refinements(irn: IRN, pixels: np.ndarray, lr: np.ndarray, steps: int) -> Iterator[Step]:
    """The LR of `downscale` and its errors, then those after each step; equal on every run.

    pixels: H×W×3 uint8, lr: ⌈H/s⌉×⌈W/s⌉×3 uint8. The LR never moves farther from the bicubic one than it was, in the
    mean square. Tiles add up to the gradient of the whole picture.
    """
    if not isinstance(steps, int) or steps < 0:
        raise IRNError(f"got {steps!r} steps of refinement; expected a whole number, 0 or more")
    with torch.inference_mode(False):
        x = tensor_of(pixels, irn.config.scale)
        guide = bicubic_down(x, irn.config.scale).clamp(0, 1)
        y = nn.Parameter(tensor_of(lr))
        reach = (y.detach() - guide).norm()
        velocity = torch.zeros_like(y)
    found = _errors(irn, x, y)
    yield found
    for step in range(steps):
        found = _errors(irn, x, y, found)
        if step:
            yield found
        _descend(y, velocity, RATE * (1 + math.cos(math.pi * step / steps)) / 2)
        _hold(y, guide, reach)
    if steps:
        yield _errors(irn, x, y)


@torch.inference_mode(False)
@torch.no_grad()
def _descend(y: nn.Parameter, velocity: Tensor, rate: float) -> None:
    """One step of y against its gradient, of this RMS; uses the gradient up."""
    velocity.mul_(MOMENTUM).add_(y.grad)
    ahead = y.grad + MOMENTUM * velocity
    local = F.avg_pool2d(y.grad.square().mean(1, keepdim=True), WINDOW, 1, WINDOW // 2, count_include_pad=False)
    ahead /= local.clamp(min=TINY**2) ** 0.25  # the root of the local RMS
    y -= rate * ahead / ahead.square().mean().sqrt().clamp(min=TINY)
    y.grad = None


@torch.inference_mode(False)
@torch.no_grad()
def _hold(y: nn.Parameter, guide: Tensor, reach: Tensor) -> None:
    """Back towards the guide, if y came farther from it than `reach`."""
    moved = y - guide
    y.copy_(guide + moved * (reach / moved.norm().clamp(min=TINY)).clamp(max=1))


@torch.inference_mode(False)  # here and above, not around the steps: whoever takes them may be in another mode at each
def _errors(irn: IRN, x: Tensor, y: Tensor, former: Step | None = None) -> Step:
    """Errors of f⁻¹ at round8(y). After a former step the gradient of `loss` is added to y's, tile by tile.

    A logarithm's gradient is that of its argument over its value, and the former values are near enough.
    """
    scale, count = irn.config.scale, x[0, 0].numel()
    rgb = brightness = 0.0
    for inner, outer in tiles(*y.shape[-2:], TILE_SIDE // scale, min(irn.radius // scale, HALO)):
        kept, done = inner.within(outer).times(scale), inner.times(scale)
        with torch.set_grad_enabled(former is not None):
            y_hat = round8_straight_through(y[..., outer.rows, outer.columns])
            x_hat = irn.inverse(y_hat, irn.prior.likeliest(y_hat))
            error = x_hat[..., kept.rows, kept.columns] - x[..., done.rows, done.columns]
            of_rgb, of_luma = error.square().sum() / (3 * count), luma_of(error).square().sum() / count
        if former:
            (of_rgb / max(former.rgb_mse, TINY) + of_luma / max(former.luma_mse, TINY)).backward()
        rgb, brightness = rgb + of_rgb.item(), brightness + of_luma.item()
    return Step(to_pixels(to_uint8(y.detach())), rgb, brightness)
