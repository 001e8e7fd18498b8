"""Charts as inline SVG: values on hover, without a script. Colours follow the page.

Each is drawn twice, and style.css shows the one that fits the screen: a phone's has its names below.
"""

import html
import math
from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import NamedTuple

from demo.kit.words import say

TICKS = tuple(mantissa * 10.0**exponent for exponent in range(-3, 4) for mantissa in (1, 2, 5))


class Axes(NamedTuple):
    """What is plotted over what."""

    x: str
    y: str
    log: bool = True  # x


def over_rate(quality: str = "PSNR-RGB (dB)") -> Axes:
    """A quality over the rate."""
    return Axes(say("kit.rate"), quality)


class Shape(NamedTuple):
    """The size of a drawing, its margins, the height of a line of letters, and a dot's radius, to see and to hit."""

    name: str
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    letters: int
    radius: int
    reach: int

    @property
    def is_wide(self) -> bool:
        """Whether names stand beside what they name, not below."""
        return self.name == "wide"

    @property
    def end(self) -> int:
        """Where the plot ends at the right."""
        return self.width - self.right

    @property
    def floor(self) -> int:
        """Where it ends below."""
        return self.height - self.bottom


WIDE = Shape("wide", 1200, 600, left=84, right=214, top=22, bottom=70, letters=25, radius=6, reach=17)
NARROW = Shape("narrow", 320, 320, left=36, right=6, top=42, bottom=46, letters=18, radius=4, reach=12)
LETTER = 0.55
"""The mean width of a letter, as a share of the height of a line."""
BREADTH, HALF = 40, 17
"""Letters in a line of a narrow chart, and in a name that leaves room for another beside it."""


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

    def __init__(self, dots: list[Dot], axes: Axes, shape: Shape):
        self.shape = shape
        xs, ys = [dot.x for dot in dots], [dot.y for dot in dots if math.isfinite(dot.y)] or [30.0]
        self.log, room = axes.log, 0.06 * (max(xs) - min(xs)) or 1.0
        self.low, self.high = min(xs) - room, max(xs) + room
        if axes.log:
            self.low, self.high = min(xs) / 1.15, max(xs) * 1.15
        self.bottom, self.top = math.floor(min(ys)) - 1, math.ceil(max(ys)) + 1

    def x(self, value: float) -> float:
        low, high, value = (math.log(v) if self.log else v for v in (self.low, self.high, value))
        return round(self.shape.left + (value - low) / (high - low) * (self.shape.end - self.shape.left), 1)

    def ticks(self) -> list[float]:
        """Round values of x, with room for their letters on a linear axis."""
        if self.log:
            return [tick for tick in TICKS if self.low <= tick <= self.high]
        return round_values(self.low, self.high, 12 if self.shape.is_wide else 7)

    def y(self, value: float) -> float:
        value = self.top if math.isinf(value) else value
        share = (value - self.bottom) / (self.top - self.bottom)
        return round(self.shape.floor - share * (self.shape.floor - self.shape.top), 1)


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
    drawn = [line for line in lines if line.dots]

    def drawing(shape: Shape) -> str:
        shape = _with_room(shape, [line.name for line in drawn])
        frame = _Frame([*framed, here] if here else framed, axes, shape)
        parts = "".join(_curve(frame, line) for line in drawn) + _here(frame, here)
        if shape.is_wide:
            parts += _names(frame, drawn)
        else:
            parts += "".join(_name(frame, line, str(k)) for k, line in enumerate(drawn, start=1) if len(line.dots) == 1)
        keys = [_sample(line, str(k)) for k, line in enumerate(drawn, start=1)]
        return _drawing(frame, axes, parts, [line for line in drawn if line.measured], description, drawn, keys)

    return _both(drawing)


def scatter(points: Sequence[Line], axes: Axes, description: str) -> str:
    """Lines of a single dot each, their names beside the dots, or numbers that stand for them."""
    if not points:
        return ""

    def drawing(shape: Shape) -> str:
        frame = _Frame([dot for point in points for dot in point.dots], axes, shape)
        names = [point.name if shape.is_wide else str(number) for number, point in enumerate(points, start=1)]
        parts = _names_beside(frame, points, names)
        keys = [_sample(point, name) for name, point in zip(names, points, strict=True)]
        return _drawing(frame, axes, parts, points, description, points, keys)

    return _both(drawing)


