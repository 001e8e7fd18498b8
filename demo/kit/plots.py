"""Parts of plots, by matplotlib without its global state. Readable on a light and on a dark page."""

import io
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from PIL import Image

from demo.kit.words import FIRST_LANGUAGE, say, speak, spoken

P, Drawn = ParamSpec("P"), TypeVar("Drawn")
INK = "#7d8694"
"""Text and axes: the same contrast on white and on near-black."""
OURS, ACTUAL, SIGNED = "#2f7fd8", "#e07b39", "RdBu_r"
STYLE = {"color": INK, "fontsize": 13}
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


def add_axes(figure: Figure, where: SubplotSpec) -> Axes:
    """Axes in a place of the figure, transparent."""
    axes = figure.add_subplot(where)
    axes.set_facecolor("none")
    axes.tick_params(colors=INK, labelsize=11)
    for spine in axes.spines.values():
        spine.set_color(INK)
    return axes


def render(figure: Figure) -> Image.Image:
    """The figure as an RGBA picture."""
    figure.patch.set_alpha(0)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    return Image.open(buffer).convert("RGBA")


def add_map(
    figure: Figure, where: SubplotSpec, values: np.ndarray, title: str, limit: float, colours: str, low: float,
    unit: str | None = None,
) -> None:  # fmt: skip
    """An array as a picture in false colours from `low` to `limit`, with its bar."""
    axes = add_axes(figure, where)
    image = axes.imshow(values, cmap=colours, vmin=low, vmax=limit, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(title, **STYLE)
    bar = figure.colorbar(image, ax=axes, fraction=0.046, pad=0.03)
    bar.ax.tick_params(colors=INK, labelsize=11)
    bar.outline.set_edgecolor(INK)
    bar.set_label(unit or say("kit.grey_levels"), **STYLE)


def bits_map(heat: np.ndarray, total: str) -> tuple[Figure, Axes]:
    """A figure with bits per pixel as a map, and the axes beside it."""
    height, width = heat.shape
    limit = max(1e-3, float(np.percentile(heat, 99.5)))
    figure = Figure(figsize=(13, min(max(6.2 * height / width, 4.2), 8)), layout="constrained")
    grid = figure.add_gridspec(1, 2)
    add_map(figure, grid[0, 0], heat, say("kit.sum", total=total), limit, "magma", 0, say("kit.bits_per_pixel"))
    return figure, add_axes(figure, grid[0, 1])


def describe(axes: Axes, title: str, x: str, y: str) -> None:
    """Title, names of the axes, legend."""
    axes.set_title(title, **STYLE)
    axes.set_xlabel(x, **STYLE)
    axes.set_ylabel(y, **STYLE)
    axes.legend(frameon=False, labelcolor=INK, fontsize=11)
