"""Rivals as pieces of HTML: a card for each, with its scores and what it keeps, abandons or models."""

from collections.abc import Iterator

from demo import text
from demo.experiments import detail
from demo.fair import Entry, compete, entrants, fair_key, trained
from demo.panels import Card, decibels, growing_cards, ssim_text
from demo.service import Photo


def fair_cards(photo: Photo, scale: int) -> Iterator[str]:
    """All entrants as they come, ours last; of each picture the same detail."""
    names, items = entrants(scale), []
    alone = "" if trained(scale) else f"<p class='hint'>{text.FAIR_ALONE}</p>"
    seen = detail(photo, scale)
    for name in names:
        entry = compete(photo, scale, name)
        items.append(_card(entry)._replace(part=entry.x_hat[seen.rows, seen.columns]))
        yield alone + growing_cards(items, len(names) - len(items))


def _card(entry: Entry) -> Card:
    key, scores = fair_key(entry.name), entry.scores
    facts = [
        ("PSNR-RGB", decibels(scores.psnr_rgb)),
        ("SSIM-Y", ssim_text(scores.ssim_y)),
        ("LR against bicubic", decibels(scores.lr_psnr)),
    ]
    if entry.params:
        facts.append(("Parameters", f"{entry.params:,}"))
    if entry.steps:
        facts.append(("Training", f"{entry.steps:,} steps in {entry.minutes:g} min"))
    return Card(text.FAIR_NAMES[key], decibels(scores.psnr_y), entry.x_hat, text.FAIR_SENTENCES[key], tuple(facts))
