"""The tab "z arithmetic": from one draw to another, and z put into a region or taken out of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import gradio as gr
import numpy as np
from gradio.components import Component

from demo.kit.cards import refusal
from demo.kit.controls import download, stem
from demo.kit.events import MODEL, QUIET, Visit, refusals
from demo.kit.limits import clean
from demo.kit.painter import REGION, build_painter, layer_is_of, painter_value, read_layer
from demo.kit.tab import Tab
from demo.kit.words import hint, lasting, say, speak
from demo.kit.work import one_turn
from demo.photo import Photo
from demo.rescale.draw import file_part, value_name
from demo.rescale.rescaled import Request, rescale
from demo.rescale.tabs.arithmetic.compute import (
    Change,
    Interpolation,
    band_names,
    check_choice,
    interpolate,
    middle,
    replaced,
    whole_fits,
    whole_gif,
    whole_seeds,
)
from demo.rescale.tabs.arithmetic.draw import change_cards, change_scores, finding, way
from irn_core.errors import IRNError
from irn_core.ops.tiling import Window

TRANSPLANT, ERASE = "transplant", "erase"
FILLS = ("likeliest", "zero")
OPAQUE = 128
"""Alpha from which a pixel counts as brushed."""


@dataclass(frozen=True, eq=False)
class Way:
    """The way between two draws, or why there is none."""

    request: Request
    seeds: tuple[int, int] | None
    found: Interpolation | IRNError
    whole_fits: bool = False  # whether there may be a GIF of the whole picture


@dataclass(frozen=True, eq=False)
class Replaced:
    """What a region of z does; `window` is brushed first where the picture is new to the tab."""

    photo: Photo
    lr: np.ndarray
    bands: list[str]
    window: Window
    is_new: bool
    base: str
    other: str
    change: Change


class Arithmetic(Tab[Request, Way | Replaced]):
    key = "arithmetic"

    def build(self) -> None:
        with gr.Row():
            first = gr.Textbox(
                label=say("arithmetic.first_label"), info=say("arithmetic.first_seed"), elem_id="first-seed"
            )
            second = gr.Textbox(
                label=say("arithmetic.second_label"), info=say("arithmetic.second_seed"), elem_id="second-seed"
            )
        way = gr.HTML(say("kit.computing"), elem_id="way")
        with gr.Row():
            part = gr.DownloadButton(say("arithmetic.save_part"), size="sm", interactive=False, elem_id="part-gif")
            make = gr.Button(say("arithmetic.make_whole"), size="sm", interactive=False, elem_id="make-gif")
            whole = gr.DownloadButton(say("arithmetic.save_whole"), size="sm", visible=False, elem_id="whole-gif")
        gr.HTML(lasting(lambda: hint(say("arithmetic.gif"))))
        self.inputs = {"first": first, "second": second}
        self.outputs = {"way": way, "part": part, "make": make, "whole": whole}
        self.triggers = [first.submit, first.blur, second.submit, second.blur]
        self._build_region()

    def _build_region(self) -> None:
        gr.Markdown(say("arithmetic.region"))
        with gr.Row():
            with gr.Column(scale=2, min_width=320):
                painter = build_painter(REGION, "region")
            with gr.Column(scale=3, min_width=320):
                mode = gr.Radio(
                    [(say(f"arithmetic.modes.{key}"), key) for key in (TRANSPLANT, ERASE)], value=TRANSPLANT,
                    label=say("arithmetic.mode"), elem_id="z-mode",
                )  # fmt: skip
                fill = gr.Radio(
                    [(say(f"arithmetic.fills.{key}"), key) for key in FILLS], value=FILLS[0],
                    label=say("arithmetic.fill"), visible=False, elem_id="z-fill",
                )  # fmt: skip
                bands = gr.CheckboxGroup(
                    [], label=say("arithmetic.bands_label"), info=say("arithmetic.bands"), elem_id="z-bands"
                )
                apply = gr.Button(say("arithmetic.apply"), variant="primary", elem_id="apply-region")
                scores = gr.HTML(say("kit.computing"), elem_id="z-scores")
        mode.input(lambda mode: gr.update(visible=mode == ERASE), mode, fill, **QUIET)
        self.inputs |= {"mode": mode, "fill": fill, "bands": bands, "region": painter}
        self.outputs |= {"painter": painter, "bands": bands, "scores": scores, "change": gr.HTML(elem_id="z-change")}
        self.triggers += [apply.click, mode.input, fill.input, bands.input]

    def wire(self, request: dict[str, Component]) -> None:
        """The GIF of the whole picture takes long, so it is made when asked for."""
        asked = [request[name] for name in ("visit", "photo", "net", "tau", "seed")]
        asked += [self.inputs["first"], self.inputs["second"]]
        self.outputs["make"].click(
            make_whole, asked, [self.outputs["make"], self.outputs["whole"]], js=clean(asked),
            show_progress_on=self.outputs["make"], api_visibility="private", **MODEL,
        )  # fmt: skip

    def compute(
        self, request: Request, first: str, second: str, mode: str, fill: str, bands: list[str],
        region: str,
    ) -> Iterator[Way | Replaced]:  # fmt: skip
        yield find_way(request, first, second)
        yield replace(request, mode, fill, bands, region)

    def draw(self, found: Way | Replaced) -> dict[str, object]:
        return draw_way(found) if isinstance(found, Way) else draw_change(found)

    def finding(self, found: Way | Replaced) -> str:
        return "" if isinstance(found, Way) else finding(found.change, found.base, found.other)


def find_way(request: Request, first: str, second: str) -> Way:
    """The way from the draw of one seed to that of another; an empty box follows the page's seed."""
    try:
        seeds = whole_seeds(first, second, request.seed)
        found = interpolate(request.photo, request.net, request.tau, *seeds)
        return Way(request, seeds, found, whole_fits(request.photo))
    except IRNError as error:
        return Way(request, None, error)


