"""What stands beside the viewer of Compress: the file and its rivals, and the same on a command line."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from markupsafe import Markup

from demo.compress.coded import NAMES, Coded
from demo.compress.curves import Point, Progress
from demo.kit.chart import Dot
from demo.kit.html import fill, template
from demo.kit.numbers import decibels, kilobytes, looks_text, psnr_text, seconds_text, ssim_text
from demo.kit.viewer import ViewerImage, viewer_value
from demo.kit.words import say, words
from irn_core.coding.icn_file import QUALITY_STEPS

_MEASURES = template("""
<div class="measures">
<div class="headline"><b>{{ bpp }} bpp</b><span>{{ headline }}</span></div>
{{ table }}
<dl>
{% for name, small, value in facts %}<dt>{{ name }}<small>{{ small }}</small></dt><dd>{{ value }}</dd>{% endfor %}
</dl>
</div>""")
_TABLE = template("""
<table><thead><tr><td></td>
{% for name in ("PSNR", "SSIM") %}<th scope="col">{{ name }}<small>{{ channels }}</small></th>{% endfor %}
<th scope="col">SSIMULACRA2<small>{{ looks }}</small></th>
</tr></thead><tbody>
{% for name, size, cells, look in rows %}
<tr><th scope="row">{{ name }}<small>{{ size }}</small></th>
{% for rgb, y in cells %}<td>{{ rgb }}<small>{{ y }}</small></td>{% endfor %}<td>{{ look }}</td></tr>
{% endfor %}
</tbody></table>""")


def byte_count(coded: Coded) -> str:
    return say("compress.byte_count", count=len(coded.data))


def label(coded: Coded) -> str:
    """Name, size and PSNR-RGB of a picture in the viewer; the name ends at the comma."""
    size = byte_count(coded) if coded.fits else say("compress.smallest_possible", size=byte_count(coded))
    psnr = f" · {decibels(coded.scores.psnr_rgb)}" if coded.scores else ""
    return say("compress.label", codec=NAMES[coded.codec], size=size, psnr=psnr)


def quality_text(coded: Coded) -> str:
    return say("compress.quality_text", quality=coded.setting / QUALITY_STEPS)


def measures(
    coded: Coded, rivals: list[Coded], original_bytes: int | None, decoding: float | None,
    looks: Mapping[str, float] | None = None,
) -> str:  # fmt: skip
    """The file: its size, its scores beside those of the rivals so far, and the times.

    `looks` has SSIMULACRA2 by codec, as far as it is known.
    """
    height, width = coded.pixels.shape[:2]
    said = words("compress.measures")
    facts = [(said["file"], f"{width}×{height}, {quality_text(coded)}", byte_count(coded))]
    if original_bytes:
        share = len(coded.data) / original_bytes
        facts.append((say("kit.original_file"), said["share"].format(share), kilobytes(original_bytes)))
    encoding = "—" if coded.seconds is None else seconds_text(coded.seconds)  # it was compressed elsewhere
    times = f"{encoding}, {seconds_text(decoding)}"
    facts.append((said["time"], said["when"], times))
    headline = said["no_original"].format(byte_count(coded))
    if coded.scores:
        headline = said["headline"].format(byte_count(coded), decibels(coded.scores.psnr_rgb))
    return fill(
        _MEASURES, bpp=f"{coded.bpp:.3f}", headline=headline, facts=facts,
        table=_table([coded, *rivals], looks or {}) if coded.scores else "",
    )  # fmt: skip


def _table(found: list[Coded], looks: Mapping[str, float]) -> Markup:
    """A line for each codec; the best of each figure in bold, among files that are no larger than the first."""
    columns = ((("psnr_rgb", "psnr_y"), psnr_text), (("ssim_rgb", "ssim_y"), ssim_text))

    def figure(coded: Coded, values: Mapping[str, float], show: Callable[[float], str]) -> str | Markup:
        value = values.get(coded.codec)
        best = max((values[other.codec] for other in found if other.fits and other.codec in values), default=None)
        is_best = coded.fits and value is not None and value == best
        return Markup(f"<b class='best'>{show(value)}</b>") if is_best else show(value)

    def score(coded: Coded, key: str, show: Callable[[float], str]) -> str | Markup:
        return figure(coded, {other.codec: getattr(other.scores, key) for other in found}, show)

    rows = []
    for coded in found:
        size = byte_count(coded) if coded.fits else say("compress.smallest", size=byte_count(coded))
        cells = [[score(coded, key, show) for key in keys] for keys, show in columns]
        rows.append((NAMES[coded.codec], size, cells, figure(coded, looks, looks_text)))
    return fill(_TABLE, rows=rows, looks=say("compress.looks"), channels=say("compress.channels"))


def commands(aim: str, tau: float, seed: int, picture: str = "picture.png") -> str:
    """The lines that give the same files on a command line."""
    return (
        f"python -m irn_core compress {picture} picture.icn {aim}\n"
        f"python -m irn_core decompress picture.icn decoded.png --tau 0\n"
        f"python -m irn_core decompress picture.icn draw-1.png --tau {tau:g} --seed {seed}\n"
        f"python -m irn_core info picture.icn"
    )


def viewer(
    coded: Coded, original: np.ndarray | None, rivals: Sequence[Coded],
    drawn: Sequence[tuple[np.ndarray, float | None]], tau: float, notice: str | None,
    subject: str, added: Sequence[ViewerImage] = (),
) -> dict:  # fmt: skip
    """The value of the viewer: every picture with its label, a draw with its PSNR-RGB where that is known, and what a
    tab has added.
    """
    images = [] if original is None else [ViewerImage("original", say("kit.original"), original)]
    ours = coded.codec
    images.append(ViewerImage(ours, label(coded), coded.pixels))
    images += [ViewerImage(rival.codec, label(rival), rival.pixels) for rival in rivals]
    for number, (pixels, psnr) in enumerate(drawn, start=1):
        said = "" if psnr is None else f" · {decibels(psnr)}"
        images.append(ViewerImage(f"draw-{number}", say("kit.draw", number=number, tau=tau) + said, pixels))
    images += added
    jpeg = next((rival for rival in rivals if rival.codec == "jpeg"), None)
    a = "jpeg" if jpeg else images[0].key
    b = "draw-1" if a == ours and drawn else ours  # a file without its original has nothing else beside it
    return viewer_value(
        images, *coded.pixels.shape[:2], 1, a, b, notice or finding(coded, jpeg), subject=subject
    )  # fmt: skip


def finding(coded: Coded, jpeg: Coded | None) -> str | None:
    """What ICN and JPEG make of the same bytes, in a sentence."""
    if jpeg is None:
        return None
    said = say("compress.finding") if jpeg.fits else say("compress.finding_too_small")
    return said.format(
        bytes=byte_count(coded), jpeg_bytes=byte_count(jpeg), jpeg=decibels(jpeg.scores.psnr_rgb),
        codec=NAMES[coded.codec], ours=decibels(coded.scores.psnr_rgb),
    )  # fmt: skip


def opened_finding(coded: Coded) -> str:
    """What is known of a file without its original."""
    return say("compress.opened_finding", size=byte_count(coded), bpp=coded.bpp)


def dots(name: str, points: list[Point], show: Callable[[float], str] = decibels) -> list[Dot]:
    """The points of a curve, each with its words."""
    return [
        Dot(p.bpp, p.quality, say("curve.dot", name=name, bpp=p.bpp, quality=show(p.quality), size=p.size))
        for p in points
    ]


def here(coded: Coded, quality: float | None = None, show: Callable[[float], str] = decibels) -> Dot:
    """Where the present file lies, by its PSNR-RGB or by another quality."""
    quality = coded.scores.psnr_rgb if quality is None else quality
    return Dot(coded.bpp, quality, say("curve.here", bpp=coded.bpp, quality=show(quality)))


def progress_bar(progress: Progress) -> str:
    """How many files are measured, while some are not."""
    if progress.done == progress.total:
        return ""
    said = say("curve.measured", done=progress.done, total=progress.total)
    bar = f'<progress max="{progress.total}" value="{progress.done}" aria-label="{said}"></progress>'
    return f'<div class="progress">{bar}{said}</div>'
