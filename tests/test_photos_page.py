"""A visitor's own pictures in a browser: a part that is moved, files dropped anywhere, the way back, and Cancel."""

import threading

import numpy as np
import pytest

pytestmark = pytest.mark.browser
pytest.importorskip("gradio")

from demo import upload as upload_module  # noqa: E402
from demo.photo import Photo  # noqa: E402
from demo.rescale.mode import COUNT  # noqa: E402
from demo.rescale.rescaled import draw, rescale  # noqa: E402
from irn_core.pictures.files import encode_png  # noqa: E402
from tests.helpers import smooth_pixels  # noqa: E402
from tests.test_page import FIRST, Explorer  # noqa: E402

AT_REST = "() => !document.documentElement.classList.contains('busy')"
SECONDS_TO_BUSY = """selector => new Promise((done) => {
  const [page, began] = [document.documentElement, performance.now()];
  new MutationObserver((_, observer) => {
    if (!page.classList.contains("busy")) return;
    observer.disconnect();
    done((performance.now() - began) / 1000);
  }).observe(page, {attributeFilter: ["class"]});
  [...document.querySelectorAll(selector)].at(-1).click();
})"""
DROP = """([selector, name, bytes]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([new Uint8Array(bytes)], name, {type: "image/png"}));
  const target = document.querySelector(selector);
  const seen = {};
  for (const type of ["dragenter", "dragover", "drop"]) {
    const event = new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer});
    target.dispatchEvent(event);
    seen[type] = [event.defaultPrevented, document.querySelector("#drop").checkVisibility()];
  }
  return seen;
}"""
PASTE = """([selector, bytes]) => {
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([new Uint8Array(bytes)], "pasted.png", {type: "image/png"}));
  const event = new ClipboardEvent("paste", {bubbles: true, cancelable: true, clipboardData});
  document.querySelector(selector).dispatchEvent(event);
  return event.defaultPrevented;
}"""


@pytest.fixture
def small_limits(monkeypatch):
    """A photograph is large from 100,000 pixels on, so that its part is computed at once."""
    monkeypatch.setattr(upload_module, "MAX_PAGE_PIXELS", 100_000)
    monkeypatch.setattr(upload_module, "SHOWN_PIXELS", 20_000)


def test_a_part_is_moved_a_file_dropped_and_returned_to(new_page, address, small_limits):
    mine = Explorer(new_page(), address)
    pixels, other = smooth_pixels(300, 400, seed=21), smooth_pixels(50, 60, seed=22)
    box = mine.page.locator("#bring").bounding_box()
    mine.upload("holiday.png", encode_png(pixels))
    height, width = 122, 163
    top, left = (300 - height) // 2, (400 - width) // 2
    mine.wait_for("original", pixels[top : top + height, left : left + width])
    assert mine.page.locator("#bring").bounding_box() == box  # the row has come, and nothing has moved
    mine.page.locator("#part .part-command", has_text="--model irn-x2\n").wait_for(state="attached")

    frame = mine.page.locator("#part .part-frame")
    frame.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowUp"):
        frame.press(key)
    top, left = top - 15 - 1, left + 40
    moved = pixels[top : top + height, left : left + width]
    mine.wait_for("original", moved)
    mine.wait_for("reconstruction", rescale(Photo(moved, "holiday.png"), "irn-x2").reconstruction)

    seen = mine.page.evaluate(DROP, ["#viewer .viewer-stage", "dropped.png", list(encode_png(other))])
    assert seen == {"dragenter": [True, True], "dragover": [True, True], "drop": [True, False]}
    mine.wait_for("original", other)
    assert not frame.is_visible()
    own = mine.page.locator("#own [data-own]")
    assert [one.get_attribute("aria-pressed") for one in own.all()] == ["true", "false"]
    own.nth(1).focus()
    mine.page.keyboard.press("Enter")
    mine.wait_for("original", moved)
    assert [one.get_attribute("aria-pressed") for one in own.all()] == ["false", "true"]
    mine.page.locator("#part [data-whole=whole]").click()
    mine.page.wait_for_function("document.querySelector('#notice').innerText.includes('made smaller, from 400×300')")

    yours = Explorer(new_page(), address)
    yours.wait_for("original", FIRST.pixels)
    assert not yours.page.locator("#own [data-own]").count() and not yours.page.locator("#part .part-frame").count()


