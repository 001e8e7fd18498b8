"""Experiments as small pieces of HTML: cards with figures and the reason."""

import math
from collections.abc import Sequence

import numpy as np

from demo import text
from demo.experiments import Edit, Experiment, detail, other_model_name
from demo.footprint import Footprint
from demo.panels import Card, cards, decibels, growing_cards, kilobytes
from demo.service import Photo, model_name

UNDER, BEYOND = (47, 127, 216), (224, 123, 57)
"""Colours of a change where something was edited, and of one beyond: blue and orange, as in the plots."""


def experiment_cards(
    photo: Photo, scale: int, quality: int, sigma: float, found: Sequence[Experiment], total: int
) -> str:  # fmt: skip
    """What is computed so far, the untouched LR first, and how much is to come; of each picture the same detail."""
    words = {"scale": scale, "quality": quality, "sigma": sigma, "model": model_name(scale),
             "other": other_model_name(scale)}  # fmt: skip
    seen = detail(photo, scale)
    items = []
    for one in found:
        title, sentence = (part.format(**words) for part in text.EXPERIMENTS[one.name])
        part = one.pixels[seen.rows, seen.columns]
        items.append(Card(title, decibels(one.psnr_y), one.pixels, sentence, _facts(one, found[0], scale), part))
    return growing_cards(items, total - len(found))


def _facts(one: Experiment, reference: Experiment, scale: int) -> tuple[tuple[str, str], ...]:
    facts = []
    if one is not reference:
        facts.append(("Against the untouched LR", gain(one.psnr_y, reference.psnr_y)))
    facts.append(("Bicubic upscaling of the same LR", decibels(one.bicubic_psnr_y)))
    if one.file_bytes is not None:
        facts.append(("LR as a file", kilobytes(one.file_bytes)))
    if one.aligned_psnr_y is not None:
        facts.append((f"Against the original moved by {scale} pixels", decibels(one.aligned_psnr_y)))
    if one.raw_size is not None:
        facts.append(("Size before resizing", f"{one.raw_size[1]}×{one.raw_size[0]}"))
    return tuple(facts)


def gain(ours: float, reference: float) -> str:
    """A difference in dB; a dash where a picture is exact."""
    return "—" if math.isinf(ours) or math.isinf(reference) else f"{ours - reference:+.2f} dB".replace("-", "−")


def edit_cards(found: Edit) -> str:
    """The picture from the LR that was drawn on, and where it differs from the one before."""
    picture = Card(
        text.EDITED, decibels(found.psnr_y), found.pixels, text.EDITED_SENTENCE,
        (
            ("Bicubic upscaling of the same LR", decibels(found.bicubic_psnr_y)),
            ("Downscaled again, PSNR-RGB to your LR", decibels(found.again_psnr)),
        ),
    )  # fmt: skip
    return cards([picture, changed_card(found, text.CHANGED_SENTENCE, text.STROKES)])


def changed_card(found: Footprint, sentence: str, places: tuple[str, str, str]) -> Card:
    """The map of a change; `places` name what was edited, what lies beyond it, and the distance between them."""
    under, beyond, farthest = places
    return Card(
        text.CHANGED, f"{found.reach} px", change_map(found), sentence,
        (
            (under, f"{found.edited.mean():.2%} of the picture"),
            (beyond, f"{found.beyond:.2%} of the rest"),
            (farthest, f"{found.reach} px"),
            ("Limit by the network's layers", f"{found.radius} px"),
        ),
    )  # fmt: skip


def change_map(found: Footprint) -> np.ndarray:
    """H×W×3 uint8: black where nothing changed; any change is visible, and brightest from 64 grey levels up."""
    strength = np.where(found.change > 0, 0.3 + 0.7 * np.minimum(found.change / 64, 1), 0)
    colours = np.where(found.edited[..., None], UNDER, BEYOND)
    return (colours * strength[..., None]).round().astype(np.uint8)
