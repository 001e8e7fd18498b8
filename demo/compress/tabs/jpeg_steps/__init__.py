"""The tab "JPEG step by step": what each step does to the picture, to one block, and to the bits."""

from collections.abc import Iterator

import gradio as gr

from demo.compress.coded import Coded, Request
from demo.compress.draw import opened_finding
from demo.compress.tabs.jpeg_steps.compute import Found, block_of, dearest, quality_within, take_apart
from demo.compress.tabs.jpeg_steps.draw import account, block_html, finding, pickers
from demo.kit.limits import Limits, limit
from demo.kit.picker import choice_of_cell, read_cell
from demo.kit.tab import Tab
from demo.kit.words import say
from irn_core.coding.jpeg.steps import COMPONENTS
from irn_core.coding.pillow_codecs import JPEGS

MATCHED, OWN = "matched", "own"
QUALITY = Limits(1, 95, 75, True)
FIRST_CHROMA = "4:2:0"
FIELD = "jpeg-block"


class JpegSteps(Tab[Request, Found | Coded]):
    key = "jpeg_steps"

    def build(self) -> None:
        with gr.Row():
            size = gr.Radio(
                [(say(f"jpeg_steps.sizes.{key}"), key) for key in (MATCHED, OWN)], value=MATCHED,
                label=say("jpeg_steps.size"), min_width=300, elem_id="jpeg-size",
            )  # fmt: skip
            quality = gr.Slider(
                *QUALITY[:3], step=1, label=say("jpeg_steps.quality"), visible=False, elem_id="jpeg-quality"
            )  # fmt: skip
            chroma = gr.Radio(list(JPEGS), value=FIRST_CHROMA, label=say("jpeg_steps.chroma"), elem_id="jpeg-chroma")
            component = gr.Radio(
                list(COMPONENTS), value=COMPONENTS[0], label=say("jpeg_steps.component"), elem_id="jpeg-component"
            )  # fmt: skip
        cell = choice_of_cell(FIELD)
        limit(quality, QUALITY)
        self.inputs = {"size": size, "quality": quality, "chroma": chroma, "component": component, "cell": cell}
        self.triggers = [size.input, quality.input, chroma.input, component.input, cell.change]
        self.outputs = {
            "quality": quality,
            "pickers": gr.HTML(say("kit.computing"), elem_id="jpeg-pickers"),
            "block": gr.HTML(elem_id="jpeg-block-steps"),
            "account": gr.HTML(elem_id="jpeg-account"),
        }

    def compute(
        self, request: Request, size: str = MATCHED, quality: int = QUALITY.first, chroma: str = FIRST_CHROMA,
        component: str = COMPONENTS[0], cell: str = "",
    ) -> Iterator[Found | Coded]:  # fmt: skip
        photo, coded, fits = request.shown.photo, request.shown.coded, True
        if photo is None:
            yield coded
            return
        if size == MATCHED:
            quality, fits = quality_within(photo, chroma, len(coded.data))
        apart = take_apart(photo, int(quality), chroma)
        place = read_cell(cell, apart.bits.shape) or dearest(apart)
        block = block_of(apart, component, place)
        yield Found(photo, apart, int(quality), chroma, size == MATCHED, fits, component, place, block)

    def draw(self, found: Found | Coded) -> dict[str, object]:
        if isinstance(found, Coded):
            return {"pickers": say("compress.no_original"), "block": "", "account": ""}
        shown = {"value": found.quality, "visible": False} if found.matched else {"visible": True}
        return {
            "quality": gr.update(**shown),
            "pickers": pickers(FIELD, found),
            "block": block_html(FIELD, found),
            "account": account(found),
        }

    def finding(self, found: Found | Coded) -> str:
        return opened_finding(found) if isinstance(found, Coded) else finding(found)
