"""What is written is read again, at the price that the tables say, though the reader's floats differ a little."""

import hashlib
import itertools

import mpmath
import numpy as np
import pytest

from irn_core.coding.entropy import TOLERANCE, Reader, Writer
from irn_core.coding.shifts import BLOCK, blocks_of
from irn_core.coding.tables import (
    BORDERS,
    HUNDREDTHS,
    LOG_SCALES,
    PRECISION,
    TABLES,
    cost_in_bits,
    largest_symbol,
    scale_of,
    table,
)
from irn_core.errors import StreamError
from irn_core.ops.laplace import LOG_SCALE_RANGE

LARGEST = 2**30 - 1
"""The largest symbol that fits, with its sign, into a number of the stream."""


def laplace_symbols(indices: np.ndarray, seed: int = 0) -> np.ndarray:
    """A symbol from the distribution of each table."""
    return np.random.default_rng(seed).laplace(0, scale_of(indices)).round().astype(np.int64)


def random_tables(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, TABLES, count)


def tables_for(writer: Writer, log_scale: np.ndarray, shifts: np.ndarray | None = None) -> np.ndarray:
    """Those that the writer names, of log scales as they are unless shifts are given."""
    return writer.choose_tables(log_scale, np.zeros((blocks_of(len(log_scale)), 2), int) if shifts is None else shifts)


def written(symbols: np.ndarray, indices: np.ndarray) -> bytes:
    writer = Writer()
    writer.put(symbols, indices)
    return writer.finish()


# Tables


def exact(index: int, k: int) -> mpmath.mpf:
    """P(k) with 30 digits."""
    with mpmath.workdps(30):
        s = mpmath.exp(mpmath.mpf(HUNDREDTHS[index]) / 100)
        if k == 0:
            return -mpmath.expm1(-1 / (2 * s))
        return (mpmath.exp((mpmath.mpf(1) / 2 - abs(k)) / s) - mpmath.exp((-mpmath.mpf(1) / 2 - abs(k)) / s)) / 2


def test_the_tables_span_the_range_of_scales():
    np.testing.assert_allclose(np.log(scale_of(np.array([0, TABLES - 1]))), LOG_SCALE_RANGE, atol=1e-6)
    assert (np.diff(LOG_SCALES) > 0).all()


def test_no_scale_costs_much_more_by_the_nearest_table_than_by_its_own():
    for index in range(TABLES - 1):
        s = float(np.exp(BORDERS[index]))
        k = np.arange(-largest_symbol(index), largest_symbol(index) + 1)
        p = np.where(k == 0, -np.expm1(-0.5 / s), np.exp((0.5 - np.abs(k)) / s) * -np.expm1(-1 / s) / 2)
        own, by_table = -(p * np.log2(p)).sum(), (p * cost_in_bits(k, np.full(k.shape, index))).sum()
        assert by_table - own < 0.02  # bits


@pytest.mark.parametrize("index", range(TABLES))
def test_counts_are_positive_symmetric_falling_and_add_up(index):
    *counts, escape = table(index).tolist()
    assert sum(counts) + escape == 2**PRECISION
    assert min(counts) >= 1 and escape >= 1
    assert counts == counts[::-1]
    assert len(counts) == 2 * largest_symbol(index) + 1
    assert counts[largest_symbol(index) :] == sorted(counts[largest_symbol(index) :], reverse=True)


