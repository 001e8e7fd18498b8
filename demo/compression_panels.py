"""Results of Compress mode as small pieces of HTML: the table beside the viewer, charts, cards."""

import math
from collections.abc import Callable

from demo.analysis import Variability
from demo.bits import Account
from demo.chart import Dot, Line, chart
from demo.compression import NAMES, TARGETS, Coded, match
from demo.curves import SCALES, Claim, Point, Progress, claim, published
from demo.panels import Card, cards, decibels, kilobytes, psnr_text, seconds_text, ssim_text
from demo.service import Photo
from irn_core.coding.icn_file import QUALITY_STEPS


def byte_count(coded: Coded) -> str:
    return f"{len(coded.data):,} bytes"


def label(coded: Coded) -> str:
    """Name, size and PSNR-RGB of a picture in the viewer; the name ends at the comma."""
    size = byte_count(coded) if coded.fits else f"smallest possible: {byte_count(coded)}"
    psnr = f" · {decibels(coded.scores.psnr_rgb)}" if coded.scores else ""
    return f"{NAMES[coded.codec]}, {size}{psnr}"


def quality_text(coded: Coded) -> str:
    return f"quality {coded.setting / QUALITY_STEPS:.4g}"


def measures(coded: Coded, rivals: list[Coded], original_bytes: int | None, decoding: float | None) -> str:
    """The file: its size, its scores beside those of the rivals so far, and the times."""
    height, width = coded.pixels.shape[:2]
    rows = [(f"The file<small>{width}×{height}, {quality_text(coded)}</small>", byte_count(coded))]
    if original_bytes:
        share = len(coded.data) / original_bytes
        rows.append((f"Original as PNG<small>the file is {share:.1%} of it</small>", kilobytes(original_bytes)))
    times = f"{seconds_text(coded.seconds)}, {seconds_text(decoding)}"
    rows.append(("Time compress, decompress<small>when computed; compress with its preview</small>", times))
    facts = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows)
    psnr = f", PSNR-RGB {decibels(coded.scores.psnr_rgb)}" if coded.scores else ": no original, so no PSNR"
    return f"""<div class="measures">
<div class="headline"><b>{coded.bpp:.3f} bpp</b><span>{byte_count(coded)}{psnr}</span></div>
{_table([coded, *rivals]) if coded.scores else ""}<dl>{facts}</dl></div>"""


def _table(found: list[Coded]) -> str:
    """A line for each codec; the best of each figure in bold, among files that are no larger than the first."""
    columns = (("PSNR", ("psnr_rgb", "psnr_y"), psnr_text), ("SSIM", ("ssim_rgb", "ssim_y"), ssim_text))
    head = "".join(f"<th scope='col'>{name}<small>RGB, Y</small></th>" for name, _, _ in columns)
    body = ""
    for coded in found:
        pairs = ([_figure(found, coded, key, show) for key in keys] for _, keys, show in columns)
        cells = "".join(f"<td>{rgb}<small>{y}</small></td>" for rgb, y in pairs)
        size = byte_count(coded) if coded.fits else f"smallest: {byte_count(coded)}"
        body += f"<tr><th scope='row'>{NAMES[coded.codec]}<small>{size}</small></th>{cells}</tr>"
    return f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table>"


def _figure(found: list[Coded], coded: Coded, key: str, show: Callable[[float], str]) -> str:
    value = getattr(coded.scores, key)
    best = max(getattr(other.scores, key) for other in found if other.fits)
    return f"<b class='best'>{show(value)}</b>" if coded.fits and value == best else show(value)


def aim_option(target: str, amount: float) -> str:
    """What aims at one of TARGETS on a command line."""
    return f"{dict(zip(TARGETS, ('--quality', '--bpp', '--bytes'), strict=True))[target]} {amount:.10g}"


def commands(aim: str, tau: float, seed: int) -> str:
    """The lines that give the same files on a command line."""
    return (
        f"python -m irn_core compress picture.png picture.icn {aim}\n"
        f"python -m irn_core decompress picture.icn decoded.png --tau 0\n"
        f"python -m irn_core decompress picture.icn draw-1.png --tau {tau:g} --seed {seed}\n"
        f"python -m irn_core info picture.icn"
    )


def draw_cards(found: Variability, tau: float, seed: int) -> str:
    """All draws of the lost part, each with its PSNR-RGB."""
    return cards(
        Card(f"Draw {k + 1}, τ = {tau:g}, seed {seed + k}", decibels(psnr), pixels)
        for k, (pixels, psnr) in enumerate(zip(found.draws, found.psnr, strict=True))
    )


