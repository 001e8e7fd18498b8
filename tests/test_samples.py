"""Samples of more than 8 bits and of other types: the right grey levels, or a refusal that says which samples."""

import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image

from irn_core.errors import ImageError
from irn_core.pictures.files import read_picture
from irn_core.pictures.png_chunks import SIGNATURE
from irn_core.pictures.samples import ROUNDED
from tests.helpers import encode, grey, noise_pixels, png_chunk


def tiff(values: np.ndarray, photometric: str = "minisblack", **options) -> bytes:
    """By another library than the one that reads most of them."""
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, values, photometric=photometric, **options)
    return buffer.getvalue()


def png(values: np.ndarray) -> bytes:
    """16 bits per sample, H×W×C, C in 1 … 4, which Pillow does not write in colour."""
    height, width, channels = values.shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    chunks = [
        b"IHDR" + struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0),
        b"IDAT" + zlib.compress(rows),
        b"IEND",
    ]
    return SIGNATURE + b"".join(map(png_chunk, chunks))


def samples(*shape: int, largest: int = 65535) -> np.ndarray:
    return np.random.default_rng(0).integers(0, largest + 1, shape).astype(np.uint16)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("largest", [65535, 900])  # the brightness must not be stretched
def test_16_bit_grey_is_divided_by_257(kind, largest):
    values = np.random.default_rng(0).integers(0, largest + 1, (12, 18)).astype(np.uint16)
    picture = read_picture(encode(Image.fromarray(values), kind))
    assert np.array_equal(picture.pixels, grey((values / 257).round()))
    assert any("8 bits" in notice for notice in picture.notices)


@pytest.mark.parametrize(("largest", "factor"), [(1.0, 255), (255.0, 1)])
@pytest.mark.parametrize("highlight", [1, 1.4])
def test_float_samples_are_scaled_by_their_range(largest, factor, highlight):
    values = np.random.default_rng(0).random((12, 18)).astype(np.float32) * largest
    values[0, :3] = 0, largest * highlight, np.nan
    picture = read_picture(encode(Image.fromarray(values), "TIFF"))
    assert np.array_equal(picture.pixels, grey((np.nan_to_num(values) * factor).round().clip(0, 255)))
    assert any("8 bits" in notice for notice in picture.notices)


def test_floats_of_another_range_are_scaled_to_white():
    values = np.linspace(0, 40_000, 201, dtype=np.float32).reshape(3, 67)
    pixels = read_picture(encode(Image.fromarray(values), "TIFF")).pixels
    assert np.array_equal(pixels, grey((values / 39_600 * 255).round().clip(0, 255)))


def test_32_bit_integers_are_scaled_to_white():
    values = np.array([[0, 1 << 20], [1 << 24, 1 << 30]], np.int32)
    picture = read_picture(encode(Image.fromarray(values), "TIFF"))
    assert np.array_equal(picture.pixels, grey((values / (1 << 30) * 255).round()))


# 16 bits in colour, of which Pillow keeps the high byte


def by_257(values: np.ndarray) -> np.ndarray:
    return (values / 257).round()


def test_16_bit_colours_of_png_are_rounded():
    values = samples(12, 18, 3)
    picture = read_picture(png(values))
    assert np.array_equal(picture.pixels, by_257(values))
    assert picture.notices == (ROUNDED,)


@pytest.mark.parametrize("channels", [2, 4])
def test_16_bit_alpha_of_png_is_rounded_and_used(channels):
    values = samples(12, 18, channels)
    colours, alpha = by_257(values[..., :-1]), by_257(values[..., -1:]) / 255
    picture = read_picture(png(values))
    np.testing.assert_allclose(
        picture.pixels, np.broadcast_to(alpha * colours + 255 * (1 - alpha), (12, 18, 3)), atol=1
    )
    assert picture.notices[0] == ROUNDED and "transparent" in picture.notices[1]


@pytest.mark.parametrize("channels", [1, 3])
def test_a_transparent_colour_of_16_bits_is_put_on_white(channels):
    values = samples(12, 18, channels)
    values[0] = values[3, 3]
    key = np.broadcast_to(values[3, 3], channels).astype(">u2").tobytes()
    data = png(values)
    data = data[:33] + png_chunk(b"tRNS" + key) + data[33:]  # behind IHDR
    clear = (values == values[3, 3]).all(2, keepdims=True)
    expected = np.where(clear, 255, by_257(values))
    assert clear.sum() >= 18
    assert np.array_equal(read_picture(data).pixels, np.broadcast_to(expected, (12, 18, 3)))


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("rows", [None, 5])
def test_16_bit_colours_of_tiff_are_rounded(byteorder, planar, compression, rows):
    values = samples(12, 18, 3)
    laid = values if planar == "contig" else values.transpose(2, 0, 1)
    options = {"planarconfig": planar, "compression": compression, "byteorder": byteorder, "rowsperstrip": rows}
    picture = read_picture(tiff(laid, "rgb", **options))
    assert np.array_equal(picture.pixels, by_257(values))
    assert picture.notices == (ROUNDED,)


def test_16_bit_inks_are_rounded():
    values = samples(12, 18, 4)
    inks = Image.frombytes("CMYK", (18, 12), by_257(values).astype(np.uint8).tobytes())
    assert np.array_equal(read_picture(tiff(values, "separated")).pixels, np.asarray(inks.convert("RGB")))