def _with_room(shape: Shape, names: Sequence[str]) -> Shape:
    """The shape, with a margin at the right that holds the longest of the names, if they stand there."""
    longest = max(map(len, names), default=0)
    return (
        shape._replace(right=max(shape.right, round(LETTER * shape.letters * longest) + 20)) if shape.is_wide else shape
    )


def _both(drawing: Callable[[Shape], str]) -> str:
    return f'<div class="chart">{drawing(WIDE)}{drawing(NARROW)}</div>'


def _drawing(
    frame: _Frame, axes: Axes, parts: str, dotted: Sequence[Line], description: str, named: Sequence[Line],
    keys: Sequence[str],
) -> str:  # fmt: skip
    """The parts of a chart within its axes, dots to point at above them, and below a narrow one its names."""
    shape = frame.shape
    plot = f'x="{shape.left}" y="{shape.top}" width="{shape.end - shape.left}" height="{shape.floor - shape.top}"'
    titles = [axes.x] if shape.is_wide else wrap(axes.x, BREADTH)
    top = shape.height + (len(titles) - 1) * shape.letters
    below, rows = ("", 0) if shape.is_wide else _legend(shape, top, named, keys)
    return f"""<svg class="{shape.name}" viewBox="0 0 {shape.width} {top + rows * shape.letters}" role="group"
 aria-label="{html.escape(description)}"><clipPath id="plot-{shape.name}"><rect {plot}/></clipPath>
{_axes(frame, axes.y, titles)}{parts}
{f'<text class="idle" {_readout(shape)}>{say("kit.point")}</text>' if dotted else ""}
{"".join(_dots(frame, line) for line in dotted)}{below}
</svg>"""


def _readout(shape: Shape) -> str:
    """All values are read at one place: the lower right, where no curve goes, or above a narrow plot."""
    x, y = (shape.end - 16, shape.floor - 18) if shape.is_wide else (shape.end, shape.top - 8)
    return f'x="{x}" y="{y}" text-anchor="end"'


