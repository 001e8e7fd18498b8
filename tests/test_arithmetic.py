"""Laws of arithmetic with z: the way between two draws, transplants, erasure, and how far they reach."""

import io
import math
import re

import numpy as np
import pytest
import torch
from PIL import Image

from demo import examples
from demo.kit.animate import STEP_MS, encode_gif
from demo.kit.cache import RESULTS
from demo.photo import Photo
from demo.rescale.footprint import busiest
from demo.rescale.rescaled import Request, calibrated, draw, rescale
from demo.rescale.tabs.arithmetic import ERASE, Arithmetic, compute
from demo.rescale.tabs.arithmetic.compute import (
    LARGEST_SEED,
    SOURCES,
    TIMES,
    band_names,
    check_choice,
    from_source,
    interpolate,
    middle,
    replaced,
    spherical,
    whole_fits,
    whole_gif,
    whole_seeds,
)
from demo.rescale.tabs.arithmetic.draw import change_scores
from irn_core.errors import IRNError
from irn_core.ops.metrics import psnr_y, psnr_y_where
from irn_core.ops.pixels import to_pixels
from irn_core.ops.quantise import to_uint8
from irn_core.rescale import split
from tests.helpers import noise_pixels, smooth_pixels, tiny_irn

SCALES = (2, 4)
ONE_LEVEL = 20 * math.log10(255)
"""PSNR of errors of one grey level, in dB: beyond it pictures are alike, and the decibels between them mean little."""


@pytest.fixture
def tiny(monkeypatch, one_thread):
    """Small random networks in place of the shipped ones."""
    nets = {scale: tiny_irn(scale) for scale in SCALES}
    named = {calibrated(scale): net for scale, net in nets.items()}
    monkeypatch.setattr("demo.rescale.rescaled.network", named.__getitem__)
    monkeypatch.setattr("demo.rescale.tabs.arithmetic.compute.network", named.__getitem__)
    RESULTS.clear()
    yield nets
    RESULTS.clear()  # what random networks made must not be found by other tests


def photo(height: int = 66, width: int = 90, seed: int = 0) -> Photo:
    return Photo(smooth_pixels(height, width, seed), f"picture {seed}.png")


def everywhere(picture: Photo, scale: int) -> np.ndarray:
    return np.ones(rescale(picture, calibrated(scale)).lr.shape[:2], bool)


def test_every_step_is_noise_of_the_same_law():
    generator = torch.Generator().manual_seed(0)
    first, second = (torch.randn(1, 9, 200, 200, generator=generator) for _ in range(2))
    for t in TIMES:
        eps = spherical(first, second, t)
        assert eps.var().item() == pytest.approx(1, abs=0.01)
        assert eps.norm().item() == pytest.approx(first.norm().item(), rel=0.01)
    assert torch.equal(spherical(first, second, 0), first)
    torch.testing.assert_close(spherical(first, second, 1), second)
    assert ((first + second) / 2).var().item() == pytest.approx(0.5, abs=0.01)  # why not a straight line


@pytest.mark.parametrize("tau", (1.0, 0.6))
@pytest.mark.parametrize("scale", SCALES)
def test_the_ends_are_the_draws_themselves(tiny, scale, tau):
    picture = photo(300, 340)
    found = interpolate(picture, calibrated(scale), tau, 3, 8)
    rows, columns = found.window.rows, found.window.columns
    assert [step.pixels.shape for step in found.steps] == [(256, 256, 3)] * len(TIMES)
    for step, seed in ((found.steps[0], 3), (found.steps[-1], 8)):
        part = draw(picture, calibrated(scale), tau, seed)[rows, columns]
        assert np.abs(step.pixels.astype(int) - part).max() <= 1  # rounding of floats
        assert step.psnr_y == pytest.approx(psnr_y(picture.pixels[rows, columns], part, 0), abs=0.05)


def test_the_part_is_where_draws_differ_most():
    values = np.zeros((300, 400), np.uint8)
    values[200:230, 300:350] = 9
    window = busiest(values, 64)
    assert values[window.rows, window.columns].sum() == values.sum()
    assert busiest(values[:20, :30], 64) == (0, 20, 0, 30)


def frames(gif: bytes) -> list[np.ndarray]:
    with Image.open(io.BytesIO(gif)) as image:
        pictures = []
        for k in range(image.n_frames):
            image.seek(k)
            pictures.append(np.asarray(image.convert("RGB")))
        return pictures


def test_the_gif_goes_there_and_back_for_ever():
    pictures = [noise_pixels(20, 30, seed) for seed in range(len(TIMES))]
    gif = encode_gif(pictures)
    with Image.open(io.BytesIO(gif)) as image:
        assert (image.format, image.size, image.info["loop"]) == ("GIF", (30, 20), 0)
        assert image.info["duration"] == 2 * STEP_MS
    shown = frames(gif)
    assert len(shown) == 2 * len(TIMES) - 2 == 12
    for k in range(1, 6):
        assert np.array_equal(shown[k], shown[-k])
    assert len(np.unique(np.concatenate(shown).reshape(-1, 3), axis=0)) <= 256


