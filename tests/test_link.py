"""Links: what is written is read again, whatever else is told, and nothing of it reaches the rest."""

import random
from itertools import combinations
from urllib.parse import urlencode

import pytest

from demo.kit.link import Part, choice, number, pattern, read_link
from demo.kit.words import say

SCREEN = {"mode": "screen"}
PARTS = [
    choice("mode", "paper", ["paper", "screen"], step=True),
    choice("scale", 4, (2, 4, 8), when={"mode": "paper"}),
    choice("tab", "first", ["first", "second one"], when={"mode": "paper"}),
    choice("tab", "other", ["other", "another"], when=SCREEN),
    number("tau", 0, 1.5, 1.0),
    number("seed", 0, 2**31 - 1, 0, whole=True, when=SCREEN),
    choice("aim", "size", ["size", "rate"], when=SCREEN),
    number("rate", 0.0001, 1000, 1, when=SCREEN | {"aim": "rate"}),
    pattern("at", "[0-9]+,[0-9]+", say("link.at")),
]
FIRST = {"mode": "paper", "scale": 4, "tab": "first", "tau": 1.0, "at": None}
GARBAGE = (
    "", " ", "abc", "1e1", "nan", "inf", "-1", "1_0", "٣", "1.5.2", "0x2", "9" * 400, "\0", "<b>",
    "%", "&", "first\n", "½",
)  # fmt: skip


def some_state(chance: random.Random) -> dict[str, object]:
    """A state of all parts that count together."""
    draw = {
        "mode": ["paper", "screen"], "scale": [2, 4, 8], "tau": [0.0, 0.05, 1.0, 1.5], "seed": [0, 7, 2**31 - 1],
        "aim": ["size", "rate"], "rate": [0.0001, 0.31, 1000.0], "at": [None, "0,0", "12,3456"],
    }  # fmt: skip
    state: dict[str, object] = {}
    for part in PARTS:
        if part.counts(state):
            tabs = ["first", "second one"] if state.get("mode") == "paper" else ["other", "another"]
            state[part.name] = chance.choice(tabs if part.name == "tab" else draw[part.name])
    return state


def query(state: dict[str, object]) -> str:
    return "?" + urlencode({name: value for name, value in state.items() if value is not None})


def test_what_is_written_is_read_again():
    chance = random.Random(0)
    states = [some_state(chance) for _ in range(300)]
    assert {len(state) for state in states} == {5, 6, 7}  # paper, screen, and screen that aims at a rate
    for state in states:
        assert read_link(query(state), PARTS) == (state, [])


def test_what_is_left_out_is_as_at_first():
    assert read_link("", PARTS) == read_link("?", PARTS) == (FIRST, [])
    values, wrong = read_link("?mode=screen", PARTS)
    assert values == {"mode": "screen", "tab": "other", "tau": 1.0, "seed": 0, "aim": "size", "at": None} and not wrong


@pytest.mark.parametrize("text", GARBAGE)
@pytest.mark.parametrize("name", ["mode", "scale", "tab", "tau", "at"])
def test_garbage_is_told_by_name_and_nothing_else_is_lost(name, text):
    good = {"scale": 2, "tab": "second one", "tau": 0.5, "at": "1,2"}
    values, wrong = read_link("?" + urlencode(good | {name: text}), PARTS)
    assert values == FIRST | good | {name: FIRST[name]}
    assert len(wrong) == 1 and wrong[0].startswith(f"{name}={text}"[:40]) and "expected" in wrong[0]
    assert len(wrong[0]) < 120


@pytest.mark.parametrize(("said", "expected"), [
    ("scale=3", "2, 4, 8"), ("tau=1.6", "from 0 to 1.5"), ("tau=-0.1", "from 0 to 1.5"),
    ("tab=another", "first, second one"), ("seed=1", "another mode"), ("rate=2", "another mode"),
    ("sclae=2", "no part"), ("mode=screen&seed=1.5", "whole number"), ("mode=screen&rate=2", "another mode"),
    ("mode=screen&seed=2147483648", "to 2147483647"),
])  # fmt: skip
def test_it_is_told_what_was_expected(said, expected):
    _, wrong = read_link(f"?{said}", PARTS)
    assert len(wrong) == 1 and wrong[0].startswith(said.split("&")[-1]) and expected in wrong[0]


def test_names_of_others_are_left_alone():
    assert read_link("?__theme=dark&utm_source=mail&fbclid=a1", PARTS) == (FIRST, [])


@pytest.mark.parametrize("text", ["?&&&", "???", "?=", "?%", "?%ff%fe", "?tau", "?tau=1&tau=0.5&", "?" + "a=1&" * 999])
def test_no_query_is_an_error(text):
    values, _ = read_link(text, PARTS)
    assert values == FIRST | {"tau": values["tau"]} and values["tau"] in (0.5, 1.0)


def may_count_together(one: Part, other: Part) -> bool:
    return all(one.when.get(name, wanted) == wanted for name, wanted in other.when.items())


def test_parts_of_the_page_are_in_order_and_read_what_they_write():
    gr = pytest.importorskip("gradio")
    from demo import page

    with gr.Blocks() as blocks:
        held = page._Page(blocks).address.held
    parts = [one.part for one in held]
    assert {"example", "mode", "tab", "scale", "kind", "tau", "draws", "seed", "quality", "a", "at"} <= {
        p.name for p in parts
    }
    for i, part in enumerate(parts):
        assert set(part.when) <= {earlier.name for earlier in parts[:i]}
        assert part.first is None or part.read(str(part.first)) == part.first
    shared = [pair for pair in combinations(parts, 2) if pair[0].name == pair[1].name]
    assert len(shared) > 5 and not any(may_count_together(*pair) for pair in shared)
    for one in held:  # what the component holds is a value that the part reads
        for text in (one.names or {}).values():
            assert one.part.read(str(text)) == text
