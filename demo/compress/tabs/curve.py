"""The tab "Rate–distortion": curves of all codecs on the picture at hand."""

from collections.abc import Iterator
from typing import NamedTuple

import gradio as gr

from demo.compress.coded import NAMES, Coded, Request, looks
from demo.compress.curves import LOOKS, PSNR, Point, Progress, codec_curves, published, ranking
from demo.compress.draw import dots, here, opened_finding, progress_bar
from demo.kit.chart import Dot, Line, chart, over_rate
from demo.kit.numbers import decibels, looks_text
from demo.kit.tab import Tab, paced
from demo.kit.words import say, words

SHOW = {PSNR: decibels, LOOKS: looks_text}
AXES = {PSNR: "PSNR-RGB (dB)", LOOKS: "SSIMULACRA2"}


class Found(NamedTuple):
    """The curves of a figure so far, those that others published, and the present file with its own figure."""

    figure: str
    progress: Progress
    published: dict[str, list[tuple[float, float]]]
    coded: Coded
    quality: float

    @property
    def ranking(self) -> list[tuple[str, float]]:
        """Codecs at the rate of the present file, the best first, once all curves are there."""
        if self.progress.done < self.progress.total:
            return []
        points = self.progress.points
        own = Point(len(self.coded.data), self.coded.bpp, self.quality)
        mine = self.coded.codec
        return ranking(points | {mine: sorted([*points[mine], own])}, own.bpp)


class CurveTab(Tab[Request, Found | Coded]):
    key = "curve"

    def build(self) -> None:
        named = [(name, key) for key, name in words("curve.figures").items()]
        figure = gr.Radio(
            named, value=PSNR, label=say("curve.figure"), show_label=False, container=False, elem_id="curve-figure"
        )
        self.inputs, self.triggers = {"figure": figure}, [figure.input]
        self.outputs = {"chart": gr.HTML(say("kit.computing"), elem_id="curve-chart")}

    def compute(self, request: Request, figure: str = PSNR) -> Iterator[Found | Coded]:
        coded, photo = request.shown.coded, request.shown.photo
        if photo is None:
            yield coded
            return
        quality = coded.scores.psnr_rgb if figure == PSNR else looks(photo, coded.codec, coded.data)
        references = published() if figure == PSNR else {}
        for progress in paced(codec_curves(photo, figure)):
            yield Found(figure, progress, references, coded, quality)

    def draw(self, found: Found | Coded) -> dict[str, object]:
        return {"chart": say("compress.no_original") if isinstance(found, Coded) else curve_chart(found)}

    def finding(self, found: Found | Coded) -> str:
        return opened_finding(found) if isinstance(found, Coded) else curve_finding(found)

    def progress(self, found: Found | Coded) -> tuple[int, int] | None:
        return None if isinstance(found, Coded) else (found.progress.done, found.progress.total)


def curve_chart(found: Found) -> str:
    """Rate–distortion curves of all codecs, with published ones as references."""
    show, axes = SHOW[found.figure], over_rate(AXES[found.figure])
    lines = [
        Line(f"{name}, Kodak", "published", [Dot(*pair) for pair in pairs], False)
        for name, pairs in found.published.items()
    ]
    points = found.progress.points
    lines += [Line(NAMES[codec], codec, dots(NAMES[codec], points[codec], show)) for codec in points]
    marker = here(found.coded, found.quality, show)
    return progress_bar(found.progress) + chart(lines, marker, say("curve.chart", quality=axes.y), axes)


def curve_finding(found: Found) -> str:
    """Who is best at the rate of the present file, and by how much."""
    if found.progress.done < found.progress.total:
        return ""
    if len(found.ranking) < 2:
        ours = SHOW[found.figure](found.quality)
        return say("curve.alone", bpp=found.coded.bpp, codec=NAMES[found.coded.codec], ours=ours)
    (best, most), (second, less), *_ = found.ranking
    show = SHOW[found.figure]
    said = say(
        "curve.finding", bpp=found.coded.bpp, best=NAMES[best], most=show(most), second=NAMES[second], less=show(less)
    )
    mine = found.coded.codec
    if mine not in (best, second):
        said += say("curve.ours", codec=NAMES[mine], ours=show(dict(found.ranking)[mine]))
    return said
