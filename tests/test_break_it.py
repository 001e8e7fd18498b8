"""What an LR can suffer, what comes back from it, and how far an edit reaches."""

import base64
from pathlib import Path

import numpy as np
import pytest

from demo import examples
from demo.kit.cache import RESULTS
from demo.kit.painter import layer_is_of, read_layer
from demo.kit.viewer import png_url
from demo.kit.words import words
from demo.photo import Photo
from demo.rescale.change import change_map
from demo.rescale.footprint import STEP, detail
from demo.rescale.rescaled import Request, calibrated, network, rescale
from demo.rescale.tabs import break_it
from demo.rescale.tabs.break_it import compute as experiments
from demo.rescale.tabs.break_it.compute import JPEGS, OTHER_SCALE
from irn_core.coding.pillow_codecs import decode_by_pillow
from irn_core.errors import ImageError, IRNError
from irn_core.ops.damage import add_noise, paint, shift
from irn_core.ops.metrics import psnr_rgb
from irn_core.ops.pixels import luma
from irn_core.pictures.files import encode_png
from irn_core.rescale import downscale, upscale
from tests.helpers import noise_pixels, smooth_pixels, tiny_irn

SCALES = (2, 4, 8)


@pytest.fixture
def tiny(monkeypatch, one_thread):
    """Small random networks in place of the shipped ones, one of them, for ×2, made for JPEG."""
    nets = {scale: tiny_irn(scale) for scale in SCALES}
    rugged = tiny_irn(2, seed=7)
    monkeypatch.setattr("demo.rescale.rescaled.list_weights", lambda: [Path("irn-x2-jpeg.safetensors")])
    named = {calibrated(scale): net for scale, net in nets.items()} | {"irn-x2-jpeg": rugged}
    monkeypatch.setattr("demo.rescale.rescaled.network", named.__getitem__)
    monkeypatch.setattr("demo.rescale.tabs.break_it.compute.network", named.__getitem__)
    RESULTS.clear()
    yield nets
    RESULTS.clear()  # what random networks made must not be found by other tests


def photo(height: int = 66, width: int = 90, seed: int = 0) -> Photo:
    return Photo(smooth_pixels(height, width, seed), f"picture {seed}.png")


def test_a_shift_moves_every_pixel():
    pixels = noise_pixels(5, 7)
    moved = shift(pixels, 2)
    assert np.array_equal(moved[:, 2:], pixels[:, :-2])
    assert (moved[:, :2] == pixels[:, :1]).all()
    assert np.array_equal(shift(pixels, 0), pixels)
    assert (shift(pixels, 9) == pixels[:, :1]).all()  # farther than the picture is wide


def test_noise_has_its_sigma_and_its_seed():
    grey = np.full((100, 100, 3), 128, np.uint8)
    assert np.array_equal(add_noise(grey, 0, 3), grey)
    noisy = add_noise(grey, 7, 3)
    assert np.array_equal(noisy, add_noise(grey, 7, 3))
    assert not np.array_equal(noisy, add_noise(grey, 7, 4))
    assert noisy.std() == pytest.approx(7, rel=0.05)
    assert np.ptp(add_noise(noise_pixels(50, 50), 20, 0)) == 255  # clipped, not wrapped round
    white = add_noise(np.full((50, 50, 3), 255, np.uint8), 20, 0)
    assert white.min() > 128


def strokes(height: int, width: int) -> np.ndarray:
    """A transparent drawing, as a canvas is before the first stroke."""
    return np.zeros((height, width, 4), np.uint8)


def test_a_drawing_covers_by_its_alpha_and_leaves_the_rest():
    pixels = noise_pixels(6, 9)
    layer = strokes(6, 9)
    layer[..., :3] = 77  # colour without coverage
    assert np.array_equal(paint(pixels, layer), pixels)
    pixels[2, 3] = 100
    layer[2, 3] = 200, 0, 0, 51  # a fifth
    layer[4, 5] = 1, 2, 3, 255
    painted = paint(pixels, layer)
    assert painted[2, 3].tolist() == [120, 80, 80]
    assert painted[4, 5].tolist() == [1, 2, 3]
    differs = (painted != pixels).any(-1)
    assert sorted(zip(*np.nonzero(differs), strict=True)) == [(2, 3), (4, 5)]


def as_sent(strokes: np.ndarray, pixels: np.ndarray) -> str:
    """Strokes on a picture, as the browser sends them."""
    return f"{png_url(pixels)} data:image/png;base64,{base64.b64encode(encode_png(strokes)).decode()}"


def test_a_drawing_arrives_as_it_was_drawn():
    layer, picture = np.dstack([noise_pixels(5, 7), noise_pixels(5, 7)[..., 0]]), noise_pixels(5, 7, 1)
    sent = as_sent(layer, picture)
    assert np.array_equal(read_layer(sent, picture), layer)
    assert layer_is_of(sent, picture) and not layer_is_of(sent, noise_pixels(5, 7, 2)) and not layer_is_of("", picture)