def replace(request: Request, mode: str, fill: str, bands: list[str], region: str) -> Replaced:
    """z replaced where the region is brushed: on a picture that is new to the tab, in all bands of its middle."""
    photo, net = request.photo, request.net
    lr, names = rescale(photo, net).lr, band_names(request.scale)
    window, is_new = middle(*lr.shape[:2]), not layer_is_of(region, lr)
    if is_new:
        bands, brushed = names, np.zeros(lr.shape[:2], bool)
        brushed[window.rows, window.columns] = True
    else:
        brushed = read_layer(region, lr)[..., 3] >= OPAQUE
        check_choice(bands, brushed)
    base, other = ("likeliest", "true") if mode == TRANSPLANT else ("true", fill)
    return Replaced(photo, lr, names, window, is_new, base, other, replaced(photo, net, base, other, bands, brushed))


def draw_way(found: Way) -> dict[str, object]:
    """The animation and the buttons for its files, or why there is none."""
    photo, net, tau, *_ = found.request
    if isinstance(found.found, IRNError):
        no_file = gr.update(value=None, interactive=False)
        said = gr.update(value=refusal(found.found))
        return {"way": said, "part": no_file, **ask_for_whole(False)}
    file = download(f"{gif_name(photo, net, *found.seeds)}-part.gif", found.found.gif)
    part = gr.update(value=file, interactive=True)
    return {"way": way(photo, found.found, found.seeds, tau), "part": part, **ask_for_whole(found.whole_fits)}


def ask_for_whole(possible: bool) -> dict[str, object]:
    """The button that asks for the GIF of the whole picture, in place of the one that saves it."""
    return {"make": gr.update(visible=True, interactive=possible), "whole": gr.update(visible=False)}


def draw_change(found: Replaced) -> dict[str, object]:
    """The LR to brush on, and figures and pictures of what is done to the region."""
    drawn = {
        "painter": painter_value(found.lr, found.window),
        "scores": change_scores(found.change),
        "change": change_cards(found.photo, found.change, found.base, found.other),
    }
    choices = [(value_name(band), band) for band in found.bands]
    chosen = {"value": found.bands} if found.is_new else {}
    return drawn | {"bands": gr.update(choices=choices, **chosen)}


def gif_name(photo: Photo, net: str, first: int, second: int) -> str:
    return f"{stem(photo.name)}-{file_part(net)}-seeds-{first}-{second}"


@one_turn
def make_whole(
    visit: Visit, photo: Photo, net: str, tau: float, seed: int, first: str, second: str
) -> tuple[dict, dict]:
    """The button that saves the GIF of the whole picture, in place of the one that asks for it."""
    speak(visit.language)
    with refusals():
        seeds = whole_seeds(first, second, seed)
    file = download(f"{gif_name(photo, net, *seeds)}.gif", whole_gif(photo, net, tau, *seeds))
    return gr.update(visible=False), gr.update(value=file, visible=True)