def level_cards(found: Account, coded: Coded) -> str:
    """The decoded picture as it grows, each stage with the bytes that it needs."""
    items = [
        Card(f"{low.shape[1]}×{low.shape[0]}", f"{spent:,} bytes", low, f"{spent / found.size:.1%} of the file")
        for low, spent in zip(found.low_bands, found.spent(), strict=True)
    ]
    items.append(Card("Refined", f"{found.size:,} bytes", coded.pixels, "A net takes away what rounding left: no bits"))
    return f"<div class='pixelated'>{cards(items)}</div>"


def curve_chart(progress: Progress, here: Coded) -> str:
    """Rate–distortion curves of all codecs, with published ones as references."""
    lines = [
        Line(f"{n}, Kodak", "published", [Dot(*pair) for pair in pairs], False) for n, pairs in published().items()
    ]
    lines += [Line(NAMES[codec], codec, _dots(NAMES[codec], points)) for codec, points in progress.points.items()]
    return _progress(progress) + chart(lines, _here(here), "PSNR-RGB over bits per pixel of this picture, by codec")


def scale_chart(progress: Progress, codec: str, here: Coded) -> str:
    """One codec at full size and on the LR of each scale."""
    names = {scale: NAMES[codec] if scale == 1 else f"IRN ×{scale} + {NAMES[codec]}" for scale in SCALES}
    lines = [Line(names[s], f"{codec} scale-{s}", _dots(names[s], points)) for s, points in progress.points.items()]
    marked = _here(here) if codec == "icn" else None
    return _progress(progress) + chart(lines, marked, f"{NAMES[codec]} at full size and on smaller pictures")


def _dots(name: str, points: list[Point]) -> list[Dot]:
    return [Dot(p.bpp, p.psnr, f"{name}: {p.bpp:.3f} bpp, {decibels(p.psnr)}, {p.size:,} bytes") for p in points]


def _here(coded: Coded) -> Dot:
    said = f"you are here: {coded.bpp:.3f} bpp, {decibels(coded.scores.psnr_rgb)}"
    return Dot(coded.bpp, coded.scores.psnr_rgb, said)


def _progress(progress: Progress) -> str:
    if progress.done == progress.total:
        return ""
    return f"""<div class="progress" role="status"><progress max="{progress.total}" value="{progress.done}"></progress>
{progress.done} of {progress.total} files measured</div>"""


def claims(progress: Progress, codec: str) -> str:
    """Where "downscale + compress beats compress" holds for this picture, computed from the curves."""
    full, *smaller = (progress.points[scale] for scale in SCALES)
    sentences = [
        _claim_sentence(f"IRN ×{scale} + {NAMES[codec]}", NAMES[codec], claim(full, small), small[0], full[0])
        for scale, small in zip(SCALES[1:], smaller, strict=True)
    ]
    return "<div class='claim' role='status'>" + "".join(f"<p>{sentence}</p>" for sentence in sentences) + "</div>"


def _claim_sentence(small: str, full: str, found: Claim | None, smallest: Point, smallest_full: Point) -> str:
    reach = ""
    if smallest.bpp < smallest_full.bpp:
        reach = f" It reaches down to {smallest.bpp:.3f} bpp, {full} alone only to {smallest_full.bpp:.3f}."
    if found is None:
        return f"<b>{small}</b> and {full} alone share no rate.{reach}"
    low, high = found.shared
    if not found.wins:
        return f"<b>{small}</b> beats {full} alone nowhere between {low:.3f} and {high:.2f} bpp.{reach}"
    where = " and ".join(f"from {first:.3f} to {last:.3f} bpp" for first, last in found.wins)
    won = sum(last - first for first, last in found.wins)
    rest = "" if math.isclose(won, high - low) else f", and loses elsewhere up to {high:.2f} bpp"
    return f"<b>{small}</b> beats {full} alone {where}, by up to {found.best_gain:.2f} dB{rest}.{reach}"


def scale_cards(photo: Photo, codec: str, budget: int) -> str:
    """The picture by each way at the size of the present file."""
    return cards(_scale_card(match(photo, codec, budget, scale), scale) for scale in SCALES)


def _scale_card(coded: Coded, scale: int) -> Card:
    name = NAMES[coded.codec] if scale == 1 else f"IRN ×{scale} + {NAMES[coded.codec]}"
    size = byte_count(coded) if coded.fits else f"{byte_count(coded)}: the smallest possible"
    return Card(name, decibels(coded.scores.psnr_rgb), coded.pixels, f"{size}, {coded.bpp:.3f} bpp")
