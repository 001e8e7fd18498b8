"""The tab "Importance": what it says is what is in its two files, and the brush is obeyed."""

import re

import numpy as np
import pytest

pytestmark = pytest.mark.browser
gr = pytest.importorskip("gradio")

from demo.compress.aim import FIRST_QUALITY  # noqa: E402
from demo.compress.coded import compress  # noqa: E402
from demo.compress.tabs.importance.compute import automatic, brushed, canvas, weigh  # noqa: E402
from demo.compress.tabs.importance.draw import finding  # noqa: E402
from demo.kit.painter import layer, read_layer  # noqa: E402
from demo.photo import Photo  # noqa: E402
from irn_core.coding.codec import decode  # noqa: E402
from irn_core.coding.icn_file import QUALITY_STEPS, read_header  # noqa: E402
from irn_core.coding.importance import FIRST_SPREAD  # noqa: E402
from irn_core.pictures.files import encode_png  # noqa: E402
from tests.helpers import noise_pixels, smooth_pixels  # noqa: E402
from tests.test_compress_page import Compressor  # noqa: E402

PIXELS = smooth_pixels(128, 192, seed=7)
PIXELS[:, 100:] = PIXELS[:, 100:] // 2 + noise_pixels(128, 92) // 2
MINE = Photo(PIXELS, "mine.png")


def sentence(wanted) -> str:
    """The finding in plain letters."""
    plain = compress(MINE, FIRST_QUALITY * QUALITY_STEPS)
    return re.sub("</?b>", "", finding(weigh(MINE, plain, wanted, FIRST_SPREAD)))


def test_the_map_is_automatic_until_something_is_brushed(page, address):
    visitor = Compressor(page, address)
    visitor.upload("mine.png", encode_png(MINE.pixels))
    visitor.wait_for("original", MINE.pixels)
    visitor.choose_mode("Compress")
    page.locator("#compress-tabs").get_by_role("tab", name="Importance").click()
    page.locator("#importance-finding").get_by_text(sentence(automatic(MINE))).wait_for()
    assert page.locator("#importance-parts .card").count() == 6 and page.locator("#importance-about .hint").is_visible()
    canvas_of = page.locator("#importance-painter canvas")
    canvas_of.click(position={"x": 0.8 * canvas_of.bounding_box()["width"], "y": 40})  # a dot
    page.click("#apply-importance")
    strokes = read_layer(page.evaluate(layer("importance-painter")), canvas(MINE))[..., 3] >= 128
    assert strokes.any()
    page.locator("#importance-finding").get_by_text(sentence(brushed(MINE, strokes))).wait_for()
    plain, data = compress(MINE, FIRST_QUALITY * QUALITY_STEPS).data, visitor.download("#importance-file")
    # Sizes of a small smooth picture jump, as many of its coefficients are alike: no setting may come nearer.
    assert 0.9 * len(plain) <= len(data) <= len(plain) and read_header(data).has_map
    visitor.wait_for("importance", decode(data))
    assert not np.array_equal(decode(data), decode(plain))
