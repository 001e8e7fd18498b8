"""z and ε beside N(0, 1): densities, Q–Q plots, and tables whose cells say what was before and is after."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes

from demo.kit.html import fill, template
from demo.kit.plots import ACTUAL, INK, OURS, Plots, describe, legible
from demo.kit.words import say, words
from demo.rescale.draw import value_name
from demo.rescale.tabs.gaussian.compute import HERE, Case, Found, Row, Stage

HEADS = ("mean", "deviation", "kurtosis", "worst", "along_x", "along_y", "with_y")
BAND_HEADS = ("deviation", "kurtosis", "along_x", "along_y")
NOISE = (0, 1, 3, 3, 0, 0, 0)
"""What N(0, I) has in the columns of HEADS."""

CASE_COLOURS = (OURS, ACTUAL, "#cc79a7")
"""This picture and the two beside it are told apart by colour-blind eyes too, on white and on near-black."""
_MARKERS = "os^"

_TABLE = template("""
<div class="scores" tabindex="0"><table><thead><tr><th scope="col">z → ε</th>
{% for head in heads %}<th scope="col">{{ head }}</th>{% endfor %}
</tr></thead><tbody>
{% for name, colour, cells in rows %}
<tr><th scope="row">{% if colour %}<span class="swatch" style="--line: {{ colour }}"></span>{% endif %}{{ name }}</th>
{% for cell in cells %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody>{% if noise %}<tfoot><tr><th scope="row">N(0, I)</th>
{% for value in noise %}<td>{{ value }}</td>{% endfor %}</tr></tfoot>{% endif %}</table></div>""")
_TABLES = template("""
{{ pictures }}<p class="hint">{{ figures }}</p>
<details class="origins"><summary>{{ by_band }}</summary>{{ bands }}<p class="hint">{{ shared }}</p></details>""")


def finding(here: Row) -> str:
    """Does the normaliser bring what this picture loses nearer to a Gaussian?"""
    before, after = here.before.kurtosis, here.after.kurtosis
    deviation = number(here.after.deviation)
    if math.isnan(before) or math.isnan(after):
        return say("gaussian.finding.constant", before=number(here.before.deviation), deviation=deviation)
    form = "nearer" if abs(after - 3) < abs(before - 3) else "farther"
    return say(f"gaussian.finding.{form}", before=number(before), after=number(after), deviation=deviation)


def tables(found: Found) -> str:
    """A row for each picture, and folded away a row for each band of the first."""
    said = {name: say(f"gaussian.{name}") for name in ("figures", "by_band", "shared")}
    pictures = _table(HEADS, found.pictures, CASE_COLOURS, NOISE)
    return fill(_TABLES, pictures=pictures, bands=_table(BAND_HEADS, found.bands), **said)


def _table(heads: Sequence[str], rows: Sequence[Row], colours: Sequence[str] = (), noise: Sequence[int] = ()) -> Markup:
    colours, said = colours or [""] * len(rows), words("gaussian.heads")
    shown = [
        (case_name(row.name), colour, _cells(row.before, row.after)) for row, colour in zip(rows, colours, strict=True)
    ]
    return fill(_TABLE, heads=[Markup(said[head]) for head in heads], rows=shown, noise=noise)


def case_name(name: str) -> str:
    """The picture at hand, a level and band, or another picture by its name."""
    if name == HERE:
        return say("gaussian.here")
    return value_name(name) if name[0].isdecimal() else name


def _cells(before: Iterable[float], after: Iterable[float]) -> list[str]:
    return [f"{number(a)} → {number(b)}" for a, b in zip(before, after, strict=True)]


def number(value: float) -> str:
    """Three digits, at most four after the point; a dash where there is none."""
    if math.isnan(value):
        return "—"
    places = min(max(2 - math.floor(math.log10(abs(value) or 1e-9)), 0), 4)
    return f"{round(value, places) + 0.0:,.{places}f}".replace("-", "−")


@legible
def normality_figure(found: dict[str, Case]) -> str:
    """z above and ε below, of all pictures over each other: densities, and quantiles against those of N(0, 1)."""
    plots = Plots(columns=2)
    for stage, symbol in words("gaussian.stages").items():
        drawn = {name: getattr(case, stage) for name, case in found.items()}
        for words_of, plot in (("density", _densities), ("quantiles", _quantiles)):
            title, x, y = words(f"gaussian.{words_of}")
            axes = plots.axes(title.format(symbol))
            plot(axes, drawn)
            describe(axes, x, y)
    return plots.html()


def _reach(drawn: dict[str, Stage]) -> float:
    """How far the axes go, either side of 0: to the largest value, but with one picture far ahead, past the others."""
    *_, second, largest = sorted(float(np.abs(stage.quantiles[1]).max()) for stage in drawn.values())
    return 1.05 * min(largest, 4 * second)


def _densities(axes: Axes, drawn: dict[str, Stage]) -> None:
    for (name, stage), colour, marker in zip(drawn.items(), CASE_COLOURS, _MARKERS, strict=True):
        places, density = stage.histogram
        shown = np.where(density > 0, density, np.nan)  # no line across empty bins
        axes.plot(places, shown, f"{marker}-", color=colour, markersize=3, label=case_name(name))
    reach, (low, high) = _reach(drawn), axes.dataLim.intervaly
    x = np.linspace(-reach, reach, 401)
    axes.plot(x, np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi), color=INK, linestyle="--", label="N(0, 1)")
    axes.set(xlim=(-reach, reach), yscale="log", ylim=(low / 2, 3 * max(high, 0.4)))


def _quantiles(axes: Axes, drawn: dict[str, Stage]) -> None:
    for (name, stage), colour, marker in zip(drawn.items(), CASE_COLOURS, _MARKERS, strict=True):
        axes.plot(*stage.quantiles, marker, color=colour, markersize=4, label=case_name(name))
    axes.axline((0, 0), slope=1, color=INK, linestyle="--", label="N(0, 1)")
    reach = _reach(drawn)
    axes.set_ylim(-reach, reach)
