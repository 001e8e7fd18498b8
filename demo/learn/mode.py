"""Learn on the page: the lesson on the picture at hand, one screen a chapter."""

from collections.abc import Iterator

import gradio as gr
from gradio.components import Component

from demo.kit.address import Held
from demo.kit.cards import refusal
from demo.kit.events import Visit
from demo.kit.limits import limit
from demo.kit.link import choice, number
from demo.kit.progress import share
from demo.kit.shared import Shared, Wiring
from demo.kit.viewer import read_web
from demo.kit.words import words
from demo.learn.chapters import CHAPTERS
from demo.learn.chapters.quiz import quiz_html
from demo.photo import Photo
from irn_core.errors import IRNError

KEY = "learn"
QUIZ = "quiz"


class LearnMode:
    """The lesson, all in `column`. Its slides come one after the other, from the one that is open on."""

    key = KEY

    def __init__(self):
        self.chapters = [chapter() for chapter in CHAPTERS]
        self.makers = {chapter.key: chapter.html for chapter in self.chapters} | {QUIZ: quiz_html}

    def build(self) -> None:
        """Below all else."""
        with gr.Column(visible=False, elem_id="learn") as self.column:
            self.lesson = gr.HTML(
                {"subject": "", "slides": self._slides({}), "said": words("learn.kit")},
                html_template=read_web("lesson/lesson.html"),
                css_template=read_web("lesson/lesson.css"),
                js_on_load="".join(read_web(f"lesson/{name}.js") for name in ("figures", "lesson")),
                apply_default_css=False,
                elem_id="lesson",
            )
            opened = gr.Textbox(CHAPTERS[0].key, elem_id="lesson-open", elem_classes="unseen")
            self.open = limit(opened, "() => document.querySelector('#lesson .lesson')?.open ?? ''")

    def links(self) -> list[Held]:
        """What of the mode stands in links; the lesson itself knows what is open, and the order of its quiz."""
        keys = list(self.makers)
        order = number("quiz", 1, 9999, 1, whole=True, when={"mode": KEY, "chapter": QUIZ})
        return [Held(choice("chapter", keys[0], keys, when={"mode": KEY}, step=True)), Held(order)]

    def wire(self, shared: Shared) -> Wiring:
        """What the mode asks of the page's event."""
        self.shared = shared
        return Wiring([], [shared.photo, self.open], [self.lesson], self.answer)

    def answer(self, visit: Visit, photo: Photo, opened: str) -> Iterator[dict[Component, object]]:
        """All slides of the picture, that which is open first, then those that follow it.

        The status is not seen here, and stays what the mode said that the visitor goes back to.
        """
        drawn_for = photo, visit.language
        found: dict[str, str] = visit.kept.get(KEY, {}) if visit.kept.get(f"{KEY} drawn for") == drawn_for else {}
        visit.kept |= {KEY: found, f"{KEY} drawn for": drawn_for}
        keys = list(self.makers)
        start = keys.index(opened) if opened in keys else 0
        for key in keys[start:] + keys[:start]:
            if key not in found:
                done = {self.shared.progress: share(len(found), len(keys))}
                yield self._shown(photo, found) | done
                try:
                    found[key] = self.makers[key](photo)
                except IRNError as error:  # the other chapters are to come all the same
                    found[key] = refusal(error)
        yield self._shown(photo, found)

    def _shown(self, photo: Photo, found: dict[str, str]) -> dict[Component, object]:
        value = {"subject": photo.name, "slides": self._slides(found), "said": words("learn.kit")}
        return {self.lesson: value}

    def _slides(self, found: dict[str, str]) -> list[dict]:
        return [
            {"key": key, "title": words(f"learn.{key}.title"), "html": str(found.get(key, ""))} for key in self.makers
        ]
