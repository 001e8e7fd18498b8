"""Latents one by one: their bits add up to the codec's estimate and to its file; soft quantisation; R + λ·D."""

import numpy as np
import pytest
import torch
from scipy import stats

pytest.importorskip("constriction")

from irn_core.coding.autoencoder_codec import AutoencoderCodec, load_autoencoder
from irn_core.coding.codec import load_codec
from irn_core.coding.latents import LAWS, autoencoder_latents, bits_of, cdf, icn_latents
from irn_core.coding.tables import cost_in_bits
from irn_core.measure.lagrangian import Point, cheapest, costs, lower_hull, mse_of
from irn_core.nets.autoencoder import Autoencoder, AutoencoderConfig
from irn_core.ops import laplace, normal, soft
from irn_core.ops.metrics import psnr_rgb
from irn_core.training.losses import autoencoder_loss
from tests.helpers import noise_pixels, randomise, smooth_pixels

PIXELS = smooth_pixels(136, 200, seed=3) // 2 + noise_pixels(136, 200) // 8
"""Both of its sides are padded by ICN."""
CODECS = {"icn": (load_codec, icn_latents), "autoencoder": (load_autoencoder, autoencoder_latents)}


def latents(net: str, quality: float, noise: torch.Generator | None = None, pixels: np.ndarray = PIXELS):
    load, take = CODECS[net]
    return take(load("icn") if net == "icn" else load(), pixels, quality, noise)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("s", [0.05, 0.4, 1.0, 7.0])
def test_bars_are_differences_of_the_distribution_function_and_add_up_to_1(law, s):
    k = np.arange(-400.0, 401.0)
    p = 2.0 ** -bits_of(law, k, s)
    assert p.sum() == pytest.approx(1)
    assert np.allclose(p, cdf(law, k + 0.5, s) - cdf(law, k - 0.5, s), atol=1e-12)
    theirs = {"laplace": stats.laplace, "normal": stats.norm}[law]
    assert np.allclose(cdf(law, k, s), theirs.cdf(k, scale=s))
    v = np.linspace(-3, 3, 61)
    assert np.allclose(2.0 ** -bits_of(law, v, s), theirs.cdf(v + 0.5, scale=s) - theirs.cdf(v - 0.5, scale=s))


def test_bits_far_out_are_finite_and_grow():
    v = torch.tensor([0.0, 1.0, 40.0, 400.0, 4000.0], dtype=torch.float64)
    for law in (laplace, normal):
        bits = law.soft_bits(v, torch.full_like(v, 0.5))
        assert torch.isfinite(bits).all() and (bits.diff() > 0).all()


@pytest.mark.parametrize("quality", [17, 60])
def test_bits_of_icn_are_those_of_its_tables_and_of_its_file(quality, one_thread):
    codec, found = load_codec("icn"), latents("icn", quality)
    coded = codec.encode_and_decode(PIXELS, quality)
    estimate = sum(cost_in_bits(group.symbols, group.indices).sum() for group in coded.groups)
    assert found.bits == pytest.approx(estimate, rel=2e-3)
    assert np.array_equal(found.x_hat, coded.x_hat)
    assert abs(found.size - len(coded.data)) <= 4  # zeros at the end are left out
    assert 0.93 * found.size < found.bits / 8 < found.size  # header and hints are in the file


@pytest.mark.parametrize("quality", [25, 37.84, 90])
def test_bits_of_the_autoencoder_are_those_of_its_file(quality, one_thread):
    codec, found = load_autoencoder(), latents("autoencoder", quality)
    data = codec.encode(PIXELS, quality)
    assert found.size == len(data) and np.array_equal(found.x_hat, codec.decode(data))
    assert 0 < found.size - found.bits / 8 < 10 + 0.01 * found.size


