"""Five questions at the end, on the picture at hand."""

import math
from typing import NamedTuple

import numpy as np

from demo.compress.coded import compress, match
from demo.kit.cache import cached
from demo.kit.html import fill, template
from demo.kit.numbers import decibels
from demo.kit.viewer import png_url
from demo.kit.words import words
from demo.learn.chapter import enlarged
from demo.photo import Photo
from demo.rescale.footprint import detail
from demo.rescale.rescaled import calibrated, draw, natural, network, rescale, scale_of
from irn_core.coding.icn_file import QUALITY_STEPS
from irn_core.coding.pillow_codecs import JPEGS
from irn_core.measure.filters import bicubic_lr
from irn_core.ops.metrics import psnr_y
from irn_core.rescale import upscale

SCALE, JPEG_QUALITY, ICN_QUALITY = 4, 95, 30


class Task(NamedTuple):
    """One question: its key in the words, and its options, the first of which is right: pictures, or numbers."""

    key: str
    pictures: tuple[np.ndarray, ...] = ()
    numbers: tuple[str, ...] = ()


@cached
def tasks(photo: Photo) -> list[Task]:
    """All five, from the picture; that of the JPEG is left out where the picture comes back exactly. Cached."""
    net, lively = calibrated(SCALE), natural(SCALE) or calibrated(SCALE)
    result = rescale(photo, net)
    seen = detail(result, photo)

    def part(pixels: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(pixels[seen.rows, seen.columns])

    drawn, wild = draw(photo, lively, 1.0, 0), draw(photo, net, 1.4, 0)
    ours, plain = (part(enlarged(lr, SCALE)) for lr in (result.lr, bicubic_lr(photo.pixels, SCALE)))
    icn = compress(photo, ICN_QUALITY * QUALITY_STEPS)
    rivals = [match(photo, codec, len(icn.data)).pixels for codec in ("jpeg", "webp")]
    loss = jpeg_loss(photo, net)
    wrong = loss / 8 if abs(loss) > 1 else loss + 4, loss + 12
    found = [
        Task("original", tuple(map(part, (photo.pixels, result.reconstruction, drawn, result.bicubic)))),
        Task("hides", (ours, plain)),
        Task("icn", tuple(map(part, (icn.pixels, *rivals)))),
        Task("warm", tuple(map(part, (wild, result.reconstruction, draw(photo, net, 0.4, 0))))),
        Task("jpeg", numbers=tuple(map(decibels, (loss, *wrong)))),
    ]
    return [task for task in found if task.pictures or math.isfinite(loss)]


def jpeg_loss(photo: Photo, net: str) -> float:
    """What a JPEG of quality JPEG_QUALITY on the LR's way costs, PSNR-Y in dB."""
    result, scale = rescale(photo, net), scale_of(net)
    arrived = JPEGS["4:2:0"].through(result.lr, JPEG_QUALITY)
    x_hat = upscale(network(net), arrived, size=photo.size)
    return result.scores.psnr_y - psnr_y(photo.pixels, x_hat, scale)


def quiz_html(photo: Photo) -> str:
    """The quiz as a slide: the browser puts the options in the order of a seed."""
    said = words("learn.quiz")
    questions = [(said[t.key], [png_url(pixels) for pixels in t.pictures], t.numbers) for t in tasks(photo)]
    return fill(_QUIZ, said=said, questions=questions)


_QUIZ = template("""
<h2>{{ said.title }}</h2><p class="sentence">{{ said.sentence }}</p>
<div class="quiz" data-figure="quiz">{% for ask, pictures, numbers in questions %}
<div class="task" role="group" aria-label="{{ ask }}"><p>{{ ask }}</p><div class="options">
{% for url in pictures %}<button type="button" data-option="{{ loop.index0 }}"><img src="{{ url }}" alt=""></button>
{% endfor %}
{% for number in numbers %}<button type="button" data-option="{{ loop.index0 }}">{{ number }}</button>{% endfor %}
</div></div>{% endfor %}
<div class="score"><output aria-live="polite"></output>
<button type="button" data-do="again">{{ said.again }}</button>
<span class="hint">{{ said.seed }} <b class="seed"></b></span></div></div>""")
