"""The page: components, events, nothing else. `build()` makes it; `LAUNCH` is for `launch()`."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # before gradio: the page stays offline

import gradio as gr

from demo import analysis, examples, panels, text
from demo.benchmark_page import BenchmarkPage
from demo.compress_page import CompressPage
from demo.fair import Entry, compete, fair_key, rivals_of
from demo.parts import (
    COUNT,
    HIDDEN,
    ONE_AT_A_TIME,
    QUIET,
    SEED,
    TAU,
    Turn,
    Turns,
    clean,
    command_lines,
    download,
    draw_controls,
    in_turn,
    next_seed,
    refusals,
    stem,
    taking,
)
from demo.rescale_tabs import RescaleTabs
from demo.served import SERVED
from demo.service import Photo, Rescaled, draw, open_photo, rescale
from demo.viewer import ViewerImage, build_viewer, read_web, viewer_value
from irn_core.ops.metrics import psnr_y

SCALES = [("×2", 2), ("×4", 4), ("×8", 8)]
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
    "js": read_web("page.js"),
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


def pictures(photo: Photo, result: Rescaled, drawn: list, tau: float, rivals: Sequence[Entry] = ()) -> dict:
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
    images += [
        _labelled(rival.name, text.FAIR_NAMES[fair_key(rival.name)], rival.scores.psnr_y, rival.x_hat)
        for rival in rivals
    ]
    return viewer_value(images, *photo.size, scale, a="original", b="reconstruction")


def _labelled(key: str, label: str, psnr: float, pixels) -> ViewerImage:
    return ViewerImage(key, f"{label} · {panels.decibels(psnr)}", pixels)


def build() -> gr.Blocks:
    """The page, with the first result already computed."""
    with gr.Blocks(title=text.TITLE, delete_cache=(3600, 6 * 3600), fill_width=True) as page:
        _Page(page, first_result())
    page.temp_file_sets.append(SERVED)
    return page.queue(max_size=32)


class _Page:
    """The components of one page and the events between them."""

    def __init__(self, page: gr.Blocks, first: tuple):
        self.photo = gr.State(first_inputs()[0])
        self.side = gr.State(text.RESCALE)  # or Compress, whichever was chosen last: Benchmark leaves it as it is
        self.turns = Turns(gr.State(Turn()), gr.State(Turn()))
        gr.HTML(text.INTRO)
        self.mode = gr.Radio(list(text.MODES), value=text.RESCALE, show_label=False, container=False, elem_id="mode")
        with gr.Column(elem_id="work"):
            with gr.Row(elem_id="main"):
                with gr.Column(scale=3, min_width=270, elem_id="controls"):
                    self._pictures()
                    self.compress = CompressPage(self.side, self.photo, self.turns)
                    columns = [self._controls(), self.compress.controls()]
                with gr.Column(scale=9, min_width=340, elem_id="centre"):
                    self.viewer = build_viewer(elem_id="viewer")
                    self.notice = gr.HTML(elem_id="notice")
                with gr.Column(scale=3, min_width=290):
                    self.status = gr.Textbox(
                        show_label=False, container=False, interactive=False, lines=1, elem_id="status"
                    )  # fmt: skip
                    columns += self._measures(), self.compress.measures()
            self.tabs = RescaleTabs(self.turns.tab)
            columns += self.tabs.column, self.compress.tabs()
        self.benchmark = BenchmarkPage()
        self._events(page, first, columns)

    def _pictures(self) -> None:
        """What Rescale and Compress share."""
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

    def _events(self, page: gr.Blocks, first: tuple, columns: list) -> None:
        self.inputs = [self.photo, self.scale, *self.draws[1:]]
        self.results = [
            self.viewer, self.status, self.measures, self.notice, self.lr_file, self.reconstruction_file, self.commands,
        ]  # fmt: skip
        rendering = self.tabs.rendering(self.inputs, self.side)
        page.load(lambda: shown(*first), None, self.results, **QUIET).then(**rendering)
        uploaded = self.upload.upload(read_upload, self.upload, self.photo, **HIDDEN)
        for ended in (uploaded.success, uploaded.failure):  # free the field for the next picture
            ended(lambda: None, None, self.upload, **QUIET)
        shared = [
            self.strip.select(choose_example, None, self.photo, **QUIET).success,
            uploaded.success,
            self.clear.click(first_inputs, None, self.inputs, **QUIET).success,
            self.side.change,
        ]  # fmt: skip
        self.mode.input(switch, self.mode, [self.benchmark.column, *columns], **QUIET)
        self.mode.input(choose_side, self.mode, self.side, **HIDDEN)  # queued: otherwise no change is reported
        self.draws.resample.click(
            next_seed, self.inputs[-2:], self.draws.seed, js=clean(COUNT, SEED), **HIDDEN
        )  # fmt: skip
        own = [self.scale.input, self.draws.tau.change, self.draws.count.change, self.draws.seed.change]
        for trigger in shared + own:
            trigger(**taking(*self.turns))
            trigger(**self._showing()).success(**rendering)
        self.tabs.events(self.inputs, self.side).then(**self._showing())
        self.compress.events(shared, self.viewer, self.status, self.notice)

    def _showing(self) -> dict:
        """The event that shows a result in the viewer and beside it."""
        return {
            "fn": in_turn(text.RESCALE, show),
            "inputs": [self.turns.result, *self.inputs, self.tabs.open, self.side],
            "outputs": self.results,
            "js": clean(None, None, None, TAU, COUNT, SEED),
            "show_progress": "full",
            "show_progress_on": self.status,
            "trigger_mode": "always_last",
            "api_visibility": "private",
            **ONE_AT_A_TIME,
        }


def switch(mode: str) -> list:
    """What is visible in a mode: the benchmark, and three pairs of columns, Rescale's and Compress's.

    Behind the benchmark they stay as they are. style.css hides them: Gradio's hiding would reach into each of them.
    """
    over = mode == text.BENCHMARK
    columns = [gr.skip() if over else gr.update(visible=mode == side) for side in 3 * (text.RESCALE, text.COMPRESS)]
    return [gr.update(visible=over), *columns]


def choose_side(mode: str) -> str | dict:
    return gr.skip() if mode == text.BENCHMARK else mode


def choose_example(event: gr.SelectData) -> Photo:
    name = examples.NAMES[event.index]
    return Photo(examples.example(name), name)


def read_upload(path: str) -> Photo:
    with refusals():
        return open_photo(path, unquote(Path(path).name))


def show(photo: Photo, scale: int, tau: float, count: int, seed: int, tab: str) -> Iterator[tuple]:
    """Yield the likeliest reconstruction as soon as it is there, then the progress, then all draws.

    While the tab of rivals is open, they follow, one by one.
    """
    result = rescale(photo, scale)
    view, _, *rest = shown(photo, result, [], tau, seed)
    drawn: list = []
    for draw_seed in analysis.seeds(seed, count):
        yield view, f"{photo.name}: drawing {len(drawn) + 1} of {count} …", *rest
        view = gr.skip()
        drawn.append(draw(photo, scale, tau, draw_seed))
    yield (final := shown(photo, result, drawn, tau, seed))
    rivals: list[Entry] = []
    for name in rivals_of(scale) if tab == "rivals" else ():
        rivals.append(compete(photo, scale, name))
        yield pictures(photo, result, drawn, tau, rivals), final[1], *(gr.skip() for _ in rest)


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
