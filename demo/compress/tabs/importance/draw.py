"""What an importance map does, drawn: the finding, figures, maps of bits, and parts of both pictures."""

import math
from collections.abc import Callable

import numpy as np

from demo.compress.coded import Coded
from demo.compress.draw import byte_count
from demo.compress.tabs.importance.compute import Weighed
from demo.kit.cards import Card, cards
from demo.kit.html import fill, template
from demo.kit.numbers import decibels, gain, kilobytes, looks_text, psnr_text
from demo.kit.plots import Plots, legible
from demo.kit.words import say, words
from demo.photo import Photo
from irn_core.ops.tiling import Window

_TABLE = template("""
<div class="measures narrow"><table><thead><tr><td></td>
{% for head in heads %}<th scope="col">{{ head }}</th>{% endfor %}</tr></thead><tbody>
{% for row in rows %}<tr><th scope="row">{{ row[0] }}<small>{{ row[1] }}</small></th>
{% for cell in row[2:] %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}
</tbody></table></div>""")


def finding(found: Weighed) -> str:
    """What the map gains inside and costs outside, in a sentence that is true also when it goes wrong."""
    plain, mapped = found.files
    if found.is_even:
        return say("importance.even", bytes=len(plain.data))
    before, after = found.sides
    gained, lost = (round(change, 2) for change in (after.inside - before.inside, before.outside - after.outside))
    verdict = "wrong" if not gained > 0 else "free" if not lost > 0 else "pays" if gained >= lost else "dear"
    said = say(
        "importance.finding", inside=gain(after.inside, before.inside), outside=gain(after.outside, before.outside),
        size=kilobytes(len(plain.data)), bytes=len(mapped.data), plain=len(plain.data),
        where=say(f"importance.where.{_kind(found)}"),
    )  # fmt: skip
    return said + say(f"importance.verdicts.{verdict}")


def _kind(found: Weighed) -> str:
    return "brushed" if found.wanted.brushed else "automatic"


def figures(found: Weighed) -> str:
    """PSNR inside, outside and of the whole, SSIMULACRA2 and bytes, of both files and their difference."""
    said, share = words("importance.rows"), found.wanted.inside.mean()
    small = said["share"].format(share), said["share"].format(1 - share), said["all"]
    rows = [
        (said[name], about, *_compared(psnr_text, "+.2f", *values))
        for name, about, values in zip(
            ("inside", "outside", "whole"), small, zip(*found.sides, strict=True), strict=True
        )
    ]
    rows.append((said["looks"], said["eyes"], *_compared(looks_text, "+.1f", *found.looks)))
    sizes = [len(coded.data) for coded in found.files]
    rows.append(
        (said["bytes"], "", *(f"{size:,}" for size in sizes), f"{sizes[1] / sizes[0] - 1:+.1%}".replace("-", "−"))
    )
    return fill(_TABLE, heads=list(words("importance.heads").values()), rows=rows)


def _compared(show: Callable[[float], str], shape: str, before: float, after: float) -> tuple[str, str, str]:
    """A figure without and with the map, and the difference; dashes where there is none."""
    if not math.isfinite(after - before):
        return (*("—" if math.isnan(value) else show(value) for value in (before, after)), "—")
    return show(before), show(after), format(after - before, shape).replace("-", "−")


@legible
def maps(found: Weighed) -> str:
    """The quality of each cell, and bits per pixel without and with it, on one scale."""
    plots, said = Plots(columns=3), words("importance.maps")
    low, high = found.qualities.min(), found.qualities.max()
    plots.map(found.qualities, said["quality"], max(high, low + 1), "viridis", low, said["unit"])
    limit = max(1e-3, float(np.percentile(np.maximum(*found.heat), 99.5)))
    for name, heat in zip(("before", "after"), found.heat, strict=True):
        plots.map(heat, said[name], limit, "magma", 0, say("kit.bits_per_pixel"))
    return plots.html()


def parts(photo: Photo, found: Weighed) -> str:
    """Enlarged: where the map gains most inside, and where it loses most outside."""
    if found.is_even:
        return ""
    shares = found.wanted.inside.mean(), 1 - found.wanted.inside.mean()
    rows = zip(("inside", "outside"), found.windows, found.parts, shares, strict=True)
    return "".join(_row(photo, found.files, side, window, psnr) for side, window, psnr, share in rows if share)


def _row(photo: Photo, files: tuple[Coded, Coded], side: str, window: Window, psnr: tuple[float, float]) -> str:
    said, names = words("importance.parts"), words("importance.heads")
    items = [Card(say("kit.original"), "", photo.pixels, said["same"])]
    for name, coded, value in zip((names["plain"], names["mapped"]), files, psnr, strict=True):
        items.append(Card(name, decibels(value), coded.pixels, said["whole"].format(file=byte_count(coded))))
    cut = [item._replace(part=item.pixels[window.rows, window.columns]) for item in items]
    return f"<h2 class='part'>{said[side]}</h2><div class='pixelated'>{cards(cut)}</div>"
