"""The page in Chinese: nothing on it is left in English, and a switch keeps what the page shows."""

import re

import pytest

pytestmark = pytest.mark.browser
pytest.importorskip("gradio")

from matplotlib import font_manager  # noqa: E402

from demo import examples  # noqa: E402
from demo.benchmark.stored import published, source  # noqa: E402
from demo.compress.coded import NAMES  # noqa: E402
from demo.kit import plots  # noqa: E402
from demo.kit.words import FIRST_LANGUAGE, say, speak  # noqa: E402
from demo.spread import compare_draws  # noqa: E402
from demo.spread_figure import variability_figure  # noqa: E402
from irn_core.ops.metrics import psnr_y  # noqa: E402
from irn_core.pictures.files import encode_png  # noqa: E402
from tests.helpers import smooth_pixels  # noqa: E402
from tests.test_viewer import PHONE, READY  # noqa: E402

NAME = "mine.png"
KNOWN = {
    "PSNR", "SSIM", "SSIMULACRA", "JPEG", "WebP", "AVIF", "Haar", "Lanczos", "EDSR", "Kodak", "round", "English",
    "Autoencoder", "autoencoder", "prior", "rate", "Hyperprior", "only", "Bjøntegaard", "Python", "quiz", "Blau",
    "Michaeli", "Fréchet", "mine",
}  # fmt: skip
"""Words that Chinese takes as they are: measures, codecs, methods, data sets, files."""
ELSE = "footer, [data-testid=status-tracker], [role=status].sr-only, .machine, code, pre, .cm-editor, script, style"
SHOWN = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (parent.checkVisibility() && !parent.closest(ELSE)) found.push(walker.currentNode.data);
  }
  for (const node of document.querySelectorAll(":is(.viewer, .painter, .html-container) *, .image-container img")) {
    for (const name of ["title", "aria-label", "alt"]) {
      if (node.checkVisibility()) found.push(node.getAttribute(name) ?? "");
    }
  }
  return found.concat([...document.querySelectorAll("textarea")].filter((node) => node.checkVisibility())
    .map((node) => node.value));
}"""
SHOWN = SHOWN.replace("ELSE", repr(ELSE))
"""Every text that is on screen, or read out, but for what is Gradio's own, and command lines."""
SETTLED = """() => !document.querySelector("#status textarea").value.includes("…")
  && ![...document.querySelectorAll(".computing")].some((node) => node.checkVisibility())"""

WATCH = """window.read = new Set();
(function look() {
  const title = document.querySelector("h1");
  if (title && getComputedStyle(title).visibility === "visible") window.read.add(title.textContent);
  requestAnimationFrame(look);
})()"""
"""From then on, every title of the page that could be read on screen."""


def open_in(new_page, address, query="", **options):
    page = new_page(**options)
    page.add_init_script(WATCH)
    page.goto(address + query)
    page.wait_for_function(READY)
    return page


def settled(page):
    page.wait_for_timeout(500)
    page.wait_for_function(SETTLED, timeout=180_000)


def english(page) -> set[str]:
    """Words of at least four Latin letters that are neither names nor known everywhere."""
    names = {*examples.NAMES, source(), *(row.name for row in published()), *NAMES.values()}
    allowed = KNOWN.union(*(re.findall(r"[A-Za-zÀ-ɏ]+", name) for name in names))
    texts = re.sub(r"[\w./-]*(?:irn|icn|http)[\w./:-]*", "", "\n".join(page.evaluate(SHOWN)))
    return set(re.findall(r"[A-Za-zÀ-ɏ]{4,}", texts)) - allowed


def choose(page, language: str):
    page.locator("#language").get_by_text(language).click()


def test_the_browser_and_the_link_say_which_language(new_page, address):
    for locale, query, language, title in (
        ("de-DE", "", "en", "Lost Information Explorer"),
        ("zh-TW", "", "zh", "丢失信息探索器"),
        ("en-US", "?lang=zh", "zh", "丢失信息探索器"),
        ("zh-CN", "?lang=en", "en", "Lost Information Explorer"),
    ):
        page = open_in(new_page, address, query, locale=locale)
        page.locator("h1").get_by_text(title).wait_for()
        assert page.title() == title
        assert page.evaluate("document.documentElement.lang") == language
        assert page.evaluate("[...window.read]") == [title]  # not first in another language
        page.close()


