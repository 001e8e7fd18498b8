"""How rounding and noise are drawn: the two pictures, the two histograms, the two rates."""

from markupsafe import Markup

from demo.compress.tabs.learned_steps.compute.noise import BINS, Noise, Way
from demo.compress.tabs.learned_steps.draw.latent import channel_name
from demo.kit.graph import Graph
from demo.kit.html import fill, template
from demo.kit.numbers import decibels
from demo.kit.viewer import ViewerImage, png_url
from demo.kit.words import say, words

KEYS = ("rounded", "noisy")
"""What the two pictures are called in links."""
_NOISE = template("""
<div class="pair">{% for way in ways %}<figure><h3>{{ way.title }} <span>{{ way.figures }}</span></h3>
<img src="{{ way.part }}" alt="{{ way.title }}: {{ way.figures }}"><figcaption>{{ way.note }}</figcaption>
{{ way.graph }}</figure>{% endfor %}</div><p class="why">{{ why }}</p>""")


def noise_finding(found: Noise) -> str:
    """What each way says of rate and picture, and what the file has."""
    return say(
        "learned_steps.noise.finding", net=say(f"learned_steps.named.{found.net}"), noisy_bpp=found.noisy.bpp,
        noisy=decibels(found.noisy.psnr), rounded_bpp=found.rounded.bpp, rounded=decibels(found.rounded.psnr),
        bpp=found.bpp,
    )  # fmt: skip


def noise_html(found: Noise) -> Markup:
    """All of the step."""
    said = words("learned_steps.noise")
    ways = [
        {
            "title": said[key], "figures": f"{way.bpp:.3f} bpp · {decibels(way.psnr)}", "part": png_url(way.part),
            "note": said[f"{key}_note"], "graph": _histogram(found, way, said[key], bins),
        }
        for key, way, bins in zip(KEYS, (found.rounded, found.noisy), (1, BINS), strict=True)
    ]  # fmt: skip
    return fill(_NOISE, ways=ways, why=say(f"learned_steps.noise.why.{found.net}", scale=found.scale))


def noise_pictures(found: Noise) -> list[ViewerImage]:
    """Both for the viewer, under KEYS."""
    net = say(f"learned_steps.nets.{found.net}")
    pictures = []
    for key, way in zip(KEYS, (found.rounded, found.noisy), strict=True):
        figures = {"net": net, "bpp": way.bpp, "psnr": decibels(way.psnr)}
        pictures.append(ViewerImage(key, say(f"learned_steps.noise.viewer.{key}", **figures), way.x_hat))
    return pictures


def _histogram(found: Noise, way: Way, name: str, bins: int) -> Markup:
    channel = channel_name(found.net, found.channel)
    high = way.bars[-1][0] + 0.5 / bins
    top = 1.1 * max(height for graph in (found.rounded, found.noisy) for _, height in (*graph.bars, *graph.model))
    axes = say("learned_steps.noise.value"), say("learned_steps.noise.share")
    graph = Graph((-high, high), (0, top), axes, say("learned_steps.noise.histogram", channel=channel))
    graph.bars(way.bars, 0.82 if bins == 1 else 1 / bins, "ours" if bins == 1 else "other")
    graph.line(way.model, "model")
    return graph.svg(say("learned_steps.noise.alt", name=name))
