"""What the page computes, without the page."""

import io
import json
import re
import zipfile
from dataclasses import replace

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from demo import examples
from demo.kit.events import Visit
from demo.kit.progress import expected
from demo.kit.tab import Tab
from demo.kit.viewer import png_url
from demo.kit.words import words
from demo.page import _Page
from demo.photo import MAX_PAGE_PIXELS, Photo
from demo.rescale.draw import measures
from demo.rescale.mode import RescaleMode
from demo.rescale.report import report
from demo.rescale.rescaled import Request, calibrated, draw, natural, network, rescale, work
from demo.rescale.tabs.bands import BANDS, Bands, with_bands
from demo.rescale.tabs.choices import ChoicesTab, choices
from demo.rescale.tabs.gaussian import Gaussian
from demo.rescale.tabs.lost_bits import LostBits, lost
from demo.rescale.tabs.plane import Plane
from demo.rescale.tabs.temperature import TAUS, Curve, Point, Temperature, matching, matching_tau, point_at, tau_curve
from demo.rescale.tabs.variability import VariabilityTab, variability
from demo.spread_figure import part_cards
from irn_core.cli.main import main
from irn_core.ops.metrics import psnr_y
from irn_core.pictures.files import read_picture
from irn_core.pictures.lr_file import read_lr
from irn_core.rescale import downscale, upscale
from tests.helpers import noise_pixels, smooth_pixels

SCALES = (2, 4, 8)


def photo(height: int = 66, width: int = 90, seed: int = 0) -> Photo:
    return Photo(smooth_pixels(height, width, seed), f"picture {seed}.png")


@pytest.mark.parametrize("scale", SCALES)
def test_results_are_those_of_the_core(scale, tmp_path):
    picture = photo()
    result = rescale(picture, calibrated(scale))
    lr = downscale(network(calibrated(scale)), picture.pixels)
    assert np.array_equal(result.lr, lr)
    assert np.array_equal(result.reconstruction, upscale(network(calibrated(scale)), lr, size=picture.size))
    drawn = draw(picture, calibrated(scale), 0.8, 5)
    assert np.array_equal(drawn, upscale(network(calibrated(scale)), lr, 0.8, 5, picture.size))
    (tmp_path / "lr.png").write_bytes(result.lr_png)
    saved = read_lr(tmp_path / "lr.png")
    assert np.array_equal(saved.pixels, lr)
    assert (saved.scale, saved.size) == (scale, picture.size)


def test_equal_content_is_computed_once_and_other_content_is_not_confused():
    assert rescale(photo(seed=1), "irn-x2") is rescale(Photo(photo(seed=1).pixels.copy(), "other name"), "irn-x2")
    assert rescale(photo(seed=1), "irn-x2") is not rescale(photo(seed=2), "irn-x2")
    square, flat = Photo(np.zeros((4, 9, 3), np.uint8), "a"), Photo(np.zeros((6, 6, 3), np.uint8), "b")
    assert square != flat  # the same bytes in another shape


def shown(tab: Tab, request: Request, **inputs) -> dict[str, object]:
    """What a tab draws at last."""
    *_, found = tab.compute(request, **inputs)
    return tab.draw(found)


def widths(plots: str) -> list[int]:
    """Pixels across of each plot of a figure, of which there is at least one."""
    files = re.findall('src="gradio_api/file=([^"]+)"', plots)
    assert files
    return [Image.open(file).width for file in files]


@pytest.fixture(scope="module")
def mode() -> RescaleMode:
    """The mode within a page, without a server."""
    with gr.Blocks() as blocks:
        return _Page(blocks).rescale


def test_cached_results_keep_no_name(mode):
    mine = Photo(photo(seed=3).pixels, "mine.png", ("turned upright",))
    yours = Photo(photo(seed=3).pixels.copy(), "yours.png")
    own = [None] * len(mode.tabs.inputs)
    list(mode.answer(Visit(), mine, "irn-x2", 1.0, 1, 0, "variability", *own))
    told: dict = {}
    for values in mode.answer(Visit(), yours, "irn-x2", 1.0, 1, 0, "variability", *own):
        told |= values
    _, status, _, notice, *downloads = (told[part] for part in mode.results)
    assert status.startswith("yours.png")
    assert notice == ""
    assert "mine" not in f"{status}{downloads}"


