"""The scores of a folder: the keys that were promised, honest means, and nothing skipped."""

import json
import math

import numpy as np
import pytest
from PIL import Image

from irn_core.coding.pillow_codecs import JPEGS, decode_by_pillow
from irn_core.errors import ImageError
from irn_core.measure.calibration import calibration_of, evaluate_calibration
from irn_core.measure.filters import FILTERS, bicubic_hr, bicubic_lr
from irn_core.measure.rescaling import AsJpeg, evaluate_filter, evaluate_picture, evaluate_rescale
from irn_core.measure.scores import score
from irn_core.nets.irn import IRN
from irn_core.ops.metrics import psnr_rgb, psnr_y, ssim_rgb, ssim_y
from irn_core.pictures.files import read_picture
from irn_core.rescale import downscale, upscale
from irn_core.weights import count_params
from tests.helpers import smooth_pixels, tiny_config, tiny_irn, write_pictures

FIGURES = ["psnr_y", "ssim_y", "psnr_rgb", "ssim_rgb", "lr_psnr"]


def silent(_: str):
    pass


def test_keys_are_those_promised(tmp_path):
    irn = tiny_irn()
    result = evaluate_rescale(irn, "tiny", write_pictures(tmp_path, 3), tau=0.5, seed=4, report=silent)
    assert list(result) == ["model", "scale", "tau", "seed", "refine", "params", "images", "mean"]
    assert (result["model"], result["scale"], result["tau"], result["seed"]) == ("tiny", 2, 0.5, 4)
    assert result["params"] == count_params(irn)
    assert [row["name"] for row in result["images"]] == ["00.png", "01.png", "02.png"]
    assert all(list(row) == ["name", *FIGURES] for row in result["images"])
    assert list(result["mean"]) == FIGURES
    assert json.loads(json.dumps(result)) == result


def test_mean_is_the_mean(tmp_path):
    result = evaluate_rescale(tiny_irn(), "tiny", write_pictures(tmp_path, 3), tau=0, seed=0, report=silent)
    for key in FIGURES:
        assert result["mean"][key] == pytest.approx(sum(row[key] for row in result["images"]) / 3)


@pytest.mark.parametrize("scale", [2, 4])
@pytest.mark.parametrize("size", [(40, 56), (41, 55)])
def test_figures_are_those_of_a_round_trip(scale, size):
    irn, pixels = tiny_irn(scale), smooth_pixels(*size)
    lr = downscale(irn, pixels)
    x_hat = upscale(irn, lr, 0.5, 3, size=size)
    scores = evaluate_picture(irn, pixels, 0.5, 3)
    assert scores.psnr_y == psnr_y(pixels, x_hat, scale)
    assert scores.ssim_y == ssim_y(pixels, x_hat, scale)
    assert scores.psnr_rgb == psnr_rgb(pixels, x_hat)
    assert scores.ssim_rgb == ssim_rgb(pixels, x_hat)
    assert scores.lr_psnr == psnr_rgb(lr, bicubic_lr(pixels, scale))


def test_tau_and_seed_matter():
    irn, pixels = tiny_irn(), smooth_pixels(40, 56)
    assert evaluate_picture(irn, pixels, 1, 0) == evaluate_picture(irn, pixels, 1, 0)
    assert evaluate_picture(irn, pixels, 1, 0) != evaluate_picture(irn, pixels, 1, 1)
    assert evaluate_picture(irn, pixels, 0, 0) == evaluate_picture(irn, pixels, 0, 1)


