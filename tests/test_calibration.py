"""Calibration is measured right: on synthetic errors whose answer is known."""

import numpy as np
import pytest

from irn_core.measure.spread import INTERVALS, compare, coverage, deciles, rms, sparsification, variance_over
from tests.helpers import noise_pixels


def synthetic(factor: float = 1.0, count: int = 100_000, draws: int = 16) -> tuple[np.ndarray, np.ndarray]:
    """Whole errors of deviations 1 … 20 grey levels, and the spread of draws that are `factor` times as wide."""
    rng = np.random.default_rng(0)
    sigma = rng.uniform(1, 20, count)
    error = np.round(sigma * rng.standard_normal(count))
    spread = np.std(np.round(factor * sigma * rng.standard_normal((draws, count))), axis=0, ddof=1)
    return error, spread


@pytest.mark.parametrize("level", [0.5, 0.9])
@pytest.mark.parametrize("draws", [2, 16])
def test_intervals_of_true_draws_cover_what_they_say(level, draws):
    error, spread = synthetic(draws=draws)
    assert coverage(error, spread, draws, level) == pytest.approx(level, abs=0.012)


def test_intervals_too_narrow_cover_less_and_too_wide_more():
    found = [coverage(*synthetic(factor), 16, 0.9) for factor in (0.5, 1, 2)]
    assert found[0] < 0.65 and found[0] < found[1] < found[2] and found[2] > 0.98


def test_a_picture_without_spread_may_err_by_rounding():
    assert coverage(np.zeros(3), np.zeros(3), 16, 0.9) == pytest.approx(1, abs=0.02)
    assert coverage(np.array([2.0, -3.0]), np.zeros(2), 16, 0.9) == 0


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
def test_reliability_shows_by_how_much_the_spread_is_wrong(factor):
    spread, error = deciles(*synthetic(factor, draws=200))
    assert np.allclose(spread / error, factor, rtol=0.06)
    assert (np.diff(spread) > 0).all()


def test_few_draws_do_not_tilt_it():
    """Where all is equally uncertain, no group may seem surer than another."""
    rng = np.random.default_rng(0)
    error, draws = 5 * rng.standard_normal(100_000), 5 * rng.standard_normal((4, 100_000))
    one, other = (draws[k::2].std(axis=0, ddof=1) for k in (0, 1))
    spread, found = deciles(error, one, by=other)
    assert np.allclose(spread, 5, rtol=0.04) and np.allclose(found, 5, rtol=0.04)
    spread, found = deciles(error, one)
    assert spread[0] < 1 and spread[-1] > 9 and np.allclose(found, 5, rtol=0.04)


def test_taking_out_what_is_doubtful_helps_as_far_as_the_spread_knows():
    error, spread = synthetic(draws=200)
    shares, ours, oracle = sparsification(error, spread)
    assert shares[0] == 0 and ours[0] == pytest.approx(rms(error)) == oracle[0]
    assert (np.diff(ours) < 0).all() and (ours >= oracle - 1e-9).all()
    blind = sparsification(error, np.random.default_rng(1).random(error.shape))[1]
    assert np.allclose(blind, rms(error), rtol=0.1) and (blind[5:] > 1.1 * ours[5:]).all()
    assert np.allclose(sparsification(error, np.abs(error))[1], oracle)


def test_shapes_do_not_matter():
    error, spread = synthetic(count=600)
    for shape in ((600,), (20, 30), (10, 20, 3)):
        assert np.allclose(
            sparsification(error.reshape(shape), spread.reshape(shape))[1], sparsification(error, spread)[1]
        )
        assert np.allclose(deciles(error.reshape(shape), spread.reshape(shape))[1], deciles(error, spread)[1])


@pytest.mark.parametrize("count", [2, 5])
def test_draws_are_compared_with_the_error(count):
    x, likeliest, *draws = (noise_pixels(9, 14, seed) for seed in range(2 + count))
    found = compare(x, likeliest, draws)
    assert np.allclose(found.variance, np.var(draws, axis=0, ddof=1), rtol=1e-5)
    assert np.allclose(variance_over(draws), found.variance)
    assert np.allclose(found.spread**2, found.variance.mean(-1), rtol=1e-5)
    error = likeliest.astype(float) - x
    assert np.allclose(found.error**2, (error**2).mean(-1), rtol=1e-5)
    expected = [coverage(error, np.std(draws, axis=0, ddof=1), count, level) for level in INTERVALS]
    assert found.coverage == pytest.approx(expected)


def test_one_draw_spreads_about_the_likeliest():
    x, likeliest, draw = (noise_pixels(9, 14, seed) for seed in range(3))
    found = compare(x, likeliest, [draw])
    assert np.array_equal(found.variance, (likeliest.astype(float) - draw) ** 2) and found.coverage == ()
