"""Every sentence on the page, by key: one file of words per language, so that the logic never holds one.

Which language is spoken belongs to the context: of an event, or of a step of one. `speak` sets it.
"""

import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TypeVar

import yaml
from markupsafe import Markup

WORDS = Path(__file__).resolve().parent.parent / "words"
LANGUAGES = {"zh": "中文", "en": "English"}
"""Files of words, and what each language calls itself."""
FIRST_LANGUAGE = "en"
"""What components are made with, and what is spoken where nobody has chosen."""
Step = TypeVar("Step")

_MARK, _CHINESE = r"[\u3000-\u303f\uff00-\uffef]", r"[\u3000-\u9fff\uff00-\uffef]"
_CHINESE_BREAK = re.compile(rf"(?<={_MARK})\n(?=\S)|(?<=\S)\n(?={_MARK})|(?<={_CHINESE})\n(?={_CHINESE})")
"""Between the lines of a Chinese paragraph: a browser would make a space of it, which Chinese has only beside Latin."""

_spoken = ContextVar("language", default=FIRST_LANGUAGE)
speak: Callable[[str], object] = _spoken.set
spoken: Callable[[], str] = _spoken.get


class Said(str):
    """Words that know how to be said again, in the language that is spoken by then."""

    again: Callable[[], str]


def lasting(make: Callable[[], str]) -> Said:
    """What `make` says, to be made anew in another language."""
    said = Said(make())
    said.again = make
    return said


def anew(value: object) -> object:
    """The same, with all words in it said again; they may be in lists, tuples and dictionaries."""
    if isinstance(value, Said):
        return value.again()
    if isinstance(value, dict):
        return {key: anew(part) for key, part in value.items()}
    return type(value)(map(anew, value)) if isinstance(value, list | tuple) else value


def has_words(value: object) -> bool:
    """Whether there is something in it that `anew` would say again."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return isinstance(value, Said) or any(map(has_words, parts))


def speaking(language: str, steps: Iterator[Step]) -> Iterator[Step]:
    """The steps, each taken in a language: every step of an event has a context of its own."""
    speak(language)
    for step in steps:
        yield step
        speak(language)


@cache
def _file(language: str) -> dict:
    return _joined(yaml.safe_load((WORDS / f"{language}.yaml").read_text(encoding="utf-8")))


def _joined(found: object) -> object:
    """The words with the lines of their Chinese paragraphs joined."""
    if isinstance(found, dict):
        return {key: _joined(part) for key, part in found.items()}
    return _CHINESE_BREAK.sub("", found) if isinstance(found, str) else found


def _find(key: str, language: str) -> str | dict | list:
    found = _file(language)
    for part in key.split("."):
        found = found[part]
    return found


def words(key: str) -> Said | dict | list:
    """What stands under a key like `rivals.names`, where the parts of a group have keys of their own.

    Raises:
        KeyError: there is no such key.
    """
    found = _find(key, spoken())
    if isinstance(found, dict):
        return {part: words(f"{key}.{part}") for part in found}
    return lasting(lambda: _find(key, spoken())) if isinstance(found, str) else found


def say(key: str, **values: object) -> Said:
    """A sentence by its key; `values` fill its {places}."""
    return lasting(lambda: words(key).format(**values)) if values else words(key)


def all_languages(key: str) -> dict[str, dict | list]:
    """A group of words in every language: what a script in the browser says."""
    return {language: _find(key, language) for language in LANGUAGES}


def hint(sentence: str) -> Markup:
    """A sentence as a small line of HTML."""
    return Markup(f"<p class='hint'>{sentence}</p>")
