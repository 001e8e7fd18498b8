"""Rivals on the page: each is what its name says, scored as ours is."""

import numpy as np
import pytest
from PIL import Image

from demo import fair, fair_panels, text, ui
from demo.service import Photo, rescale
from irn_core.measure.rescaling import evaluate_picture
from irn_core.ops.metrics import psnr_y
from irn_core.weights import RESCALERS, count_params, list_rivals, load_model, read_info
from tests.helpers import smooth_pixels

pytestmark = pytest.mark.usefixtures("one_thread")
PHOTO = Photo(smooth_pixels(45, 62), "smooth")
SCALE = 4


def test_every_kind_of_rival_ships_in_its_order():
    assert [fair.fair_key(name) for name in fair.trained(SCALE)] == list(fair.ORDER)
    assert {path.stem for path in list_rivals()} == {*fair.trained(2), *fair.trained(4), *fair.trained(8)}
    assert [fair.fair_key(name) for name in fair.entrants(SCALE)] == list(text.FAIR_NAMES)


def test_rivals_are_as_large_and_were_trained_as_long_as_each_other():
    infos = [read_info(path) for path in list_rivals()]
    sizes, minutes = [info.params for info in infos], [info.training["minutes"] for info in infos]
    assert max(sizes) <= 1.02 * min(sizes) and max(minutes) <= 1.02 * min(minutes)
    assert len({(info.training["batch"], info.training["crop"], info.training["init"]) for info in infos}) == 1


@pytest.mark.parametrize("name", fair.trained(SCALE))
def test_a_rival_is_what_evaluate_says(name):
    net = load_model(name, *RESCALERS)
    entry = fair.compete(PHOTO, SCALE, name)
    assert entry.scores == evaluate_picture(net, PHOTO.pixels, 0.0, 0)
    assert entry.params == count_params(net)
    assert entry.lr.shape == (12, 16, 3) and entry.x_hat.shape == PHOTO.pixels.shape


def test_filters_are_those_of_everybody():
    x = smooth_pixels(48, 64)
    entry = fair.compete(Photo(x, "whole"), SCALE, "lanczos")
    lr = Image.fromarray(x).resize((16, 12), Image.Resampling.LANCZOS)
    x_hat = np.asarray(lr.resize((64, 48), Image.Resampling.LANCZOS))
    assert (entry.lr == np.asarray(lr)).all() and (entry.x_hat == x_hat).all()
    assert entry.scores.psnr_y == psnr_y(x, x_hat, SCALE)
    assert fair.compete(PHOTO, SCALE, "bicubic").scores == rescale(PHOTO, SCALE).bicubic_scores


def test_cards_come_one_by_one_and_say_when_nobody_competes():
    steps = list(fair_panels.fair_cards(PHOTO, SCALE))
    assert len(steps) == len(text.FAIR_NAMES)
    assert all(steps[-1].count(name) for name in text.FAIR_NAMES.values())
    assert "to compute" in steps[0] and "to compute" not in steps[-1] and text.FAIR_ALONE not in steps[-1]
    assert text.FAIR_ALONE in list(fair_panels.fair_cards(PHOTO, 2))[-1]


def test_the_viewer_has_rivals_while_their_tab_is_open():
    keys = {}
    for tab in ("variability", "rivals"):
        *_, last = ui.show(PHOTO, SCALE, 1.0, 1, 0, tab)
        keys[tab] = [image["key"] for image in last[0]["images"]]
    assert keys["rivals"] == [*keys["variability"], *fair.rivals_of(SCALE)]
