"""Shifts of log s before it names a table: they pay, and keep values off the borders between tables."""

import numpy as np
import pytest

from irn_core.coding.shifts import BLOCK, COARSE, FINE, LARGEST, choose_shifts, shifted, unzigzag, zigzag
from irn_core.coding.tables import BORDERS, cost_in_bits, nearest, number_bits
from irn_core.ops.laplace import LOG_SCALE_RANGE


def drawn(log_scale: np.ndarray, seed: int = 0) -> np.ndarray:
    """Symbols of these scales."""
    return np.random.default_rng(100 + seed).laplace(0, np.exp(log_scale)).round().astype(np.int64)


def scales(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-2, 2, count).astype(np.float32)


def cost(symbols: np.ndarray, log_scale: np.ndarray, shifts: np.ndarray) -> float:
    """Bits of symbols and shifts, computed otherwise than where shifts are chosen."""
    bits = cost_in_bits(symbols, nearest(shifted(log_scale, shifts))).sum()
    return float(bits + number_bits(zigzag(shifts)).sum())


def test_zigzag_counts_all_whole_numbers():
    numbers = np.arange(-1000, 1001)
    assert np.array_equal(np.sort(zigzag(numbers)), np.arange(2001))
    assert np.array_equal(unzigzag(zigzag(numbers)), numbers)


@pytest.mark.parametrize("wrong", [-0.75, -0.25, 0.0, 0.25, 0.75])
def test_a_shift_makes_up_for_a_prior_that_is_wrong(wrong):
    log_scale = scales(3 * BLOCK + 17)
    symbols = drawn(log_scale + wrong)
    shifts = choose_shifts(log_scale, symbols)
    assert shifts.shape == (4, 2) and shifts.dtype.kind == "i"
    assert shifts[:3, 0] * COARSE == pytest.approx(wrong, abs=0.1)


def test_blocks_have_shifts_of_their_own():
    log_scale = scales(2 * BLOCK)
    symbols = np.concatenate([drawn(log_scale[:BLOCK] + 0.5), drawn(log_scale[BLOCK:] - 0.5)])
    first, second = choose_shifts(log_scale, symbols)[:, 0] * COARSE
    assert first == pytest.approx(0.5, abs=0.1) and second == pytest.approx(-0.5, abs=0.1)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("count", [1, 50, BLOCK, BLOCK + 1])
def test_shifts_never_cost_more_than_they_save(seed, count):
    log_scale = scales(count, seed)
    symbols = drawn(log_scale + 0.3 * np.sin(np.arange(count) / 900), seed)
    chosen = choose_shifts(log_scale, symbols)
    none = np.zeros_like(chosen)
    coarse = chosen * [1, 0]
    assert cost(symbols, log_scale, coarse) <= cost(symbols, log_scale, none) * 1.001 + 1


@pytest.mark.parametrize("shift", range(-LARGEST, LARGEST + 1, 8))
def test_no_other_coarse_shift_is_much_better(shift):
    log_scale = scales(BLOCK, 5)
    symbols = drawn(log_scale - 0.2)
    chosen = choose_shifts(log_scale, symbols)
    assert cost(symbols, log_scale, chosen) < cost(symbols, log_scale, np.array([[shift, 0]])) * 1.002 + 20


def test_values_on_borders_are_moved_away():
    log_scale = np.repeat(BORDERS, 20).astype(np.float32)
    shifts = choose_shifts(log_scale, drawn(log_scale))
    away = np.abs(shifted(log_scale, shifts)[:, None] - BORDERS).min(1)
    assert away.min() > FINE / 2


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30, *LOG_SCALE_RANGE])
def test_any_floats_have_shifts(value):
    shifts = choose_shifts(np.full(40, value, np.float32), np.zeros(40, np.int64))
    assert np.abs(shifts).max() <= LARGEST + 40


def test_nothing_has_no_shifts():
    empty = np.empty(0, np.float32)
    shifts = choose_shifts(empty, np.empty(0, np.int64))
    assert shifts.shape == (0, 2) and shifted(empty, shifts).shape == (0,)
