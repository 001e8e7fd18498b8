"""What training asks for, and who learns it: super-resolution, a learned pair, an invertible pair."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from markupsafe import Markup

from demo.kit.html import fill, template
from demo.kit.numbers import decibels
from demo.kit.words import words
from demo.learn.chapter import Chapter, Slide, beside, enlarged
from demo.photo import Photo
from demo.rescale.footprint import detail
from demo.rescale.mode import CALIBRATED
from demo.rescale.rescaled import calibrated, draw, network, rescale
from demo.rescale.tabs.rivals import ORDER, compete, entrants, fair_key
from irn_core.measure.filters import FILTERS
from irn_core.measure.spread import rms
from irn_core.ops.pixels import tensor_of
from irn_core.ops.quantise import round8
from irn_core.rescale import split
from irn_core.training.losses import NOTHING, TERMS, crps_of, guide_of

SCALE = 4
TRAINED = (NOTHING, *TERMS)
"""What was left out of five short runs that start from one network."""


class Terms(NamedTuple):
    """What the objective weighs, measured on a picture; errors are in grey levels, the first two root mean squares."""

    guide: float  # of y from the bicubic LR
    likeliest: float  # of the likeliest picture from the original
    draws: float  # CRPS of draws, from two of them: mean absolute error, less half of their difference
    nats: float  # −log p(z | ŷ) per value of z


class Trial(NamedTuple):
    """What a network trained without a term makes of the part of the picture that is shown, H×W×3 uint8 each."""

    lr: np.ndarray
    likeliest: np.ndarray
    draw: np.ndarray
    terms: Terms


class Found(NamedTuple):
    """The rivals by name, each with its part of the picture and its PSNR-Y in dB; and the short runs, as `TRAINED`."""

    entries: dict[str, tuple[np.ndarray, float]]
    trials: list[Trial]


class Training(Chapter[Found]):
    key = "training"
    go = f"tab=rivals&scale={SCALE}&kind={CALIBRATED}"

    def compute(self, photo: Photo) -> Found:
        net = calibrated(SCALE)
        seen = detail(rescale(photo, net), photo)
        names = [name for name in entrants(net) if name not in FILTERS and name != net]
        entries = {name: compete(photo, net, name) for name in names}
        shown = {name: (one.x_hat[seen.rows, seen.columns], one.scores.psnr_y) for name, one in entries.items()}
        part = Photo(photo.pixels[seen.rows, seen.columns], photo.name)  # alone: five networks for the time of one
        return Found(shown, [trial(part, f"without-{name}") for name in TRAINED])

    def draw(self, found: Found) -> Slide:
        names = dict(zip(ORDER, words("learn.training.options"), strict=True))
        entries = {fair_key(name): entry for name, entry in found.entries.items()}
        pictures = [(names[key], decibels(psnr), part) for key, (part, psnr) in entries.items()]
        best = max(entries, key=lambda key: entries[key][1])
        values = {
            "best": names[best],
            "psnr": decibels(entries[best][1]),
            "worst": decibels(min(p for _, p in entries.values())),
        }
        return Slide(values, beside(pictures) + weighed(found.trials), list(entries).index(best))


def trial(part: Photo, name: str) -> Trial:
    """What one of the short runs came to."""
    result, (height, width) = rescale(part, name), part.size
    return Trial(
        enlarged(result.lr, SCALE)[:height, :width], result.reconstruction, draw(part, name, 1.0, 0), terms(part, name)
    )


@torch.inference_mode()
def terms(photo: Photo, net: str) -> Terms:
    """Each term of the objective on one picture."""
    irn = network(net)
    y, z = split(irn, photo.pixels)
    nats = -irn.prior.log_densities(z, round8(y)).mean()
    guide = (y - guide_of(tensor_of(photo.pixels, SCALE), SCALE)).square().mean().sqrt()
    likeliest = rms(photo.pixels - rescale(photo, net).reconstruction.astype(np.float32))
    x, one, other = map(tensor_of, (photo.pixels, draw(photo, net, 1.0, 0), draw(photo, net, 1.0, 1)))
    crps = crps_of(one, other, x, luma_share=0.0) / x.numel()
    return Terms(255 * float(guide), float(likeliest), 255 * float(crps), float(nats))


def weighed(trials: Sequence[Trial]) -> Markup:
    """The value of each term in each of the short runs; a button in the head of a column shows its pictures."""
    said = words("learn.training")
    columns = [one.terms for one in trials]
    rows = [
        (term["name"], term["formula"], term["unit"], [term["value"].format(terms[i]) for terms in columns])
        for i, term in enumerate(said["terms"])
    ]
    frames = [
        beside([(name, "", pixels) for name, pixels in zip(said["shown"], one[:3], strict=True)]) for one in trials
    ]
    return fill(_WEIGHED, title=said["table"], all=said["all"], without=said["without"], rows=rows, frames=frames)


_WEIGHED = template("""
<div class="weighed" data-figure="flip">
<table class="terms"><caption>{{ title }}</caption>
<thead class="picks"><tr><td></td>{% for frame in frames %}<th scope="col">
<button type="button" aria-pressed="{{ 'true' if loop.first else 'false' }}">
{{- all if loop.first else without.format(loop.index0) -}}</button></th>{% endfor %}</tr></thead>
<tbody>{% for name, formula, unit, values in rows %}{% set row = loop.index %}
<tr><th scope="row">{{ row }} · {{ name }}<small>{{ formula }}, {{ unit }}</small></th>
{% for value in values %}<td{% if loop.index0 == row %} class="left-out"{% endif %}>{{ value }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table>
<div class="frames">{% for frame in frames %}<div{% if not loop.first %} hidden{% endif %}>{{ frame }}</div>{% endfor %}
</div></div>""")
