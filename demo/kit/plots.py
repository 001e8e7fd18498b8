"""Plots, by matplotlib without its global state. Readable on a light and on a dark page, and on a phone."""

import hashlib
import io
import textwrap
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import matplotlib
import numpy as np
from gradio.utils import get_upload_folder
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from demo.kit.html import fill, template
from demo.kit.served import write_once
from demo.kit.words import FIRST_LANGUAGE, say, speak, spoken

P, Drawn = ParamSpec("P"), TypeVar("Drawn")
INK = "#6e7887"
"""Text and axes: the same contrast on white and on near-black."""
OURS, ACTUAL, SIGNED = "#2f7fd8", "#e07b39", "RdBu_r"
STYLE = {"color": INK, "fontsize": 12.5}
CHINESE = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "Droid Sans Fallback", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "SimHei", "Arial Unicode MS",
)  # fmt: skip
"""Fonts that have the letters which matplotlib's own lacks; one of them is on most machines."""


def chinese_font() -> str | None:
    """The first of them that is at hand."""
    known = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in CHINESE if name in known), None)


def legible(draw: Callable[P, Drawn]) -> Callable[P, Drawn]:
    """The function that draws a figure, in words that a font at hand has the letters of, which English always is."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Drawn:
        language, font = spoken(), chinese_font()
        speak(language if font else FIRST_LANGUAGE)
        try:
            with matplotlib.rc_context({"font.family": ["DejaVu Sans", *([font] if font else [])]}):
                return draw(*args, **kwargs)
        finally:
            speak(language)

    return drawn


WIDTH, HEIGHT, DPI = 3.8, 3.4, 160.0
"""Inches and dots of one plot: shown 300 pixels wide, as on a phone, its smallest letters are 12 high."""
TALLEST = 6.0
LINE = 36
"""Letters in a line of a title; a Chinese one counts for two."""
HALF = 16
"""Letters of a name that leave room for another beside it, below a plot."""
_PLOTS = template("""<div class="plots" style="--columns: {{ columns }}">
{% for plot in plots %}<img src="{{ plot.address }}" alt="{{ plot.title }}">{% endfor %}</div>""")


class Plots:
    """Plots of one figure, each a picture of its own: as many stand side by side as the screen has room for."""

    def __init__(self, columns: int):
        """At most so many side by side."""
        self.columns, self.figures = columns, []

    def axes(self, title: str, height: float = HEIGHT) -> Axes:
        """Axes of a further plot, transparent."""
        figure = self._figure(title, height)
        axes = figure.add_subplot()
        axes.set_facecolor("none")
        axes.tick_params(colors=INK, labelsize=11)
        _inked(axes)
        return axes

    def map(
        self, values: np.ndarray, title: str, limit: float, colours: str, low: float, unit: str | None = None
    ) -> None:
        """An array as a picture in false colours from `low` to `limit`, with its bar."""
        height, width = values.shape
        axes = self.axes(title, min(max(0.8 * WIDTH * height / width, 0.9) + 0.5, TALLEST))
        _bar(axes.figure, _coloured(axes, values, limit, colours, low), axes, unit, fraction=0.046, pad=0.03)

    def maps(
        self, rows: Mapping[str, Mapping[str, np.ndarray]], title: str, limit: float, colours: str, low: float
    ) -> None:
        """Arrays of one shape in rows and columns, under the names of both, with one bar for all."""
        heads = list(next(iter(rows.values())))
        height, width = next(iter(rows.values()))[heads[0]].shape
        row = WIDTH / len(heads) * height / width + 0.35  # with its name
        figure = self._figure(title, min(len(rows) * row + 1.2, 2 * TALLEST))
        figure.set_dpi(2 * DPI)  # small pictures, and many
        places = figure.subplots(len(rows), len(heads), squeeze=False)
        for line, (name, arrays) in zip(places, rows.items(), strict=True):
            for axes, values in zip(line, arrays.values(), strict=True):
                image = _coloured(axes, values, limit, colours, low)
            line[len(heads) // 2].set_title(name, color=INK, fontsize=11)
        for axes, head in zip(places[-1], heads, strict=True):
            axes.set_xlabel(head, color=INK, fontsize=11)
        _bar(figure, image, places, None, orientation="horizontal", fraction=0.03, aspect=50)

    def _figure(self, title: str, height: float) -> Figure:
        """A further figure, transparent, under its title."""
        figure = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
        figure.patch.set_alpha(0)
        figure.suptitle(_wrapped(title), **STYLE)
        self.figures.append(figure)
        return figure

    @legible
    def files(self) -> dict[str, bytes]:
        """Each as a PNG and an SVG, by name."""
        return {
            f"figure-{number}.{kind}": _file(figure, kind)
            for number, figure in enumerate(self.figures, start=1) for kind in ("png", "svg")
        }  # fmt: skip

    @legible
    def html(self) -> str:
        """All of them; a title says what is seen, also where pictures cannot be."""
        plots = [{"address": _address(figure), "title": _title(figure)} for figure in self.figures]
        return fill(_PLOTS, plots=plots, columns=self.columns)


def _inked(axes: Axes) -> None:
    for spine in axes.spines.values():
        spine.set_color(INK)


def _coloured(axes: Axes, values: np.ndarray, limit: float, colours: str, low: float) -> AxesImage:
    """An array in false colours, without ticks."""
    axes.set_xticks([])
    axes.set_yticks([])
    _inked(axes)
    return axes.imshow(values, cmap=colours, vmin=low, vmax=limit, interpolation="nearest")


def _bar(figure: Figure, image: AxesImage, axes: object, unit: str | None, **place: object) -> None:
    """What the colours of an image stand for, in grey levels or another unit."""
    bar = figure.colorbar(image, ax=axes, **place)
    bar.ax.tick_params(colors=INK, labelsize=11)
    bar.outline.set_edgecolor(INK)
    bar.set_label(unit or say("kit.grey_levels"), color=INK, fontsize=11)


def _wrapped(title: str) -> str:
    """In lines; Chinese has no spaces at which to break, and ends them anywhere."""
    return textwrap.fill(title, LINE // _breadth(title))


def _breadth(text: str) -> int:
    """How many times wider than Latin letters those of a text are."""
    return 2 if any(letter > "\u2e7f" for letter in text) else 1


def _title(figure: Figure) -> str:
    return figure.get_suptitle().replace("\n", " ")


def _address(figure: Figure) -> str:
    """Where the page finds the figure as a PNG."""
    png = _file(figure, "png")
    path = Path(get_upload_folder()) / "plots" / f"{hashlib.sha256(png).hexdigest()}.png"
    return f"gradio_api/file={write_once(path, lambda stream: stream.write(png))}"


def _file(figure: Figure, kind: str) -> bytes:
    """The same figure gives the same bytes."""
    buffer = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "figure"}):
        figure.savefig(buffer, format=kind, dpi=figure.dpi, metadata={"Date": None} if kind == "svg" else None)
    return buffer.getvalue()


def map_of_bits(plots: Plots, heat: np.ndarray, total: str) -> None:
    """Bits per pixel."""
    limit = max(1e-3, float(np.percentile(heat, 99.5)))
    plots.map(heat, say("kit.sum", total=total), limit, "magma", 0, say("kit.bits_per_pixel"))


def describe(axes: Axes, x: str, y: str) -> None:
    """Names of the axes, and below the plot those of what is in it."""
    axes.set_xlabel(x, color=INK, fontsize=11)
    axes.set_ylabel(y, color=INK, fontsize=11)
    handles, labels = axes.get_legend_handles_labels()
    columns = 1 if any(len(label) * _breadth(label) > HALF for label in labels) else 2
    labels = [_wrapped(label) for label in labels]
    place = {"loc": "outside lower center", "ncols": columns}
    axes.figure.legend(handles, labels, frameon=False, labelcolor=INK, fontsize=11, **place)