@pytest.mark.parametrize("kind", ["unassalpha", "assocalpha"])
@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_alpha_of_tiff_is_used(kind, dtype):
    colours, alpha = np.full((4, 4, 3), (0.5, 0.25, 0.0)), np.full((4, 4, 1), 0.5)
    stored = np.concatenate([colours * alpha if kind == "assocalpha" else colours, alpha], 2)
    stored = stored if dtype == np.float32 else (stored * 65535).round()
    pixels = read_picture(tiff(stored.astype(dtype), "rgb", extrasamples=[kind])).pixels
    np.testing.assert_allclose(pixels[0, 0], 255 * (0.5 * np.array((0.5, 0.25, 0)) + 0.5), atol=2)


# What is black, what is white


@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_0_is_white_where_the_file_says_so(byteorder):
    values = samples(12, 18)
    pixels = read_picture(tiff(values, "miniswhite", byteorder=byteorder)).pixels
    assert np.array_equal(pixels, grey(255 - by_257(values)))


def test_highlights_beyond_white_do_not_darken_the_rest():
    values = np.random.default_rng(0).random((40, 50)).astype(np.float32)
    values[:2] = 1.02
    values[5, :4] = np.inf, -np.inf, np.nan, 1.2
    picture = read_picture(tiff(values))
    assert np.array_equal(picture.pixels, grey((np.nan_to_num(values).clip(0, 1) * 255).round()))
    assert any("3 samples are no finite numbers" in notice for notice in picture.notices)


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.uint32, np.float16, np.float32, np.float64])
def test_samples_of_0_to_255_keep_their_values(dtype):
    values = noise_pixels(9, 13)[..., 0]
    picture = read_picture(tiff(values.astype(dtype)))
    assert np.array_equal(picture.pixels, grey(values))
    assert "0…255 taken as black to white" in picture.notices[0]


@pytest.mark.parametrize(
    ("dtype", "white"),
    [(np.int8, 127), (np.int16, 32767), (np.int32, 65535), (np.uint32, 2**32 - 1), (np.uint64, 65535)],
)
def test_integers_are_scaled_by_the_range_of_their_type_or_16_bits(dtype, white):
    values = np.array([[0, white // 3, white]]).astype(dtype)
    assert read_picture(tiff(values)).pixels[0, :, 0].tolist() == [0, round(255 * (white // 3) / white), 255]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_floats_in_colour_are_read(dtype, planar):
    values = np.random.default_rng(0).random((12, 18, 3)).astype(dtype)
    laid = values if planar == "contig" else values.transpose(2, 0, 1)
    pixels = read_picture(tiff(laid, "rgb", planarconfig=planar)).pixels
    assert np.array_equal(pixels, (values.astype(float) * 255).round())


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.linspace(-1, 1, 200, dtype=np.float32), "from -1 to 1"),
        (np.linspace(-900, 900, 200).astype(np.int16), "from -900 to 900"),
        (np.linspace(-100, 100, 200).astype(np.int8), "from -100 to 100"),
        (np.full(200, np.nan, np.float32), "no sample that is a finite number"),
    ],
    ids=["float", "int16", "int8", "nan"],
)
def test_samples_without_a_black_are_refused(values, words):
    with pytest.raises(ImageError, match=words):
        read_picture(tiff(values.reshape(10, 20)))


def test_kinds_of_tiff_that_cannot_be_read_are_named():
    values = samples(12, 18, 5)
    with pytest.raises(ImageError, match="5 × 16 bits, SEPARATED"):
        read_picture(tiff(values, "separated"))
    with pytest.raises(ImageError, match="1 × 64 bits"):
        read_picture(tiff(np.ones((4, 4), np.complex64)))


def test_a_float_tiff_is_turned_and_limited():
    values = np.random.default_rng(0).random((12, 18, 3)).astype(np.float32)
    data = tiff(values, "rgb", extratags=[(274, "H", 1, 6, False)])
    picture = read_picture(data)
    assert np.array_equal(picture.pixels, np.rot90((values * 255).round(), -1))
    assert any("EXIF" in notice for notice in picture.notices)
    with pytest.raises(ImageError, match="18×12"):
        read_picture(data, max_pixels=12 * 18 - 1)


def test_a_strip_that_unpacks_to_more_than_the_picture_is_refused():
    strip = zlib.compress(bytes(100 * 2**20))
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer, iter([strip]), shape=(8, 8, 3), dtype="float32", photometric="rgb", compression="zlib", rowsperstrip=8
    )
    tracemalloc.start()
    with pytest.raises(ImageError, match="larger than it says"):
        read_picture(buffer.getvalue())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_flipped_bytes_of_a_deep_tiff_give_a_picture_or_an_image_error(planar):
    laid = samples(3, 12, 17) if planar == "separate" else samples(12, 17, 3).astype(np.float32)
    data = tiff(laid, "rgb", planarconfig=planar, compression="zlib" if planar == "contig" else None)
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(200):
        damaged = np.frombuffer(data, np.uint8).copy()
        damaged[rng.integers(min(len(data), 400), size=rng.integers(1, 6))] = rng.integers(256)
        try:
            assert read_picture(damaged.tobytes(), max_pixels=10**6).pixels.dtype == np.uint8
        except ImageError:
            refused += 1
    assert refused
