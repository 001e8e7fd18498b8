"""Only the newest of all that a visitor asks for is computed, and older work stops within a step."""

import pytest

pytest.importorskip("gradio")

from demo.kit.events import Visit


def test_work_goes_on_until_there_is_a_newer_request():
    visit = Visit()
    visit.take(1)
    steps = visit.keep(1, iter("abcd"))
    assert next(steps) == "a" and next(steps) == "b"
    visit.take(2)
    assert list(steps) == []
    assert list(visit.keep(2, iter("xyz"))) == ["x", "y", "z"]


def test_an_older_request_stops_before_its_next_step():
    visit, begun = Visit(), []

    def steps():
        for step in range(3):
            begun.append(step)
            yield step

    visit.take(1)
    kept = visit.keep(1, steps())
    assert next(kept) == 0
    visit.take(2)
    assert list(kept) == [] and begun == [0]


def test_a_request_that_waited_too_long_begins_nothing():
    visit, begun = Visit(), []
    visit.take(3)

    def steps():
        begun.append(1)
        yield 1

    assert list(visit.keep(2, steps())) == [] and not begun
    visit.take(1)  # an older one that arrives late changes nothing
    assert list(visit.keep(3, steps())) == [1]


def test_visitors_do_not_stop_each_other():
    mine, yours = Visit(), Visit()
    mine.take(1)
    steps = mine.keep(1, iter("ab"))
    assert next(steps) == "a"
    yours.take(9)
    assert list(steps) == ["b"]
