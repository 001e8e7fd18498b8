"""Four pixels become one: how many others become the same?"""

import json
import math
from typing import NamedTuple

from demo.kit.html import fill, template
from demo.kit.words import words
from demo.learn.chapter import Chapter, Slide
from demo.photo import Photo

BLOCK = (1, 3, 5, 7)
LEVELS = 256


class Found(NamedTuple):
    """How many sets of four pixels have the mean of BLOCK."""

    originals: int


def originals(total: int, pixels: int, levels: int = LEVELS) -> int:
    """How many ways there are to choose `pixels` numbers from 0 … levels − 1 that add up to `total`.

    By inclusion and exclusion over the numbers that would be too large.
    """
    return sum(
        (-1) ** k * math.comb(pixels, k) * math.comb(total - k * levels + pixels - 1, pixels - 1)
        for k in range(total // levels + 1)
    )


class Pixels(Chapter[Found]):
    key = "pixels"

    def compute(self, photo: Photo) -> Found:
        return Found(originals(sum(BLOCK), len(BLOCK)))

    def draw(self, found: Found) -> Slide:
        figure = fill(_FIGURE, block=json.dumps(BLOCK), said=words("learn.pixels.figure"))
        return Slide({"originals": f"{found.originals:,}"}, figure, 1)


_FIGURE = template("""
<div class="pixels" data-figure="pixels" data-block="{{ block }}">
<div class="blocks"><div class="block" role="group" aria-label="{{ said.original }}"></div>
<span class="arrow" aria-hidden="true">→</span><output class="mean"></output></div>
<p class="count"><b></b> {{ said.count }}</p>
<div class="picks"><button type="button" data-do="other">{{ said.other }}</button>
<button type="button" data-do="size" aria-pressed="false">{{ said.sixteen }}</button></div>
<div class="haar">{% for name in said.bands %}
<label>{{ name }} <input type="range" min="-64" max="64" step="any" data-band="{{ loop.index }}">
<output></output></label>
{% endfor %}<p class="hint">{{ said.haar }}</p></div>
<p class="beyond" role="status" hidden>{{ said.beyond }}</p></div>""")
