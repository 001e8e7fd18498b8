"""Links in a browser: an address opens the state it was copied from, follows what is done, and Back undoes steps."""

import json
import re

import pytest

pytestmark = pytest.mark.browser
pytest.importorskip("gradio")

from demo.compress.coded import compress  # noqa: E402
from demo.examples import FIRST, NAMES  # noqa: E402
from demo.kit.link import LONGEST  # noqa: E402
from demo.kit.words import say  # noqa: E402
from demo.page import open_example  # noqa: E402
from demo.rescale.mode import CALIBRATED, NATURAL, net_of  # noqa: E402
from demo.rescale.rescaled import draw, rescale  # noqa: E402
from irn_core.coding.icn_file import QUALITY_STEPS  # noqa: E402
from irn_core.pictures.files import encode_png  # noqa: E402
from tests.helpers import smooth_pixels  # noqa: E402
from tests.test_page import Explorer  # noqa: E402
from tests.test_viewer import PHONE  # noqa: E402

SETTLED = """() => window.requests && !document.documentElement.matches(".busy")
  && ![...document.querySelectorAll(".computing")].some((node) => node.offsetParent)"""
RESCALE = (
    "?example=cat&tab=rivals&kind=calibrated&scale=2&tau=0.5&draws=2&seed=7"
    "&view=flip&a=lanczos&b=draw-2&zoom=400&at=210,180"
)
COMPRESS = (
    "?example=text&mode=compress&tab=bits&quality=30&tau=0.4&draws=1&seed=3&view=difference&b=webp&zoom=400&at=90,80"
)
BENCHMARK = "?example=cat&mode=benchmark&tab=codecs"
OPEN = {RESCALE: "#fair-cards .card", COMPRESS: "#bits-figure img", BENCHMARK: "#rates-table table"}
"""What shows that the tab of a link is open."""


class Visitor(Explorer):
    """The page as an address opens it."""

    def __init__(self, page, address, query=""):
        page.goto(address.rstrip("/") + "/" + query)
        self.page, self.stage = page, page.locator("#viewer .viewer-stage")

    @property
    def query(self) -> str:
        return self.page.evaluate("location.search")

    def settle(self) -> None:
        """Until all is computed; only then may a page be left, or the browser complains of what was cut off."""
        self.page.wait_for_function(SETTLED, timeout=180_000)
        self.page.wait_for_timeout(1000)
        self.page.wait_for_function(SETTLED, timeout=180_000)

    def wait_query(self, query: str) -> None:
        try:
            self.page.wait_for_function("query => location.search === query", arg=query, timeout=30_000)
        except Exception as error:
            raise AssertionError(f"the address never became {query!r}: it is {self.query!r}") from error

    def steps(self) -> int:
        return self.page.evaluate("history.length")

    def choose_mode(self, name: str) -> None:
        self.page.locator("#mode label").filter(has_text=name).click()

    def choose_example(self, name: str) -> None:
        self.page.locator("#examples button.thumbnail-item").nth(NAMES.index(name)).click()

    def number(self, name: str) -> float:
        return float(self.page.input_value(f"#{name} input[type=number]"))

    def everything(self) -> str:
        """What is to be the same again: the view, the fields, what is chosen, which tab is open."""
        fields = self.page.evaluate("""() => [...document.querySelectorAll("input[type=number], input[type=radio]")]
            .filter((field) => field.offsetParent).map(({type, checked, value}) => type === "radio" ? checked : value)
        """)
        tabs = self.page.locator("[role=tab][aria-selected=true]:visible").all_inner_texts()
        seen = self.page.evaluate("document.querySelector('#viewer .viewer').viewerState()")
        view = {part: seen[part] for part in ("mode", "a", "b", "zoom", "fit", "center", "keys", "size")}
        return json.dumps([view, fields, tabs, self.page.input_value("#status textarea")])

    def copied(self) -> str:
        self.page.click("#copy-link")
        self.page.wait_for_function("document.querySelector('#link [role=status]').textContent")
        return self.page.inner_text("#link [role=status]")

    def told(self) -> list[str]:
        """What was wrong with the link."""
        self.page.locator("#link-told .notice").wait_for()
        return self.page.inner_text("#link-told .notice div").splitlines()[1:]


@pytest.fixture
def visit(new_page, address):
    return lambda query="", **options: Visitor(new_page(**options), address, query)


@pytest.mark.parametrize("query", OPEN)
def test_a_copied_link_opens_the_same_state_and_so_does_a_reload(visit, query):
    mine = visit(query, permissions=["clipboard-read", "clipboard-write"])
    mine.page.locator(OPEN[query]).first.wait_for()
    if query != BENCHMARK:
        mine.settle()
    assert mine.query == query
    assert mine.copied() == say("link.copy.copied")
    link = mine.page.evaluate("navigator.clipboard.readText()")
    assert link.endswith(query)
    everything = mine.everything()
    yours = visit(query)
    for visitor in (yours, mine):
        if visitor is mine:
            mine.page.reload()
        visitor.page.locator(OPEN[query]).first.wait_for()
        if query != BENCHMARK:
            visitor.settle()
        assert visitor.query == query and visitor.everything() == everything
        assert not visitor.page.locator("#link-told .notice").count()


