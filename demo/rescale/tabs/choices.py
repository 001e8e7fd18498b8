"""The tab "Preserve · abandon · model": the ways to treat what is lost, side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import gradio as gr
import numpy as np
import torch

from demo.kit.cache import cached
from demo.kit.cards import Card, cards
from demo.kit.numbers import decibels
from demo.kit.tab import Tab
from demo.kit.words import say, words
from demo.photo import Photo
from demo.rescale.rescaled import Request, draw, network, rescale, scale_of
from irn_core.ops.metrics import psnr_y
from irn_core.ops.pixels import pixels_of
from irn_core.ops.quantise import round8
from irn_core.rescale import split


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
    return Choices(tuple(each), ((steps < 0) | (steps > 255)).float().mean().item(), rounded)


class ChoicesTab(Tab[Request, Choices]):
    key = "choices"

    def build(self) -> None:
        gr.Markdown(say("choices.intro"))
        self.outputs = {"cards": gr.HTML(say("kit.computing"), elem_id="choice-cards")}

    def compute(self, request: Request) -> Iterator[Choices]:
        yield choices(request.photo, request.net, request.seed)

    def draw(self, found: Choices) -> dict[str, object]:
        why = {"clipped": f"{100 * found.clipped:.2g} %", "rounded": decibels(found.rounded)}
        said, names = words("choices.sentences"), words("choices.names")
        items = [
            Card(names[choice.name], decibels(choice.psnr_y), choice.pixels, said[choice.name].format(**why))
            for choice in found.each
        ]
        return {"cards": cards(items)}
