"""The tab "Break it" in a browser: its figures are those of the experiments, and an edit stays where it was made."""

import io

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.browser
gr = pytest.importorskip("gradio")

from demo.kit.numbers import decibels  # noqa: E402
from demo.kit.painter import layer, read_layer  # noqa: E402
from demo.photo import Photo  # noqa: E402
from demo.rescale.mode import NATURAL, net_of  # noqa: E402
from demo.rescale.rescaled import draw, network, rescale  # noqa: E402
from demo.rescale.tabs import break_it  # noqa: E402
from demo.rescale.tabs.break_it import compute as experiments  # noqa: E402
from irn_core.ops.damage import paint  # noqa: E402
from irn_core.pictures.files import encode_png  # noqa: E402
from irn_core.rescale import upscale  # noqa: E402
from tests.helpers import smooth_pixels  # noqa: E402
from tests.test_page import Explorer  # noqa: E402
from tests.test_viewer import PHONE  # noqa: E402

MINE = Photo(smooth_pixels(67, 131, seed=7), "mine.png")
LARGER = Photo(smooth_pixels(240, 256, seed=8), "larger.png")


class Breaker(Explorer):
    """The page with a small picture and the tab open."""

    def __init__(self, page, address, photo: Photo):
        super().__init__(page, address)
        self.choose(photo)
        self.open_tab("Break it")

    def choose(self, photo: Photo) -> None:
        self.upload(photo.name, encode_png(photo.pixels))
        self.wait_for("original", photo.pixels)
        self.wait_for("draw-4", draw(photo, "irn-x2", 1.0, 3))

    def finish(self) -> None:
        self.page.locator("#experiments .card").nth(experiments.how_many("irn-x2") - 1).wait_for()

    def figure(self, title: str, psnr: float) -> None:
        """Wait until a card shows this PSNR."""
        card = self.page.locator("#experiments .card").filter(has=self.page.get_by_text(title, exact=True))
        card.filter(has=self.page.locator(".figure", has_text=decibels(psnr))).wait_for()

    def draw(self) -> None:
        """A short red stroke that begins in the middle of the LR."""
        canvas = self.page.locator("#painter canvas")
        canvas.evaluate("canvas => canvas.scrollIntoView({block: 'center'})")
        self.page.mouse.move(1, 1)
        before, box = None, canvas.bounding_box()
        while box != before:  # the page may still move
            self.page.wait_for_timeout(300)
            before, box = box, canvas.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + 25, y + 12, steps=6)
        self.page.mouse.up()

    def edited(self) -> np.ndarray:
        """The picture that came back from the edited LR, as it is saved."""
        with self.page.expect_download() as download:
            self.page.locator("#edited .card").first.get_by_role("link", name="PNG").click()
        return np.asarray(Image.open(io.BytesIO(download.value.path().read_bytes())).convert("RGB"))


def test_the_figures_are_those_of_the_experiments(page, address):
    breaker = Breaker(page, address, MINE)
    quality, sigma = break_it.QUALITY.first, break_it.SIGMA.first
    breaker.figure("Untouched", experiments.untouched(MINE, "irn-x2").psnr_y)
    breaker.figure("Bicubic LR", experiments.bicubic_instead(MINE, "irn-x2").psnr_y)
    breaker.figure(f"JPEG, q = {quality}", experiments.as_jpeg(MINE, "irn-x2", quality, "4:2:0").psnr_y)
    breaker.figure("Moved by one pixel", experiments.shifted(MINE, "irn-x2").psnr_y)
    breaker.figure(f"Noise, σ = {sigma}", experiments.noisy(MINE, "irn-x2", sigma, 0).psnr_y)
    breaker.figure("Upscaled by irn-x4", experiments.wrong_model(MINE, "irn-x2").psnr_y)
    box = breaker.page.locator("#jpeg-quality input[type=number]")
    box.fill("30")
    box.press("Enter")
    breaker.figure("JPEG, q = 30", experiments.as_jpeg(MINE, "irn-x2", 30, "4:2:0").psnr_y)
    breaker.page.locator("#scale").get_by_text("×4").click()
    breaker.figure("Untouched", experiments.untouched(MINE, net_of(4, NATURAL)).psnr_y)


def test_an_edit_stays_where_it_was_made(page, address):
    breaker = Breaker(page, address, LARGER)
    breaker.finish()
    breaker.draw()
    page.locator("#painter").get_by_role("button", name="Undo").click()
    page.click("#upscale-edited")
    page.locator(".toast-body.error").filter(has_text="nothing is drawn").wait_for()
    breaker.draw()
    result = rescale(LARGER, "irn-x2")
    strokes = read_layer(page.evaluate(layer("painter")), result.lr)
    opaque = np.argwhere(strokes[..., 3] == 255)
    assert len(opaque) and np.abs(opaque - np.array(result.lr.shape[:2]) / 2).max() < 20
    red = strokes[tuple(opaque[len(opaque) // 2])].astype(int)
    assert np.abs(red - [0xD9, 0x2B, 0x2B, 255]).max() <= 1  # as the browser rounds
    page.click("#upscale-edited")
    page.locator("#edited .card").nth(1).wait_for()
    edited = breaker.edited()
    assert np.array_equal(edited, upscale(network("irn-x2"), paint(result.lr, strokes), size=LARGER.size))
    rows, columns = np.nonzero((edited != result.reconstruction).any(-1))
    stroke, reach = 40, network("irn-x2").radius  # a stroke is at most that long, in pixels of the original
    for places, side in ((rows, LARGER.size[0]), (columns, LARGER.size[1])):
        assert stroke + reach < side / 2
        assert np.abs(places - side / 2).max() < stroke + reach
        assert np.abs(places - side / 2).min() < 10
    breaker.choose(MINE)
    page.locator("#edited .card").first.wait_for(state="detached")  # a new picture has a clean LR


def test_phone_has_no_sideways_scroll(new_page, address):
    phone = Breaker(new_page(**PHONE), address, MINE)
    phone.finish()
    phone.page.locator("#painter canvas").wait_for()
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
