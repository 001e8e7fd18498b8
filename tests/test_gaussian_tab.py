"""The tab "Gaussian?" without the page: its figures are those of the core."""

import numpy as np
import pytest
from scipy import stats

from demo import examples, figures, normality, normality_panels
from demo.service import Photo, model
from irn_core.measure.information import value_names
from irn_core.measure.noise import stages
from irn_core.measure.normality import neighbours, with_known
from tests.helpers import noise_pixels, smooth_pixels

SCALES = (2, 4)


def photo(height: int = 66, width: int = 90, seed: int = 0) -> Photo:
    return Photo(smooth_pixels(height, width, seed), f"picture {seed}.png")


def kurtosis(values: np.ndarray) -> float:
    return stats.kurtosis(values.astype(float), axis=None, fisher=False)


@pytest.mark.parametrize("scale", SCALES)
def test_the_figures_are_those_of_the_values(scale):
    picture = photo()
    z, eps, luma = stages(model(scale), picture.pixels)
    before, after = normality.comparison(normality.case(picture, scale), scale)
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
def test_bands_are_pooled_before_and_weighted_by_their_energy_after(scale):
    picture, names = photo(), np.array(value_names(scale)[3:])
    z, eps, _ = stages(model(scale), picture.pixels)
    found = normality.by_band(normality.case(picture, scale), scale)
    assert list(found) == list(dict.fromkeys(names))
    for band, (before, after) in found.items():
        assert before.deviation == pytest.approx(z[names == band].std(), rel=1e-4)
        assert before.kurtosis == pytest.approx(kurtosis(z[names == band]), rel=1e-3)
        assert before.along_x == pytest.approx(np.abs(neighbours(z[names == band])[0]).mean())
        weights = model(scale).prior.shares().numpy()[names == band].sum(0)
        assert after.deviation == pytest.approx(np.average(eps.std((1, 2)), weights=weights), rel=1e-4)
        assert after.along_y == pytest.approx(np.average(np.abs(neighbours(eps)[1]), weights=weights), rel=1e-4)


def test_two_other_pictures_stand_beside_the_one_on_screen():
    names = [Photo(examples.example(name), "copy of it") for name in normality.BESIDE]
    assert list(normality.cases(photo(), 2)) == [normality.HERE, *normality.BESIDE[:2]]
    assert list(normality.cases(names[0], 2)) == [normality.HERE, *normality.BESIDE[1:]]
    assert list(normality.cases(names[1], 2)) == [normality.HERE, normality.BESIDE[0], normality.BESIDE[2]]


def test_equal_content_is_computed_once():
    assert normality.case(photo(seed=1), 2) is normality.case(Photo(photo(seed=1).pixels.copy(), "other"), 2)


@pytest.mark.parametrize("scale", SCALES)
def test_the_table_shows_the_figures_of_three_pictures(scale):
    found = normality.cases(photo(), scale)
    shown = normality_panels.tables(found, scale)
    pictures, bands = (part.split("</tbody>")[0] for part in shown.split("<tbody>")[1:])
    assert pictures.count("<tr>") == 3 and bands.count("<tr>") == 3 * (scale // 2)
    for case in found.values():
        for before, after in zip(*normality.comparison(case, scale), strict=True):
            assert f"<td>{normality_panels.number(before)} → {normality_panels.number(after)}</td>" in pictures


@pytest.mark.parametrize("pixels", [noise_pixels(1, 1), noise_pixels(3, 5), np.full((16, 16, 3), 99, np.uint8)])
@pytest.mark.parametrize("scale", SCALES)
def test_any_picture_is_taken(pixels, scale):
    found = normality.cases(Photo(pixels, "small.png"), scale)
    assert "nan" not in normality_panels.tables(found, scale)
    assert figures.normality_figure(found).width > 400


def test_numbers_are_short():
    shown = {0.00691: "0.0069", 1.5794: "1.58", 11.71: "11.7", 1698.8: "1,699", -0.00004: "0.0000", -86.37: "−86.4"}
    assert {value: normality_panels.number(value) for value in shown} == shown
    assert normality_panels.number(float("nan")) == "—"
