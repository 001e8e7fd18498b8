"""Symbols ↔ bytes: exact integer tables of the Laplace distribution, coded by constriction's range coder.

A symbol's table is named by the place of log s among `LOG_SCALES`, after the shift of its block: see `shifts`. Encoder
and decoder must name the same table, though their floats differ in the last digits: another processor, another number
of threads. So the encoder writes a hint wherever a value lies within TOLERANCE of the border between two tables, and
the decoder follows it: floats that differ by less cannot break a stream. The decoder does not know
TOLERANCE, so it may change without a new version of the format.
"""

from functools import cache

import numpy as np

from irn_core.coding import range_coder
from irn_core.coding.shifts import blocks_of, shifted, unzigzag, zigzag
from irn_core.coding.tables import BORDERS, PRECISION, TABLES, largest_symbol, nearest_with_border, table
from irn_core.errors import StreamError

TOLERANCE = 2.0**-13
"""In log s: how far the floats of two machines may lie apart. Over the processors that `tests/tools/processors.py`
can pretend to be, the shipped networks differ by up to 2.4e-5, and former ones did by 2.8e-5, on checks in pure colours
most; hints for more than four times as much take 0.9 to 1.7 % of the file of a photograph."""
LARGEST_NUMBER = 2**31 - 1
HALF = 16
"""Bits that are coded at once: a uniform model of constriction takes up to 24."""


@cache
def _short():
    """A model of the bit lengths 0 … 31 of numbers that are mostly small."""
    return range_coder().model.Categorical(0.5 ** np.arange(1.0, 33.0), perfect=False)


@cache
def _uniform(bits: int):
    return range_coder().model.Uniform(1 << bits)


@cache
def _model(index: int):
    return range_coder().model.Categorical(table(index) / 2.0**PRECISION, perfect=False)


class Writer:
    """Collects groups of symbols into a stream."""

    def __init__(self):
        self.coder = range_coder().queue.RangeEncoder()

    def choose_tables(self, log_scale: np.ndarray, shifts: np.ndarray) -> np.ndarray:
        """Name the table for each log s, and write the shifts and hints that let the decoder name the same."""
        for number in zigzag(shifts).ravel().tolist():
            self._number(number)
        log_scale = shifted(log_scale, shifts)
        indices, border = nearest_with_border(log_scale)
        doubtful = np.flatnonzero(np.abs(log_scale - BORDERS[border]) < TOLERANCE)
        self._number(len(doubtful))
        low = _low_bits(len(log_scale), len(doubtful))
        for gap in (np.diff(doubtful, prepend=-1) - 1).tolist():
            self._number(gap >> low)
            self.bits(gap & ((1 << low) - 1), low)
        indices[doubtful] = border[doubtful]  # the table below
        return indices

    def put(self, symbols: np.ndarray, indices: np.ndarray) -> None:
        """Append symbols (int, 1-D), each coded by the table of its index (uint8)."""
        for index, here in _groups(indices):
            size, k = largest_symbol(index), symbols[here]
            escaped = np.abs(k) > size
            self.coder.encode(np.where(escaped, 2 * size + 1, k + size).astype(np.int32), _model(index))
            for value in k[escaped].tolist():
                self._number(2 * abs(value) + (value < 0))

    def _number(self, value: int) -> None:
        if value > LARGEST_NUMBER:
            raise StreamError(f"a number is {value}; the stream holds up to {LARGEST_NUMBER}")
        length = (value + 1).bit_length() - 1
        self.coder.encode(length, _short())
        self.bits(value + 1 - (1 << length), length)

    def bits(self, value: int, count: int) -> None:
        """Append a number of so many bits."""
        for shift, bits in _halves(count):
            self.coder.encode((value >> shift) & ((1 << bits) - 1), _uniform(bits))

    def finish(self) -> bytes:
        """The stream; trailing zero bytes are left out, as the decoder reads zeros beyond the end."""
        return self.coder.get_compressed().astype("<u4").tobytes().rstrip(b"\0")


class Reader:
    """Takes a stream apart, in the order in which it was written."""

    def __init__(self, data: bytes):
        padded = data + bytes(-len(data) % 4)
        self.coder = range_coder().queue.RangeDecoder(np.frombuffer(padded, "<u4").astype(np.uint32))

    def choose_tables(self, log_scale: np.ndarray) -> np.ndarray:
        """The tables that the encoder named.

        Raises:
            StreamError: the hints do not fit the picture: a damaged stream.
        """
        shifts = unzigzag(np.array([self._number() for _ in range(2 * blocks_of(len(log_scale)))], np.int64))
        log_scale = shifted(log_scale, shifts.reshape(-1, 2))
        indices, border = nearest_with_border(log_scale)
        count, at = self._number(), -1
        if count > log_scale.size:
            raise StreamError("the stream is damaged: it has more hints than coefficients")
        low = _low_bits(log_scale.size, count)
        for _ in range(count):
            at += 1 + (self._number() << low) + self.bits(low)
            if at >= log_scale.size:
                raise StreamError("the stream is damaged: a hint points outside the picture")
            indices[at] = border[at]
        return indices

    def get(self, indices: np.ndarray) -> np.ndarray:
        """The symbols, int64, one for each index."""
        symbols = np.empty(indices.shape, np.int64)
        for index, here in _groups(indices):
            size = largest_symbol(index)
            k = self._decode(_model(index), len(here)).astype(np.int64) - size
            for i in np.flatnonzero(k > size):
                number = self._number()
                k[i] = -(number // 2) if number % 2 else number // 2
            symbols[here] = k
        return symbols

    def _number(self) -> int:
        length = self._decode(_short())
        return (1 << length) - 1 + self.bits(length)

    def bits(self, count: int) -> int:
        """The next number of so many bits."""
        return sum(self._decode(_uniform(bits)) << shift for shift, bits in _halves(count))

    def _decode(self, *model) -> int | np.ndarray:
        try:
            return self.coder.decode(*model)
        except AssertionError as error:  # constriction's word for bits that no encoder writes
            raise StreamError("the stream is damaged: no encoder writes such bits") from error


def _halves(length: int) -> list[tuple[int, int]]:
    """(shift, bits) of the parts in which `length` bits are coded, the upper ones first."""
    parts = [(0, min(length, HALF)), (HALF, length - HALF)]
    return [(shift, bits) for shift, bits in reversed(parts) if bits > 0]


def _low_bits(size: int, count: int) -> int:
    """How many bits of the gaps between `count` hints among `size` places are noise (Golomb 1966, Rice 1979)."""
    return max(1, 2 * size // (3 * max(1, count))).bit_length() - 1


def _groups(indices: np.ndarray):
    """(index, positions) of each table in use, so that a table codes all its symbols at once."""
    order = np.argsort(indices, kind="stable")
    ends = np.cumsum(np.bincount(indices, minlength=TABLES))
    for index, here in enumerate(np.split(order, ends[:-1])):
        if len(here):
            yield index, here
