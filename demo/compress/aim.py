"""What a file is aimed at: the controls, and the file that comes of them, compressed here or opened by the visitor."""

from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import gradio as gr
from gradio.components import Component

from demo.compress.coded import (
    BPP,
    BYTES,
    ICN,
    MODELS,
    QUALITY,
    TARGETS,
    Shown,
    aim_option,
    compress,
    open_icn,
    setting_for,
)
from demo.kit.address import Held
from demo.kit.events import QUIET, Visit, refusals
from demo.kit.limits import Limits, limit
from demo.kit.link import choice, number
from demo.kit.words import say, speak, words
from demo.kit.work import one_turn
from demo.photo import Photo
from irn_core.coding.icn_file import QUALITY_STEPS

FIRST_QUALITY = 17
"""About 0.15 bits per pixel of a photograph, where codecs differ to the eye."""
AMOUNTS = (Limits(0, 100, FIRST_QUALITY), Limits(0.0001, 1000, 1), Limits(1, 1e9, 30000, True))
AIMS = ("quality", "bpp", "bytes")
"""What links call the TARGETS."""


class Aim(NamedTuple):
    """Which picture, what its file is aimed at, and which of MODELS makes it."""

    photo: Photo
    target: str
    amount: float
    model: str


class AimControls:
    """Which network, what to aim at, and a field for each aim, of which that of the target is seen."""

    def __init__(self):
        named = words("compress.models")
        self.model = gr.Radio(
            [(named[key], key) for key in MODELS], value=ICN, label=say("compress.model_label"),
            info=say("compress.model"), elem_id="codec-model",
        )  # fmt: skip
        self.target = gr.Radio(
            [(say(f"compress.targets.{key}"), key) for key in TARGETS], value=QUALITY,
            label=say("compress.target_label"), info=say("compress.target"), elem_id="target",
        )  # fmt: skip
        labels, amount = words("compress.targets"), say("compress.amount")
        self.quality = gr.Slider(
            0, 100, FIRST_QUALITY, step=1, label=labels[QUALITY], info=say("compress.quality"), elem_id="quality"
        )  # fmt: skip
        self.bpp = gr.Number(1, label=labels[BPP], info=amount, step=0.01, visible=False, elem_id="bpp")
        self.bytes = gr.Number(
            30000, label=labels[BYTES], info=amount, precision=0, step=1000, visible=False, elem_id="bytes"
        )  # fmt: skip
        fields = (self.quality, self.bpp, self.bytes)
        self.fields = [limit(field, limits) for field, limits in zip(fields, AMOUNTS, strict=True)]
        self.triggers = [
            self.model.input, self.quality.change, self.bpp.submit, self.bpp.blur, self.bytes.submit, self.bytes.blur,
        ]  # fmt: skip

    def wire(self, visit: gr.State) -> None:
        """Let the target choose which field is seen."""
        self.target.input(switch_target, [visit, self.target], self.fields, **QUIET)

    def links(self, mode: str) -> list[Held]:
        """What of them stands in links to a mode: the network, and of the three amounts the one that is aimed at."""
        when = {"mode": mode}
        target = choice("target", AIMS[0], AIMS, when=when)
        amounts = [
            Held(number(name, *limits, when=when | {"target": name}), field, show=self._shown)
            for name, field, limits in zip(AIMS, self.fields, AMOUNTS, strict=True)
        ]
        model = Held(choice("model", ICN, MODELS, when=when), self.model)
        return [
            model,
            Held(target, self.target, names=dict(zip(TARGETS, AIMS, strict=True)), show=self._shown),
            *amounts,
        ]

    def _shown(self, values: dict[str, object]) -> dict[Component, object]:
        """The target and the field of its amount, from what a link says."""
        named = dict(zip(AIMS, self.fields, strict=True))
        aim = values["target"]
        shown = {field: gr.update(visible=name == aim) for name, field in named.items()}
        shown[named[aim]] = gr.update(visible=True, value=values[aim])
        return shown | {self.target: TARGETS[AIMS.index(aim)]}


def switch_target(visit: Visit, target: str) -> list:
    """Show the field of the target; its number is that of the present file."""
    updates = [gr.update(visible=target == name) for name in TARGETS]
    if shown := visit.shown.get("file"):
        updates[1]["value"], updates[2]["value"] = round(shown.coded.bpp, 4), len(shown.coded.data)
    return updates


class Opened(NamedTuple):
    """An .icn file that the visitor has opened, and the aim that was set then: None until the next request."""

    shown: Shown
    aim: Aim | None


@one_turn
def read_icn(visit: Visit, path: str, asked: int) -> int:
    """Open a visitor's .icn file."""
    speak(visit.language)
    name = unquote(Path(path).name)
    with refusals():
        coded = open_icn(path, name)
    aim = aim_option(QUALITY, coded.setting / QUALITY_STEPS, coded.codec)
    visit.kept["opened"] = Opened(Shown(name, coded, None, aim), None)
    return asked + 1


def opened(visit: Visit, aim: Aim) -> Shown | None:
    """The file that the visitor has opened, until another picture or another aim is chosen."""
    found = visit.kept.get("opened")
    if found and found.aim is None:
        found = visit.kept["opened"] = found._replace(aim=aim)
    return found.shown if found and found.aim == aim else None


def compressed(aim: Aim) -> Shown:
    """The picture as a file.

    Raises:
        IRNError: no file is as small as that.
    """
    coded = compress(aim.photo, setting_for(*aim), aim.model)
    return Shown(aim.photo.name, coded, aim.photo, aim_option(aim.target, aim.amount, aim.model))
