"""Of all that a visitor asks for only the newest is computed, and older work stops within a step."""

import time

import cachetools
import numpy as np
import pytest

pytest.importorskip("gradio")

from demo.kit import cache
from demo.kit.cache import cached, size_of
from demo.kit.events import Visit
from demo.kit.tab import paced, so_far
from demo.photo import Photo
from tests.helpers import noise_pixels


def test_work_goes_on_until_there_is_a_newer_request():
    visit = Visit()
    visit.take(1)
    steps = visit.keep(1, iter("abcd"))
    assert next(steps) == "a" and next(steps) == "b"
    visit.take(2)
    assert list(steps) == []
    assert list(visit.keep(2, iter("xyz"))) == ["x", "y", "z"]


def test_a_request_that_waited_too_long_begins_nothing():
    visit, begun = Visit(), []
    visit.take(3)

    def steps():
        begun.append(1)
        yield 1

    assert list(visit.keep(2, steps())) == [] and not begun
    visit.take(1)  # an older one that arrives late changes nothing
    assert list(visit.keep(3, steps())) == [1]


def test_a_growing_result_is_sent_now_and_then_and_whole_at_last():
    assert list(so_far("abc")) == [("a",), ("a", "b"), ("a", "b", "c")]
    assert list(paced(so_far("abc"))) == [("a", "b", "c")]  # known already: it does not grow again
    assert list(paced(iter(()))) == []

    def slowly():
        for letter in "ab":
            time.sleep(0.02)
            yield letter

    assert list(paced(slowly(), 0.01)) == ["a", "b"]


@pytest.fixture
def small(monkeypatch):
    """A cache of a thousand bytes in place of the page's."""
    results = cachetools.LRUCache(1000, size_of)
    monkeypatch.setattr(cache, "RESULTS", results)
    return results


def test_the_cache_is_bounded_in_bytes_and_forgets_what_was_not_used(small):
    computed = []

    @cached
    def zeros(name: str, size: int) -> np.ndarray:
        computed.append(name)
        return np.zeros(size, np.uint8)

    for name in ("a", "b", "a", "c", "a", "b"):  # b is the least recently used when c comes
        zeros(name, 400)
        assert small.currsize <= 1000
    assert computed == ["a", "b", "c", "b"]
    zeros("large", 2000)
    assert zeros("large", 2000).size == 2000 and computed[-2:] == ["large", "large"]  # too large to be kept


def test_pictures_count_by_content_and_are_not_held(small):
    @cached
    def sides(photo: Photo) -> tuple[int, int]:
        return photo.size

    first = Photo(noise_pixels(8, 9), "mine.png")
    assert sides(first) is sides(Photo(first.pixels.copy(), "yours.png"))
    assert not any(isinstance(part, Photo) for key in small for part in key)


def test_sizes_are_those_of_the_arrays():
    pixels = np.zeros((10, 20, 3), np.uint8)
    assert size_of(pixels) == 600 and 600 <= size_of(Photo(pixels, "x")) < 800 and size_of({"a": b"123"}) == 4


def test_the_environment_sets_the_limit(monkeypatch):
    monkeypatch.setenv(cache.LIMIT_VARIABLE, "12.5")
    assert cache.limit() == 12_500_000
    monkeypatch.delenv(cache.LIMIT_VARIABLE)
    assert cache.limit() == 1_000_000_000
