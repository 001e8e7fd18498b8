"""Stage mode in a browser, driven by keys alone as a speaker would."""

import json

import pytest

pytestmark = pytest.mark.browser
gr = pytest.importorskip("gradio")

from tests.test_learn_page import KEYS, Learner  # noqa: E402

SMALL_JS = """least => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), small = [];
  while (walker.nextNode()) {
    const [text, element] = [walker.currentNode.data.trim(), walker.currentNode.parentElement];
    const box = element.getBoundingClientRect();
    const shown = element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    const copied = element.closest("[aria-hidden=true], .visually-hidden");
    const seen = text && shown && !copied && box.width > 1 && box.height > 1 && box.top < innerHeight;
    if (seen && parseFloat(getComputedStyle(element).fontSize) < least) small.push(text);
  }
  return small;
}"""


@pytest.fixture
def speaker(page, address):
    page.set_viewport_size({"width": 1920, "height": 1080})
    speaker = Learner(page, address)
    page.evaluate("localStorage.clear()")
    return speaker


def is_on(speaker) -> bool:
    return speaker.page.evaluate("document.documentElement.classList.contains('stage')")


def test_keys_begin_and_end_it_and_blank_the_screen(speaker):
    keys, page = speaker.page.keyboard, speaker.page
    keys.press("p")
    assert is_on(speaker) and page.locator("#viewer").is_visible()
    assert not page.locator("#controls").is_visible() and page.locator("#stage-bar").is_visible()
    assert page.evaluate(SMALL_JS, 24) == []
    keys.press("b")
    assert page.locator("#blank").is_visible()
    keys.press("b")
    assert not page.locator("#blank").is_visible()
    keys.press("Escape")
    assert not is_on(speaker) and page.locator("#controls").is_visible()
    page.locator("#tau input[type=number]").focus()
    keys.press("p")
    assert not is_on(speaker)  # a text field keeps its letters


def test_page_keys_walk_the_tabs_where_no_view_is_pinned(speaker):
    keys, open_tab = speaker.page.keyboard, speaker.page.locator("#centre [role=tab][aria-selected=true]:visible")
    keys.press("p")
    names = []
    for key in ("PageDown", "PageDown", "PageUp", "PageUp", "PageUp"):
        keys.press(key)
        names.append(open_tab.first.inner_text())
    assert names == ["Variability", "High frequencies", "Variability", "Measures", "Measures"]


def test_page_keys_walk_the_pinned_views_which_can_be_saved_and_loaded(speaker, tmp_path):
    page, keys = speaker.page, speaker.page.keyboard
    keys.press("p")
    speaker.wait_for_address("scale=2")
    page.locator("[data-stage=pin]").click()
    page.locator("[data-stage=scale][data-scale='8']").click()
    speaker.wait_for_address("scale=8")
    page.locator("[data-stage=pin]").click()
    assert page.locator("#stage-bar output").inner_text() == "2 / 2"
    keys.press("PageUp")
    speaker.wait_for_address("scale=2")
    page.wait_for_function("document.querySelector('#status textarea').value.includes('×2')")
    keys.press("PageDown")
    speaker.wait_for_address("scale=8")
    with page.expect_download() as saved:
        page.locator("[data-stage=save]").click()
    path = tmp_path / "views.json"
    saved.value.save_as(path)
    views = json.loads(path.read_text())
    assert ["scale=2" in views[0], "scale=8" in views[1], len(views)] == [True, True, 2]
    for _ in views:
        page.locator("[data-stage=unpin]").click()
    assert page.locator("#stage-bar output").inner_text() == ""
    page.set_input_files("#stage-bar input[type=file]", path)
    page.wait_for_function("document.querySelector('#stage-bar output').innerText === '0 / 2'")
    keys.press("PageDown")
    speaker.wait_for_address("scale=2")
    (tmp_path / "bad.json").write_text('{"a": 1}')
    page.set_input_files("#stage-bar input[type=file]", tmp_path / "bad.json")
    page.get_by_text("This file holds no saved views").wait_for()


def test_a_clicker_walks_the_lesson_on_stage(speaker):
    speaker.learn()
    speaker.page.keyboard.press("p")
    for key in KEYS[:3]:
        assert speaker.open_key() == key
        speaker.slide().locator(".ask").wait_for()
        assert speaker.page.evaluate(SMALL_JS, 24) == []
        speaker.page.keyboard.press("PageDown")
    assert is_on(speaker)
