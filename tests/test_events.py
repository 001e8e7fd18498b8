"""A newer request of a visitor stops the older one at its next step."""

import pytest

pytest.importorskip("gradio")

from demo.parts import Turn, in_turn, taking


def test_work_goes_on_until_somebody_takes_the_next_turn():
    turn = Turn()
    steps = turn.keep(iter("abcd"))
    assert next(steps) == "a" and next(steps) == "b"
    turn.take()
    assert list(steps) == []
    assert list(turn.keep("xyz")) == ["x", "y", "z"]


def test_an_event_keeps_to_its_side_and_its_turn():
    run = in_turn("here", lambda *inputs: iter(inputs))
    assert list(run(Turn(), 1, 2, 3, "here")) == [1, 2, 3]
    elsewhere = list(run(Turn(), 1, 2, 3, "elsewhere"))
    assert len(elsewhere) == 1 and elsewhere[0] not in (1, 2, 3)


def test_turns_of_results_and_of_tabs_are_taken_apart():
    result, tab = Turn(), Turn()
    shown, rendered = result.keep(range(9)), tab.keep(range(9))
    assert next(shown) == next(rendered) == 0
    taking()["fn"](tab)
    assert list(rendered) == [] and next(shown) == 1