def _legend(shape: Shape, top: int, named: Sequence[Line], keys: Sequence[str]) -> tuple[str, int]:
    """What the lines or numbers of a narrow plot stand for, and how many rows that takes."""
    columns = 2 if all(len(line.name) <= HALF for line in named) else 1
    parts = []
    for place, (line, key) in enumerate(zip(named, keys, strict=True)):
        x = place % columns * shape.width // 2
        y = top + (place // columns) * shape.letters + shape.letters // 2
        name = f'<text class="key" x="30">{html.escape(line.name)}</text>'
        parts.append(f'<g transform="translate({x} {y})">{key}{name}</g>')
    return "".join(parts), -(-len(named) // columns)


def _sample(line: Line, number: str) -> str:
    """A piece of a line, or the number of a single dot, for the names below."""
    if len(line.dots) == 1:
        return f'<text class="name {line.kind}">{number}</text>'
    return f'<polyline class="{line.kind}" points="0,-4 24,-4"/>'


def _axes(frame: _Frame, y_title: str, x_titles: Sequence[str]) -> str:
    shape = frame.shape
    step = next(step for step in (2, 5, 10, 20, 50) if frame.top - frame.bottom <= 10 * step or step == 50)
    marks, lower, gap = [], shape.letters // 4, shape.letters // 2
    for tick in range(-(-frame.bottom // step) * step, frame.top + 1, step):
        y = frame.y(tick)
        marks.append(f'<line class="grid" x1="{shape.left}" x2="{shape.end}" y1="{y}" y2="{y}"/>')
        marks.append(f'<text x="{shape.left - gap}" y="{y + lower}" text-anchor="end">{tick}</text>')
    for tick in frame.ticks():
        x = frame.x(tick)
        marks.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{shape.top}" y2="{shape.floor}"/>')
        marks.append(f'<text x="{x}" y="{shape.floor + shape.letters}" text-anchor="middle">{tick:g}</text>')
    middle = (shape.top + shape.floor) / 2
    upright = f'transform="translate(26 {middle}) rotate(-90)" text-anchor="middle"'
    for row, title in enumerate(x_titles):
        place = f'x="{(shape.left + shape.end) / 2}" y="{shape.height - 8 + row * shape.letters}"'
        marks.append(f'<text {place} text-anchor="middle">{title}</text>')
    return f"""{"".join(marks)}
<text {upright if shape.is_wide else 'x="0" y="13"'}>{y_title}</text>"""


def _places(frame: _Frame, line: Line) -> list[tuple[float, float]]:
    return [(frame.x(dot.x), frame.y(dot.y)) for dot in line.dots]


def _curve(frame: _Frame, line: Line) -> str:
    points = " ".join(f"{x},{y}" for x, y in _places(frame, line))
    return f'<polyline class="{line.kind}" clip-path="url(#plot-{frame.shape.name})" points="{points}"/>'


def _dots(frame: _Frame, line: Line) -> str:
    marks, shape = zip(line.dots, _places(frame, line), strict=True), frame.shape
    return "".join(
        f'<g class="dot {line.kind}" tabindex="0" role="{"button" if dot.choice else "img"}" '
        f'data-choice="{html.escape(dot.choice)}" aria-label="{html.escape(dot.said)}">'
        f'<circle class="reach" cx="{x}" cy="{y}" r="{shape.reach}"/><circle cx="{x}" cy="{y}" r="{shape.radius}"/>'
        f"<text {_readout(shape)}>{html.escape(dot.said)}</text></g>"
        for dot, (x, y) in marks
    )


def _names(frame: _Frame, lines: Sequence[Line]) -> str:
    """Each line's name beside its end, pushed apart where they would overlap."""
    shape, places = frame.shape, []
    ends = sorted(((_end(frame, line), line) for line in lines), key=lambda end: end[0])
    for y, _ in ends:
        places.append(max(y, places[-1] + shape.letters) if places else y)
    excess = max(0.0, places[-1] - shape.floor)
    return "".join(
        f'<text class="name {line.kind}" x="{shape.end + 14}" y="{y - excess + 6:.1f}">{html.escape(line.name)}</text>'
        for y, (_, line) in zip(places, ends, strict=True)
    )


def _names_beside(frame: _Frame, points: Sequence[Line], names: Sequence[str]) -> str:
    """The names of single dots, from above to below; one that would lie on another goes below it."""
    places = [_places(frame, point)[0] for point in points]
    taken: list[tuple[float, float, float]] = []
    parts = []
    for (x, y), point, name in sorted(zip(places, points, names, strict=True), key=lambda named: named[0][1]):
        width, height = LETTER * frame.shape.letters * len(name), 0.9 * frame.shape.letters
        for left, right, top in taken:
            if x < right and left < x + width and y < top + height:
                y = top + height
        taken.append((x, x + width, y))
        parts.append(_name_at(frame.shape, x, y, point, name))
    return "".join(parts)


def _name(frame: _Frame, point: Line, name: str) -> str:
    """The name of a single dot, beside it."""
    ((x, y),) = _places(frame, point)
    return _name_at(frame.shape, x, y, point, name)


def _name_at(shape: Shape, x: float, y: float, point: Line, name: str) -> str:
    beside = f'x="{x + shape.radius + 10}" y="{y + 6:.1f}"' if shape.is_wide else f'x="{x + 6}" y="{y - 4:.1f}"'
    return f'<text class="name {point.kind}" {beside}>{html.escape(name)}</text>'


def _end(frame: _Frame, line: Line) -> float:
    """The height at which a line leaves the plot."""
    inside = [dot for dot in line.dots if dot.x <= frame.high] or line.dots[:1]
    return max(frame.y(inside[-1].y), frame.shape.top)


def _here(frame: _Frame, here: Dot | None) -> str:
    if here is None:
        return ""
    x, y, shape = frame.x(here.x), frame.y(here.y), frame.shape
    anchor, shift = ("start", shape.letters / 2) if x < (shape.left + shape.end) / 2 else ("end", -shape.letters / 2)
    words = f'<text x="{x + shift}" y="{shape.top + 22}" text-anchor="{anchor}">{html.escape(here.said)}</text>'
    return f"""<g class="here" data-bpp="{here.x:.6f}" data-quality="{here.y:.4f}">
<line x1="{x}" x2="{x}" y1="{shape.top}" y2="{shape.floor}"/><circle cx="{x}" cy="{y}" r="{2 * shape.radius}"/>
{words if shape.is_wide else ""}</g>"""
