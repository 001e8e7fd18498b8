"""The sentences of the page: every key that the code asks for is there in every language, and no other."""

import ast
import re
from itertools import chain

import pytest

pytest.importorskip("yaml")

import yaml

from demo.kit.words import WORDS, say, words
from tests.test_layers import CORE, DEMO

ASKING = {"say": 0, "words": 0, "draw_controls": 1}
"""Functions that take a key, and at which place."""


def leaves(group: dict, prefix: str = "") -> set[str]:
    """The keys of all sentences in a file of words."""
    parts = ((f"{prefix}{key}", part) for key, part in group.items())
    return set(chain.from_iterable(leaves(part, f"{key}.") if isinstance(part, dict) else [key] for key, part in parts))


FILES = {path.stem: leaves(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in sorted(WORDS.glob("*.yaml"))}
KEYS = next(iter(FILES.values()))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in (*DEMO, *CORE)}
STRINGS = {
    node.value for node in chain.from_iterable(map(ast.walk, TREES.values()))
    if isinstance(node, ast.Constant) and isinstance(node.value, str)
}  # fmt: skip
WEB = [path.read_text(encoding="utf-8") for path in (WORDS.parent / "kit" / "web").rglob("*.js")]
IN_TEMPLATES = {name for text in (*STRINGS, *WEB) for name in re.findall(r"\bsaid\.(\w+)", text)}
"""Parts of a group of words that HTML or JavaScript takes."""


def pattern(node: ast.expr) -> str | None:
    """A key in the code as an expression: an f-string has a group for each of its places; None for a variable."""
    if isinstance(node, ast.Constant):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(re.escape(part.value) if isinstance(part, ast.Constant) else r"([^.]+)" for part in node.values)
    return None


def asked() -> set[str]:
    """Patterns of all keys that the page asks for."""
    calls = (node for path in DEMO for node in ast.walk(TREES[path]) if isinstance(node, ast.Call))
    named = ((ASKING[call.func.id], call) for call in calls if getattr(call.func, "id", None) in ASKING)
    return {found for place, call in named if (found := pattern(call.args[place]))}


def is_said(name: str) -> bool:
    """Whether the code has this string, whole or as an f-string with one place, or a template asks for it."""
    return (
        name in STRINGS
        or name in IN_TEMPLATES
        or any(name[: len(s)] == s and name[len(s) :] in STRINGS for s in STRINGS if s)
    )


def is_used(key: str, patterns: set[str]) -> bool:
    """Whether the code asks for a key, or for a group and has the name of the part of it."""
    for found in (re.match(rf"{one}(?:\.([^.]+).*)?$", key) for one in patterns):
        if found and all(is_said(name) for name in found.groups() if name):
            return True
    return False


def test_the_reader_sees_keys_parts_and_places():
    assert {r"page\.title", r"([^.]+)\.title", r"rivals\.names", r"rescale\.draws"} <= asked()
    assert is_used("bands.title", asked()) and is_used("rivals.names.sr", asked())
    assert is_used("break_it.experiments.jpeg 4:2:0.title", asked())
    for unused in ("bands.titles", "nobody.title", "rivals.names.nobody", "arithmetic.nobody"):
        assert not is_used(unused, asked())


def test_all_languages_have_the_same_keys():
    assert FILES and all(keys == KEYS for keys in FILES.values())


def test_every_sentence_that_is_asked_for_is_there():
    for one in asked():
        assert any(re.match(rf"{one}(\.|$)", key) for key in KEYS), one


def test_every_sentence_is_used():
    patterns = asked()
    assert [key for key in sorted(KEYS) if not is_used(key, patterns)] == []


def test_places_are_filled_and_missing_keys_are_errors():
    assert say("compress.opened", name="mine.icn").startswith("mine.icn, ")
    assert isinstance(words("rivals.names"), dict)
    with pytest.raises(KeyError):
        say("page.nobody")
