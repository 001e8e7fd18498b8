"""The tab "Break it": its components and what its events give back."""

from collections.abc import Iterator

import gradio as gr

from demo import experiment_panels, text
from demo.experiments import JPEGS, edited_lr, experiments, upscale_edited
from demo.painter import STROKES, build_painter, layer, painter_value, read_layer
from demo.parts import HIDDEN, ONE_AT_A_TIME, Limits, refusals
from demo.service import Photo, rescale

QUALITY = Limits(10, 100, 90, whole=True)
SIGMA = Limits(0, 20, 5)
LAYER = layer("painter")
COUNT = 5 + len(JPEGS)
"""How many experiments there are."""


class BreakTab:
    """Components of the tab, made where it is constructed.

    `inputs` follow photo, scale and seed in `render`, whose values are those of `outputs`.
    """

    def __init__(self):
        gr.Markdown(text.BREAK)
        with gr.Row():
            self.quality = gr.Slider(
                *QUALITY[:3], step=1, label="JPEG quality q", info=text.JPEG_QUALITY, elem_id="jpeg-quality"
            )  # fmt: skip
            self.sigma = gr.Slider(*SIGMA[:3], step=0.5, label="Noise σ", info=text.NOISE, elem_id="noise")
        self.cards = gr.HTML(text.COMPUTING, elem_id="experiments")
        gr.Markdown(text.EDIT)
        with gr.Row():
            with gr.Column(min_width=320):
                self.painter = build_painter(STROKES, "painter")
                self.upscale = gr.Button("Upscale the edited LR", variant="primary", elem_id="upscale-edited")
            with gr.Column(min_width=320):
                self.edited = gr.HTML(elem_id="edited")
        self.shown = gr.State(None)  # photo and scale whose LR is in the painter
        self.inputs = [self.quality, self.sigma, self.shown]
        self.outputs = [self.cards, self.painter, self.edited, self.shown]

    def events(self, photo: gr.State, scale: gr.Radio) -> None:
        """The button; the sliders belong to the rendering of the open tab."""
        self.upscale.click(
            draw_over, [photo, scale, self.painter], self.edited, js=f"(photo, scale) => [photo, scale, {LAYER}]",
            **HIDDEN, **ONE_AT_A_TIME,
        )  # fmt: skip


def render(
    photo: Photo, scale: int, seed: int, quality: int, sigma: float, shown: tuple | None
) -> Iterator[list]:  # fmt: skip
    """The values of `BreakTab.outputs`: for a new picture one experiment after the other, else all at once."""
    known = shown == (photo, scale)
    skipped = [gr.skip()] * 3
    rest = skipped if known else [painter_value(rescale(photo, scale).lr), "", (photo, scale)]
    found = []
    for one in experiments(photo, scale, quality, sigma, seed):
        found.append(one)
        if len(found) == COUNT or not known:
            yield [experiment_panels.experiment_cards(photo, scale, quality, sigma, found, COUNT), *rest]
            rest = skipped


def draw_over(photo: Photo, scale: int, strokes: str) -> Iterator[str]:
    """Upscale the LR with the strokes of the painter over it."""
    with refusals():
        lr = edited_lr(photo, scale, read_layer(strokes, rescale(photo, scale).lr.shape[:2]))
    yield text.COMPUTING
    yield experiment_panels.edit_cards(upscale_edited(photo, scale, lr))
