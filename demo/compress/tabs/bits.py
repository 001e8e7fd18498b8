"""The tab "Where the bits went": an account of every coefficient, kept while the file is decoded."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import gradio as gr
import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from demo.compress.coded import Coded, Request
from demo.kit.cache import cached
from demo.kit.cards import Card, cards
from demo.kit.controls import figure
from demo.kit.finding import percent
from demo.kit.plots import INK, Plots, describe, legible, map_of_bits
from demo.kit.tab import Tab
from demo.kit.words import say
from demo.photo import MAX_PAGE_PIXELS
from irn_core.coding.codec import codec_for
from irn_core.coding.entropy import Reader
from irn_core.coding.icn_file import HEADER_BYTES, Header, read_header
from irn_core.coding.importance import read_quality
from irn_core.coding.symbols import decoder
from irn_core.coding.tables import cost_in_bits
from irn_core.measure.information import share_out
from irn_core.nets.icn import ICN, Coefficients
from irn_core.nets.prior import mix
from irn_core.ops.pixels import pixels_of

TOP = "low"
PARTS = (TOP, "horizontal", "vertical", "diagonal", "chroma")
"""A level has these, as the words name them; three of them are luma."""


@dataclass(frozen=True, eq=False)
class Account:
    """The bits of a file. Level L is the coarsest low band, details have levels L − 1 (coarsest) … 0 (finest)."""

    size: int  # bytes of the file
    heat: np.ndarray  # bits per pixel, H×W; adds up to the file
    parts: dict[int, dict[str, float]]  # bytes by level and part
    low_bands: list[np.ndarray]  # decoded after each level, coarse to fine, each at its own size, uint8

    @property
    def overhead(self) -> float:
        """Bytes of header, map and hints, and the rounding of the coder: all that is no coefficient."""
        return self.size - sum(self.by_level())

    def by_level(self) -> list[float]:
        """Bytes of each level, coarse to fine."""
        return [sum(parts.values()) for _, parts in sorted(self.parts.items(), reverse=True)]

    @property
    def dearest_tenth(self) -> float:
        """The share of the bits that the tenth of the pixels which need most of them has."""
        costs = np.sort(self.heat, axis=None)[::-1]
        return float(costs[: max(1, round(costs.size / 10))].sum() / costs.sum())

    def spent(self) -> list[int]:
        """How much of the file each of `low_bands` needs, in bytes."""
        return (self.overhead + np.cumsum(self.by_level())).round().astype(int).tolist()


@cached
@torch.inference_mode()
def account(data: bytes) -> Account:
    """Decode a file and note what each coefficient costs. Cached by content."""
    header, icn = read_header(data, MAX_PAGE_PIXELS), codec_for(data, MAX_PAGE_PIXELS).icn
    levels = icn.config.levels
    shape = (1, 3, *(-(-side // (1 << levels)) for side in (header.height, header.width)))
    ledger = _Ledger(data[HEADER_BYTES:], levels)
    quality = read_quality(header, ledger.reader, 1 << levels)
    ledger.reader.costs.clear()  # what a map costs is no coefficient's
    top, details = icn.code(shape, quality, ledger.code)
    parts = {level: dict(found) for level, found in ledger.parts.items()}
    heat = sum(_spread(bits, header, 1 << min(level + 1, levels)) for level, bits in ledger.bits.items())
    heat += (8 * len(data) - heat.sum()) / heat.size  # header, map and hints belong to every pixel alike
    return Account(len(data), heat, parts, _low_bands(icn, top, details, quality, header))


class _CostlyReader(Reader):
    """A reader that notes what the symbols cost."""

    def __init__(self, data: bytes):
        super().__init__(data)
        self.costs: list[np.ndarray] = []

    def get(self, indices: np.ndarray) -> np.ndarray:
        symbols = super().get(indices)
        self.costs.append(cost_in_bits(symbols, indices))
        return symbols


class _Ledger:
    """The decoder's side of the channel, with an account of the costs: bits by place and bytes by part."""

    def __init__(self, stream: bytes, top: int):
        self.reader, self.top = _CostlyReader(stream), top
        self.decode = decoder(self.reader)
        self.bits: dict[int, np.ndarray] = {}
        self.parts: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))

    def code(self, group: Coefficients) -> Tensor:
        b = self.decode(group)
        costs = np.concatenate([np.empty(0), *self.reader.costs]).reshape(b.shape[1], -1)
        self.reader.costs.clear()
        bits = self.bits.setdefault(group.level, np.zeros(b.shape[-2:]))
        bits[np.ones(bits.shape, bool) if group.where is None else group.where.numpy()] += costs.sum(0)
        for channel, cost in zip(range(9)[group.channels], costs, strict=True):
            part = TOP if group.level == self.top else PARTS[1 + min(channel, 3)]
            self.parts[group.level][part] += cost.sum() / 8
        return b


