"""The whole page in a browser: what it shows is what the model computed."""

import io
import re
import threading
import time

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.browser
gr = pytest.importorskip("gradio")

from demo import examples  # noqa: E402
from demo.kit.controls import COUNT, SEED, TAU  # noqa: E402
from demo.kit.events import Visit  # noqa: E402
from demo.kit.words import words  # noqa: E402
from demo.photo import Photo  # noqa: E402
from demo.rescale.footprint import places  # noqa: E402
from demo.rescale.mode import NATURAL, first_request, net_of  # noqa: E402
from demo.rescale.rescaled import draw, rescale  # noqa: E402
from demo.rescale.tabs import rivals  # noqa: E402
from demo.rescale.tabs.gaussian import compute as gaussian  # noqa: E402
from demo.rescale.tabs.gaussian.draw import number  # noqa: E402
from demo.rescale.tabs.temperature import TAUS  # noqa: E402
from irn_core.pictures.files import encode_png  # noqa: E402
from tests.helpers import smooth_pixels  # noqa: E402
from tests.test_viewer import PHONE, Driver  # noqa: E402

FIRST = Photo(examples.example(examples.FIRST), examples.FIRST)


@pytest.fixture
def explorer(page, address):
    return Explorer(page, address)


class Explorer(Driver):
    """The page at ×2, the quickest scale, with waits for a result of the model."""

    def __init__(self, page, address, query=""):
        super().__init__(page, address, query)
        page.locator("#scale").get_by_text("×2").click()

    def wait_for(self, key: str, pixels: np.ndarray) -> None:
        """Until the viewer holds exactly these pixels under `key`."""
        for _ in range(120):
            if self.shows(key, pixels):
                return
            self.page.wait_for_timeout(250)
        status = self.page.input_value("#status textarea")
        raise AssertionError(f"{key} never showed the pixels of the model; the page has {self.state['keys']}: {status}")

    def shows(self, key: str, pixels: np.ndarray) -> bool:
        if key not in self.state["keys"]:
            return False
        try:
            return np.array_equal(self.decoded(key)[..., :3], pixels)
        except TypeError:  # a new value has replaced the picture since its key was read
            return False

    def upload(self, name: str, content: bytes) -> None:
        kind = "image/png" if name.endswith("png") else "text/plain"
        self.page.set_input_files("#upload input[type=file]", {"name": name, "mimeType": kind, "buffer": content})

    def headline(self) -> str:
        return self.page.inner_text("#measures .headline b")


def test_first_result_is_there_and_exact(page, address):
    explorer, net = Explorer.__new__(Explorer), first_request().net
    Driver.__init__(explorer, page, address)
    result = rescale(FIRST, net)
    assert (explorer.state["a"], explorer.state["b"], explorer.state["mode"]) == ("bicubic", "reconstruction", "side")
    assert explorer.state["center"] == pytest.approx(places(FIRST, net).gain, abs=80)  # but never past the edge
    assert f"{result.scores.psnr_y:.2f} dB by this network" in explorer.text(".viewer-notice")
    explorer.wait_for("original", FIRST.pixels)
    explorer.wait_for("reconstruction", result.reconstruction)
    explorer.wait_for("lr", result.lr)
    explorer.wait_for("bicubic", result.bicubic)
    for k in range(COUNT.first):
        explorer.wait_for(f"draw-{k + 1}", draw(FIRST, net, TAU.first, SEED.first + k))
    assert explorer.headline() == f"{result.scores.psnr_y:.2f} dB"


