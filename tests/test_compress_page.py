"""Compress mode in a browser: what it shows is what is in the file."""

import pytest

pytestmark = pytest.mark.browser
gr = pytest.importorskip("gradio")

from demo.compress.aim import FIRST_QUALITY  # noqa: E402
from demo.compress.coded import EYES, MODELS, compress, match  # noqa: E402
from demo.compress.curves import settings  # noqa: E402
from demo.kit.controls import COUNT, SEED, TAU  # noqa: E402
from demo.photo import Photo  # noqa: E402
from demo.rescale.rescaled import rescale  # noqa: E402
from irn_core.coding.codec import codec_for  # noqa: E402
from irn_core.coding.icn_file import QUALITY_STEPS  # noqa: E402
from irn_core.coding.pillow_codecs import PILLOW_CODECS  # noqa: E402
from irn_core.pictures.files import encode_png  # noqa: E402
from tests.helpers import smooth_pixels  # noqa: E402
from tests.test_page import FIRST, Explorer  # noqa: E402
from tests.test_viewer import PHONE  # noqa: E402

MINE = Photo(smooth_pixels(67, 131, seed=7), "mine.png")


@pytest.fixture
def compressor(page, address):
    """Compress mode with a small picture."""
    explorer = Compressor(page, address)
    explorer.upload("mine.png", encode_png(MINE.pixels))
    explorer.wait_for("original", MINE.pixels)
    explorer.choose_mode("Compress")
    explorer.wait_for("icn", at_quality(FIRST_QUALITY).pixels)
    return explorer


def at_quality(quality: float, model: str = MODELS[0]):
    return compress(MINE, int(quality * QUALITY_STEPS), model)


class Compressor(Explorer):
    """The page in Compress mode."""

    def choose_mode(self, name: str) -> None:
        self.page.locator("#mode label").filter(has_text=name).click()

    def aim(self, box: str, amount: float) -> None:
        field = self.page.locator(f"#{box} input[type=number]")
        field.fill(str(amount))
        field.press("Enter")
        field.blur()

    def open_icn(self, name: str, content: bytes) -> None:
        field = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        self.page.set_input_files("#open-icn input[type=file]", field)

    def download(self, selector: str) -> bytes:
        with self.page.expect_download() as download:
            self.page.locator(selector).click()
        return download.value.path().read_bytes()

    def finish(self) -> None:
        """Until rivals and draws are there."""
        self.page.wait_for_function("!/…$/.test(document.querySelector('#status textarea').value)")


def test_the_viewer_shows_what_is_in_the_downloaded_file(compressor):
    compressor.aim("quality", 30)
    compressor.wait_for("icn", at_quality(30).pixels)
    compressor.finish()
    data = compressor.download("#icn-file")
    assert data == at_quality(30).data
    codec = codec_for(data)
    compressor.wait_for("icn", codec.decode(data))
    for k in range(COUNT.first):
        compressor.wait_for(f"draw-{k + 1}", codec.decode(data, TAU.first, SEED.first + k))
    for rival in ("jpeg", "webp", "avif", "jpeg2000"):
        compressor.wait_for(rival, match(MINE, rival, len(data)).pixels)
    assert f"{len(data):,} bytes" in compressor.page.inner_text("#compress-measures")
    assert compressor.state["b"] == "icn"
    compressor.page.click("#icn-resample")
    compressor.wait_for("draw-1", codec.decode(data, TAU.first, SEED.first + COUNT.first))
    assert compressor.state["b"] == "draw-1"  # what was asked for is seen


def test_a_file_comes_back_without_its_original(compressor):
    data = compressor.download("#icn-file")
    shown = compressor.decoded("icn")[..., :3]
    compressor.aim("quality", 10)
    compressor.wait_for("icn", at_quality(10).pixels)
    compressor.open_icn("again.icn", data)
    compressor.wait_for("icn", shown)
    compressor.finish()
    assert "original" not in compressor.state["keys"]
    assert "draw-1" in compressor.state["keys"]
    assert "no original" in compressor.page.inner_text("#viewer .viewer-notice")
    assert "no PSNR" in compressor.page.inner_text("#compress-measures")
    compressor.aim("quality", 20)  # back to the picture
    compressor.wait_for("icn", at_quality(20).pixels)
    compressor.wait_for("original", MINE.pixels)


def test_bad_files_are_explained_and_lose_nothing(compressor):
    compressor.finish()
    good = compressor.download("#icn-file")
    damaged = good[:-2] + bytes([good[-2] ^ 4]) + good[-1:]
    foreign = good[:4] + b"others" + good[10:]
    for name, content, said in (
        ("words.icn", b"these are words", "not an .icn file"),
        ("damaged.icn", damaged, "checksum"),
        ("foreign.icn", foreign, "checksum"),
    ):
        compressor.open_icn(name, content)
        toast = compressor.page.locator(".toast-body.error").filter(has_text=name)
        toast.wait_for()
        assert said in toast.inner_text()
    compressor.wait_for("icn", at_quality(FIRST_QUALITY).pixels)
    compressor.wait_for("original", MINE.pixels)


