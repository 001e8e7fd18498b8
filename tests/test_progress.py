"""How far work is: shares of steps, and how long what tells nothing on its way will take."""

import json
from itertools import count

import pytest

from demo.kit.progress import expected, measured, share


def test_the_same_share_again_is_news():
    first, second = (json.loads(share(2, 5)) for _ in range(2))
    assert (first["done"], first["total"]) == (second["done"], second["total"]) == (2, 5)
    assert first != second


def test_what_was_measured_tells_how_long_the_next_takes(monkeypatch):
    clock = count(0, 4)  # what lies between two looks at it takes four seconds
    monkeypatch.setattr("demo.kit.progress.time.perf_counter", lambda: next(clock))
    assert expected(("known", 10), ("unknown", 1)) == ""
    with measured("known", units=100):
        pass
    assert json.loads(expected(("known", 50)))["expected"] == 2
    assert json.loads(expected(("known", 50), ("known", 25)))["expected"] == 3
    assert expected(("known", 50), ("unknown", 1)) == ""
    with measured("known", units=1, least_s=5):
        pass  # so short that it came from the cache
    assert json.loads(expected(("known", 50)))["expected"] == 2


def test_what_is_cancelled_or_fails_tells_nothing():
    with pytest.raises(ValueError, match="on its way"), measured("failed", units=1):
        raise ValueError("on its way")
    assert expected(("failed", 1)) == ""
