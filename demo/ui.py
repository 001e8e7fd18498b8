"""The page: components, events, nothing else. `build()` makes it; `LAUNCH` is for `launch()`."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # before gradio: the page stays offline

import gradio as gr

from demo import analysis, break_page, examples, figures, panels, text
from demo.break_page import BreakTab
from demo.compress_page import CompressPage
from demo.parts import (
    COUNT,
    HIDDEN,
    ONE_AT_A_TIME,
    QUIET,
    SEED,
    TAU,
    clean,
    command_lines,
    download,
    draw_controls,
    figure,
    next_seed,
    only_while,
    refusals,
    stem,
)
from demo.service import Photo, Rescaled, draw, open_photo, rescale
from demo.viewer import ViewerImage, build_viewer, read_web, viewer_value
from irn_core.ops.metrics import psnr_y

SCALES = [("×2", 2), ("×4", 4)]
FIRST_TAU, FIRST_COUNT, FIRST_SEED = TAU.first, COUNT.first, SEED.first

THEME = gr.themes.Default(
    primary_hue="blue",
    neutral_hue="slate",
    font=["system-ui", "sans-serif"],  # the bundled font lacks most of its bold letters
    font_mono=["ui-monospace", "monospace"],
).set(
    body_text_color_subdued="*neutral_600",
    body_text_color_subdued_dark="*neutral_300",
    block_info_text_color="*neutral_600",
    block_info_text_color_dark="*neutral_300",
)
LAUNCH = {
    "theme": THEME,
    "css": read_web("style.css"),
    "js": read_web("paste.js"),
    "max_file_size": "40mb",
}


def first_inputs() -> tuple:
    """What the page starts with: photo, scale, tau, number of draws, seed."""
    return Photo(examples.example(examples.FIRST), examples.FIRST), SCALES[0][1], FIRST_TAU, FIRST_COUNT, FIRST_SEED


def first_result() -> tuple:
    """What the page shows first, computed once, so that it is there when the page is: see `shown`."""
    photo, scale, tau, count, seed = first_inputs()
    drawn = [draw(photo, scale, tau, k) for k in analysis.seeds(seed, count)]
    return photo, rescale(photo, scale), drawn, tau, seed


def pictures(photo: Photo, result: Rescaled, drawn: list, tau: float) -> dict:
    """The value of the viewer: every picture of a result with its label."""
    scale = result.scale
    images = [
        ViewerImage("original", "Original", photo.pixels),
        _labelled("reconstruction", "Reconstruction, τ = 0", result.scores.psnr_y, result.reconstruction),
    ]
    for number, pixels in enumerate(drawn, start=1):
        label = f"Draw {number}, τ = {tau:g}"
        images.append(_labelled(f"draw-{number}", label, psnr_y(photo.pixels, pixels, scale), pixels))
    images.append(ViewerImage("lr", f"LR, {result.lr.shape[1]}×{result.lr.shape[0]}", result.lr))
    images.append(_labelled("bicubic", "Bicubic", result.bicubic_scores.psnr_y, result.bicubic))
    return viewer_value(images, *photo.size, scale, a="original", b="reconstruction")


def _labelled(key: str, label: str, psnr: float, pixels) -> ViewerImage:
    return ViewerImage(key, f"{label} · {panels.decibels(psnr)}", pixels)


def build() -> gr.Blocks:
    """The page, with the first result already computed."""
    with gr.Blocks(title=text.TITLE, delete_cache=(3600, 6 * 3600), fill_width=True) as page:
        _Page(page, first_result())
    return page.queue(max_size=32)


class _Page:
    """The components of one page and the events between them."""

    def __init__(self, page: gr.Blocks, first: tuple):
        self.photo = gr.State(first_inputs()[0])
        self.tab = gr.State("variability")
        gr.HTML(text.INTRO)
        with gr.Row(elem_id="main"):
            with gr.Column(scale=3, min_width=270, elem_id="controls"):
                self._pictures()
                self.compress = CompressPage(self.mode, self.photo)
                columns = [self._controls(), self.compress.controls()]
            with gr.Column(scale=9, min_width=340, elem_id="centre"):
                self.viewer = build_viewer(elem_id="viewer")
                self.notice = gr.HTML(elem_id="notice")
            with gr.Column(scale=3, min_width=290):
                self.status = gr.Textbox(
                    show_label=False, container=False, interactive=False, lines=1, elem_id="status"
                )  # fmt: skip
                columns += self._measures(), self.compress.measures()
        columns += self._tabs(), self.compress.tabs()
        self._events(page, first, columns)

    def _pictures(self) -> None:
        """What both modes share."""
        self.mode = gr.Radio(list(text.MODES), value=text.RESCALE, show_label=False, container=False, elem_id="mode")
        strip = [(examples.thumbnail(name), name) for name in examples.NAMES]
        self.strip = gr.Gallery(
            strip, label=text.EXAMPLES, columns=4, object_fit="cover", format="png",
            allow_preview=False, interactive=False, buttons=[], elem_id="examples",
        )  # fmt: skip
        self.upload = gr.File(label=text.UPLOAD, elem_id="upload", height=84)
        self.clear = gr.Button("Clear", size="sm", elem_id="clear")

    def _controls(self) -> gr.Column:
        with gr.Column() as column:
            self.scale = gr.Radio(SCALES, value=2, label="Scale s", info=text.SCALE, elem_id="scale")
            self.draws = draw_controls("", text.RESCALE_DRAWS)
        return column

    def _measures(self) -> gr.Column:
        with gr.Column() as column:
            self.measures = gr.HTML(elem_id="measures")
            with gr.Row():
                self.lr_file = gr.DownloadButton("LR (PNG)", size="sm")
                self.reconstruction_file = gr.DownloadButton("Reconstruction (PNG)", size="sm")
            self.commands = command_lines()
        return column

    def _tabs(self) -> gr.Column:
        with gr.Column() as column, gr.Tabs(elem_id="tabs"):
            with gr.Tab("Variability", id="variability") as variability:
                gr.Markdown(text.VARIABILITY)
                self.draw_cards = gr.HTML(text.COMPUTING)
                self.variability_figure = figure("variability", "Maps of spread and error, and plots of both")
            with gr.Tab("High frequencies", id="bands") as bands:
                gr.Markdown(text.BANDS)
                with gr.Row():
                    self.level = gr.Radio([1, 2], value=1, label="Haar level", info=text.LEVEL, elem_id="level")
                    self.kept = gr.CheckboxGroup(
                        list(analysis.BANDS), value=list(analysis.BANDS), label="Bands", info=text.BAND_SWITCH,
                        elem_id="bands",
                    )  # fmt: skip
                self.band_cards = gr.HTML(text.COMPUTING)
                self.bands_figure = figure("bands", "Haar bands of original, reconstruction and difference")
            with gr.Tab("Preserve · abandon · model", id="choices") as choices:
                gr.Markdown(text.CHOICES)
                self.choice_cards = gr.HTML(text.COMPUTING)
            with gr.Tab("Break it", id="break") as broken:
                self.broken = BreakTab()
        self.tabs = (variability, bands, choices, broken)
        return column

    def _events(self, page: gr.Blocks, first: tuple, columns: list) -> None:
        self.inputs = [self.photo, self.scale, *self.draws[1:]]
        self.results = [
            self.viewer, self.status, self.measures, self.notice, self.lr_file, self.reconstruction_file, self.commands,
        ]  # fmt: skip
        self.panels = [
            self.draw_cards, self.variability_figure, self.band_cards, self.bands_figure, self.choice_cards,
            *self.broken.outputs,
        ]  # fmt: skip
        page.load(lambda: shown(*first), None, self.results, **QUIET).then(**self._render_tab())
        uploaded = self.upload.upload(read_upload, self.upload, self.photo, **HIDDEN)
        for ended in (uploaded.success, uploaded.failure):  # free the field for the next picture
            ended(lambda: None, None, self.upload, **QUIET)
        shared = [
            self.strip.select(choose_example, None, self.photo, **QUIET).success,
            uploaded.success,
            self.clear.click(first_inputs, None, self.inputs, **QUIET).success,
            self.mode.input(lambda mode: [gr.update(visible=mode == m) for m in 3 * text.MODES], self.mode, columns,
                            **QUIET).success,
        ]  # fmt: skip
        self.draws.resample.click(
            next_seed, self.inputs[-2:], self.draws.seed, js=clean(COUNT, SEED), **HIDDEN
        )  # fmt: skip
        own = [self.scale.input, self.draws.tau.change, self.draws.count.change, self.draws.seed.change]
        for trigger in shared + own:
            trigger(
                only_while(text.RESCALE, show), [*self.inputs, self.mode], self.results, js=_CLEAN,
                show_progress="full", show_progress_on=self.status, trigger_mode="always_last",
                api_visibility="private", **ONE_AT_A_TIME,
            ).success(**self._render_tab())  # fmt: skip
        for tab in self.tabs:
            tab.select(lambda tab=tab: tab.id, None, self.tab, **QUIET).then(**self._render_tab())
        for control in (self.level, self.kept, self.broken.quality, self.broken.sigma):
            control.input(**self._render_tab(), trigger_mode="always_last")
        self.broken.events(self.photo, self.scale)
        self.compress.events(shared, self.viewer, self.status, self.notice)

    def _render_tab(self) -> dict:
        return {
            "fn": only_while(text.RESCALE, render_tab),
            "inputs": [*self.inputs, self.tab, self.level, self.kept, *self.broken.inputs, self.mode],
            "js": _CLEAN_TAB,
            "outputs": self.panels,
            "show_progress": "minimal",
            "api_visibility": "private",
            **ONE_AT_A_TIME,
        }


_CLEAN = clean(None, None, TAU, COUNT, SEED)
_CLEAN_TAB = clean(None, None, TAU, COUNT, SEED, None, None, None, break_page.QUALITY, break_page.SIGMA)


def choose_example(event: gr.SelectData) -> Photo:
    name = examples.NAMES[event.index]
    return Photo(examples.example(name), name)


def read_upload(path: str) -> Photo:
    with refusals():
        return open_photo(path, unquote(Path(path).name))


def show(photo: Photo, scale: int, tau: float, count: int, seed: int) -> Iterator[tuple]:
    """Yield the likeliest reconstruction as soon as it is there, then the progress, then all draws."""
    result = rescale(photo, scale)
    view, _, *rest = shown(photo, result, [], tau, seed)
    drawn: list = []
    for draw_seed in analysis.seeds(seed, count):
        yield view, f"{photo.name}: drawing {len(drawn) + 1} of {count} …", *rest
        view = gr.skip()
        drawn.append(draw(photo, scale, tau, draw_seed))
    yield shown(photo, result, drawn, tau, seed)


def shown(photo: Photo, result: Rescaled, drawn: list, tau: float, seed: int) -> tuple:
    """The values of viewer, status, measures, notice, the two downloads, and the commands."""
    name = f"{stem(photo.name)}-x{result.scale}"
    return (
        pictures(photo, result, drawn, tau),
        f"{photo.name}, ×{result.scale}: {len(drawn)} draw{'s' * (len(drawn) != 1)} at τ = {tau:g}",
        panels.measures(result),
        panels.notices(photo),
        download(f"{name}-lr.png", result.lr_png),
        download(f"{name}-reconstruction.png", result.reconstruction_png),
        panels.commands(result, tau, seed),
    )


def render_tab(
    photo: Photo, scale: int, tau: float, count: int, seed: int, tab: str, level: int, kept: list, *broken
) -> Iterator[list]:
    """The contents of the open tab; the others cost nothing."""
    if tab == "break":
        for values in break_page.render(photo, scale, seed, *broken):
            yield [gr.skip()] * 5 + values
        return
    updates = [gr.skip()] * 9
    if tab == "variability":
        found = analysis.variability(photo, scale, tau, seed, count)
        updates[0:2] = panels.draw_cards(found, tau, seed), figures.variability_figure(found, tau)
    elif tab == "bands":
        found = analysis.high_frequencies(photo, scale, level)
        updates[2:4] = panels.band_cards(photo, scale, level, tuple(kept)), figures.bands_figure(found)
    else:
        updates[4] = panels.choice_cards(photo, scale, seed)
    yield updates
