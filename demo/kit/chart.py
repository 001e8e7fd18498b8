"""Charts as inline SVG: values on hover, without a script. Colours follow the page."""

import html
import math
from collections.abc import Sequence
from typing import NamedTuple

from demo.kit.words import say

WIDTH, HEIGHT = 1200, 600
LEFT, RIGHT, TOP, BOTTOM = 84, 214, 22, 70
"""Margins; the right one holds the names of the lines."""
NAME_GAP = 25
TICKS = tuple(mantissa * 10.0**exponent for exponent in range(-3, 4) for mantissa in (1, 2, 5))


class Axes(NamedTuple):
    """What is plotted over what."""

    x: str
    y: str
    log: bool = True  # x


def over_rate(quality: str = "PSNR-RGB (dB)") -> Axes:
    """A quality over the rate."""
    return Axes(say("kit.rate"), quality)


class Dot(NamedTuple):
    """A measured point, what to say of it under the pointer, and what a click on it chooses (see page.js)."""

    x: float
    y: float
    said: str = ""
    choice: str = ""


class Line(NamedTuple):
    """One curve; `kind` is a class of style.css: its colour and dashes. Without `measured`, only the line."""

    name: str
    kind: str
    dots: Sequence[Dot]
    measured: bool = True


class _Frame:
    """From x and y to places in the drawing."""

    def __init__(self, dots: list[Dot], axes: Axes):
        xs, ys = [dot.x for dot in dots], [dot.y for dot in dots if math.isfinite(dot.y)] or [30.0]
        self.log, room = axes.log, 0.06 * (max(xs) - min(xs)) or 1.0
        self.low, self.high = min(xs) - room, max(xs) + room
        if axes.log:
            self.low, self.high = min(xs) / 1.15, max(xs) * 1.15
        self.bottom, self.top = math.floor(min(ys)) - 1, math.ceil(max(ys)) + 1

    def x(self, value: float) -> float:
        low, high, value = (math.log(v) if self.log else v for v in (self.low, self.high, value))
        return round(LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT), 1)

    def ticks(self) -> list[float]:
        """Round values of x, at most a dozen of them on a linear axis."""
        if self.log:
            return [tick for tick in TICKS if self.low <= tick <= self.high]
        return round_values(self.low, self.high, 12)

    def y(self, value: float) -> float:
        value = self.top if math.isinf(value) else value
        share = (value - self.bottom) / (self.top - self.bottom)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def round_values(low: float, high: float, most: int) -> list[float]:
    """Values between two others, in steps of 1, 2 or 5 times a power of ten: at most so many steps."""
    least = (high - low) / most
    power = 10.0 ** math.floor(math.log10(least))
    step = next(power * k for k in (1, 2, 5, 10) if power * k >= least)
    return [step * k for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def chart(lines: Sequence[Line], here: Dot | None, description: str, axes: Axes | None = None) -> str:
    """The curves, and a ring and a line at a place of its own, with its words."""
    axes = axes or over_rate()
    measured = [dot for line in lines if line.measured for dot in line.dots]
    framed = measured or [dot for line in lines for dot in line.dots]
    if not framed:
        return ""
    frame = _Frame([*framed, here] if here else framed, axes)
    drawn = [line for line in lines if line.dots]
    curves = "".join(_curve(frame, line) for line in drawn)
    parts = curves + _names(frame, drawn) + _here(frame, here)
    return _drawing(frame, axes, parts, [line for line in drawn if line.measured], description)


def scatter(points: Sequence[Line], axes: Axes, description: str) -> str:
    """Lines of a single dot each, their names beside the dots."""
    if not points:
        return ""
    frame = _Frame([dot for point in points for dot in point.dots], axes)
    return _drawing(frame, axes, "".join(_name(frame, point) for point in points), points, description)


def _drawing(frame: _Frame, axes: Axes, parts: str, dotted: Sequence[Line], description: str) -> str:
    """The parts of a chart within its axes, and dots to point at above them."""
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    return f"""<div class="chart">
<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="group" aria-label="{html.escape(description)}">
<clipPath id="plot"><rect x="{LEFT}" y="{TOP}" width="{width}" height="{height}"/></clipPath>
{_axes(frame, axes)}{parts}
{f'<text class="idle" {_READOUT}>{say("kit.point")}</text>' if dotted else ""}
{"".join(_dots(frame, line) for line in dotted)}
</svg></div>"""


_READOUT = f'x="{WIDTH - RIGHT - 16}" y="{HEIGHT - BOTTOM - 18}" text-anchor="end"'
"""All values are read at one place: the lower right, where no curve goes."""


def _axes(frame: _Frame, axes: Axes) -> str:
    step = next(step for step in (2, 5, 10, 20, 50) if frame.top - frame.bottom <= 10 * step or step == 50)
    marks = []
    for tick in range(-(-frame.bottom // step) * step, frame.top + 1, step):
        y = frame.y(tick)
        marks.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
        marks.append(f'<text x="{LEFT - 12}" y="{y + 6}" text-anchor="end">{tick}</text>')
    for tick in frame.ticks():
        x = frame.x(tick)
        marks.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        marks.append(f'<text x="{x}" y="{HEIGHT - BOTTOM + 26}" text-anchor="middle">{tick:g}</text>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    return f"""{"".join(marks)}
<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{axes.x}</text>
<text transform="translate(26 {middle}) rotate(-90)" text-anchor="middle">{axes.y}</text>"""


def _places(frame: _Frame, line: Line) -> list[tuple[float, float]]:
    return [(frame.x(dot.x), frame.y(dot.y)) for dot in line.dots]


def _curve(frame: _Frame, line: Line) -> str:
    points = " ".join(f"{x},{y}" for x, y in _places(frame, line))
    return f'<polyline class="{line.kind}" clip-path="url(#plot)" points="{points}"/>'


def _dots(frame: _Frame, line: Line) -> str:
    marks = zip(line.dots, _places(frame, line), strict=True)
    return "".join(
        f'<g class="dot {line.kind}" tabindex="0" role="{"button" if dot.choice else "img"}" '
        f'data-choice="{html.escape(dot.choice)}" aria-label="{html.escape(dot.said)}">'
        f'<circle class="reach" cx="{x}" cy="{y}" r="17"/><circle cx="{x}" cy="{y}" r="6"/>'
        f"<text {_READOUT}>{html.escape(dot.said)}</text></g>"
        for dot, (x, y) in marks
    )


def _names(frame: _Frame, lines: Sequence[Line]) -> str:
    """Each line's name beside its end, pushed apart where they would overlap."""
    ends = sorted(((_end(frame, line), line) for line in lines), key=lambda end: end[0])
    places: list[float] = []
    for y, _ in ends:
        places.append(max(y, places[-1] + NAME_GAP) if places else y)
    excess = max(0.0, places[-1] - (HEIGHT - BOTTOM))
    return "".join(
        f'<text class="name {line.kind}" x="{WIDTH - RIGHT + 14}" y="{y - excess + 6:.1f}">'
        f"{html.escape(line.name)}</text>"
        for y, (_, line) in zip(places, ends, strict=True)
    )


def _name(frame: _Frame, point: Line) -> str:
    """The name of a single dot, beside it."""
    ((x, y),) = _places(frame, point)
    return f'<text class="name {point.kind}" x="{x + 16}" y="{y + 6}">{html.escape(point.name)}</text>'


def _end(frame: _Frame, line: Line) -> float:
    """The height at which a line leaves the plot."""
    inside = [dot for dot in line.dots if dot.x <= frame.high] or line.dots[:1]
    return max(frame.y(inside[-1].y), TOP)


def _here(frame: _Frame, here: Dot | None) -> str:
    if here is None:
        return ""
    x, y = frame.x(here.x), frame.y(here.y)
    anchor, shift = ("start", 12) if x < (LEFT + WIDTH - RIGHT) / 2 else ("end", -12)
    return f"""<g class="here" data-bpp="{here.x:.6f}" data-quality="{here.y:.4f}">
<line x1="{x}" x2="{x}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/><circle cx="{x}" cy="{y}" r="12"/>
<text x="{x + shift}" y="{TOP + 22}" text-anchor="{anchor}">{html.escape(here.said)}</text></g>"""
