"""Other ways to rescale a picture, beside ours: classic filters, and networks trained as ours was. Knows no page."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from demo.service import Photo, model_name, network, rescale
from irn_core.measure.filters import FILTERS, bicubic_lr
from irn_core.measure.scores import Scores, score
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


def rivals_of(scale: int) -> list[str]:
    """What the viewer does not show anyway."""
    return ["lanczos", *trained(scale)]


def entrants(scale: int) -> list[str]:
    """Who competes at a scale, ours last."""
    return [*FILTERS, *trained(scale), model_name(scale)]


def fair_key(name: str) -> str:
    """What kind of entrant it is: a filter, one of ORDER, or `ours`."""
    return next((part for part in (*FILTERS, *ORDER) if part in name.split("-")), "ours")


@lru_cache(maxsize=32)
def compete(photo: Photo, scale: int, name: str) -> Entry:
    """The picture by one of `entrants`, likeliest z where there is one. Cached by content."""
    if name == model_name(scale):
        found = rescale(photo, scale)
        lr, x_hat = found.lr, found.reconstruction
    elif name in FILTERS:
        lr, x_hat = FILTERS[name](photo.pixels, scale)
    else:
        net = network(name)
        lr = downscale(net, photo.pixels)
        x_hat = upscale(net, lr, size=photo.size)
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
