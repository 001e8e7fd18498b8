"""Draw it again: what stays, what changes, and whether the draws know how wrong the picture is."""

from typing import NamedTuple

import numpy as np

from demo.kit.controls import SEED, seeds
from demo.kit.html import fill, template
from demo.kit.viewer import png_url
from demo.kit.words import words
from demo.learn.chapter import Chapter, Slide, flip
from demo.photo import Photo
from demo.rescale.footprint import busiest
from demo.rescale.mode import CALIBRATED
from demo.rescale.rescaled import Request, calibrated, draw, natural, rescale
from demo.rescale.tabs.variability import variability
from demo.spread import Variability
from irn_core.measure.spread import rms

SCALE, COUNT, SIDE = 8, 6, 192
FRAME_MS = 450
BRIGHTEST = 40.0
"""Spread, in grey levels, that is shown white."""


class Found(NamedTuple):
    """Natural draws of a part of the picture and their spread; `calibrated` ones say how well the error is known."""

    draws: list[np.ndarray]
    spread: np.ndarray
    original: np.ndarray
    likeliest: np.ndarray
    calibrated: Variability


class Draws(Chapter[Found]):
    key = "draws"
    go = f"tab=variability&scale={SCALE}&kind={CALIBRATED}"

    def compute(self, photo: Photo) -> Found:
        sober, net = calibrated(SCALE), natural(SCALE) or calibrated(SCALE)
        pictures = [draw(photo, net, 1.0, seed) for seed in seeds(SEED.first, COUNT)]
        spread = np.std(np.stack(pictures).astype(np.float32), 0).mean(-1)
        seen = busiest(spread, SIDE)
        parts = [picture[seen.rows, seen.columns] for picture in pictures]
        known = variability(Request(photo, sober, 1.0, 4, SEED.first))
        likeliest = rescale(photo, net).reconstruction
        return Found(
            parts, spread[seen.rows, seen.columns], photo.pixels[seen.rows, seen.columns],
            likeliest[seen.rows, seen.columns], known,
        )  # fmt: skip

    def draw(self, found: Found) -> Slide:
        said, known = words("learn.draws"), found.calibrated
        grey = np.clip(found.spread / BRIGHTEST, 0, 1)[..., None].repeat(3, -1)
        frames = [(str(number), pixels) for number, pixels in enumerate(found.draws, start=1)]
        beside = [
            (said["map"], (255 * grey).round().astype(np.uint8)),
            (said["likeliest"], found.likeliest),
            (said["original"], found.original),
        ]
        figure = fill(
            _FIGURE, draws=flip(frames, FRAME_MS), beside=[(name, png_url(one)) for name, one in beside], said=said
        )
        values = {
            "spread": f"{rms(known.spread):.1f}", "error": f"{rms(known.error):.1f}", "ratio": f"{known.ratio:.2f}",
        }  # fmt: skip
        return Slide(values, figure, 1)


_FIGURE = template("""
<div class="beside"><figure>{{ draws }}<figcaption><b>{{ said.changes }}</b></figcaption></figure>
{% for name, url in beside %}
<figure><img src="{{ url }}" alt="{{ name }}"><figcaption><b>{{ name }}</b></figcaption></figure>{% endfor %}</div>""")