@pytest.mark.parametrize("index", range(0, TABLES, 3))
def test_counts_are_the_exact_probabilities_rounded_down(index):
    size = largest_symbol(index)
    for k in {1, 2, size // 3 + 1, size // 2 + 1, size}:
        assert table(index)[size + k] == max(1, int(exact(index, k) * 2**PRECISION))


@pytest.mark.parametrize("index", range(0, TABLES, 3))
def test_the_tables_cost_little_more_than_the_exact_probabilities(index):
    size = largest_symbol(index)
    s = float(scale_of(np.array(index)))
    k = np.arange(-size, size + 1)
    p = np.where(k == 0, -np.expm1(-0.5 / s), np.exp((0.5 - np.abs(k)) / s) * -np.expm1(-1 / s) / 2)
    excess = (p * (np.log2(p) - np.log2(table(index)[:-1] / 2**PRECISION))).sum()
    assert excess + 1e-4 >= 0 and excess < 4e-3  # the symbols beyond the table, 6e-6 of all, are left out


def test_tables_are_the_same_on_every_machine():
    # A file must stay readable: whoever changes a table changes the version of the format.
    digest = hashlib.sha256(b"".join(table(i).astype("<i8").tobytes() for i in range(TABLES)))
    assert digest.hexdigest() == "05f1bfa238df7c116f8497150fea936f5fef55a26f53143ce3548fe91df17d18"


def test_bytes_of_a_stream_are_the_same_on_every_machine():
    writer = Writer()
    indices = tables_for(writer, np.array([-9, -2, -2.05, -1, 0.5, 3, 6], np.float32))
    writer.put(np.array([0, 1, -2, 3, -5, 1000, -4000]), indices)
    assert writer.finish().hex() == "4df5ff217c6914ff2bfaf8799c87df3c"


# Round trip


@pytest.mark.parametrize("index", range(TABLES))
def test_every_table_codes_its_symbols_and_those_beyond(index):
    size = largest_symbol(index)
    k = np.array([0, 1, -1, size, -size, size + 1, -size - 1, 3 * size, -70_000, 0])
    indices = np.full(len(k), index)
    assert np.array_equal(Reader(written(k, indices)).get(indices), k)


@pytest.mark.parametrize("count", [1, 2, 1000])
@pytest.mark.parametrize("seed", range(5))
def test_any_symbols_survive(count, seed):
    indices = random_tables(count, seed)
    rng = np.random.default_rng(seed)
    anything = rng.integers(-1, 2, count) * np.exp2(rng.uniform(0, 22, count)).astype(np.int64)
    symbols = np.where(rng.random(count) < 0.1, anything, laplace_symbols(indices, seed))
    assert np.array_equal(Reader(written(symbols, indices)).get(indices), symbols)


@pytest.mark.parametrize("exponent", range(20, 31))
def test_large_symbols_survive(exponent):
    k = np.array([2**exponent - 1, 1 - 2**exponent, 2 ** (exponent - 1), 5])
    assert np.abs(k).max() <= LARGEST
    indices = np.array([0, 10, TABLES - 1, 4])
    assert np.array_equal(Reader(written(k, indices)).get(indices), k)


@pytest.mark.parametrize("k", [LARGEST + 1, -LARGEST - 1, 2**40, -(2**62)])
def test_symbols_that_are_too_large_are_refused(k):
    with pytest.raises(StreamError, match="the stream holds up to"):
        Writer().put(np.array([0, k]), np.array([3, 3]))


def test_groups_follow_one_another_and_may_be_empty():
    writer, groups = Writer(), []
    for seed, count in enumerate([0, 5, 0, 0, 300, 1, 0]):
        log_scale = np.random.default_rng(seed).uniform(*LOG_SCALE_RANGE, count)
        indices = tables_for(writer, log_scale)
        symbols = laplace_symbols(indices, seed)
        writer.put(symbols, indices)
        groups.append((log_scale, indices, symbols))
    reader = Reader(writer.finish())
    for log_scale, indices, symbols in groups:
        assert np.array_equal(reader.choose_tables(log_scale), indices)
        assert np.array_equal(reader.get(indices), symbols)


def test_nothing_takes_no_bytes():
    assert Writer().finish() == b""
    assert Reader(b"").get(np.empty(0, np.int64)).size == 0


# Cost


@pytest.mark.parametrize("seed", range(3))
def test_a_stream_is_as_long_as_its_symbols_cost(seed):
    indices = random_tables(100_000, seed)
    symbols = laplace_symbols(indices, seed)
    assert 8 * len(written(symbols, indices)) == pytest.approx(cost_in_bits(symbols, indices).sum(), rel=5e-3, abs=96)


def test_symbols_beyond_the_table_cost_an_escape_and_a_number():
    rng = np.random.default_rng(0)
    indices = rng.integers(0, 16, 3000)
    symbols = rng.choice([-1, 1], 3000) * np.exp2(rng.uniform(9, 22, 3000)).astype(np.int64)
    assert 8 * len(written(symbols, indices)) == pytest.approx(cost_in_bits(symbols, indices).sum(), rel=5e-3, abs=96)


@pytest.mark.parametrize("index", [0, 11, TABLES - 1])
def test_costs_are_those_of_probabilities_that_add_up_to_one(index):
    size = largest_symbol(index)
    costs = cost_in_bits(np.arange(-size, size + 1), np.full(2 * size + 1, index))
    assert np.exp2(-costs).sum() == pytest.approx(1 - 2.0**-18)  # the rest is the escape


def test_certain_symbols_cost_next_to_nothing():
    indices = np.zeros(1_000_000, np.int64)
    assert 8 * len(written(np.zeros_like(indices), indices)) < 1e-4 * len(indices)


# Hints


def doubtful_log_scales() -> np.ndarray:
    """Densely on and around all borders, in random order, with some that are far from any."""
    offsets = TOLERANCE * np.array([-2, -1.1, -1, -0.99, -0.5, -0.1, 0, 0.01, 0.5, 0.9, 0.999, 1, 1.001, 3, 1000, -900])
    values = (BORDERS[:, None] + offsets).ravel().astype(np.float32)
    return np.random.default_rng(0).permutation(values)


@pytest.mark.parametrize("amplitude", [0, 1e-3, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("seed", range(4))
def test_floats_that_differ_by_less_than_the_tolerance_read_the_same(amplitude, seed):
    log_scale = doubtful_log_scales()
    writer = Writer()
    indices = tables_for(writer, log_scale)
    symbols = laplace_symbols(indices)
    writer.put(symbols, indices)
    sign = np.random.default_rng(seed).uniform(-1, 1, log_scale.shape)
    noise = amplitude * TOLERANCE * (np.sign(sign) if seed % 2 else sign)
    reader = Reader(writer.finish())
    again = reader.choose_tables((log_scale + noise).astype(np.float32))
    assert np.array_equal(again, indices)
    assert np.array_equal(reader.get(again), symbols)


def test_floats_that_differ_by_more_do_not():
    # Without this, the test above would say nothing about the hints.
    log_scale = doubtful_log_scales()
    writer = Writer()
    indices = tables_for(writer, log_scale)
    noise = 20 * TOLERANCE * np.random.default_rng(0).choice([-1, 1], log_scale.shape)
    again = Reader(writer.finish()).choose_tables(log_scale + noise)
    assert not np.array_equal(again, indices)


def test_the_nearest_table_is_chosen():
    log_scale = np.random.default_rng(0).uniform(*LOG_SCALE_RANGE, 10_000)
    indices = tables_for(Writer(), log_scale)
    error = np.abs(log_scale - LOG_SCALES[indices])
    assert (error <= np.abs(log_scale[:, None] - LOG_SCALES).min(1) + 2 * TOLERANCE).all()


def test_log_scales_outside_the_range_are_clipped():
    low, high = LOG_SCALE_RANGE
    log_scale = np.array([-np.inf, -50.0, low - 0.01, high + 0.01, 50, np.inf], np.float32)
    writer = Writer()
    assert tables_for(writer, log_scale).tolist() == [0] * 3 + [TABLES - 1] * 3
    assert Reader(writer.finish()).choose_tables(log_scale).tolist() == [0] * 3 + [TABLES - 1] * 3


@pytest.mark.parametrize("seed", range(3))
def test_shifted_scales_read_the_same_on_another_machine(seed):
    rng = np.random.default_rng(seed)
    log_scale = np.resize(doubtful_log_scales(), 2 * BLOCK + 5)
    shifts = rng.integers(-300, 300, (3, 2))
    writer = Writer()
    indices = tables_for(writer, log_scale, shifts)
    noise = 0.9 * TOLERANCE * rng.uniform(-1, 1, log_scale.shape)
    again = Reader(writer.finish()).choose_tables((log_scale + noise).astype(np.float32))
    assert np.array_equal(again, indices)
    assert not np.array_equal(indices, tables_for(Writer(), log_scale))


def test_without_shifts_and_doubt_a_group_costs_three_bits():
    clear = np.repeat(LOG_SCALES, 50)
    writer = Writer()
    for _ in range(64):
        tables_for(writer, clear)
    assert len(writer.finish()) <= 64 * 3 / 8


# Damage


@pytest.mark.parametrize(
    "stream",
    [b"", *(bytes([byte]) * 400 for byte in (0x00, 0x01, 0x55, 0x7F, 0x80, 0xAA, 0xC0, 0xF0, 0xFC, 0xFE, 0xFF))],
    ids=lambda stream: stream[:1].hex() or "empty",
)
def test_monotonous_streams_are_refused_or_read(stream):
    read_groups(stream)


@pytest.mark.parametrize("length", [1, 3, 4, 7, 16, 60, 400])
def test_random_streams_are_refused_or_read(length):
    outcomes = [read_groups(np.random.default_rng(seed).bytes(length)) for seed in range(150)]
    assert outcomes.count("refused") > 0  # the others are long enough, by chance


def test_the_largest_numbers_are_refused_or_read():
    # A run of ones is the prefix of a large number: of the count of hints, or, after zeros, of what follows it.
    for ones, zeros in itertools.product(range(1, 49), range(16)):
        run = (1 << 64) - (1 << (64 - ones))
        read_groups(
            b"".join((run >> zeros >> shift & 0xFFFFFFFF).to_bytes(4, "little") for shift in (32, 0)) + bytes(40)
        )


def read_groups(stream: bytes) -> str:
    """Read three groups of a stream that may hold anything."""
    log_scale = np.random.default_rng(0).uniform(*LOG_SCALE_RANGE, 40).astype(np.float32)
    try:
        reader = Reader(stream)
        for _ in range(3):
            indices = reader.choose_tables(log_scale)
            symbols = reader.get(indices)
            assert indices.min() >= 0 and indices.max() < TABLES
            assert symbols.shape == indices.shape and np.abs(symbols).max() <= 2**31
    except StreamError:
        return "refused"
    return "read"
