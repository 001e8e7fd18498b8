"""Arithmetic with z, drawn: the way between two draws, and what a region of z does."""

import html
import math

import numpy as np

from demo.kit.animate import STEP_MS
from demo.kit.cards import Card, cards
from demo.kit.finding import turn
from demo.kit.numbers import decibels, gain
from demo.kit.viewer import png_url
from demo.kit.words import say, words
from demo.photo import Photo
from demo.rescale.change import changed_card
from demo.rescale.tabs.arithmetic.compute import TIMES, Change, Interpolation, Step


def way(photo: Photo, found: Interpolation, seeds: tuple[int, int], tau: float) -> str:
    """The animation, lossless: one PNG with all steps below each other, of which style.css shows one at a time."""
    strip = np.concatenate([step.pixels for step in found.steps])
    height, width = found.steps[0].pixels.shape[:2]
    said = words("arithmetic.animation")
    place = said["place"].format(
        size=f"{width}×{height}", left=found.window.left, top=found.window.top, name=html.escape(photo.name), tau=tau
    )
    names = [f"t = {k}/{len(TIMES) - 1}" for k in range(len(TIMES))]
    names[0], names[-1] = (
        said["end"].format(end=end, seed=seed) for end, seed in zip(("t = 0", "t = 1"), seeds, strict=True)
    )
    steps = (*zip(names, found.steps, strict=True), (say("arithmetic.straight"), found.straight))
    rows = "".join(_row(name, step) for name, step in steps)
    style = f"--frames: {len(TIMES)}; --width: {width}; --height: {height}; --step: {STEP_MS}ms"
    return f"""<div class="way"><figure class="flip" style="{style}">
<div><img src="{png_url(strip)}" alt="{said["alt"].format(*seeds)}"></div>
<figcaption><span>{place}</span> <label><input type="checkbox"> {said["hold"]}</label></figcaption></figure>
<div class="measures narrow"><table><thead><tr><td></td><th scope="col">PSNR-Y</th>
<th scope="col">{say("arithmetic.distance")}</th></tr></thead><tbody>{rows}</tbody></table>
<p class="hint">{say("arithmetic.way")}</p></div></div>"""


def _row(name: str, step: Step) -> str:
    return (
        f"<tr><th scope='row'>{html.escape(name)}</th><td>{decibels(step.psnr_y)}</td><td>{step.distance:.2f}</td></tr>"
    )


def finding(found: Change, base: str, other: str) -> str:
    """What z does to the region, or to all of the picture where no pixel of the region counts."""
    before, after = found.psnr_y if math.isnan(found.inside[0]) else found.inside
    said = words("arithmetic.sources")
    values = {"before": decibels(before), "after": decibels(after), "base": said[base], "other": said[other]}
    return say(f"arithmetic.finding.{turn(before, after)}", **values)


def change_scores(found: Change) -> str:
    """PSNR-Y in the region and outside, before and after."""
    rows = "".join(
        f"<tr><th scope='row'>{name}</th><td>{_decibels(before)}</td><td>{_decibels(after)}</td>"
        f"<td>{'—' if math.isnan(before) else gain(after, before)}</td></tr>"
        for name, (before, after) in zip(words("arithmetic.sides"), (found.inside, found.outside), strict=True)
    )
    heads = "".join(f'<th scope="col">{head}</th>' for head in words("arithmetic.heads"))
    return f"""<div class="measures narrow"><table><thead><tr><td></td>{heads}</tr></thead>
<tbody>{rows}</tbody></table></div>"""


def change_cards(photo: Photo, found: Change, base: str, other: str) -> str:
    """The same part of the pictures before, after and of the original, and the map of the change."""
    said, seen = words("arithmetic"), found.seen
    pictures = (
        (
            said["picture_before"].format(said["sources"][base]),
            decibels(found.psnr_y[0]),
            found.before,
            said["before"][base],
        ),
        (
            said["picture_after"].format(said["sources"][other]),
            decibels(found.psnr_y[1]),
            found.after,
            said["after"][other],
        ),
        (say("kit.original"), "", photo.pixels, said["same_part"]),
    )
    items = [Card(*one, part=one[2][seen.rows, seen.columns]) for one in pictures]
    items.append(changed_card(found, said["changed"], said["places"]))
    return f"<div class='pixelated'>{cards(items)}</div>"


def _decibels(value: float) -> str:
    return "—" if math.isnan(value) else decibels(value)