def _spread(bits: np.ndarray, header: Header, side: int) -> np.ndarray:
    """Bits of coefficients that cover side×side pixels each, shared out among these pixels; H×W."""
    size = header.height, header.width
    height, width = (-(-length // side) for length in size)
    return share_out(_fold(_fold(bits, height).T, width).T, size, side)


def _fold(bits: np.ndarray, count: int) -> np.ndarray:
    """Add what lies in the padding to the last row inside the picture."""
    inside = bits[:count].copy()
    inside[-1] += bits[count:].sum(0)
    return inside


def _low_bands(icn: ICN, top: Tensor, details: list[Tensor], quality: Tensor, header: Header) -> list[np.ndarray]:
    """The low band after each level, as pictures; the last is the whole, before the refinement."""
    bands = [top]
    for level in reversed(range(icn.config.levels)):
        bands.append(icn.join(level, bands[-1], details[level], quality))
    return [_as_picture(icn, band, header, len(details) - done) for done, band in enumerate(bands)]


def _as_picture(icn: ICN, low: Tensor, header: Header, level: int) -> np.ndarray:
    height, width = (-(-side // (1 << level)) for side in (header.height, header.width))
    return pixels_of(mix(low, icn.colour.T) + 0.5, (height, width))


class Bits(Tab[Request, tuple[Account, Coded]]):
    key = "bits"

    def build(self) -> None:
        self.outputs = {
            "figure": figure("bits"),
            "cards": gr.HTML(say("kit.computing"), elem_id="level-cards"),
        }

    def compute(self, request: Request) -> Iterator[tuple[Account, Coded]]:
        yield account(request.shown.coded.data), request.shown.coded

    def draw(self, found: tuple[Account, Coded]) -> dict[str, object]:
        return {"figure": bits_figure(found[0]).html(), "cards": level_cards(*found)}

    def finding(self, found: tuple[Account, Coded]) -> str:
        kept, _ = found
        chroma = sum(parts.get("chroma", 0) for parts in kept.parts.values())
        share = percent(kept.dearest_tenth)
        return say("bits.finding", size=kept.size, share=share, chroma=percent(chroma / kept.size))


def level_cards(found: Account, coded: Coded) -> str:
    """The decoded picture as it grows, each stage with the bytes that it needs."""
    items = [
        Card(
            f"{low.shape[1]}×{low.shape[0]}", say("compress.byte_count", count=spent), low,
            say("bits.share", share=spent / found.size),
        )
        for low, spent in zip(found.low_bands, found.spent(), strict=True)
    ]  # fmt: skip
    refined = say("bits.refined"), say("compress.byte_count", count=found.size), coded.pixels, say("bits.no_bits")
    items.append(Card(*refined))
    return f"<div class='pixelated'>{cards(items)}</div>"


PART_COLOURS = dict(zip(PARTS, (INK, "#2f7fd8", "#4aa8a0", "#8a6fd1", "#e07b39"), strict=True))


@legible
def bits_figure(found: Account) -> Plots:
    """Bits per pixel as a map, and the bytes of each level and part as bars."""
    plots = Plots(columns=2)
    map_of_bits(plots, found.heat, say("compress.byte_count", count=round(found.heat.sum() / 8)))
    _bytes_by_level(plots.axes(say("bits.overhead", count=found.overhead)), found)
    return plots


def _bytes_by_level(axes: Axes, found: Account) -> None:
    levels = sorted(found.parts, reverse=True)
    floor = np.zeros(len(levels))
    for part, colour in PART_COLOURS.items():
        heights = np.array([found.parts[level].get(part, 0) for level in levels])
        axes.bar(range(len(levels)), heights, bottom=floor, color=colour, label=say(f"bits.parts.{part}"))
        floor += heights
    for place, total in enumerate(floor):
        axes.text(place, total, f"{total:,.0f}", color=INK, fontsize=11, ha="center", va="bottom")
    axes.margins(y=0.18)
    axes.set_xticks(range(len(levels)), [say("bits.low"), *(f"{level + 1}" for level in levels[1:])])
    describe(axes, say("bits.levels"), say("kit.bytes_axis"))
