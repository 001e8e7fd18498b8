"""What noise looks like: figures of fields whose answers are known, and of the folder that they are taken over."""

import json
import math
import warnings

import numpy as np
import pytest
from PIL import Image
from scipy import signal, stats

from irn_core.measure.information import value_names
from irn_core.measure.noise import evaluate_normality, stages
from irn_core.measure.normality import (
    Figures,
    by_band,
    correlation,
    defined_mean,
    figures,
    histogram,
    moments,
    neighbours,
    power_sums,
    quantiles,
    with_known,
)
from irn_core.ops.pixels import luma
from irn_core.ops.quantise import round8
from irn_core.rescale import downscale, split
from irn_core.weights import load_model, model_tag, save_model
from tests.helpers import refused, run, smooth_pixels, tiny_irn

pytestmark = pytest.mark.usefixtures("one_thread")


def white(channels: int = 3, height: int = 300, width: int = 400, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((channels, height, width)).astype(np.float32)


def test_white_gaussian_noise_is_what_everything_is_compared_with():
    field = white()
    found = moments(power_sums(field))
    assert np.allclose(found.mean, 0, atol=0.01)
    assert np.allclose(found.deviation, 1, atol=0.01)
    assert np.allclose(found.kurtosis, 3, atol=0.05)
    assert np.allclose(neighbours(field), 0, atol=0.01)
    assert np.allclose(with_known(field, white(1, seed=1)[0]), 0, atol=0.01)


def test_laplace_has_heavy_tails_and_the_uniform_none():
    rng = np.random.default_rng(0)
    field = np.stack([rng.laplace(size=(700, 700)), rng.uniform(size=(700, 700))])
    assert np.allclose(moments(power_sums(field)).kurtosis, (6, 1.8), atol=0.1)


def test_moments_are_those_of_the_values_wherever_they_lie():
    field = 5 + 0.2 * white() ** 3
    found = moments(power_sums(field))
    assert np.allclose(found.mean, field.mean((1, 2)), rtol=1e-5)
    assert np.allclose(found.deviation, field.std((1, 2)), rtol=1e-5)
    assert np.allclose(found.kurtosis, stats.kurtosis(field.reshape(3, -1), axis=1, fisher=False), rtol=1e-3)


def test_sums_of_pictures_and_of_channels_add_up():
    one, other = white(3, 20, 30), 2 + white(3, 50, 10, seed=1)
    both = np.concatenate([one.reshape(3, -1), other.reshape(3, -1)], 1)
    total = power_sums(one) + power_sums(other)
    assert np.allclose(moments(total).kurtosis, stats.kurtosis(both, axis=1, fisher=False), rtol=1e-4)
    assert moments(total.sum(1)).deviation == pytest.approx(both.std(), rel=1e-5)


@pytest.mark.parametrize("strength", [-0.5, 0.3, 0.9])
def test_autocorrelation_is_that_of_an_autoregression(strength):
    rows = signal.lfilter([(1 - strength**2) ** 0.5], [1, -strength], white(2, 500, 600), axis=2)
    assert np.allclose(neighbours(rows), [[strength] * 2, [0] * 2], atol=0.02)
    assert np.allclose(neighbours(rows.transpose(0, 2, 1)), [[0] * 2, [strength] * 2], atol=0.02)


@pytest.mark.parametrize("strength", [-1, -0.3, 0, 0.6])
def test_a_planted_correlation_is_found(strength):
    known, field = white(1, seed=1)[0], white()
    field = 7 * (strength * known + (1 - strength**2) ** 0.5 * field) + 4
    assert np.allclose(with_known(field, 16 + 50 * known), strength, atol=0.01)


def test_what_does_not_vary_has_no_kurtosis_and_no_correlation():
    flat = np.full((2, 5, 6), 0.1, np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = moments(power_sums(flat))
        assert np.allclose(found.mean, 0.1) and np.allclose(found.deviation, 0, atol=1e-8)
        assert np.isnan(found.kurtosis).all() and np.isnan(neighbours(flat)).all()
        assert np.isnan(with_known(flat, white(1, 5, 6)[0])).all() and np.isnan(with_known(white(1, 5, 6), flat[0]))
        assert np.isnan(neighbours(white(2, 1, 1))).all()
        assert np.isnan(neighbours(white(2, 1, 9))).tolist() == [[False] * 2, [True] * 2]


def test_correlation_is_pearsons():
    a, b = white(1, 8, 9)[0], white(1, 8, 9, seed=1)[0]
    assert correlation(a, b) == pytest.approx(np.corrcoef(a.ravel(), b.ravel())[0, 1], rel=1e-5)


def test_only_defined_values_have_a_mean():
    assert defined_mean(np.array([1, np.nan, 3])) == 2
    assert np.isnan(defined_mean(np.array([np.nan])))
    assert defined_mean(np.array([1, np.nan, 3]), np.array([3, 5, 1])) == 1.5
    assert np.isnan(defined_mean(np.array([1, np.nan]), np.array([0, 1])))


def test_quantiles_of_noise_lie_on_the_line_and_end_at_the_extremes():
    field = white()
    scores, values = quantiles(3 + 2 * field)
    inner = np.abs(scores) < 3
    assert np.allclose(values[inner], 3 + 2 * scores[inner], atol=0.06)
    assert (values[0], values[-1]) == pytest.approx((3 + 2 * field.min(), 3 + 2 * field.max()))
    assert np.allclose(scores, -scores[::-1]) and scores[-1] == pytest.approx(stats.norm.ppf(1 - 0.5 / field.size))
    assert np.allclose(quantiles(np.array([4.0]))[1], 4)


def test_densities_are_densities():
    places, density = histogram(0.01 * white())
    width = places[1] - places[0]
    assert width == pytest.approx(0.0025, rel=0.04) and density.sum() * width == pytest.approx(1)
    near = np.abs(places) < 0.02
    assert np.allclose(density[near], stats.norm.pdf(places[near], scale=0.01), rtol=0.05)
    places, _ = histogram(np.append(white(), 1e6))
    assert len(places) <= 2001 and places[-1] == pytest.approx(1e6, rel=1e-3)
    for flat in (np.zeros(4), np.full(3, -7.5, np.float32)):
        places, density = histogram(flat)
        assert density.sum() == 1 and len(places) == 1


# Pictures, and a folder


def pictures(folder, sizes=((24, 30), (40, 33))):
    """Pictures of several sizes, in a folder and as arrays."""
    found = [smooth_pixels(*size, seed=i) for i, size in enumerate(sizes)]
    for i, pixels in enumerate(found):
        Image.fromarray(pixels).save(folder / f"{i}.png")
    return found


@pytest.mark.parametrize("scale", [2, 4])
def test_stages_are_z_and_its_normalised_form(scale):
    irn, pixels = tiny_irn(scale), smooth_pixels(21, 34)
    y, z = split(irn, pixels)
    found = stages(irn, pixels)
    assert np.array_equal(found.before, z[0].numpy())
    assert np.array_equal(found.after, irn.prior.normalise(z, round8(y))[0].numpy())
    assert np.array_equal(found.luma, luma(downscale(irn, pixels)))


@pytest.mark.parametrize("scale", [2, 4])
def test_a_folder_is_pooled_without_keeping_it(tmp_path, scale):
    irn = tiny_irn(scale)
    fields = [stages(irn, pixels) for pixels in pictures(tmp_path)]
    result = evaluate_normality(irn, "tiny", tmp_path, report=lambda _: None)
    assert list(result) == ["model", "scale", "pictures", "before", "after"]
    assert (result["model"], result["scale"], result["pictures"]) == ("tiny", scale, 2)
    assert [row.pop("began_as") for row in result["before"]["channels"]] == value_names(scale)[3:]
    for stage in ("before", "after"):
        values = np.concatenate([getattr(field, stage).reshape(irn.z_channels, -1) for field in fields], 1)
        rows = result[stage]["channels"]
        assert all(list(row) == list(Figures._fields) for row in (*rows, result[stage]["pooled"]))
        assert np.allclose([row["mean"] for row in rows], values.mean(1), atol=1e-5)
        assert np.allclose([row["deviation"] for row in rows], values.std(1), rtol=1e-4)
        kurtosis = stats.kurtosis(values.astype(float), axis=1, fisher=False)
        assert np.allclose([row["kurtosis"] for row in rows], kurtosis, rtol=1e-3)
        assert result[stage]["pooled"]["deviation"] == pytest.approx(values.std(), rel=1e-4)
        along = np.mean([neighbours(getattr(field, stage)) for field in fields], 0)
        assert np.allclose([[row[key] for row in rows] for key in ("along_x", "along_y")], along)
        assert result[stage]["pooled"]["along_y"] == pytest.approx(np.abs(along[1]).mean())


@pytest.mark.parametrize("scale", [2, 4])
def test_a_band_has_the_channels_that_began_as_it(tmp_path, scale):
    """Those of z; a coordinate W⁻¹z of ε counts in all bands that its column of W leads to."""
    irn, names = tiny_irn(scale), np.array(value_names(scale)[3:])
    fields = [stages(irn, pixels) for pixels in pictures(tmp_path)]
    z, eps = (
        np.concatenate([getattr(field, stage).reshape(len(names), -1) for field in fields], 1)
        for stage in ("before", "after")
    )
    result = evaluate_normality(irn, "tiny", tmp_path, report=lambda _: None)
    energy = irn.prior.mix.square().numpy()
    energy /= energy.sum(0)
    for band in dict.fromkeys(names.tolist()):
        mine = z[names == band]
        found = result["before"]["bands"][band]
        assert found["mean"] == pytest.approx(mine.mean(), abs=1e-5)
        assert found["deviation"] == pytest.approx(mine.std(), rel=1e-4)
        weights = energy[names == band].sum(0)
        mean, square = (weights @ (eps**k).mean(1) / weights.sum() for k in (1, 2))
        found = result["after"]["bands"][band]
        assert found["mean"] == pytest.approx(mean, abs=1e-5)
        assert found["deviation"] == pytest.approx(math.sqrt(square - mean**2), rel=1e-4)
        sizes = np.abs([row["along_x"] for row in result["after"]["channels"]])
        assert found["along_x"] == pytest.approx(weights @ sizes / weights.sum())


@pytest.mark.parametrize("scale", [2, 4])
def test_one_picture_has_the_figures_of_a_folder_of_one(tmp_path, scale):
    irn, names = tiny_irn(scale), value_names(scale)[3:]
    (pixels,) = pictures(tmp_path, [(24, 30)])
    result = evaluate_normality(irn, "tiny", tmp_path, report=lambda _: None)
    shares = irn.prior.shares().double().numpy()
    for stage, shares_of in (("before", None), ("after", shares)):
        field = getattr(stages(irn, pixels), stage)
        found = by_band(power_sums(field), neighbours(field), names, shares_of)
        assert list(found) == list(result[stage]["bands"])
        for band, row in found.items():
            assert row._asdict() == pytest.approx(result[stage]["bands"][band])


def test_channels_weigh_in_by_their_weights():
    field = np.concatenate([white(1), 3 + 2 * white(1, seed=1), 100 * white(1, seed=2)])
    found = figures(power_sums(field), neighbours(field), np.array([3, 1, 0]))
    assert found.mean == pytest.approx(0.75, abs=0.02)
    assert found.deviation == pytest.approx((0.75 * 1 + 0.25 * 13 - 0.75**2) ** 0.5, rel=0.01)


def test_pictures_of_a_pixel_leave_the_figures_of_the_others(tmp_path):
    pictures(tmp_path, [(24, 30), (1, 1)])
    result = evaluate_normality(tiny_irn(), "tiny", tmp_path, report=lambda _: None)
    assert None not in result["after"]["pooled"].values()
    (tmp_path / "0.png").unlink()
    row = evaluate_normality(tiny_irn(), "tiny", tmp_path, report=lambda _: None)["after"]["channels"][0]
    assert row["kurtosis"] is row["along_x"] is None


def test_the_command_prints_and_writes_every_channel(tmp_path, capsys):
    irn, model, file = tiny_irn(), tmp_path / "tiny.safetensors", tmp_path / "normality.json"
    save_model(irn, model, {})
    data = tmp_path / "pictures"
    data.mkdir()
    pictures(data)
    assert run("evaluate", "normality", "--model", model, "--data", data, "--json", file) == 0
    result = json.loads(file.read_text(encoding="utf-8"))
    command = f"python -m irn_core evaluate normality --model {model} --data {data} --json {file}"
    assert (result.pop("command"), result.pop("weights")) == (command, model_tag(model)) and result.pop("date")
    assert result == evaluate_normality(load_model(model), str(model), data, report=lambda _: None)
    printed = capsys.readouterr().out
    assert "0.png  deviation" in printed and printed.count("1 diagonal") == 5 and "channel 9" in printed
    for stage in ("before", "after"):
        assert f"{result[stage]['pooled']['kurtosis']:.4f}" in printed
    assert "no pictures" in refused(capsys, "evaluate", "normality", "--model", model, "--data", tmp_path / "nowhere")
