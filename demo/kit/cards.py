"""Pictures side by side, each with its figure and one sentence."""

import base64
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from markupsafe import Markup

from demo.kit.core_words import in_own_words
from demo.kit.html import fill, template
from demo.kit.viewer import png_url
from demo.kit.words import anew, say


class Card(NamedTuple):
    """A picture H×W×3 uint8 with a title, a figure, a sentence, and further figures with their names.

    `part` is shown in place of the picture where details matter; what can be saved is always the whole.
    """

    title: str
    figure: str
    pixels: np.ndarray
    sentence: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    part: np.ndarray | None = None


_CARD = template("""
<figure class="card"><img src="{{ seen }}" alt="{{ card.title }}: {{ card.figure }}" loading="lazy">
<figcaption><b>{{ card.title }}</b> <span class="figure">{{ card.figure }}</span>
{% if card.facts %}
<dl>{% for fact, value in card.facts %}<dt>{{ fact }}</dt><dd>{{ value }}</dd>{% endfor %}</dl>
{% endif %}
<p>{{ card.sentence }}</p><a download="{{ name }}.png" href="{{ url }}">PNG</a></figcaption></figure>""")
_CARDS = template("<div class='cards'>{% for card in cards %}{{ card }}{% endfor %}</div>")
_NOTICE = template("<div class='notice' role='status'>{{ notice }}</div>")


def cards(items: Iterable[Card]) -> Markup:
    """The pictures; their pixels are exact."""
    return fill(_CARDS, cards=[_card(item) for item in items])


def growing_cards(items: Iterable[Card], to_come: int) -> Markup:
    """Cards of enlarged details, and how many are still to be computed."""
    rest = say("kit.to_come").format(to_come) if to_come else ""
    return Markup(f"<div class='pixelated'>{cards(items)}</div>{rest}")


def _card(item: Card) -> Markup:
    name = re.sub(r"[^a-z0-9.\u4e00-\u9fff]+", "-", item.title.lower().replace("τ", "tau")).strip("-")
    url = png_url(item.pixels)
    return fill(_CARD, card=item, name=name, url=url, seen=url if item.part is None else png_url(item.part))


def notices(name: str, said: Sequence[str]) -> str:
    """What was done to a file before anything else, in a line."""
    return told(notice(name, said)) if said else ""


def notice(name: str, said: Sequence[str]) -> str:
    """The words of that line."""
    return say("kit.notice", name=name, notices=say("kit.semicolon").join(anew([*map(in_own_words, said)])))


def refusal(error: Exception) -> Markup:
    """Why something cannot be had, in a line of its own."""
    return told(say("kit.sentence", said=in_own_words(error)))


def told(line: str) -> Markup:
    """A line that is announced when it appears."""
    return fill(_NOTICE, notice=line)


def data_url(png: bytes) -> str:
    """The bytes of a PNG as an address."""
    return "data:image/png;base64," + base64.b64encode(png).decode()
