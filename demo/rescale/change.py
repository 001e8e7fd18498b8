"""The map of a change, for tabs that edit the LR or z."""

from collections.abc import Sequence

import numpy as np

from demo.kit.cards import Card
from demo.kit.words import say
from demo.rescale.footprint import Footprint

UNDER, BEYOND = (47, 127, 216), (224, 123, 57)
"""Colours of a change where something was edited, and of one beyond it: blue and orange, as in the plots."""


def changed_card(found: Footprint, sentence: str, places: Sequence[str]) -> Card:
    """The map of a change; `places` name what was edited, what lies beyond it, and the distance between them."""
    under, beyond, farthest = places
    return Card(
        say("kit.changed"), f"{found.reach} px", change_map(found), sentence,
        (
            (under, say("kit.of_picture", share=found.edited.mean())),
            (beyond, say("kit.of_rest", share=found.beyond)),
            (farthest, f"{found.reach} px"),
            (say("kit.limit"), f"{found.radius} px"),
        ),
    )  # fmt: skip


def change_map(found: Footprint) -> np.ndarray:
    """H×W×3 uint8: black where nothing changed; any change is visible, and brightest from 64 grey levels up."""
    strength = np.where(found.change > 0, 0.3 + 0.7 * np.minimum(found.change / 64, 1), 0)
    colours = np.where(found.edited[..., None], UNDER, BEYOND)
    return (colours * strength[..., None]).round().astype(np.uint8)
