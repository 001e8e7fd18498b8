"""What Compress mode computes, with tiny networks, without the page."""

import re
from collections.abc import Iterator

import gradio as gr
import numpy as np
import pytest

from demo.compress import coded as coding
from demo.compress import curves
from demo.compress.coded import (
    BPP,
    BYTES,
    ICN,
    MODELS,
    NAMES,
    QUALITY,
    Request,
    Shown,
    compress,
    decode,
    match,
    open_icn,
    setting_for,
)
from demo.compress.draw import label, measures
from demo.compress.mode import OTHERS, CompressMode
from demo.compress.tabs import TABS, bits
from demo.compress.tabs.curve import CurveTab, Found, curve_chart
from demo.compress.tabs.scaled import CODECS, Scaled, claims
from demo.kit import chart
from demo.kit.cache import RESULTS
from demo.kit.events import Visit
from demo.kit.words import say
from demo.page import _Page
from demo.photo import Photo
from irn_core.coding import codecs
from irn_core.coding.icn_file import HEADER_BYTES, QUALITY_STEPS
from irn_core.coding.pillow_codecs import PILLOW_CODECS
from irn_core.errors import IRNError, StreamError
from irn_core.ops.metrics import psnr_rgb
from tests.helpers import noise_pixels, plain_codec, smooth_pixels, tiny_codec

BOTH = pytest.mark.parametrize("codec", (plain_codec, tiny_codec), indirect=True)


@pytest.fixture(autouse=True)
def codec(request, monkeypatch):
    """A tiny ICN in place of the shipped one: fresh, so that it compresses, or with BOTH also random."""
    tiny = getattr(request, "param", plain_codec)()
    for module in (coding, codecs):
        monkeypatch.setattr(module, "load_codec", lambda name: tiny)
    for module in (coding, bits):
        monkeypatch.setattr(module, "codec_for", lambda data, max_pixels: tiny)
    monkeypatch.setattr(coding, "shipped_model", lambda fingerprint: ICN)
    RESULTS.clear()
    yield tiny
    RESULTS.clear()


def photo(height: int = 45, width: int = 70, seed: int = 0) -> Photo:
    return Photo(smooth_pixels(height, width, seed), "picture.png")


@BOTH
def test_the_picture_shown_is_the_one_in_the_file(codec):
    coded = compress(photo(), 60 * QUALITY_STEPS)
    assert np.array_equal(coded.pixels, codec.decode(coded.data))
    assert coded.scores.psnr_rgb == psnr_rgb(photo().pixels, coded.pixels)
    assert coded.bpp == 8 * len(coded.data) / (45 * 70)
    assert np.array_equal(decode(coded.data, 0.7, 3), codec.decode(coded.data, 0.7, 3))
    assert compress(Photo(photo().pixels.copy(), "other name"), 60 * QUALITY_STEPS) is coded


def test_targets_are_met():
    least, most = (len(compress(photo(), quality * QUALITY_STEPS).data) for quality in (0, 100))
    budget = (least + most) // 2
    size = len(compress(photo(), setting_for(photo(), BYTES, budget)).data)
    assert 0.98 * budget <= size <= budget
    assert setting_for(photo(), BPP, 8 * budget / (45 * 70)) == setting_for(photo(), BYTES, budget)
    assert setting_for(photo(), QUALITY, 37.5) == 37.5 * QUALITY_STEPS
    with pytest.raises(IRNError, match=rf"smallest possible is {least:,} bytes"):
        setting_for(photo(), BYTES, HEADER_BYTES)


@pytest.mark.parametrize("rival", ("jpeg", "webp", "avif", "jpeg2000", "icn"))
def test_rivals_get_the_same_bytes(rival):
    picture = Photo(noise_pixels(96, 96), "noise.png")
    budget = 9000
    found = match(picture, rival, budget)
    assert found.fits
    assert 0.9 * budget <= len(found.data) <= budget  # whole settings are coarse
    assert found.scores == coding.score(picture.pixels, coding.read(rival, found.data))


def test_a_rival_that_cannot_get_so_small_says_so():
    found = match(photo(), "jpeg", 100)
    assert not found.fits
    assert len(found.data) > 100
    assert f"JPEG, smallest possible: {len(found.data):,} bytes · " in label(found)