def test_a_switch_keeps_what_the_page_shows(new_page, address):
    page = open_in(new_page, address)
    page.locator("#scale").get_by_text("×2").click()
    page.locator("#tau input[type=number]").fill("0.5")
    page.locator("#tau input[type=number]").press("Tab")
    page.click("#viewer [data-zoom='8']")
    page.get_by_role("tab", name="High frequencies").click()
    page.locator("#bands-figure img:visible").first.wait_for()
    page.locator("#bands").get_by_label("diagonal").click()
    page.get_by_text("without diagonal at level 1").first.wait_for()
    settled(page)
    before = page.evaluate("document.querySelector('#viewer .viewer').viewerState()")
    page.locator("#language input").first.focus()
    page.keyboard.press("ArrowLeft")  # two buttons: the one before the first is the last
    page.keyboard.press("ArrowRight")
    choose(page, "中文")
    page.get_by_text("去除第 1 层的对角").first.wait_for()
    settled(page)
    after = page.evaluate("document.querySelector('#viewer .viewer').viewerState()")
    page.wait_for_function("new URLSearchParams(location.search).get('lang') === 'zh'")
    for part in ("mode", "a", "b", "zoom", "center", "keys"):
        assert after[part] == before[part]
    assert page.locator("#scale input:checked").get_attribute("value") == "irn-x2"
    assert page.input_value("#tau input[type=number]") == "0.5"
    assert page.input_value("#status textarea") == "astronaut，×2：4 次采样，τ = 0.5"
    choose(page, "English")
    page.get_by_text("without diagonal at level 1").first.wait_for()
    page.get_by_role("tab", name="High frequencies").wait_for()


@pytest.mark.slow
def test_nothing_of_rescale_is_left_in_english(new_page, address):
    page = open_in(new_page, address, "?lang=zh", locale="zh-CN")
    upload(page)
    assert english(page) == set()
    tabs = page.locator("#tabs button[role=tab]")
    for number in range(1, tabs.count()):
        tabs.nth(number).click()
        settled(page)
        assert english(page) == set(), tabs.nth(number).inner_text()


@pytest.mark.slow
def test_nothing_of_compress_is_left_in_english(new_page, address):
    page = open_in(new_page, address, "?lang=zh", locale="zh-CN")
    upload(page)
    open_mode(page, "compress")
    page.locator("#compress-measures .headline").wait_for()
    settled(page)
    assert english(page) == set()
    tabs = page.locator("#compress-tabs button[role=tab]")
    for number in range(1, tabs.count()):
        tabs.nth(number).click()
        settled(page)
        page.wait_for_function("!document.querySelector('progress')")
        assert english(page) == set(), tabs.nth(number).inner_text()


@pytest.mark.slow
def test_nothing_of_the_benchmark_is_left_in_english(new_page, address):
    page = open_in(new_page, address, "?lang=zh", locale="zh-CN")
    page.locator("h1").get_by_text("丢失信息探索器").wait_for()
    open_mode(page, "benchmark")
    page.locator("#rescaling-tables table").first.wait_for()
    tabs = page.locator("#benchmark-tabs button[role=tab]")
    for number in range(tabs.count()):
        tabs.nth(number).click()
        page.wait_for_timeout(500)
        assert english(page) == set(), tabs.nth(number).inner_text()
    page.click("#run")
    toast = page.locator(".toast-body.error")
    toast.wait_for()
    assert say("benchmark.no_zip") not in toast.inner_text() and "请先拖入 ZIP 压缩包" in toast.inner_text()


def test_the_switch_fits_on_a_phone(new_page, address):
    page = open_in(new_page, address, "?lang=zh", **PHONE)
    page.locator("h1").get_by_text("丢失信息探索器").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.slow
def test_nothing_of_the_lesson_is_left_in_english(new_page, address):
    page = open_in(new_page, address, "?lang=zh", locale="zh-CN")
    upload(page)
    open_mode(page, "learn")
    page.wait_for_function("!document.querySelector('#lesson .computing')", timeout=180_000)
    for dot in page.locator("#lesson .dots button").all():
        dot.click()
        assert english(page) == set(), dot.get_attribute("title")


def open_mode(page, key: str):
    page.locator(f"#mode label:has(input[value={key}])").click()


def upload(page):
    """A small picture, at ×4, where there are rivals."""
    page.locator("h1").get_by_text("丢失信息探索器").wait_for()
    picture = {"name": NAME, "mimeType": "image/png", "buffer": encode_png(smooth_pixels(96, 128, seed=3))}
    page.set_input_files("#upload input[type=file]", picture)
    page.wait_for_function(f"document.querySelector('#status textarea').value.startsWith('{NAME}')")
    settled(page)


@pytest.mark.filterwarnings("error:Glyph")
def test_figures_have_letters_for_all_their_words(monkeypatch):
    x, likeliest, *drawn = (smooth_pixels(32, 48, seed) for seed in range(5))
    found = compare_draws(x, likeliest, tuple(drawn), lambda picture: psnr_y(x, picture, 0))

    def figure(language: str) -> str:
        speak(language)
        try:
            return variability_figure(found, 1.0).html()
        finally:
            speak(FIRST_LANGUAGE)

    assert (figure("zh") != figure("en")) == bool(plots.chinese_font())
    own = [font for font in font_manager.fontManager.ttflist if font.name.startswith("DejaVu")]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", own)  # as on a machine without Chinese fonts
    assert figure("zh") == figure("en")
