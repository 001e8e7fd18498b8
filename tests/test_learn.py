"""The lesson: every number on a slide is of the picture at hand."""

import itertools
import json
import re

import numpy as np
import pytest
import torch

from demo import examples
from demo.kit.numbers import decibels
from demo.kit.words import words
from demo.learn.chapters import CHAPTERS, choices, pixels, quiz
from demo.learn.chapters.bands import BandsChapter
from demo.learn.chapters.bitrate import Bitrate
from demo.learn.chapters.draws import Draws
from demo.learn.chapters.noise import Noise
from demo.learn.chapters.shared import Shared
from demo.learn.chapters.training import Training
from demo.photo import Photo
from demo.rescale.rescaled import calibrated, network
from irn_core.measure.filters import by_bicubic
from irn_core.ops.metrics import psnr_rgb, psnr_y
from irn_core.training.losses import TERMS
from tests.helpers import noise_pixels, smooth_pixels

PICTURE = Photo(smooth_pixels(72, 100, seed=3), "mine.png")


@pytest.fixture(autouse=True)
def without_gradients():
    with torch.inference_mode():
        yield


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.key)
@pytest.mark.parametrize("size", [(1, 1), (9, 17), (64, 80)], ids=str)
def test_every_chapter_takes_any_picture(chapter, size):
    photo = Photo(noise_pixels(*size), "noise.png")
    slide, said = chapter().draw(chapter().compute(photo)), words(f"learn.{chapter.key}")
    assert slide.right is None or 0 <= slide.right < len(said["options"])
    html = chapter().html(photo)
    assert said["ask"] in html and html.count("data-option") == len(said["options"])
    assert not re.search(r"\{\w*\}|\bnan\b", html.replace("{}", ""))  # every place in a sentence is filled


@pytest.mark.parametrize(("pixels_", "levels"), [(2, 4), (3, 5), (4, 6)])
def test_originals_are_counted_exactly(pixels_, levels):
    blocks = [sum(block) for block in itertools.product(range(levels), repeat=pixels_)]
    for total in range(pixels_ * (levels - 1) + 1):
        assert pixels.originals(total, pixels_, levels) == blocks.count(total)


def test_what_is_sent_and_how_it_looks_are_of_this_picture():
    slide = Shared().draw(Shared().compute(PICTURE))
    assert slide.values["sent"] == f"{18 * 25}" and slide.values["pixels"] == "7,200"
    assert slide.values["psnr"] == decibels(psnr_y(PICTURE.pixels, by_bicubic(PICTURE.pixels, 4)[1], 4))


def test_all_bands_give_back_the_original_and_none_the_means():
    found = BandsChapter().compute(PICTURE)
    assert found.is_exact and found.bilinear < 1e-3
    assert len(found.built) == 8 and found.built[(True,) * 3][1] == np.inf
    means = PICTURE.pixels.reshape(36, 2, 50, 2, 3).mean((1, 3)).round().repeat(2, 0).repeat(2, 1)
    assert found.built[(False,) * 3][1] == pytest.approx(psnr_rgb(PICTURE.pixels, means.astype(np.uint8)), abs=0.1)
    assert 0 < found.share < 1


def test_the_bands_of_the_figure_are_numbered_as_its_boxes_count():
    slide = BandsChapter().draw(BandsChapter().compute(PICTURE))
    notes = re.findall(r'data-note="([^"]+)"', slide.figure)
    assert notes[7] == "∞ dB" and notes[0] == slide.values["lost"]
    assert re.findall(r'data-bit="(\d)"', slide.figure) == ["2", "1", "0"]


@pytest.mark.parametrize("trained", [True, False], ids=["trained", "random"])
def test_a_net_is_undone_whatever_its_weights(trained):
    net = calibrated(choices.SCALE)
    irn = network(net) if trained else choices.randomised(net)
    assert choices.round_trip(irn, PICTURE.pixels) < 1e-5
    if not trained:
        x = torch.rand(1, 3, 16, 16)
        assert (irn(x)[0] - network(net)(x)[0]).abs().max() > 0.01


def test_the_coupling_on_the_slide_is_that_of_the_net():
    step = choices.first_coupling(calibrated(choices.SCALE), PICTURE.pixels)
    assert step.added != 0
    assert step.y == pytest.approx(step.x + step.added, abs=1e-6) and step.again == pytest.approx(step.x, abs=1e-6)


def test_the_normaliser_makes_pictures_alike():
    found = Noise().compute(PICTURE)
    before, after = ([getattr(row, when).deviation for row in found.pictures] for when in ("before", "after"))
    assert max(after) / min(after) < max(before) / min(before)
    figure = Noise().draw(found).figure
    assert figure.count("<polyline") == 3 * (3 + 4) and "N(0, 1)" in figure


def test_draws_differ_and_their_spread_is_that_of_the_tab():
    found = Draws().compute(PICTURE)
    assert len(found.draws) == 6 and len({part.tobytes() for part in found.draws}) == 6
    assert found.spread.max() > 1


def test_the_best_of_the_rivals_is_the_right_answer():
    found = Training().compute(PICTURE)
    scores = [psnr for _, psnr in found.entries.values()]
    slide = Training().draw(found)
    assert scores[slide.right] == max(scores) and slide.values["psnr"] == decibels(max(scores))
    assert len(words("learn.training.options")) == len(scores)


@pytest.mark.parametrize("name", ["astronaut", "cat"])
def test_a_term_that_is_left_out_of_training_is_missed(name):
    trials = Training().compute(Photo(examples.example(name), name)).trials
    every, *less = (one.terms for one in trials)
    for i, without in enumerate(less):
        assert without[i] > every[i], TERMS[i]
    assert len({one.draw.tobytes() for one in trials}) == len(trials)


def test_files_of_the_bitrate_chapter_grow_and_rivals_have_their_bytes():
    found = Bitrate().compute(PICTURE)
    slide = Bitrate().draw(found)
    html = re.search(r"data-points='([^']+)'", slide.figure)[1]
    points = json.loads(html.replace("&#34;", '"'))
    assert [point["bpp"] for point in points] == sorted(point["bpp"] for point in points)
    assert [point["mse"] for point in points] == sorted((point["mse"] for point in points), reverse=True)
    assert all(point["jpeg_bytes"] <= point["bytes"] for point in points if point["fits"])


def test_the_right_answers_of_the_quiz_are_right():
    tasks = {task.key: task for task in quiz.tasks(PICTURE)}
    assert len(tasks) == 5
    original, *others = tasks["original"].pictures
    assert np.array_equal(original, PICTURE.pixels)  # it is no larger than the part that is shown
    assert not any(np.array_equal(original, other) for other in others)
    assert tasks["jpeg"].numbers[0] == decibels(quiz.jpeg_loss(PICTURE, calibrated(quiz.SCALE)))
    for task in tasks.values():
        assert len(set(task.numbers)) == len(task.numbers) and bool(task.numbers) != bool(task.pictures)


@pytest.mark.parametrize("size", [(1, 1), (9, 17)], ids=str)
def test_the_quiz_takes_any_picture(size):
    html = quiz.quiz_html(Photo(noise_pixels(*size), "noise.png"))
    assert html.count('class="task"') >= 4 and "nan" not in html
