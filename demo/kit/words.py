"""Every sentence on the page, by key: one file of words per language, so that the logic never holds one."""

from functools import cache
from pathlib import Path

import yaml
from markupsafe import Markup

WORDS = Path(__file__).resolve().parent.parent / "words"
LANGUAGE = "en"


@cache
def _file(language: str) -> dict:
    return yaml.safe_load((WORDS / f"{language}.yaml").read_text(encoding="utf-8"))


def words(key: str) -> str | dict | list:
    """What stands under a key like `rivals.names`, where the parts of a group have keys of their own.

    Raises:
        KeyError: there is no such key.
    """
    found = _file(LANGUAGE)
    for part in key.split("."):
        found = found[part]
    return found


def say(key: str, **values: object) -> str:
    """A sentence by its key; `values` fill its {places}."""
    return words(key).format(**values) if values else words(key)


def hint(sentence: str) -> Markup:
    """A sentence as a small line of HTML."""
    return Markup(f"<p class='hint'>{sentence}</p>")
