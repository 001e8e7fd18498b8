"""The sentences of the page: every key that the code asks for is there in every language, and no other."""

import ast
import re
from contextvars import copy_context
from itertools import chain
from string import Formatter

import pytest

pytest.importorskip("yaml")

import yaml

from demo.kit.viewer import WEB
from demo.kit.words import FIRST_LANGUAGE, LANGUAGES, WORDS, anew, say, speak, speaking, spoken, words
from tests.test_layers import CORE, DEMO

ASKING = {"say": 0, "words": 0, "draw_controls": 1, "all_languages": 0, "speaking_script": 0}
"""Functions that take a key, and at which place."""


def leaves(group: dict, prefix: str = "") -> dict[str, str | list]:
    """All sentences in a file of words, by their keys."""
    found = {}
    for key, part in group.items():
        found |= leaves(part, f"{prefix}{key}.") if isinstance(part, dict) else {prefix + key: part}
    return found


FILES = {name: leaves(yaml.safe_load((WORDS / f"{name}.yaml").read_text(encoding="utf-8"))) for name in LANGUAGES}
KEYS = FILES[FIRST_LANGUAGE].keys()
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in (*DEMO, *CORE)}
STRINGS = {
    node.value for node in chain.from_iterable(map(ast.walk, TREES.values()))
    if isinstance(node, ast.Constant) and isinstance(node.value, str)
}  # fmt: skip
BROWSER = "".join(
    path.read_text(encoding="utf-8") for path in sorted(WEB.rglob("*")) if path.suffix in (".js", ".html")
)
NAMES = STRINGS | {
    *re.findall(r"\bsaid\.(\w+)", "".join(STRINGS) + BROWSER), *re.findall(r'word\("(\w+)"', BROWSER),
    *chain.from_iterable(re.findall(r"[\w-]+ (\w+)", pairs) for pairs in re.findall(r'data-words="([^"]+)"', BROWSER)),
    *re.findall(r'"(\w+)"', BROWSER),
}  # fmt: skip
"""What the code calls parts of groups: in strings, in templates, and in the browser."""


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
    """Whether the code has this string, whole or as an f-string with one place."""
    return name in NAMES or any(name[: len(s)] == s and name[len(s) :] in NAMES for s in NAMES if s)


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


def places(sentence: str | list | dict) -> list:
    """Names and formats of the {places} of a sentence, in any order; of a list, those of each."""
    if isinstance(sentence, list | dict):
        return [places(one) for one in (sentence.values() if isinstance(sentence, dict) else sentence)]
    return sorted((name, shape) for _, name, shape, _ in Formatter().parse(sentence) if name is not None)


def test_all_languages_have_the_same_keys_and_places():
    assert {path.stem for path in WORDS.glob("*.yaml")} == set(FILES)
    for found in FILES.values():
        assert found.keys() == KEYS
        assert {key: places(said) for key, said in found.items()} == {
            key: places(said) for key, said in FILES[FIRST_LANGUAGE].items()
        }


def test_words_are_said_again_in_another_language():
    made = [(say("kit.draw", number=3, tau=0.5), 3), say("page.clear")]
    assert made == [("Draw 3, τ = 0.5", 3), "Reset"]
    steps = speaking("zh", (anew(made) for _ in range(2)))
    for _ in range(2):
        assert copy_context().run(next, steps) == [("采样 3，τ = 0.5", 3), "重置"]
    assert spoken() == FIRST_LANGUAGE


def test_lines_of_a_chinese_paragraph_are_joined_without_a_space():
    speak("zh")
    try:
        assert "\n" not in say("curve.intro") and "## 植入与擦除\n\nLR" in say("arithmetic.region")
    finally:
        speak(FIRST_LANGUAGE)


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