def test_noise_costs_what_training_counts(one_thread):
    net = randomise(Autoencoder(AutoencoderConfig(width=4, latents=4))).eval()
    pixels, quality = smooth_pixels(64, 64), torch.tensor([50.0])
    found = autoencoder_latents(AutoencoderCodec(net), pixels, 50, torch.Generator().manual_seed(1))
    x = torch.from_numpy(pixels).permute(2, 0, 1)[None] / 255
    parts = []
    for seed in range(8):  # another noise each
        torch.manual_seed(seed)
        with torch.inference_mode():
            parts.append(autoencoder_loss(net, x, quality).parts)
    assert found.bits / 64**2 == pytest.approx(np.mean([part["bpp"] for part in parts]), rel=0.03)


@pytest.mark.parametrize("net", CODECS)
def test_rounding_is_whole_and_noise_is_uniform(net, one_thread):
    rounded, noisy = (latents(net, 50, noise) for noise in (None, torch.Generator().manual_seed(0)))
    for level, band in rounded.bands.items():
        assert np.array_equal(band.taken, np.rint(band.taken))
        assert band.v.shape == noisy.bands[level].v.shape == band.scale.shape
    added = np.concatenate([(band.taken - band.v).ravel() for band in noisy.bands.values()])
    assert np.abs(added).max() <= 0.501 and added.std() == pytest.approx(12**-0.5, rel=0.02)
    assert noisy.size is None and noisy.x_hat.shape == PIXELS.shape
    assert psnr_rgb(PIXELS, rounded.x_hat) != psnr_rgb(PIXELS, noisy.x_hat)


@pytest.mark.parametrize("levels", [2, 4, 16])
def test_soft_quantisation_tends_to_rounding(levels):
    v = torch.linspace(-0.4, levels - 0.6, 401, dtype=torch.float64)
    inside = v[(v - v.floor() - 0.5).abs() > 0.02]  # at the edges of cells both levels are as near
    errors = [(soft.soft(inside, levels, t) - soft.hard(inside, levels)).abs().max().item() for t in (0.5, 0.1, 0.03)]
    assert errors[0] > errors[1] > errors[2] and errors[2] < 1e-6
    assert torch.allclose(soft.shares(v, levels, 0.3).sum(-1), torch.ones_like(v))


@pytest.mark.parametrize("softness", [0.05, 0.2, 0.6])
def test_the_slope_is_that_of_autograd(softness):
    v = torch.linspace(-0.4, 3.4, 301, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(soft.soft(v, 4, softness).sum(), v)
    assert torch.allclose(gradient, soft.slope(v.detach(), 4, softness), atol=1e-9)
    (hard,) = torch.autograd.grad(soft.hard(v, 4).sum(), v)
    assert not hard.any()


def test_the_chosen_file_is_the_cheapest_and_the_tangent_touches_the_hull():
    rng = np.random.default_rng(0)
    points = [Point(*pair) for pair in np.column_stack([rng.uniform(0.1, 4, 30), rng.uniform(1, 300, 30)])]
    hull = lower_hull(points)
    chosen = set()
    for lam in np.geomspace(1e-4, 10, 300):
        best = cheapest(points, lam)
        intercept = costs(points, lam)[best]
        assert all(p.rate >= intercept - lam * p.distortion - 1e-12 for p in points)  # none lies below the tangent
        chosen.add(best)
    assert chosen <= set(hull) and hull[-1] == min(range(30), key=lambda k: points[k].rate)
    assert [points[k].rate for k in hull] == sorted((points[k].rate for k in hull), reverse=True)


def test_corners_of_a_hull():
    points = [Point(0, 4), Point(1, 1), Point(4, 0), Point(2.5, 0.5), Point(2, 2), Point(4, 3)]
    assert lower_hull(points) == [2, 1, 0]  # on a line between two corners, above the hull, worse in both
    assert lower_hull([Point(1, 1)]) == [0] and lower_hull([Point(1, 1), Point(1, 1)]) == [0]
    assert mse_of(10 * np.log10(255**2 / 7)) == pytest.approx(7) and mse_of(float("inf")) == 0
