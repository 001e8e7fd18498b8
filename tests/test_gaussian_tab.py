"""The tab "Gaussian?" without the page: its figures are those of the core."""

import numpy as np
import pytest
from PIL import Image
from scipy import stats

from demo import examples
from demo.photo import Photo
from demo.rescale.rescaled import Request, calibrated, network
from demo.rescale.tabs.gaussian import Gaussian, compute
from demo.rescale.tabs.gaussian.draw import number
from irn_core.measure.information import value_names
from irn_core.measure.noise import evaluate_normality, stages
from irn_core.measure.normality import neighbours, with_known
from tests.helpers import noise_pixels, smooth_pixels

SCALES = (2, 4)


def photo(height: int = 66, width: int = 90, seed: int = 0) -> Photo:
    return Photo(smooth_pixels(height, width, seed), f"picture {seed}.png")


def kurtosis(values: np.ndarray) -> float:
    return stats.kurtosis(values.astype(float), axis=None, fisher=False)


def drawn(picture: Photo, scale: int) -> dict[str, object]:
    (found,) = Gaussian().compute(Request(picture, calibrated(scale), 1.0, 1, 0))
    return Gaussian().draw(found)


@pytest.mark.parametrize("scale", SCALES)
def test_the_figures_are_those_of_the_values(scale):
    picture = photo()
    z, eps, luma = stages(network(calibrated(scale)), picture.pixels)
    before, after = compute.comparison(compute.case_of(picture, calibrated(scale)), scale)
    for found, field in ((before, z), (after, eps)):
        assert found.mean == pytest.approx(field.mean(), abs=1e-5)
        assert found.deviation == pytest.approx(field.std(), rel=1e-4)
        assert found.kurtosis == pytest.approx(kurtosis(field), rel=1e-3)
        assert (found.along_x, found.along_y) == pytest.approx(np.abs(neighbours(field)).mean(1))
        assert found.with_y == pytest.approx(np.abs(with_known(field, luma)).mean())
    names = np.array(value_names(scale)[3:])
    bands = [kurtosis(z[names == name]) for name in set(names)]
    assert before.worst == pytest.approx(max(bands, key=lambda k: abs(k - 3)), rel=1e-3)
    assert after.worst == pytest.approx(max(map(kurtosis, eps), key=lambda k: abs(k - 3)), rel=1e-3)


@pytest.mark.parametrize("scale", SCALES)
def test_bands_are_those_of_the_command(scale, tmp_path):
    picture = photo()
    Image.fromarray(picture.pixels).save(tmp_path / "picture.png")
    stored = evaluate_normality(network(calibrated(scale)), "any", tmp_path, lambda _: None)
    found = compute.bands(compute.case_of(picture, calibrated(scale)), calibrated(scale))
    assert list(found) == list(stored["before"]["bands"])
    for band, pair in found.items():
        for stage, figures in zip(("before", "after"), pair, strict=True):
            expected = {key: stored[stage]["bands"][band][key] for key in figures._fields}
            assert figures._asdict() == pytest.approx(expected)


def test_two_other_pictures_stand_beside_the_one_on_screen():
    names = [Photo(examples.example(name), "copy of it") for name in compute.BESIDE]
    assert list(compute.cases(photo(), "irn-x2")) == [compute.HERE, *compute.BESIDE[:2]]
    assert list(compute.cases(names[0], "irn-x2")) == [compute.HERE, *compute.BESIDE[1:]]
    assert list(compute.cases(names[1], "irn-x2")) == [compute.HERE, compute.BESIDE[0], compute.BESIDE[2]]


def test_equal_content_is_computed_once():
    assert compute.case_of(photo(seed=1), "irn-x2") is compute.case_of(
        Photo(photo(seed=1).pixels.copy(), "other"), "irn-x2"
    )


@pytest.mark.parametrize("scale", SCALES)
def test_the_table_shows_the_figures_of_three_pictures(scale):
    tables = drawn(photo(), scale)["tables"]
    pictures, bands = (part.split("</tbody>")[0] for part in tables.split("<tbody>")[1:])
    assert pictures.count("<tr>") == 3 and bands.count("<tr>") == 3 * (scale // 2)
    for case in compute.cases(photo(), calibrated(scale)).values():
        for before, after in zip(*compute.comparison(case, scale), strict=True):
            assert f"<td>{number(before)} → {number(after)}</td>" in pictures


@pytest.mark.parametrize("pixels", [noise_pixels(1, 1), noise_pixels(3, 5), np.full((16, 16, 3), 99, np.uint8)])
@pytest.mark.parametrize("scale", SCALES)
def test_any_picture_is_taken(pixels, scale):
    found = drawn(Photo(pixels, "small.png"), scale)
    assert "nan" not in found["tables"]
    assert found["figure"].count("<img") == 4


def test_numbers_are_short():
    shown = {0.00691: "0.0069", 1.5794: "1.58", 11.71: "11.7", 1698.8: "1,699", -0.00004: "0.0000", -86.37: "−86.4"}
    assert {value: number(value) for value in shown} == shown
    assert number(float("nan")) == "—"