def test_what_a_link_to_rescale_shows_is_what_it_says(visit):
    cat, net = open_example("cat"), net_of(2, CALIBRATED)
    page = visit(RESCALE)
    page.wait_for("reconstruction", rescale(cat, net).reconstruction)
    page.wait_for("draw-2", draw(cat, net, 0.5, 8))
    page.page.locator(OPEN[RESCALE]).nth(1).wait_for()
    page.settle()
    page.page.get_by_role("button", name="More draws, seed").click()
    assert [page.number(name) for name in ("tau", "count", "seed")] == [0.5, 2, 7]
    state = page.state
    assert (state["mode"], state["a"], state["b"]) == ("flip", "lanczos", "draw-2")
    assert (state["zoom"], state["center"]) == (4, [210, 180])
    assert "draw-3" not in state["keys"]


@pytest.mark.parametrize(("query", "box"), [("quality=30", "quality"), ("target=bpp&bpp=0.5", "bpp")])
def test_what_a_link_to_compress_shows_is_what_it_says(visit, query, box):
    page = visit(f"?example=text&mode=compress&{query}&draws=1")
    page.page.locator(f"#{box}").wait_for()
    page.settle()
    assert [page.page.locator(f"#{name}").is_visible() for name in ("quality", "bpp", "bytes")].count(True) == 1
    assert page.number(box) == float(query.split("=")[-1])
    if box == "quality":
        page.wait_for("icn", compress(open_example("text"), 30 * QUALITY_STEPS).pixels)
    else:
        size = int(re.search(r"([\d,]+) bytes", page.page.input_value("#status textarea"))[1].replace(",", ""))
        height, width = open_example("text").size
        assert 0.98 * 0.5 <= 8 * size / (height * width) <= 0.5
    assert page.query.endswith(f"&mode=compress&{query}&draws=1")


def test_behind_the_benchmark_the_example_waits(visit):
    page = visit(BENCHMARK)
    page.page.locator(OPEN[BENCHMARK]).first.wait_for()
    assert not page.page.locator("#viewer").is_visible()
    page.choose_mode("Rescale")
    page.wait_for("reconstruction", rescale(open_example("cat"), net_of(4, NATURAL)).reconstruction)
    page.wait_query("?example=cat")


def test_a_plain_address_stays_plain(visit):
    page = visit()
    page.settle()
    page.page.wait_for_timeout(1000)
    assert page.query == "" and page.steps() == 2  # the page before, and this one
    page.keys("3", "0")
    page.wait_query("?zoom=fit")
    assert page.steps() == 2


def test_the_address_follows_and_back_and_forward_restore(visit):
    page = visit()
    page.settle()
    before = page.steps()
    page.choose_example("text")
    page.wait_query("?example=text")
    page.wait_for("draw-4", draw(open_example("text"), net_of(4, NATURAL), 1.0, 3))
    page.settle()
    page.keys("2", "+")
    page.page.wait_for_function("/^.example=text&view=flip&zoom=400&at=[0-9]+,[0-9]+$/.test(location.search)")
    looked, query = page.state["center"], page.query
    page.page.locator("#scale").get_by_text("×2").click()
    page.wait_for("draw-4", draw(open_example("text"), "irn-x2", 1.0, 3))
    page.settle()
    field = page.page.locator("#tau input[type=number]")
    field.fill("0.5")
    field.press("Tab")
    page.wait_for("draw-4", draw(open_example("text"), "irn-x2", 0.5, 3))
    page.settle()  # what was drawn anew is looked at
    drawn = query.replace("&view=flip", "&scale=2&tau=0.5&view=flip&b=draw-1")
    page.wait_query(drawn)
    assert page.steps() == before + 2  # the example and the scale, nothing of what lies between
    page.page.go_back()
    page.wait_for("reconstruction", rescale(open_example("text"), net_of(4, NATURAL)).reconstruction)
    page.wait_for("draw-4", draw(open_example("text"), net_of(4, NATURAL), 1.0, 3))
    page.settle()
    assert (page.query, page.number("tau"), page.state["mode"]) == (query, 1.0, "flip")
    assert page.state["center"] == pytest.approx(looked, abs=0.51)  # links hold whole pixels
    page.page.go_back()
    page.wait_for("reconstruction", rescale(open_example(FIRST), net_of(4, NATURAL)).reconstruction)
    page.settle()
    assert (page.query, page.state["mode"], page.state["zoom"]) == ("", "side", 3)
    page.page.go_forward()
    page.page.go_forward()
    page.wait_for("draw-4", draw(open_example("text"), "irn-x2", 0.5, 3))
    page.settle()
    assert page.query == drawn and page.state["b"] == "draw-1" and page.steps() == before + 2