def test_few_colours_survive_in_the_gif():
    pictures = [(noise_pixels(20, 30, seed) > 127).astype(np.uint8) * 255 for seed in range(3)]
    there = frames(encode_gif(pictures))[:3]
    assert all(np.array_equal(a, b) for a, b in zip(there, pictures, strict=True))


def test_the_gif_of_the_whole_picture(tiny):
    picture = photo(100, 260)
    assert whole_fits(picture)
    shown = frames(whole_gif(picture, "irn-x2", 1.0, 0, 1))
    assert len(shown) == 12 and shown[0].shape == (100, 260, 3)
    assert not whole_fits(photo(256, 256))  # that is the part already
    assert not whole_fits(Photo(np.zeros((600, 501, 3), np.uint8), "large"))


@pytest.mark.parametrize("value", ("1.5", "-1", str(LARGEST_SEED + 1), "nan", "²", "a word"))
def test_other_seeds_are_refused(value):
    with pytest.raises(IRNError, match=f"whole number from 0 to {LARGEST_SEED}; in the box is {re.escape(value)}"):
        whole_seeds("0", value, 0)


def test_an_empty_box_follows_the_page():
    assert whole_seeds("", " ", 4) == (4, 5) and whole_seeds("7", "", 4) == (7, 5)
    assert whole_seeds("", "", LARGEST_SEED - 1) == (LARGEST_SEED - 1, 0)


def test_a_way_needs_two_draws(tiny):
    with pytest.raises(IRNError, match="the seed 4, so they are the same"):
        interpolate(photo(), "irn-x2", 1.0, 4, 4)
    with pytest.raises(IRNError, match="raise τ"):
        interpolate(photo(), "irn-x2", 0.0, 4, 5)


@pytest.mark.parametrize("scale", SCALES)
def test_transplanted_everywhere_it_is_the_true_z_and_nowhere_the_likeliest(tiny, scale):
    picture, bands = photo(), band_names(scale)
    region = everywhere(picture, scale)
    found = replaced(picture, calibrated(scale), "likeliest", "true", bands, region)
    _, z = split(tiny[scale], picture.pixels)
    y_hat = torch.from_numpy(rescale(picture, calibrated(scale)).lr).permute(2, 0, 1)[None] / 255
    true = to_pixels(to_uint8(tiny[scale].inverse(y_hat, z)))[:66, :90]
    assert np.abs(found.after.astype(int) - true).max() <= 1
    assert np.array_equal(found.after, from_source(picture, calibrated(scale), "true"))
    assert np.abs(found.before.astype(int) - rescale(picture, calibrated(scale)).reconstruction).max() <= 1
    assert found.inside == pytest.approx(found.psnr_y) and all(map(math.isnan, found.outside))
    for nothing in (
        replaced(picture, calibrated(scale), "likeliest", "true", bands, ~region),
        replaced(picture, calibrated(scale), "likeliest", "true", (), region),
    ):
        assert np.array_equal(nothing.after, nothing.before) and not nothing.change.any()
        assert np.array_equal(nothing.after, from_source(picture, calibrated(scale), "likeliest"))


@pytest.mark.parametrize("fill", ("likeliest", "zero"))
@pytest.mark.parametrize("scale", SCALES)
def test_all_bands_erased_everywhere_only_the_substitute_is_left(tiny, scale, fill):
    picture = photo()
    found = replaced(picture, calibrated(scale), "true", fill, band_names(scale), everywhere(picture, scale))
    assert np.array_equal(found.before, from_source(picture, calibrated(scale), "true"))
    assert np.array_equal(found.after, from_source(picture, calibrated(scale), fill))


def test_a_band_is_replaced_alone(tiny):
    picture, scale = photo(), 4
    assert len(band_names(scale)) == 6
    region = everywhere(picture, scale)
    alone = {
        band: replaced(picture, calibrated(scale), "true", "zero", [band], region).after for band in band_names(scale)
    }
    assert len({pixels.tobytes() for pixels in alone.values()}) == 6
    _, sources = compute._sources(picture, calibrated(scale))
    z = sources["true"].clone()
    z[:, [c for c in range(45) if c % 12 < 3]] = 0  # level 2 splits level 1 in four
    without = compute._inverse(picture, calibrated(scale), z)
    assert np.array_equal(without, alone["1 horizontal"])


@pytest.mark.parametrize(("base", "other"), (("likeliest", "true"), ("true", "likeliest"), ("true", "zero")))
@pytest.mark.parametrize("scale", SCALES)
def test_nothing_changes_farther_than_the_network_reaches(tiny, scale, base, other):
    picture = photo(300, 340)
    region = np.zeros_like(everywhere(picture, scale))
    region[20:22, 18:20] = True
    found = replaced(picture, calibrated(scale), base, other, band_names(scale), region)
    assert found.edited.sum() == (2 * scale) ** 2
    assert 0 < found.reach <= found.radius == tiny[scale].radius
    rows, columns = np.nonzero(found.change)
    top, left = 20 * scale, 18 * scale
    assert rows.min() >= top - found.radius and rows.max() < top + 2 * scale + found.radius
    assert columns.min() >= left - found.radius and columns.max() < left + 2 * scale + found.radius
    assert np.array_equal((found.before != found.after).any(-1), found.change > 0)


