"""Results as small pieces of HTML: figures in a table, the LR at its true size, cards with a sentence."""

import base64
import html
import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from demo import text
from demo.analysis import BANDS, FINENESS, Variability, choices, lost, seeds, with_bands
from demo.chart import Axes, Dot, Line, chart
from demo.perception import Point, matching_tau
from demo.service import Photo, Rescaled, model_name, rescale
from demo.viewer import png_url
from irn_core.ops.metrics import psnr_y


class Card(NamedTuple):
    """A picture H×W×3 uint8 with a title, a figure, a sentence, and further figures with their names.

    `part` is shown in place of the picture where details matter; what can be saved is always the whole.
    """

    title: str
    figure: str
    pixels: np.ndarray
    sentence: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    part: np.ndarray | None = None


def data_url(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()


def decibels(value: float) -> str:
    return f"{psnr_text(value)} dB"


def psnr_text(value: float) -> str:
    return "∞" if math.isinf(value) else f"{value:.2f}"


def ssim_text(value: float) -> str:
    return "—" if math.isnan(value) else f"{value:.4f}"


def seconds_text(value: float | None) -> str:
    return "…" if value is None else f"{value:.2f} s"


def kilobytes(count: float) -> str:
    return f"{count / 1000:,.1f} kB" if count < 1_000_000 else f"{count / 1e6:,.2f} MB"


def measures(result: Rescaled) -> str:
    """Everything measured on the picture: PSNR and SSIM beside bicubic, bytes, times, and the LR itself."""
    ours, rival = result.scores, result.bicubic_scores
    rows = [
        ("PSNR-Y, dB", ours.psnr_y, rival.psnr_y, psnr_text),
        ("PSNR-RGB, dB", ours.psnr_rgb, rival.psnr_rgb, psnr_text),
        ("SSIM-Y", ours.ssim_y, rival.ssim_y, ssim_text),
        ("SSIM-RGB", ours.ssim_rgb, rival.ssim_rgb, ssim_text),
    ]
    body = "".join(_row(*row) for row in rows)
    height, width = result.size
    lr_height, lr_width = result.lr.shape[:2]
    saved = len(result.lr_png) / result.original_bytes
    gain = _gain(ours.psnr_y, rival.psnr_y)
    return f"""<div class="measures">
<div class="headline"><b>{decibels(ours.psnr_y)}</b><span>PSNR-Y at τ = 0, {gain}</span></div>
<table><thead><tr><td></td><th scope="col">IRN ×{result.scale}</th><th scope="col">bicubic</th></tr></thead>
<tbody>{body}</tbody></table>
<dl>
<dt>LR against bicubic LR<small>PSNR-RGB</small></dt><dd>{decibels(ours.lr_psnr)}</dd>
<dt>Original as PNG<small>{width}×{height}</small></dt><dd>{kilobytes(result.original_bytes)}</dd>
<dt>LR as PNG<small>{lr_width}×{lr_height}, {saved:.0%} of it</small></dt><dd>{kilobytes(len(result.lr_png))}</dd>
<dt>Time down, up<small>when computed</small></dt><dd>{seconds_text(result.down_s)}, {seconds_text(result.up_s)}</dd>
</dl>
<figure class="lr"><div><img src="{data_url(result.lr_png)}" width="{lr_width}" height="{lr_height}"
 alt="The low-resolution picture, {lr_width} by {lr_height} pixels"></div>
<figcaption>ŷ, the 8-bit LR at its true size: all that is kept.</figcaption></figure>
</div>"""


def _row(name: str, ours: float, rival: float, show: Callable[[float], str]) -> str:
    """A line of the table, the better value in bold."""
    first, second = (f"<td class='best'>{show(a)}</td>" if a >= b else f"<td>{show(a)}</td>" for a, b in
                     ((ours, rival), (rival, ours)))  # fmt: skip
    return f"<tr><th scope='row'>{name}</th>{first}{second}</tr>"


def _gain(ours: float, rival: float) -> str:
    if math.isinf(ours) or math.isinf(rival):
        return "no gap to bicubic can be named"
    return f"{ours - rival:+.2f} dB against bicubic"


def notices(photo: Photo) -> str:
    """What was done to the file before anything else."""
    if not photo.notices:
        return ""
    items = "; ".join(html.escape(notice) for notice in photo.notices)
    return f"<div class='notice' role='status'>{html.escape(photo.name)}: {items}.</div>"


def draw_cards(found: Variability, tau: float, seed: int) -> str:
    """All draws, each with its PSNR."""
    drawn = zip(seeds(seed, len(found.draws)), found.draws, found.psnr, strict=True)
    return cards(
        Card(f"Draw {number}, τ = {tau:g}, seed {seed_k}", decibels(psnr), pixels)
        for number, (seed_k, pixels, psnr) in enumerate(drawn, start=1)
    )


def band_cards(photo: Photo, scale: int, level: int, kept: tuple[str, ...]) -> str:
    """Original and reconstruction put together again from the kept bands of one Haar level."""
    missing = [band for band in BANDS if band not in kept]
    names = "any detail" if len(missing) == len(BANDS) else " and ".join(missing)
    without = f"without {names} at level {level}" if missing else "with all bands"
    pictures = {"Original": photo.pixels, "Reconstruction": rescale(photo, scale).reconstruction}
    built = {name: with_bands(pixels, level, kept) for name, pixels in pictures.items()}
    return cards(
        Card(f"{name} {without}", f"{decibels(psnr_y(photo.pixels, pixels, scale))} against the original", pixels)
        for name, pixels in built.items()
    )


def lost_table(photo: Photo, scale: int) -> str:
    """What the LR costs, what was lost would cost, and how far both together give the picture back."""
    found, result = lost(photo, scale), rescale(photo, scale)
    formula, lr_bytes = found.information.total / 8, len(result.lr_png)
    pixels = photo.size[0] * photo.size[1]
    both = lr_bytes + found.file_bytes
    rows = (
        ("Kept: the LR as PNG", kilobytes(lr_bytes), f"{8 * lr_bytes / pixels:.2f} bits per pixel"),
        ("Lost: z given ŷ, by the formula", kilobytes(formula), f"{8 * formula / pixels:.2f} bits per pixel"),
        ("Lost: z given ŷ, in a file", kilobytes(found.file_bytes), _beyond(found.file_bytes, formula, "the formula")),
        (
            f"The same file, {FINENESS} times finer",
            kilobytes(found.fine_bytes),
            _beyond(found.fine_bytes, found.fine_expected, "the formula for such steps"),
        ),
        ("LR and the first file", kilobytes(both), f"decoded: {decibels(found.psnr_rgb)} PSNR-RGB"),
        ("Original as PNG", kilobytes(result.original_bytes), "lossless"),
    )
    body = "".join(f"<tr><th scope='row'>{a}</th><td>{b}</td><td>{c}</td></tr>" for a, b, c in rows)
    return f"""<div class="measures wide"><p class="statement">The LR costs <b>{kilobytes(lr_bytes)}</b>;
what was lost costs another <b>{kilobytes(found.file_bytes)}</b>.</p><table><tbody>{body}</tbody></table></div>"""


def _beyond(bytes_in_file: int, expected: float, what: str) -> str:
    """How much longer a file is than it should be; a sure model may expect less than nothing."""
    return f"{bytes_in_file / expected - 1:+.1%} against {what}" if expected > 0 else ""


def tau_chart(points: Sequence[Point]) -> str:
    """Error against detail by temperature, with a mark where a draw has as much detail as the original."""
    shown = [point for point in points if math.isfinite(point.energy)]
    if not shown:
        return "<p class='hint'>The original has no detail at all.</p>"
    here, tau = None, matching_tau(shown)
    if tau is not None:
        psnr = float(np.interp(tau, [p.tau for p in shown], [p.psnr_y for p in shown]))
        here = Dot(100, psnr, f"as much detail as the original at τ = {tau:.2f}, {decibels(psnr)}")
    line = Line(f"τ = {shown[-1].tau:g}", "icn", [_tau_dot(point) for point in shown])
    return chart([line], here, "PSNR-Y over detail energy, by τ", Axes(*text.TAU_CURVE, log=False))


def _tau_dot(point: Point) -> Dot:
    said = f"τ = {point.tau:g}: {100 * point.energy:.1f} % of the energy, {decibels(point.psnr_y)}"
    return Dot(100 * point.energy, point.psnr_y, said, f"tau={point.tau:g}")


def choice_cards(photo: Photo, scale: int, seed: int) -> str:
    """What to do with z: each choice with its picture, PSNR and sentence."""
    found = choices(photo, scale, seed)
    why = {"clipped": f"{100 * found.clipped:.2g} %", "rounded": decibels(found.rounded)}
    return cards(
        Card(choice.name, decibels(choice.psnr_y), choice.pixels, text.CHOICE_SENTENCES[choice.name].format(**why))
        for choice in found.each
    )


def cards(items: Iterable[Card]) -> str:
    """Pictures side by side, each with its figure and one sentence; the pixels are exact."""
    return "<div class='cards'>" + "".join(_card(item) for item in items) + "</div>"


def growing_cards(items: Iterable[Card], to_come: int) -> str:
    """Cards of enlarged details, and how many are still to be computed."""
    rest = text.EXPERIMENTS_TO_COME.format(to_come) if to_come else ""
    return f"<div class='pixelated'>{cards(items)}</div>{rest}"


def _card(item: Card) -> str:
    title = html.escape(item.title)
    name = re.sub(r"[^a-z0-9.]+", "-", item.title.lower().replace("τ", "tau")).strip("-")
    url = png_url(item.pixels)
    seen = url if item.part is None else png_url(item.part)
    facts = "".join(f"<dt>{html.escape(fact)}</dt><dd>{html.escape(value)}</dd>" for fact, value in item.facts)
    figures = f"<dl>{facts}</dl>" if facts else ""
    return f"""<figure class="card"><img src="{seen}" alt="{title}: {html.escape(item.figure)}" loading="lazy">
<figcaption><b>{title}</b> <span class="figure">{html.escape(item.figure)}</span>
{figures}<p>{html.escape(item.sentence)}</p><a download="{name}.png" href="{url}">PNG</a></figcaption></figure>"""


def commands(result: Rescaled, tau: float, seed: int) -> str:
    """The lines that give the same files on a command line."""
    name = model_name(result.scale)
    return (
        f"python -m irn_core downscale picture.png lr.png --model {name}\n"
        f"python -m irn_core upscale lr.png reconstruction.png --tau 0\n"
        f"python -m irn_core upscale lr.png draw-1.png --tau {tau:g} --seed {seed}"
    )
