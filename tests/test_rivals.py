"""Rivals on the page: each is what its name says, scored as ours is."""

import numpy as np
import pytest
from PIL import Image

from demo.kit.words import say, words
from demo.photo import Photo
from demo.rescale.rescaled import Request, calibrated, rescale
from demo.rescale.tabs import rivals
from irn_core.measure.rescaling import evaluate_picture
from irn_core.ops.metrics import psnr_y
from irn_core.weights import RESCALERS, count_params, list_rivals, load_model, read_info
from tests.helpers import smooth_pixels

pytestmark = pytest.mark.usefixtures("one_thread")
PHOTO = Photo(smooth_pixels(45, 62), "smooth")
SCALE = 4
NET = calibrated(SCALE)


def test_every_kind_of_rival_ships_in_its_order():
    assert [rivals.fair_key(name) for name in rivals.trained(SCALE)] == list(rivals.ORDER)
    assert {path.stem for path in list_rivals()} == {*rivals.trained(2), *rivals.trained(4), *rivals.trained(8)}
    assert [rivals.fair_key(name) for name in rivals.entrants(NET)] == list(words("rivals.names"))


def test_rivals_are_as_large_and_were_trained_as_long_as_each_other():
    infos = [read_info(path) for path in list_rivals()]
    sizes, minutes = [info.params for info in infos], [info.training["minutes"] for info in infos]
    assert max(sizes) <= 1.02 * min(sizes) and max(minutes) <= 1.02 * min(minutes)
    assert len({(info.training["batch"], info.training["crop"], info.training["init"]) for info in infos}) == 1


@pytest.mark.parametrize("name", rivals.trained(SCALE))
def test_a_rival_is_what_evaluate_says(name):
    net = load_model(name, *RESCALERS)
    entry = rivals.compete(PHOTO, NET, name)
    assert entry.scores == evaluate_picture(net, PHOTO.pixels, 0.0, 0)
    assert entry.params == count_params(net)
    assert entry.lr.shape == (12, 16, 3) and entry.x_hat.shape == PHOTO.pixels.shape


def test_filters_are_those_of_everybody():
    x = smooth_pixels(48, 64)
    entry = rivals.compete(Photo(x, "whole"), NET, "lanczos")
    lr = Image.fromarray(x).resize((16, 12), Image.Resampling.LANCZOS)
    x_hat = np.asarray(lr.resize((64, 48), Image.Resampling.LANCZOS))
    assert (entry.lr == np.asarray(lr)).all() and (entry.x_hat == x_hat).all()
    assert entry.scores.psnr_y == psnr_y(x, x_hat, SCALE)
    assert rivals.compete(PHOTO, NET, "bicubic").scores == rescale(PHOTO, NET).bicubic_scores


def drawn(scale: int) -> list[tuple[str, list[str]]]:
    """The cards and the keys of the pictures in the viewer, after each entrant."""
    tab = rivals.Rivals()
    steps = tab.compute(Request(PHOTO, calibrated(scale), 1.0, 1, 0))
    return [(tab.draw(found)["cards"], [image.key for image in tab.pictures(found)]) for found in steps]


def test_cards_come_one_by_one_and_say_when_nobody_competes():
    steps, names, alone = [cards for cards, _ in drawn(SCALE)], words("rivals.names"), say("rivals.alone")
    assert len(steps) == len(names)
    assert all(steps[-1].count(name) for name in names.values())
    assert "to compute" in steps[0] and "to compute" not in steps[-1] and alone not in steps[-1]
    assert alone in drawn(2)[-1][0]


def test_the_viewer_gets_what_it_does_not_have_anyway():
    assert drawn(SCALE)[-1][1] == ["lanczos", *rivals.trained(SCALE)]
