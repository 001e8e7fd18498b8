"""The page: what its modes share, and which modes there are. `build()` makes it; `LAUNCH` is for `launch()`."""

import json
import os
from collections.abc import Iterator, Sequence

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # before gradio: the page stays offline
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "256")  # before torch: of 1,024 kinds it keeps

import gradio as gr
from gradio.components import Component

from demo import examples
from demo.benchmark.mode import BenchmarkMode
from demo.compress.mode import CompressMode
from demo.kit.access import build_access
from demo.kit.address import Address, Held
from demo.kit.doing import BEGIN, build_doing
from demo.kit.events import QUIET, Visit, newest
from demo.kit.language import HEAD, Switch
from demo.kit.link import choice
from demo.kit.served import SERVED
from demo.kit.shared import Shared
from demo.kit.stage import build_bar, build_button
from demo.kit.viewer import build_viewer, read_web
from demo.kit.words import LANGUAGES, all_languages, say, speak, speaking
from demo.learn.ahead import prepare
from demo.learn.mode import LearnMode
from demo.own import OWN, OwnPictures, build_drop_hint
from demo.photo import Photo
from demo.rescale.mode import RescaleMode, first_request, first_settings
from demo.upload import Uploads
from irn_core.errors import ImageError

THEME = gr.themes.Default(
    primary_hue="blue",
    neutral_hue="slate",
    font=["system-ui", "sans-serif"],  # the bundled font lacks most of its bold letters
    font_mono=["ui-monospace", "monospace"],
).set(
    body_text_color_subdued="*neutral_600",
    body_text_color_subdued_dark="*neutral_300",
    block_info_text_color="*neutral_600",
    block_info_text_color_dark="*neutral_300",
    color_accent="*primary_600",  # dark enough for white letters, and on white
    button_primary_background_fill="*primary_600",
    button_primary_background_fill_hover="*primary_700",
)
GLOSSARY, ACCESS = (
    json.dumps(said, ensure_ascii=False) for said in (all_languages("glossary"), all_languages("access"))
)
SCRIPTS = {
    "glossary.js": GLOSSARY,
    "access.js": ACCESS,
    "figures.js": ACCESS,
    **dict.fromkeys(("work.js", "page.js", "picker.js", "stage.js", "link.js", "tabs.js", "tables.js"), ""),
}
"""What runs in the browser beside the components, in this order, and what each is given."""
LAUNCH = {
    "theme": THEME,
    "css": "".join(map(read_web, ("style.css", "picker.css", "graph.css", "stage.css", "glossary.css"))),
    "js": "() => {" + "".join(f"({read_web(name)})({given});" for name, given in SCRIPTS.items()) + "}",
    "head": HEAD + f"<style>{read_web('room.css')}</style>",
    "max_file_size": "40mb",
}

STATUS = "status"
"""The key of what was last said to be there."""


def build() -> gr.Blocks:
    """The page, whose first result is computed while it starts."""
    with gr.Blocks(title=say("page.title"), delete_cache=(3600, 6 * 3600), fill_width=True) as page:
        _Page(page)
    page.temp_file_sets.append(SERVED)
    return page.queue(max_size=200)


