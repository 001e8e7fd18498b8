"""Small graphs as inline SVG with linear axes: bars, lines, marks. Colours follow the page (`web/graph.css`)."""

import html
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from markupsafe import Markup

from demo.kit.chart import round_values

LEFT, RIGHT, TOP, BOTTOM = 62, 14, 30, 58
Points = Iterable[tuple[float, float]]
Range = tuple[float, float]


class Graph:
    """A graph of y over x, to which parts are added; `kind` is a class of graph.css.

    Where x has `named` places, these stand in place of all numbers.
    """

    def __init__(
        self, x: Range, y: Range, names: tuple[str, str], title: str, size: tuple[int, int] = (560, 330),
        named: Sequence[tuple[float, str]] = (),
    ):  # fmt: skip
        self.x, self.y, self.names, self.title, self.size, self.named = x, y, names, title, size, named
        self.parts: list[str] = []

    def at(self, x: float, y: float) -> tuple[float, float]:
        """The place of a point in the drawing; what lies far outside is moved nearer."""
        (width, height), (low, high), (bottom, top) = self.size, self.x, self.y
        shares = (x - low) / (high - low), (y - bottom) / (top - bottom)
        across, up = (min(max(share, -50.0), 50.0) for share in shares)
        left, floor = LEFT + across * (width - LEFT - RIGHT), height - BOTTOM - up * (height - TOP - BOTTOM)
        return round(left, 1), round(floor, 1)

    def bars(self, heights: Points, width: float, kind: str, strong: float | None = None) -> None:
        """Bars about x, in units of x so wide; that at `strong` stands out."""
        for x, height in heights:
            (left, top), (right, floor) = self.at(x - width / 2, height), self.at(x + width / 2, 0)
            shown = f"{kind} strong" if x == strong else kind
            size = f'width="{right - left:.1f}" height="{max(floor - top, 0):.1f}"'
            self.parts.append(f'<rect class="{shown}" x="{left}" y="{top}" {size}/>')

    def line(self, points: Points, kind: str) -> None:
        """Points, joined."""
        places = " ".join(f"{x:g},{y:g}" for x, y in (self.at(*point) for point in points))
        self.parts.append(f'<polyline class="{kind}" points="{places}"/>')

    def dots(self, points: Points, kind: str) -> None:
        """Points, each a dot."""
        self.parts += [f'<circle class="{kind}" cx="{x}" cy="{y}" r="6"/>' for x, y in (self.at(*p) for p in points)]

    def say(self, x: float, y: float, text: str, anchor: str = "start", kind: str = "") -> None:
        """Words at a point."""
        across, up = self.at(x, y)
        place = f'x="{across}" y="{up}" text-anchor="{anchor}"'
        self.parts.append(f'<text class="{kind}" {place}>{html.escape(text)}</text>')

    @contextmanager
    def frame(self, number: int, seen: bool) -> Iterator[None]:
        """What is added meanwhile is there at one place of a slider only: see `frames`."""
        before, self.parts = self.parts, []
        yield
        before.append(f'<g data-frame="{number}"{"" if seen else " hidden"}>{"".join(self.parts)}</g>')
        self.parts = before

    def svg(self, description: str) -> Markup:
        """The graph."""
        (width, height), middle = self.size, (LEFT + self.size[0] - RIGHT) / 2
        name_x, name_y = map(html.escape, self.names)
        said = html.escape(description)
        return Markup(f"""<svg class="graph" viewBox="0 0 {width} {height}" role="img" aria-label="{said}">
{self._grid()}<svg x="{LEFT}" y="{TOP}" width="{width - LEFT - RIGHT}" height="{height - TOP - BOTTOM}"
 viewBox="{LEFT} {TOP} {width - LEFT - RIGHT} {height - TOP - BOTTOM}">{"".join(self.parts)}</svg>
<text class="title" x="{middle}" y="19" text-anchor="middle">{html.escape(self.title)}</text>
<text x="{middle}" y="{height - 8}" text-anchor="middle">{name_x}</text>
<text transform="translate(15 {(TOP + height - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">{name_y}</text></svg>""")

    def _grid(self) -> str:
        marks = []
        for value, name in self.named or [(value, _number(value)) for value in round_values(*self.x, 9)]:
            x, y = self.at(value, self.y[0])
            marks.append(f'<text x="{x}" y="{y + 21}" text-anchor="middle">{html.escape(name)}</text>')
        for value in [] if self.named else round_values(*self.y, 5):
            x, y = self.at(self.x[0], value)
            marks.append(f'<line class="grid" x1="{x}" x2="{self.size[0] - RIGHT}" y1="{y}" y2="{y}"/>')
            marks.append(f'<text x="{x - 8}" y="{y + 5}" text-anchor="end">{_number(value)}</text>')
        return "".join(marks)


def _number(value: float) -> str:
    return f"{value:.6g}".replace("-", "−") if abs(value) > 1e-9 else "0"
