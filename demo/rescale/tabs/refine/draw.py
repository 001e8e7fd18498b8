"""The curve of a refinement, and the LR before and after it."""

import numpy as np
from markupsafe import Markup

from demo.kit.cards import Card, cards
from demo.kit.chart import Axes, Dot, Line, chart
from demo.kit.finding import turn
from demo.kit.html import fill, template
from demo.kit.numbers import decibels, gain, psnr_text, ssim_gain, ssim_text
from demo.kit.words import say, words
from demo.rescale.tabs.refine.compute import GAIN, Point, Progress, Refined
from irn_core.ops.tiling import Window

_TABLE = template("""
<div class="measures"><table><thead><tr><td></td>{% for name in headings %}<th scope="col">{{ name }}</th>{% endfor %}
</tr></thead><tbody>
{% for name, values in rows %}
<tr><th scope="row">{{ name }}</th>{% for value in values %}<td>{{ value }}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table></div>""")


def curve(points: tuple[Point, ...]) -> str:
    """PSNR over steps."""
    lines = [
        Line(
            name,
            kind,
            [
                Dot(p.steps, value, say("refine.dot", name=name, steps=p.steps, psnr=decibels(value)))
                for p, value in dots
            ],
        )
        for name, kind, dots in (
            ("PSNR-Y", "icn", [(p, p.psnr_y) for p in points]),
            ("PSNR-RGB", "webp", [(p, p.psnr_rgb) for p in points]),
        )
    ]
    said = words("refine.axes")
    return chart(lines, None, say("refine.chart"), Axes(said["x"], said["y"], log=False))


def finding(found: Progress, result: Refined) -> str:
    """What the steps gain, and how little of the LR they change for it."""
    before, after = found.before.scores.psnr_y, result.scores.psnr_y
    values = {"before": decibels(before), "after": decibels(after), "largest": result.largest}
    return say(f"refine.finding.{turn(before, after)}", steps=len(found.points) - 1, **values)


def summary(found: Progress, result: Refined) -> Markup:
    """Every figure of the picture and of the LR before and after, and what the steps took."""
    before, after = found.before.scores, result.scores
    figures = [
        ("PSNR-Y", before.psnr_y, after.psnr_y, psnr_text, gain),
        ("PSNR-RGB", before.psnr_rgb, after.psnr_rgb, psnr_text, gain),
        ("SSIM-Y", before.ssim_y, after.ssim_y, ssim_text, ssim_gain),
        ("LR", before.lr_psnr, after.lr_psnr, psnr_text, gain),
    ]
    lines = [(name, (show(old), show(new), change(new, old))) for name, old, new, show, change in figures]
    said, steps = words("refine.columns"), len(found.points) - 1
    table = fill(_TABLE, headings=[said["before"], said["after"], said["gain"]], rows=lines)
    ratio = result.seconds / steps / result.up_s
    took = say("refine.took").format(steps=steps, seconds=f"{result.seconds:.1f}", ratio=f"{ratio:.1f}")
    return table + Markup(took)


def lr_cards(found: Progress, result: Refined) -> str:
    """The LR before and after, and what changed in it, where the picture gains most over bicubic."""
    before, after, scale = found.before.lr, result.lr, found.before.scale
    seen = Window(*(side // scale for side in found.seen))
    facts = ((say("refine.changed"), f"{result.changed:.0%}"), (say("refine.largest"), f"{result.largest}"))
    said = words("refine.cards")
    shown = (
        Card(said["before"], decibels(found.before.scores.lr_psnr), before, part=_cut(before, seen)),
        Card(said["after"], decibels(result.scores.lr_psnr), after, part=_cut(after, seen)),
        Card(said["change"], f"× {GAIN}", result.change, "", facts, _cut(result.change, seen)),
    )
    return f"<div class='pixelated'>{cards(shown)}</div>"


def _cut(pixels: np.ndarray, seen: Window) -> np.ndarray:
    return pixels[seen.rows, seen.columns]
