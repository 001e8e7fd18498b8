"""Every tab opens with a sentence that has a figure of this picture in it, and is true of odd pictures too."""

import re

import numpy as np
import pytest

pytest.importorskip("gradio")
pytest.importorskip("constriction")

from demo.compress import coded
from demo.compress.coded import Shown, compress
from demo.compress.curves import Point, Progress
from demo.compress.tabs import TABS as COMPRESS_TABS
from demo.compress.tabs import curve, scaled
from demo.kit.finding import claim, percent, turn
from demo.kit.numbers import gain
from demo.kit.tab import Tab
from demo.kit.words import FIRST_LANGUAGE, LANGUAGES, say, speak
from demo.photo import Photo
from demo.rescale.rescaled import Request
from demo.rescale.tabs import TABS as RESCALE_TABS
from demo.rescale.tabs.choices import ChoicesTab
from demo.spread import Found, compare_draws
from demo.spread_figure import spread_finding
from irn_core.ops.metrics import psnr_y
from tests.helpers import ROOT, noise_pixels, smooth_pixels

PICTURES = {
    "flat": np.full((100, 104, 3), 128, np.uint8),
    "noise": noise_pixels(96, 100),
    "tiny": noise_pixels(1, 1),
    "smooth": smooth_pixels(96, 100),
}
INPUTS = {
    "bands": {"level": 1, "kept": ["horizontal"]},
    "arithmetic": {"first": "", "second": "", "mode": "erase", "fill": "zero", "bands": [], "region": ""},
    "motion": {"path": None},
    "break_it": {"quality": 90, "sigma": 5.0, "strokes": ""},
    "scaled": {"codec": "webp"},
}
SIMPLE = [tab for tab in COMPRESS_TABS if tab not in (curve.CurveTab, scaled.Scaled)]


def last_finding(tab: Tab, request: object) -> str:
    *_, found = tab.compute(request, **INPUTS.get(tab.key, {}))
    return tab.finding(found)


def check(said: str) -> None:
    """A number in it, and nothing that is none."""
    assert re.search(r"\d|∞", said) and not re.search(r"\bnan\b|\binf\b|\{", said), said


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("tab", RESCALE_TABS, ids=lambda tab: tab.key)
def test_every_tab_of_rescale_has_a_finding(tab, picture, one_thread):
    photo = Photo(PICTURES[picture], picture)
    for language in LANGUAGES:
        speak(language)
        try:
            check(last_finding(tab(), Request(photo, "irn-x2", 1.0, 2, 0)))
        finally:
            speak(FIRST_LANGUAGE)


@pytest.mark.parametrize("tab", SIMPLE, ids=lambda tab: tab.key)
@pytest.mark.parametrize("picture", PICTURES)
def test_every_tab_of_compress_has_a_finding(tab, picture, one_thread):
    photo = Photo(PICTURES[picture], picture)
    check(last_finding(tab(), coded.Request(Shown(picture, compress(photo, 400), photo, ""), 1.0, 2, 0)))


@pytest.mark.parametrize("tab", [tab for tab in COMPRESS_TABS if tab.key != "bits"], ids=lambda tab: tab.key)
def test_a_file_without_its_original_has_one_too(tab, one_thread):
    shown = Shown("mine.icn", compress(Photo(PICTURES["tiny"], "tiny"), 400), None, "")
    assert f"{len(shown.coded.data)} bytes" in last_finding(tab(), coded.Request(shown, 1.0, 2, 0))


def test_the_claim_of_a_tab_stands_in_one_place():
    sources = (ROOT / "demo").rglob("*.py")
    assert [path.name for path in sources if "class='claim'" in path.read_text(encoding="utf-8")] == ["finding.py"]


def test_curves_say_nothing_before_they_are_whole(one_thread):
    ours = compress(Photo(PICTURES["smooth"], "smooth"), 400)
    points = {"icn": [Point(10, 0.01, 20.0), Point(10**6, 99.0, 50.0)], "jpeg": [Point(10, 90.0, 9.0)]}
    growing, whole = (Progress(points, done, 2) for done in (1, 2))
    assert not curve.CurveTab().finding(curve.Found("psnr", growing, {}, ours, 40.0))
    check(curve.CurveTab().finding(curve.Found("psnr", whole, {}, ours, 40.0)))  # no codec but ours is at this rate
    assert not scaled.Scaled().finding(scaled.Found(growing, "webp", ours))


@pytest.mark.parametrize(
    ("error", "spread", "tau", "form"),
    [
        (8, 2, 1, "Overconfident"),
        (20, 20, 1, "Well calibrated"),
        (1, 4, 1, "Too cautious"),
        (8, 2, 0.5, "only at τ = 1"),
        (3, 0, 1, "All draws are the same"),
    ],
)
def test_the_words_on_spread_follow_the_figures(error, spread, tau, form):
    x = np.full((16, 16, 3), 100, np.uint8)
    signs = np.where(np.indices((16, 16)).sum(0) % 2, 1, -1)[..., None]
    draws = tuple((x + sign * spread * signs / 2**0.5).round().astype(np.uint8) for sign in (1, -1))
    found = compare_draws(x, x + np.uint8(error), draws, lambda drawn: psnr_y(x, drawn, 0))
    said = spread_finding(Found(found, tau, 0))
    assert form in said and f"{error:.2f}" in said


def test_the_costs_of_each_way_are_those_of_the_picture():
    *_, found = ChoicesTab().compute(Request(Photo(PICTURES["smooth"], "smooth"), "irn-x4", 1.0, 1, 0))
    preserve, abandon, _ = found.ways
    assert not preserve.errors.any() and abandon.errors.any()  # f is invertible
    assert f"{abandon.choice.psnr_y:.2f} dB" in ChoicesTab().finding(found)
    drawn = ChoicesTab().draw(found)
    assert drawn["ways"].count("<figure") == 3 and f"× {found.gain}" in drawn["ways"]
    for one in found.costs:
        assert f"{one.error:.2g}" in drawn["why"] and gain(one.likeliest, one.abandoned) in drawn["why"]


def test_figures_rise_and_fall_as_far_as_one_sees():
    assert (turn(30, 31), turn(31, 30), turn(30, 30.001), turn(float("inf"), 60)) == ("rose", "fell", "stayed", "fell")
    assert (percent(0.0625), percent(0.5), percent(0), percent(1.25)) == ("6.2 %", "50 %", "0 %", "125 %")
    assert claim("") == say("kit.computing")
