"""The tab "JPEG step by step" in a browser: clicks and keys choose a block, whose numbers are those of the file."""

import pytest

pytestmark = pytest.mark.browser
gr = pytest.importorskip("gradio")

from demo.compress.tabs.jpeg_steps.compute import block_of, take_apart  # noqa: E402
from demo.kit.words import say  # noqa: E402
from demo.photo import Photo  # noqa: E402
from irn_core.pictures.files import encode_png  # noqa: E402
from tests.helpers import smooth_pixels  # noqa: E402
from tests.test_compress_page import Compressor  # noqa: E402

MINE = Photo(smooth_pixels(128, 192, seed=7), "mine.png")
QUALITY = 75


def said_of(component: str, cell: tuple[int, int], chroma: str = "4:2:0") -> str:
    block = block_of(take_apart(MINE, QUALITY, chroma), component, cell)
    return say("jpeg_steps.codes_title", bits=block.bits, words=len(block.codes))


def test_a_block_is_chosen_and_its_bits_are_those_of_the_file(page, address):
    visitor = Compressor(page, address)
    visitor.upload("mine.png", encode_png(MINE.pixels))
    visitor.wait_for("original", MINE.pixels)
    visitor.choose_mode("Compress")
    visitor.open_tab("JPEG step by step")
    page.locator("#jpeg-size label").nth(1).click()  # JPEG's own quality
    page.locator("#jpeg_steps-finding").get_by_text(f"JPEG at quality {QUALITY}").wait_for()
    picture = page.locator("#jpeg-pickers .pick").first
    box = picture.bounding_box()
    picture.click(position={"x": 5.5 / 24 * box["width"], "y": 3.5 / 16 * box["height"]})
    block = page.locator("#jpeg-block-steps")
    block.get_by_text(said_of("Y", (3, 5))).wait_for()
    page.keyboard.press("ArrowDown")
    block.get_by_text(said_of("Y", (4, 5))).wait_for()
    page.locator("#jpeg-component label", has_text="Cb").click()
    block.get_by_text(said_of("Cb", (4, 5))).wait_for()
    page.locator("#jpeg-chroma label", has_text="4:4:4").click()
    block.get_by_text(said_of("Cb", (4, 5), "4:4:4")).wait_for()
