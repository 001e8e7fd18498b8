"""The switch between languages, and what it changes: every component that was made with words gets them anew."""

import json

import gradio as gr
from gradio.blocks import Block

from demo.kit.events import QUIET
from demo.kit.limits import limit
from demo.kit.viewer import read_web
from demo.kit.words import FIRST_LANGUAGE, LANGUAGES, all_languages, anew, has_words, say, speak

_TITLES = {language: group["title"] for language, group in all_languages("page").items()}
_SCRIPT = f"({read_web('language.js')})({json.dumps(_TITLES)}, {FIRST_LANGUAGE!r}"
LANGUAGE, CHOOSE = f"() => {_SCRIPT})", f"(choice) => {_SCRIPT}, choice)"
"""JavaScript, functions: the language of the page in this browser, and the same after a choice."""
HEAD = f"<script>document.documentElement.classList.toggle('unspoken', ({LANGUAGE})() !== {FIRST_LANGUAGE!r})</script>"
"""For the head of the page: what arrives in another language than the browser's stays unseen until it is translated."""
_SPOKEN = "() => document.documentElement.classList.remove('unspoken')"


class Switch:
    """A button for each language. What stands on the page beside its components is up to the event of the page."""

    def __init__(self):
        choice = gr.Radio(
            [(name, key) for key, name in LANGUAGES.items()], value=FIRST_LANGUAGE, label=say("page.language"),
            show_label=False, container=False, min_width=0, elem_id="language",
        )  # fmt: skip
        self.choice = limit(choice, LANGUAGE)

    def wire(self, page: gr.Blocks, asked: gr.Number) -> None:
        """Let the choice follow the browser, then all words follow the choice; then `asked` grows."""
        told = {block: found for block in page.blocks.values() if (found := _words_of(block))}

        def relabel(language: str, asked: int) -> list:
            speak(language)
            return [
                *(gr.update(**{name: anew(arg) for name, arg in found.items()}) for found in told.values()),
                asked + 1,
            ]

        page.load(None, None, self.choice, js=LANGUAGE)
        self.choice.input(None, self.choice, None, js=CHOOSE)
        said = self.choice.change(relabel, [self.choice, asked], [*told, asked], **QUIET)
        said.then(None, None, None, js=_SPOKEN)


def _words_of(block: Block) -> dict[str, object]:
    """The words that a component was made with, by the names of its parameters."""
    return {name: arg for name, arg in block.constructor_args.items() if has_words(arg)}
