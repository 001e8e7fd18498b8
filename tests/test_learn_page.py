"""The lesson in a browser: walked from first to last chapter, on an example and on a visitor's picture."""

import re
from urllib.parse import parse_qsl

import pytest

pytestmark = pytest.mark.browser
gr = pytest.importorskip("gradio")

from demo.learn.chapters import CHAPTERS  # noqa: E402
from demo.learn.chapters.shared import Shared  # noqa: E402
from demo.learn.mode import QUIZ  # noqa: E402
from demo.photo import Photo  # noqa: E402
from irn_core.pictures.files import encode_png  # noqa: E402
from tests.helpers import smooth_pixels  # noqa: E402
from tests.test_links_page import SETTLED  # noqa: E402
from tests.test_page import FIRST, Explorer  # noqa: E402

MINE = Photo(smooth_pixels(80, 112, seed=5), "mine.png")
KEYS = [*(chapter.key for chapter in CHAPTERS), QUIZ]


@pytest.fixture
def learner(page, address):
    return Learner(page, address)


class Learner(Explorer):
    """The page in the lesson."""

    def learn(self) -> None:
        self.page.locator("#mode").get_by_text("Learn").click()
        self.page.wait_for_selector("#lesson .slide[data-key=shared] .ask")

    def open_key(self) -> str:
        return self.page.evaluate("document.querySelector('#lesson .lesson').open")

    def wait_for_address(self, part: str) -> None:
        self.page.wait_for_function(f"location.search.includes({part!r})")

    def slide(self):
        return self.page.locator("#lesson .slide:not([hidden])")

    def answer(self, option: int) -> str:
        """Answer the question of the slide and read its sentence."""
        slide = self.slide()
        slide.locator(".ask").wait_for()
        assert "asked" in slide.get_attribute("class")
        slide.locator(f".ask [data-option='{option}']").click()
        assert "asked" not in slide.get_attribute("class")
        return slide.locator(".sentence").inner_text()


@pytest.mark.parametrize("picture", [None, MINE], ids=["example", "upload"])
def test_the_lesson_is_walked_by_keys_from_first_to_last(learner, picture):
    if picture:
        learner.upload("mine.png", encode_png(picture.pixels))
        learner.wait_for("original", picture.pixels)
    learner.learn()
    sentences = []
    for number, key in enumerate(KEYS[:-1]):
        assert learner.open_key() == key
        sentences.append(learner.answer(0))
        assert learner.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        learner.page.keyboard.press("PageDown" if number % 2 else "ArrowRight")
    assert learner.open_key() == QUIZ
    learner.page.keyboard.press("PageDown")
    assert learner.open_key() == QUIZ  # the last
    learner.page.keyboard.press("PageUp")
    assert learner.open_key() == KEYS[-2]
    assert learner.slide().locator(".sentence").inner_text() == sentences[-1]  # answered for good
    slide = Shared().draw(Shared().compute(picture or FIRST))
    assert f"{slide.values['sent']} arrive" in sentences[0] and slide.values["psnr"] in sentences[0]
    assert not any(re.search(r"[{}]|nan", sentence) for sentence in sentences)


def test_the_four_pixels_can_be_edited_and_counted(learner):
    learner.learn()
    learner.page.keyboard.press("PageDown")
    slide = learner.slide()
    assert not slide.locator(".count").is_visible()  # it would give the answer away
    slide.locator(".ask [data-option='1']").click()
    assert slide.locator(".haar output").all_inner_texts() == ["-1", "-2", "0"]
    slide.locator("[data-band='3']").fill("1")
    values = [int(one.input_value()) for one in slide.locator(".block input").all()]
    assert values == [2, 2, 4, 8]
    count, mean = slide.locator(".count b"), slide.locator(".mean")
    assert (count.inner_text(), mean.inner_text()) == ("969", "4")
    for _ in range(5):
        slide.locator("[data-do=other]").click()
        assert (count.inner_text(), mean.inner_text()) == ("969", "4")
    slide.locator(".block input").first.fill("255")
    assert mean.inner_text() != "4" and count.inner_text() != "969"
    slide.locator("[data-band='1']").fill("-60")
    assert slide.locator(".beyond").is_visible() and count.inner_text() == "—"
    slide.locator("[data-do=size]").click()
    assert mean.inner_text() == "4" and int(count.inner_text().replace(",", "")) > 10**15


def test_try_it_opens_the_page_where_the_chapter_points(learner):
    learner.learn()
    for key in KEYS[1 : KEYS.index("bands") + 1]:
        learner.page.keyboard.press("PageDown")
        learner.wait_for_address(f"chapter={key}")
    learner.slide().locator("[data-go]").click()
    learner.page.locator("#tabs [role=tab][aria-selected=true]", has_text="High frequencies").wait_for()
    assert learner.page.locator("#viewer").is_visible()
    learner.page.wait_for_function("location.search === '?tab=bands'")
    learner.page.go_back()
    opened = "key => document.querySelector('#lesson .lesson')?.open === key"
    learner.page.wait_for_function(opened, arg="bands")
    assert learner.slide().is_visible()
    learner.page.wait_for_function("!document.documentElement.classList.contains('busy')")
    learner.page.go_back()  # turns the page
    learner.page.wait_for_function(opened, arg=KEYS[KEYS.index("bands") - 1])


def test_the_quiz_scores_and_a_seed_gives_one_order(learner):
    learner.learn()
    learner.page.locator("#lesson .dots button").last.click()
    learner.page.locator("#lesson .quiz .task").first.wait_for()
    order = "[...document.querySelectorAll('.quiz [data-option]')].map(option => option.dataset.option).join('')"
    first = learner.page.evaluate(order)
    for task in range(5):
        learner.page.locator(f".quiz .task >> nth={task}").locator("[data-option='0']").click()
    assert learner.page.locator(".score output").inner_text() == "5 / 5"
    learner.page.locator(".quiz [data-do=again]").click()
    assert learner.page.locator(".score output").inner_text() == "0 / 5"
    other = learner.page.evaluate(order)
    assert other != first
    seed = learner.page.locator(".quiz .seed").inner_text()
    learner.page.wait_for_function("text => location.search.endsWith(text)", arg=f"&chapter=quiz&quiz={seed}")
    learner.page.wait_for_function("!document.documentElement.classList.contains('busy')")
    learner.page.goto(f"{learner.page.url}&lang=zh")
    learner.page.locator(".quiz .seed").get_by_text(seed, exact=True).wait_for()
    learner.page.wait_for_function("document.documentElement.lang.startsWith('zh')")
    learner.page.wait_for_function(SETTLED, timeout=180_000)
    query = dict(parse_qsl(learner.page.url.partition("?")[2]))
    assert query == {"mode": "learn", "lang": "zh", "chapter": "quiz", "quiz": seed} and learner.open_key() == QUIZ
    assert learner.page.evaluate(order) == other and not learner.page.locator("#link-told .notice").count()
