"""The tab "z arithmetic" in a browser: what plays is what was computed, the brush is obeyed, the GIF can be saved."""

import io

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.browser
gr = pytest.importorskip("gradio")

from demo.kit.numbers import decibels  # noqa: E402
from demo.kit.painter import layer, read_layer  # noqa: E402
from demo.photo import Photo  # noqa: E402
from demo.rescale.rescaled import draw, rescale  # noqa: E402
from demo.rescale.tabs.arithmetic.compute import TIMES, band_names, interpolate, middle, replaced  # noqa: E402
from irn_core.pictures.files import encode_png  # noqa: E402
from tests.helpers import smooth_pixels  # noqa: E402
from tests.test_page import Explorer  # noqa: E402
from tests.test_viewer import PHONE  # noqa: E402

MINE = Photo(smooth_pixels(90, 300, seed=7), "mine.png")
TAB = "z arithmetic"
PIXELS = """async image => {
  await image.decode();
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight), pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  return [canvas.height, canvas.width, Array.from(pen.getImageData(0, 0, canvas.width, canvas.height).data)];
}"""


class Reckoner(Explorer):
    """The page with a small picture and the tab open."""

    def __init__(self, page, address):
        super().__init__(page, address)
        self.upload(MINE.name, encode_png(MINE.pixels))
        self.wait_for("draw-4", draw(MINE, "irn-x2", 1.0, 3))
        self.open_tab(TAB)

    def playing(self) -> np.ndarray:
        height, width, values = self.page.locator("#way .flip img").evaluate(PIXELS)
        return np.array(values, np.uint8).reshape(height, width, 4)[..., :3]

    def seed(self, box: str, value: str) -> None:
        field = self.page.locator(f"#{box} :is(input, textarea)")
        field.fill(value)
        field.press("Enter")

    def save(self, button: str) -> tuple[str, Image.Image]:
        with self.page.expect_download() as download:
            self.page.click(button)
        return download.value.suggested_filename, Image.open(io.BytesIO(download.value.path().read_bytes()))

    def inside(self, psnr: float) -> None:
        """Wait until the result in the region has this PSNR."""
        row = self.page.locator("#z-scores tr", has_text="in the region")
        row.locator("td").nth(1).get_by_text(decibels(psnr), exact=True).wait_for()


def region() -> np.ndarray:
    mask = np.zeros(rescale(MINE, "irn-x2").lr.shape[:2], bool)
    window = middle(*mask.shape)
    mask[window.rows, window.columns] = True
    return mask


def test_the_way_between_two_draws(page, address):
    reckoner = Reckoner(page, address)
    page.locator("#way .flip img").wait_for()
    found = interpolate(MINE, "irn-x2", 1.0, 0, 1)
    assert np.array_equal(reckoner.playing(), np.concatenate([step.pixels for step in found.steps]))
    name, gif = reckoner.save("#part-gif")
    assert name == "mine-x2-seeds-0-1-part.gif"
    assert (gif.format, gif.size, gif.info["loop"]) == ("GIF", (256, 90), 0)
    assert gif.n_frames == 2 * len(TIMES) - 2
    page.click("#make-gif")
    page.locator("#whole-gif").wait_for()
    assert reckoner.save("#whole-gif")[1].size == (300, 90)
    for value, message in (("1.5", "in the box is 1.5"), ("0", "choose two different seeds")):
        reckoner.seed("second-seed", value)
        page.locator("#way .notice", has_text=message).wait_for()
    reckoner.seed("second-seed", "8")
    page.locator("#way", has_text="t = 1, seed 8").wait_for()
    reckoner.seed("second-seed", "")
    page.locator("#way", has_text="t = 1, seed 1").wait_for()
    page.click("#resample")
    page.locator("#way", has_text="t = 0, seed 4").get_by_text("t = 1, seed 5").wait_for()  # both follow the page


def test_the_brush_and_the_choices_are_obeyed(page, address):
    reckoner, bands = Reckoner(page, address), band_names(2)
    reckoner.inside(replaced(MINE, "irn-x2", "likeliest", "true", bands, region()).inside[1])
    brushed = read_layer(page.evaluate(layer("region")), rescale(MINE, "irn-x2").lr)
    assert np.array_equal(brushed[..., 3] == 255, region())
    page.locator("#z-mode").get_by_text("Erase z").click()
    reckoner.inside(replaced(MINE, "irn-x2", "true", "likeliest", bands, region()).inside[1])
    page.locator("#z-fill").get_by_text("0, raw").click()
    reckoner.inside(replaced(MINE, "irn-x2", "true", "zero", bands, region()).inside[1])
    page.locator("#z-bands").get_by_text("1 diagonal").click()
    reckoner.inside(replaced(MINE, "irn-x2", "true", "zero", bands[:2], region()).inside[1])
    page.locator("#region").get_by_role("button", name="None").click()
    page.click("#apply-region")
    page.locator(".toast-body.error").filter(has_text="no region is brushed").wait_for()
    page.locator("#region").get_by_role("button", name="All").click()
    page.click("#apply-region")
    reckoner.inside(replaced(MINE, "irn-x2", "true", "zero", bands[:2], np.ones_like(region())).inside[1])
    page.locator("#scale").get_by_text("×4").click()
    page.locator("#z-bands").get_by_text("2 diagonal").wait_for()


def test_phone_has_no_sideways_scroll(new_page, address):
    phone = Reckoner(new_page(**PHONE), address)
    phone.page.locator("#z-change .card").nth(3).wait_for()
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
