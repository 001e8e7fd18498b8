"""η ↔ ε: exact both ways, a density, each value given those before it, and on the scale of the picture at hand."""

import pytest
import torch

from irn_core.measure.normality import moments, neighbours, power_sums
from irn_core.nets.whitener import BETWEEN, COARSEST, MIDDLE, Whitener, _means, _normal, at
from irn_core.training.optimiser import Optimiser
from tests.helpers import randomise

CHANNELS = 2
SIZES = [(1, 1), (1, 7), (5, 3), (8, 8), (17, 23)]


def whitener(seed: int = 0) -> Whitener:
    return randomise(Whitener(3, CHANNELS, 8), seed).double()


def draw(channels: int, height: int, width: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, channels, height, width, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("size", SIZES)
def test_whiten_and_colour_undo_each_other(size):
    net, y, values = whitener(), draw(3, *size), 5 * draw(CHANNELS, *size, seed=1)
    torch.testing.assert_close(net.colour(net.whiten(values, y), y), values)
    torch.testing.assert_close(net.whiten(net.colour(values / 5, y), y), values / 5)


def test_float32_is_enough():
    net, y, eps = whitener().float(), draw(3, 40, 33).float(), draw(CHANNELS, 40, 33, seed=1).float()
    torch.testing.assert_close(net.whiten(net.colour(eps, y), y), eps, rtol=0, atol=1e-4)


def test_surprises_beyond_what_float32_can_tell_from_impossible_come_back():
    """A value of 9 amid silence is 500 of its units: a logistic tail of 1e-217."""
    net, y, eta = Whitener(3, 1, 8), torch.zeros(1, 3, 16, 16), torch.zeros(1, 1, 16, 16)
    for height in (1.0, 3.0, 9.0, -9.0):
        eta[..., 5, 6] = height
        eps = net.whiten(eta, y)
        assert eps.isfinite().all() and eps.abs().max() > 8
        torch.testing.assert_close(net.colour(eps, y), eta, rtol=1e-4, atol=1e-4)


def test_the_nearest_are_those_around():
    """On a plane the mean of values around a place is the value there."""
    rows, columns = torch.meshgrid(torch.arange(9.0), torch.arange(9.0), indexing="ij")

    def plane(row: float, column: float) -> torch.Tensor:
        return 3 * (rows + row) - 7 * (columns + column)

    grid, middle = plane(0, 0), plane(0.5, 0.5)
    for nearest, known, asked in (
        (MIDDLE, [grid], [middle]),
        (BETWEEN, [grid, middle], [plane(0, 0.5), plane(0.5, 0)]),
    ):
        found = torch.nn.functional.conv2d(torch.stack(known)[None], _means(nearest, 1), padding=1, groups=len(known))
        for means in found.unflatten(1, (len(known), len(asked)))[0]:
            torch.testing.assert_close(means[:, 1:-1, 1:-1], torch.stack(asked)[:, 1:-1, 1:-1])


@pytest.mark.parametrize("size", [(1, 1), (3, 4)])
def test_the_density_obeys_the_change_of_variables(size):
    net, y, eps = whitener(), draw(3, *size)[:1], draw(CHANNELS, *size, seed=1)[:1]
    eta = net.colour(eps, y)

    def whiten(values):
        return net.whiten(values.view_as(eps), y).flatten()

    steps = 1e-5 * torch.eye(eta.numel(), dtype=eta.dtype)
    columns = [(whiten(eta.flatten() + step) - whiten(eta.flatten() - step)) / 2e-5 for step in steps]
    jacobian = torch.stack(columns, 1)
    expected = torch.distributions.Normal(0, 1).log_prob(eps).sum() + torch.linalg.slogdet(jacobian).logabsdet
    torch.testing.assert_close(net.log_densities(eta, y).sum(), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("dtype", "rtol"), [(torch.float32, 1e-6), (torch.float64, 1e-9)])
def test_a_logistic_value_becomes_the_normal_one_as_rare(dtype, rtol):
    """log Φ(−x) for x from 0 to 1000, as the logarithm of a logistic tail: u = log(1/p − 1)."""
    x = torch.tensor([0.0, 0.1, 1.0, 5.0, 12.0, 13.0, 40.0, 1000.0], dtype=torch.float64)
    log_p = torch.special.log_ndtr(-x)
    u = torch.where(log_p > -30, torch.log(torch.expm1(-log_p)), -log_p)
    for sign in (1, -1):
        found = _normal((sign * u).to(dtype))
        assert found.dtype == dtype
        torch.testing.assert_close(found.double(), sign * x, rtol=rtol, atol=1e-7)


def test_every_place_is_visited_once():
    visits = torch.zeros(1, CHANNELS, 19, 30)

    def visit(places, mean, log_s):
        at(visits, places).add_(1)
        assert mean.shape == log_s.shape == at(visits, places).shape
        return mean

    with torch.no_grad():
        whitener().float().walk(torch.zeros(1, 3, 19, 30), visit)
    assert (visits == 1).all()


def test_a_value_depends_on_those_before_it_and_on_the_condition():
    net, y, eta = whitener(), draw(3, 20, 20), draw(CHANNELS, 20, 20, seed=1)
    before, changed = net.whiten(eta, y), eta.clone()
    changed[..., 9, 8] += 1  # between two corners: among the last to come
    assert ((net.whiten(changed, y) - before) != 0).nonzero()[:, 2:].unique(dim=0).tolist() == [[9, 8]]
    changed = eta.clone()
    changed[..., COARSEST, COARSEST] += 1  # among the first
    assert ((net.whiten(changed, y) - before) != 0).sum() > 500
    assert not torch.allclose(net.whiten(eta, y + 0.1 * draw(3, 20, 20, seed=2)), before)


def test_the_scale_is_that_of_the_neighbours():
    """A fresh one makes noise of any deviation noise of deviation 1, but at the places that come first."""
    net, y = Whitener(3, CHANNELS, 8).double(), torch.zeros(1, 3, 160, 160, dtype=torch.float64)
    noise = draw(CHANNELS, 160, 160)[:1]
    for deviation in (0.3, 1.0, 20.0):
        eps = net.whiten(deviation * noise, y)
        at(eps, (slice(None, None, COARSEST), slice(None, None, COARSEST))).zero_()
        assert eps.std().item() == pytest.approx(1, abs=0.1)


def test_what_is_drawn_is_what_it_learns_to_whiten():
    """Trained on a smooth field of another scale in each picture, it tells structure from noise, both ways."""
    torch.manual_seed(0)
    net = Whitener(3, 1, 8)
    optimiser = Optimiser(list(net.parameters()), 1e-2)
    y = torch.zeros(8, 3, 32, 32)

    def fields():
        smooth = torch.nn.functional.avg_pool2d(torch.randn(8, 1, 34, 34), 3, 1)
        return smooth * torch.exp(torch.randn(8, 1, 1, 1))

    for step in range(200):
        (-net.log_densities(fields(), y).mean()).backward()
        optimiser.step(step / 200)
    with torch.no_grad():
        eta = fields()
        eps, drawn = net.whiten(eta, y).numpy(), net.colour(torch.randn_like(eta), y).numpy()
    after = moments(power_sums(eps.reshape(1, -1, 32)))
    assert abs(after.mean[0]) < 0.05 and after.deviation[0] == pytest.approx(1, abs=0.1)
    assert after.kurtosis[0] == pytest.approx(3, abs=0.9)
    for pictures, low, high in ((eta.numpy(), 0.5, 0.75), (drawn, 0.4, 0.75), (eps, -0.1, 0.1)):
        assert low < sum(neighbours(p).mean() for p in pictures) / 8 < high