def test_what_is_shown_already_is_not_sent_again(mode):
    own = [None] * len(mode.tabs.inputs)
    visit, request = Visit(), (photo(seed=5), "irn-x2", 1.0, 2, 0)
    first = list(mode.answer(visit, *request, "variability", *own))
    again = list(mode.answer(visit, *request, "choices", *own))
    assert any(mode.shared.viewer in values for values in first)
    assert again and not any(mode.shared.viewer in values for values in again)
    other = list(mode.answer(visit, photo(seed=6), *request[1:], "choices", *own))
    back = list(mode.answer(visit, *request, "choices", *own))
    assert all(any(mode.shared.viewer in values for values in steps) for steps in (other, back))


@pytest.mark.parametrize("scale", SCALES)
def test_the_ways_to_treat_z_are_ordered(scale):
    real = Photo(examples.example("coffee")[100:228, 200:328], "coffee")
    found = {choice.name: choice for choice in choices(real, calibrated(scale), 0).each}
    assert found.keys() == words("choices.names").keys()
    assert np.array_equal(found["true z, y as float"].pixels, real.pixels)
    psnr = {name: choice.psnr_y for name, choice in found.items()}
    assert psnr["true z, y in 8 bits"] > psnr["model, τ = 0"] > psnr["model, τ = 1"]
    assert psnr["model, τ = 0"] > psnr["bicubic"]


@pytest.mark.parametrize("scale", SCALES)
def test_rounding_and_clipping_of_y_are_told_apart(scale):
    """A grey picture leaves y far from black and white, saturated colours do not."""
    grey = Photo((96 + photo().pixels // 4).astype(np.uint8), "grey")
    found = choices(grey, calibrated(scale), 0)
    assert found.clipped == 0 and found.rounded == found.each[1].psnr_y
    corners = np.random.default_rng(0).integers(0, 2, (8, 8, 3), np.uint8) * 255
    blocks = Photo(corners.repeat(16, 0).repeat(16, 1), "blocks")
    coloured = choices(blocks, calibrated(scale), 0)
    assert 0 < coloured.clipped < 1 and coloured.rounded > coloured.each[1].psnr_y
    said = shown(ChoicesTab(), Request(blocks, calibrated(scale), 1.0, 1, 0))["ways"]
    assert f"{coloured.rounded:.2f} dB" in said and f"{100 * coloured.clipped:.2g} %" in said


@pytest.mark.parametrize("scale", SCALES)
def test_the_lr_and_what_was_lost_make_the_picture(scale):
    real = Photo(examples.example("coffee")[100:228, 200:328], "coffee")
    found, result = lost(real, calibrated(scale)), rescale(real, calibrated(scale))
    assert found.psnr_rgb > result.scores.psnr_rgb + 5
    assert 8 * found.file_bytes == pytest.approx(found.information.total, rel=0.25)  # steps are not fine
    assert found.fine_bytes == pytest.approx(found.fine_expected, rel=0.02)
    assert found.information.heat().sum() == pytest.approx(found.information.total)


@pytest.mark.parametrize("net", ["irn-x2", "irn-x4"])
def test_what_saturated_colours_lose_can_be_coded(net):
    """p(z | ŷ) is off by millions of steps there; the file grows, not the memory."""
    found = lost(Photo(examples.example(examples.CHART), examples.CHART), net)
    assert 0 < found.file_bytes < found.fine_bytes < 1_500_000


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (67, 131)])
@pytest.mark.parametrize("scale", SCALES)
def test_every_panel_takes_every_size(size, scale):
    request = Request(Photo(noise_pixels(*size), "noise.png"), calibrated(scale), 1.0, 2, 0)
    assert variability(request).spread.shape == variability(request).error.shape == size
    drawn = [shown(tab(), request) for tab in (VariabilityTab, LostBits, ChoicesTab)]
    drawn.append(shown(Bands(), request, level=2, kept=["diagonal"]))
    assert all(width > 400 for one in drawn if "figure" in one for width in widths(one["figure"]))
    fragments = [value for one in drawn for name, value in one.items() if name != "figure"]
    for fragment in (measures(rescale(request.photo, calibrated(scale))), *fragments):
        assert "nan" not in fragment.split("base64")[0]


@pytest.mark.parametrize("scale", SCALES)
def test_pictures_with_hardly_anything_to_lose_have_figures(scale):
    """The formula falls below nothing, and a draw has many times the original's detail."""
    pixels = np.full((48, 64, 3), 90, np.uint8)
    pixels[20, 30] += 1
    request = Request(Photo(pixels, "flat.png"), calibrated(scale), 1.0, 1, 0)
    drawn = [shown(tab(), request) for tab in (LostBits, Temperature, Gaussian)]
    assert "nan" not in drawn[0]["table"] + drawn[1]["chart"] + drawn[2]["tables"]
    assert all(width > 400 for width in widths(drawn[2]["figure"]))


