"""The tab "Learned coding step by step": what it says and draws is what its numbers are, on odd pictures too."""

import re

import numpy as np
import pytest

pytest.importorskip("gradio")
pytest.importorskip("constriction")

from demo.compress.coded import Request, Shown, compress
from demo.compress.tabs.learned_steps import FIELD, STEPS, TRADE, LearnedSteps, read_place
from demo.compress.tabs.learned_steps.compute.latent import AUTOENCODER, ICN, NETS, latents, look
from demo.compress.tabs.learned_steps.compute.noise import compare
from demo.compress.tabs.learned_steps.compute.soft import soften
from demo.compress.tabs.learned_steps.draw.latent import latent_html
from demo.kit.words import FIRST_LANGUAGE, LANGUAGES, speak
from demo.photo import Photo
from irn_core.coding.icn_file import QUALITY_STEPS
from irn_core.ops.metrics import psnr_rgb
from tests.helpers import noise_pixels, smooth_pixels
from tests.test_findings import PICTURES, check

MINE = Photo(smooth_pixels(96, 136, seed=5), "mine.png")
SETTING = 40 * QUALITY_STEPS


def request(photo: Photo) -> Request:
    return Request(Shown(photo.name, compress(photo, SETTING), photo, ""), 1.0, 2, 0)


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("step", STEPS)
def test_every_step_has_a_finding_and_a_body(step, net, one_thread):
    for name, pixels in PICTURES.items():
        tab = LearnedSteps()
        *_, found = tab.compute(request(Photo(pixels, name)), step, net)
        for language in LANGUAGES:
            speak(language)
            try:
                check(tab.finding(found))
                body = tab.draw(found)["body"]
            finally:
                speak(FIRST_LANGUAGE)
            assert "<svg" in body and not re.search(r"\bnan\b|\binf\b", body)


@pytest.mark.parametrize("net", NETS)
def test_a_chosen_latent_is_that_of_its_place(net, one_thread):
    found, level = latents(MINE, net, SETTING), 2
    band = found.bands[level]
    place = (1, 3, 2)
    chosen = look(MINE, net, SETTING, level, place).chosen
    assert (chosen.channel, chosen.row, chosen.column) == place and chosen.k == band.taken[place]
    assert chosen.bits == pytest.approx(float(band.bits(found.law)[place]), rel=1e-3, abs=1e-5)
    assert dict(chosen.bars)[chosen.k] == pytest.approx(2.0**-chosen.bits)
    assert chosen.edges[1] - chosen.edges[0] == pytest.approx(2.0**-chosen.bits, abs=1e-6)
    assert sum(height for _, height in chosen.bars) <= 1 + 1e-6
    far = look(MINE, net, SETTING, level, (1, 999, 999)).chosen  # beyond the picture
    assert (far.row, far.column) == (band.v.shape[1] - 1, band.v.shape[2] - 1)


def test_every_channel_that_is_shown_can_be_chosen(one_thread):
    html = latent_html(FIELD, look(MINE, ICN, SETTING, 2, None))
    layers = set(re.findall(r'data-layer="([^"]+)"', html))
    assert {read_place(f"3,4,{layer}", ICN, 2) for layer in layers} == {(k, 3, 4) for k in range(9)}


def test_a_place_is_kept_from_level_to_level():
    assert read_place("3,5,icn.2.4", ICN, 2) == (4, 3, 5)
    assert read_place("3,5,icn.2.4", ICN, 0) == (4, 14, 22) and read_place("14,22,icn.0.4", ICN, 2) == (4, 3, 5)
    for text in ("", "3,5", "3,5,icn.2.4.", "x"):
        assert read_place(text, ICN, 2) is None
    assert read_place("3,5,icn.2.4", AUTOENCODER, 2) is None  # a channel of the other net


def test_the_autoencoder_has_one_level_whatever_is_set_for_icn(one_thread):
    (found,) = LearnedSteps().compute(request(MINE), net=AUTOENCODER, level=5, place="3,5,autoencoder.2.7")
    assert (found.level, found.chosen.channel, found.chosen.row, found.chosen.column) == (2, 7, 3, 5)


@pytest.mark.parametrize("net", NETS)
def test_both_ways_have_the_same_latents_and_whole_histograms(net, one_thread):
    found = compare(MINE, net, SETTING)
    rounded = latents(MINE, net, SETTING)
    assert found.rounded.psnr == psnr_rgb(MINE.pixels, rounded.x_hat) != found.noisy.psnr
    assert found.size == rounded.size and found.rounded.bpp == pytest.approx(found.bpp, rel=0.1)
    for way, width in ((found.rounded, 1), (found.noisy, 1 / 8)):
        total = sum(height for _, height in way.bars) * width
        assert 0.98 <= total <= 1 + 1e-9
    taken = rounded.bands[found.level].taken[found.channel]
    for k, height in found.rounded.bars:
        assert height == pytest.approx(np.mean(taken == k))
    spread = sum(height * v**2 for v, height in found.noisy.bars) / 8
    assert spread == pytest.approx(sum(height * v**2 for v, height in found.rounded.bars) + 1 / 12, rel=0.5)


def test_soft_tends_to_hard_over_the_slider(one_thread):
    found = soften(MINE, 2)
    errors = [one.error for one in found.frames]
    assert errors == sorted(errors) and errors[0] < 0.1 and found.spread > max(12**-0.5, errors[0])
    assert found.frames[0].blind > 0.8 > found.frames[-1].blind  # hardly any pixel lies at an edge
    flat = soften(Photo(np.full((8, 8, 3), 255, np.uint8), "white"), 1)
    assert all(one.blind == 1 for one in flat.frames[:5])


def test_the_ring_lies_on_the_cheapest_and_the_present_file_is_among_them(one_thread):
    *growing, found = LearnedSteps().compute(request(MINE), TRADE, ICN)
    assert found.is_whole and found.qualities[found.own] == 40 and not any(one.is_whole for one in growing)
    for price in found.prices:
        point = found.points[price.best]
        assert price.costs[price.best] == min(price.costs) == point.rate + price.lam * point.distortion
        assert price.best in found.hull
    rates = [found.points[price.best].rate for price in found.prices]
    assert rates == sorted(rates)  # dear errors, large files


def test_a_file_without_its_original_is_told_of_in_every_step(one_thread):
    shown = Shown("mine.icn", compress(Photo(noise_pixels(9, 9), "x"), SETTING), None, "")
    for step in STEPS:
        tab = LearnedSteps()
        (found,) = tab.compute(Request(shown, 1.0, 2, 0), step)
        check(tab.finding(found))
        assert "<svg" not in tab.draw(found)["body"]
