"""p(z | y) is the Gaussian that it says it is."""

import math

import pytest
import torch

from irn_core.nets.prior import LOG_SCALE_RANGE, Prior
from tests.helpers import randomise

CHANNELS = 9


def prior(width: int = 8, seed: int = 0) -> Prior:
    return randomise(Prior(3, CHANNELS, width, 1), seed).double()


def draw(channels: int, height: int = 5, width: int = 7, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, channels, height, width, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("width", [0, 8])
@pytest.mark.parametrize("seed", range(3))
def test_normalise_and_denormalise_undo_each_other(width, seed):
    h, y, z = prior(width, seed), draw(3, seed=seed), draw(CHANNELS, seed=seed + 10)
    torch.testing.assert_close(h.denormalise(h.normalise(z, y), y), z)
    torch.testing.assert_close(h.normalise(h.denormalise(z, y), y), z)


def test_normalising_depends_on_the_condition():
    h, z = prior(), draw(CHANNELS)
    assert (h.normalise(z, draw(3, seed=1)) - h.normalise(z, draw(3, seed=2))).abs().mean() > 0.1


def test_zero_noise_is_the_mode():
    h, y = prior(), draw(3)
    mode = h.denormalise(torch.zeros_like(draw(CHANNELS)), y)
    best = h.log_densities(mode, y).sum(1)
    for seed in range(5):
        assert (h.log_densities(mode + 0.1 * draw(CHANNELS, seed=seed), y).sum(1) < best).all()


@pytest.mark.parametrize("seed", range(3))
def test_log_density_is_that_of_a_multivariate_normal(seed):
    h, y, z = prior(seed=seed), draw(3, 1, 1, seed), draw(CHANNELS, 1, 1, seed + 10)
    mean, scale = (t[..., 0, 0] for t in h.mean_scale(y))
    root = h.mix @ torch.diag_embed(scale)
    normal = torch.distributions.MultivariateNormal(mean @ h.mix.T, covariance_matrix=root @ root.mT)
    torch.testing.assert_close(h.log_densities(z, y).sum(1)[..., 0, 0], normal.log_prob(z[..., 0, 0]))


def test_log_density_obeys_the_change_of_variables():
    h, y, eps = prior(), draw(3, 1, 1)[:1], draw(CHANNELS, 1, 1)[:1]

    def to_z(e):
        return h.denormalise(e.view(1, CHANNELS, 1, 1), y).flatten()

    jacobian = torch.autograd.functional.jacobian(to_z, eps.flatten())
    normal = torch.distributions.Normal(0, 1).log_prob(eps).sum()
    expected = normal - torch.linalg.slogdet(jacobian).logabsdet
    torch.testing.assert_close(h.log_densities(to_z(eps).view_as(eps), y).sum(1).squeeze(), expected)


def test_pixels_are_independent_given_the_condition():
    h, y, z = prior(), draw(3), draw(CHANNELS)
    changed = z.clone()
    changed[:, :, 2, 3] += 1
    difference = (h.log_densities(changed, y).sum(1) - h.log_densities(z, y).sum(1)) != 0
    assert difference[:, 2, 3].all() and difference.sum() == 2


def test_width_0_is_the_standard_normal_whatever_the_condition():
    h, z = prior(width=0), draw(CHANNELS)
    expected = torch.distributions.Normal(0, 1).log_prob(z).sum(1)
    torch.testing.assert_close(h.log_densities(z, draw(3)).sum(1), expected)
    assert torch.equal(h.normalise(z, draw(3)), z)
    assert h.radius == 0 and not list(h.parameters())


def test_scale_stays_within_its_range():
    h = prior()
    for param in h.net.parameters():
        param.mul_(1e3)
    _, scale = h.mean_scale(draw(3))
    log_scale = scale.log().abs()
    assert log_scale.max() <= LOG_SCALE_RANGE + 1e-9
    assert log_scale.max() > LOG_SCALE_RANGE - 1


def test_whitening_gives_unit_covariance():
    h = Prior(3, CHANNELS, 8, 1).double()  # fresh: μ = 0, σ = 1
    generator = torch.Generator().manual_seed(0)
    colour = torch.randn(CHANNELS, CHANNELS, generator=generator, dtype=torch.float64) * torch.logspace(-3, 1, CHANNELS)
    z = torch.einsum("ij,bjhw->bihw", colour, draw(CHANNELS, 20, 30))
    with torch.no_grad():
        before = z.clone()
        h.whiten(z)
        samples = h.normalise(z, draw(3, 20, 30)).transpose(0, 1).flatten(1)
    covariance = samples @ samples.T / samples.shape[1]
    assert torch.equal(z, before)
    # The ridge, 1e-6 of the mean variance, is felt only by directions of less variance than that.
    strong = torch.linalg.eigvalsh(covariance)
    assert math.isclose(strong[-1], 1, rel_tol=1e-3)
    assert strong[0] > 0 and covariance.diagonal().max() < 1.001


def test_whitening_well_spread_samples_is_exact():
    h, z = Prior(3, CHANNELS, 8, 1).double(), draw(CHANNELS, 20, 30)
    with torch.no_grad():
        h.whiten(z)
        samples = h.normalise(z, draw(3, 20, 30)).transpose(0, 1).flatten(1)
    identity = torch.eye(CHANNELS, dtype=torch.float64)
    torch.testing.assert_close(samples @ samples.T / samples.shape[1], identity, rtol=0, atol=1e-5)
