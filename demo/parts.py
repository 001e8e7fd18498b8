"""What all modes of the page are built from: event options, controls of a draw, files to download, errors."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import gradio as gr
from gradio.utils import get_upload_folder

from demo import text
from demo.served import write_once
from irn_core.errors import IRNError

ONE_AT_A_TIME = {"concurrency_id": "model", "concurrency_limit": 1}
HIDDEN = {"show_progress": "hidden", "api_visibility": "private"}
QUIET = {**HIDDEN, "queue": False}
"""For events that cannot fail: outside the queue an error would reach the visitor as a bare code 500."""


class Limits(NamedTuple):
    """What a number box may hold, and what an empty one stands for."""

    low: float
    high: float
    first: float
    whole: bool = False


TAU = Limits(0, 1.5, 1.0)
COUNT = Limits(1, 16, 4, whole=True)
SEED = Limits(0, 2**31 - 1, 0, whole=True)


def clean(*limits: Limits | None) -> str:
    """JavaScript that puts the leading inputs of an event within limits: a box may be empty while it is edited."""
    return f"""(...values) => {json.dumps(limits)}.reduce((cleaned, limit, i) => {{
      if (!limit) return cleaned;
      const [low, high, first, whole] = limit;
      const value = Math.min(Math.max(cleaned[i] ?? first, low), high);
      return cleaned.with(i, whole ? Math.round(value) : value);
    }}, values)"""


class DrawControls(NamedTuple):
    """How the lost part is drawn; in a mode's events the last three follow each other."""

    resample: gr.Button
    tau: gr.Slider
    count: gr.Slider
    seed: gr.Number


def draw_controls(prefix: str, words: text.DrawWords) -> DrawControls:
    """The button and the three fields; element ids begin with `prefix`."""
    resample = gr.Button(words.button, variant="primary", elem_id=f"{prefix}resample")
    gr.HTML(f"<p class='hint'>{words.resample}</p>")
    return DrawControls(
        resample,
        gr.Slider(*TAU[:3], step=0.05, label="Temperature τ", info=words.tau, elem_id=f"{prefix}tau"),
        gr.Slider(*COUNT[:3], step=1, label="Draws", info=words.count, elem_id=f"{prefix}count"),
        gr.Number(SEED.first, label="Seed", info=words.seed, precision=0, elem_id=f"{prefix}seed"),
    )


def next_seed(count: int, seed: int) -> int:
    """The first seed that the present draws have not used."""
    return (seed + count) % SEED.high


def only_while(value: str, generate: Callable[..., Iterator]) -> Callable[..., Iterator]:
    """An event that does nothing unless its last input, the side of the page that is worked on, has this value."""

    def run(*inputs) -> Iterator:
        if inputs[-1] == value:
            yield from generate(*inputs[:-1])
        else:
            yield gr.skip()  # a generator without a value would empty its outputs

    return run


class Turn:
    """Which request of a visitor is the newest, for slow events: work for an older one stops at its next step.

    Not by Gradio's own `cancels`, which answers with an error when the event ends at the same moment.
    """

    def __init__(self):
        self.number = 0

    def take(self) -> None:
        self.number += 1

    def keep(self, steps: Iterable) -> Iterator:
        """The steps, as long as nobody takes the next turn."""
        mine = self.number
        for step in steps:
            yield step
            if self.number != mine:
                return


class Turns(NamedTuple):
    """States that hold a visitor's `Turn`s: what follows a new result, and what follows a look into another tab."""

    result: gr.State
    tab: gr.State


def taking(*turns: gr.State) -> dict:
    """The event that takes turns. Listeners run in the order of their making: this one has to come first."""
    return {"fn": _take, "inputs": list(turns), **QUIET}


def _take(*turns: Turn) -> None:
    for turn in turns:
        turn.take()


def in_turn(side: str, generate: Callable[..., Iterator]) -> Callable[..., Iterator]:
    """An event of one side of the page whose inputs are its turn, those of `generate`, and the side."""
    return only_while(side, lambda turn, *inputs: turn.keep(generate(*inputs)))


@contextmanager
def refusals() -> Iterator[None]:
    """Show what the visitor can mend as a message; the page stays as it is."""
    try:
        yield
    except IRNError as error:
        message = f"{error}. The previous result stays."
        raise gr.Error(message, title="That did not work", print_exception=False) from error


def figure(name: str, alt: str) -> gr.Image:
    """A plot, drawn by matplotlib."""
    return gr.Image(
        type="pil", format="png", image_mode="RGBA", interactive=False, show_label=False, container=False, alt_text=alt,
        buttons=["download", "fullscreen"], elem_id=f"{name}-figure",
    )  # fmt: skip


def command_lines() -> gr.Code:
    """The same on a command line, folded away."""
    with gr.Accordion("The same on a command line", open=False):
        return gr.Code(language="shell", interactive=False, show_label=False, wrap_lines=True)


def download(name: str, content: bytes) -> str:
    """A file to download under `name`, in the folder that Gradio serves and cleans up."""
    path = Path(get_upload_folder()) / hashlib.sha256(content).hexdigest() / name
    return write_once(path, lambda stream: stream.write(content))


def stem(name: str) -> str:
    """The name of a picture as the beginning of the names of files made from it."""
    return Path(name).stem.replace(" ", "-")