def test_other_things_than_the_drawing_are_refused():
    picture = noise_pixels(40, 50)
    sent = as_sent(strokes(40, 50), picture)
    with pytest.raises(ImageError, match="50×40 pixels, the picture below 50×41"):
        read_layer(sent, noise_pixels(41, 50))
    for damaged in ("", "words", sent[:-90], sent[: len(sent) // 2], sent.replace("iVBOR", "AAAAA")):
        with pytest.raises(ImageError, match="did not arrive"):
            read_layer(damaged, picture)


@pytest.mark.parametrize("scale", SCALES)
def test_experiments_by_their_definition(tiny, scale):
    picture = photo()
    found = {one.name: one for one in experiments.experiments(picture, calibrated(scale), 90, 3, 5)}
    lr = rescale(picture, calibrated(scale)).lr
    possible = list(words("break_it.experiments"))
    assert list(found) == [name for name in possible if scale == 2 or not name.startswith("made for jpeg")]
    assert len(found) == experiments.how_many(calibrated(scale))
    assert found["untouched"].psnr_y == rescale(picture, calibrated(scale)).scores.psnr_y
    assert np.array_equal(found["noisy"].pixels, upscale(tiny[scale], add_noise(lr, 3, 5), size=picture.size))
    for colour, codec in JPEGS.items():
        data = codec.encode(lr, 90)
        one = found[f"jpeg {colour}"]
        assert one.file_bytes == len(data)
        assert np.array_equal(one.pixels, upscale(tiny[scale], decode_by_pillow(data), size=picture.size))
        if scale == 2:
            rugged = experiments.network("irn-x2-jpeg")
            data = codec.encode(downscale(rugged, picture.pixels), 90)
            one = found[f"made for jpeg {colour}"]
            assert one.file_bytes == len(data) and one.lr_psnr > 0
            assert np.array_equal(one.pixels, upscale(rugged, decode_by_pillow(data), size=picture.size))
    for one in found.values():
        assert one.pixels.shape == picture.pixels.shape
        assert np.isfinite([one.psnr_y, one.bicubic_psnr_y]).all()


@pytest.mark.parametrize("scale", SCALES)
def test_no_noise_is_the_untouched_lr(tiny, scale):
    silent = experiments.noisy(photo(), calibrated(scale), 0, 0)
    assert np.array_equal(silent.pixels, experiments.untouched(photo(), calibrated(scale)).pixels)


def test_better_jpeg_is_nearer_to_the_lr():
    lr = smooth_pixels(64, 64)
    psnr = {(colour, q): psnr_rgb(lr, decode_by_pillow(codec.encode(lr, q))) for colour, codec in JPEGS.items()
            for q in (10, 100)}  # fmt: skip
    for colour in JPEGS:
        assert psnr[colour, 100] > psnr[colour, 10]
    assert psnr["4:4:4", 100] > psnr["4:2:0", 100]


@pytest.mark.parametrize("scale", SCALES)
def test_a_shift_is_misregistration_only(tiny, scale):
    picture = photo(96, 640)
    moved, before = (
        experiments.shifted(picture, calibrated(scale)).pixels,
        experiments.untouched(picture, calibrated(scale)).pixels,
    )
    reach = tiny[scale].radius
    inner = slice(reach, 640 - reach - scale)
    assert reach + scale < 300
    assert np.abs(moved[:, scale:][:, inner].astype(int) - before[:, inner]).max() <= 1


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (67, 131)])
@pytest.mark.parametrize("scale", SCALES)
def test_the_wrong_model_is_compared_at_the_right_size(tiny, size, scale):
    picture = Photo(noise_pixels(*size), "noise.png")
    one = experiments.wrong_model(picture, calibrated(scale))
    assert one.pixels.shape == (*size, 3)
    assert one.raw_size == tuple(OTHER_SCALE[scale] * side for side in rescale(picture, calibrated(scale)).lr.shape[:2])


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (67, 131)])
@pytest.mark.parametrize("scale", SCALES)
def test_the_tab_takes_every_size(tiny, size, scale):
    request, tab = Request(Photo(noise_pixels(*size), "noise.png"), calibrated(scale), 1.0, 1, 0), break_it.BreakIt()
    *_, found = tab.compute(request, quality=50, sigma=2.0, strokes="")
    drawn = tab.draw(found)
    assert drawn["cards"].count("<figure") == experiments.how_many(calibrated(scale))
    assert "nan" not in drawn["cards"] and "{" not in drawn["cards"]
    assert drawn["painter"] and drawn["edited"] == ""
    lr = rescale(request.photo, calibrated(scale)).lr
    *_, again = tab.compute(request, quality=60, sigma=2.0, strokes=as_sent(strokes(*lr.shape[:2]), lr))
    assert "q = 60" in tab.draw(again)["cards"] and "painter" not in tab.draw(again)  # only a slider moved


