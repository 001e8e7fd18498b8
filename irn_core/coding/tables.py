"""Exact integer tables of the Laplace distribution: what a symbol costs, the same on every machine."""

from decimal import Decimal, localcontext
from functools import cache

import numpy as np

HUNDREDTHS = (-300, -225, -185, *range(-150, 601, 30))
LOG_SCALES = np.array(HUNDREDTHS) / 100
"""log s of each table. Twice as many would save 0.1 % of a file."""
TABLES = len(LOG_SCALES)
BORDERS = (LOG_SCALES[1:] + LOG_SCALES[:-1]) / 2
PRECISION = 22
"""Probabilities are multiples of 2^-PRECISION. Constriction fits them to its 24 bits by fixed rules."""


def nearest(log_scale: np.ndarray) -> np.ndarray:
    """The table of each log s; foreign weights may give any floats."""
    return np.searchsorted(BORDERS, np.nan_to_num(log_scale), side="right")


def nearest_with_border(log_scale: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The nearest table of each log s, uint8, and the nearest border, which has a table of its own number below it."""
    finite, indices = np.nan_to_num(log_scale), nearest(log_scale)
    nearer = np.minimum(indices, TABLES - 2)
    lower = np.maximum(nearer - 1, 0)
    border = np.where(finite - BORDERS[lower] < BORDERS[nearer] - finite, lower, nearer)
    return indices.astype(np.uint8), border


def scale_of(index: np.ndarray) -> np.ndarray:
    """s of a table, float32."""
    return np.exp(LOG_SCALES[index]).astype(np.float32)


@cache
def largest_symbol(index: int) -> int:
    """|k| up to this has an entry in the table; beyond, the escape symbol and a number."""
    return 2 + int(12 * scale_of(np.array(index)))


@cache
def table(index: int) -> np.ndarray:
    """Counts of the symbols −K … K and of the escape, K = largest_symbol(index); they add up to 2^PRECISION.

    Computed in decimal arithmetic, which is the same on every machine.
    """
    size = largest_symbol(index)
    with localcontext() as context:
        context.prec = 40
        s = (Decimal(HUNDREDTHS[index]) / 100).exp()
        ratio = (-1 / s).exp()
        p = (-1 / (2 * s)).exp() * (1 - ratio) / 2  # P(1) = P(−1); P(k + 1) = P(k)·ratio
        counts = []
        for _ in range(size):
            counts.append(max(1, int(p * 2**PRECISION)))
            p *= ratio
    escape = 16
    zero = 2**PRECISION - 2 * sum(counts) - escape
    return np.array([*reversed(counts), zero, *counts, escape], dtype=np.int64)


def number_bits(value: np.ndarray) -> np.ndarray:
    """What a number of the stream costs: 0 a bit, and twice as many as its digits beyond."""
    return 2 * np.floor(np.log2(np.asarray(value) + 1)) + 1


def cost_in_bits(symbols: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """−log2 of the tables' probability of each symbol; an escaped one costs its number as well."""
    costs = np.empty(symbols.shape)
    for index in np.unique(indices):
        here, size = indices == index, largest_symbol(int(index))
        counts, k = table(int(index)), symbols[here]
        escaped = np.abs(k) > size
        places = np.where(escaped, 2 * size + 1, k + size)
        numbers = np.where(escaped, number_bits(np.maximum(2 * np.abs(k) - 1, 0)), 0)
        costs[here] = PRECISION - np.log2(counts[places]) + numbers
    return costs
