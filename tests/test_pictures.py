"""Any picture file becomes upright 8-bit RGB, or an ImageError that says what to do."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from irn_core.errors import ImageError
from irn_core.pictures.files import encode_png, read_picture
from tests.helpers import encode, grey, noise_pixels, smooth_pixels

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
