"""The search meets its target from below with few trials, and the rivals are fit to be searched."""

import math

import numpy as np
import pytest

from irn_core.coding.codecs import CODECS
from irn_core.coding.pillow_codecs import PILLOW_CODECS
from irn_core.coding.target import bits_per_pixel, byte_budget, largest_within
from irn_core.errors import ImageError, IRNError
from irn_core.ops.metrics import psnr_rgb
from tests.helpers import smooth_pixels

LIKE_CODECS = {
    "exponential": lambda t: 300 * math.exp(6 * t),
    "flattening": lambda t: 60 + 40_000 / (1 + math.exp(-10 * (t - 0.6))),
    "steepening": lambda t: 500 * math.exp(2 * t + 3 * t * t),
    "linear": lambda t: 100 + 50_000 * t,
    "whole bytes above a header": lambda t: 24 + round(40 * math.exp(5 * t)),
}
"""Sizes over settings as a share t of the range."""
OTHERS = {
    "root": lambda t: 50 + 80_000 * math.sqrt(t),
    "constant": lambda t: 500,
    "one step": lambda t: 100 if t < 0.37 else 10_000,
    "stairs": lambda t: 1000 * math.floor(12 * t) + 10,
    "plateau": lambda t: 100 + 4000 * max(0, t - 0.8) + 300 * min(t, 0.2),
    "only the last is large": lambda t: 1 if t < 0.999 else 10**9,
}


def search(size, high: int, target: float, slack: float) -> tuple[int, list[int]]:
    """The setting found, and those tried."""
    tried = []

    def run(setting: int) -> int:
        tried.append(setting)
        return setting

    return largest_within(target, 0, high, run, lambda setting: size(setting / high), slack), tried


@pytest.mark.parametrize("slack", [0.0, 0.02, 0.3])
@pytest.mark.parametrize("size", [*LIKE_CODECS.values(), *OTHERS.values()], ids=[*LIKE_CODECS, *OTHERS])
def test_the_target_is_met_within_slack_or_by_the_largest_setting_that_fits(size, slack):
    high = 250
    sizes = [size(setting / high) for setting in range(high + 1)]
    for target in {*np.geomspace(sizes[0], 1.1 * sizes[-1] + 1, 30), sizes[0], sizes[100], sizes[-1]}:
        found, tried = search(size, high, target, slack)
        assert sizes[found] <= target
        largest = max(setting for setting in range(high + 1) if sizes[setting] <= target)
        assert found == largest or sizes[found] >= target * (1 - slack)
        assert len(tried) == len(set(tried)) and all(0 <= setting <= high for setting in tried)


@pytest.mark.parametrize("size", LIKE_CODECS.values(), ids=LIKE_CODECS)
def test_sizes_like_those_of_codecs_take_few_trials(size):
    trials = [len(search(size, 51_200, target, 0.02)[1]) for target in np.geomspace(1.01 * size(0), 0.99 * size(1), 60)]
    assert max(trials) <= 12 and np.mean(trials) <= 10


@pytest.mark.parametrize("size", OTHERS.values(), ids=OTHERS)
def test_any_sizes_take_no_more_than_three_times_the_trials_of_halving(size):
    for target in np.geomspace(size(0), size(1) + 1, 20)[1:]:
        assert len(search(size, 51_200, target, 0.0)[1]) <= 2 + 3 * 16


@pytest.mark.parametrize(("low", "high"), [(0, 0), (3, 3), (0, 1), (7, 9)])
def test_few_settings_are_enough(low, high):
    for target in range(low, high + 2):
        assert largest_within(target + 1, low, high, int, lambda setting: setting + 1, 0.0) == min(target, high)


def test_the_result_itself_is_returned_and_not_run_again():
    runs = []

    def run(setting: int) -> bytes:
        runs.append(setting)
        return bytes(setting + 1)

    assert len(largest_within(40, 0, 100, run, len, 0.0)) == 40
    assert len(runs) == len(set(runs))


def test_a_target_below_the_smallest_names_the_smallest():
    with pytest.raises(IRNError, match=r"smallest possible is 1,300.*1,299"):
        largest_within(1299, 0, 100, int, lambda setting: 1300 + setting, 0.02)


@pytest.mark.parametrize("shape", [(1, 1, 3), (7, 13, 3), (480, 640, 3)])
def test_a_budget_is_the_largest_file_of_no_more_bits_per_pixel(shape):
    for bpp in (0.01, 0.5, 3.3, 24):
        budget = byte_budget(bpp, shape)
        assert bits_per_pixel(budget, shape) <= bpp < bits_per_pixel(budget + 1, shape)


# Rivals

RIVALS = {name: CODECS[name] for name in PILLOW_CODECS}
rivals = pytest.mark.parametrize("rival", RIVALS.values(), ids=RIVALS)


@rivals
def test_a_larger_setting_of_a_rival_gives_a_larger_file_that_decodes_to_the_size(rival):
    pixels = smooth_pixels(120, 150)
    files = {setting: rival.encode(pixels, setting) for setting in sorted({rival.low, *rival.grid, rival.high})}
    sizes = [len(file) for file in files.values()]
    assert sizes == sorted(sizes) and sizes[-1] > 4 * sizes[0]
    assert (np.diff([len(files[setting]) for setting in rival.grid]) > 0).all()
    for file in files.values():
        assert rival.decode(file).shape == pixels.shape


@rivals
def test_the_best_setting_of_a_rival_is_close_to_the_picture_and_better_than_the_least(rival):
    pixels = smooth_pixels(120, 150)
    least, best = (psnr_rgb(pixels, rival.decode(rival.encode(pixels, q))) for q in (rival.low, rival.grid[-1]))
    assert best > 34 and best > least + 5


@rivals
@pytest.mark.parametrize("shape", [(1, 1), (1, 70), (33, 17)])
def test_rivals_take_any_size(rival, shape):
    assert rival.decode(rival.encode(smooth_pixels(*shape), rival.grid[4])).shape == (*shape, 3)


@pytest.mark.parametrize("name", [name for name, rival in RIVALS.items() if rival.largest_side < 70_000])
def test_the_largest_side_of_a_rival_is_the_last_that_it_takes(name):
    rival = RIVALS[name]
    longest, longer = (np.zeros((rival.largest_side + more, 1, 3), np.uint8) for more in (0, 1))
    assert rival.takes(longest.shape) and rival.decode(rival.encode(longest, rival.low)).shape == longest.shape
    assert not rival.takes(longer.shape) and not rival.takes(longer.shape[1::-1])
    with pytest.raises(ImageError, match=r"cannot hold|can be read here"):
        rival.decode(rival.encode(longer, rival.low))


@pytest.mark.parametrize("name", CODECS)
def test_every_codec_keeps_the_contract(name):
    codec, pixels = CODECS[name], smooth_pixels(17, 9)
    assert codec.available() and codec.label
    assert codec.low <= codec.grid[0] and list(codec.grid) == sorted(set(codec.grid)) and codec.grid[-1] <= codec.high
    assert codec.decode(codec.encode(pixels, codec.grid[4])).shape == pixels.shape
