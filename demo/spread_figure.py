"""How draws differ, drawn: a sentence on both, maps of spread and error, and plots."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from demo.kit.cards import draw_cards
from demo.kit.numbers import decibels
from demo.kit.plots import ACTUAL, INK, OURS, STYLE, add_axes, add_map, legible, render
from demo.kit.words import say
from demo.spread import Found, Variability
from irn_core.measure.spread import INTERVALS

CALIBRATED = 1.1
"""Error and spread count as equal if neither is more than this many times the other."""


def draw_spread(found: Found) -> dict[str, object]:
    """The cards of all draws, each with its PSNR, and the figure."""
    draws, tau, seed = found
    return {
        "cards": draw_cards(draws.draws, [decibels(psnr) for psnr in draws.psnr], tau, seed),
        "figure": variability_figure(draws, tau),
    }


def spread_finding(found: Found) -> str:
    """Do draws differ as far as the likeliest picture errs? At τ = 1 a calibrated prior sees to that."""
    draws, tau, _ = found
    values = {"spread": f"{draws.spread_rms:.2f}", "error": f"{draws.error_rms:.2f}", "ratio": f"{draws.ratio:.2f}"}
    if not draws.spread_rms:
        form = "none"
    elif tau != 1:
        form = "other_tau"
    elif draws.ratio > CALIBRATED:
        form = "over"
    else:
        form = "calibrated" if draws.ratio >= 1 / CALIBRATED else "under"
    return say(f"spread.finding.{form}", tau=f"{tau:g}", **values)


@legible
def variability_figure(found: Variability, tau: float) -> Image.Image:
    """Spread and actual error on one colour scale, spread against error, PSNR of each draw."""
    limit = max(1.0, float(np.percentile(np.maximum(found.spread, found.error), 99.5)))
    gain = 255 / limit
    figure = Figure(figsize=(13, 12.6), layout="constrained")
    grid = figure.add_gridspec(3, 2)
    count = len(found.draws)
    which = "one" if count == 1 else "many"
    spread_title = say(f"spread.map.{which}", count=count, gain=gain)
    add_map(figure, grid[0, 0], found.spread, spread_title, limit, "magma", 0)
    add_map(figure, grid[0, 1], found.error, say("spread.error", gain=gain), limit, "magma", 0)
    _deciles(add_axes(figure, grid[1, 0]), found)
    _sparsification(add_axes(figure, grid[1, 1]), found)
    _coverage(add_axes(figure, grid[2, 0]), found)
    _draws(add_axes(figure, grid[2, 1]), found, tau)
    return render(figure)


def _deciles(axes: Axes, found: Variability) -> None:
    spread, error = found.deciles
    top = max(float(spread.max()), float(error.max()), 1e-3) * 1.05
    axes.plot([0, top], [0, top], color=INK, linestyle="--", label=say("spread.calibrated"))
    axes.plot(spread, error, "o-", color=OURS, label=say("spread.groups"))
    axes.set(xlim=(0, top), ylim=(0, top))
    axes.set_xlabel(say("spread.predicted"), **STYLE)
    axes.set_ylabel(say("spread.actual"), **STYLE)
    title = say("spread.ratio", ratio=found.ratio) if np.isfinite(found.ratio) else say("spread.no_spread")
    axes.set_title(title, **STYLE)
    axes.legend(frameon=False, labelcolor=INK, fontsize=11)


def _sparsification(axes: Axes, found: Variability) -> None:
    shares, ours, oracle = found.sparsification
    axes.plot(100 * shares, ours, color=OURS, label=say("spread.widest"))
    axes.plot(100 * shares, oracle, color=INK, linestyle="--", label=say("spread.largest"))
    axes.set_ylim(bottom=0)
    axes.set_xlabel(say("spread.taken_out"), **STYLE)
    axes.set_ylabel(say("spread.rest"), **STYLE)
    axes.set_title(say("spread.knows"), **STYLE)
    axes.legend(frameon=False, labelcolor=INK, fontsize=11)


def _coverage(axes: Axes, found: Variability) -> None:
    names = [say("spread.interval", level=level) for level in INTERVALS]
    for place, (level, share) in enumerate(zip(INTERVALS, found.coverage, strict=False)):
        axes.bar(place, 100 * share, 0.5, color=OURS)
        above = 100 * max(share, level) + 1  # of bar and line
        axes.text(place, above, f"{share:.1%}", color=INK, fontsize=13, ha="center", va="bottom")
        axes.plot([place - 0.38, place + 0.38], [100 * level] * 2, color=ACTUAL, linestyle="--")
    axes.set(xlim=(-0.6, len(names) - 0.4), ylim=(0, 112))
    axes.set_xticks(range(len(names)), names, **STYLE)
    axes.set_ylabel(say("spread.inside"), **STYLE)
    axes.set_title(say("spread.coverage") if found.coverage else say("spread.no_coverage"), **STYLE)


def _draws(axes: Axes, found: Variability, tau: float) -> None:
    numbers = np.arange(1, len(found.psnr) + 1)
    axes.bar(numbers, found.psnr, color=OURS, width=0.7, label=say("spread.draws", tau=tau))
    axes.axhline(found.psnr_tau_0, color=ACTUAL, label=f"τ = 0: {found.psnr_tau_0:.2f} dB")
    finite = [v for v in (*found.psnr, found.psnr_tau_0) if np.isfinite(v)] or [0.0]
    room = max(1.5, 0.3 * (max(finite) - min(finite)))  # for the legend
    axes.set_ylim(min(finite) - 1.5, max(finite) + room)
    axes.set_xticks(numbers)
    axes.set_xlabel(say("spread.draw"), **STYLE)
    axes.set_ylabel(f"{found.measure} (dB)", **STYLE)
    axes.set_title(say("spread.mean", psnr=np.mean(found.psnr)), **STYLE)
    axes.legend(frameon=False, labelcolor=INK, fontsize=11, loc="upper right")