@pytest.mark.parametrize("scale", [2, 4])
def test_bicubic_lr_is_that_of_pillow(scale):
    pixels = smooth_pixels(48, 56) // 2 + 64
    theirs = Image.fromarray(pixels).resize((56 // scale, 48 // scale), Image.Resampling.BICUBIC)
    assert np.abs(bicubic_lr(pixels, scale).astype(int) - np.asarray(theirs)).max() <= 1


@pytest.mark.parametrize("scale", [2, 4])
@pytest.mark.parametrize("size", [(1, 1), (13, 22), (24, 32)])
def test_bicubic_baseline_takes_any_size(scale, size):
    pixels = smooth_pixels(*size)
    lr = bicubic_lr(pixels, scale)
    assert lr.shape == (-(-size[0] // scale), -(-size[1] // scale), 3)
    assert bicubic_hr(lr, scale, size).shape == pixels.shape


def test_one_lossless_picture_does_not_hide_the_others(tmp_path):
    # A fresh network is the Haar transform with z = 0: lossless on a flat picture, not on others.
    irn = IRN(tiny_config()).eval()
    write_pictures(tmp_path, 2)
    Image.new("RGB", (48, 48), (10, 200, 90)).save(tmp_path / "flat.png")
    result = evaluate_rescale(irn, "haar", tmp_path, tau=0, seed=0, report=silent)
    *others, flat = result["images"]
    assert flat["name"] == "flat.png" and flat["psnr_y"] is flat["psnr_rgb"] is None
    assert result["mean"]["psnr_y"] == pytest.approx((others[0]["psnr_y"] + others[1]["psnr_y"]) / 2)
    assert math.isfinite(result["mean"]["psnr_rgb"])


def test_a_tiny_picture_has_no_ssim_and_does_not_hide_the_others(tmp_path):
    write_pictures(tmp_path, 1)
    Image.fromarray(smooth_pixels(5, 5)).save(tmp_path / "tiny.png")
    result = evaluate_rescale(tiny_irn(), "tiny", tmp_path, tau=0, seed=0, report=silent)
    assert result["images"][1]["ssim_y"] is None
    assert result["mean"]["ssim_y"] == result["images"][0]["ssim_y"]
    assert result["mean"]["psnr_y"] == pytest.approx(np.mean([row["psnr_y"] for row in result["images"]]))


def test_equal_pictures_score_perfectly():
    x, lr = smooth_pixels(24, 24), smooth_pixels(12, 12)
    scores = score(x, x, lr, lr, 2)
    assert scores.psnr_y == scores.psnr_rgb == scores.lr_psnr == math.inf
    assert scores.ssim_y == pytest.approx(1) and scores.ssim_rgb == pytest.approx(1)


def test_an_unreadable_picture_is_an_error(tmp_path):
    write_pictures(tmp_path, 2)
    (tmp_path / "01.png").write_bytes((tmp_path / "00.png").read_bytes()[:500])
    with pytest.raises(ImageError, match=r"01\.png"):
        evaluate_rescale(tiny_irn(), "tiny", tmp_path, tau=0, seed=0, report=silent)


def test_an_empty_folder_is_an_error(tmp_path):
    (tmp_path / "notes.txt").write_text("no pictures here")
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(ImageError, match="no pictures"):
            evaluate_rescale(tiny_irn(), "tiny", folder, tau=0, seed=0, report=silent)


@pytest.mark.parametrize("name", FILTERS)
def test_filters_are_scored_as_networks_are(tmp_path, name):
    folder = write_pictures(tmp_path, 2)
    result = evaluate_filter(name, 4, folder, report=silent)
    assert (result["model"], result["scale"], result["params"], len(result["images"])) == (name, 4, 0, 2)
    pixels = read_picture(folder / result["images"][0]["name"]).pixels
    lr, x_hat = FILTERS[name](pixels, 4)
    assert x_hat.shape == pixels.shape and lr.shape[0] == -(-pixels.shape[0] // 4)
    assert result["images"][0]["psnr_y"] == psnr_y(pixels, x_hat, 4)
    assert (result["mean"]["lr_psnr"] is None) == (name == "bicubic")


@pytest.mark.parametrize("chroma", JPEGS)
def test_an_lr_may_travel_as_jpeg(tmp_path, chroma):
    irn, jpeg, folder = tiny_irn(), AsJpeg(60, chroma), write_pictures(tmp_path, 2)
    found = evaluate_rescale(irn, "tiny", folder, tau=0, seed=0, jpeg=jpeg, report=silent)
    assert found["jpeg"] == {"quality": 60, "chroma": chroma}
    pixels = read_picture(folder / "00.png").pixels
    lr = downscale(irn, pixels)
    arrived = decode_by_pillow(JPEGS[chroma].encode(lr, 60))
    assert found["images"][0]["psnr_y"] == psnr_y(pixels, upscale(irn, arrived, size=pixels.shape[:2]), 2)
    assert found["images"][0]["lr_psnr"] == psnr_rgb(bicubic_lr(pixels, 2), lr)
    bicubic = evaluate_filter("bicubic", 2, folder, jpeg, silent)
    arrived = decode_by_pillow(JPEGS[chroma].encode(bicubic_lr(pixels, 2), 60))
    assert bicubic["images"][0]["psnr_y"] == psnr_y(pixels, bicubic_hr(arrived, 2, pixels.shape[:2]), 2)


def test_pictures_in_folders_below_count(tmp_path):
    write_pictures(tmp_path / "a" / "b", 1)
    write_pictures(tmp_path / "c", 1)
    result = evaluate_rescale(tiny_irn(), "tiny", tmp_path, tau=0, seed=0, report=silent)
    assert len(result["images"]) == 2


def haar_with_spread(sigma: float) -> IRN:
    """The Haar transform, with z ~ N(0, σ²) whatever y is."""
    irn = IRN(tiny_config(whitener_width=0)).eval().requires_grad_(False)
    irn.prior.mix.mul_(sigma)
    return irn


@pytest.mark.parametrize("factor", [0.5, 1, 2])
def test_calibration_compares_the_error_with_the_predicted_spread(tmp_path, factor):
    # Pictures that are draws from a known p(z|y), far enough from black and white not to be clipped.
    truth = haar_with_spread(0.03)
    for i in range(2):
        x = upscale(truth, smooth_pixels(32, 32, i) // 2 + 64, tau=1, seed=100 + i)
        Image.fromarray(x).save(tmp_path / f"{i}.png")
    result = evaluate_calibration(haar_with_spread(0.03 * factor), tmp_path, draws=6, seed=0, report=silent)
    assert list(result) == ["draws", "rms_error", "rms_spread", "error_over_spread", "coverage_50%", "coverage_90%"]
    assert result["error_over_spread"] == pytest.approx(1 / factor, rel=0.05)
    assert result["rms_error"] == pytest.approx(255 * 0.03 * 3**0.5, rel=0.05)  # three details add up in a pixel
    if factor == 1:
        assert result["coverage_50%"] == pytest.approx(0.5, abs=0.04)  # rounding is allowed for, and widens
        assert result["coverage_90%"] == pytest.approx(0.9, abs=0.02)


def test_spread_is_the_unbiased_variance_of_draws():
    irn, pixels = tiny_irn(), smooth_pixels(24, 30)
    lr = downscale(irn, pixels)
    one, two = (upscale(irn, lr, 1, seed, pixels.shape[:2]).astype(float) for seed in (7, 8))
    found = calibration_of(irn, pixels, draws=2, seed=7)
    assert found["variance"] == pytest.approx(np.mean((one - two) ** 2) / 2)
    mode = upscale(irn, lr, 0, 0, pixels.shape[:2])
    assert found["error"] == pytest.approx(np.mean((mode.astype(float) - pixels) ** 2))
