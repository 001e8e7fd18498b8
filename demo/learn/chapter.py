"""The contract of a chapter. Whoever keeps it becomes one by a line in the list of chapters."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Generic, NamedTuple, TypeVar

import numpy as np
from markupsafe import Markup

from demo.kit.cache import cached
from demo.kit.html import fill, template
from demo.kit.viewer import png_url
from demo.kit.words import say, words
from demo.photo import Photo

Found = TypeVar("Found")
"""What a chapter computes."""


class Slide(NamedTuple):
    """One screen: values for the sentence of the chapter, its figure, and which option of its question is right."""

    values: dict[str, object]
    figure: Markup
    right: int | None  # None: a vote


class Chapter(ABC, Generic[Found]):
    """A chapter computes data from a picture, then draws them. Its words stand under `learn.KEY`.

    `go` is the query of a link to where the page itself shows the same, or None.
    """

    key: ClassVar[str]
    go: ClassVar[str | None] = None

    @abstractmethod
    def compute(self, photo: Photo) -> Found:
        """The data to draw."""

    @abstractmethod
    def draw(self, found: Found) -> Slide:
        """The slide."""

    def html(self, photo: Photo) -> str:
        """The slide as it stands on the page."""
        slide = self.draw(found_by(type(self), photo))
        return fill(
            _SLIDE, title=say(f"learn.{self.key}.title"), ask=say(f"learn.{self.key}.ask"), figure=slide.figure,
            options=words(f"learn.{self.key}.options"), right=slide.right, go=self.go, go_there=say("learn.kit.go"),
            sentence=Markup(say(f"learn.{self.key}.sentence", **slide.values)),
        )  # fmt: skip


@cached
def found_by(chapter: type[Chapter[Found]], photo: Photo) -> Found:
    """What a chapter computes from a picture. Cached by content."""
    return chapter().compute(photo)


_SLIDE = template("""
<h2>{{ title }}</h2>
<div class="ask" role="group" aria-label="{{ ask }}" data-right="{{ '' if right is none else right }}">
<p>{{ ask }}</p><div class="options">
{% for option in options %}<button type="button" data-option="{{ loop.index0 }}">{{ option }}</button>{% endfor %}
</div></div>
<p class="sentence" aria-live="polite">{{ sentence }}</p>
<div class="figure">{{ figure }}</div>
{% if go %}
<button type="button" class="go" data-go="{{ go }}">{{ go_there }}</button>
{% endif %}
""")

_FRAMES = template("""
<div class="flip" data-figure="flip"{% if auto %} data-auto="{{ auto }}"{% endif %}>
<div class="frames">
{% for name, url in frames %}
<img src="{{ url }}" alt="{{ name }}"{% if not loop.first %} hidden{% endif %}>{% endfor %}
</div><div class="picks" role="group">
{% for name, url in frames %}
<button type="button" aria-pressed="{{ 'true' if loop.first else 'false' }}">{{ name }}</button>{% endfor %}
</div></div>""")


def flip(pictures: Sequence[tuple[str, np.ndarray]], auto: int = 0) -> Markup:
    """Pictures H×W×3 uint8 in one place, each with a button; they change by themselves every `auto` ms, if not 0."""
    return fill(_FRAMES, frames=[(name, png_url(pixels)) for name, pixels in pictures], auto=auto)


_BESIDE = template("""
<div class="beside">{% for name, note, url in shown %}
<figure><img src="{{ url }}" alt="{{ name }}">
<figcaption><b>{{ name }}</b> <span>{{ note }}</span></figcaption></figure>
{% endfor %}</div>""")


def beside(pictures: Sequence[tuple[str, str, np.ndarray]]) -> Markup:
    """Pictures H×W×3 uint8 side by side, each with a name and a figure."""
    return fill(_BESIDE, shown=[(name, note, png_url(pixels)) for name, note, pixels in pictures])


def enlarged(lr: np.ndarray, scale: int) -> np.ndarray:
    """A small picture h×w×3 with each pixel as a square of `scale`."""
    return lr.repeat(scale, 0).repeat(scale, 1)
