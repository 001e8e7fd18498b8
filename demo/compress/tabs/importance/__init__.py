"""The tab "Importance": bits where they matter, at the bytes of the plain file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import gradio as gr
import numpy as np

from demo.compress.coded import Coded, Request
from demo.compress.draw import byte_count
from demo.compress.tabs.importance.compute import Wanted, Weighed, automatic, brushed, canvas, weigh
from demo.compress.tabs.importance.draw import figures, finding, maps, parts
from demo.kit.controls import download, figure, stem
from demo.kit.events import Limits
from demo.kit.numbers import decibels
from demo.kit.painter import REGION, build_painter, layer, layer_is_of, painter_value, read_layer
from demo.kit.tab import Tab
from demo.kit.viewer import ViewerImage
from demo.kit.words import say
from demo.photo import Photo
from irn_core.coding.importance import FIRST_SPREAD, SPREADS
from irn_core.errors import IRNError
from irn_core.pictures.files import encode_png

SPREAD = Limits(*SPREADS, FIRST_SPREAD)
OPAQUE = 128
"""Alpha from which a pixel counts as brushed."""


@dataclass(frozen=True, eq=False)
class Found:
    """The picture to brush on, and what the map does; None while it is computed, or why there is no such file."""

    photo: Photo
    canvas: np.ndarray
    wanted: Wanted
    weighed: Weighed | IRNError | None = None


class Importance(Tab[Request, Found | None]):
    key = "importance"
    limits: ClassVar = {"spread": SPREAD, "strokes": layer("importance-painter")}

    def build(self) -> None:
        claim = gr.HTML(say("kit.computing"), elem_id="importance-finding")
        gr.Markdown(say("importance.intro"))
        with gr.Row():
            with gr.Column(scale=2, min_width=320):
                painter = build_painter(REGION, "importance-painter")
                apply = gr.Button(say("importance.apply"), variant="primary", elem_id="apply-importance")
                about = gr.HTML(elem_id="importance-about")
            with gr.Column(scale=3, min_width=320):
                spread = gr.Slider(
                    *SPREAD[:3], step=1, label=say("importance.spread_label"), info=say("importance.spread"),
                    elem_id="spread",
                )  # fmt: skip
                table = gr.HTML(elem_id="importance-figures")
                with gr.Row(elem_classes="files"):
                    file = gr.DownloadButton(
                        say("importance.file"), size="sm", interactive=False, elem_id="importance-file"
                    )
                    mask = gr.DownloadButton(say("importance.mask"), size="sm", interactive=False)
        self.inputs = {"spread": spread, "strokes": painter}
        self.outputs = {
            "finding": claim, "painter": painter, "about": about, "table": table, "file": file, "mask": mask,
            "maps": figure("importance", say("importance.alt")), "parts": gr.HTML(elem_id="importance-parts"),
        }  # fmt: skip
        self.triggers = [spread.input, apply.click]

    def compute(self, request: Request, spread: float = FIRST_SPREAD, strokes: str = "") -> Iterator[Found | None]:
        photo, coded = request.shown.photo, request.shown.coded
        if photo is None:
            yield None
            return
        ground = canvas(photo)
        found = Found(photo, ground, wanted(photo, ground, strokes))
        yield found
        try:
            yield Found(photo, ground, found.wanted, weigh(photo, coded, found.wanted, spread))
        except IRNError as error:
            yield Found(photo, ground, found.wanted, error)

    def draw(self, found: Found | None) -> dict[str, object]:
        if found is None:
            none = gr.update(value=None, interactive=False)
            return {"finding": say("compress.no_original"), "table": "", "parts": "", "maps": None, "about": "",
                    "file": none, "mask": none}  # fmt: skip
        about = "" if found.wanted.brushed else say("importance.automatic")
        drawn = {"painter": painter_value(found.canvas), "about": about}
        if found.weighed is None:
            return drawn
        if isinstance(found.weighed, IRNError):
            return drawn | {"finding": say("importance.refused", error=found.weighed)}
        return drawn | _drawn(found.photo, found.weighed)

    def picture_keys(self) -> Sequence[str]:
        return (self.key,)

    def pictures(self, found: Found | None) -> Sequence[ViewerImage]:
        """The picture in the file with the map."""
        if found is None or not isinstance(found.weighed, Weighed) or found.weighed.is_even:
            return ()
        mapped = found.weighed.files[1]
        return (ViewerImage(self.key, _label(mapped), mapped.pixels),)


def wanted(photo: Photo, ground: np.ndarray, strokes: str) -> Wanted:
    """What the strokes on the canvas say; the automatic map where there are none on this picture."""
    if strokes and layer_is_of(strokes, ground):
        opaque = read_layer(strokes, ground)[..., 3] >= OPAQUE
        if opaque.any():
            return brushed(photo, opaque)
    return automatic(photo)


def _label(coded: Coded) -> str:
    return say("importance.label", size=byte_count(coded), psnr=decibels(coded.scores.psnr_rgb))


def _drawn(photo: Photo, found: Weighed) -> dict[str, object]:
    mapped, mask = found.files[1], found.wanted.mask
    return {
        "finding": finding(found),
        "table": figures(found),
        "maps": maps(found),
        "parts": parts(photo, found),
        "file": gr.update(value=download(f"{stem(photo.name)}-importance.icn", mapped.data), interactive=True),
        "mask": gr.update(value=download(f"{stem(photo.name)}-mask.png", encode_png(mask.pixels)), interactive=True),
    }