def test_spread_is_the_standard_deviation_of_the_draws():
    found = variability(Request(photo(), "irn-x2", 1.0, 5, 3))
    stack = np.stack([draw(photo(), "irn-x2", 1.0, seed) for seed in range(3, 8)]).astype(float)
    assert np.allclose(found.spread, np.sqrt(stack.var(0, ddof=1).mean(-1)), atol=1e-4)
    assert len(found.coverage) == 2 and 0 < found.coverage[0] < found.coverage[1] <= 1


def test_variability_shows_the_part_where_draws_differ_most():
    big = Photo(smooth_pixels(160, 200, seed=3), "big.png")
    found = variability(Request(big, "irn-x2", 1.0, 2, 0))
    top, bottom, left, right = found.seen
    assert (bottom - top, right - left) == (96, 96)
    assert found.spread[top:bottom, left:right].mean() >= found.spread.mean()
    shown = part_cards(found, 1.0, 0)
    pictures = [big.pixels, found.likeliest, *found.draws]
    places = [shown.index(png_url(picture[top:bottom, left:right])) for picture in pictures]
    assert places == sorted(places) and all(png_url(picture) in shown for picture in pictures)


def test_calibration_ratio_is_one_when_error_and_spread_agree():
    rng = np.random.default_rng(0)
    sigma = rng.uniform(1, 9, (200, 200)).astype(np.float32)
    error = np.abs(sigma * rng.standard_normal(sigma.shape))
    found = replace(variability(Request(photo(), "irn-x2", 1.0, 1, 0)), spread=sigma, error=error)
    assert found.ratio == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("level", (1, 2))
