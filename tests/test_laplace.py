"""Symbols have the probabilities of a Laplace distribution, are worth their bits, and draws stay in their cells."""

import numpy as np
import pytest
import torch
from scipy import stats

from irn_core.ops.laplace import LOG_SCALE_RANGE, PRICE, bits, draw, edges, quantise, soft_bits

LOG_SCALES = np.linspace(*LOG_SCALE_RANGE, 19)
SCALES = torch.from_numpy(np.exp(LOG_SCALES))[:, None]
"""Over the whole range, float64, one a row."""
scales = pytest.mark.parametrize("s", [0.05, 0.2, 1.0, 5.0, 400.0])


def probability(v: torch.Tensor, s: torch.Tensor) -> np.ndarray:
    """Asks scipy for P(v ± ½), on the lower side, where differences of the distribution function keep their digits."""
    low = -v.abs().numpy()
    return stats.laplace.cdf(low + 0.5, scale=s.numpy()) - stats.laplace.cdf(low - 0.5, scale=s.numpy())


def cells(k: torch.Tensor, s: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Where the cell of k ≥ 0 begins (for 0: in the middle) and ends, by bisection of `quantise`."""
    borders = []
    for symbol in (k, k + 1):
        low, high = torch.zeros_like(symbol * s), (symbol + 2) * torch.ones_like(s)
        for _ in range(60):
            middle = (low + high) / 2
            above = quantise(middle, *edges(s)) >= symbol
            low, high = torch.where(above, low, middle), torch.where(above, middle, high)
        borders.append(high)
    return torch.where(k == 0, 0, borders[0]), borders[1]


def cost(v: torch.Tensor, k: torch.Tensor, s: torch.Tensor) -> torch.Tensor:
    return (v - k) ** 2 + PRICE * bits(k, s)


# Probabilities


def test_probabilities_add_up_to_one():
    k = torch.arange(-12_000.0, 12_001, dtype=torch.float64)
    torch.testing.assert_close(torch.exp2(-bits(k, SCALES)).sum(1), torch.ones(len(SCALES), dtype=torch.float64))


def test_bits_are_those_of_the_laplace_distribution():
    k = torch.arange(-12.0, 13, dtype=torch.float64)
    np.testing.assert_allclose(bits(k, SCALES), -np.log2(probability(k, SCALES)), rtol=1e-9)


def test_soft_bits_are_those_of_a_unit_cell_around_any_value():
    around_the_switch = 0.5 + torch.tensor([-1e-3, -1e-7, 0, 1e-7, 1e-3], dtype=torch.float64)
    v = torch.cat([torch.linspace(-7, 7, 999, dtype=torch.float64), around_the_switch, -around_the_switch])
    np.testing.assert_allclose(soft_bits(v, SCALES), -np.log2(probability(v, SCALES)), rtol=1e-9)


def test_soft_bits_agree_with_bits_at_integers():
    k = torch.arange(-300.0, 301, dtype=torch.float64)
    torch.testing.assert_close(soft_bits(k, SCALES), bits(k, SCALES))


def test_float32_is_good_to_a_thousandth_of_a_bit():
    k, s = torch.arange(-30.0, 31), SCALES.float()
    for function, values in ((bits, k), (soft_bits, k + 0.3)):
        torch.testing.assert_close(
            function(values, s).double(), function(values.double(), s.double()), rtol=0, atol=1e-3
        )


def test_gradients_are_those_of_finite_differences():
    v = torch.tensor([-6.2, -0.7, -0.2, 0.1, 0.45, 0.55, 1.0, 3.4], dtype=torch.float64, requires_grad=True)
    s = SCALES[::3].clone().requires_grad_()
    assert torch.autograd.gradcheck(soft_bits, (v, s), rtol=1e-4)
    assert torch.autograd.gradcheck(lambda s: bits(v.detach().round(), s), s, rtol=1e-4)


@pytest.mark.parametrize("size", [0.0, 0.5, 1.0, 1e3, 1e6])
def test_gradients_are_finite_far_from_the_mean(size):
    v, s = torch.tensor([[-size, size]], requires_grad=True), SCALES.float().requires_grad_()
    (soft_bits(v, s) + bits(v.detach().round(), s)).sum().backward()
    assert v.grad.isfinite().all() and s.grad.isfinite().all()


# Which symbol


def test_between_zero_and_one_the_cheaper_symbol_is_taken():
    v = torch.linspace(0, 1.5, 3001, dtype=torch.float64)
    zero, one = cost(v, torch.zeros_like(v), SCALES), cost(v, torch.ones_like(v), SCALES)
    clear = (zero - one).abs() > 1e-9
    assert torch.equal((quantise(v, *edges(SCALES)) == 0)[clear], (zero < one)[clear])


def test_the_symbol_costs_least_where_the_scale_is_a_step_or_more():
    s, v = SCALES[SCALES[:, 0] >= 1], torch.linspace(0, 9, 9001, dtype=torch.float64)
    candidates = torch.arange(11.0, dtype=torch.float64).view(-1, 1, 1)
    excess = cost(v, quantise(v, *edges(s)), s) - cost(v, candidates, s).amin(0)
    assert excess.max() < 0.05  # squared steps: cells lie at most 0.025 beside the best, as PRICE has its share


def test_on_average_no_symbols_cost_less():
    # Below a step, cells from 2 on are not the cheapest, but hardly ever entered.
    v, width = torch.linspace(0, 30, 30_001, dtype=torch.float64), 0.001
    candidates = torch.arange(33.0, dtype=torch.float64).view(-1, 1)
    for s in SCALES[SCALES[:, 0] < 2, 0]:
        density = torch.exp(-v / s) / s * width
        excess = (density * (cost(v, quantise(v, *edges(s)), s) - cost(v, candidates, s).amin(0))).sum()
        assert 0 <= excess < 2e-4


def test_from_two_on_the_symbol_is_the_mean_of_its_cell():
    k = torch.tensor([2.0, 3.0, 7.0], dtype=torch.float64)
    start, end = cells(k, SCALES)
    mean = stats.truncexpon.mean((end - start) / SCALES, loc=start, scale=SCALES.expand_as(start))
    np.testing.assert_allclose(mean, k.expand_as(start), atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_symbols_are_whole_odd_in_v_growing_and_never_beyond_the_nearest_integer(dtype):
    v, s = torch.linspace(-40, 40, 40_001, dtype=dtype), SCALES.to(dtype)
    k = quantise(v, *edges(s))
    assert torch.equal(k, k.round()) and torch.equal(quantise(-v, *edges(s)), -k)
    assert (k.diff(dim=1) >= 0).all()
    assert (k.abs() <= (v.abs() + 0.5).floor()).all() and (k * v >= 0).all()


def test_small_steps_round_to_the_nearest_integer():
    v = torch.linspace(-40, 40, 40_001, dtype=torch.float64)
    clear = ((v - v.floor()) - 0.5).abs() > 1e-3
    assert torch.equal(quantise(v, *edges(SCALES[-1]))[clear], v.round()[clear])


# Draws


@scales
@pytest.mark.parametrize("k", [-3, -1, 0, 1, 2, 40])
def test_draws_follow_the_distribution_inside_the_cell(k, s):
    uniform = torch.rand(2500, generator=torch.Generator().manual_seed(k + 99), dtype=torch.float64)
    symbols, scale = torch.full_like(uniform, k), torch.full_like(uniform, s)
    v = symbols + draw(symbols, scale, uniform)
    start, end = (float(edge) for edge in cells(torch.tensor(abs(k)).double(), torch.tensor(s).double()))
    assert (v.abs() >= start - 1e-9).all() and (v.abs() <= end + 1e-9).all()
    inside = stats.truncexpon((end - start) / s, loc=start, scale=s)
    assert stats.kstest(v.abs().numpy(), inside.cdf).pvalue > 1e-3
    if k:
        assert (v.sign() == np.sign(k)).all()
    else:
        assert stats.binomtest(int((v > 0).sum()), len(v)).pvalue > 1e-3


def test_a_draw_is_quantised_to_its_symbol_again():
    uniform = 0.01 + 0.98 * torch.rand(400, generator=torch.Generator().manual_seed(0))
    for k in (-30.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 30.0):
        s = SCALES.float()
        symbols = torch.full((len(s), len(uniform)), k)
        assert torch.equal(quantise(symbols + draw(symbols, s, uniform), *edges(s)), symbols)
