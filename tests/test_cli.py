"""The command line: what it writes, what it refuses, and how it says so."""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from itertools import product

import numpy as np
import pytest
import torch
from PIL import Image

from irn_core import weights
from irn_core.measure.bench import paper_name
from irn_core.pictures.files import read_picture
from irn_core.pictures.lr_file import read_lr
from irn_core.rescale import downscale, upscale
from irn_core.weights import count_params, load_model, model_tag, save_model
from tests.helpers import ROOT, misused, pixels_of, refused, run, smooth_pixels, tiny_irn, write_pictures


@pytest.fixture
def models(tmp_path, monkeypatch):
    """A folder that stands for the shipped weights: irn-x2 and irn-x4, tiny ones."""
    folder = tmp_path / "weights"
    folder.mkdir()
    for scale in (2, 4):
        save_model(tiny_irn(scale), folder / f"irn-x{scale}.safetensors", {})
    monkeypatch.setattr(weights, "WEIGHTS_DIR", folder)
    return folder


@pytest.fixture
def photo(tmp_path):
    """A picture of odd sides."""
    path = tmp_path / "photo.png"
    Image.fromarray(smooth_pixels(33, 47)).save(path)
    return path


# As a process


def test_as_a_process(tmp_path):
    def command(*args):
        return subprocess.run(
            [sys.executable, "-m", "irn_core", *map(str, args)],
            cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip

    model, photo, lr, out = (tmp_path / name for name in ("tiny.safetensors", "photo.png", "lr.png", "out.png"))
    save_model(tiny_irn(), model, {})
    Image.fromarray(smooth_pixels(33, 47)).save(photo)
    assert run("downscale", photo, lr, "--model", model) == 0
    up = command("upscale", lr, out, "--model", model, "--tau", 1, "--seed", 5)
    assert (up.returncode, up.stderr) == (0, "")
    assert pixels_of(lr).shape == (17, 24, 3)
    expected = upscale(load_model(model), pixels_of(lr), 1, 5, size=(33, 47)).astype(int)
    assert np.abs(pixels_of(out) - expected).max() <= 1  # another process may use other threads

    failed = command("downscale", tmp_path / "nowhere.png", out, "--model", model)
    assert failed.returncode == 2 and failed.stdout == ""
    assert failed.stderr.count("\n") == 1 and "nowhere.png does not exist" in failed.stderr


# models


def test_models_are_listed(models, capsys):
    assert run("models", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [list(row) for row in rows] == [["name", "scale", "params", "bytes"]] * 2
    for row, scale in zip(rows, (2, 4), strict=True):
        path = models / f"irn-x{scale}.safetensors"
        expected = {"name": path.stem, "scale": scale, "params": count_params(load_model(path))}
        assert row == expected | {"bytes": path.stat().st_size}
    assert run("models") == 0
    listing = capsys.readouterr().out.splitlines()
    assert len(listing) == 2 and "irn-x2" in listing[0] and "irn-x4" in listing[1]


# downscale and upscale


@pytest.mark.parametrize("scale", [2, 4])
def test_down_and_up_are_those_of_the_library(models, photo, tmp_path, capsys, scale):
    irn = load_model(f"irn-x{scale}")
    assert run("downscale", photo, tmp_path / "lr.png", "--scale", scale) == 0
    lr = downscale(irn, pixels_of(photo))
    assert np.array_equal(pixels_of(tmp_path / "lr.png"), lr)
    for options, (tau, seed) in {(): (0, 0), ("--tau", 0.7, "--seed", 5): (0.7, 5)}.items():
        # The LR knows its model; --scale says it again.
        for model in ((), ("--scale", scale)):
            assert run("upscale", tmp_path / "lr.png", tmp_path / "out.png", *model, *options) == 0
            expected = upscale(irn, lr, tau, seed, size=(33, 47))
            assert np.array_equal(pixels_of(tmp_path / "out.png"), expected)
    assert capsys.readouterr().err == ""


def test_lr_names_its_model(models, photo, tmp_path):
    run("downscale", photo, tmp_path / "lr.png", "--model", models / "irn-x4.safetensors")
    lr = read_lr(tmp_path / "lr.png")
    assert (lr.scale, lr.model, lr.size) == (4, model_tag(models / "irn-x4.safetensors"), (33, 47))


def test_a_foreign_lr_is_upscaled_with_a_warning(models, photo, tmp_path, capsys):
    assert run("upscale", photo, tmp_path / "out.png", "--scale", 2) == 0
    assert "not known to be from a network" in capsys.readouterr().err
    assert pixels_of(tmp_path / "out.png").shape == (66, 94, 3)
    assert "which model" in refused(capsys, "upscale", photo, tmp_path / "out.png")


def test_an_lr_of_another_model_is_upscaled_with_a_warning(models, photo, tmp_path, capsys):
    run("downscale", photo, tmp_path / "lr.png", "--scale", 2)
    assert run("upscale", tmp_path / "lr.png", tmp_path / "out.png", "--scale", 4) == 0
    error = capsys.readouterr().err
    assert "irn-x2" in error and "irn-x4" in error
    assert pixels_of(tmp_path / "out.png").shape == (4 * 17, 4 * 24, 3)


@pytest.fixture
def rugged(models):
    """Beside them a network that was trained with JPEG."""
    save_model(tiny_irn(2, seed=7), models / "irn-x2-jpeg.safetensors", {"jpeg": True})
    return "irn-x2-jpeg"


@pytest.mark.parametrize("suffix", ["jpg", "JPEG"])
def test_an_lr_as_jpeg_finds_its_model_by_tag_and_by_name(rugged, photo, tmp_path, capsys, suffix):
    lr, named, back = tmp_path / f"lr.{suffix}", tmp_path / f"small-{rugged}.{suffix}", tmp_path / "back.png"
    assert run("downscale", photo, lr, "--model", rugged, "--quality", 95) == 0
    with Image.open(lr) as image:
        assert image.format == "JPEG"
        pixels = np.asarray(image)
    Image.fromarray(pixels).save(named)  # as a service does: coded again, without the comment
    assert run("upscale", lr, back) == 0
    expected = upscale(load_model(rugged), pixels, size=(33, 47))
    assert np.array_equal(read_picture(back).pixels, expected)
    assert capsys.readouterr().err == ""
    assert run("upscale", named, back) == 0
    assert np.array_equal(read_picture(back).pixels, upscale(load_model(rugged), read_picture(named).pixels))


def test_an_lr_that_jpeg_would_spoil_is_not_written_as_one(rugged, photo, tmp_path, capsys):
    lr = tmp_path / "lr.jpg"
    error = refused(capsys, "downscale", photo, lr, "--scale", 2)
    assert "a JPEG loses what irn-x2 hides" in error and "--model irn-x2-jpeg" in error
    assert "refined or not" in refused(capsys, "downscale", photo, lr, "--model", rugged, "--refine", 2)
    assert "is a PNG" in refused(capsys, "downscale", photo, tmp_path / "lr.png", "--model", rugged, "--quality", 9)
    assert not list(tmp_path.glob("lr.*"))
    assert "not a quality of JPEG" in misused(capsys, "downscale", photo, lr, "--model", rugged, "--quality", 101)


def test_what_was_done_to_a_picture_is_said(models, tmp_path, capsys):
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    assert run("downscale", tmp_path / "clear.png", tmp_path / "lr.png", "--scale", 2) == 0
    assert "transparent" in capsys.readouterr().err


def test_mistakes_end_in_one_line(models, photo, tmp_path, capsys):
    out = tmp_path / "out.png"
    assert "nowhere.png" in refused(capsys, "downscale", tmp_path / "nowhere.png", out, "--scale", 2)
    assert "irn-x3" in refused(capsys, "downscale", photo, out, "--scale", 3)
    assert "irn-x2, irn-x4" in refused(capsys, "downscale", photo, out, "--model", "nothing")
    assert "safetensors" in refused(capsys, "downscale", photo, out, "--model", photo)
    assert "which model" in refused(capsys, "downscale", photo, out)
    with pytest.raises(SystemExit):
        run("downscale", photo, tmp_path / "no-folder" / "out.png", "--scale", 2)
    assert "no-folder does not exist; make it first" in capsys.readouterr().err
    assert "not a picture" in refused(capsys, "upscale", models / "irn-x2.safetensors", out, "--scale", 2)
    assert "no pictures" in refused(capsys, "evaluate", "rescale", "--model", "irn-x2", "--data", models)
    assert "needs --scale" in refused(capsys, "evaluate", "rescale", "--model", "lanczos", "--data", models)
    assert not out.exists()


def test_impossible_options_are_refused(models, photo, tmp_path, capsys):
    for command, name in product(("downscale", "upscale"), ("out", "out.png.webp", "out.bmp")):
        assert "PNG" in misused(capsys, command, photo, tmp_path / name, "--scale", 2)
    assert "PNG" in misused(capsys, "upscale", photo, tmp_path / "out.jpg", "--scale", 2)
    assert not list(tmp_path.glob("out*"))
    for tau in ("-1", "11", "nan", "warm"):
        assert "tau" in misused(capsys, "upscale", photo, tmp_path / "out.png", "--scale", 2, "--tau", tau)
    misused(capsys)
    misused(capsys, "enlarge")


# evaluate


def test_scores_are_written_as_json(models, tmp_path, capsys):
    data = write_pictures(tmp_path / "pictures", 2)
    file = tmp_path / "scores.json"
    noise = ("--tau", 0.5, "--seed", 3)
    assert run("evaluate", "rescale", "--model", "irn-x2", "--data", data, *noise, "--json", file) == 0
    result = json.loads(file.read_text())
    origin = [result.pop(key) for key in ("command", "date", "weights")]
    assert (
        origin[0]
        == f"python -m irn_core evaluate rescale --model irn-x2 --data {data} --tau 0.5 --seed 3 --json {file}"
    )
    assert datetime.fromisoformat(origin[1]).utcoffset() == timedelta(0) and origin[2] == model_tag("irn-x2")
    assert list(result) == ["model", "scale", "tau", "seed", "refine", "params", "images", "mean"]
    assert (result["model"], result["scale"], result["tau"], result["seed"]) == ("irn-x2", 2, 0.5, 3)
    assert [row["name"] for row in result["images"]] == ["00.png", "01.png"]
    printed = capsys.readouterr().out
    assert "mean of 2" in printed and f"psnr_y {result['mean']['psnr_y']:.4f}" in printed

    common = ("evaluate", "rescale", "--model", "irn-x2", "--data", data)
    assert run(*common, *noise, "--draws", 2, "--json", file) == 0
    with_draws = json.loads(file.read_text())
    assert with_draws.pop("calibration")["draws"] == 2
    assert {key: with_draws[key] for key in result} == result
    capsys.readouterr()
    assert "at least 2 draws" in refused(capsys, *common, "--draws", 1)
    with pytest.raises(SystemExit, match="2"):
        run(*common, "--draws", -1)
    assert "-1 is not a whole number, 0 or more" in capsys.readouterr().err


# bench


def test_times_are_written_as_json(models, tmp_path):
    assert run("bench", "--side", 16, "--json", tmp_path / "bench.json") == 0
    result = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert list(result) == ["command", "date", "processor", "threads", "side", "rows"]
    assert result["side"] == 16 and result["processor"] and result["threads"] == torch.get_num_threads()
    assert [row["name"] for row in result["rows"]] == [paper_name(2), "irn-x2", paper_name(4), "irn-x4"]
    assert all(list(row) == ["name", "scale", "params", "down_s", "up_s"] for row in result["rows"])


# train


def test_training_from_the_command_line(tmp_path, capsys):
    data, out = write_pictures(tmp_path / "pictures", 2), tmp_path / "run"
    common = ("train", "rescale", "--data", data, "--out", out, "--device", "cpu")
    assert run(*common, "--steps", 2, "--batch", 1, "--crop", 16, "--prior-share", 0.5) == 0
    assert str(out / "irn-x2.safetensors") in capsys.readouterr().out
    assert load_model(out / "irn-x2.safetensors").config.scale == 2
    assert "resume" in refused(capsys, *common, "--scale", 4, "--steps", 2, "--batch", 1, "--crop", 16, "--resume")
    assert "multiple of 2" in refused(capsys, *common, "--steps", 1, "--crop", 15)
    assert "no pictures" in refused(capsys, *common[:3], tmp_path / "run", *common[4:], "--steps", 1)
    misused(capsys, *common)  # how long?
    misused(capsys, *common, "--steps", 1, "--minutes", 1)
