"""How the page answers: of all that a visitor asks for, only the newest is computed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import gradio as gr
from gradio.components import Component

from demo.kit.core_words import in_own_words
from demo.kit.limits import clean
from demo.kit.words import FIRST_LANGUAGE, say
from demo.kit.work import a_turn_each
from irn_core.errors import IRNError

MODEL = {"concurrency_id": "model", "concurrency_limit": 30}
"""Events that need a network. They wait for their turn (see `work`), each in a thread; Gradio has 40."""
HIDDEN = {"show_progress": "hidden", "api_visibility": "private"}
QUIET = {**HIDDEN, "queue": False}
"""For events that cannot fail: outside the queue an error would reach the visitor as a bare code 500."""


class Visit:
    """What the server knows of one visitor: the number of the newest request, the language, and what the page shows.

    The browser numbers its requests, so a request that waits in the queue cannot take itself for the newest. What is
    held is bounded: under each key one value, of the picture on screen or of the one a tab was last asked about.
    """

    def __init__(self):
        self.newest = 0
        self.language = FIRST_LANGUAGE
        self.shown: dict[str, object] = {}
        self.kept: dict[str, object] = {}

    def take(self, number: int) -> None:
        """A request has been made; older ones stop at their next step."""
        self.newest = max(self.newest, number)

    def listen(self, language: str) -> None:
        """What the page shows is nothing to who asks for another language."""
        if language != self.language:
            self.language, self.shown = language, {}

    def keep(self, number: int, steps: Iterator) -> Iterator:
        """The steps of a request, as long as it is the newest."""
        if number < self.newest:
            return
        for step in steps:
            yield step
            if number < self.newest:
                return


def newest(
    triggers: Sequence[Callable],
    answer: Callable[..., Iterator[dict]],
    visit: gr.State,
    inputs: Sequence[Component],
    outputs: Sequence[Component],
    subject: Sequence[Component] = (),
    cancel: gr.Button | None = None,
) -> None:
    """Let every trigger ask for an answer, of which only the newest is computed, and older ones stop within a step.

    `answer` takes the visit and the inputs and yields {component: value}. One event serves all triggers, so at most
    one request of a visitor runs and one waits. The browser puts the inputs within their limits (`limits.clean`).
    While `subject` stays, so does the main result. `cancel` stops, and brings the last whole result back.

    The browser counts twice for each request (`web/work.js`): when it is made, which stops older ones, and when its
    values are sent. The second number goes with the values: two requests at nearly one time must not share one, or
    the older may win. `subject` stays in the browser: a value that the page is about to change may be one that the
    server no longer takes. When a request fails, Gradio forgets the one that waits: the browser asks again.
    """
    number, again = gr.Number(visible=False), gr.Button(elem_classes="unseen", elem_id="ask-again")
    triggers = [*triggers, again.click]
    quiet = {"trigger_mode": "multiple", **QUIET}
    gr.on(triggers, None, list(subject), None, js="(...about) => pageWork.isAbout(about)")
    take = "(visit) => [visit, pageWork.asked()]"
    gr.on(triggers, lambda visit, n: visit.take(n), [visit, number], None, js=take, **quiet)
    if cancel:
        stop = "(visit) => [visit, pageWork.cancel()]"
        cancel.click(lambda visit, n: visit.take(n), [visit, number], None, js=stop, **quiet)

    def run(visit: Visit, n: int, *values: object) -> Iterator[dict]:
        visit.take(n)
        told = False
        for step in visit.keep(n, answer(visit, *values)):
            told = True
            yield step
        if not told:
            yield {outputs[0]: gr.skip()}  # a generator without a value would empty its outputs

    ran = gr.on(
        triggers, a_turn_each(run), [visit, number, *inputs], list(outputs),
        js=f"(visit, _, ...values) => [visit, pageWork.sent(), ...({clean(inputs)})(...values)]",
        trigger_mode="always_last", api_visibility="private", show_progress="hidden", **MODEL,
    )  # fmt: skip
    ran.then(None, None, None, js="() => pageWork.ended()")
    ran.failure(None, None, None, js="() => pageWork.failed()")


@contextmanager
def refusals() -> Iterator[None]:
    """Show what the visitor can mend as a message; the page stays as it is."""
    try:
        yield
    except IRNError as error:
        message = say("kit.stays", error=in_own_words(error))
        raise gr.Error(message, title=say("kit.refused"), print_exception=False) from error
