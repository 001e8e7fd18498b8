"""Where the range coder cannot be installed, all but compression works, and compression says why it does not."""

import subprocess
import sys

import pytest
from PIL import Image

from irn_core import coding
from irn_core.coding.codec import load_codec
from irn_core.errors import IRNError
from irn_core.measure.information import drop, encode_lost
from irn_core.rescale import downscale
from tests.helpers import ROOT, smooth_pixels, tiny_irn, write_pictures

PROLOGUE = """
import sys
sys.modules["constriction"] = None
from irn_core import coding
assert not coding.available()
"""
IMPORTS = """
import importlib, pkgutil
for package in map(importlib.import_module, ("irn_core", "demo")):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
"""
COMMANDS = """
from irn_core.cli.main import main
for command in sys.argv[1:]:
    print("code", main(command.split("|")), flush=True)
"""


def python(code: str, *commands: tuple) -> subprocess.CompletedProcess:
    """Run the code, and COMMANDS, in a process that has no range coder."""
    command = [sys.executable, "-c", PROLOGUE + code, *("|".join(map(str, args)) for args in commands)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")


def test_every_module_can_be_imported():
    assert coding.available()
    done = python(IMPORTS)
    assert done.returncode == 0, done.stderr


def test_rescaling_works_and_compression_says_why_it_is_off(tmp_path):
    folder = write_pictures(tmp_path / "pictures", 1)
    (tmp_path / "a.icn").write_bytes(load_codec("icn").encode(smooth_pixels(16, 16), 50))
    done = python(
        COMMANDS,
        ("downscale", folder / "00.png", tmp_path / "lr.png", "--scale", 2),
        ("upscale", tmp_path / "lr.png", tmp_path / "back.png"),
        ("evaluate", "rescale", "--model", "irn-x2", "--data", folder),
        ("compress", folder / "00.png", tmp_path / "b.icn"),
        ("decompress", tmp_path / "a.icn", tmp_path / "b.png"),
        ("evaluate", "compress", "--data", folder, "--codecs", "jpeg,icn"),
        ("evaluate", "compress", "--data", folder, "--json", tmp_path / "curves.json"),
    )
    codes = [line[-1] for line in done.stdout.splitlines() if line.startswith("code ")]
    assert codes == list("0002220"), done.stderr
    assert Image.open(tmp_path / "back.png").size == (48, 48)
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 3 and "Traceback" not in done.stderr
    assert all("compression is off" in error and "pip install constriction" in error for error in errors)


def test_the_lost_file_says_the_same(monkeypatch):
    irn, pixels = tiny_irn(), smooth_pixels(16, 16)
    dropped = drop(irn, pixels, downscale(irn, pixels))
    monkeypatch.setitem(sys.modules, "constriction", None)
    with pytest.raises(IRNError, match="compression is off"):
        encode_lost(irn, dropped)


@pytest.mark.parametrize("works", [True, False])
def test_the_page_says_that_compress_is_off(monkeypatch, works):
    gr = pytest.importorskip("gradio")
    from demo.compress import mode

    monkeypatch.setattr(mode, "available", lambda: works)
    with gr.Blocks() as page:
        mode.CompressMode().controls()
    said = [str(block.value) for block in page.blocks.values() if getattr(block, "elem_id", None) == "compress-off"]
    assert works != any("constriction, has no build for this system" in one for one in said)


def test_a_visit_to_compress_where_it_is_off_ends_at_once(monkeypatch):
    gr = pytest.importorskip("gradio")
    from demo import examples
    from demo.compress import mode
    from demo.kit.events import Visit
    from demo.page import _Page
    from demo.upload import Uploads

    monkeypatch.setattr(mode, "available", lambda: False)
    with gr.Blocks() as blocks:
        page = _Page(blocks)
    photo = page.shared.photo.value
    values = [photo if part is page.shared.photo else 0 for wiring in page.wirings.values() for part in wiring.inputs]
    (step,) = page.answer(Visit(), "en", "compress", examples.FIRST, Uploads(), *values)
    assert "…" not in step[page.shared.status] and "off" in step[page.shared.status]
    assert "constriction" in step[page.shared.viewer]["notice"]
    assert not page.compress.tabs.strip.visible


def test_the_lesson_goes_on_behind_a_chapter_that_cannot_be(monkeypatch):
    gr = pytest.importorskip("gradio")
    from demo.kit.events import Visit
    from demo.kit.shared import Shared
    from demo.learn import mode
    from demo.photo import Photo

    def refuses(photo):
        raise IRNError("compression is off")

    with gr.Blocks():
        lesson = mode.LearnMode()
        lesson.build()
        lesson.shared = Shared(*(gr.HTML() for _ in Shared._fields))
    lesson.makers = {"bitrate": refuses, "quiz": lambda photo: "five questions"}
    *steps, last = lesson.answer(Visit(), Photo(smooth_pixels(32, 32), "mine"), "bitrate")
    first, second = last[lesson.lesson]["slides"]
    assert "compression is off." in first["html"] and second["html"] == "five questions"
    assert not any(lesson.shared.status in step for step in (*steps, last))  # whoever goes back may be told nothing new