class _Page:
    """The components of one page and the events between them."""

    def __init__(self, page: gr.Blocks):
        self.rescale, self.compress = RescaleMode(), CompressMode()
        self.learn, self.benchmark = LearnMode(), BenchmarkMode()
        self.working, self.apart = (self.rescale, self.compress), (self.learn, self.benchmark)
        self.modes = (self.learn, *self.working, self.benchmark)
        modes = [(say(f"page.{mode.key}"), mode.key) for mode in self.modes]
        self.own = OwnPictures()
        visit, photo = gr.State(Visit()), gr.State(first_request().photo)
        self.asked = gr.Number(0, elem_classes="unseen")  # grows whenever another picture was chosen, or a language
        self.example = gr.Textbox(examples.FIRST, elem_classes="unseen")  # which of them it is, or OWN
        build_access()
        with gr.Row(elem_id="top"):
            gr.HTML(say("page.intro"))
            self.mode = gr.Radio(
                modes, value=self.rescale.key, label=say("page.mode"), show_label=False, container=False, elem_id="mode"
            )  # fmt: skip
            self.address = Address()
            build_button()
            self.switch = Switch()
        self.address.build_notice()
        self.columns: dict[str, list[gr.Column]] = {}
        with gr.Column(elem_id="work"), gr.Row(elem_id="main"):
            with gr.Column(scale=1, min_width=250, elem_id="controls"):
                self._pictures()
                self._columns("controls")
                status, progress, self.cancel = build_doing()
            with gr.Column(scale=4, min_width=340, elem_id="centre"):
                viewer, notice = build_viewer(elem_id="viewer"), gr.HTML(elem_id="notice")
                self._columns("build_tabs")
        for mode in self.apart:
            mode.build()
        build_bar()
        build_drop_hint()
        self.shared = Shared(visit, photo, viewer, status, progress, notice)
        self.benchmark.wire(visit)
        self._events(page)

    def _columns(self, part: str) -> None:
        """A part of each mode that works on the picture, of which that of the open one is visible."""
        for mode in self.working:
            with gr.Column(visible=mode is self.rescale) as column:
                getattr(mode, part)()
            self.columns.setdefault(mode.key, []).append(column)

    def _pictures(self) -> None:
        """The choice of a picture."""
        strip = [(examples.thumbnail(name), name) for name in examples.NAMES]
        self.strip = gr.Gallery(
            strip, label=say("page.examples"), columns=4, object_fit="cover", format="png",
            allow_preview=False, interactive=False, buttons=[], elem_id="examples",
        )  # fmt: skip
        self.own.build()
        self.clear = gr.Button(say("page.clear"), size="sm", elem_id="clear")

    def _events(self, page: gr.Blocks) -> None:
        """The one event, and before it what triggers do besides: Gradio runs listeners in order, each to its end."""
        shared = self.shared
        self.address.follow(self._held())
        chosen = [shared.photo, self.asked, self.example]
        self.strip.select(choose_example, self.asked, chosen, js=BEGIN, **QUIET)
        self.own.wire(self.switch.choice, self.rescale.net, self.cancel, *chosen)
        self.clear.click(start_again, self.asked, [*chosen, *self.rescale.settings], js=BEGIN, **QUIET)
        self.mode.input(self.open, self.mode, self._opened(), **QUIET)
        self.wirings = {
            self.rescale.key: self.rescale.wire(shared),
            self.compress.key: self.compress.wire(shared, self.asked),
            self.learn.key: self.learn.wire(shared),
        }
        set_besides = [shared.photo, self.asked, *self.own.shown_in, *self.rescale.results]
        known = [self.switch.choice, self.rescale.net, self.asked, shared.visit, self.own.uploads]
        self.address.restore(page.load, self.restore, known, set_besides)
        wirings, asking = self.wirings.values(), [self.switch.choice, self.mode, self.example, self.own.uploads]
        newest(
            [self.asked.change, self.mode.input, *(t for wiring in wirings for t in wiring.triggers)],
            self.answer, shared.visit,
            [*asking, *(part for wiring in wirings for part in wiring.inputs)],
            list(dict.fromkeys([shared.progress, *(part for wiring in wirings for part in wiring.outputs)])),
            [self.asked, self.mode, *(part for wiring in wirings for part in wiring.subject)], self.cancel,
        )  # fmt: skip
        self.switch.wire(page, self.asked)

    def _held(self) -> list[Held]:
        """The parts of links, before them those on which they depend."""
        example = choice("example", examples.FIRST, (*examples.NAMES, OWN), step=True)
        mode = choice("mode", self.rescale.key, [mode.key for mode in self.modes], step=True)
        return [
            Held(example, self.example),
            Held(mode, self.mode, show=self._show_mode, others=self._opened()),
            Held(choice("lang", None, LANGUAGES)),
            *(held for mode in self.modes for held in mode.links()),
        ]

    def _opened(self) -> list[gr.Column]:
        """What is visible in some modes, as `open` has it."""
        columns = [column for columns in self.columns.values() for column in columns]
        return [*(mode.column for mode in self.apart), *columns]

    def _show_mode(self, values: dict[str, object]) -> dict[Component, object]:
        return {self.mode: values["mode"]} | dict(zip(self._opened(), self.open(values["mode"]), strict=True))

    def restore(
        self, query: str, language: str, net: str, asked: int, visit: Visit, uploads: Uploads
    ) -> dict[Component, object]:
        """The page as an address says it, with the result if that is known already."""
        speak(language)
        values, wrong = self.address.read(query)
        found = {}
        if values["example"] == OWN:
            try:
                photo, found = self.own.again(language, net, uploads, visit.kept.get(OWN))
            except ImageError as error:
                values["example"] = examples.FIRST
                wrong.append(str(error))
        if values["example"] != OWN:
            photo = open_example(values["example"])
        # A change of language may add 1 at the same time, and one number must not stand for both.
        asking = {self.shared.photo: photo, self.asked: asked + 2}
        return self.address.shown(query, values, wrong) | asking | found | self.rescale.first_view(photo, values)

    def answer(
        self, visit: Visit, language: str, mode: str, example: str, uploads: Uploads, *values: object
    ) -> Iterator[dict[Component, object]]:
        """What the open mode makes of its part of the values; Benchmark asks for nothing. A fault of ours is owned."""
        visit.listen(language)
        status = self.shared.status
        try:
            for step in self._answer(visit, language, mode, values):
                yield step
                if "…" not in step.get(status, "…"):
                    visit.kept[STATUS] = step[status]
        except gr.Error:  # a message to the visitor; nothing goes on
            yield {status: visit.kept.get(STATUS, "")}
            raise
        except Exception as error:
            visit.shown = {}
            yield {status: say("page.fault")}
            raise gr.Error(say("page.fault_report", error=repr(error)), title=say("page.fault")) from error
        if example == OWN:
            visit.kept[OWN] = uploads.current  # with its part: whoever cancels what comes next is brought back to this

    def _answer(self, visit: Visit, language: str, mode: str, values: Sequence[object]) -> Iterator[dict]:
        for key, wiring in self.wirings.items():
            own, values = values[: len(wiring.inputs)], values[len(wiring.inputs) :]
            if key == mode:
                yield from speaking(language, wiring.answer(visit, *own))

    def open(self, mode: str) -> list:
        """What is visible in a mode.

        Behind the lesson and the benchmark the others stay as they are: style.css hides them, as Gradio's hiding would
        reach into each of their components.
        """
        apart = [gr.update(visible=mode == other.key) for other in self.apart]
        if mode not in self.columns:
            return [*apart, *(gr.skip() for columns in self.columns.values() for _ in columns)]
        return [*apart, *(gr.update(visible=mode == key) for key, columns in self.columns.items() for _ in columns)]


def open_example(name: str) -> Photo:
    return Photo(examples.example(name), name)


def choose_example(asked: int, event: gr.SelectData) -> tuple[Photo, int, str]:
    name = examples.NAMES[event.index]
    photo = open_example(name)
    prepare(photo)
    return photo, asked + 1, name


def start_again(asked: int) -> tuple:
    """The first picture and the first settings."""
    return first_request().photo, asked + 1, examples.FIRST, *first_settings()
