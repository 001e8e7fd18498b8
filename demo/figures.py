"""Plots as PNG arrays, by matplotlib without its global state. Readable on a light and on a dark page."""

import io

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from PIL import Image

from demo.analysis import BANDS, HighFrequencies, Variability
from demo.bits import PARTS, Account
from demo.normality import Case, Stage
from demo.panels import kilobytes
from irn_core.measure.information import Information
from irn_core.measure.spread import INTERVALS, deciles, sparsification

INK = "#7d8694"
"""Text and axes: the same contrast on white and on near-black."""
OURS, ACTUAL, SIGNED = "#2f7fd8", "#e07b39", "RdBu_r"
_STYLE = {"color": INK, "fontsize": 13}


def _axes(figure: Figure, where: SubplotSpec) -> Axes:
    axes = figure.add_subplot(where)
    axes.set_facecolor("none")
    axes.tick_params(colors=INK, labelsize=11)
    for spine in axes.spines.values():
        spine.set_color(INK)
    return axes


def _render(figure: Figure) -> Image.Image:
    figure.patch.set_alpha(0)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    return Image.open(buffer).convert("RGBA")


def _map(
    figure: Figure, where: SubplotSpec, values: np.ndarray, title: str, limit: float, colours: str, low: float,
    unit: str = "grey levels",
) -> None:  # fmt: skip
    axes = _axes(figure, where)
    image = axes.imshow(values, cmap=colours, vmin=low, vmax=limit, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(title, **_STYLE)
    bar = figure.colorbar(image, ax=axes, fraction=0.046, pad=0.03)
    bar.ax.tick_params(colors=INK, labelsize=11)
    bar.outline.set_edgecolor(INK)
    bar.set_label(unit, **_STYLE)


def variability_figure(found: Variability, tau: float) -> Image.Image:
    """Spread and actual error on one colour scale, spread against error, PSNR of each draw."""
    limit = max(1.0, float(np.percentile(np.maximum(found.spread, found.error), 99.5)))
    gain = 255 / limit
    figure = Figure(figsize=(13, 12.6), layout="constrained")
    grid = figure.add_gridspec(3, 2)
    count = len(found.draws)
    spread_title = f"Standard deviation of {count} draws, gain ×{gain:.0f}"
    if count == 1:
        spread_title = f"Distance of the draw from τ = 0, gain ×{gain:.0f}"
    _map(figure, grid[0, 0], found.spread, spread_title, limit, "magma", 0)
    _map(figure, grid[0, 1], found.error, f"Actual error at τ = 0, gain ×{gain:.0f}", limit, "magma", 0)
    _deciles(_axes(figure, grid[1, 0]), found)
    _sparsification(_axes(figure, grid[1, 1]), found)
    _coverage(_axes(figure, grid[2, 0]), found)
    _draws(_axes(figure, grid[2, 1]), found, tau)
    return _render(figure)


def _deciles(axes: Axes, found: Variability) -> None:
    spread, error = deciles(found.error, *(found.halves or [found.spread]))
    top = max(float(spread.max()), float(error.max()), 1e-3) * 1.05
    axes.plot([0, top], [0, top], color=INK, linestyle="--", label="error = spread: calibrated at τ = 1")
    axes.plot(spread, error, "o-", color=OURS, label="pixels in ten groups by spread")
    axes.set(xlim=(0, top), ylim=(0, top))
    axes.set_xlabel("predicted spread (RMS, grey levels)", **_STYLE)
    axes.set_ylabel("actual error (RMS)", **_STYLE)
    title = f"RMS error ÷ RMS spread = {found.ratio:.2f}"
    axes.set_title(title if np.isfinite(found.ratio) else "No spread: every draw is the same", **_STYLE)
    axes.legend(frameon=False, labelcolor=INK, fontsize=11)


def _sparsification(axes: Axes, found: Variability) -> None:
    shares, ours, oracle = sparsification(found.error, found.spread)
    axes.plot(100 * shares, ours, color=OURS, label="the widest spread taken out first")
    axes.plot(
        100 * shares, oracle, color=INK, linestyle="--", label="the largest error taken out first: no order is better"
    )
    axes.set_ylim(bottom=0)
    axes.set_xlabel("pixels taken out (%)", **_STYLE)
    axes.set_ylabel("error of the rest (RMS)", **_STYLE)
    axes.set_title("Does the spread know where the error is?", **_STYLE)
    axes.legend(frameon=False, labelcolor=INK, fontsize=11)


def _coverage(axes: Axes, found: Variability) -> None:
    names = [f"{level:.0%} interval" for level in INTERVALS]
    for place, (level, share) in enumerate(zip(INTERVALS, found.coverage, strict=False)):
        axes.bar(place, 100 * share, 0.5, color=OURS)
        above = 100 * max(share, level) + 1  # of bar and line
        axes.text(place, above, f"{share:.1%}", color=INK, fontsize=13, ha="center", va="bottom")
        axes.plot([place - 0.38, place + 0.38], [100 * level] * 2, color=ACTUAL, linestyle="--")
    axes.set(xlim=(-0.6, len(names) - 0.4), ylim=(0, 112))
    axes.set_xticks(range(len(names)), names, **_STYLE)
    axes.set_ylabel("errors inside (%)", **_STYLE)
    title = "Coverage; dashed: what it should be at τ = 1"
    axes.set_title(title if found.coverage else "Coverage: needs at least two draws", **_STYLE)


def _draws(axes: Axes, found: Variability, tau: float) -> None:
    numbers = np.arange(1, len(found.psnr) + 1)
    axes.bar(numbers, found.psnr, color=OURS, width=0.7, label=f"draws, τ = {tau:g}")
    axes.axhline(found.psnr_tau_0, color=ACTUAL, label=f"τ = 0: {found.psnr_tau_0:.2f} dB")
    finite = [v for v in (*found.psnr, found.psnr_tau_0) if np.isfinite(v)] or [0.0]
    room = max(1.5, 0.3 * (max(finite) - min(finite)))  # for the legend
    axes.set_ylim(min(finite) - 1.5, max(finite) + room)
    axes.set_xticks(numbers)
    axes.set_xlabel("draw", **_STYLE)
    axes.set_ylabel(f"{found.measure} (dB)", **_STYLE)
    axes.set_title(f"PSNR of each draw: mean {np.mean(found.psnr):.2f} dB", **_STYLE)
    axes.legend(frameon=False, labelcolor=INK, fontsize=11, loc="upper right")


def bands_figure(found: HighFrequencies) -> Image.Image:
    """Three bands × (original, reconstruction, difference) in signed colours, and the energy of each."""
    values = np.concatenate([np.abs(found.original[band]).ravel() for band in BANDS])
    limit = max(1.0, float(np.percentile(values, 99)))
    difference = {band: found.reconstruction[band] - found.original[band] for band in BANDS}
    height, width = found.original[BANDS[0]].shape
    row = min(max(3.5 * height / width, 1.3), 8)  # inches: about the shape of the picture
    figure = Figure(figsize=(13, 3 * (row + 0.5) + 3.4), layout="constrained")
    grid = figure.add_gridspec(4, 3, height_ratios=(row, row, row, 3))
    rows = (("original", found.original), ("reconstruction", found.reconstruction), ("difference", difference))
    for row, (name, bands) in enumerate(rows):
        for column, band in enumerate(BANDS):
            _map(figure, grid[row, column], bands[band], f"{band}, {name}", limit, SIGNED, -limit)
    _energies(_axes(figure, grid[3, :]), found, difference)
    return _render(figure)


def _energies(axes: Axes, found: HighFrequencies, difference: dict[str, np.ndarray]) -> None:
    series = (
        ("original", found.energy(found.original), INK),
        ("reconstruction", found.energy(found.reconstruction), OURS),
        ("difference", found.energy(difference), ACTUAL),
    )
    places = np.arange(len(BANDS))
    for i, (name, energies, colour) in enumerate(series):
        bars = axes.bar(places + 0.27 * (i - 1), energies, 0.25, color=colour, label=name)
        axes.bar_label(bars, [f"{e:.1f}" for e in energies], color=INK, fontsize=11, padding=2)
    axes.margins(y=0.18)
    axes.set_ylim(bottom=0)
    axes.set_xticks(places, BANDS, **_STYLE)
    axes.set_ylabel("energy (grey levels²)", **_STYLE)
    axes.legend(frameon=False, labelcolor=INK, fontsize=11)


def _bits_map(heat: np.ndarray, total: str) -> tuple[Figure, Axes]:
    """A figure with bits per pixel as a map, and the axes beside it."""
    height, width = heat.shape
    limit = max(1e-3, float(np.percentile(heat, 99.5)))
    figure = Figure(figsize=(13, min(max(6.2 * height / width, 4.2), 8)), layout="constrained")
    grid = figure.add_gridspec(1, 2)
    _map(figure, grid[0, 0], heat, f"Sum over all pixels: {total}", limit, "magma", 0, "bits per pixel")
    return figure, _axes(figure, grid[0, 1])


def lost_figure(found: Information) -> Image.Image:
    """Lost bits per pixel as a map, and the bytes of each level and band as bars."""
    figure, axes = _bits_map(found.heat(), kilobytes(found.total / 8))
    bars = axes.barh(list(found.bits), [bits.sum() / 8 for bits in found.bits.values()], color=OURS)
    axes.bar_label(bars, [kilobytes(bar.get_width()) for bar in bars], color=INK, fontsize=12, padding=4)
    axes.invert_yaxis()
    axes.margins(x=0.2)
    axes.tick_params(axis="y", labelsize=13)
    axes.set_xlabel("bytes", **_STYLE)
    axes.set_title("by level (1 is the finest) and band", **_STYLE)
    return _render(figure)


CASE_COLOURS = (OURS, ACTUAL, "#cc79a7")
"""Of this picture and the two beside it: apart for colour-blind eyes too, on white and on near-black."""
_MARKERS = "os^"


def normality_figure(found: dict[str, Case]) -> Image.Image:
    """z above and ε below, of all pictures over each other: densities, and quantiles against those of N(0, 1)."""
    figure = Figure(figsize=(13, 10.4), layout="constrained")
    grid = figure.add_gridspec(2, 2)
    for row, (stage, symbol) in enumerate((("before", "z as f leaves it"), ("after", "ε, normalised"))):
        drawn = {name: getattr(case, stage) for name, case in found.items()}
        _densities(_axes(figure, grid[row, 0]), drawn, symbol)
        _quantiles(_axes(figure, grid[row, 1]), drawn, symbol)
    return _render(figure)


def _reach(drawn: dict[str, Stage]) -> float:
    """How far the axes go, either side of 0: to the largest value, but with one picture far ahead, past the others."""
    *_, second, largest = sorted(float(np.abs(stage.quantiles[1]).max()) for stage in drawn.values())
    return 1.05 * min(largest, 4 * second)


def _densities(axes: Axes, drawn: dict[str, Stage], symbol: str) -> None:
    for (name, stage), colour, marker in zip(drawn.items(), CASE_COLOURS, _MARKERS, strict=True):
        places, density = stage.histogram
        shown = np.where(density > 0, density, np.nan)  # no line across empty bins
        axes.plot(places, shown, f"{marker}-", color=colour, markersize=3, label=name)
    reach, (low, high) = _reach(drawn), axes.dataLim.intervaly
    x = np.linspace(-reach, reach, 401)
    axes.plot(x, np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi), color=INK, linestyle="--", label="N(0, 1)")
    axes.set(xlim=(-reach, reach), yscale="log", ylim=(low / 2, 3 * max(high, 0.4)))
    _describe(axes, f"{symbol}: density", "value", "density (log)")


