"""How far z and ε are from noise, as tables: a cell says what a figure was before the normaliser, and is after it."""

import html
import math
from collections.abc import Iterable, Sequence

from demo import text
from demo.figures import CASE_COLOURS
from demo.normality import HERE, Case, by_band, comparison

NEXT = ("Autocorrelation<small>along x</small>", "Autocorrelation<small>along y</small>")
HEADS = (
    "Mean", "Deviation", "Kurtosis", "Kurtosis<small>worst</small>", *NEXT, "Correlation<small>with ŷ</small>",
)  # fmt: skip
BAND_HEADS = ("Deviation", "Kurtosis", *NEXT)
NOISE = (0, 1, 3, 3, 0, 0, 0)
"""What N(0, I) has in the columns of HEADS."""


def tables(found: dict[str, Case], scale: int) -> str:
    """A row for each picture, and folded away a row for each band of the first."""
    pictures = "".join(
        _row(f"<span class='swatch' style='--line: {colour}'></span>{html.escape(name)}", comparison(case, scale))
        for (name, case), colour in zip(found.items(), CASE_COLOURS, strict=True)
    )
    noise = "".join(f"<td>{value}</td>" for value in NOISE)
    foot = f"<tfoot><tr><th scope='row'>N(0, I)</th>{noise}</tr></tfoot>"
    bands = "".join(_row(band, pair) for band, pair in by_band(found[HERE], scale).items())
    return f"""{_table(HEADS, pictures, foot)}<p class="hint">{text.GAUSSIAN_FIGURES}</p>
<details class="origins"><summary>{text.BY_BAND}</summary>{_table(BAND_HEADS, bands)}
<p class="hint">{text.SHARED_BANDS}</p></details>"""


def _table(heads: Sequence[str], rows: str, foot: str = "") -> str:
    titles = "".join(f"<th scope='col'>{head}</th>" for head in ("z → ε", *heads))
    return (
        f"<div class='scores' tabindex='0'><table><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody>{foot}"
        "</table></div>"
    )


def _row(name: str, pair: tuple[Iterable[float], Iterable[float]]) -> str:
    cells = "".join(f"<td>{number(a)} → {number(b)}</td>" for a, b in zip(*pair, strict=True))
    return f"<tr><th scope='row'>{name}</th>{cells}</tr>"


def number(value: float) -> str:
    """Three digits, at most four after the point; a dash where there is none."""
    if math.isnan(value):
        return "—"
    places = min(max(2 - math.floor(math.log10(abs(value) or 1e-9)), 0), 4)
    return f"{round(value, places) + 0.0:,.{places}f}".replace("-", "−")
