"""The contract of a tab. Whoever keeps it becomes a tab of a mode by one line in the mode's list."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import ClassVar, Generic, Protocol, TypeVar

import gradio as gr
from gradio.components import Component

from demo.kit.address import Held
from demo.kit.events import QUIET
from demo.kit.finding import claim
from demo.kit.link import choice
from demo.kit.progress import expected, measured, share
from demo.kit.viewer import ViewerImage
from demo.kit.words import say

KNOWN_S = 0.3
"""A tab that took less had most of it in the cache, which foretells nothing."""
Request = TypeVar("Request")
"""What a mode hands to its tabs: the picture and how it is treated."""
Found = TypeVar("Found")
"""What a tab computes."""


class Made(Protocol):
    """A request that says what makes its result, in words: the picture, the model, temperature and seed."""

    @property
    def made(self) -> str: ...


class Tab(ABC, Generic[Request, Found]):
    """A tab computes data from a request, then draws them. Its words stand under `key` in the files of words.

    `compute` knows neither HTML nor components; `draw` and `finding` compute nothing: a test on their names holds all
    to it.
    """

    key: ClassVar[str]
    inputs: dict[str, Component]
    """What the tab computes from, besides the request."""
    outputs: dict[str, Component]
    triggers: list
    """Events of the tab's own controls that render it anew."""

    def __init__(self):
        self.inputs, self.outputs, self.triggers = {}, {}, []

    def open_and_build(self) -> None:
        """The place of the finding, how to read what follows, and below it what the tab makes itself."""
        self.claim = gr.HTML(say("kit.computing"), elem_id=f"{self.key}-finding")
        gr.Markdown(say(f"{self.key}.intro"), elem_classes="reading")
        self.build()

    @abstractmethod
    def build(self) -> None:
        """Make the components: name them in `inputs` and `outputs`, and list `triggers`."""

    @abstractmethod
    def compute(self, request: Request, **inputs: object) -> Iterator[Found]:
        """The data to draw, again and again where they grow; the values of `inputs` come by name."""

    @abstractmethod
    def draw(self, found: Found) -> dict[str, object]:
        """The values of `outputs` by name; what is not named stays as it is."""

    @abstractmethod
    def finding(self, found: Found) -> str:
        """What the numbers say, in a sentence (HTML) with one of them in it that is true of any picture.

        Nothing while too little is known; the last of what is found has one.
        """

    def pictures(self, found: Found) -> Sequence[ViewerImage]:
        """What the tab adds to the pictures of the viewer while it is open."""
        return ()

    def progress(self, found: Found) -> tuple[int, int] | None:
        """How many of how many steps are done, where they are counted and take long."""
        return None

    def picture_keys(self) -> Sequence[str]:
        """Under which keys it may add pictures to the viewer."""
        return ()

    def wire(self, request: dict[str, Component]) -> None:
        """Events of the tab's own, for what is computed on demand; `request` are the mode's inputs, and the visit."""

    @property
    def title(self) -> str:
        return say(f"{self.key}.title")


class Strip:
    """Tabs in their order, and which of them is open; at first it is the first."""

    def __init__(self, elem_id: str, tabs: Sequence[tuple[str, str, Callable[[], None]]]):
        """Each tab is a key, a title, and what builds it."""
        self.elem_id, self.keys = elem_id, [key for key, *_ in tabs]
        self.open = gr.Textbox(self.keys[0], elem_classes="unseen", elem_id=f"{elem_id}-open")
        with gr.Tabs(elem_id=elem_id) as self.strip:
            for key, title, build in tabs:
                with gr.Tab(title, id=key) as item:
                    build()
                item.select(None, None, self.open, js=f"() => {key!r}")

    def link(self, mode: str) -> Held:
        """The open tab as a part of links to a mode."""
        part = choice("tab", self.keys[0], self.keys, when={"mode": mode}, step=True)
        return Held(part, self.open, show=self._at, others=[self.strip])

    def _at(self, values: dict[str, object]) -> dict[Component, object]:
        return {self.open: values["tab"], self.strip: gr.Tabs(selected=values["tab"])}


MEASURES = "measures"
_CALM = "matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth'"
"""JavaScript: how the page scrolls by itself."""


class Tabs(Strip):
    """The tabs of a mode, after that of its measures."""

    def __init__(self, tabs: Sequence[Tab], elem_id: str, build_measures: Callable[[], None]):
        self.all = {tab.key: tab for tab in tabs}
        measures = (MEASURES, say("kit.measures"), build_measures)
        super().__init__(elem_id, [measures, *((tab.key, tab.title, tab.open_and_build) for tab in tabs)])

    def opens(self, button: gr.Button, key: str) -> None:
        """Let a button elsewhere open a tab, and bring it into view."""
        show = f"() => {{ document.getElementById({self.elem_id!r}).scrollIntoView({{ behavior: {_CALM} }}); }}"
        button.click(lambda: gr.Tabs(selected=key), None, self.strip, js=show, **QUIET)
        button.click(None, None, self.open, js=f"() => {key!r}")

    @property
    def inputs(self) -> list[Component]:
        """Controls of all tabs, as `own` takes their values."""
        return [part for tab in self.all.values() for part in tab.inputs.values()]

    def picture_keys(self) -> list[str]:
        """Under which keys tabs may add pictures to the viewer."""
        return [key for tab in self.all.values() for key in tab.picture_keys()]

    @property
    def outputs(self) -> list[Component]:
        return [part for tab in self.all.values() for part in (tab.claim, *tab.outputs.values())]

    @property
    def triggers(self) -> list:
        """Opening a tab, and its controls."""
        return [self.open.change, *(trigger for tab in self.all.values() for trigger in tab.triggers)]

    def render(
        self, key: str, request: Made, values: Sequence[object], work: tuple[Hashable, float]
    ) -> Iterator[tuple[dict, Sequence[ViewerImage], str]]:
        """The open tab as it comes: {component: value}, the pictures that it adds to the viewer, and its progress.

        `work` is of which kind, and how much, so that the time it takes tells how long the next one will.
        """
        if key == MEASURES:  # they come with the result
            return
        tab, names = self.all[key], [(owner.key, name) for owner in self.all.values() for name in owner.inputs]
        own = {name: value for (owner, name), value in zip(names, values, strict=True) if owner == key}
        kind, units = (tab.key, work[0]), work[1]
        if told := expected((kind, units)):
            yield {}, (), told
        with measured(kind, units, KNOWN_S):
            for found in tab.compute(request, **own):
                drawn = {tab.outputs[name]: value for name, value in tab.draw(found).items()}
                done = tab.progress(found)
                said = {tab.claim: claim(tab.finding(found), request.made)}
                yield said | drawn, tab.pictures(found), share(*done) if done else ""


Step = TypeVar("Step")


def so_far(steps: Iterable[Step]) -> Iterator[tuple[Step, ...]]:
    """After each step, all steps up to it."""
    found: tuple[Step, ...] = ()
    for step in steps:
        found += (step,)
        yield found


def paced(steps: Iterable[Step], seconds: float = 0.15) -> Iterator[Step]:
    """The newest of a growing result, at most so often, and the last: what is known already does not grow again."""
    sent, held = time.monotonic(), []
    for step in steps:
        held = [step]
        if time.monotonic() - sent >= seconds:
            yield held.pop()
            sent = time.monotonic()
    yield from held
