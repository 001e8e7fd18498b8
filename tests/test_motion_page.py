"""The tab "Motion": the clip that is made, what is found, an upload, and what plays in the browser."""

from itertools import pairwise

import numpy as np
import pytest

pytestmark = pytest.mark.browser
gr = pytest.importorskip("gradio")

from demo.photo import Photo  # noqa: E402
from demo.rescale.rescaled import Request, network, rescale  # noqa: E402
from demo.rescale.tabs.motion import compute  # noqa: E402
from demo.rescale.tabs.motion.compute import made_clip, open_clip, rescale_clip  # noqa: E402
from irn_core.pictures.clips import encode_clip  # noqa: E402
from irn_core.pictures.files import encode_png  # noqa: E402
from irn_core.rescale import downscale, upscale  # noqa: E402
from tests.helpers import smooth_pixels  # noqa: E402
from tests.test_page import Explorer  # noqa: E402

MINE = Photo(smooth_pixels(60, 80, seed=7), "mine.png")
STILL = [smooth_pixels(40, 48)] * 3
REQUEST = Request(MINE, "irn-x2", 1.0, 4, 0)
PIXELS = """canvas => [canvas.height, canvas.width,
  Array.from(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data)]"""


BAND = 14  # lines on screen of each frame's row, as in player.js


def wait_for_lines(canvas, lines: slice, columns: slice, expected: np.ndarray) -> None:
    """Until these lines of a canvas have these pixels: pictures arrive one by one."""
    for _ in range(120):
        height, width, values = canvas.evaluate(PIXELS)
        shown = np.array(values, np.uint8).reshape(height, width, 4)[lines, columns, :3]
        if np.array_equal(shown, expected):
            return
        canvas.page.wait_for_timeout(250)
    raise AssertionError("the canvas never showed them")


def last(found) -> compute.Found:
    return list(found)[-1]


def test_the_made_clip_stands_still_but_for_the_lens():
    frames = [photo.pixels for photo in made_clip(MINE, "irn-x2").frames]
    assert len(frames) == compute.MADE_FRAMES and all(np.any(a != b) for a, b in pairwise(frames))
    corner = np.stack(frames)[:, :12, :12]  # which the lens never reaches
    assert np.array_equal(corner, np.broadcast_to(corner[0], corner.shape))


def test_a_still_clip_flickers_only_with_new_draws(tmp_path):
    path = tmp_path / "still.png"
    path.write_bytes(encode_clip(STILL, [50] * 3))
    found = last(rescale_clip(REQUEST, str(path)))
    assert found.still == 1 and found.flicker["original"] == found.flicker["one"] == found.flicker["zero"] == 0
    assert found.flicker["anew"] > 0
    irn, lr = network("irn-x2"), downscale(network("irn-x2"), STILL[0])
    for number in range(3):
        assert np.array_equal(found.back["anew"][number], upscale(irn, lr, 1.0, number, (40, 48)))
        assert np.array_equal(found.back["one"][number], upscale(irn, lr, 1.0, 0, (40, 48)))
        assert np.array_equal(found.back["zero"][number], upscale(irn, lr, 0, 0, (40, 48)))


@pytest.mark.parametrize(
    ("count", "size", "used", "smaller"),
    [(30, (40, 48), 24, (40, 48)), (20, (512, 512), 8, (512, 512)), (9, (600, 1200), 8, (362, 724))],
)
def test_uploads_are_sampled_and_made_smaller(tmp_path, count, size, used, smaller):
    path = tmp_path / "clip.png"
    ramp = [np.full((*size, 3), 8 * number, np.uint8) for number in range(count)]
    path.write_bytes(encode_clip(ramp, [40] * count))
    clip = open_clip(str(path))
    assert (len(clip.frames), clip.frames[0].size) == (used, smaller)
    assert sum(clip.durations) == 40 * min(count, 24)
    levels = [int(photo.pixels[0, 0, 0]) // 8 for photo in clip.frames]
    assert levels[0] == 0 and levels[-1] == min(count, 24) - 1 and np.ptp(np.diff(levels)) <= 1


def test_the_tab_in_a_browser(page, address):
    explorer = Explorer(page, address)
    explorer.upload(MINE.name, encode_png(MINE.pixels))
    explorer.wait_for("reconstruction", rescale(MINE, "irn-x2").reconstruction)
    page.locator("#tabs").get_by_role("tab", name="Motion").click()
    flicker = page.locator("#motion-figures tr")
    page.locator("#motion-finding .claim", has_text="a new draw per frame").wait_for()
    found = last(rescale_clip(REQUEST, None))
    for row, name in ((1, "original"), (2, "anew"), (3, "one"), (4, "zero")):
        assert flicker.nth(row).locator("td").last.inner_text() == f"{found.flicker[name]:.2f}"
    player = page.locator("#motion-player")
    player.get_by_role("button", name="Pause").click()
    player.locator("[data-part=frame]").fill("5")
    for choice, key in (("One draw for all", "one"), ("τ = 0", "zero"), ("New draw per frame", "anew")):
        player.get_by_role("button", name=choice).click()
        picture = player.locator(".player-picture").nth(1)
        for lines in (slice(0, 30), slice(31, None)):  # all but the line of the row
            wait_for_lines(picture, lines, slice(None), found.back[key][4][lines])
    player.locator("[data-part=row]").fill("7")
    rows = np.stack([photo.pixels[7, 3:] for photo in found.clip.frames])
    wait_for_lines(player.locator(".player-profile").nth(0), slice(None, None, BAND), slice(3, None), rows)
    page.set_input_files("#motion-upload input", {"name": "no.gif", "mimeType": "image/gif", "buffer": b"GIF89a no"})
    page.locator("#motion-source .notice", has_text="no.gif").first.wait_for()
    page.locator("#motion-upload").get_by_role("button", name="Clear").or_(
        page.locator("#motion-upload [aria-label*='Remove'], #motion-upload .label-clear-button")
    ).first.click()
    page.locator("#motion-source .notice", has_text="no.gif").wait_for(state="detached")
    clip = {"name": "still.png", "mimeType": "image/png", "buffer": encode_clip(STILL, [50] * 3)}
    page.set_input_files("#motion-upload input", clip)
    page.locator("#motion-source .notice", has_text="used here: 3 frames of 48×40").wait_for()
    page.locator("#motion-finding .claim", has_text="(100 % of it)").wait_for()
