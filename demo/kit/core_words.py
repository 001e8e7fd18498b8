"""What the core says of files and settings, in the language of the page.

The core speaks English, and knows of no other language. So its sentences are found by their pattern, as gettext finds
them by their text, in a file of pairs for each further language; what has no pair stays English.
"""

import re
from functools import cache

import yaml

from demo.kit.words import FIRST_LANGUAGE, WORDS, Said, lasting, spoken

_PLACE = re.compile(r"\\\{(\w+)\\\}")


def in_own_words(said: object) -> Said:
    """A sentence of the core, or an error with one; what the page itself said stays as it is."""
    return said if isinstance(said, Said) else lasting(lambda: _translated(str(said), spoken()))


def _translated(sentence: str, language: str) -> str:
    for pattern, pair in _pairs(language):
        if found := pattern.fullmatch(sentence):
            return pair.format(**{place: _translated(part, language) for place, part in found.groupdict().items()})
    return sentence


@cache
def _pairs(language: str) -> tuple[tuple[re.Pattern, str], ...]:
    """Patterns of English sentences, with a group for each of their places, and what stands for them."""
    if language == FIRST_LANGUAGE:
        return ()
    pairs = yaml.safe_load((WORDS / "core" / f"{language}.yaml").read_text(encoding="utf-8"))
    return tuple((re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(english)), re.DOTALL), own) for english, own in pairs)