def test_the_figures_are_those_of_the_two_sides(tiny):
    picture = photo()
    region = np.zeros_like(everywhere(picture, 2))
    region[10:20, 10:30] = True
    found = replaced(picture, "irn-x2", "likeliest", "true", band_names(2), region)
    pixels = found.edited[2:-2, 2:-2]
    share = pixels.mean()
    for k, x_hat in enumerate((found.before, found.after)):
        errors = [10 ** (-psnr / 10) for psnr in (found.inside[k], found.outside[k], found.psnr_y[k])]
        assert share * errors[0] + (1 - share) * errors[1] == pytest.approx(errors[2])
        assert psnr_y_where(picture.pixels, x_hat, 2, np.ones_like(found.edited)) == found.psnr_y[k]


@pytest.mark.parametrize("scale", SCALES)
def test_the_sentences_are_true_of_the_shipped_networks(scale):
    """The region snaps to the original, erased it does not, and every step is as far from the likeliest."""
    real = Photo(examples.example("cat")[100:300, 200:400], "cat")
    height, width = rescale(real, calibrated(scale)).lr.shape[:2]
    region, window = np.zeros((height, width), bool), middle(height, width)
    region[window.rows, window.columns] = True
    planted = replaced(real, calibrated(scale), "likeliest", "true", band_names(scale), region)
    assert planted.inside[1] > planted.inside[0] + 3
    assert planted.outside[1] == pytest.approx(planted.outside[0], abs=0.2)
    erased = replaced(real, calibrated(scale), "true", "likeliest", band_names(scale), region)
    assert erased.inside[1] < erased.inside[0] - 3
    inside = np.minimum([*planted.inside, *erased.inside], ONE_LEVEL)  # before and after, twice
    assert inside[1] == pytest.approx(inside[2], abs=2)  # but for the rim
    assert inside[3] == pytest.approx(inside[0], abs=2)
    found = interpolate(real, calibrated(scale), 1.0, 0, 1)
    distances = [step.distance for step in found.steps]
    ends = distances[0], distances[-1]
    assert 0.95 * min(ends) < min(distances) and max(distances) < 1.05 * max(ends)
    assert found.straight.distance < 0.85 * min(distances)  # noise that shrinks
    assert found.straight.psnr_y > max(step.psnr_y for step in found.steps)


def test_nothing_chosen_is_said():
    region = np.ones((2, 2), bool)
    with pytest.raises(IRNError, match="no band"):
        check_choice([], region)
    with pytest.raises(IRNError, match="no region"):
        check_choice(["1 diagonal"], ~region)


def drawn(request: Request, first: str, second: str) -> list[dict[str, object]]:
    """The way between two draws and what a region does, on a picture that is new to the tab."""
    tab = Arithmetic()
    found = tab.compute(request, first=first, second=second, mode=ERASE, fill="zero", bands=[], region="")
    return [tab.draw(part) for part in found]


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (67, 131)])
@pytest.mark.parametrize("scale", SCALES)
def test_the_tab_takes_every_size(tiny, size, scale):
    request = Request(Photo(noise_pixels(*size), "noise.png"), calibrated(scale), 1.0, 1, 0)
    way, change = drawn(request, "", "")
    assert "<img" in way["way"] and way["part"]["value"].endswith(f"noise-x{scale}-seeds-0-1-part.gif")
    assert change["change"].count("<figure") == 4 and change["bands"]["value"] == band_names(scale)
    assert not any(mark in way["way"] + change["scores"] + change["change"] for mark in ("nan", "{"))
    assert "t = 1, seed 5" in drawn(request._replace(seed=4), "", "")[0]["way"]  # the seeds follow that of the page


@pytest.mark.parametrize(("tau", "first", "second"), ((1.0, "1.5", "2"), (1.0, "3", "3"), (0.0, "0", "1")))
def test_bad_input_is_explained_in_its_place(tiny, tau, first, second):
    way, change = drawn(Request(photo(66, 300), "irn-x2", tau, 1, 0), first, second)
    assert "notice" in way["way"]["value"] and way["part"]["value"] is None
    assert not way["make"]["interactive"] and not way["whole"]["visible"]
    assert change["change"].count("<figure") == 4  # what does not depend on it is there


def test_a_flat_picture_has_figures_without_end():
    flat = Photo(np.full((40, 40, 3), 128, np.uint8), "flat.png")
    region = everywhere(flat, 2)
    found = replaced(flat, "irn-x2", "likeliest", "true", band_names(2), region)
    assert "nan" not in change_scores(found) and "—" in change_scores(found)
    assert set(SOURCES) == {"true", "likeliest", "zero"}
