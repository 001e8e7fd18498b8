"""PSNR and SSIM against their formulas and against scikit-image."""

import math

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from skimage.metrics import structural_similarity

from irn_core.ops.metrics import psnr_rgb, psnr_y, psnr_y_where, ssim_rgb, ssim_y, ssimulacra2
from irn_core.ops.pixels import luma
from tests.helpers import noise_pixels, smooth_pixels


def pair(height: int = 40, width: int = 56, strength: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """A picture, and the same with noise."""
    x = smooth_pixels(height, width)
    noise = np.random.default_rng(1).integers(-strength, strength + 1, x.shape)
    return x, (x + noise).clip(0, 255).astype(np.uint8)


def psnr(x: np.ndarray, x_hat: np.ndarray) -> float:
    return 10 * math.log10(255**2 / np.mean((x.astype(float) - x_hat.astype(float)) ** 2))


def ssim(x: np.ndarray, x_hat: np.ndarray) -> float:
    """Wang et al. 2004, equation 13: 11×11 Gaussian window of σ = 1.5, means over whole windows only."""

    def mean(v: np.ndarray) -> np.ndarray:
        return gaussian_filter(v, 1.5, truncate=3.5)

    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mx, my = mean(x), mean(x_hat)
    vx, vy, vxy = mean(x * x) - mx * mx, mean(x_hat * x_hat) - my * my, mean(x * x_hat) - mx * my
    index = (2 * mx * my + c1) * (2 * vxy + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    return float(index[5:-5, 5:-5].mean())


@pytest.mark.parametrize("border", [0, 2, 4])
@pytest.mark.parametrize("strength", [1, 20, 200])
def test_figures_follow_the_formulas(border, strength):
    x, x_hat = pair(strength=strength)
    inside = slice(border, x.shape[0] - border), slice(border, x.shape[1] - border)
    y, y_hat = luma(x[inside]), luma(x_hat[inside])
    assert psnr_y(x, x_hat, border) == pytest.approx(psnr(y, y_hat))
    assert ssim_y(x, x_hat, border) == pytest.approx(ssim(y, y_hat))
    assert psnr_rgb(x, x_hat) == pytest.approx(psnr(x, x_hat))
    channels = [ssim(x[..., c].astype(float), x_hat[..., c].astype(float)) for c in range(3)]
    assert ssim_rgb(x, x_hat) == pytest.approx(np.mean(channels))


def test_ssim_is_the_one_that_scikit_image_calls_wangs():
    x, x_hat = pair()
    options = {"data_range": 255, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    assert ssim_rgb(x, x_hat) == pytest.approx(structural_similarity(x, x_hat, channel_axis=2, **options))
    y, y_hat = luma(x), luma(x_hat)
    assert ssim_y(x, x_hat, 0) == pytest.approx(structural_similarity(y, y_hat, **options))


@pytest.mark.parametrize("border", [1, 2, 4])
def test_the_border_does_not_count(border):
    x, x_hat = pair()
    changed = noise_pixels(*x.shape[:2])
    inside = slice(border, x.shape[0] - border), slice(border, x.shape[1] - border)
    changed[inside] = x_hat[inside]
    assert psnr_y(x, changed, border) == psnr_y(x, x_hat, border)
    assert ssim_y(x, changed, border) == ssim_y(x, x_hat, border)
    assert psnr_y(x, changed, border - 1) < psnr_y(x, x_hat, border - 1)


def test_a_part_counts_alone():
    x, x_hat = pair()
    where = np.zeros(x.shape[:2], bool)
    where[:20, 5:30] = True
    inside = slice(2, 20), slice(5, 30)
    assert psnr_y_where(x, x_hat, 2, where) == pytest.approx(psnr(luma(x[inside]), luma(x_hat[inside])))
    assert psnr_y_where(x, x_hat, 2, where | True) == psnr_y(x, x_hat, 2)
    where[2:] = False  # only the border is left
    assert math.isnan(psnr_y_where(x, x_hat, 2, where))


@pytest.mark.parametrize("size", [(1, 1), (4, 30), (8, 8)])
def test_a_picture_that_is_all_border_counts_whole(size):
    x, x_hat = pair(*size)
    assert psnr_y(x, x_hat, 4) == psnr_y(x, x_hat, 0)


def test_equal_pictures_have_infinite_psnr_and_unit_ssim():
    x, _ = pair()
    assert psnr_y(x, x, 2) == psnr_rgb(x, x) == math.inf
    assert ssim_y(x, x, 2) == pytest.approx(1)
    assert ssim_rgb(x, x) == pytest.approx(1)


@pytest.mark.parametrize("size", [(1, 1), (10, 50), (50, 10)])
def test_ssim_needs_a_whole_window(size):
    x, x_hat = pair(*size)
    assert math.isnan(ssim_y(x, x_hat, 0)) and math.isnan(ssim_rgb(x, x_hat))
    assert math.isfinite(psnr_y(x, x_hat, 0)) and math.isfinite(psnr_rgb(x, x_hat))


def test_ssim_needs_a_whole_window_inside_the_border():
    x, x_hat = pair(14, 14)
    assert math.isfinite(ssim_y(x, x_hat, 1)) and math.isnan(ssim_y(x, x_hat, 2))


def test_figures_are_symmetric_and_leave_the_pictures_alone():
    x, x_hat = pair()
    copies = x.copy(), x_hat.copy()
    for figure in (psnr_rgb, ssim_rgb, lambda a, b: psnr_y(a, b, 2), lambda a, b: ssim_y(a, b, 2)):
        assert figure(x, x_hat) == pytest.approx(figure(x_hat, x))
    assert np.array_equal(x, copies[0]) and np.array_equal(x_hat, copies[1])


def test_ssimulacra2_is_100_for_equal_pictures_and_falls_with_damage():
    x = smooth_pixels(64, 80)
    noise = np.random.default_rng(0).normal(size=x.shape)
    scores = [ssimulacra2(x, np.clip(x + sigma * noise, 0, 255).astype(np.uint8)) for sigma in (0, 4, 16, 64)]
    assert scores[0] == pytest.approx(100) and scores == sorted(scores, reverse=True) and scores[-1] < 0
    assert math.isnan(ssimulacra2(x[:7], x[:7]))
