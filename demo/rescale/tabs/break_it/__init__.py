"""The tab "Break it": what a damaged or edited LR does to f⁻¹."""

from collections.abc import Iterator
from dataclasses import dataclass

import gradio as gr
import numpy as np
from gradio.components import Component

from demo.kit.events import HIDDEN, MODEL, Visit, refusals
from demo.kit.limits import Limits, clean, limit
from demo.kit.painter import STROKES, build_painter, layer_is_of, painter_value, read_layer
from demo.kit.tab import Tab, paced, so_far
from demo.kit.words import say, speak
from demo.kit.work import a_turn_each
from demo.photo import Photo
from demo.rescale.footprint import detail
from demo.rescale.rescaled import Request, rescale
from demo.rescale.tabs.break_it.compute import (
    Experiment,
    edited_lr,
    experiments,
    how_many,
    other_name,
    rugged_name,
    upscale_edited,
)
from demo.rescale.tabs.break_it.draw import edit_cards, experiment_cards, finding
from irn_core.ops.tiling import Window

QUALITY = Limits(10, 100, 90, whole=True)
SIGMA = Limits(0, 20, 5)


@dataclass(frozen=True, eq=False)
class Broken:
    """The experiments so far of all, the part of the picture that shows most, and what fills the sentences."""

    experiments: tuple[Experiment, ...]
    total: int
    seen: Window
    values: dict[str, object]
    lr: np.ndarray
    is_new: bool  # the LR is not yet in the painter


class BreakIt(Tab[Request, Broken]):
    key = "break_it"

    def build(self) -> None:
        with gr.Row():
            quality = gr.Slider(
                *QUALITY[:3],
                step=1,
                label=say("break_it.quality_label"),
                info=say("break_it.quality"),
                elem_id="jpeg-quality",
            )
            sigma = gr.Slider(
                *SIGMA[:3], step=0.5, label=say("break_it.noise_label"), info=say("break_it.noise"), elem_id="noise"
            )
        cards = gr.HTML(say("kit.computing"), elem_id="experiments")
        gr.Markdown(say("break_it.edit"))
        with gr.Row():
            with gr.Column(min_width=320):
                painter = build_painter(STROKES, "painter")
                self.upscale = gr.Button(say("break_it.upscale"), variant="primary", elem_id="upscale-edited")
            with gr.Column(min_width=320):
                edited = gr.HTML(elem_id="edited")
        self.inputs = {"quality": limit(quality, QUALITY), "sigma": limit(sigma, SIGMA), "strokes": painter}
        self.outputs = {"cards": cards, "painter": painter, "edited": edited}
        self.triggers = [quality.input, sigma.input]

    def wire(self, request: dict[str, Component]) -> None:
        """The button below the painter."""
        asked = [request["visit"], request["photo"], request["net"], self.inputs["strokes"]]
        self.upscale.click(draw_over, asked, self.outputs["edited"], js=clean(asked), **HIDDEN, **MODEL)

    def compute(self, request: Request, quality: int, sigma: float, strokes: str) -> Iterator[Broken]:
        photo, net, _, _, seed = request
        result = rescale(photo, net)
        seen, is_new, total = detail(result, photo), not layer_is_of(strokes, result.lr), how_many(net)
        values = {"scale": request.scale, "quality": quality, "sigma": sigma, "model": net, "other": other_name(net),
                  "rugged": rugged_name(net)}  # fmt: skip
        for found in paced(so_far(experiments(photo, net, quality, sigma, seed))):
            yield Broken(found, total, seen, values, result.lr, is_new)

    def draw(self, found: Broken) -> dict[str, object]:
        drawn = {"cards": experiment_cards(found.experiments, found.total, found.seen, **found.values)}
        return drawn | ({"painter": painter_value(found.lr), "edited": ""} if found.is_new else {})

    def progress(self, found: Broken) -> tuple[int, int]:
        return len(found.experiments), found.total

    def finding(self, found: Broken) -> str:
        return finding(found.experiments, **found.values) if len(found.experiments) == found.total else ""


@a_turn_each
def draw_over(visit: Visit, photo: Photo, net: str, strokes: str) -> Iterator[str]:
    """Upscale the LR with the strokes of the painter over it."""
    speak(visit.language)
    with refusals():
        lr = edited_lr(photo, net, read_layer(strokes, rescale(photo, net).lr))
    yield say("kit.computing")
    speak(visit.language)
    yield edit_cards(upscale_edited(photo, net, lr))
