"""The way of a picture through JPEG, its account, and the way of one block. Knows nothing of the page."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from demo.compress.coded import SLACK
from demo.kit.cache import cached
from demo.photo import Photo
from irn_core.coding.jpeg import transform
from irn_core.coding.jpeg.huffman import Code
from irn_core.coding.jpeg.steps import CHROMA, CLIPPING, COLOUR, COMPONENTS, ROUNDING, Component, Steps, errors, steps
from irn_core.coding.pillow_codecs import JPEGS
from irn_core.coding.target import bits_per_pixel, largest_within
from irn_core.errors import IRNError

RGB, DCT, CODES = "rgb", "dct", "codes"
WAY = (RGB, COLOUR, CHROMA, DCT, ROUNDING, CODES, CLIPPING)
"""The rows of the account: what there is at first, then every step, the last of them on the way back."""


class Row(NamedTuple):
    """After a step: PSNR-RGB in dB, the share of the whole squared error that it added, and bits per pixel.

    Bits are those of a coder that sees one value at a time and knows how frequent each is; at last, those of the file.
    """

    step: str
    psnr: float
    added: float | None
    bpp: float | None


@dataclass(frozen=True, eq=False)
class Apart:
    """A picture's whole way, its account, and the bits of each 8×8 pixels with their chroma."""

    steps: Steps
    rows: tuple[Row, ...]
    bits: np.ndarray


class Block(NamedTuple):
    """One block: samples before and after, and all between; `weighed` are its basis pictures, 8×8 of 8×8 each."""

    samples: np.ndarray
    coefficients: np.ndarray
    table: np.ndarray
    symbols: np.ndarray
    weighed: np.ndarray
    decoded: np.ndarray
    codes: list[Code]

    @property
    def lost(self) -> np.ndarray:
        """What rounding took from the coefficients."""
        return self.coefficients - self.symbols * self.table

    @property
    def bits(self) -> int:
        return sum(len(code.word + code.bits) for code in self.codes)


class Found(NamedTuple):
    """The picture apart, at which settings, and the chosen block. `fits`: whether a size that was asked for is met."""

    photo: Photo
    apart: Apart
    quality: int
    chroma: str
    matched: bool
    fits: bool
    component: str
    cell: tuple[int, int]
    block: Block


@cached
def quality_within(photo: Photo, chroma: str, budget: int) -> tuple[int, bool]:
    """The highest JPEG quality whose file has at most so many bytes, and whether there is one. Cached by content."""
    codec = JPEGS[chroma]

    def run(quality: int) -> tuple[int, int]:
        return quality, len(codec.encode(photo.pixels, quality))

    try:
        return largest_within(budget, codec.low, codec.high, run, lambda result: result[1], SLACK)[0], True
    except IRNError:
        return codec.low, False


@cached
def take_apart(photo: Photo, quality: int, chroma: str) -> Apart:
    """Cached by content."""
    found = steps(photo.pixels, quality, chroma)
    return Apart(found, _account(photo.pixels, found), bits_by_place(found))


def _account(x: np.ndarray, found: Steps) -> tuple[Row, ...]:
    lost = errors(x, found)
    lost |= {RGB: 0.0, DCT: lost[CHROMA], CODES: lost[ROUNDING]}
    planes = [part.plane for part in found.components]
    values = {
        RGB: np.moveaxis(x, -1, 0), COLOUR: [plane.astype(np.uint8) for plane in transform.to_planes(x)],
        CHROMA: planes, DCT: [np.rint(part.coefficients).astype(np.int64) for part in found.components],
        ROUNDING: [part.symbols for part in found.components],
    }  # fmt: skip
    pixels = x.shape[0] * x.shape[1]
    rates = {step: sum(map(entropy, parts)) / pixels for step, parts in values.items()}
    rates[CODES] = bits_per_pixel(len(found.file), x.shape)
    rows, before = [], 0.0
    for step in WAY:
        added = (lost[step] - before) / lost[CLIPPING] if lost[CLIPPING] else 0.0
        loses = step in (COLOUR, CHROMA, ROUNDING, CLIPPING)
        rows.append(Row(step, _psnr(lost[step]), added if loses else None, rates.get(step)))
        before = lost[step]
    return tuple(rows)


def entropy(values: np.ndarray) -> float:
    """Bits of all these whole numbers, each by how frequent it is among them."""
    counts = np.bincount(values.ravel().astype(np.int64) - int(values.min()))
    counts = counts[counts > 0]
    return float(-(counts * np.log2(counts / counts.sum())).sum())


def _psnr(error: float) -> float:
    return float(10 * np.log10(255**2 / error)) if error else float("inf")


def bits_by_place(found: Steps) -> np.ndarray:
    """Bits of the blocks of Y, with those of Cb and Cr shared out evenly among the blocks of Y that they lie on."""
    y, *colours = (part.bits for part in found.components)
    if not found.halved:
        return y + sum(colours)
    rows, columns = (np.arange(side) // 2 for side in y.shape)
    shared = np.bincount(rows)[:, None] * np.bincount(columns)
    return y + (sum(colours) / shared)[rows[:, None], columns]


def block_of(apart: Apart, component: str, cell: tuple[int, int]) -> Block:
    """The block of a component at a block of Y."""
    part = apart.steps.components[COMPONENTS.index(component)]
    row, column = place_in(apart.steps, component, cell)
    coefficients, symbols = part.coefficients[row, column].astype(float), part.symbols[row, column].astype(np.int64)
    kept = symbols * part.table
    basis = transform.exact_inverse(np.eye(64).reshape(8, 8, 8, 8)) - 128
    return Block(
        _samples(part, row, column), coefficients, part.table, symbols, kept[..., None, None] * basis,
        transform.inverse(kept), part.codes(row, column),
    )  # fmt: skip


def place_in(found: Steps, component: str, cell: tuple[int, int]) -> tuple[int, int]:
    """Where a component has the block that lies on a block of Y."""
    side = 2 if found.halved and component != COMPONENTS[0] else 1
    return cell[0] // side, cell[1] // side


def _samples(part: Component, row: int, column: int) -> np.ndarray:
    """The samples that went into a block."""
    places = (
        np.arange(8 * k, 8 * k + 8).clip(max=side - 1) for k, side in zip((row, column), part.plane.shape, strict=True)
    )
    return part.plane[np.ix_(*places)]


def dearest(apart: Apart) -> tuple[int, int]:
    """The cell with the most bits."""
    return tuple(int(k) for k in np.unravel_index(np.argmax(apart.bits), apart.bits.shape))
