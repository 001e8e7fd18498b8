"""By how much log s is shifted, block by block, before it names a table: an encoder's choice, which it writes.

A prior may expect too much or too little of a part of a picture: a shift by sixteenths makes up for that. And where a
log s lies on the border between two tables, floats of two machines could name different ones: a few fine steps more
leave hardly any such coefficient in a block, and the rest take a hint each.
"""

from functools import cache

import numpy as np

from irn_core.coding.tables import BORDERS, LOG_SCALES, nearest_with_border, number_bits
from irn_core.ops.laplace import LOG_SCALE_RANGE

BLOCK = 1 << 13
"""Coefficients that share a shift. Part of the format."""
FINE, COARSE = 2.0**-12, 2.0**-4
"""Units of a shift in log s: its two numbers count them. Part of the format."""
LARGEST = 16
"""A shift is at most so many coarse steps …"""
NEARBY = 24
"""… and so many fine ones."""
HINT_BITS = 13
"""About what a hint costs."""


def blocks_of(count: int) -> int:
    """How many shifts so many coefficients have."""
    return -(-count // BLOCK)


def shifted(log_scale: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """log s of each coefficient after the shift of its block; shifts: blocks × (coarse, fine)."""
    by_block = shifts @ np.array([COARSE, FINE], np.float32)
    return log_scale + np.repeat(by_block.astype(np.float32), BLOCK)[: len(log_scale)]


def choose_shifts(log_scale: np.ndarray, symbols: np.ndarray) -> np.ndarray:
    """For symbols that cost the fewest bits, and few hints; blocks × (coarse, fine), int64."""
    log_scale = np.nan_to_num(log_scale)  # foreign weights may give any floats
    coarse = _coarse(log_scale, symbols)
    shifts = np.stack([coarse, np.zeros_like(coarse)], axis=1)
    shifts[:, 1] = _fine(shifted(log_scale, shifts))
    return shifts


def zigzag(number: np.ndarray) -> np.ndarray:
    """0, 1, −1, 2, −2 … as 0, 1, 2, 3, 4 …"""
    return np.where(number > 0, 2 * number - 1, -2 * number)


def unzigzag(number: np.ndarray) -> np.ndarray:
    """The inverse of `zigzag`."""
    return np.where(number % 2, (number + 1) // 2, -(number // 2))


def _coarse(log_scale: np.ndarray, symbols: np.ndarray) -> np.ndarray:
    """Sixteenths for each block. What symbols cost follows from three sums for each place of log s, see `_prices`."""
    count, first, places = blocks_of(len(symbols)), *_places()
    place = np.rint(np.clip(log_scale, *LOG_SCALE_RANGE) / COARSE).astype(np.int64) - first
    key = np.arange(len(symbols)) // BLOCK * places + place
    size = np.abs(symbols)
    sums = (np.bincount(key, weights, count * places).reshape(count, places)
            for weights in (size == 0, size > 0, np.where(size > 0, size - 0.5, 0)))  # fmt: skip
    costs = sum(each @ price for each, price in zip(sums, _prices(), strict=True))
    steps = np.arange(-LARGEST, LARGEST + 1)
    return steps[np.argmin(costs + number_bits(zigzag(steps)), axis=1)]


def _places() -> tuple[int, int]:
    """log s in sixteenths: the first, and how many there are."""
    low, high = (round(bound / COARSE) for bound in LOG_SCALE_RANGE)
    return low, high - low + 1


@cache
def _prices() -> list[np.ndarray]:
    """Bits of a zero, of any other k, and of each step beyond ½ of its size, places of log s × shifts."""
    first, places = _places()
    log_s = COARSE * (first + np.arange(places)[:, None] + np.arange(-LARGEST, LARGEST + 1))
    s = np.exp(LOG_SCALES[np.searchsorted(BORDERS, log_s)])
    return [-np.log2(-np.expm1(-0.5 / s)), 1 - np.log2(-np.expm1(-1 / s)), 1 / (s * np.log(2))]


def _fine(log_scale: np.ndarray) -> np.ndarray:
    """Fine steps for each block, of these log s: those which leave the fewest near a border."""
    count, candidates = blocks_of(len(log_scale)), 2 * NEARBY + 1
    _, border = nearest_with_border(log_scale)
    onto_it = zigzag(np.rint((BORDERS[border] - log_scale) / FINE).clip(-NEARBY - 1, NEARBY + 1).astype(np.int64))
    near = onto_it < candidates
    key = (np.arange(len(log_scale)) // BLOCK * candidates + onto_it)[near]
    hints = np.bincount(key, minlength=count * candidates).reshape(count, candidates)
    return unzigzag(np.argmin(HINT_BITS * hints + number_bits(np.arange(candidates)), axis=1))
