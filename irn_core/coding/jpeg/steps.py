"""A picture's whole way through JPEG, and what each step of it loses."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image

from irn_core.coding.jpeg import huffman, transform
from irn_core.coding.jpeg.huffman import Code, Tables
from irn_core.coding.pillow_codecs import JPEGS

HALVED, FULL = JPEGS
"""Chroma at half resolution, and at full."""
COMPONENTS = ("Y", "Cb", "Cr")
LOSSES = COLOUR, CHROMA, ROUNDING, CLIPPING = ("colour", "chroma", "rounding", "clipping")


@dataclass(frozen=True, eq=False)
class Component:
    """Y, Cb or Cr: its plane as it is coded, and its blocks, rows×columns×8×8, before and after quantisation."""

    plane: np.ndarray  # uint8
    coefficients: np.ndarray  # float32, which holds them exactly
    table: np.ndarray  # 8×8
    symbols: np.ndarray  # int16
    differences: np.ndarray  # rows×columns: DC from that of the block coded before
    bits: np.ndarray  # rows×columns
    tables: Tables

    @property
    def dequantised(self) -> np.ndarray:
        return self.symbols * self.table

    def codes(self, row: int, column: int) -> list[Code]:
        """The code words of a block."""
        return huffman.codes_of(self.symbols[row, column], int(self.differences[row, column]), self.tables)


@dataclass(frozen=True, eq=False)
class Steps:
    """A picture as a JPEG file, and all that lies between; `filler` are the bits of blocks beyond its edges."""

    file: bytes
    halved: bool
    components: tuple[Component, ...]
    filler: int
    x_hat: np.ndarray  # H×W×3 uint8

    @property
    def bits(self) -> int:
        """The bits of all blocks: as many as the file's scan has, but for up to seven that fill its last byte."""
        return self.filler + sum(int(part.bits.sum()) for part in self.components)

    @property
    def zeros(self) -> float:
        """The share of coefficients that are zero after quantisation."""
        return 1 - self.nonzero / sum(part.symbols.size for part in self.components)

    @property
    def nonzero(self) -> int:
        return sum(int(np.count_nonzero(part.symbols)) for part in self.components)


def steps(pixels: np.ndarray, quality: int, chroma: str = HALVED) -> Steps:
    """H×W×3 uint8 as Pillow saves it at a quality from 1 to 95, with chroma HALVED or FULL."""
    file, halved = JPEGS[chroma].encode(pixels, quality), chroma == HALVED
    with Image.open(io.BytesIO(file)) as image:
        luma_table, chroma_table = (np.reshape(image.quantization[key], (8, 8)) for key in (0, 1))
    luma_words, chroma_words = huffman.read_tables(file)
    y, *colours = transform.to_planes(pixels)
    found = [_component(y, luma_table, luma_words, 2 if halved else 1)]
    found += [
        _component(transform.halve(plane) if halved else plane, chroma_table, chroma_words, 1) for plane in colours
    ]
    components, filler = zip(*found, strict=True)
    return Steps(file, halved, components, sum(filler), _decoded(components, pixels.shape[:2], halved))


def _component(plane: np.ndarray, table: np.ndarray, words: Tables, group: int) -> tuple[Component, int]:
    """A plane through DCT, quantisation and Huffman code, and the bits of blocks beyond its edges."""
    coefficients = transform.forward(transform.to_blocks(plane))
    symbols = transform.quantise(coefficients, table)
    coded, differences, inside = _in_order(symbols, group)
    bits = huffman.bits_of(coded, differences, words)
    placed = np.zeros((2, *symbols.shape[:2]), np.int64)
    placed[:, inside.rows, inside.columns] = np.stack([differences, bits])[:, inside.which]
    made = Component(
        plane.astype(np.uint8), coefficients.astype(np.float32), table, symbols.astype(np.int16), *placed, words
    )
    return made, int(bits.sum() - made.bits.sum())


class Inside(NamedTuple):
    """Which of the coded blocks belong to the picture, and where they lie in it."""

    which: np.ndarray
    rows: np.ndarray
    columns: np.ndarray


def _in_order(symbols: np.ndarray, group: int) -> tuple[np.ndarray, np.ndarray, Inside]:
    """All blocks of a component as they are coded, N×8×8, with the differences of their DC.

    Blocks come in groups of group×group. Where the last of them reach beyond the picture they are filled with blocks
    that have the DC of the one before, and nothing else.
    """
    height, width = symbols.shape[:2]
    rows, columns = (np.arange(-(-side // group) * group) for side in (height, width))
    rows, columns = (part.reshape(-1, group) for part in (rows, columns))
    shape = (len(rows), len(columns), group, group)
    row = np.broadcast_to(rows[:, None, :, None], shape).ravel()
    column = np.broadcast_to(columns[None, :, None, :], shape).ravel()
    inside = (row < height) & (column < width)
    which = np.flatnonzero(inside)
    coded = np.zeros((len(row), 8, 8), np.int64)
    coded[which] = symbols[row[which], column[which]]
    before = np.maximum.accumulate(np.where(inside, np.arange(len(row)), 0))
    coded[:, 0, 0] = coded[before, 0, 0]
    return coded, np.diff(coded[:, 0, 0], prepend=0), Inside(which, row[which], column[which])


def _decoded(components: Sequence[Component], size: tuple[int, int], halved: bool) -> np.ndarray:
    height, width = size
    planes = [transform.from_blocks(transform.inverse(part.dequantised)) for part in components]
    y, *colours = planes
    colours = [transform.double(plane, size) if halved else plane[:height, :width] for plane in colours]
    return transform.to_pixels([y[:height, :width], *colours])


def errors(pixels: np.ndarray, found: Steps) -> dict[str, float]:
    """Mean square error after each of LOSSES: with the steps up to it, and all others exact."""
    size = pixels.shape[:2]
    coded = [part.plane.astype(float) for part in found.components]
    rounded = [transform.from_blocks(transform.exact_inverse(part.dequantised)) for part in found.components]
    stages = {
        COLOUR: transform.to_rgb(transform.to_planes(pixels)),
        CHROMA: transform.to_rgb(_full(coded, size, found.halved)),
        ROUNDING: transform.to_rgb(_full(rounded, size, found.halved)),
        CLIPPING: found.x_hat,
    }
    return {name: float(np.mean(np.square(stage - pixels.astype(float)))) for name, stage in stages.items()}


def _full(planes: list[np.ndarray], size: tuple[int, int], halved: bool) -> list[np.ndarray]:
    """All planes at the size of the picture, chroma not rounded."""
    y, *colours = (plane[: size[0], : size[1]] for plane in planes)
    return [y, *(transform.double(plane, size, whole=False) if halved else plane for plane in colours)]
