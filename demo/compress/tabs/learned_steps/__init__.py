"""The tab "Learned coding, step by step": latents and their bits, rounding and noise, soft quantisation, R + λ·D."""

import re
from collections.abc import Iterator, Sequence

import gradio as gr
from markupsafe import Markup

from demo.compress.coded import Coded, Request
from demo.compress.draw import opened_finding
from demo.compress.tabs.learned_steps.compute.latent import AUTOENCODER, ICN, NETS, ONLY_LEVEL, Latent, look
from demo.compress.tabs.learned_steps.compute.noise import Noise, compare
from demo.compress.tabs.learned_steps.compute.soft import Soft, soften
from demo.compress.tabs.learned_steps.compute.trade import Trade, trade
from demo.compress.tabs.learned_steps.draw.latent import latent_finding, latent_html
from demo.compress.tabs.learned_steps.draw.noise import KEYS, noise_finding, noise_html, noise_pictures
from demo.compress.tabs.learned_steps.draw.soft import soft_finding, soft_html
from demo.compress.tabs.learned_steps.draw.trade import trade_finding, trade_html
from demo.kit.events import QUIET
from demo.kit.limits import Limits, limit
from demo.kit.picker import choice_of_cell, read_cell, read_layer
from demo.kit.tab import Tab, paced
from demo.kit.viewer import ViewerImage
from demo.kit.words import say
from irn_core.coding.icn_file import QUALITY_STEPS

STEPS = LATENT, NOISE, SOFT, TRADE = ("latent", "noise", "soft", "trade")
QUALITY = Limits(0, 100, 50, True)
DEPTHS, FIRST_DEPTH = (1, 2, 3, 4), 2
LEVELS, FIRST_LEVEL = range(6), 2
FIELD = "learned-place"
Found = Latent | Noise | Soft | Trade | Coded


class LearnedSteps(Tab[Request, Found]):
    key = "learned_steps"

    def build(self) -> None:
        step = gr.Radio(
            [(say(f"learned_steps.steps.{key}"), key) for key in STEPS], value=LATENT,
            label=say("learned_steps.step"), show_label=False, container=False, elem_id="learned-step",
        )  # fmt: skip
        with gr.Row():
            net = gr.Radio(
                [(say(f"learned_steps.nets.{key}"), key) for key in NETS], value=AUTOENCODER,
                label=say("learned_steps.net"), elem_id="learned-net",
            )  # fmt: skip
            quality = gr.Slider(*QUALITY[:3], step=1, label=say("learned_steps.quality"), elem_id="learned-quality")
            level = gr.Radio(
                [(str(level + 1), level) for level in LEVELS], value=FIRST_LEVEL,
                label=say("learned_steps.level"), visible=False, elem_id="learned-level",
            )  # fmt: skip
            depth = gr.Radio(
                list(DEPTHS), value=FIRST_DEPTH,
                label=say("learned_steps.depth"), visible=False, elem_id="learned-depth",
            )  # fmt: skip
        limit(quality, QUALITY)
        place = choice_of_cell(FIELD)
        self.inputs = {
            "step": step, "net": net, "quality": quality, "level": level, "depth": depth, "place": place,
        }  # fmt: skip
        self.triggers = [step.input, net.input, quality.change, level.input, depth.input, place.change]
        self.outputs = {"body": gr.HTML(say("kit.computing"), elem_id="learned-body")}
        for control in (step, net):  # which controls belong to what is chosen
            control.input(_fitting, [step, net], [net, quality, level, depth], **QUIET)

    def compute(
        self, request: Request, step: str = LATENT, net: str = AUTOENCODER, quality: float = QUALITY.first,
        level: int = FIRST_LEVEL, depth: int = FIRST_DEPTH, place: str = "",
    ) -> Iterator[Found]:  # fmt: skip
        photo, coded = request.shown.photo, request.shown.coded
        level = level if net == ICN else ONLY_LEVEL
        setting = int(quality * QUALITY_STEPS) if net == AUTOENCODER else coded.setting
        if photo is None:
            yield coded
        elif step == LATENT:
            yield look(photo, net, setting, level, read_place(place, net, level))
        elif step == NOISE:
            yield compare(photo, net, setting)
        elif step == SOFT:
            yield soften(photo, depth)
        else:
            yield from paced(trade(photo, net, setting))

    def draw(self, found: Found) -> dict[str, object]:
        return {"body": _body(found)}

    def finding(self, found: Found) -> str:
        match found:
            case Latent():
                return latent_finding(found)
            case Noise():
                return noise_finding(found)
            case Soft():
                return soft_finding(found)
            case Trade():
                return trade_finding(found)
        return opened_finding(found)

    def picture_keys(self) -> Sequence[str]:
        return KEYS

    def pictures(self, found: Found) -> Sequence[ViewerImage]:
        """The two of rounding and noise."""
        return noise_pictures(found) if isinstance(found, Noise) else ()


def _body(found: Found) -> Markup | str:
    match found:
        case Latent():
            return latent_html(FIELD, found)
        case Noise():
            return noise_html(found)
        case Soft():
            return soft_html(found)
        case Trade():
            return trade_html(found)
    return say("compress.no_original")


def _fitting(step: str, net: str) -> list:
    """The controls that a step has."""
    coded, icn = step != SOFT, net == ICN
    shown = (coded, coded and not icn, step == LATENT and icn, step == SOFT)
    return [gr.update(visible=visible) for visible in shown]


def read_place(text: str, net: str, level: int) -> tuple[int, int, int] | None:
    """Channel, row and column of a choice, which may have been made in another level; None before there is one."""
    cell = read_cell(text, (10**6, 10**6))
    layer = re.fullmatch(r"(\w+)\.(\d)\.(\d+)", read_layer(text))
    if not cell or not layer or layer[1] != net:
        return None
    row, column = (int((part + 0.5) * 2 ** (int(layer[2]) - level)) for part in cell)
    return int(layer[3]), row, column
