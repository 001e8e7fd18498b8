"""Terms explain themselves: one glossary, in both languages, at the first occurrence in each card and tab."""

import re

import pytest

pytest.importorskip("gradio")

from demo.kit.words import LANGUAGES, all_languages
from tests.test_viewer import PHONE

GLOSSARY = all_languages("glossary")
ASKED = (
    "LR", "τ", "ŷ", "ε", "z", "x̂", "PSNR-Y", "PSNR-RGB", "SSIM", "SSIMULACRA2", "W", "bpp", "BD-rate", "CRPS", "Haar",
    "4:2:0", "λ",
)  # fmt: skip
FIRST = "#variability-finding dfn"


def test_all_languages_explain_the_same_terms():
    for terms in GLOSSARY.values():
        assert [term["key"] for term in terms] == [term["key"] for term in GLOSSARY["en"]]
        assert all(term["name"] and 5 < len(term["text"]) < 200 for term in terms)
        forms = [form for term in terms for form in term["forms"].split(" ; ")]
        assert len(set(forms)) == len(forms) and set(ASKED) <= set(forms)
    assert GLOSSARY.keys() == LANGUAGES.keys()


@pytest.fixture
def opened(new_page, address):
    """A page with the tab of variability, computed and marked."""

    def open_page(query: str = "", **options):
        page = new_page(**options)
        page.goto(f"{address}?tab=variability{query}")
        page.locator(FIRST).first.wait_for(timeout=120_000)
        return page

    return open_page


@pytest.mark.browser
def test_a_term_explains_itself_to_mouse_and_keyboard_and_esc_closes(opened):
    page = opened()
    tip, term = page.locator("#explained"), page.locator(FIRST).first
    said = {term["key"]: term["text"] for term in GLOSSARY["en"]}
    term.hover()
    tip.get_by_text(said[term.get_attribute("data-term")]).wait_for()
    page.mouse.move(0, 0)
    tip.wait_for(state="hidden")
    term.focus()
    tip.wait_for()
    assert term.get_attribute("aria-describedby") == "explained"
    page.keyboard.press("Escape")
    tip.wait_for(state="hidden")
    assert not term.get_attribute("aria-describedby")
    texts = page.eval_on_selector_all("#variability-finding, .intro", "nodes => nodes.map((node) => node.textContent)")
    assert not any("  " in re.sub(r"\s+", " ", text) for text in texts)  # words are marked, not changed
    twice = """() => [...document.querySelectorAll(".card, .tabitem")].some((unit) => {
      const isOwn = (term) => term.parentElement.closest(".card, .tabitem") === unit;
      const keys = [...unit.querySelectorAll("dfn")].filter(isOwn).map((term) => term.dataset.term);
      return new Set(keys).size < keys.length;
    })"""
    page.wait_for_timeout(500)
    assert not page.evaluate(twice)


@pytest.mark.browser
def test_on_a_phone_a_tap_explains_beside_the_term_and_on_screen(opened):
    page = opened("&lang=zh", **PHONE)
    term = page.locator(FIRST).first
    term.scroll_into_view_if_needed()
    term.tap()
    tip = page.locator("#explained")
    tip.wait_for()
    assert re.search("[一-鿿]", tip.inner_text())
    inside, covers = page.evaluate(
        """(first) => {
          const tip = document.querySelector("#explained").getBoundingClientRect();
          const term = document.querySelector(first).getBoundingClientRect();
          const inside = tip.left >= 0 && tip.right <= innerWidth && tip.top >= 0 && tip.bottom <= innerHeight;
          return [inside, tip.top < term.bottom && tip.bottom > term.top];
        }""",
        FIRST,
    )
    assert inside and not covers
    page.locator("h1").tap()
    tip.wait_for(state="hidden")
