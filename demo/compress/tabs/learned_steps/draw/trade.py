"""How R + λ·D is drawn: the files in the plane of D and R with the tangent of slope −λ, and their costs as bars."""

from markupsafe import Markup

from demo.compress.tabs.learned_steps.compute.trade import Priced, Trade
from demo.kit.frames import frame_set, frames
from demo.kit.graph import Graph
from demo.kit.html import fill, template
from demo.kit.numbers import decibels
from demo.kit.words import say, words

_TRADE = template("""<div class="pair">{{ plane }}{{ bars }}</div>{{ working }}""")
_LINE = template("""<p class="why working">{{ said }}</p>""")


def trade_finding(found: Trade) -> str:
    """Which file is the cheapest at the λ that the present one is trained for."""
    if not found.is_whole:
        return ""
    price = found.prices[found.first]
    point = found.points[price.best]
    form = "own" if price.best == found.own else "other"
    return say(
        f"learned_steps.trade.finding.{form}", net=say(f"learned_steps.named.{found.net}"), lam=price.lam,
        quality=found.qualities[found.own], best=found.qualities[price.best], rate=point.rate,
        distortion=point.distortion, cost=price.costs[price.best], count=len(found.files), own=price.costs[found.own],
    )  # fmt: skip


def trade_html(found: Trade) -> Markup:
    """All of the step, as far as it is measured."""
    said = [say("learned_steps.trade.lambda_text", lam=price.lam) for price in found.prices]
    working = frame_set([_working(found, price) for price in found.prices], found.first)
    body = fill(_TRADE, plane=_plane(found), bars=_bars(found), working=working)
    return frames(say("learned_steps.trade.lambda"), found.first, said, body)


def _plane(found: Trade) -> Markup:
    said = words("learned_steps.trade")
    used = [found.points[price.best] for price in found.prices]
    width, height = 1.3 * _largest([p.distortion for p in used]), 1.3 * _largest([p.rate for p in used])
    graph = Graph((0, width), (0, height), (said["distortion"], said["rate"]), said["plane"], (560, 420))
    graph.line([(found.points[k].distortion, found.points[k].rate) for k in found.hull], "ours")
    graph.dots([(p.distortion, p.rate) for p in found.points], "ours")
    for number, price in enumerate(found.prices):
        best, cost = found.points[price.best], price.costs[price.best]
        with graph.frame(number, number == found.first):
            ends = max(0.0, (cost - height) / price.lam), min(cost / price.lam, width)
            graph.line([(d, cost - price.lam * d) for d in ends], "other")
            graph.dots([(best.distortion, best.rate)], "other ring")
            chosen = {"quality": found.qualities[price.best], "rate": best.rate, "distortion": best.distortion}
            graph.say(width * 0.98, height * 0.93, say("learned_steps.trade.chosen", **chosen), "end", "said")
    return graph.svg(said["plane_alt"])


def _largest(values: list[float]) -> float:
    """The largest but for one in twenty, which would press all others into a corner."""
    return sorted(values)[len(values) * 19 // 20] or 1.0


def _bars(found: Trade) -> Markup:
    said, count = words("learned_steps.trade"), len(found.points)
    named = [(k, f"{quality:.3g}") for k, quality in enumerate(found.qualities)]
    axes = said["files"], said["cost"]
    graph = Graph((-0.5, count - 0.5), (0, 1.1), axes, said["bars"], (560, 420), named)
    for number, price in enumerate(found.prices):
        # What costs four times as much as the cheapest is cut off.
        top = min(max(price.costs), 4 * price.costs[price.best]) or 1.0
        with graph.frame(number, number == found.first):
            rates = [point.rate / top for point in found.points]
            graph.bars([(k, cost / top) for k, cost in enumerate(price.costs)], 0.7, "other", price.best)
            graph.bars(list(enumerate(rates)), 0.7, "ours", price.best)
    return graph.svg(said["bars_alt"])


def _working(found: Trade, price: Priced) -> Markup:
    point, file = found.points[price.best], found.files[price.best]
    said = say(
        "learned_steps.trade.working", rate=point.rate, lam=price.lam, distortion=point.distortion,
        part=price.lam * point.distortion, cost=price.costs[price.best], quality=found.qualities[price.best],
        size=file.size, psnr=decibels(file.quality),
    )  # fmt: skip
    return fill(_LINE, said=Markup(said))
