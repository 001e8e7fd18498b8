"""What all modes of the page share, and what each adds to the one event that answers."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import gradio as gr
from gradio.components import Component


class Shared(NamedTuple):
    """Components that every mode uses."""

    visit: gr.State
    photo: gr.State
    viewer: gr.HTML
    status: gr.Textbox
    progress: gr.Textbox
    notice: gr.HTML


class Wiring(NamedTuple):
    """What a mode asks of the page's event: when to run, from what, into what.

    `answer` takes the visit and the values of `inputs`, and yields {component: value}. `subject` says, besides the
    picture, what its main result is about.
    """

    triggers: Sequence[Callable]
    inputs: Sequence[Component]
    outputs: Sequence[Component]
    answer: Callable[..., Iterator[dict[Component, object]]]
    subject: Sequence[Component] = ()
