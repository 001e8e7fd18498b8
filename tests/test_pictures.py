"""Any picture file becomes upright 8-bit RGB, or an ImageError that says what to do."""

import io
import os
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from irn_core.errors import ImageError
from irn_core.pictures.files import FORMATS, encode_png, read_picture
from tests.helpers import encode, grey, noise_pixels, png_chunk, smooth_pixels

ORIENTATION = 0x0112
UPRIGHT = {  # how a viewer must turn the stored pixels (EXIF 2.3, table of tag 0x0112)
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a.swapaxes(0, 1)[::-1, ::-1],
    8: lambda a: np.rot90(a),
}


def on_white(rgb: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    share = alpha[..., None] / 255
    return (share * rgb + (1 - share) * 255).round()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_exif_rotation_is_applied(kind, orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    # Four flat quarters, so that JPEG's loss is small; not square.
    stored = np.repeat(np.repeat(noise_pixels(2, 2), 16, 0), 32, 1)
    data = encode(Image.fromarray(stored), kind, exif=exif, **({"quality": 100} if kind != "PNG" else {}))
    picture = read_picture(data)
    expected = UPRIGHT[orientation](stored)
    assert picture.pixels.shape == expected.shape
    assert np.abs(picture.pixels.astype(int) - expected).mean() < 3
    if kind != "TIFF":  # which Pillow turns by itself, without a word
        assert any("EXIF" in notice for notice in picture.notices) == (orientation != 1)


@pytest.mark.parametrize("orientation", [0, 9, 77])
def test_unknown_orientations_turn_nothing(orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    pixels = noise_pixels(4, 6)
    picture = read_picture(encode(Image.fromarray(pixels), "PNG", exif=exif))
    assert np.array_equal(picture.pixels, pixels)
    assert picture.notices == ()


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "GIF"])
def test_plain_pictures_keep_their_pixels(kind):
    pixels = noise_pixels(9, 13) if kind != "GIF" else grey(noise_pixels(9, 13)[..., 0])
    picture = read_picture(encode(Image.fromarray(pixels), kind))
    assert np.array_equal(picture.pixels, pixels)
    assert picture.notices == ()


def test_path_text_bytes_and_file_are_one(tmp_path):
    pixels = noise_pixels(9, 13)
    path = tmp_path / "a picture.png"
    path.write_bytes(encode_png(pixels))
    with path.open("rb") as file:
        for source in (path, str(path), path.read_bytes(), io.BytesIO(path.read_bytes()), file):
            assert np.array_equal(read_picture(source).pixels, pixels)


def test_alpha_is_put_on_white():
    rgb, alpha = noise_pixels(16, 16), noise_pixels(16, 16, seed=1)[..., 0]
    picture = read_picture(encode(Image.fromarray(np.dstack([rgb, alpha])), "PNG"))
    np.testing.assert_allclose(picture.pixels, on_white(rgb, alpha), rtol=0, atol=1)
    assert any("transparent" in notice for notice in picture.notices)


def test_grey_with_alpha_is_put_on_white():
    value, alpha = noise_pixels(16, 16)[..., :2].transpose(2, 0, 1)
    image = Image.merge("LA", [Image.fromarray(value), Image.fromarray(alpha)])
    picture = read_picture(encode(image, "PNG"))
    np.testing.assert_allclose(picture.pixels, on_white(grey(value), alpha), rtol=0, atol=1)
    assert any("transparent" in notice for notice in picture.notices)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_transparent_palette_colour_is_put_on_white(kind):
    index = noise_pixels(16, 16)[..., 0] % 4
    palette = noise_pixels(1, 4, seed=1)[0]
    image = Image.fromarray(index, "L")
    image = image.convert("P")
    image.putdata(index.flatten().tolist())
    image.putpalette(palette.flatten().tolist())
    picture = read_picture(encode(image, kind, transparency=2))
    assert np.array_equal(picture.pixels, on_white(palette[index], np.where(index == 2, 0, 255)))
    assert any("transparent" in notice for notice in picture.notices)


def test_palette_gives_its_colours():
    image = Image.fromarray(noise_pixels(16, 16)).quantize(16)
    assert np.array_equal(read_picture(encode(image, "PNG")).pixels, np.asarray(image.convert("RGB")))


def test_8_bit_grey_and_1_bit_are_widened():
    values = noise_pixels(9, 13)[..., 0]
    assert np.array_equal(read_picture(encode(Image.fromarray(values), "PNG")).pixels, grey(values))
    bits = values > 127
    assert np.array_equal(read_picture(encode(Image.fromarray(bits), "PNG")).pixels, grey(bits * 255))


@pytest.mark.parametrize("ink", [(0, 0, 0, 0), (255, 0, 0, 0), (10, 90, 200, 0), (30, 60, 90, 100), (0, 0, 0, 255)])
def test_cmyk_is_not_inverted(ink):
    data = encode(Image.new("CMYK", (32, 32), ink), "JPEG", quality=100)
    *colours, black = ink
    expected = [(255 - colour) * (255 - black) / 255 for colour in colours]
    np.testing.assert_allclose(read_picture(data).pixels.mean((0, 1)), expected, atol=4)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_an_animation_the_first_frame_is_used(kind):
    frames = [Image.new("RGB", (12, 10), colour) for colour in ("red", "green", "blue")]
    options = {"lossless": True} if kind == "WEBP" else {}
    picture = read_picture(encode(frames[0], kind, save_all=True, append_images=frames[1:], **options))
    assert np.array_equal(picture.pixels, np.asarray(frames[0]))
    assert any("3 pages" in notice if kind == "TIFF" else "3 frames" in notice for notice in picture.notices)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "JPEG2000"])
