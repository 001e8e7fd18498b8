"""The tab "Importance": bits where they matter, at the bytes of the plain file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import gradio as gr
import numpy as np

from demo.compress.coded import Coded, Request
from demo.compress.draw import byte_count, opened_finding
from demo.compress.tabs.importance.compute import Wanted, Weighed, automatic, brushed, canvas, weigh
from demo.compress.tabs.importance.draw import figures, finding, maps, parts
from demo.kit.controls import download, figure, stem
from demo.kit.limits import Limits, limit
from demo.kit.numbers import decibels
from demo.kit.painter import REGION, build_painter, layer_is_of, painter_value, read_layer
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
    plain: Coded
    canvas: np.ndarray
    wanted: Wanted
    weighed: Weighed | IRNError | None = None


class Importance(Tab[Request, Found | Coded]):
    key = "importance"

    def build(self) -> None:
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
        self.inputs = {"spread": limit(spread, SPREAD), "strokes": painter}
        self.outputs = {
            "painter": painter, "about": about, "table": table, "file": file, "mask": mask,
            "maps": figure("importance"), "parts": gr.HTML(elem_id="importance-parts"),
        }  # fmt: skip
        self.triggers = [spread.input, apply.click]

    def compute(self, request: Request, spread: float = FIRST_SPREAD, strokes: str = "") -> Iterator[Found | Coded]:
        photo, coded = request.shown.photo, request.shown.coded
        if photo is None:
            yield coded
            return
        ground = canvas(photo)
        found = Found(photo, coded, ground, wanted(photo, ground, strokes))
        yield found
        try:
            yield replace(found, weighed=weigh(photo, coded, found.wanted, spread))
        except IRNError as error:
            yield replace(found, weighed=error)

    def draw(self, found: Found | Coded) -> dict[str, object]:
        if isinstance(found, Coded):
            return _nothing() | {"about": say("compress.no_original")}
        about = "" if found.wanted.brushed else say("importance.automatic")
        drawn = {"painter": painter_value(found.canvas), "about": about}
        if found.weighed is None:
            return drawn
        if isinstance(found.weighed, IRNError):
            return drawn | _nothing()
        return drawn | _drawn(found.photo, found.weighed)

    def finding(self, found: Found | Coded) -> str:
        if isinstance(found, Coded):
            return opened_finding(found)
        if isinstance(found.weighed, IRNError):
            return say("importance.refused", bytes=len(found.plain.data), error=found.weighed)
        return finding(found.weighed) if found.weighed else ""

    def picture_keys(self) -> Sequence[str]:
        return (self.key,)

    def pictures(self, found: Found | Coded) -> Sequence[ViewerImage]:
        """The picture in the file with the map."""
        if isinstance(found, Coded) or not isinstance(found.weighed, Weighed) or found.weighed.is_even:
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


def _nothing() -> dict[str, object]:
    """Where there is no file with a map."""
    none = gr.update(value=None, interactive=False)
    return {"table": "", "parts": "", "maps": "", "file": none, "mask": none}


def _drawn(photo: Photo, found: Weighed) -> dict[str, object]:
    mapped, mask = found.files[1], found.wanted.mask
    return {
        "table": figures(found),
        "maps": maps(found),
        "parts": parts(photo, found),
        "file": gr.update(value=download(f"{stem(photo.name)}-importance.icn", mapped.data), interactive=True),
        "mask": gr.update(value=download(f"{stem(photo.name)}-mask.png", encode_png(mask.pixels)), interactive=True),
    }
