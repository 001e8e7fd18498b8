"""The tab "Preserve · abandon · model": three ways to treat what is lost, shown where most is lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import gradio as gr
import numpy as np
import torch

from demo.kit.cache import cached
from demo.kit.finding import percent
from demo.kit.html import fill, template
from demo.kit.numbers import decibels, gain, kilobytes
from demo.kit.tab import Tab
from demo.kit.viewer import png_url
from demo.kit.words import say, words
from demo.photo import Photo
from demo.rescale.footprint import busiest
from demo.rescale.rescaled import Request, calibrated, draw, network, rescale, scale_of
from irn_core.measure.spread import rms
from irn_core.ops.metrics import psnr_y
from irn_core.ops.pixels import luma, pixels_of
from irn_core.ops.quantise import round8
from irn_core.ops.tiling import Window
from irn_core.rescale import split

WAYS = {
    "preserve": ("true z, y as float", "true z, y in 8 bits"),
    "abandon": ("z := 0, raw", "bicubic"),
    "model": ("model, τ = 0", "model, τ = 1"),
}
"""Each way by the choice that is shown for it, and another whose PSNR stands beside."""
SIDE = 96
"""Pixels along a side of the part that is shown enlarged."""
GAINS = (1, 2, 4, 8, 16, 32)
"""How much differences may be amplified, alike in all three maps."""
FINEST, COARSEST = 2, 8
"""The scales between which z := 0 is compared."""


@dataclass(frozen=True, eq=False)
class Choice:
    """One way to deal with z: the picture H×W×3 uint8, and its PSNR-Y in dB."""

    name: str
    pixels: np.ndarray
    psnr_y: float


class Choices(NamedTuple):
    """All of them, and why y in 8 bits costs what it costs."""

    each: tuple[Choice, ...]
    clipped: float  # share of the values of y that lie beyond black or white
    rounded: float  # PSNR-Y in dB with the true z if y were rounded, not clipped
    foretold: float  # share of the energy of z that its likeliest value has right


@cached
@torch.inference_mode()
def choices(photo: Photo, net: str, seed: int) -> Choices:
    """Preserve z (with y as float, then with 8 bits), model it (tau 0, tau 1), or abandon it."""
    irn, result, scale = network(net), rescale(photo, net), scale_of(net)
    y, z = split(irn, photo.pixels)
    y_hat, steps = round8(y), y.mul(255).round()
    pictures = {
        "true z, y as float": pixels_of(irn.inverse(y, z), photo.size),
        "true z, y in 8 bits": pixels_of(irn.inverse(y_hat, z), photo.size),
        "model, τ = 0": result.reconstruction,
        "model, τ = 1": draw(photo, net, 1.0, seed),
        "z := 0, raw": pixels_of(irn.inverse(y_hat, torch.zeros_like(z)), photo.size),
        "bicubic": result.bicubic,
    }
    rounded = psnr_y(photo.pixels, pixels_of(irn.inverse(steps / 255, z), photo.size), scale)
    each = (Choice(name, pixels, psnr_y(photo.pixels, pixels, scale)) for name, pixels in pictures.items())
    clipped = ((steps < 0) | (steps > 255)).float().mean().item()
    wrong = (z - irn.prior.likeliest(y_hat)).square().sum() / z.square().sum().clamp(min=1e-12)
    return Choices(tuple(each), clipped, rounded, max(0.0, 1 - wrong.item()))


class Cost(NamedTuple):
    """What z := 0 does at a scale: RMS error in grey levels, what the likeliest z gains over it, and why no more."""

    scale: int
    error: float
    abandoned: float  # PSNR-Y in dB
    likeliest: float  # PSNR-Y in dB
    foretold: float


def cost(photo: Photo, scale: int, seed: int) -> Cost:
    """By the calibrated network, as it ships at every scale."""
    found = choices(photo, calibrated(scale), seed)
    by_name = {choice.name: choice for choice in found.each}
    zero, likeliest = by_name["z := 0, raw"], by_name["model, τ = 0"]
    error = rms(photo.pixels - zero.pixels.astype(np.float32))
    return Cost(scale, error, zero.psnr_y, likeliest.psnr_y, found.foretold)


class Way(NamedTuple):
    """One of WAYS: its choice, the part of it that is shown, the amplified errors there, and the choice beside it."""

    name: str
    choice: Choice
    part: np.ndarray
    errors: np.ndarray
    beside: Choice


@dataclass(frozen=True, eq=False)
class Found:
    """The three ways, and the costs of z := 0 as far as they are known."""

    ways: tuple[Way, ...]
    all: Choices
    gain: int
    scale: int
    lr_bytes: int
    costs: tuple[Cost, ...] = ()


def three_ways(request: Request) -> Found:
    """The part where most is lost by abandoning z, by all three ways."""
    photo, net, _, _, seed = request
    found = choices(photo, net, seed)
    by_name = {choice.name: choice for choice in found.each}
    seen = busiest(np.square(luma(photo.pixels) - luma(by_name["z := 0, raw"].pixels)), SIDE)
    errors = {name: _error(photo, by_name[shown], seen) for name, (shown, _) in WAYS.items()}
    largest = max(float(np.percentile(error, 99)) for error in errors.values())
    gain = max((factor for factor in GAINS if factor * largest <= 255), default=1)
    ways = tuple(
        Way(
            name, by_name[shown], by_name[shown].pixels[seen.rows, seen.columns],
            np.minimum(gain * errors[name], 255).astype(np.uint8), by_name[beside],
        )
        for name, (shown, beside) in WAYS.items()
    )  # fmt: skip
    return Found(ways, found, gain, request.scale, len(rescale(photo, net).lr_png))


def _error(photo: Photo, choice: Choice, seen: Window) -> np.ndarray:
    return np.abs(photo.pixels[seen.rows, seen.columns].astype(np.int16) - choice.pixels[seen.rows, seen.columns])


class ChoicesTab(Tab[Request, Found]):
    key = "choices"

    def build(self) -> None:
        self.outputs = {"ways": gr.HTML(elem_id="choice-cards"), "why": gr.HTML(say("kit.computing"))}

    def compute(self, request: Request) -> Iterator[Found]:
        found = three_ways(request)
        yield found
        costs = tuple(cost(request.photo, scale, request.seed) for scale in (FINEST, COARSEST))
        yield Found(found.ways, found.all, found.gain, found.scale, found.lr_bytes, costs)

    def draw(self, found: Found) -> dict[str, object]:
        return {"ways": ways_drawn(found), "why": why(found.costs) if found.costs else say("kit.computing")}

    def finding(self, found: Found) -> str:
        psnr = {way.name: decibels(way.choice.psnr_y) for way in found.ways}
        psnr |= {choice.name: decibels(choice.psnr_y) for choice in (way.beside for way in found.ways)}
        return say("choices.finding", share=percent(1 / found.scale**2), **psnr)


_WAYS = template("""
<div class="three">{% for way in ways %}
<figure class="card pixelated"><h2>{{ way.title }} <span class="figure">{{ way.psnr }}</span></h2>
<img src="{{ way.part }}" alt="{{ way.title }}: {{ way.psnr }}">
<img src="{{ way.errors }}" alt="{{ way.title }}: {{ way.map }}">
<figcaption><b>{{ way.what }}</b><span class="hint figure">{{ way.map }}</span>
<dl>{% for fact, value in way.facts %}<dt>{{ fact }}</dt><dd>{{ value }}</dd>{% endfor %}</dl>
<p>{{ way.sentence }}</p><a download="{{ way.name }}.png" href="{{ way.whole }}">PNG</a></figcaption></figure>
{% endfor %}</div>""")


def ways_drawn(found: Found) -> str:
    """Three columns: the part where most is lost, its errors, and what the way costs."""
    return fill(_WAYS, ways=[_column(way, found) for way in found.ways])


def _column(way: Way, found: Found) -> dict[str, object]:
    said, names = words("choices"), words("choices.names")
    kept = 1.0 if way.name == "preserve" else 1 / found.scale**2
    size = () if way.name == "preserve" else ((said["bytes"], kilobytes(found.lr_bytes)),)
    places = {"clipped": f"{100 * found.all.clipped:.2g} %", "rounded": decibels(found.all.rounded)}
    return {
        "name": way.name,
        "title": said["ways"][way.name],
        "what": names[way.choice.name],
        "psnr": decibels(way.choice.psnr_y),
        "map": said["map"].format(gain=found.gain),
        "part": png_url(way.part),
        "errors": png_url(way.errors),
        "whole": png_url(way.choice.pixels),
        "sentence": said["sentences"][way.name].format(**places),
        "facts": ((said["numbers"], percent(kept)), *size, (names[way.beside.name], decibels(way.beside.psnr_y))),
    }


_WHY = template("<p class='why'>{{ said }}</p>")


def why(costs: tuple[Cost, ...]) -> str:
    """Why z := 0 costs so little where the LR is large: what it loses, and how much of z its likeliest value has."""
    finest, coarsest = (
        {
            "error": f"{one.error:.2g}", "gain": gain(one.likeliest, one.abandoned), "foretold": percent(one.foretold),
            "numbers": one.scale**2,
        }
        for one in costs
    )  # fmt: skip
    return fill(_WHY, said=say("choices.why", finest=finest, coarsest=coarsest))
