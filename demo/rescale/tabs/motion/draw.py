"""The clip in a player, what was found in a sentence, its figures, and PSNR over frames."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from demo.kit.cards import refusal, told
from demo.kit.chart import Axes, Dot, Line, chart
from demo.kit.finding import percent
from demo.kit.html import fill, template
from demo.kit.numbers import decibels
from demo.kit.words import anew, say, words
from demo.rescale.tabs.motion.compute import AREA, CHOICES, Found, Moving

KINDS = {"anew": "jpeg", "one": "webp", "zero": "icn"}
"""How the chart draws each way: a class of style.css."""

_FIGURES = template("""
<div class="measures narrow"><table><thead><tr><td></td>
{% for head in heads %}<th scope="col">{{ head }}</th>{% endfor %}
</tr></thead><tbody>
{% for name, psnr, flicker in rows %}
<tr><th scope="row">{{ name }}</th><td>{{ psnr }}</td><td>{{ flicker }}</td></tr>
{% endfor %}
</tbody></table></div>""")


def finding(found: Found) -> str:
    """How much the ways flicker, where anything stands still, or else how they err."""
    levels = {name: f"{value:.2f}" for name, value in found.flicker.items()}
    form = "moving" if found.still == 0 else "likeliest" if found.tau == 0 else "still"
    psnr = {f"psnr_{name}": decibels(_mean(values)) for name, values in found.psnr_y.items()}
    return say(f"motion.finding.{form}", share=percent(found.still), tau=found.tau, **levels, **psnr)


def source(found: Found) -> Markup:
    """Where the frames come from, and what was done to them; before it why an upload is not shown."""
    told_source = told(_made(found.clip) if found.clip.name is None else _uploaded(found.clip))
    return refusal(found.refusal) + told_source if found.refusal else told_source


def _made(clip: Moving) -> str:
    height, width = clip.frames[0].size
    return say("motion.made", count=len(clip.frames), width=width, height=height)


def _uploaded(clip: Moving) -> str:
    (height, width), (new_height, new_width) = clip.sizes
    parts = list(anew(list(clip.notices)))
    if len(clip.frames) < clip.read:
        parts.append(say("motion.sampled", count=len(clip.frames), read=clip.read))
    if (height, width) != (new_height, new_width):
        sizes = {"size": f"{width}×{height}", "smaller": f"{new_width}×{new_height}", "side": math.isqrt(AREA)}
        parts.append(say("motion.smaller", **sizes))
    used = say("motion.used", count=len(clip.frames), width=new_width, height=new_height)
    return say("kit.notice", name=clip.name, notices=say("kit.semicolon").join([*parts, used]))


def figures(found: Found) -> Markup:
    """Mean PSNR and flicker of every way, and the flicker of the original; before them how far the frames have come."""
    names = words("motion.names")
    rows = [(names["original"], "", _flicker(found, "original"))]
    rows += [(names[key], decibels(_mean(found.psnr_y[key])), _flicker(found, key)) for key in CHOICES if found.done]
    table = fill(_FIGURES, heads=map(Markup, words("motion.heads")), rows=rows)
    if found.flicker:
        return table
    return Markup(say("motion.progress", number=found.done + 1, count=len(found.clip.frames))) + table


def _flicker(found: Found, name: str) -> str:
    if found.flicker is None:
        return "…"
    return "—" if math.isnan(found.flicker[name]) else f"{found.flicker[name]:.2f}"


def curve(found: Found) -> str:
    """PSNR-Y over frames."""
    names = words("motion.lines")
    lines = [Line(names[key], KINDS[key], _dots(names[key], found.psnr_y[key])) for key in CHOICES]
    return chart(lines, None, say("motion.chart"), Axes(say("motion.frame"), say("motion.psnr"), log=False))


def _dots(name: str, values: Sequence[float]) -> list[Dot]:
    return [
        Dot(number, value, say("motion.dot", name=name, number=number, psnr=decibels(value)))
        for number, value in enumerate(values, start=1)
    ]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
