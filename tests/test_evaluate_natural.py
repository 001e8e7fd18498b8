"""`evaluate natural` on data whose figures are known."""

import json
from itertools import starmap

import numpy as np
import pytest

from irn_core.errors import IRNError
from irn_core.measure import telling
from irn_core.measure.natural import evaluate_natural, figures_of, frechet, textures
from irn_core.ops import haar
from irn_core.ops.pixels import tensor_of
from irn_core.rescale import downscale, upscale
from tests.helpers import run, smooth_pixels, tiny_irn, write_pictures
from tests.test_evaluate import haar_with_spread, silent

pytestmark = pytest.mark.usefixtures("one_thread")


def grain(seed: int, sigma: float, side: int = 96) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(128, sigma, (side, side, 3))
    return noise.round().clip(0, 255).astype(np.uint8)


def test_bands_have_the_energy_that_was_put_in():
    x = np.zeros((32, 32, 3), np.uint8)
    x[:, 1::2] = 100  # alternates along x from pixel to pixel: all in the finest horizontal band
    energies = haar.energies(tensor_of(x, 4), 2).mean(-1).numpy() * 255**2
    assert energies.shape == (2, 3)
    assert energies[0, 0] == pytest.approx(50**2)
    assert np.delete(energies.ravel(), 0) == pytest.approx(0, abs=1e-6)


def test_the_frechet_distance_is_none_between_equals_and_grows_with_the_difference():
    one, same, rougher, smooth = ([grain(seed + k, sigma) for k in range(6)] for seed, sigma in
                                  ((0, 20), (50, 20), (0, 30), (0, 5)))  # fmt: skip
    assert frechet(one, one) == pytest.approx(0, abs=1e-3)
    near, far, farther = (frechet(one, other) for other in (same, rougher, smooth))
    assert near < far / 3 < farther / 3


def test_a_patch_has_a_texture():
    assert textures(grain(0, 9, side=96)).shape == (9, 120)
    assert textures(grain(0, 9, side=47)).shape == (1, 120)


@pytest.mark.parametrize(("sigma", "low", "high"), [(20, 0.3, 0.7), (40, 0.9, 1.0)])
def test_draws_are_told_from_originals_only_where_they_differ(monkeypatch, sigma, low, high):
    monkeypatch.setattr(telling, "STEPS", 40)
    monkeypatch.setattr(telling, "BATCH", 4)
    originals, drawn = [grain(k, 20) for k in range(6)], [[grain(100 + k, sigma)] for k in range(6)]
    found = telling.accuracy(originals, drawn)
    assert low <= found <= high
    assert telling.accuracy(originals, drawn) == found


def test_true_draws_are_as_far_from_each_other_as_from_the_original():
    """Haar with z ~ N(0, σ²) is judged on pictures that are such draws themselves."""
    irn = haar_with_spread(0.05)
    lr = downscale(irn, smooth_pixels(64, 64))
    original, *drawn = starmap(upscale, [(irn, lr, 1.0, seed) for seed in range(5)])
    found = figures_of(irn, original, lr, drawn)
    assert found["diversity"] == pytest.approx(1, abs=0.05)
    assert found["psnr_y_likeliest"] - found["psnr_y"] == pytest.approx(3.0, abs=0.4)  # an error of its own besides
    assert found["lr_psnr"] > 40  # 8 bits clip the darkest and brightest
    narrow = haar_with_spread(0.01)
    too_alike = figures_of(narrow, original, lr, [upscale(narrow, lr, 1.0, seed) for seed in range(4)])
    assert too_alike["diversity"] < 0.5 and too_alike["spectral_score"] > found["spectral_score"]


def test_the_energy_of_draws_is_compared_band_by_band(tmp_path, monkeypatch):
    monkeypatch.setattr(telling, "STEPS", 1)
    irn, folder = haar_with_spread(0.05), write_pictures(tmp_path / "p", 2, 64, 64)
    found = evaluate_natural(irn, "haar", folder, 2, 0, silent)
    assert json.loads(json.dumps(found)) == found
    assert list(found["energy_share"]) == [f"level 1, {band}" for band in ("horizontal", "vertical", "diagonal")]
    assert found["energy_share"]["level 1, diagonal"] > 10  # smooth pictures have nearly none
    assert [row["name"] for row in found["images"]] == ["00.png", "01.png"]
    assert 0 <= found["told_apart"] <= 1


def test_what_cannot_be_compared_is_said(tmp_path, capsys):
    folder, irn = write_pictures(tmp_path / "p", 1, 64, 64), tiny_irn()
    with pytest.raises(IRNError, match="two or more"):
        evaluate_natural(irn, "tiny", folder, 1, 0, silent)
    with pytest.raises(IRNError, match="half of the pictures"):
        evaluate_natural(irn, "tiny", folder, 2, 0, silent)
    small = write_pictures(tmp_path / "small", 2, 63, 80)
    with pytest.raises(IRNError, match=r"00\.png is 80×63; textures take 64"):
        evaluate_natural(irn, "tiny", small, 2, 0, silent)
    for name in ("00.png", "01.png"):
        (small / name).rename(small / f"late-{name}")
    write_pictures(small, 2, 64, 64)
    with pytest.raises(IRNError, match=r"late-00\.png is 80×63"):
        evaluate_natural(irn, "tiny", small, 2, 0, pytest.fail)  # before any work


def test_the_command_writes_json(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(telling, "STEPS", 1)
    folder, out = write_pictures(tmp_path / "p", 2, 64, 64), tmp_path / "natural.json"
    assert run("evaluate", "natural", "--model", "irn-x2", "--data", folder, "--draws", 2, "--json", out) == 0
    found = json.loads(out.read_text())
    assert found["weights"].startswith("irn-x2@") and found["draws"] == 2
    assert "told_apart" in capsys.readouterr().out