def test_pasting_leaves_text_fields_alone_and_opens_rescale(page, address):
    mine, content = Explorer(page, address), list(encode_png(smooth_pixels(40, 44, seed=23)))
    mine.page.wait_for_function(AT_REST)
    assert not mine.page.evaluate(PASTE, ["#tau input[type=number]", content])
    mine.page.locator("#mode").get_by_text("Benchmark").click()
    mine.page.wait_for_selector("#benchmark")
    assert mine.page.evaluate(PASTE, ["body", content])
    mine.page.wait_for_selector("#viewer .viewer-stage")  # Benchmark has no place for a picture
    mine.wait_for("original", smooth_pixels(40, 44, seed=23))


def test_cancel_brings_the_whole_former_result_back(page, address, monkeypatch):
    mine = Explorer(page, address)
    first, second = (Photo(smooth_pixels(90, 110, seed=seed), "mine.png") for seed in (31, 32))
    mine.upload("first.png", encode_png(first.pixels))
    mine.wait_for(f"draw-{COUNT.first}", draw(first, "irn-x2", 1.0, COUNT.first - 1))
    mine.page.wait_for_function(AT_REST)
    headline, drawn, go_on = mine.headline(), [], threading.Event()

    def held(photo, net, tau, seed):
        if photo == second:
            drawn.append(seed)
            go_on.wait(60)
        return draw(photo, net, tau, seed)

    monkeypatch.setattr("demo.rescale.mode.draw", held)
    mine.upload("second.png", encode_png(second.pixels))
    mine.wait_for("reconstruction", rescale(second, "irn-x2").reconstruction)  # its first draw is being made
    assert mine.headline() != headline
    cancel = mine.page.locator("#cancel-work")
    assert cancel.is_visible()
    before = mine.page.evaluate("requests")
    cancel.click()
    mine.page.wait_for_function(f"requests > {before} + 1")  # the former result is asked for
    go_on.set()
    mine.page.wait_for_function(AT_REST)
    assert drawn == [0]  # it stopped within the step
    assert mine.headline() == headline
    cancel.wait_for(state="hidden")
    assert np.array_equal(mine.decoded("original")[..., :3], first.pixels)
    mine.wait_for(f"draw-{COUNT.first}", draw(first, "irn-x2", 1.0, COUNT.first - 1))
    assert not mine.page.locator("[data-old]").count()


def test_a_picture_that_is_still_decoded_can_be_cancelled(page, address, monkeypatch):
    mine, reading, go_on = Explorer(page, address), threading.Event(), threading.Event()
    pixels = smooth_pixels(90, 110, seed=33)
    mine.wait_for("draw-4", draw(FIRST, "irn-x2", 1.0, 3))
    mine.page.wait_for_function(AT_REST)

    def held(path, name):
        reading.set()
        go_on.wait(60)
        return upload_module.read_upload(path, name)

    monkeypatch.setattr("demo.own.read_upload", held)
    mine.upload("huge.png", encode_png(pixels))
    assert reading.wait(60)
    mine.page.locator("#cancel-work").click()
    mine.page.wait_for_function(AT_REST)
    go_on.set()
    mine.page.wait_for_timeout(1_000)
    assert np.array_equal(mine.decoded("original")[..., :3], FIRST.pixels)
    assert not mine.page.locator("#own [data-own]").count()
    monkeypatch.undo()
    mine.upload("small.png", encode_png(pixels))  # the field takes the next one
    mine.wait_for("original", pixels)


def test_what_is_about_to_be_replaced_is_dimmed_at_once(page, address, monkeypatch):
    mine, go_on = Explorer(page, address), threading.Event()
    mine.wait_for("draw-4", draw(FIRST, "irn-x2", 1.0, 3))
    mine.page.wait_for_function(AT_REST)
    monkeypatch.setattr("demo.rescale.mode.rescale", lambda *request: (go_on.wait(60), rescale(*request))[1])
    assert mine.page.evaluate(SECONDS_TO_BUSY, "#examples button.thumbnail-item") < 0.3
    mine.page.wait_for_function("getComputedStyle(document.querySelector('#measures .html-container')).opacity < 0.5")
    assert mine.page.locator("#viewer .viewer").get_attribute("data-old") == "result"
    assert mine.page.locator("#doing progress").is_visible()
    go_on.set()
    mine.page.wait_for_function(AT_REST)
    assert not mine.page.locator("[data-old]").count()