def test_a_flat_picture_has_figures_without_end():
    flat, tab = Photo(np.full((40, 40, 3), 128, np.uint8), "flat.png"), break_it.BreakIt()
    *_, found = tab.compute(Request(flat, "irn-x2", 1.0, 1, 0), quality=50, sigma=0, strokes="")
    assert "nan" not in tab.draw(found)["cards"]


def test_the_detail_is_inside_and_where_the_network_gains(tiny):
    picture = photo(200, 300)
    window = detail(rescale(picture, "irn-x2"), picture)
    assert picture.pixels[window.rows, window.columns].shape == (128, 128, 3)
    result, x = rescale(picture, "irn-x2"), luma(picture.pixels)
    gain = (x - luma(result.bicubic)) ** 2 - (x - luma(result.reconstruction)) ** 2
    places = [(top, left) for top in range(0, 73, STEP) for left in range(0, 173, STEP)]
    best = max(places, key=lambda place: gain[place[0] : place[0] + 128, place[1] : place[1] + 128].sum())
    assert (window.top, window.left) == best
    small = detail(rescale(photo(20, 30), "irn-x2"), photo(20, 30))
    assert small == (0, 20, 0, 30)


@pytest.mark.parametrize("scale", SCALES)
def test_an_edit_reaches_no_farther_than_the_network(tiny, scale):
    picture = photo(300, 340)
    layer = strokes(*rescale(picture, calibrated(scale)).lr.shape[:2])
    layer[20:22, 18:20] = 255
    lr = experiments.edited_lr(picture, calibrated(scale), layer)
    found = experiments.upscale_edited(picture, calibrated(scale), lr)
    assert found.edited.sum() == (2 * scale) ** 2
    assert 0 < found.reach <= found.radius == tiny[scale].radius
    assert 0 < found.beyond < 1
    differs = (found.pixels != experiments.untouched(picture, calibrated(scale)).pixels).any(-1)
    assert np.array_equal(differs, found.change > 0)
    rows, columns = np.nonzero(found.edited)
    far = np.ones_like(differs)
    top, left = (max(places.min() - found.reach, 0) for places in (rows, columns))
    far[top : rows.max() + found.reach + 1, left : columns.max() + found.reach + 1] = False
    assert not differs[far].any()
    changes = change_map(found)
    assert np.array_equal(changes.any(-1), differs)


def test_nothing_drawn_is_said(tiny):
    picture = photo()
    own = rescale(picture, "irn-x2").lr
    copied = np.dstack([own, np.full(own.shape[:2], 255, np.uint8)])
    for layer in (strokes(*own.shape[:2]), copied):
        with pytest.raises(IRNError, match="nothing is drawn"):
            experiments.edited_lr(picture, "irn-x2", layer)


@pytest.mark.parametrize("scale", SCALES)
def test_the_sentences_are_true_of_the_shipped_networks(scale):
    """What the tab says of its experiments in general, on a piece of a photograph."""
    real = Photo(examples.example("coffee")[100:300, 200:400], "coffee")
    best, bad = (
        {one.name: one for one in experiments.experiments(real, calibrated(scale), quality, sigma, 0)}
        for quality, sigma in ((100, 1), (10, 20))
    )
    psnr = {name: one.psnr_y for name, one in best.items()}
    lost = {name: psnr["untouched"] - value for name, value in psnr.items()}
    assert best["bicubic"].bicubic_psnr_y - 1.5 < psnr["bicubic"] < psnr["untouched"] - 1
    assert lost["jpeg 4:2:0"] > 0.7 * lost["bicubic"]  # the detail is in the colour
    assert lost["jpeg 4:4:4"] < 0.2 * lost["bicubic"]
    assert bad["jpeg 4:2:0"].psnr_y < bad["jpeg 4:2:0"].bicubic_psnr_y
    assert lost["shifted"] > lost["bicubic"]
    assert best["shifted"].aligned_psnr_y == pytest.approx(psnr["untouched"], abs=0.5)
    assert psnr["noisy"] > best["noisy"].bicubic_psnr_y
    assert bad["noisy"].psnr_y < bad["noisy"].bicubic_psnr_y
    assert lost["wrong model"] > abs(psnr["wrong model"] - best["wrong model"].bicubic_psnr_y)
    assert network(calibrated(scale)).radius < 100 * scale


@pytest.mark.parametrize("scale", SCALES)
def test_an_edit_of_the_lr_stays_where_it_is_made(scale):
    net, pixels = network(calibrated(scale)), examples.example("coffee")[:200, :400]
    lr = downscale(net, pixels)
    row, column = lr.shape[0] // 2, 4
    edited = lr.copy()
    edited[row, column] = 255 - edited[row, column]
    before, after = (upscale(net, one).astype(int) for one in (lr, edited))
    changed = np.abs(after - before).max(-1)
    assert changed.max() > 50 and changed[:, (column + 13) * scale :].max() <= 2  # of 255