def test_targets(compressor):
    page = compressor.page
    page.locator("#target").get_by_text("Bytes").click()
    box = page.locator("#bytes input[type=number]")
    box.wait_for()
    assert box.input_value() == str(len(at_quality(FIRST_QUALITY).data))
    compressor.aim("bytes", 900)
    page.wait_for_function("/ (8\\d\\d|900) bytes/.test(document.querySelector('#status textarea').value)")
    assert 0.98 * 900 <= len(compressor.download("#icn-file")) <= 900
    compressor.aim("bytes", 40)
    toast = page.locator(".toast-body.error").filter(has_text="the smallest possible is")
    toast.wait_for()
    assert f"{len(at_quality(0).data):,} bytes" in toast.inner_text()
    assert len(compressor.download("#icn-file")) <= 900
    page.wait_for_function("() => !document.documentElement.classList.contains('busy')")  # nothing goes on
    assert page.locator("#status textarea").input_value().startswith("mine.png: ")
    page.locator("#target").get_by_text("bpp", exact=True).click()
    compressor.aim("bpp", 2)
    page.wait_for_function("/^[12]\\.\\d/.test(document.querySelector('#compress-measures b').innerText)")


def test_a_file_for_eyes_is_compared_with_the_plain_one_and_opens_again(compressor):
    page = compressor.page
    page.locator("#codec-model").get_by_text("Eyes", exact=True).click()
    coded = at_quality(FIRST_QUALITY, EYES)
    compressor.wait_for(EYES, coded.pixels)
    compressor.wait_for("icn", match(MINE, "icn", len(coded.data)).pixels)
    assert compressor.state["b"] == EYES and "model=icn-eyes" in page.url
    assert compressor.download("#icn-file") == coded.data
    compressor.open_icn("eyes.icn", coded.data)
    compressor.wait_for(EYES, codec_for(coded.data).decode(coded.data))
    page.locator("#compress-measures").get_by_text("no original").wait_for()


def test_the_choice_of_a_rival_survives_a_new_quality(compressor):
    compressor.finish()
    compressor.page.locator("#viewer [data-pick=b]").select_option("webp")
    compressor.aim("quality", 35)
    compressor.wait_for("icn", at_quality(35).pixels)
    compressor.wait_for("webp", match(MINE, "webp", len(at_quality(35).data)).pixels)
    assert compressor.state["b"] == "webp"


def test_the_curve_grows_and_its_marker_moves(compressor):
    page = compressor.page
    compressor.finish()
    page.get_by_role("tab", name="Rate–distortion").click()
    page.locator("#curve-finding .claim").wait_for()
    here = page.locator("#curve-chart .wide .here")
    assert float(here.get_attribute("data-bpp")) == pytest.approx(at_quality(FIRST_QUALITY).bpp, abs=1e-5)
    page.wait_for_function("""() => {
      const dots = Array.from(document.querySelectorAll("#curve-chart .dot.icn"));
      const dot = dots.find((one) => one.checkVisibility());
      dot.focus();
      const said = dot.querySelector("text");
      return said.textContent.startsWith("ICN: ") && getComputedStyle(said).visibility === "visible";
    }""")
    compressor.aim("quality", 72)
    compressor.wait_for("icn", at_quality(72).pixels)
    page.wait_for_function(f"Math.abs(document.querySelector('.here').dataset.bpp - {at_quality(72).bpp}) < 1e-5")
    assert page.locator("#curve-chart .wide .dot").count() == sum(
        len(settings(name)) for name in (*MODELS, "jpeg-cleaned", *PILLOW_CODECS)
    )


def test_tabs(compressor):
    page = compressor.page
    compressor.finish()
    page.get_by_role("tab", name="Where the bits went").click()
    page.locator("#bits-figure img:visible").first.wait_for()
    assert page.locator(".pixelated .card").count() == 8
    page.get_by_role("tab", name="Variability").click()
    page.locator("#lost-figure img:visible").first.wait_for()
    page.get_by_role("tab", name="Downscale + compress").click()
    page.locator("#scaled-finding .claim", has_text="IRN ×4 + WebP").wait_for()
    page.locator(".tabitem:visible .card").nth(2).wait_for()


def test_modes_keep_to_themselves(compressor):
    compressor.choose_mode("Rescale")
    compressor.wait_for("reconstruction", rescale(MINE, "irn-x2").reconstruction)
    assert "icn" not in compressor.state["keys"]
    assert not compressor.page.locator("#quality").is_visible()
    compressor.page.click("#clear")
    compressor.wait_for("original", FIRST.pixels)
    assert "icn" not in compressor.state["keys"]


def test_the_decoded_picture_is_lossless(compressor):
    content = compressor.download("#decoded-file")
    assert content == encode_png(at_quality(FIRST_QUALITY).pixels)


def test_phone_has_no_sideways_scroll(new_page, address):
    phone = Compressor(new_page(**PHONE), address)
    phone.choose_mode("Compress")
    phone.page.locator("#compress-measures table").wait_for()
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
