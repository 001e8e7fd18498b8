"""Terminals, pipes and names of files that are not what a command would like them to be."""

import argparse
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from irn_core.cli import arguments
from irn_core.cli.main import _parser
from irn_core.weights import save_model
from tests.helpers import ROOT, misused, pixels_of, refused, run, smooth_pixels, tiny_irn, write_pictures


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "tiny.safetensors"
    save_model(tiny_irn(), path, {})
    return path


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    Image.fromarray(smooth_pixels(33, 47)).save(path)
    return path


def commands(parser: argparse.ArgumentParser, names: tuple[str, ...] = ()) -> Iterator[tuple]:
    """The names of each command and of its kind, and its parser."""
    kinds = [action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for name, below in [pair for choices in kinds for pair in choices.items()]:
        yield from commands(below, (*names, name))
    if not kinds:
        yield names, parser


COMMANDS = list(commands(_parser()))
NO_NUMBERS = (None, Path, arguments.output, arguments.codecs)


# Code pages


CODE_PAGES = pytest.mark.parametrize("code_page", ["cp1252", "cp437", "cp1251", "ascii"])


@pytest.fixture
def printed(monkeypatch):
    """What a command prints into a file on a system with that code page."""

    def by(code_page: str, *args) -> str:
        file = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(file, code_page, write_through=True))
        with suppress(SystemExit):  # as argparse ends after its help
            assert run(*args) == 0
        return file.getvalue().decode(code_page)

    return by


@CODE_PAGES
def test_help_of_every_command_is_printed_on_any_code_page(printed, code_page):
    assert "decompress" in printed(code_page, "--help")
    for command, _ in COMMANDS:
        assert "usage:" in printed(code_page, *command, "--help")


@CODE_PAGES
def test_results_are_printed_on_any_code_page(printed, code_page, model, tmp_path):
    data = write_pictures(tmp_path / "pictures", 1)
    assert "kurtosis" in printed(code_page, "evaluate", "normality", "--model", model, "--data", data)


# Sources


def test_a_reader_that_has_seen_enough_ends_the_command_in_silence():
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "irn_core", "models"]
    ended = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, cwd=ROOT, check=False)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (141, b"")


def test_a_source_is_never_written_over(model, photo, tmp_path, capsys):
    linked, beside = tmp_path / "linked.png", tmp_path / "beside.png"
    linked.symlink_to(photo)
    os.link(photo, beside)
    before, weights, sketch = photo.read_bytes(), model.read_bytes(), write_pictures(tmp_path / "others", 1) / "00.png"
    for output in (photo, linked, beside, tmp_path / "." / "photo.png"):
        for command in ("downscale", "upscale"):
            assert "written over" in refused(capsys, command, photo, output, "--model", model)
        assert "written over" in refused(capsys, "compress", photo, output)
        assert "written over" in refused(capsys, "decompress", photo, output)
        assert "written over" in refused(capsys, "restore", photo, output)
        assert "written over" in refused(capsys, "compress", sketch, output, "--importance", photo)
    assert "written over" in refused(capsys, "compress", photo, model, "--model", model)
    data = write_pictures(tmp_path / "pictures", 1)
    for kind in (("rescale", "--model", model), ("normality", "--model", model), ("compress",), ("importance",)):
        assert "written over" in refused(capsys, "evaluate", *kind, "--data", data, "--json", data / "00.png")
    assert "written over" in refused(capsys, "evaluate", "normality", "--model", model, "--data", data, "--json", model)
    length = ("--data", data, "--steps", 1, "--batch", 1, "--crop", 16)
    start = ("train", "rescale", "--init", model, "--out", tmp_path, "--name", "tiny")
    assert "written over" in refused(capsys, *start, *length)
    assert photo.read_bytes() == before and model.read_bytes() == weights


def test_results_may_be_written_again(model, photo, tmp_path):
    for _ in range(2):
        assert run("downscale", photo, tmp_path / "lr.png", "--model", model) == 0
        common = ("evaluate", "rescale", "--model", "bicubic", "--scale", 2)
        assert run(*common, "--data", write_pictures(tmp_path / "p", 1), "--json", tmp_path / "p" / "a.json") == 0


# Pipes


@pytest.fixture
def pipe(tmp_path):
    """Makes a pipe that gives the bytes of a file."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writers = []

    def of(file):
        writers.append(threading.Thread(target=path.write_bytes, args=(file.read_bytes(),)))
        writers[-1].start()
        return path

    yield of
    for writer in writers:
        writer.join(10)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pictures_come_through_pipes_as_from_files(model, photo, pipe, tmp_path):
    lr, piped, back = (tmp_path / name for name in ("lr.png", "piped.png", "back.png"))
    assert run("downscale", photo, lr, "--model", model) == 0
    assert run("downscale", pipe(photo), piped, "--model", model) == 0
    assert piped.read_bytes() == lr.read_bytes()
    assert run("upscale", pipe(lr), back, "--model", model) == 0
    assert pixels_of(back).shape == (33, 47, 3)
    assert run("upscale", lr, piped, "--model", model) == 0
    assert np.array_equal(pixels_of(back), pixels_of(piped))


# Names


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are text")
def test_names_that_are_no_text_do_not_cost_the_result(model, tmp_path, capsys):
    strange = tmp_path / os.fsdecode(b"caf\xe9")
    data = write_pictures(strange, 1)
    for kind in ("rescale", "normality"):
        assert run("evaluate", kind, "--model", model, "--data", data, "--json", tmp_path / "found.json") == 0
        found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
        assert "caf?" in found["command"]
    lr = strange / os.fsdecode(b"lr\xfe.png")
    assert run("downscale", data / "00.png", lr, "--model", model) == 0
    assert "caf?/lr?.png" in capsys.readouterr().out
    assert run("upscale", lr, tmp_path / "back.png", "--model", model) == 0
    assert "caf?" in refused(capsys, "upscale", strange / "nowhere.png", tmp_path / "back.png", "--model", model)


# Numbers


NUMBERS = [
    (*command, action.option_strings[0])
    for command, parser in COMMANDS
    for action in parser._actions
    if action.option_strings and action.nargs != 0 and action.type not in NO_NUMBERS and not action.choices
]
"""Every option of every command that takes a number."""


def test_every_command_that_takes_numbers_is_known():
    assert {"downscale", "compress", "restore", "evaluate", "bench", "train"} <= {first for first, *_ in NUMBERS}
    assert {"--tau", "--spread", "--spreads", "--refine", "--learning-rate"} <= {last for *_, last in NUMBERS}


@pytest.mark.parametrize("command", NUMBERS, ids=" ".join)
def test_numbers_that_are_none_are_refused(capsys, command):
    for value in ("nan", "inf", "-inf", "-1", "1e999", "many", "²"):
        error = misused(capsys, *command[:-1], f"{command[-1]}={value}")
        assert command[-1] in error and "invalid" not in error  # it says what is expected