def _quantiles(axes: Axes, drawn: dict[str, Stage], symbol: str) -> None:
    for (name, stage), colour, marker in zip(drawn.items(), CASE_COLOURS, _MARKERS, strict=True):
        axes.plot(*stage.quantiles, marker, color=colour, markersize=4, label=name)
    axes.axline((0, 0), slope=1, color=INK, linestyle="--", label="N(0, 1)")
    reach = _reach(drawn)
    axes.set_ylim(-reach, reach)
    _describe(axes, f"{symbol}: Q–Q", "quantile of N(0, 1)", "quantile of the values")


def _describe(axes: Axes, title: str, x: str, y: str) -> None:
    axes.set_title(title, **_STYLE)
    axes.set_xlabel(x, **_STYLE)
    axes.set_ylabel(y, **_STYLE)
    axes.legend(frameon=False, labelcolor=INK, fontsize=11)


PART_COLOURS = dict(zip(PARTS, (INK, "#2f7fd8", "#4aa8a0", "#8a6fd1", "#e07b39"), strict=True))


def bits_figure(found: Account) -> Image.Image:
    """Bits per pixel as a map, and the bytes of each level and part as bars."""
    figure, axes = _bits_map(found.heat, f"{found.heat.sum() / 8:,.0f} bytes")
    _bytes_by_level(axes, found)
    return _render(figure)


def _bytes_by_level(axes: Axes, found: Account) -> None:
    levels = sorted(found.parts, reverse=True)
    floor = np.zeros(len(levels))
    for part, colour in PART_COLOURS.items():
        heights = np.array([found.parts[level].get(part, 0) for level in levels])
        axes.bar(range(len(levels)), heights, bottom=floor, color=colour, label=part)
        floor += heights
    for place, total in enumerate(floor):
        axes.text(place, total, f"{total:,.0f}", color=INK, fontsize=11, ha="center", va="bottom")
    axes.margins(y=0.1)
    axes.set_xticks(range(len(levels)), ["low\nband", *(f"{level + 1}" for level in levels[1:])], **_STYLE)
    axes.set_xlabel("level, coarse to fine", **_STYLE)
    axes.set_ylabel("bytes", **_STYLE)
    axes.set_title(f"Header and hints: {found.overhead:,.0f} bytes more", **_STYLE)
    axes.legend(frameon=False, labelcolor=INK, fontsize=11, loc="upper left")