def test_other_formats_are_read(kind):
    pixels = smooth_pixels(40, 56)
    picture = read_picture(encode(Image.fromarray(pixels), kind))
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels.shape == pixels.shape
    assert np.abs(picture.pixels.astype(int) - pixels).mean() < 16


def test_pixels_can_be_written_to():
    read_picture(encode_png(noise_pixels(2, 2))).pixels[0, 0] = 1


# What cannot be read


def refusal(source, **options) -> str:
    with pytest.raises(ImageError) as caught:
        read_picture(source, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_missing_file_is_named(tmp_path):
    message = refusal(tmp_path / "nowhere.png")
    assert "nowhere.png" in message and "does not exist" in message


@pytest.mark.parametrize("content", [b"", b"Dear Sir or Madam,\n", b"\x89PNG\r\n\x1a\n", bytes(5000)])
def test_what_is_no_picture_is_named_with_the_formats_that_are(tmp_path, content):
    path = tmp_path / "letter.png"
    path.write_bytes(content)
    message = refusal(path)
    assert "letter.png" in message and "not a picture" in message and "JPEG" in message
    assert "the picture" in refusal(content)


def test_a_folder_is_refused(tmp_path):
    assert str(tmp_path) in refusal(tmp_path)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "WEBP"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_truncated_files_are_called_damaged(tmp_path, kind, share):
    data = encode(Image.fromarray(noise_pixels(64, 64)), kind)
    path = tmp_path / "half"
    path.write_bytes(data[: int(share * len(data))])
    message = refusal(path)
    assert "half" in message and ("damaged or incomplete" in message or "not a picture" in message)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, on EXIF
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "WEBP", "AVIF", "JPEG2000", "BMP"])
def test_flipped_bytes_give_a_picture_or_an_image_error(kind):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    options = {"exif": exif} if kind in ("PNG", "JPEG", "TIFF", "WEBP", "AVIF") else {}
    data = encode(Image.fromarray(noise_pixels(12, 17)), kind, **options)
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(120):
        damaged = np.frombuffer(data, np.uint8).copy()
        damaged[rng.integers(min(len(data), 400), size=rng.integers(1, 6))] = rng.integers(256)
        try:
            pixels = read_picture(damaged[: rng.integers(1, 2 * len(data))].tobytes(), max_pixels=10**6).pixels
            assert pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3
        except ImageError:
            refused += 1
    assert refused


def bare_png(width: int, height: int) -> bytes:
    """A PNG file that announces a size and holds no pixels."""
    chunks = [b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), b"IDAT", b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


def test_too_many_pixels_are_refused_before_they_are_decoded():
    pixels = noise_pixels(20, 30)
    message = refusal(encode_png(pixels), max_pixels=599)
    assert "30×20" in message and "smaller" in message
    assert np.array_equal(read_picture(encode_png(pixels), max_pixels=600).pixels, pixels)


@pytest.mark.parametrize("side", [14_200, 50_000])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_enormous_pictures_are_called_too_large(side):
    assert "megapixels" in refusal(bare_png(side, side))


def test_png_is_lossless():
    pixels = noise_pixels(9, 13)
    assert np.array_equal(read_picture(encode_png(pixels)).pixels, pixels)


# Metadata that cost no picture


def with_chunk(data: bytes, content: bytes, last: bool = False) -> bytes:
    """A PNG file with one more chunk, behind IHDR or before IEND."""
    at = len(data) - 12 if last else 33
    return data[:at] + png_chunk(content) + data[at:]


MB = 2**20
LARGE = zlib.compress(bytes(2 * MB))


