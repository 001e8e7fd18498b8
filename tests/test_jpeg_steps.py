"""JPEG taken apart: every step gives what libjpeg gives, to the last bit."""

import numpy as np
import pytest
from scipy.fft import dct

from irn_core.coding.jpeg import huffman, transform
from irn_core.coding.jpeg.steps import CHROMA, CLIPPING, COLOUR, FULL, HALVED, errors, steps
from irn_core.coding.pillow_codecs import decode_by_pillow
from irn_core.errors import StreamError
from tests.helpers import noise_pixels, smooth_pixels

SIZES = ((1, 1), (5, 3), (3, 7), (8, 8), (17, 23), (33, 9), (2, 100), (64, 48), (67, 131))
QUALITIES = (1, 10, 50, 75, 90, 95)
CASES = [(make, size, quality) for make in (noise_pixels, smooth_pixels) for size in SIZES for quality in QUALITIES]
"""Ends that fill no block, halved chroma of one and two columns, and noise, whose colours have to be clipped."""
BOTH = pytest.mark.parametrize("chroma", (HALVED, FULL))


@BOTH
def test_the_picture_is_that_of_pillows_decoder(chroma):
    for make, size, quality in CASES:
        found = steps(make(*size), quality, chroma)
        assert np.array_equal(found.x_hat, decode_by_pillow(found.file)), (make, size, quality)


@BOTH
def test_the_symbols_are_those_of_the_file(chroma, tmp_path):
    jpeglib = pytest.importorskip("jpeglib")
    path = tmp_path / "picture.jpg"
    for make, size, quality in CASES:
        found = steps(make(*size), quality, chroma)
        path.write_bytes(found.file)
        read = jpeglib.read_dct(str(path))
        for ours, theirs in zip(found.components, (read.Y, read.Cb, read.Cr), strict=True):
            assert np.array_equal(ours.symbols, theirs), (make, size, quality)


@BOTH
def test_the_bits_are_those_of_the_scan(chroma):
    for make, size, quality in CASES:
        found = steps(make(*size), quality, chroma)
        assert -(-found.bits // 8) == len(huffman.scan_bytes(found.file)), (make, size, quality)


def in_the_order_of_the_file(found):
    """The blocks of a picture whose sides are multiples of 16: component, row, column."""
    y, *colours = found.components
    side = 2 if found.halved else 1
    for row in range(y.bits.shape[0] // side):
        for column in range(y.bits.shape[1] // side):
            for k in range(side**2):
                yield y, side * row + k // side, side * column + k % side
            yield from ((part, row, column) for part in colours)


@BOTH
@pytest.mark.parametrize("quality", (5, 95))
def test_the_code_words_are_the_scan(chroma, quality):
    found = steps(smooth_pixels(64, 48) // 2 + noise_pixels(64, 48) // 8, quality, chroma)
    written = []
    for part, row, column in in_the_order_of_the_file(found):
        block = "".join(code.word + code.bits for code in part.codes(row, column))
        assert len(block) == part.bits[row, column]
        written.append(block)
    bits = "".join(written)
    bits += "1" * (-len(bits) % 8)
    assert int(bits, 2).to_bytes(len(bits) // 8, "big") == huffman.scan_bytes(found.file)


def test_the_integer_transform_is_the_dct():
    exact = dct(np.eye(8), axis=0, norm="ortho") * 8192 * 8**0.5
    assert np.abs(transform.DCT - exact).max() < 1.2


@BOTH
def test_errors_add_up_to_that_of_the_file(chroma):
    x = noise_pixels(45, 70)
    found = steps(x, 40, chroma)
    lost = errors(x, found)
    assert lost[CLIPPING] == pytest.approx(np.mean(np.square(found.x_hat - x.astype(float))))
    assert 0 < lost[COLOUR] < 0.5  # what rounding to 8 bits costs
    assert lost[CHROMA] == lost[COLOUR] if chroma == FULL else lost[CHROMA] > 100 * lost[COLOUR]


def test_a_file_without_a_scan_is_refused():
    with pytest.raises(StreamError, match="ends before its scan"):
        huffman.read_tables(b"\xff\xd8\xff\xd9")
