"""The tab "z arithmetic": its components and what its events give back."""

from collections.abc import Iterator

import gradio as gr
import numpy as np

from demo import arithmetic_panels, text
from demo.arithmetic import (
    LARGEST_SEED,
    band_names,
    check_choice,
    interpolate,
    middle,
    replaced,
    whole_fits,
    whole_gif,
    whole_seed,
)
from demo.painter import REGION, build_painter, layer, painter_value, read_layer
from demo.parts import HIDDEN, ONE_AT_A_TIME, QUIET, SEED, TAU, clean, download, refusals, stem
from demo.service import Photo, rescale
from irn_core.errors import IRNError

LAYER = layer("region")
TRANSPLANT, ERASE = "transplant", "erase"
FILLS = [("the likeliest, W·μ(ŷ)", "likeliest"), ("0, raw", "zero")]
OPAQUE = 128
"""Alpha from which a pixel counts as brushed."""


class ArithmeticTab:
    """Components of the tab, made where it is constructed.

    `inputs` follow photo, scale, tau and seed in `render`, whose values are those of `outputs`.
    """

    def __init__(self):
        gr.Markdown(text.ARITHMETIC)
        with gr.Row():
            self.first = gr.Number(0, label="First seed", info=text.FIRST_SEED, elem_id="first-seed")
            self.second = gr.Number(1, label="Second seed", info=text.SECOND_SEED, elem_id="second-seed")
        self.way = gr.HTML(text.COMPUTING, elem_id="way")
        with gr.Row():
            self.gif = gr.DownloadButton("Save this part (GIF)", size="sm", interactive=False, elem_id="part-gif")
            self.make = gr.Button("Compute a GIF of the whole", size="sm", interactive=False, elem_id="make-gif")
            self.whole = gr.DownloadButton("Save the whole (GIF)", size="sm", visible=False, elem_id="whole-gif")
        gr.HTML(f"<p class='hint'>{text.GIF}</p>")
        gr.Markdown(text.REGION)
        with gr.Row():
            with gr.Column(scale=2, min_width=320):
                self.painter = build_painter(REGION, "region")
            with gr.Column(scale=3, min_width=320):
                self.mode = gr.Radio(
                    [("Transplant the true z", TRANSPLANT), ("Erase z", ERASE)], value=TRANSPLANT,
                    label="In the region", elem_id="z-mode",
                )  # fmt: skip
                self.fill = gr.Radio(
                    FILLS, value="likeliest", label="In place of the erased z", visible=False, elem_id="z-fill"
                )  # fmt: skip
                self.bands = gr.CheckboxGroup(
                    band_names(2), value=band_names(2), label="Bands of z", info=text.Z_BANDS, elem_id="z-bands"
                )  # fmt: skip
                self.apply = gr.Button("Compute with this region", variant="primary", elem_id="apply-region")
                self.scores = gr.HTML(text.COMPUTING, elem_id="z-scores")
        self.change = gr.HTML(elem_id="z-change")
        self.shown = gr.State(None)  # photo and scale whose LR is in the painter
        self.followed = gr.State(SEED.first)  # seed of the page that the two seeds were last set by
        self.inputs = [self.first, self.second, self.followed, self.mode, self.fill, self.shown]
        self.outputs = [
            self.first, self.second, self.followed, self.way, self.gif, self.make, self.whole,
            self.painter, self.bands, self.scores, self.change, self.shown,
        ]  # fmt: skip

    def events(self, photo: gr.State, scale: gr.Radio, tau: gr.Slider, rendering: dict) -> None:
        """What happens inside the tab; `rendering` is the event that renders it."""
        self.make.click(
            make_whole, [photo, scale, tau, self.first, self.second], [self.make, self.whole],
            js=clean(None, None, TAU), show_progress_on=self.make, api_visibility="private", **ONE_AT_A_TIME,
        )  # fmt: skip
        for box in (self.first, self.second):
            for event in (box.submit, box.blur):
                event(**rendering)
        self.mode.input(lambda mode: gr.update(visible=mode == ERASE), self.mode, self.fill, **QUIET)
        for event in (self.apply.click, self.mode.input, self.fill.input, self.bands.input):
            event(
                change_region, [photo, scale, self.mode, self.fill, self.bands, self.painter],
                [self.scores, self.change],
                js=f"(...values) => [...values.slice(0, -1), {LAYER}]", trigger_mode="always_last",
                **HIDDEN, **ONE_AT_A_TIME,
            )  # fmt: skip