def test_the_best_value_is_bold_only_among_files_of_the_size():
    coded = compress(photo(), 0)
    scores = coded.scores._replace(psnr_rgb=99.0)
    larger = coding.Coded("jpeg", 1, coded.data * 2, coded.pixels, scores, fits=False)
    table = measures(coded, [larger], 1000, None)
    assert f"<b class='best'>{coded.scores.psnr_rgb:.2f}</b>" in table
    assert "99.00" in table
    assert "<b class='best'>99.00" not in table


@BOTH
@pytest.mark.parametrize("size", ((1, 1), (8, 8), (9, 17), (45, 70)))
@pytest.mark.parametrize("quality", (0, 80))
def test_the_map_of_bits_adds_up_to_the_file(codec, size, quality):
    coded = compress(photo(*size), quality * QUALITY_STEPS)
    found = bits.account(coded.data)
    assert found.heat.shape == size
    assert found.heat.sum() == pytest.approx(8 * len(coded.data))
    assert abs(found.overhead - HEADER_BYTES) < 0.02 * len(coded.data) + 16  # hints, and whole words of the coder
    assert found.spent()[-1] == len(coded.data)
    assert found.spent() == sorted(found.spent())
    assert [low.shape[:2] for low in found.low_bands] == [(-(-size[0] // s), -(-size[1] // s)) for s in (8, 4, 2, 1)]


def test_bits_are_where_the_detail_is():
    pixels = np.full((64, 64, 3), 120, np.uint8)
    pixels[:, 32:] = noise_pixels(64, 32)
    heat = bits.account(compress(Photo(pixels, "half"), 100 * QUALITY_STEPS).data).heat
    assert heat[:, 40:].mean() > 1.5 * heat[:, :24].mean()


def test_the_last_low_band_is_the_picture_before_refinement(codec):
    codec.icn.filter.load_state_dict({k: v * 0 for k, v in codec.icn.filter.state_dict().items()})
    coded = compress(photo(), 70 * QUALITY_STEPS)
    assert np.array_equal(bits.account(coded.data).low_bands[-1], coded.pixels)
    assert bits.bits_figure(bits.account(coded.data)).html().count("<img") == 2


def test_a_curve_grows_point_by_point(monkeypatch):
    steps = list(curves.codec_curves(photo()))
    assert [step.done for step in steps] == list(range(1, steps[0].total + 1))
    points = steps[-1].points
    assert {name: len(found) for name, found in points.items()} == {
        name: len(curves.settings(name)) for name in (*MODELS, "jpeg-cleaned", *PILLOW_CODECS)
    }
    for name, found in points.items():
        assert [p.bpp for p in found] == sorted(8 * p.size / (45 * 70) for p in found), name
    monkeypatch.setattr(curves, "read", None)  # all is known: nothing is measured again
    assert list(curves.codec_curves(photo()))[-1] == steps[-1]


def test_the_marker_stands_at_the_present_file():
    progress = list(curves.codec_curves(photo()))[-1]
    for quality in (15, 60):
        coded = compress(photo(), quality * QUALITY_STEPS)
        found = Found(curves.PSNR, progress, curves.published(), coded, coded.scores.psnr_rgb)
        drawing = curve_chart(found)
        here = drawing[drawing.index('class="here"') :]
        bpp, psnr, x, y = (re.search(rf'{name}="([\d.]+)"', here)[1] for name in ("bpp", "quality", "cx", "cy"))
        assert (float(bpp), float(psnr)) == pytest.approx((coded.bpp, coded.scores.psnr_rgb), abs=1e-4)
        assert f'<circle class="reach" cx="{x}" cy="{y}"' in drawing  # on the dot of the same file
    assert drawing.count('class="dot') == 2 * progress.total


@pytest.mark.parametrize("figure", curves.QUALITY)
def test_who_is_best_is_read_from_the_curves(figure):
    request = request_of(photo(60, 80))
    *_, found = CurveTab().compute(request, figure=figure)
    bpp, names = found.coded.bpp, [name for name, _ in found.ranking]
    assert "icn" in names and found.ranking == sorted(found.ranking, key=lambda pair: -pair[1])
    near = {name: [p.quality for p in points] for name, points in found.progress.points.items()}
    for name, quality in found.ranking:
        assert min(near[name]) <= quality <= max(near[name]) or name == "icn"
    assert dict(found.ranking)["icn"] == pytest.approx(found.quality)  # measured, not interpolated
    for name in near.keys() - set(names):
        points = found.progress.points[name]
        assert bpp < points[0].bpp or bpp > points[-1].bpp
    drawn, said = CurveTab().draw(found), CurveTab().finding(found)
    assert NAMES[names[0]] in said and f"{bpp:.3f} bpp" in said
    assert ("Kodak" in drawn["chart"]) == (figure == curves.PSNR)
    measured = curves.QUALITY[figure](request.shown.photo.pixels, found.coded.pixels)
    assert found.quality == pytest.approx(measured) and f'data-quality="{measured:.4f}"' in drawn["chart"]


def test_published_curves_rise():
    assert curves.published().keys() == {"Hyperprior 2018", "BPG 4:4:4", "VTM"}
    for points in curves.published().values():
        assert points == sorted(points)
        assert [psnr for _, psnr in points] == sorted(psnr for _, psnr in points)


def test_a_chart_takes_lossless_points():
    drawing = chart.chart([chart.Line("a", "icn", [chart.Dot(1.0, float("inf"), "∞")])], None, "one")
    assert "nan" not in drawing
    assert "inf" not in drawing


def at(*pairs: tuple[float, float]) -> list[curves.Point]:
    return [curves.Point(int(1000 * bpp), bpp, psnr) for bpp, psnr in pairs]


def test_the_claim_is_read_from_the_curves():
    full, small = at((0.1, 20), (1.0, 40)), at((0.05, 22), (0.1, 25), (1.0, 35))
    found = curves.claim(full, small)
    ((first, last),) = found.wins
    assert (first, last) == pytest.approx((0.1, 10**-0.5), rel=0.02)  # halfway in log bpp
    assert found.best_gain == pytest.approx(5)
    assert curves.claim(full, at((0.1, 19), (1.0, 39))).wins == []
    assert curves.claim(full, at((0.01, 10), (0.02, 11))) is None
    progress = curves.Progress({1: full, 2: small, 4: at((0.01, 10), (0.02, 11))}, 3, 3)
    found = tuple(curves.claim(full, progress.points[scale]) for scale in (2, 4))
    said = claims(progress, "webp", found)
    assert "IRN ×2 + WebP</b> beats WebP alone from 0.100 to 0.31" in said
    assert "by up to 5.00 dB, and loses elsewhere up to 1.00 bpp" in said
    assert "share no rate" in said


def test_smaller_pictures_are_upscaled_to_the_original():
    found = match(photo(), "webp", 700, 2)
    assert found.pixels.shape == photo().pixels.shape
    assert found.scores == coding.score(photo().pixels, found.pixels)
    steps = list(curves.scale_curves(photo(24, 32), "jpeg"))
    assert {scale: len(points) for scale, points in steps[-1].points.items()} == {1: 7, 2: 7, 4: 7}


def test_files_that_cannot_be_opened_are_named(tmp_path, codec):
    good = compress(photo(), 30 * QUALITY_STEPS).data
    (tmp_path / "good.icn").write_bytes(good)
    opened = open_icn(str(tmp_path / "good.icn"), "good.icn")
    assert np.array_equal(opened.pixels, codec.decode(good))
    assert opened.scores is None
    damaged = good[:-3] + bytes([good[-3] ^ 1]) + good[-2:]
    for name, data in (("words.icn", b"words"), ("damaged.icn", damaged), ("empty.icn", b"")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(StreamError, match=name):
            open_icn(str(tmp_path / name), name)


def request_of(picture: Photo, original: bool = True) -> Request:
    """Two draws of a file, with or without the picture that it was made from."""
    return Request(
        Shown("picture", compress(picture, 40 * QUALITY_STEPS), picture if original else None, ""), 1.0, 2, 0
    )


@pytest.mark.parametrize("codec_name", CODECS)
def test_every_codec_is_tried_on_smaller_pictures(codec_name):
    *_, found = Scaled().compute(request_of(photo(24, 32)), codec=codec_name)
    drawn = Scaled().draw(found)
    assert drawn["cards"].count("<figure") == 3 and Scaled().finding(found).count("IRN ×") == 2
    assert ('class="here"' in drawn["chart"]) == (codec_name == "icn")  # the present file lies on its curves alone


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.key)
def test_an_opened_file_has_no_original_to_compare_with(tab):
    *_, found = tab().compute(request_of(photo(24, 32), original=False), **({"codec": "webp"} if tab is Scaled else {}))
    drawn = tab().draw(found)
    assert (say("compress.no_original") in drawn.values()) == (tab is not bits.Bits)
    assert tab is not bits.Bits or drawn["cards"].count("<figure") == 5  # what is in the file is known


@pytest.fixture
def mode() -> CompressMode:
    """The mode within a page, without a server."""
    with gr.Blocks() as blocks:
        return _Page(blocks).compress


def answered(mode: CompressMode, visit: Visit, picture: Photo, size: float, count: int = 2) -> dict:
    """What components hold after an answer to a file of so many bytes, or of that quality up to 100."""
    told: dict = {}
    for step in steps(mode, visit, picture, size, count):
        told |= step
    return told


def steps(mode: CompressMode, visit: Visit, picture: Photo, size: float, count: int = 2) -> Iterator[dict]:
    target = BYTES if size > 100 else QUALITY
    values = visit, picture, ICN, target, size, 1.0, size, 1.0, count, 0, "bits", *([None] * len(mode.tabs.inputs))
    return mode.answer(*values)


def test_every_result_is_complete_and_keeps_no_name(mode):
    mine, yours = photo(seed=4), Photo(photo(seed=4).pixels.copy(), "yours.png")
    answered(mode, Visit(), mine, 40)
    told = answered(mode, Visit(), yours, 40)
    keys = [image["key"] for image in told[mode.shared.viewer]["images"]]
    assert keys == ["original", ICN, *(name for name in OTHERS if name != ICN), "draw-1", "draw-2"]
    assert told[mode.shared.status].startswith("yours.png")
    assert "nan" not in told[mode.table] and "…" not in told[mode.table]
    assert "compress picture.png picture.icn --quality 40\n" in told[mode.commands]
    assert "--tau 1 --seed 0" in told[mode.commands]


def test_who_comes_back_from_what_was_cancelled_reads_the_status_of_what_is_shown(mode):
    visit, mine, other = Visit(), photo(seed=5), Photo(photo(seed=6).pixels, "other.png")
    answered(mode, visit, mine, 40)
    begun = next(steps(mode, visit, other, 40))
    assert begun[mode.shared.status] == say("compress.computing", name="other.png")
    status = answered(mode, visit, mine, 40)[mode.shared.status]
    assert status.startswith(mine.name) and "…" not in status


def test_a_refused_budget_keeps_the_file(mode):
    visit = Visit()
    answered(mode, visit, photo(), 40)
    before = visit.shown["file"]
    with pytest.raises(gr.Error, match="smallest possible"):
        answered(mode, visit, photo(), 101)
    assert visit.shown["file"] == before


def test_a_narrow_chart_holds_all_of_the_wide_one_and_names_it_below():
    lines = [
        chart.Line(f"codec {k}", "icn", [chart.Dot(1, 30 + k, f"dot {k}"), chart.Dot(2, 40 + k)]) for k in range(5)
    ]
    wide, narrow = chart.chart(lines, None, "five").split("</svg>")[:2]
    assert wide.count('class="dot') == narrow.count('class="dot') == 10
    assert all(f">codec {k}</text>" in drawing for drawing in (wide, narrow) for k in range(5))
    height = int(re.search(r'viewBox="0 0 320 (\d+)"', narrow)[1])
    assert all(float(y) < height for y in re.findall(r'translate\(\d+ (\d+)\)"', narrow))
    for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', narrow):
        assert 0 < float(x) < 320 and 0 < float(y) < 320