def test_viewer_and_figure_are_in_sight_side_by_side(new_page, address):
    """On screens of usual sizes nothing has to be scrolled to: tabs, picture, the finding of the tab, every control."""
    page = new_page()
    explorer = Explorer(page, address, "?tab=temperature")
    for part in ("#tau-chart svg:visible", "#temperature-finding .claim"):
        page.locator(part).first.wait_for()
    for width, height in ((1366, 768), (1440, 900), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        boxes = (
            ".viewer-stage",
            "#temperature-finding .claim",
            "#tau-chart svg:visible",
            "#tabs > .tab-wrapper",
            "#doing",
        )
        stage, claim, chart, strip, doing = (page.locator(box).first.bounding_box() for box in boxes)
        assert stage["x"] + stage["width"] <= claim["x"] and claim["x"] + claim["width"] <= width
        assert strip["y"] + strip["height"] <= min(stage["y"], claim["y"])
        assert stage["y"] + stage["height"] <= height and chart["y"] + 0.75 * chart["height"] <= height
        last = page.locator("#refine").bounding_box()
        assert last["y"] + last["height"] <= doing["y"] and doing["y"] + doing["height"] <= height
    assert explorer.state["keys"]


def test_a_look_into_a_tab_does_not_cut_off_the_draws(explorer):
    picture = Photo(smooth_pixels(300, 400, seed=8), "mine.png")
    explorer.upload("mine.png", encode_png(picture.pixels))
    explorer.wait_for("reconstruction", rescale(picture, "irn-x2").reconstruction)
    for tab in ("High frequencies", "Temperature", "High frequencies", "Temperature"):
        explorer.page.get_by_role("tab", name=tab).click()
    explorer.wait_for("draw-4", draw(picture, "irn-x2", TAU.first, SEED.first + 3))
    explorer.page.wait_for_function(f"document.querySelectorAll('#tau-chart .wide .dot').length === {len(TAUS)}")


def test_of_many_changes_only_the_last_is_drawn(explorer, monkeypatch):
    picture, asked, go_on = Photo(smooth_pixels(120, 160, seed=9), "mine.png"), [], threading.Event()
    explorer.upload("mine.png", encode_png(picture.pixels))
    explorer.wait_for("draw-4", draw(picture, "irn-x2", TAU.first, SEED.first + 3))

    def held(photo, net, tau, seed):
        asked.append((tau, seed))
        go_on.wait(60)  # until all changes are made
        return draw(photo, net, tau, seed)

    def late(visit, number, take=Visit.take):
        time.sleep(1)  # a change while the server is still told of the one before has its own number
        take(visit, number)

    monkeypatch.setattr("demo.rescale.mode.draw", held)
    monkeypatch.setattr(Visit, "take", late)
    explorer.page.get_by_role("button", name="More draws, seed").click()
    before = explorer.page.evaluate("window.requests")
    for box, value in (("tau", "0.5"), ("count", "2"), ("seed", "40"), ("seed", "50"), ("seed", "60")):
        field = explorer.page.locator(f"#{box} input[type=number]")
        field.fill(value)
        field.press("Tab")
    explorer.page.wait_for_function(f"window.requests >= {before + 6}")  # five are made, one is sent
    go_on.set()
    explorer.wait_for("draw-2", draw(picture, "irn-x2", 0.5, 61))
    assert asked[-2:] == [(0.5, 60), (0.5, 61)]
    assert len(asked) <= 5  # all five requests would have drawn twelve times


def test_upload_resample_and_scale(explorer):
    picture = Photo(smooth_pixels(67, 131, seed=7), "mine.png")
    explorer.upload("mine.png", encode_png(picture.pixels))
    explorer.wait_for("reconstruction", rescale(picture, "irn-x2").reconstruction)
    assert explorer.headline() == f"{rescale(picture, 'irn-x2').scores.psnr_y:.2f} dB"
    explorer.click("[data-zoom='4']")
    explorer.page.click("#resample")
    explorer.wait_for("draw-1", draw(picture, "irn-x2", 1.0, COUNT.first))
    assert explorer.state["zoom"] == 4
    explorer.page.locator("#scale").get_by_text("×4").click()
    explorer.wait_for("reconstruction", rescale(picture, net_of(4, NATURAL)).reconstruction)
    explorer.wait_for("lr", rescale(picture, net_of(4, NATURAL)).lr)


def test_example_strip(explorer):
    explorer.page.locator("#examples button.thumbnail-item").nth(6).click()
    text = Photo(examples.example("text"), "text")
    explorer.wait_for("reconstruction", rescale(text, "irn-x2").reconstruction)


def test_draws_asked_for_before_there_is_a_result_are_seen_and_another_mode_begins_with_its_own(explorer):
    explorer.page.locator("#examples button.thumbnail-item").nth(6).click()
    explorer.page.click("#resample")
    text = Photo(examples.example("text"), "text")
    explorer.wait_for("draw-1", draw(text, "irn-x2", 1.0, COUNT.first))
    assert explorer.state["b"] == "draw-1"
    explorer.page.locator("#mode").get_by_text("Compress", exact=True).click()
    explorer.page.wait_for_function("document.querySelector('#viewer .viewer').viewerState().keys.includes('icn')")
    assert explorer.state["b"] == "icn"


def test_viewer_modes_change_the_canvas(explorer):
    explorer.wait_for("draw-4", draw(FIRST, "irn-x2", 1.0, 3))
    seen = set()
    for key, mode in zip("12345", ("split", "flip", "side", "difference", "draws"), strict=True):
        explorer.keys(key)
        assert explorer.state["mode"] == mode
        seen.add(explorer.canvas_hash())
    assert len(seen) == 5


def test_bad_uploads_are_explained_and_lose_nothing(explorer):
    explorer.wait_for("draw-4", draw(FIRST, "irn-x2", 1.0, 3))
    before = explorer.headline()
    for name, content in (("notes.png", b"these are words"), ("empty.png", b"\0")):
        explorer.upload(name, content)
        toast = explorer.page.locator(".toast-body.error").filter(has_text=name)
        toast.wait_for()
        assert "is not a picture" in toast.inner_text()
        assert "Traceback" not in explorer.page.content()
    assert explorer.headline() == before
    explorer.wait_for("reconstruction", rescale(FIRST, "irn-x2").reconstruction)


def test_clear_starts_again(explorer):
    explorer.page.locator("#examples button.thumbnail-item").nth(6).click()
    explorer.wait_for("original", examples.example("text"))
    explorer.page.click("#clear")
    explorer.wait_for("original", FIRST.pixels)


def test_paste_uploads(explorer):
    picture = Photo(smooth_pixels(40, 60, seed=8), "pasted.png")
    explorer.page.evaluate(
        """bytes => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], "pasted.png", {type: "image/png"}));
          document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: transfer}));
        }""",
        list(encode_png(picture.pixels)),
    )
    explorer.wait_for("original", picture.pixels)


def test_tabs_show_lossless_pictures(explorer):
    page = explorer.page
    tabs = {"Variability": 1 + COUNT.first, "High frequencies": 3, "Preserve · abandon · model": 6}
    for name, count in tabs.items():
        page.get_by_role("tab", name=name).click()
        shown = page.locator(".tabitem:visible img:visible")
        shown.nth(count - 1).wait_for()
        for picture in shown.all():
            source = picture.get_attribute("src")
            assert source.startswith("data:image/png") or source.endswith(".png")
            assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 30
    card = page.locator(".card").filter(has_text="true z, y as float")
    assert "∞" in card.inner_text()
    with page.expect_download() as download:
        card.get_by_role("link", name="PNG").click()
    assert np.array_equal(np.asarray(Image.open(download.value.path()).convert("RGB")), FIRST.pixels)


def test_three_pictures_are_compared_with_noise(explorer):
    page = explorer.page
    assert not page.locator("#gaussian-tables table").count()
    page.get_by_role("tab", name="Gaussian?").click()
    page.locator("#gaussian-figure img:visible").first.wait_for()
    rows = page.locator("#gaussian-tables > * .scores").first.locator("tbody tr")
    rows.nth(2).wait_for()
    assert rows.count() == 3 and rows.first.inner_text().strip().startswith(gaussian.HERE)
    before, after = gaussian.comparison(gaussian.case_of(FIRST, "irn-x2"), 2)
    deviation = f"{number(before.deviation)} → {number(after.deviation)}"
    assert rows.first.locator("td").nth(1).inner_text() == deviation


def test_rivals_come_into_the_viewer_when_their_tab_is_opened(explorer):
    picture = Photo(smooth_pixels(67, 131, seed=7), "mine.png")
    explorer.upload("mine.png", encode_png(picture.pixels))
    explorer.page.locator("#scale").get_by_text("×4").click()
    explorer.wait_for("reconstruction", rescale(picture, net_of(4, NATURAL)).reconstruction)
    assert "lanczos" not in explorer.state["keys"]
    explorer.page.get_by_role("tab", name="Rivals").click()
    for name in ["lanczos", *rivals.trained(4)]:
        explorer.wait_for(name, rivals.compete(picture, net_of(4, NATURAL), name).x_hat)
    card = explorer.page.locator("#fair-cards .card").filter(has_text=words("rivals.names")["joint"])
    assert f"{rivals.compete(picture, 'irn-x4', 'joint-x4').scores.psnr_y:.2f} dB" in card.inner_text()


def test_bands_can_be_switched_off(explorer):
    page = explorer.page
    page.get_by_role("tab", name="High frequencies").click()
    page.locator("#bands-figure img:visible").first.wait_for()  # a control of a tab that is opening is deaf
    page.locator("#bands").get_by_label("diagonal").click()
    page.wait_for_function("document.body.innerText.includes('without diagonal at level 1')")


def test_downloads_are_the_model_pixels(explorer):
    explorer.wait_for("draw-4", draw(FIRST, "irn-x2", 1.0, 3))
    result = rescale(FIRST, "irn-x2")
    for label, pixels in (("LR (PNG)", result.lr), ("Reconstruction (PNG)", result.reconstruction)):
        with explorer.page.expect_download() as download:
            explorer.page.get_by_text(label).click()
        content = io.BytesIO(download.value.path().read_bytes())
        assert np.array_equal(np.asarray(Image.open(content)), pixels)
        assert re.fullmatch(r"astronaut-x2-(lr|reconstruction)\.png", download.value.suggested_filename)


def test_visitors_do_not_share_pictures(new_page, address):
    mine, yours = Explorer(new_page(), address), Explorer(new_page(), address)
    picture = Photo(smooth_pixels(44, 52, seed=9), "secret.png")
    mine.upload("secret.png", encode_png(picture.pixels))
    mine.wait_for("original", picture.pixels)
    yours.page.click("#resample")
    yours.wait_for("draw-1", draw(FIRST, "irn-x2", 1.0, COUNT.first))
    yours.wait_for("original", FIRST.pixels)


def test_phone_has_no_sideways_scroll(new_page, address):
    phone = Explorer(new_page(**PHONE), address)
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.page.locator("#viewer [data-zoom='2']").tap()
    assert phone.state["zoom"] == pytest.approx(2)


def test_on_a_phone_resample_brings_its_draws_into_sight(new_page, address):
    phone = Explorer(new_page(**PHONE), address)
    phone.page.locator("#resample").tap()  # scrolls down to it
    place = "document.querySelector('#viewer .viewer-stage').getBoundingClientRect().top"
    phone.page.wait_for_function(f"{place} >= 0 && {place} < innerHeight / 2")