def test_bands_put_the_picture_together_again(level):
    pixels = photo(33, 50).pixels
    assert np.array_equal(with_bands(pixels, level, BANDS), pixels)
    without = with_bands(pixels, level, ())
    block = 2**level
    means = without[: 32 // block * block, : 48 // block * block].reshape(-1, block, 48 // block, block, 3)
    if level == 1:
        assert (np.ptp(means.astype(int), axis=(1, 3)) == 0).all()  # only 2×2 means are left


def test_energies_add_up():
    """Parseval: details of all levels and the last low band hold the energy of the grey picture."""
    pixels = smooth_pixels(64, 64)
    grey = pixels.astype(float).mean(-1)
    low = grey.reshape(16, 4, 16, 4).mean((1, 3))
    request = Request(Photo(pixels, "p"), "irn-x2", 1.0, 1, 0)
    details = [next(Bands().compute(request, level=level, kept=list(BANDS))) for level in (1, 2)]
    total = sum(np.sum(band.astype(float) ** 2) for found in details for band in found.original.values())
    assert total + 16 * np.sum(low**2) == pytest.approx(np.sum(grey**2), rel=1e-5)


def test_nothing_is_left_to_do_of_what_is_known():
    request = Request(Photo(smooth_pixels(40, 48, seed=77), "mine.png"), "irn-x2", 1.0, 2, 5)
    assert [kind for kind, _ in work(request)] == [("draw", "irn-x2")] * 2 + [("rescale", "irn-x2")]
    draw(*request[:3], 5)
    assert [kind for kind, _ in work(request)] == [("draw", "irn-x2")]
    draw(*request[:3], 6)
    assert not work(request) and expected() == ""


def test_examples_are_pictures():
    assert len(examples.NAMES) == 8
    for name in examples.NAMES:
        pixels = examples.example(name)
        assert pixels.dtype == np.uint8
        assert pixels.ndim == 3
        assert np.ptp(pixels) > 150
        assert pixels.shape[0] * pixels.shape[1] <= MAX_PAGE_PIXELS


def test_temperature_trades_error_for_detail():
    real = Photo(examples.example("coffee")[100:228, 200:328], "coffee")
    *_, points = tau_curve(real, "irn-x2", 0)
    assert [point.tau for point in points] == list(TAUS)
    assert points[0].psnr_y == rescale(real, "irn-x2").scores.psnr_y
    assert points[0].energy < points[6].energy < points[-1].energy
    assert (np.diff([point.psnr_y for point in points]) < 0).all()
    drawing = Temperature().draw(Curve(points, matching(points), points[3], True))["chart"]
    assert 'data-choice="tau=0.3"' in drawing and drawing.count('class="dot') == 2 * len(TAUS)


def test_the_matching_temperature_lies_between_its_neighbours():
    points = [Point(tau, 40 - tau, energy) for tau, energy in ((0.0, 0.8), (0.5, 0.9), (1.0, 1.3))]
    assert matching_tau(points) == pytest.approx(0.625)
    assert matching_tau(points[:2]) is None
    found = Temperature().finding(Curve(points, matching(points), None, True))
    assert "τ = 0.62" in found


def test_the_chart_of_temperatures_marks_the_one_that_is_set():
    points = [Point(tau, 40 - tau, energy) for tau, energy in ((0.0, 0.8), (0.5, 0.9), (1.0, 1.3))]
    assert point_at(points, 0.75) == pytest.approx((0.75, 39.25, 1.1))
    assert point_at(points, 1.2) is None and point_at([], 0.0) is None  # not reached yet
    charts = [Temperature().draw(Curve(points, None, point_at(points, tau), False))["chart"] for tau in (0.75, 1.2)]
    assert "you are here: τ = 0.75, 110.0 %" in charts[0] and "here" not in charts[1]


def test_a_flat_picture_has_no_temperature_curve():
    flat = Photo(np.full((16, 16, 3), 99, np.uint8), "flat")
    assert "no detail" in shown(Temperature(), Request(flat, "irn-x2", 1.0, 1, 0))["chart"]


def test_a_report_holds_what_is_on_the_page_and_gives_it_again(tmp_path, monkeypatch):
    picture = Photo(smooth_pixels(40, 56, seed=6), "mine.png")
    request = Request(picture, "irn-x2", 0.8, 2, 5)
    drawn = [draw(*request[:3], seed) for seed in (5, 6)]
    data = report(request, drawn)
    assert data == report(request, drawn)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(tmp_path)
    result = rescale(picture, "irn-x2")
    shown = {"original": picture.pixels, "lr": result.lr, "reconstruction": result.reconstruction, "draw-2": drawn[1]}
    for name, pixels in shown.items():
        assert np.array_equal(read_picture(tmp_path / f"{name}.png").pixels, pixels), name
    numbers = json.loads((tmp_path / "numbers.json").read_text())
    assert numbers["scores"]["psnr_y"] == pytest.approx(result.scores.psnr_y)
    assert numbers["pictures"][-1]["psnr_y"] == pytest.approx(psnr_y(picture.pixels, drawn[1], 2))
    page = (tmp_path / "index.html").read_text()
    assert "http" not in page and all(f'src="{name}.png"' in page for name in shown)
    # The Python of the report, and its command lines, give the same pixels.
    for way in ("python", "commands"):
        for name in ("lr", "reconstruction", "draw-1"):
            (tmp_path / f"{name}.png").unlink(missing_ok=True)
        monkeypatch.chdir(tmp_path)
        if way == "python":
            exec(compile((tmp_path / "same.py").read_text(), "same.py", "exec"), {})
        else:
            for line in (tmp_path / "commands.txt").read_text().splitlines():
                assert main(line.split()[3:]) == 0
        for name, pixels in (shown | {"draw-1": drawn[0]}).items():
            if name not in ("original", "draw-2"):
                assert np.array_equal(read_picture(tmp_path / f"{name}.png").pixels, pixels), (way, name)


@pytest.mark.parametrize("scale", SCALES)
def test_the_plane_measures_every_draw_and_rival(scale):
    request = Request(Photo(noise_pixels(96, 128, seed=2), "noise"), calibrated(scale), 1.0, 1, 3)
    *_, found = Plane().compute(request)
    assert found.lines["calibrated"][0].perception > found.lines["calibrated"][-1].perception  # too smooth, for noise
    for kind, line in found.lines.items():
        net = calibrated(scale) if kind == "calibrated" else natural(scale)
        assert [place.name for place in line] == ["0", "0.25", "0.5", "0.75", "1", "1.25"]
        drawn = draw(request.photo, net, 0.5, 3)
        assert line[2].distortion == pytest.approx(np.sqrt(np.mean((drawn - request.photo.pixels.astype(float)) ** 2)))
    assert {place.name for place in found.rivals} >= {"bicubic", "lanczos"}
    drawn = Plane().draw(found)
    assert drawn["chart"].count('class="dot') == 2 * (sum(map(len, found.lines.values())) + len(found.rivals))
    assert "τ = 0," in Plane().finding(found)


def test_a_picture_without_enough_patches_has_no_plane():
    (found,) = Plane().compute(Request(photo(), calibrated(2), 1.0, 1, 0))
    assert found == photo().size and "96" in Plane().finding(found) and not Plane().draw(found)["chart"]
