"""Quantised blocks → the bits of a file: zigzag, runs of zeros, Huffman codes as the file's own tables have them."""

from typing import NamedTuple

import numpy as np

from irn_core.errors import StreamError

ZIGZAG = np.array(sorted(range(64), key=lambda k: (k // 8 + k % 8, (k // 8 if (k // 8 + k % 8) % 2 else k % 8))))
"""Places in an 8×8 block, row by row, in the order in which they are coded."""
END, LONG_RUN = 0x00, 0xF0
"""Symbols without a value: nothing but zeros from here on, and sixteen zeros."""
SCAN, TABLES, IMAGE_END = 0xDA, 0xC4, b"\xff\xd9"


class Tables(NamedTuple):
    """Code words by symbol, as text of 0 and 1: of DC (the size of a difference) and of AC (zeros before, size)."""

    dc: dict[int, str]
    ac: dict[int, str]


class Code(NamedTuple):
    """One code word and what it stands for: so many zeros, then a value, whose bits follow. END has no value."""

    place: int  # in zigzag order
    zeros: int
    value: int | None
    word: str
    bits: str


def read_tables(file: bytes) -> list[Tables]:
    """The Huffman tables of a baseline JPEG file: those of Y and of Cb and Cr."""
    found: dict[int, dict[int, str]] = {}
    for marker, content in _segments(file):
        while marker == TABLES and content:
            counts = content[1:17]
            found[content[0]] = _words(counts, content[17 : 17 + sum(counts)])
            content = content[17 + sum(counts) :]
    return [Tables(found[k], found[0x10 + k]) for k in (0, 1)]


def scan_bytes(file: bytes) -> bytes:
    """The entropy-coded bytes of a baseline JPEG file, without the zeros that follow bytes of ones."""
    *_, (_, rest) = _segments(file)
    return rest.removesuffix(IMAGE_END).replace(b"\xff\x00", b"\xff")


def _segments(file: bytes):
    """Marker and content of each segment; the last is that of the scan, with all that follows its header."""
    place = 2
    while place + 4 <= len(file):
        marker, length = file[place + 1], int.from_bytes(file[place + 2 : place + 4], "big")
        if marker == SCAN:
            yield marker, file[place + 2 + length :]
            return
        yield marker, file[place + 4 : place + 2 + length]
        place += 2 + length
    raise StreamError("the JPEG file ends before its scan; save it again as a baseline JPEG")


def _words(counts: bytes, symbols: bytes) -> dict[int, str]:
    """The canonical code: `counts` of words by length from 1 to 16."""
    words, code, rest = {}, 0, iter(symbols)
    for length, count in enumerate(counts, start=1):
        for symbol in (next(rest) for _ in range(count)):
            words[symbol] = f"{code:0{length}b}"
            code += 1
        code <<= 1
    return words


def bits_of(blocks: np.ndarray, differences: np.ndarray, tables: Tables) -> np.ndarray:
    """Bits of each block; blocks: N×8×8, quantised, with the differences of their DC from the one coded before."""
    order = blocks.reshape(len(blocks), 64)[:, ZIGZAG]
    dc, ac = (_lengths(table) for table in tables)
    sizes = _sizes(differences)
    bits = dc[sizes] + sizes
    order[:, 0] = 1  # where the first run begins
    block, place = np.nonzero(order)
    zeros, sizes = np.diff(place, prepend=0) - 1, _sizes(order[block, place])
    coded = place > 0
    block, place, zeros, sizes = (part[coded] for part in (block, place, zeros, sizes))
    costs = (zeros // 16) * ac[LONG_RUN] + ac[zeros % 16 * 16 + sizes] + sizes
    bits += np.bincount(block, costs, len(blocks)).astype(np.int64)
    bits += ac[END] * (order[:, -1] == 0)
    return bits


def codes_of(block: np.ndarray, difference: int, tables: Tables) -> list[Code]:
    """One block as the file has it, code word by code word."""
    size = int(_sizes(np.array(difference)))
    codes, zeros = [Code(0, 0, difference, tables.dc[size], _value_bits(difference, size))], 0
    order = block.reshape(64)[ZIGZAG].tolist()
    last = max((place for place, value in enumerate(order) if value), default=0)
    for place, value in enumerate(order[1 : last + 1], start=1):
        if not value:
            zeros += 1
            continue
        codes += [Code(place, 15, 0, tables.ac[LONG_RUN], "") for _ in range(zeros // 16)]
        size = int(_sizes(np.array(value)))
        codes.append(Code(place, zeros % 16, value, tables.ac[zeros % 16 * 16 + size], _value_bits(value, size)))
        zeros = 0
    return codes if last == 63 else [*codes, Code(last + 1, 63 - last, None, tables.ac[END], "")]


def _lengths(words: dict[int, str]) -> np.ndarray:
    lengths = np.zeros(256, np.int64)
    lengths[list(words)] = [len(word) for word in words.values()]
    return lengths


def _sizes(values: np.ndarray) -> np.ndarray:
    """How many bits the size of each whole number has."""
    return np.frexp(np.abs(values))[1]


def _value_bits(value: int, size: int) -> str:
    """A value by its bits; of a negative one all bits are turned."""
    return f"{value if value > 0 else value + (1 << size) - 1:0{size}b}" if size else ""
