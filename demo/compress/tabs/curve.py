"""The tab "Rate–distortion": curves of all codecs on the picture at hand."""

from collections.abc import Iterator
from typing import NamedTuple

import gradio as gr

from demo.compress.coded import NAMES, Coded, Request
from demo.compress.curves import Progress, codec_curves, published
from demo.compress.draw import dots, here, progress_bar
from demo.kit.chart import Dot, Line, chart
from demo.kit.tab import Tab, paced
from demo.kit.words import say


class Found(NamedTuple):
    """The curves so far, those that others published, and the present file; None without an original."""

    progress: Progress
    published: dict[str, list[tuple[float, float]]]
    coded: Coded


class CurveTab(Tab[Request, Found | None]):
    key = "curve"

    def build(self) -> None:
        gr.Markdown(say("curve.intro"))
        self.outputs = {"chart": gr.HTML(say("kit.computing"), elem_id="curve-chart")}

    def compute(self, request: Request) -> Iterator[Found | None]:
        coded, photo = request.shown.coded, request.shown.photo
        if photo is None:
            yield None
            return
        for progress in paced(codec_curves(photo)):
            yield Found(progress, published(), coded)

    def draw(self, found: Found | None) -> dict[str, object]:
        return {"chart": curve_chart(found) if found else say("compress.no_original")}


def curve_chart(found: Found) -> str:
    """Rate–distortion curves of all codecs, with published ones as references."""
    progress, references, coded = found
    lines = [Line(f"{n}, Kodak", "published", [Dot(*pair) for pair in pairs], False) for n, pairs in references.items()]
    lines += [Line(NAMES[codec], codec, dots(NAMES[codec], points)) for codec, points in progress.points.items()]
    drawing = chart(lines, here(coded), "PSNR-RGB over bits per pixel of this picture, by codec")
    return progress_bar(progress) + drawing
