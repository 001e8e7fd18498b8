"""Controls and files that several modes have: how a draw is made, plots, downloads, command lines."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import gradio as gr
from gradio.components import Component
from gradio.utils import get_upload_folder

from demo.kit.address import Held
from demo.kit.events import HIDDEN, MODEL
from demo.kit.limits import Limits, clean, limit
from demo.kit.link import number
from demo.kit.served import write_once
from demo.kit.words import anew, hint, lasting, say, words

TAU = Limits(0, 1.5, 1.0)
COUNT = Limits(1, 16, 4, whole=True)
SEED = Limits(0, 2**31 - 1, 0, whole=True)


class DrawControls(NamedTuple):
    """How the lost part is drawn; in a mode's events the last three follow each other."""

    resample: gr.Button
    tau: gr.Slider
    count: gr.Slider
    seed: gr.Number

    @property
    def triggers(self) -> list:
        """What asks for other draws; Resample does by the seed."""
        return [self.tau.change, self.count.change, self.seed.change]

    def links(self, mode: str) -> list[Held]:
        """How draws are made, as parts of links to a mode."""
        parts = (("tau", self.tau, TAU), ("draws", self.count, COUNT), ("seed", self.seed, SEED))
        return [Held(number(name, *limits, when={"mode": mode}), field) for name, field, limits in parts]


def draw_controls(prefix: str, key: str) -> DrawControls:
    """The button and the three fields; element ids begin with `prefix`, the words stand under `key`."""
    said = words(key)
    resample = gr.Button(said["button"], variant="primary", elem_id=f"{prefix}resample")
    tau = gr.Slider(*TAU[:3], step=0.05, label=say("kit.tau"), info=said["tau"], elem_id=f"{prefix}tau")
    with gr.Accordion(said["more"], open=False):
        gr.HTML(lasting(lambda: hint(anew(said["resample"]))))
        count = gr.Slider(*COUNT[:3], step=1, label=say("kit.draws"), info=said["count"], elem_id=f"{prefix}count")
        seed = gr.Number(SEED.first, label=say("kit.seed"), info=said["seed"], precision=0, elem_id=f"{prefix}seed")
    made = DrawControls(resample, limit(tau, TAU), limit(count, COUNT), limit(seed, SEED))
    resample.click(next_seed, [made.count, made.seed], made.seed, js=clean([made.count, made.seed]), **HIDDEN)
    return made


def next_seed(count: int, seed: int) -> int:
    """The first seed that the present draws have not used."""
    return (seed + count) % SEED.high


def seeds(seed: int, count: int) -> range:
    """The seeds of draws 1 … count."""
    return range(seed, seed + count)


def figure(name: str) -> gr.HTML:
    """The place of plots (see plots.py)."""
    return gr.HTML(elem_id=f"{name}-figure")


def command_lines() -> gr.Code:
    """The same on a command line, folded away."""
    with gr.Accordion(say("kit.command_line"), open=False):
        return gr.Code(language="shell", interactive=False, show_label=False, wrap_lines=True)


def python_code(prefix: str = "") -> gr.Code:
    """The same in Python, folded away."""
    with gr.Accordion(say("kit.python"), open=False):
        return gr.Code(
            language="python", interactive=False, show_label=False, wrap_lines=True, elem_id=f"{prefix}python"
        )


class ReportButton:
    """A button that makes a file when it is pressed, and then saves it."""

    def __init__(self, prefix: str):
        self.id = f"{prefix}report-file"
        self.button = gr.Button(say("report.button"), size="sm", elem_id=f"{prefix}report")
        self.file = gr.DownloadButton(elem_id=self.id, elem_classes="unseen")

    def makes(self, make: Callable[..., str], inputs: list[Component]) -> None:
        """`make` returns the path of the file."""
        made = self.button.click(
            make, inputs, self.file, js=clean(inputs), show_progress_on=self.button, api_visibility="private", **MODEL
        )
        press = f"document.querySelector('#{self.id} a, a#{self.id}, #{self.id}').click()"
        made.success(None, None, None, js=f"() => setTimeout(() => {press}, 300)")  # once the page has the file


def download(name: str, content: bytes) -> str:
    """A file to download under `name`, in the folder that Gradio serves and cleans up."""
    path = Path(get_upload_folder()) / hashlib.sha256(content).hexdigest() / name
    return write_once(path, lambda stream: stream.write(content))


def stem(name: str) -> str:
    """The name of a picture as the beginning of the names of files made from it."""
    return Path(name).stem.replace(" ", "-")
