"""How soft quantisation is drawn: assignment and gradient as graphs, and what each makes of a picture's luma.

A browser applies the curves to the picture: each is an SVG filter with a value for every grey level of red, which green
and blue are then given as well.
"""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from PIL import Image

from demo.compress.tabs.learned_steps.compute.soft import BLIND, FIRST_SOFTNESS, Soft, Softened
from demo.kit.finding import percent
from demo.kit.frames import frame_set, frames
from demo.kit.graph import Graph
from demo.kit.html import fill, template
from demo.kit.viewer import png_url
from demo.kit.words import say, words

STEEPEST = 4.0
"""The gradient's graph ends there."""
LARGEST_SIDE = 480
_SOFT = template("""
<div class="pair"><div>{{ curve }}{{ gradient }}</div><div><div class="triple">{{ pictures }}</div>{{ table }}
<p class="hint">{{ hint }}</p></div></div>""")
_PICTURE = template("""
<figure><svg width="0" height="0" style="position: absolute"><filter id="{{ id }}" x="0" y="0" width="100%"
 height="100%" color-interpolation-filters="sRGB"><feComponentTransfer>
<feFuncR type="table" tableValues="{{ values }}"/></feComponentTransfer>
<feColorMatrix values="1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 0 0 0 1 0"/></filter></svg>
<img src="{{ url }}" alt="{{ name }}" style="filter: url(#{{ id }})">
<figcaption><b>{{ name }}</b> {{ note }}</figcaption></figure>""")
_TABLE = template("""
<div class="scores narrow"><table><thead><tr><td></td>
{% for head in said.heads.values() %}<th scope="col">{{ head }}</th>{% endfor %}</tr></thead><tbody>
{% for name, cells in rows %}<tr><th scope="row">{{ name }}</th>
{% for cell in cells %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</tbody></table></div>""")


def soft_finding(found: Soft) -> str:
    """What rounding and a soft assignment let a gradient see, and what that costs."""
    one = found.frames[FIRST_SOFTNESS]
    return say(
        "learned_steps.soft.finding", depth=found.depth, levels=2**found.depth, softness=one.softness,
        seen=percent(1 - one.blind), error=one.error,
    )  # fmt: skip


def soft_html(found: Soft) -> Markup:
    """All of the step."""
    said = [say("learned_steps.soft.softness_text", softness=one.softness) for one in found.frames]
    body = fill(
        _SOFT, curve=_curve(found), gradient=_gradient(found), pictures=_pictures(found),
        table=frame_set([_table(found, one) for one in found.frames], FIRST_SOFTNESS),
        hint=say("learned_steps.soft.hint", blind=BLIND),
    )  # fmt: skip
    return frames(say("learned_steps.soft.softness"), FIRST_SOFTNESS, said, body)


def _axis(found: Soft) -> list[float]:
    """256 grey levels, in steps."""
    return np.linspace(0, 2**found.depth - 1, 256).tolist()


def _curve(found: Soft) -> Markup:
    said, last = words("learned_steps.soft"), 2**found.depth - 1
    graph = Graph((0, last), (-0.05 * last, 1.05 * last), (said["value"], said["level"]), said["assignment"])
    steps = [(k + side * 0.5, k) for k in range(last + 1) for side in (-1, 1)]
    graph.line([(min(max(v, 0), last), k) for v, k in steps], "quiet")
    _by_frame(graph, found, lambda one: one.levels, "ours")
    return graph.svg(said["assignment_alt"])


def _gradient(found: Soft) -> Markup:
    said, last = words("learned_steps.soft"), 2**found.depth - 1
    graph = Graph((0, last), (0, STEEPEST), (said["value"], said["slope"]), said["gradient"])
    graph.line([(0, 1), (last, 1)], "model dashed")
    graph.line([(0, 0), (last, 0)], "quiet")
    _by_frame(graph, found, lambda one: one.slopes, "other")
    return graph.svg(said["gradient_alt"])


def _by_frame(graph: Graph, found: Soft, values, kind: str) -> None:
    for number, one in enumerate(found.frames):
        with graph.frame(number, number == FIRST_SOFTNESS):
            graph.line(zip(_axis(found), values(one), strict=True), kind)


def _pictures(found: Soft) -> Markup:
    said, last = words("learned_steps.soft"), 2**found.depth - 1
    image = Image.fromarray(found.luma)
    small = np.asarray(image.reduce(max(1, max(image.size) // LARGEST_SIDE)))
    url = png_url(np.repeat(small[..., None], 3, axis=-1))

    def picture(name: str, values: Sequence[float], scale: float, number: object = "hard") -> Markup:
        table = " ".join(f"{min(value / scale, 1):.3g}" for value in values)
        return fill(_PICTURE, id=f"{name}-{number}", url=url, values=table, name=said[name], note=said[f"{name}_note"])

    softly = [picture("softly", one.levels, last, number) for number, one in enumerate(found.frames)]
    seen = [picture("seen", one.slopes, 1.0, number) for number, one in enumerate(found.frames)]
    return Markup("").join(
        [picture("hard", found.hard, last), frame_set(softly, FIRST_SOFTNESS), frame_set(seen, FIRST_SOFTNESS)]
    )


def _table(found: Soft, one: Softened) -> Markup:
    """Rounding, the soft assignment, straight through, and noise: what is passed on, and what a gradient sees."""
    said = words("learned_steps.soft.table")
    rows = [
        (said["hard"], ("0", "0", percent(1))),
        (say("learned_steps.soft.table.soft", softness=one.softness),
         (f"{one.error:.2f}", f"{one.mean_slope:.2f}", percent(one.blind))),
        (said["straight"], ("0", "1", percent(0))),
        (said["noise"], (f"{found.spread:.2f}", "1", percent(0))),
    ]  # fmt: skip
    return fill(_TABLE, said=said, rows=rows)
