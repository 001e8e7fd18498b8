"""Preserve, abandon, or model what is lost; and why f can always be undone."""

from copy import deepcopy
from typing import NamedTuple

import numpy as np
import torch

from demo.kit.html import fill, template
from demo.kit.numbers import decibels
from demo.kit.words import words
from demo.learn.chapter import Chapter, Slide, beside
from demo.photo import Photo
from demo.rescale.footprint import detail
from demo.rescale.mode import CALIBRATED
from demo.rescale.rescaled import calibrated, network, rescale
from demo.rescale.tabs.choices import choices
from irn_core.ops import haar
from irn_core.ops.pixels import tensor_of

SCALE = 4
WAYS = ("true z, y as float", "bicubic", "model, τ = 0")
"""Preserve, abandon, model."""


class Step(NamedTuple):
    """The first coupling at one pixel: what goes in, what is added, what comes out, and what comes back."""

    x: float
    added: float
    y: float
    again: float


class Found(NamedTuple):
    """The picture by each of WAYS with its PSNR-Y in dB, a coupling, and the largest errors of the way and back."""

    parts: tuple[np.ndarray, ...]
    psnr_y: tuple[float, ...]
    step: Step
    trained: float
    random: float


class ChoicesChapter(Chapter[Found]):
    key = "choices"
    go = f"tab=choices&scale={SCALE}&kind={CALIBRATED}"

    def compute(self, photo: Photo) -> Found:
        net = calibrated(SCALE)
        seen = detail(rescale(photo, net), photo)
        each = {choice.name: choice for choice in choices(photo, net, 0).each}
        part = photo.pixels[seen.rows, seen.columns]
        return Found(
            tuple(each[way].pixels[seen.rows, seen.columns] for way in WAYS),
            tuple(each[way].psnr_y for way in WAYS),
            first_coupling(net, part),
            round_trip(network(net), part),
            round_trip(randomised(net), part),
        )

    def draw(self, found: Found) -> Slide:
        said = words("learn.choices")
        preserve, abandon, model = map(decibels, found.psnr_y)
        pictures = list(zip(said["names"], (preserve, abandon, model), found.parts, strict=True))
        numbers = {name: f"{value:+.3f}" for name, value in found.step._asdict().items()}
        block = fill(
            _COUPLING, said=said["coupling"], trained=f"{found.trained:.0e}", random=f"{found.random:.0e}", **numbers
        )
        values = {"preserve": preserve, "abandon": abandon, "model": model, "percent": f"{100 / SCALE**2:.3g}"}
        return Slide(values, beside(pictures) + block, None)


@torch.inference_mode()
def first_coupling(net: str, pixels: np.ndarray) -> Step:
    """y₂ = x₂ + g(y₁) of the net's first block at the middle of a part of the picture, forward and back.

    x₂ is the low band there; y₁ = x₁ are the details, from all of which the subnet g computes what is added.
    """
    irn = network(net)
    level = irn.levels[0]
    a, b = haar.analyse(tensor_of(pixels, SCALE)).split([3, level.high], dim=1)
    added = level.blocks[0].update(b)
    middle = (0, 0, a.shape[-2] // 2, a.shape[-1] // 2)
    y = a + added
    return Step(*(float(value[middle]) for value in (a, added, y, y - added)))


@torch.inference_mode()
def round_trip(irn: torch.nn.Module, pixels: np.ndarray) -> float:
    """The largest error of f⁻¹(f(x)), in grey levels, computed with the digits of float64."""
    exact, x = deepcopy(irn).double(), tensor_of(pixels, irn.config.scale).double()
    return 255 * float((exact.inverse(*exact(x)) - x).abs().max())


def randomised(net: str) -> torch.nn.Module:
    """The same layout with weights drawn at random."""
    irn = deepcopy(network(net))
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weights in irn.levels.parameters():
            fan_in = max(weights[0].numel(), 1)
            weights.copy_(torch.randn(weights.shape, generator=generator) / fan_in**0.5)
    return irn


_COUPLING = template("""
<div class="coupling" data-figure="steps"><div class="row">
<span class="term">x₂ = {{ x }}</span><span class="term">+ g(y₁) = {{ added }}</span>
<span class="term">→ y₂ = {{ y }}</span>
<span class="term back">− g(y₁) = {{ added }}</span><span class="term back">→ x₂ = {{ again }}</span>
<button type="button" data-do="play">{{ said.play }}</button></div>
<p>{{ said.invertible }} <b>{{ trained }}</b> {{ said.trained }} <b>{{ random }}</b> {{ said.random }}</p></div>""")
