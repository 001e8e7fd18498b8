"""Whole pictures: any size, exact with the true z, the same draw from the same seed, the same in tiles."""

import numpy as np
import pytest
import torch

from irn_core import rescale
from irn_core.errors import ImageError, IRNError
from irn_core.nets.irn import IRN
from irn_core.ops.pixels import pad_to_multiple, to_pixels, to_tensor
from irn_core.ops.quantise import from_uint8, to_uint8
from irn_core.rescale import downscale, draw_noise, split, upscale
from tests.helpers import noise_pixels, smooth_pixels, tiny_config, tiny_irn

SIZES = [(1, 1), (1, 2), (2, 1), (3, 3), (1, 131), (4, 5), (7, 8), (16, 16), (23, 9), (67, 131)]
sizes = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
scales = pytest.mark.parametrize("scale", [2, 4, 8])


@scales
@sizes
def test_any_size_goes_down_and_up(scale, size):
    irn, pixels = tiny_irn(scale), noise_pixels(*size)
    before = pixels.copy()
    lr = downscale(irn, pixels)
    assert lr.shape == (-(-size[0] // scale), -(-size[1] // scale), 3)
    lr_before = lr.copy()
    x_hat = upscale(irn, lr, tau=1, size=size)
    assert x_hat.shape == pixels.shape
    whole = upscale(irn, lr, tau=1)
    assert whole.shape == (lr.shape[0] * scale, lr.shape[1] * scale, 3)
    assert np.array_equal(whole[: size[0], : size[1]], x_hat)
    assert lr.dtype == x_hat.dtype == np.uint8
    assert np.array_equal(pixels, before) and np.array_equal(lr, lr_before)


@scales
@sizes
def test_true_z_and_float_y_restore_every_pixel(scale, size):
    irn, pixels = tiny_irn(scale), noise_pixels(*size)
    y, z = split(irn, pixels)
    x_hat = to_pixels(to_uint8(irn.inverse(y, z)))
    assert np.array_equal(x_hat[: size[0], : size[1]], pixels)
    assert np.array_equal(x_hat, pad_to_multiple(pixels, scale))


@scales
def test_true_z_survives_normalisation_given_the_8_bit_lr(scale):
    irn, pixels = tiny_irn(scale), noise_pixels(17, 30)
    y, z = split(irn, pixels)
    y_hat = from_uint8(to_uint8(y))
    z_again = irn.prior.denormalise(irn.prior.normalise(z, y_hat), y_hat)
    assert np.array_equal(to_pixels(to_uint8(irn.inverse(y, z_again)))[:17, :30], pixels)


@scales
@sizes
def test_lr_is_y_rounded(scale, size):
    irn, pixels = tiny_irn(scale), noise_pixels(*size)
    expected = to_pixels(to_uint8(split(irn, pixels).y))
    difference = np.abs(downscale(irn, pixels).astype(int) - expected)
    assert difference.max() <= 1 and (difference == 0).mean() > 0.999


def test_the_likeliest_is_what_upscale_decodes_at_tau_0():
    irn, lr = tiny_irn(2), noise_pixels(5, 7)
    y_hat = from_uint8(to_tensor(lr))
    x_hat = irn.inverse(y_hat, irn.prior.place(torch.zeros(1, 9, 5, 7), y_hat))
    assert np.array_equal(upscale(irn, lr), to_pixels(to_uint8(x_hat)))


def test_fresh_network_keeps_flat_pictures():
    irn = IRN(tiny_config(4)).eval()
    for level in (0, 77, 255):
        pixels = np.full((10, 14, 3), level, np.uint8)
        lr = downscale(irn, pixels)
        assert (lr == level).all()
        assert np.array_equal(upscale(irn, lr, size=(10, 14)), pixels)


# Draws


def test_a_seed_is_a_draw():
    irn, lr = tiny_irn(2), smooth_pixels(12, 15)
    one = upscale(irn, lr, tau=1, seed=1)
    torch.manual_seed(123)  # the global generator has no part in it
    assert np.array_equal(upscale(irn, lr, tau=1, seed=1), one)
    assert (upscale(irn, lr, tau=1, seed=2) != one).mean() > 0.5
    assert (upscale(irn, lr, tau=0) != one).mean() > 0.5


def test_drawing_leaves_the_global_generator_alone():
    irn = tiny_irn(2)
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    upscale(irn, smooth_pixels(12, 15), tau=1, seed=5)
    assert torch.equal(torch.rand(3), expected)


def test_tau_0_has_no_seed():
    irn, lr = tiny_irn(2), smooth_pixels(12, 15)
    assert np.array_equal(upscale(irn, lr, tau=0, seed=1), upscale(irn, lr, tau=0, seed=2))


def test_draws_depart_from_the_mode_as_tau_grows():
    irn, lr = tiny_irn(2), smooth_pixels(24, 30)
    mode = upscale(irn, lr).astype(int)
    distances = [np.abs(upscale(irn, lr, tau=tau, seed=3) - mode).mean() for tau in (0.03, 0.1, 0.3, 1)]
    assert 0 < distances[0] < distances[1] < distances[2] < distances[3]


def test_noise_is_standard_normal():
    noise = draw_noise(tiny_irn(2), 100, 120, seed=4)
    assert noise.shape == (1, 9, 100, 120)
    assert abs(noise.mean()) < 0.02 and abs(noise.std() - 1) < 0.02


# Tiles


def assert_same(ours: np.ndarray, theirs: np.ndarray):
    difference = np.abs(ours.astype(int) - theirs)
    assert difference.max() <= 1
    assert (difference == 0).mean() > 0.999


@pytest.mark.parametrize(("scale", "side"), [(2, 16), (2, 40), (4, 32)])
@pytest.mark.parametrize("changes", [{}, {"dense": True}, {"prior_width": 0}], ids=["plain", "dense", "fixed prior"])
def test_tiles_equal_the_whole(scale, side, changes, monkeypatch):
    irn = tiny_irn(scale, blocks=(1,) * (scale.bit_length() - 1), **changes)
    pixels = smooth_pixels(67, 131)
    lr = downscale(irn, pixels)
    whole = [upscale(irn, lr, tau, seed=1, size=(67, 131)) for tau in (0, 1)]
    monkeypatch.setattr(rescale, "TILE_SIDE", side)
    assert_same(downscale(irn, pixels), lr)
    for tau, expected in enumerate(whole):
        assert_same(upscale(irn, lr, tau, seed=1, size=(67, 131)), expected)


def test_a_tile_needs_its_halo(monkeypatch):
    # Were this picture the same without it, the test above would say nothing.
    irn, pixels = tiny_irn(2), smooth_pixels(67, 131)
    lr = downscale(irn, pixels)
    monkeypatch.setattr(rescale, "TILE_SIDE", 16)
    monkeypatch.setattr(IRN, "radius", 0)
    assert (downscale(irn, pixels) != lr).mean() > 0.001


def test_progress_counts_the_tiles_and_memory_is_bounded_by_them(monkeypatch):
    irn, pixels = tiny_irn(2), smooth_pixels(67, 131)
    monkeypatch.setattr(rescale, "TILE_SIDE", 32)
    seen, calls = [], []
    irn.levels[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].shape[-2:]))
    lr = downscale(irn, pixels, lambda *done: calls.append(done))
    total = 3 * 5
    assert calls == [(i, total) for i in range(1, total + 1)]
    assert len(seen) == total
    assert max(max(size) for size in seen) <= 32 + 2 * irn.radius
    calls.clear()
    upscale(irn, lr, progress=lambda *done: calls.append(done))
    assert calls == [(i, total) for i in range(1, total + 1)]


@pytest.mark.parametrize("convert", [downscale, upscale])
@pytest.mark.parametrize("array", [np.zeros((4, 4)), np.zeros((4, 4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)])
def test_other_arrays_are_refused(convert, array):
    with pytest.raises(ImageError, match="expected H×W×3 uint8"):
        convert(tiny_irn(2), array)


@pytest.mark.parametrize("size", [(0, 4), (-1, 4), (11, 4), (10, 15), (10**6, 10**6)])
def test_an_lr_gives_no_more_than_it_has(size):
    with pytest.raises(IRNError, match=rf"size is {size[0]}×{size[1]} .*1×1 to 10×14"):
        upscale(tiny_irn(), smooth_pixels(5, 7), size=size)


@pytest.mark.parametrize("tau", [float("nan"), float("inf"), -1.0])
def test_an_impossible_temperature_is_refused(tau):
    with pytest.raises(IRNError, match=f"tau is {tau}"):
        upscale(tiny_irn(), smooth_pixels(5, 7), tau=tau)
