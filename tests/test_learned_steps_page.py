"""The tab "Learned coding step by step" in a browser: clicks and sliders show what its numbers are."""

import pytest

pytestmark = pytest.mark.browser
gr = pytest.importorskip("gradio")

from demo.compress.aim import FIRST_QUALITY  # noqa: E402
from demo.compress.tabs.learned_steps.compute.latent import AUTOENCODER, ICN, look  # noqa: E402
from demo.compress.tabs.learned_steps.compute.soft import SOFTNESS  # noqa: E402
from demo.photo import Photo  # noqa: E402
from irn_core.coding.icn_file import QUALITY_STEPS  # noqa: E402
from irn_core.pictures.files import encode_png  # noqa: E402
from tests.helpers import smooth_pixels  # noqa: E402
from tests.test_compress_page import Compressor  # noqa: E402

MINE = Photo(smooth_pixels(128, 192, seed=7), "mine.png")


def bits(net: str, quality: float, place: tuple[int, int, int]) -> str:
    chosen = look(MINE, net, int(quality * QUALITY_STEPS), 2, place).chosen
    return f"{chosen.bits:.2f} bits"


def choose(plane, row: int, column: int) -> None:
    """Click into the middle of one of its 16×24 places."""
    box = plane.bounding_box()
    plane.click(position={"x": (column + 0.5) / 24 * box["width"], "y": (row + 0.5) / 16 * box["height"]})


def test_a_latent_is_chosen_and_sliders_run_through_frames(page, address):
    visitor = Compressor(page, address)
    visitor.upload("mine.png", encode_png(MINE.pixels))
    visitor.wait_for("original", MINE.pixels)
    visitor.choose_mode("Compress")
    page.locator("#compress-tabs").get_by_role("tab", name="Learned coding").click()
    body, net = page.locator("#learned-body"), page.locator("#learned-net label")
    dearest = look(MINE, AUTOENCODER, 50 * QUALITY_STEPS, 2, None).channels[1].number
    plane = body.locator(f'.channels .pick[data-layer="{AUTOENCODER}.2.{dearest}"]')
    choose(plane, 3, 5)
    body.get_by_text(bits(AUTOENCODER, 50, (dearest, 3, 5))).wait_for()
    page.keyboard.press("ArrowDown")
    body.get_by_text(bits(AUTOENCODER, 50, (dearest, 4, 5))).wait_for()

    net.filter(has_text="ICN").click()
    plane = body.locator(f'.channels .pick[data-layer="{ICN}.2.2"]')
    choose(plane, 8, 12)
    body.get_by_text(bits(ICN, FIRST_QUALITY, (2, 8, 12))).wait_for()

    page.locator("#learned-step label").filter(has_text="Soft").click()
    slider = body.get_by_role("slider")
    slider.focus()
    page.keyboard.press("Home")
    body.locator("output").get_by_text(f"t = {SOFTNESS[0]:.2f} steps").wait_for()
    assert body.locator(".triple [data-frame]:visible").count() == 2
    assert body.locator(".graph [data-frame]:visible").count() == 2

    page.locator("#learned-step label").filter(has_text="R + λ·D").click()
    page.locator("#learned_steps-finding").get_by_text("is trained").wait_for()  # the curve is whole
    slider.focus()
    page.keyboard.press("End")
    body.locator("output").get_by_text("λ = 0.6").wait_for()
    body.locator(".working:visible").get_by_text("Quality 90").wait_for()
