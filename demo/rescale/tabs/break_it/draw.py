"""Experiments drawn: cards with figures and the reason."""

from collections.abc import Sequence

from demo.kit.cards import Card, cards, growing_cards
from demo.kit.numbers import decibels, gain, kilobytes
from demo.kit.words import say, words
from demo.rescale.change import changed_card
from demo.rescale.tabs.break_it.compute import Edit, Experiment
from irn_core.ops.tiling import Window


def experiment_cards(found: Sequence[Experiment], total: int, seen: Window, **values: object) -> str:
    """What is computed so far, the untouched LR first, and how much is to come; of each picture the same part.

    `values` fill the places of the sentences: scale, quality, sigma, model, other, rugged.
    """
    items = []
    for one in found:
        said = words(f"break_it.experiments.{one.name}")
        title, sentence = (said[part].format(**values) for part in ("title", "sentence"))
        part = one.pixels[seen.rows, seen.columns]
        items.append(
            Card(title, decibels(one.psnr_y), one.pixels, sentence, _facts(one, found[0], values["scale"]), part)
        )
    return growing_cards(items, total - len(found))


def finding(found: Sequence[Experiment], **values: object) -> str:
    """What the usual JPEG does to the LR, and what helps against it."""
    by_name = {one.name: one for one in found}
    usual, trained = by_name["jpeg 4:2:0"], by_name.get("made for jpeg 4:2:0")
    said = say(
        "break_it.finding.jpeg", quality=values["quality"], ours=decibels(usual.psnr_y),
        untouched=decibels(found[0].psnr_y), bicubic=decibels(usual.bicubic_psnr_y),
    )  # fmt: skip
    if trained:
        said += say("break_it.finding.trained", rugged=values["rugged"], psnr=decibels(trained.psnr_y))
    return said


def _facts(one: Experiment, reference: Experiment, scale: int) -> tuple[tuple[str, str], ...]:
    facts, said = [], words("break_it.facts")
    if one is not reference:
        facts.append((said["untouched"], gain(one.psnr_y, reference.psnr_y)))
    facts.append((said["bicubic"], decibels(one.bicubic_psnr_y)))
    if one.file_bytes is not None:
        facts.append((said["file"], kilobytes(one.file_bytes)))
    if one.aligned_psnr_y is not None:
        facts.append((said["moved"].format(scale), decibels(one.aligned_psnr_y)))
    if one.lr_psnr is not None:
        facts.append((said["lr"], decibels(one.lr_psnr)))
    if one.raw_size is not None:
        facts.append((said["raw"], f"{one.raw_size[1]}×{one.raw_size[0]}"))
    return tuple(facts)


def edit_cards(found: Edit) -> str:
    """The picture from the LR that was drawn on, and where it differs from the one before."""
    picture = Card(
        say("break_it.edited"), decibels(found.psnr_y), found.pixels, say("break_it.edited_sentence"),
        (
            (say("break_it.facts.bicubic"), decibels(found.bicubic_psnr_y)),
            (say("break_it.facts.again"), decibels(found.again_psnr)),
        ),
    )  # fmt: skip
    return cards([picture, changed_card(found, say("break_it.changed"), words("break_it.places"))])
