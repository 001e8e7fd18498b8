"""The tab "Rivals": other ways to rescale a picture, beside ours: classic filters, and networks trained as ours was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import gradio as gr
import numpy as np

from demo.kit.cache import cached
from demo.kit.cards import Card, growing_cards
from demo.kit.numbers import decibels, ssim_text
from demo.kit.tab import Tab
from demo.kit.viewer import ViewerImage
from demo.kit.words import hint, say, words
from demo.photo import Photo
from demo.rescale.footprint import detail
from demo.rescale.rescaled import Request, network, rescale, scale_of
from irn_core.measure.filters import FILTERS, bicubic_lr
from irn_core.measure.scores import Scores, score
from irn_core.ops.tiling import Window
from irn_core.rescale import downscale, upscale
from irn_core.weights import find_weights, list_rivals, read_info

ORDER = ("sr", "joint", "paper", "short")
"""Rivals' weights are named by one of these."""


class Entry(NamedTuple):
    """What one of them makes of a picture: LR h×w×3 and x_hat H×W×3 uint8. Filters have no parameters; how a rival was
    trained is known, ours took many runs.
    """

    name: str
    lr: np.ndarray
    x_hat: np.ndarray
    scores: Scores
    params: int = 0
    steps: int = 0
    minutes: float = 0


def trained(scale: int) -> list[str]:
    """The rivals that were trained at a scale."""
    names = [path.stem for path in list_rivals() if read_info(path).config.scale == scale]
    return sorted(names, key=lambda name: ORDER.index(fair_key(name)))


def entrants(net: str) -> list[str]:
    """Who competes with a network of ours, which comes last."""
    return [*FILTERS, *trained(scale_of(net)), net]


def fair_key(name: str) -> str:
    """What kind of entrant it is: a filter, one of ORDER, or `ours`."""
    return next((part for part in (*FILTERS, *ORDER) if part in name.split("-")), "ours")


def title(entry: Entry) -> str:
    """What the page calls an entrant; of ours that ships there is one for each kind of draws."""
    key = fair_key(entry.name)
    said = words("rivals.names")[key]
    return f"{said} ({entry.name})" if key == "ours" else said


@cached
def compete(photo: Photo, net: str, name: str) -> Entry:
    """The picture by one of the `entrants` of a network, likeliest z where there is one. Cached by content."""
    scale = scale_of(net)
    if name == net:
        found = rescale(photo, net)
        lr, x_hat = found.lr, found.reconstruction
    elif name in FILTERS:
        lr, x_hat = FILTERS[name](photo.pixels, scale)
    else:
        rival = network(name)
        lr = downscale(rival, photo.pixels)
        x_hat = upscale(rival, lr, size=photo.size)
    scores = score(photo.pixels, x_hat, lr, bicubic_lr(photo.pixels, scale), scale)
    return Entry(name, lr, x_hat, scores, *_effort(name))


def _effort(name: str) -> tuple[int, int, float]:
    """Parameters, steps, minutes."""
    if name in FILTERS:
        return 0, 0, 0.0
    info = read_info(find_weights(name))
    if fair_key(name) not in ORDER:
        return info.params, 0, 0.0
    return info.params, info.training["steps"], info.training["minutes"]


@dataclass(frozen=True, eq=False)
class Competition:
    """The entries so far, of how many, the part of the picture that shows most, and whether rivals were trained."""

    entries: tuple[Entry, ...]
    total: int
    seen: Window
    alone: bool


class Rivals(Tab[Request, Competition]):
    key = "rivals"

    def build(self) -> None:
        self.outputs = {"cards": gr.HTML(say("kit.computing"), elem_id="fair-cards")}

    def compute(self, request: Request) -> Iterator[Competition]:
        photo, net = request.photo, request.net
        names, entries = entrants(net), ()
        seen, alone = detail(rescale(photo, net), photo), not trained(request.scale)
        for name in names:
            entries += (compete(photo, net, name),)
            yield Competition(entries, len(names), seen, alone)

    def progress(self, found: Competition) -> tuple[int, int]:
        return len(found.entries), found.total

    def draw(self, found: Competition) -> dict[str, object]:
        alone = hint(say("rivals.alone")) if found.alone else ""
        items = [_card(entry, found.seen) for entry in found.entries]
        return {"cards": alone + growing_cards(items, found.total - len(items))}

    def finding(self, found: Competition) -> str:
        return finding(found) if len(found.entries) == found.total else ""

    def picture_keys(self) -> Sequence[str]:
        return [name for name in (*FILTERS, *(path.stem for path in list_rivals())) if name != "bicubic"]

    def pictures(self, found: Competition) -> Sequence[ViewerImage]:
        return [
            ViewerImage(entry.name, f"{title(entry)} · {decibels(entry.scores.psnr_y)}", entry.x_hat)
            for entry in found.entries
            if fair_key(entry.name) not in ("bicubic", "ours")  # those the viewer has anyway
        ]


def finding(found: Competition) -> str:
    """Who comes closest, and who does of those that were trained alike."""
    ranked = sorted(found.entries, key=lambda entry: -entry.scores.psnr_y)
    best, second = ranked[:2]
    if decibels(best.scores.psnr_y) == decibels(second.scores.psnr_y):
        return say("rivals.finding.tie", psnr=decibels(best.scores.psnr_y))
    said = say(
        "rivals.finding.best", best=title(best), psnr=decibels(best.scores.psnr_y), second=title(second),
        less=decibels(second.scores.psnr_y),
    )  # fmt: skip
    alike = [entry for entry in ranked if entry.steps]
    if len(alike) > 1 and alike[0] not in (best, second):
        values = {"count": len(alike), "best": title(alike[0]), "psnr": decibels(alike[0].scores.psnr_y)}
        said += say("rivals.finding.alike", **values)
    return said


def _card(entry: Entry, seen: Window) -> Card:
    key, scores, said = fair_key(entry.name), entry.scores, words("rivals.facts")
    facts = [
        ("PSNR-RGB", decibels(scores.psnr_rgb)),
        ("SSIM-Y", ssim_text(scores.ssim_y)),
        (said["lr"], decibels(scores.lr_psnr)),
    ]
    if entry.params:
        facts.append((said["params"], f"{entry.params:,}"))
    if entry.steps:
        facts.append((said["training"], said["effort"].format(steps=entry.steps, minutes=entry.minutes)))
    sentence = words("rivals.sentences")[key]
    part = entry.x_hat[seen.rows, seen.columns]
    return Card(title(entry), decibels(scores.psnr_y), entry.x_hat, sentence, tuple(facts), part)
