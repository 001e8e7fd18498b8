"""How draws differ, drawn: a sentence on both, maps of spread and error, and plots."""

import numpy as np
from markupsafe import Markup

from demo.kit.cards import Card, growing_cards
from demo.kit.numbers import decibels
from demo.kit.plots import ACTUAL, INK, OURS, Plots, describe, legible
from demo.kit.words import hint, say
from demo.spread import Found, Variability
from irn_core.measure.spread import INTERVALS

CALIBRATED = 1.1
"""Error and spread count as equal if neither is more than this many times the other."""


def draw_spread(found: Found) -> dict[str, object]:
    """The cards and the figure."""
    draws, tau, seed = found
    return {
        "cards": part_cards(draws, tau, seed),
        "figure": variability_figure(draws, tau).html(),
    }


def part_cards(found: Variability, tau: float, seed: int) -> Markup:
    """Enlarged where draws differ most: the original, the likeliest picture, and all draws, each with its PSNR.

    Draw number k has seed + k − 1.
    """
    named = [
        (say("kit.original"), "", found.original),
        (say("spread.likeliest"), decibels(found.psnr_tau_0), found.likeliest),
    ]
    for k, (pixels, psnr) in enumerate(zip(found.draws, found.psnr, strict=True)):
        named.append((say("kit.draw_and_seed", number=k + 1, tau=tau, seed=seed + k), decibels(psnr), pixels))
    items = [Card(*one, part=one[2][found.seen.rows, found.seen.columns]) for one in named]
    return hint(say("spread.part")) + growing_cards(items, 0)


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
def variability_figure(found: Variability, tau: float) -> Plots:
    """Spread and actual error on one colour scale, spread against error, PSNR of each draw."""
    limit = max(1.0, float(np.percentile(np.maximum(found.spread, found.error), 99.5)))
    gain = 255 / limit
    plots = Plots(columns=3)
    count = len(found.draws)
    which = "one" if count == 1 else "many"
    spread_title = say(f"spread.map.{which}", count=count, gain=gain)
    plots.map(found.spread, spread_title, limit, "magma", 0)
    plots.map(found.error, say("spread.error", gain=gain), limit, "magma", 0)
    _deciles(plots, found)
    _sparsification(plots, found)
    _coverage(plots, found)
    _draws(plots, found, tau)
    return plots


def _deciles(plots: Plots, found: Variability) -> None:
    spread, error = found.deciles
    title = say("spread.ratio", ratio=found.ratio) if np.isfinite(found.ratio) else say("spread.no_spread")
    axes = plots.axes(title)
    top = max(float(spread.max()), float(error.max()), 1e-3) * 1.05
    axes.plot([0, top], [0, top], color=INK, linestyle="--", label=say("spread.calibrated"))
    axes.plot(spread, error, "o-", color=OURS, label=say("spread.groups"))
    axes.set(xlim=(0, top), ylim=(0, top))
    describe(axes, say("spread.predicted"), say("spread.actual"))


def _sparsification(plots: Plots, found: Variability) -> None:
    axes = plots.axes(say("spread.knows"))
    shares, ours, oracle = found.sparsification
    axes.plot(100 * shares, ours, color=OURS, label=say("spread.widest"))
    axes.plot(100 * shares, oracle, color=INK, linestyle="--", label=say("spread.largest"))
    axes.set_ylim(bottom=0)
    describe(axes, say("spread.taken_out"), say("spread.rest"))


def _coverage(plots: Plots, found: Variability) -> None:
    axes = plots.axes(say("spread.coverage") if found.coverage else say("spread.no_coverage"))
    names = [say("spread.interval", level=level) for level in INTERVALS]
    for place, (level, share) in enumerate(zip(INTERVALS, found.coverage, strict=False)):
        axes.bar(place, 100 * share, 0.5, color=OURS)
        above = 100 * max(share, level) + 1  # of bar and line
        axes.text(place, above, f"{share:.1%}", color=INK, fontsize=11, ha="center", va="bottom")
        axes.plot([place - 0.38, place + 0.38], [100 * level] * 2, color=ACTUAL, linestyle="--")
    axes.set(xlim=(-0.6, len(names) - 0.4), ylim=(0, 112))
    axes.set_xticks(range(len(names)), names)
    axes.set_ylabel(say("spread.inside"), color=INK, fontsize=11)


def _draws(plots: Plots, found: Variability, tau: float) -> None:
    axes = plots.axes(say("spread.mean", psnr=np.mean(found.psnr)))
    numbers = np.arange(1, len(found.psnr) + 1)
    axes.bar(numbers, found.psnr, color=OURS, width=0.7, label=say("spread.draws", tau=tau))
    axes.axhline(found.psnr_tau_0, color=ACTUAL, label=f"τ = 0: {found.psnr_tau_0:.2f} dB")
    finite = [v for v in (*found.psnr, found.psnr_tau_0) if np.isfinite(v)] or [0.0]
    axes.set_ylim(min(finite) - 1.5, max(finite) + 1)
    axes.set_xticks(numbers)
    describe(axes, say("spread.draw"), f"{found.measure} (dB)")
