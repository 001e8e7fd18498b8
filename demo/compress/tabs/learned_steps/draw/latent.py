"""How latents are drawn: planes to choose in, and the probability of the chosen one."""

import matplotlib
import numpy as np
from markupsafe import Markup
from PIL import Image

from demo.compress.tabs.learned_steps.compute.latent import AUTOENCODER, Chosen, Latent
from demo.kit.finding import percent, signed_percent
from demo.kit.graph import Graph
from demo.kit.html import fill, template
from demo.kit.picker import mark, picker
from demo.kit.words import say, words

LARGEST_SIDE = 256
"""Pixels along the longer side of a plane as it is sent."""
_LATENT = template("""{{ mark }}<div class="pair latents"><div><div class="pickers">{{ picture }}{{ heat }}</div></div>
<div class="channels">{{ channels }}</div></div>
<h3>{{ title }}</h3><div class="pair">{{ bars }}{{ curve }}</div>{% for line in working %}
<p class="why working">{{ line }}</p>{% endfor %}""")


def latent_finding(found: Latent) -> str:
    """How many there are, how many are zero, and what they cost beside the file."""
    beyond = found.size / (found.bits / 8) - 1
    return say(
        "learned_steps.latent.finding", net=say(f"learned_steps.named.{found.net}"), count=found.count,
        zeros=percent(found.zeros), bytes=found.bits / 8, size=found.size, beyond=signed_percent(beyond),
    )  # fmt: skip


def latent_html(field: str, found: Latent) -> Markup:
    """All of the step."""
    said, chosen, shape = words("learned_steps.latent"), found.chosen, found.heat.shape
    here = layer(found, chosen.channel)

    def pick(pixels: np.ndarray, name: str, note: str, where: str, cells: tuple = shape) -> Markup:
        return picker(field, pixels, cells, name, said["keys"], note, where)

    side = 2 ** (found.level + 1)
    inside = tuple(length / side for length in found.x_hat.shape[:2])  # what lies beyond is padding
    limit = float(np.percentile(found.heat, 99.5)) or 1.0
    heat = (255 * matplotlib.colormaps["magma"](np.minimum(found.heat / limit, 1.0))[..., :3]).astype(np.uint8)
    planes = []
    for one in found.channels:
        note = say("learned_steps.latent.bytes", bytes=one.bits / 8)
        name = channel_name(found.net, one.number)
        planes.append(pick(plane(one.values), name, note, layer(found, one.number)))
    return fill(
        _LATENT, mark=mark(field, chosen.row, chosen.column, here),
        picture=pick(found.x_hat, said["picture"], said["picture_note"], here, inside),
        heat=pick(heat, said["heat"], say("learned_steps.latent.heat_note", side=side, most=found.heat.max()), here),
        channels=Markup("").join(planes), title=_title(found), bars=_bars(chosen), curve=_curve(chosen),
        working=_working(found),
    )  # fmt: skip


def layer(found: Latent, channel: int) -> str:
    """What a choice in a channel is called."""
    return f"{found.net}.{found.level}.{channel}"


def channel_name(net: str, channel: int) -> str:
    """What people call a channel: a number, or a band of luma or of colour."""
    if net == AUTOENCODER:
        return say("learned_steps.latent.channel", number=channel + 1)
    colour, band = divmod(channel, 3)
    names = words("learned_steps.latent.bands")
    return f"{names['colours'][colour]} {names['directions'][band]}"


def plane(values: np.ndarray) -> np.ndarray:
    """Numbers about middle grey, H×W×3 uint8, no larger than it is worth; black and white are the outermost 0.5 %."""
    limit = float(np.percentile(np.abs(values), 99.5)) or 1.0
    grey = (128 + 127 * (values / limit).clip(-1, 1)).astype(np.uint8)
    image = Image.fromarray(np.repeat(grey[..., None], 3, axis=-1))
    return np.asarray(image.reduce(max(1, min(image.size) // LARGEST_SIDE)))


def _title(found: Latent) -> str:
    chosen = found.chosen
    name = channel_name(found.net, chosen.channel)
    return say("learned_steps.latent.title", channel=name, row=chosen.row, column=chosen.column)


def _bars(chosen: Chosen) -> Markup:
    said = words("learned_steps.latent")
    low, high = chosen.bars[0][0] - 0.5, chosen.bars[-1][0] + 0.5
    p = dict(chosen.bars)[chosen.k]
    top = 1.12 * max(height for _, height in chosen.bars)
    graph = Graph((low, high), (0, top), ("ẑ", "P(ẑ)"), said["bars"])
    graph.bars(chosen.bars, 0.82, "ours", strong=chosen.k)
    side = 1 if chosen.k > 0 else -1 if chosen.k < 0 else 0  # away from the higher bars
    aside = {1: "start", 0: "middle", -1: "end"}[side if low + 2 < chosen.k < high - 2 else -side]
    place = chosen.k - 0.41 * {"start": 1, "middle": 0, "end": -1}[aside]
    graph.say(place, p + 0.03 * top, f"P({_whole(chosen.k)}) = {p:.3g}", aside, "said")
    return graph.svg(say("learned_steps.latent.bars_alt", k=chosen.k, p=p))


def _curve(chosen: Chosen) -> Markup:
    said = words("learned_steps.latent")
    low, high = chosen.curve[0][0], chosen.curve[-1][0]
    graph = Graph((low, high), (0, 1.05), ("v", "CDF(v)"), said["curve"])
    ends = (chosen.k - 0.5, chosen.k + 0.5)
    for v, share in zip(ends, chosen.edges, strict=True):
        graph.line([(v, 0), (v, share), (low, share)], "other dashed")
    graph.bars([(chosen.k, 1.05)], 1.0, "quiet band")
    graph.line(chosen.curve, "ours")
    graph.dots(zip(ends, chosen.edges, strict=True), "other")
    return graph.svg(said["curve_alt"])


def _working(found: Latent) -> list[Markup]:
    """The numbers of the chosen one, from the coefficient to its bits, and their sum."""
    chosen = found.chosen
    below, above = chosen.edges
    values = {
        "k": _whole(chosen.k), "value": _signed(chosen.mean + chosen.v), "mean": _signed(chosen.mean),
        "v": _signed(chosen.v), "step": found.step, "scale": chosen.scale, "below": below, "above": above,
        "p": 2.0**-chosen.bits, "bits": chosen.bits, "count": found.count, "all": found.bits, "bytes": found.bits / 8,
        "size": found.size, "low": _half(chosen.k - 0.5), "high": _half(chosen.k + 0.5),
    }  # fmt: skip
    return [Markup(say(f"learned_steps.latent.working.{line}", **values)) for line in ("value", "bits", "sum")]


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _half(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")


def _whole(value: int) -> str:
    return str(value).replace("-", "−")