@pytest.mark.parametrize(
    "content",
    [
        b"tEXtComment\0" + b"x" * (2 * MB),
        b"zTXtComment\0\0" + LARGE,
        b"iTXtComment\0\1\0en\0Comment\0" + LARGE,
        b"iTXtComment\0\0\0en\0Comment\0" + b"x" * (2 * MB),
        b"iCCPprofile\0\0" + LARGE,
        b"pHYs",
        b"gAMA\0",
        b"cHRM",
        b"prVt" + bytes(9),
    ],
    ids=lambda content: content[:4].decode(),
)
@pytest.mark.parametrize("last", [False, True])
def test_chunks_that_no_pixel_needs_cost_nothing(content, last):
    pixels = noise_pixels(9, 13)
    picture = read_picture(with_chunk(encode_png(pixels), content, last))
    assert np.array_equal(picture.pixels, pixels)
    assert [notice[:18] for notice in picture.notices] == ["its colour profile"] * content.startswith(b"iCCP")


def test_much_text_is_not_unpacked():
    pixels = noise_pixels(9, 13)
    data = encode_png(pixels)
    bomb = png_chunk(b"zTXtComment\0\0" + zlib.compress(bytes(MB)))
    data = data[:33] + 200 * bomb + data[33:]
    tracemalloc.start()
    picture = read_picture(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert np.array_equal(picture.pixels, pixels)
    assert peak < 64 * MB


def test_text_on_either_side_of_the_pixels_is_kept():
    data = with_chunk(encode_png(noise_pixels(9, 13)), b"tEXtfirst\0one")
    picture = read_picture(with_chunk(with_chunk(data, b"tEXtlast\0two", last=True), b"zTXtlong\0\0" + LARGE))
    assert picture.text == {"first": "one", "last": "two"}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_exif_that_cannot_be_read_turns_nothing(kind):
    image = Image.fromarray(smooth_pixels(16, 24))
    picture, plain = (
        read_picture(encode(image, kind, **options)) for options in ({"exif": b"Exif\0\0MM\0*\0\0\0"}, {})
    )
    assert np.array_equal(picture.pixels, plain.pixels)
    assert picture.notices == () or "not turned" in picture.notices[0]


def test_exif_without_a_byte_order_is_told():
    data = with_chunk(encode_png(noise_pixels(4, 6)), b"eXIfnonsense")
    assert read_picture(data).notices == ("its EXIF data cannot be read: not turned",)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_an_impossible_fraction_in_exif_does_not_keep_a_picture_from_being_turned(kind):
    tags = [(ORIENTATION, 3, 1, 6 << 16), (0x011A, 10, 1, 38)]  # the second: a signed fraction, at byte 38
    exif = b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", len(tags))
    exif += b"".join(struct.pack(">HHII", *tag) for tag in tags) + bytes(4) + struct.pack(">ii", -1, 0)
    picture = read_picture(encode(Image.fromarray(smooth_pixels(16, 24)), kind, exif=exif))
    assert picture.pixels.shape == (24, 16, 3)
    assert picture.notices == ("turned upright as its EXIF data says",)


# What is opened, and how


def test_pipes_are_read_once(tmp_path):
    pixels = noise_pixels(60, 70)  # more than the first bytes
    reader, writer = os.pipe()
    with open(writer, "wb") as end, open(reader, "rb") as pipe:
        end.write(encode_png(pixels))
        end.close()
        assert np.array_equal(read_picture(pipe).pixels, pixels)


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\nshowpage\n", "PostScript"),
        (b"\xd7\xcd\xc6\x9a" + bytes(80), "WMF"),
        (b"%PDF-1.7\n", "PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_files_that_are_no_pixels_are_named(start, kind):
    message = refusal(start)
    assert kind in message and "PNG" in message


def test_formats_that_are_not_listed_are_not_opened():
    assert not {"EPS", "WMF", "FITS", "HDF5", "GRIB", "BUFR", "MPEG", "IPTC", "BLP"} & set(FORMATS)
    for kind in ("SPIDER", "MSP", "IM"):
        assert "not a picture" in refusal(encode(Image.new("F" if kind == "SPIDER" else "1", (8, 8)), kind))


@pytest.mark.parametrize("kind", ["PPM", "TGA", "PCX", "QOI", "SGI", "ICO"])
def test_lesser_formats_are_read(kind):
    pixels = noise_pixels(16, 16)
    options = {"sizes": [(16, 16)]} if kind == "ICO" else {}
    assert np.array_equal(read_picture(encode(Image.fromarray(pixels), kind, **options)).pixels, pixels)


@pytest.mark.parametrize("largest", [255, 1023, 65535])
def test_grey_netpbm_files_are_scaled_by_their_largest_value(largest):
    values = (np.arange(64).reshape(8, 8) * largest / 63).round().astype(">u2" if largest > 255 else ">u1")
    data = f"P5 8 8 {largest}\n".encode() + values.tobytes()
    assert np.abs(read_picture(data).pixels - grey(values / largest * 255).astype(int)).max() <= 1
