"""The tab "Downscale + compress": one codec at full size and on smaller pictures."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import gradio as gr

from demo.compress.coded import NAMES, Coded, Request, match
from demo.compress.curves import SCALES, Claim, Point, Progress, claim, scale_curves
from demo.compress.draw import byte_count, dots, here, opened_finding, progress_bar
from demo.kit.cards import Card, cards
from demo.kit.chart import Line, chart
from demo.kit.numbers import decibels
from demo.kit.tab import Tab, paced
from demo.kit.words import say

CODECS = ("webp", "avif", "jpeg", "icn")
"""Those that can also store a smaller picture."""


@dataclass(frozen=True, eq=False)
class Found:
    """The curves so far; when they are complete, what they say of each scale, and the picture by each way at the
    size of the present file.
    """

    progress: Progress
    codec: str
    coded: Coded
    claims: tuple[Claim | None, ...] = ()
    matched: tuple[Coded, ...] = ()


class Scaled(Tab[Request, Found | Coded]):
    key = "scaled"

    def build(self) -> None:
        codec = gr.Radio(
            [(NAMES[codec], codec) for codec in CODECS], value=CODECS[0], label=say("scaled.codec"), elem_id="codec"
        )
        self.inputs, self.triggers = {"codec": codec}, [codec.input]
        self.outputs = {
            "chart": gr.HTML(say("kit.computing"), elem_id="scale-chart"),
            "cards": gr.HTML(elem_id="scale-cards"),
        }

    def compute(self, request: Request, codec: str) -> Iterator[Found | Coded]:
        photo, coded = request.shown.photo, request.shown.coded
        if photo is None:
            yield coded
            return
        for progress in paced(scale_curves(photo, codec)):
            yield Found(progress, codec, coded)
        full, *smaller = (progress.points[scale] for scale in SCALES)
        claims = tuple(claim(full, small) for small in smaller)
        yield Found(progress, codec, coded, claims)
        matched = tuple(match(photo, codec, len(coded.data), scale) for scale in SCALES)
        yield Found(progress, codec, coded, claims, matched)

    def progress(self, found: Found | Coded) -> tuple[int, int] | None:
        return None if isinstance(found, Coded) else (found.progress.done, found.progress.total)

    def draw(self, found: Found | Coded) -> dict[str, object]:
        if isinstance(found, Coded):
            return {"chart": say("compress.no_original"), "cards": ""}
        drawn = {"chart": scale_chart(found.progress, found.codec, found.coded)}
        if found.matched:
            drawn["cards"] = cards(_scale_card(*pair) for pair in zip(found.matched, SCALES, strict=True))
        return drawn

    def finding(self, found: Found | Coded) -> str:
        if isinstance(found, Coded):
            return opened_finding(found)
        return claims(found.progress, found.codec, found.claims) if found.claims else ""


def scale_chart(progress: Progress, codec: str, coded: Coded) -> str:
    """One codec at full size and on the LR of each scale."""
    names = {scale: NAMES[codec] if scale == 1 else f"IRN ×{scale} + {NAMES[codec]}" for scale in SCALES}
    lines = [Line(names[s], f"{codec} scale-{s}", dots(names[s], points)) for s, points in progress.points.items()]
    marked = here(coded) if codec == coded.codec else None
    return progress_bar(progress) + chart(lines, marked, say("scaled.chart", codec=NAMES[codec]))


def claims(progress: Progress, codec: str, found: tuple[Claim | None, ...]) -> str:
    """Where "downscale + compress beats compress" holds for this picture."""
    full, *smaller = (progress.points[scale] for scale in SCALES)
    sentences = [
        _claim_sentence(f"IRN ×{scale} + {NAMES[codec]}", NAMES[codec], one, small[0], full[0])
        for scale, one, small in zip(SCALES[1:], found, smaller, strict=True)
    ]
    return "<br>".join(sentences)


def _claim_sentence(small: str, full: str, found: Claim | None, smallest: Point, smallest_full: Point) -> str:
    reach = ""
    if smallest.bpp < smallest_full.bpp:
        reach = say("scaled.reach", low=smallest.bpp, full=full, other=smallest_full.bpp)
    names = {"small": small, "full": full, "reach": reach}
    if found is None:
        return say("scaled.apart", **names)
    low, high = found.shared
    if not found.wins:
        return say("scaled.nowhere", low=low, high=high, **names)
    where = say("scaled.and").join(say("scaled.between", first=first, last=last) for first, last in found.wins)
    won = sum(last - first for first, last in found.wins)
    form = "everywhere" if math.isclose(won, high - low) else "partly"
    return say(f"scaled.{form}", where=where, gain=found.best_gain, high=high, **names)


def _scale_card(coded: Coded, scale: int) -> Card:
    name = NAMES[coded.codec] if scale == 1 else f"IRN ×{scale} + {NAMES[coded.codec]}"
    form = "fits" if coded.fits else "smallest"
    sentence = say(f"scaled.sizes.{form}", size=byte_count(coded), bpp=coded.bpp)
    return Card(name, decibels(coded.scores.psnr_rgb), coded.pixels, sentence)