def test_back_restores_mode_and_tab(visit):
    page = visit()
    page.settle()
    page.page.get_by_role("tab", name="High frequencies").click()
    page.page.locator("#bands-figure img:visible").first.wait_for()
    page.wait_query("?tab=bands")
    page.choose_mode("Benchmark")
    page.wait_query("?mode=benchmark")
    page.page.get_by_role("tab", name="Codecs").click()
    page.wait_query("?mode=benchmark&tab=codecs")
    page.page.go_back()
    page.page.locator("#rescaling-tables table").first.wait_for()
    assert page.query == "?mode=benchmark"
    page.page.go_back()
    page.page.locator("#bands-figure img:visible").first.wait_for()
    page.settle()
    assert page.query == "?tab=bands" and not page.page.locator("#benchmark").is_visible()
    page.page.go_back()
    page.page.locator("#measures .headline").wait_for()
    page.settle()
    assert page.query == "" and not page.page.locator("#bands-figure").is_visible()


def test_what_is_invalid_is_told_and_the_rest_is_kept(visit):
    long = "x" * 2000
    page = visit(
        f"?example=dog&scale=3&tau=abc&draws=2&tab=curve&seed=5&quality=3&a=nobody&zoom=200&{long}=1&__theme=light"
    )
    told = page.told()
    expected = {
        "example=dog": FIRST, "scale=3": "2, 4, 8", "tau=abc": "from 0 to 1.5", "tab=curve": "rivals",
        "quality=3": "another mode", "a=nobody": "reconstruction", f"{long[:LONGEST]}…": "no part",
    }  # fmt: skip
    assert len(told) == len(expected)
    for said, what in expected.items():
        assert [line for line in told if line.startswith(said) and what in line], (said, told)
    page.wait_for("draw-2", draw(open_example(FIRST), net_of(4, NATURAL), 1.0, 6))
    page.settle()
    assert page.state["zoom"] == 2 and "draw-3" not in page.state["keys"]
    page.page.wait_for_function("new URLSearchParams(location.search).get('draws') === '2'")
    assert "dog" not in page.query and "tau" not in page.query and "__theme=light" in page.query
    page.page.get_by_role("button", name=say("link.close")).click()
    assert not page.page.locator("#link-told .notice").count()


def test_html_in_a_link_is_text(visit):
    page = visit("?tau=<img src=x onerror=alert(1)>")
    assert page.told()[0].startswith("tau=<img src=x")
    assert not page.page.locator("#link-told img").count()
    page.settle()


def test_an_own_picture_is_not_in_the_link_and_the_copy_says_so(visit):
    page, pixels = visit(permissions=["clipboard-read", "clipboard-write"]), smooth_pixels(67, 131, seed=7)
    page.settle()
    page.upload("mine.png", encode_png(pixels))
    page.wait_for("original", pixels)
    page.wait_query("?example=own")
    page.settle()
    assert page.copied() == f"{say('link.copy.copied')} {say('link.copy.own')}"
    page.choose_example("text")
    page.wait_for("original", open_example("text").pixels)
    page.settle()
    page.page.go_back()
    page.wait_for("original", pixels)
    page.settle()
    yours = visit("?example=own&draws=2")
    assert yours.told() == [say("link.own_missing")]
    yours.settle()
    yours.wait_for("original", open_example(FIRST).pixels)
    assert yours.query == "?draws=2"


def test_without_the_clipboard_the_link_is_selected(visit):
    page = visit("?draws=2")
    page.settle()
    page.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')); }")
    assert page.copied() == say("link.copy.by_hand")
    assert page.page.evaluate("document.getSelection().toString()") == page.page.url
    assert page.page.url.endswith("?draws=2")
    page.page.keyboard.press("Tab")
    assert page.page.evaluate("document.querySelector('#link [role=status]').textContent") == ""


def test_a_resample_after_a_link_shows_the_new_draw(visit):
    page = visit("?draws=2&view=split&zoom=200")
    page.settle()
    page.page.click("#resample")
    page.wait_for("draw-1", draw(open_example(FIRST), net_of(4, NATURAL), 1.0, 2))
    page.settle()
    assert (page.state["b"], page.state["mode"], page.state["zoom"]) == ("draw-1", "split", 2)
    page.page.wait_for_function("/seed=2&view=split&b=draw-1&zoom=200/.test(location.search)")


def test_a_phone_has_no_sideways_scroll(visit):
    phone = visit("?tau=abc", **PHONE)
    phone.told()
    phone.settle()
    phone.page.tap("#copy-link")
    phone.page.locator("#link .said").wait_for()
    box = phone.page.locator("#link .said").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["viewport"]["width"]
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
