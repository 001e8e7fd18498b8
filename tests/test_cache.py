"""The cache of the page: bounded in bytes, by content, the least recently used go first."""

import gc
import weakref

import cachetools
import numpy as np
import pytest

from demo.kit import cache
from demo.kit.cache import cached, is_known, size_of
from demo.photo import Photo
from demo.rescale.tabs.refine.compute import start
from tests.helpers import noise_pixels


@pytest.fixture
def small(monkeypatch):
    """A cache of a thousand bytes in place of the page's."""
    results = cachetools.LRUCache(1000, size_of)
    monkeypatch.setattr(cache, "RESULTS", results)
    return results


def test_it_is_bounded_in_bytes_and_forgets_what_was_not_used(small):
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
    assert small.currsize == 800  # and it has pushed out nothing


def test_functions_share_the_limit_but_no_results(small):
    first, second = cached(lambda size: np.zeros(size, np.uint8)), cached(_ones)
    assert not first(600).any() and second(600).all()
    assert small.currsize == 600  # one limit for both


def _ones(size: int) -> np.ndarray:
    return np.ones(size, np.uint8)


def test_pictures_count_by_content_and_are_not_held(small):
    @cached
    def sides(photo: Photo) -> tuple[int, int]:
        return photo.size

    first = Photo(noise_pixels(8, 9), "mine.png")
    pixels, held = first.pixels.copy(), weakref.ref(first.pixels)
    assert sides(first) is sides(Photo(pixels, "yours.png"))
    assert sides(photo=first) is sides(photo=Photo(pixels, "yours.png"))
    assert sides(Photo(pixels[:-1], "mine.png")) == (7, 9)
    del first
    gc.collect()
    assert held() is None and len(small) == 3


def test_what_is_at_hand_is_known(small):
    double = cached(lambda number: 2 * number)
    assert not is_known(double, 3)
    double(3)
    assert is_known(double, 3) and not is_known(double, 4)


def test_a_default_counts_as_if_it_were_given(small):
    computed = []

    @cached
    def times(number: int, factor: int = 2) -> int:
        computed.append((number, factor))
        return number * factor

    assert times(3) == times(3, 2) == 6
    assert computed == [(3, 2)] and is_known(times, 3) and is_known(times, 3, 2)
    assert times(3, 4) == 12 and computed[1:] == [(3, 4)]


def test_what_fails_is_tried_again(small):
    answers = iter((ValueError("not yet"), 7))

    @cached
    def ask() -> int:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(ValueError, match="not yet"):
        ask()
    assert ask() == ask() == 7


def test_a_run_of_refinement_counts_for_what_it_holds():
    """It is kept while it grows, so it counts from the start for all that it will hold."""
    run = start(Photo(noise_pixels(96, 128), "noise"), "irn-x2")
    counted = size_of(run)
    while run.advance():
        pass
    held = [run.photo.pixels, run.before.lr, run.result]
    held += [value for value in gc.get_referents(run._steps) if hasattr(value, "nbytes")]
    assert size_of(run) == counted > size_of(held) - size_of(run.result.lr_png)


def test_sizes_are_those_of_the_arrays():
    pixels = np.zeros((10, 20, 3), np.uint8)
    assert size_of(pixels) == 600 and 600 <= size_of(Photo(pixels, "x")) < 800 and size_of({"a": b"123"}) == 4


def test_the_environment_sets_the_limit(monkeypatch):
    monkeypatch.setenv(cache.LIMIT_VARIABLE, "12.5")
    assert cache.limit() == 12_500_000
    monkeypatch.delenv(cache.LIMIT_VARIABLE)
    assert cache.limit() == 1_000_000_000
    assert cache.RESULTS.maxsize > 0
