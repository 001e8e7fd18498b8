"""Refining an LR for an f⁻¹ that stays as it is: never worse, near where it was, and the same in tiles."""

import numpy as np
import pytest
import torch

from irn_core import refine
from irn_core.errors import IRNError
from irn_core.measure.filters import bicubic_lr
from irn_core.ops.metrics import psnr_rgb
from irn_core.ops.pixels import LUMA, tensor_of
from irn_core.ops.quantise import round8
from irn_core.pictures.files import encode_png
from irn_core.pictures.lr_file import read_lr
from irn_core.refine import refinements
from irn_core.rescale import downscale, upscale
from irn_core.weights import load_model, save_model
from tests.helpers import misused, noise_pixels, refused, run, smooth_pixels, tiny_irn


@pytest.fixture(scope="module")
def shipped():
    return load_model("irn-x2")


def loss_of(irn, pixels, lr) -> float:
    """What the steps minimise, computed otherwise than there."""
    y = round8(tensor_of(lr))
    with torch.no_grad():
        error = (irn.inverse(y, irn.prior.likeliest(y)) - tensor_of(pixels, irn.config.scale)).double()
    luma = sum(weight * error[:, i] for i, weight in enumerate(LUMA))
    return (error.square().mean().log() + luma.square().mean().log()).item() / 2


@pytest.mark.parametrize("pixels", [smooth_pixels(48, 70), noise_pixels(33, 41)])
@pytest.mark.parametrize("scale", [2, 4])
def test_a_refined_lr_is_never_worse_by_its_own_loss(pixels, scale):
    irn = tiny_irn(scale, seed=4)
    before, after = downscale(irn, pixels), downscale(irn, pixels, refine=4)
    assert after.shape == before.shape and after.dtype == np.uint8
    assert loss_of(irn, pixels, after) <= loss_of(irn, pixels, before) + 1e-5


def test_the_steps_tell_the_loss_of_their_own_lr():
    irn, pixels = tiny_irn(seed=4), smooth_pixels(48, 70)
    steps = list(refinements(irn, pixels, downscale(irn, pixels), 3))
    assert len(steps) == 4 and np.array_equal(steps[0].lr, downscale(irn, pixels))
    for step in steps:
        assert step.loss == pytest.approx(loss_of(irn, pixels, step.lr), abs=1e-4)


def test_shipped_weights_gain_and_keep_the_lr_where_it_was(shipped):
    pixels = smooth_pixels(96, 128)
    before, after = downscale(shipped, pixels), downscale(shipped, pixels, refine=10)
    guide = bicubic_lr(pixels, 2)
    assert loss_of(shipped, pixels, after) < loss_of(shipped, pixels, before) - 0.05
    assert psnr_rgb(guide, after) > psnr_rgb(guide, before) - 0.2


def test_tiles_refine_as_the_whole_does(monkeypatch):
    irn, pixels = tiny_irn(seed=4), smooth_pixels(90, 110)
    whole = downscale(irn, pixels, refine=3)
    monkeypatch.setattr(refine, "TILE_SIDE", 32)
    in_tiles = downscale(irn, pixels, refine=3)
    assert np.abs(whole.astype(int) - in_tiles).max() <= 1
    assert (whole != in_tiles).mean() < 0.01


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_flat_picture_is_refined_without_harm(shipped, grey):
    pixels = np.full((24, 32, 3), grey, np.uint8)
    lr = downscale(shipped, pixels)
    steps = list(refinements(shipped, pixels, lr, 2))
    assert all(np.isfinite([step.loss, step.rgb_mse, step.luma_mse]).all() for step in steps)
    assert psnr_rgb(bicubic_lr(pixels, 2), downscale(shipped, pixels, refine=2)) >= psnr_rgb(bicubic_lr(pixels, 2), lr)


def test_a_picture_is_refined_alike_every_time_and_the_network_stays():
    irn, pixels, told = tiny_irn(seed=4), noise_pixels(20, 30), []
    before = {name: tensor.clone() for name, tensor in irn.state_dict().items()}
    first = downscale(irn, pixels, lambda *progress: told.append(progress), refine=3)
    assert np.array_equal(first, downscale(irn, pixels, refine=3))
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert all(torch.equal(tensor, before[name]) for name, tensor in irn.state_dict().items())
    assert all(param.grad is None for param in irn.parameters())


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_steps_may_be_taken_where_others_compute_without_gradients(mode):
    irn, pixels = tiny_irn(seed=4), noise_pixels(20, 30)
    expected = downscale(irn, pixels, refine=3)
    steps = refinements(irn, pixels, downscale(irn, pixels), 3)
    found = [next(steps)]
    with mode():
        found += [next(steps), next(steps)]
    found += steps
    best = min(found, key=lambda step: step.loss)
    assert np.array_equal(best.lr, expected)


@pytest.mark.parametrize("steps", [-1, 2.5, float("nan"), "3"])
def test_an_impossible_number_of_steps_is_refused(steps):
    irn, pixels = tiny_irn(), noise_pixels(8, 8)
    with pytest.raises(IRNError, match="steps"):
        next(refinements(irn, pixels, downscale(irn, pixels), steps))


def test_the_command_refines_and_the_file_says_so(tmp_path, capsys):
    irn, pixels = tiny_irn(seed=4), noise_pixels(20, 30)
    model, photo, lr = (tmp_path / name for name in ("tiny.safetensors", "photo.png", "lr.png"))
    save_model(irn, model, {})
    photo.write_bytes(encode_png(pixels))
    assert run("downscale", photo, lr, "--model", model, "--refine", 3) == 0
    read = read_lr(lr)
    assert read.refine == 3 and not read.changed and np.array_equal(read.pixels, downscale(irn, pixels, refine=3))
    assert run("upscale", lr, tmp_path / "up.png", "--model", model) == 0
    assert "--refine" in misused(capsys, "downscale", photo, lr, "--model", model, "--refine", "-1")


def test_a_refined_row_says_so_and_is_not_mixed_with_others(tmp_path, capsys):
    irn, model = tiny_irn(seed=4), tmp_path / "tiny.safetensors"
    save_model(irn, model, {})
    data = tmp_path / "data"
    data.mkdir()
    (data / "a.png").write_bytes(encode_png(smooth_pixels(24, 32)))
    common = ("evaluate", "rescale", "--model", model, "--data", data)
    for extra in (["--record"], ["--draws", 2]):
        assert "--refine" in refused(capsys, *common, "--refine", 2, *extra)


def test_upscaling_a_refined_lr_needs_nothing_else(shipped):
    pixels = smooth_pixels(64, 64)
    lr = downscale(shipped, pixels, refine=2)
    assert upscale(shipped, lr).shape == pixels.shape