def render(
    photo: Photo, scale: int, tau: float, seed: int, first: float | None, second: float | None, followed: int,
    mode: str, fill: str, shown: tuple | None,
) -> Iterator[list]:  # fmt: skip
    """The values of `ArithmeticTab.outputs`, what is quick first; a region that was brushed stays."""
    boxes = [gr.skip()] * 3
    if seed != followed:
        first, second = seed, (seed + 1) % LARGEST_SEED
        boxes = [first, second, seed]
    yield [*boxes, *way(photo, scale, tau, first, second), *[gr.skip()] * 5]
    if shown != (photo, scale):
        yield [*[gr.skip()] * 7, *first_region(photo, scale, mode, fill)]


def way(photo: Photo, scale: int, tau: float, first: float | None, second: float | None) -> list:
    """The animation and the three buttons for its files, or why there is none."""
    try:
        seeds = whole_seed(first), whole_seed(second)
        found = interpolate(photo, scale, tau, *seeds)
    except IRNError as error:
        no_file = gr.update(value=None, interactive=False)
        return [arithmetic_panels.refusal(error), no_file, *ask_for_whole(False)]
    file = download(f"{gif_name(photo, scale, *seeds)}-part.gif", found.gif)
    part = gr.update(value=file, interactive=True)
    return [arithmetic_panels.way(photo, found, seeds, tau), part, *ask_for_whole(whole_fits(photo))]


def ask_for_whole(possible: bool) -> tuple:
    """The button that asks for the GIF of the whole picture, in place of the one that saves it."""
    return gr.update(visible=True, interactive=possible), gr.update(visible=False)


def gif_name(photo: Photo, scale: int, first: int, second: int) -> str:
    return f"{stem(photo.name)}-x{scale}-seeds-{first}-{second}"


def make_whole(photo: Photo, scale: int, tau: float, first: float | None, second: float | None) -> tuple:
    """The button that saves the GIF of the whole picture, in place of the one that asks for it."""
    with refusals():
        seeds = whole_seed(first), whole_seed(second)
    file = download(f"{gif_name(photo, scale, *seeds)}.gif", whole_gif(photo, scale, tau, *seeds))
    return gr.update(visible=False), gr.update(value=file, visible=True)


def first_region(photo: Photo, scale: int, mode: str, fill: str) -> list:
    """Painter, bands, result and state for a picture that is new to the tab: all bands of its middle."""
    lr, names = rescale(photo, scale).lr, band_names(scale)
    window = middle(*lr.shape[:2])
    region = np.zeros(lr.shape[:2], bool)
    region[window.rows, window.columns] = True
    bands = gr.update(choices=names, value=names)
    return [painter_value(lr, window), bands, *change(photo, scale, mode, fill, names, region), (photo, scale)]


def change_region(photo: Photo, scale: int, mode: str, fill: str, bands: list, strokes: str) -> Iterator[tuple]:
    """The result for the region that is brushed."""
    with refusals():
        region = read_layer(strokes, rescale(photo, scale).lr.shape[:2])[..., 3] >= OPAQUE
        check_choice(bands, region)
    yield text.COMPUTING, gr.skip()
    yield change(photo, scale, mode, fill, bands, region)


def change(photo: Photo, scale: int, mode: str, fill: str, bands: list, region: np.ndarray) -> tuple[str, str]:
    """Figures and pictures of what is done to the region."""
    base, other = ("likeliest", "true") if mode == TRANSPLANT else ("true", fill)
    found = replaced(photo, scale, base, other, bands, region)
    return arithmetic_panels.change_scores(found), arithmetic_panels.change_cards(photo, found, base, other)
