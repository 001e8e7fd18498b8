"""What training asks for, and who learns it: super-resolution, a learned pair, an invertible pair."""

from typing import NamedTuple

import numpy as np
import torch

from demo.kit.html import fill, template
from demo.kit.numbers import decibels
from demo.kit.words import words
from demo.learn.chapter import Chapter, Slide, beside
from demo.photo import Photo
from demo.rescale.footprint import detail
from demo.rescale.rescaled import calibrated, draw, network, rescale
from demo.rescale.tabs.rivals import compete, entrants, fair_key
from irn_core.measure.filters import FILTERS
from irn_core.measure.spread import rms
from irn_core.ops.pixels import tensor_of
from irn_core.ops.quantise import round8
from irn_core.rescale import split
from irn_core.training.losses import guide_of

SCALE = 4


class Terms(NamedTuple):
    """What the objective weighs, measured on this picture; errors are root mean squares in grey levels."""

    guide: float  # of y from the bicubic LR
    likeliest: float  # of the likeliest picture from the original
    draw: float  # of a draw from the original
    nats: float  # −log p(z | ŷ) per value of z


class Found(NamedTuple):
    """The terms; and the networks by name, each with its part of the picture and its PSNR-Y in dB."""

    terms: Terms
    entries: dict[str, tuple[np.ndarray, float]]


class Training(Chapter[Found]):
    key = "training"
    go = ("rescale", "rivals", SCALE)

    def compute(self, photo: Photo) -> Found:
        net = calibrated(SCALE)
        seen = detail(rescale(photo, net), photo)
        names = [name for name in entrants(net) if name not in FILTERS and name != net]
        entries = {name: compete(photo, net, name) for name in names}
        shown = {name: (one.x_hat[seen.rows, seen.columns], one.scores.psnr_y) for name, one in entries.items()}
        return Found(terms(photo, net), shown)

    def draw(self, found: Found) -> Slide:
        said = words("learn.training")
        names = words("rivals.names")
        entries = {fair_key(name): entry for name, entry in found.entries.items()}
        pictures = [(names[key], decibels(psnr), part) for key, (part, psnr) in entries.items()]
        rows = [
            (term["name"], term["formula"], term["unit"].format(value))
            for term, value in zip(said["terms"], found.terms, strict=True)
        ]
        best = max(entries, key=lambda key: entries[key][1])
        values = {
            "best": names[best],
            "psnr": decibels(entries[best][1]),
            "worst": decibels(min(p for _, p in entries.values())),
        }
        return Slide(values, beside(pictures) + fill(_TERMS, rows=rows, title=said["table"]), list(entries).index(best))


@torch.inference_mode()
def terms(photo: Photo, net: str) -> Terms:
    """Each term of the objective on one picture."""
    irn = network(net)
    y, z = split(irn, photo.pixels)
    nats = -irn.prior.log_densities(z, round8(y)).mean()
    guide = (y - guide_of(tensor_of(photo.pixels, SCALE), SCALE)).square().mean().sqrt()
    return Terms(
        255 * float(guide), rms_error(photo, rescale(photo, net).reconstruction),
        rms_error(photo, draw(photo, net, 1.0, 0)), float(nats),
    )  # fmt: skip


def rms_error(photo: Photo, x_hat: np.ndarray) -> float:
    return float(rms(photo.pixels - x_hat.astype(np.float32)))


_TERMS = template("""
<table class="terms"><caption>{{ title }}</caption><tbody>{% for name, formula, value in rows %}
<tr><th scope="row">{{ name }}</th><td>{{ formula }}</td><td>{{ value }}</td></tr>{% endfor %}</tbody></table>""")
