"""Whatever colours a picture is stored in, those of sRGB come out."""

import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from irn_core.pictures.files import read_picture
from tests.helpers import encode, grey, noise_pixels

SRGB = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
P3 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
"""XYZ of red, green and blue, for the white D50."""
P3_CODES = np.uint8([[[234, 51, 35], [117, 251, 76], [204, 153, 102]]])
P3_COLOURS = np.uint8([[[255, 0, 0], [3, 255, 0], [213, 150, 93]]])


def number(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def profile(space: bytes, primaries=(), curve=(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)) -> bytes:
    """A profile of version 4 by its primaries and the parameters of its curve: by default those of sRGB, or γ alone."""
    kind = {1: 0, 5: 3}[len(curve)]
    curve = b"para" + bytes(4) + struct.pack(">HH", kind, 0) + b"".join(map(number, curve))
    name = "Colours of a test".encode("utf-16-be")
    tags = {
        b"desc": b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(name), 28) + name,
        b"wtpt": b"XYZ " + bytes(4) + number(0.9642) + number(1) + number(0.8249),
    }
    for channel, xyz in zip(b"rgb", primaries, strict=False):
        tags[bytes([channel]) + b"XYZ"] = b"XYZ " + bytes(4) + b"".join(map(number, xyz))
        tags[bytes([channel]) + b"TRC"] = curve
    if not primaries:
        tags[b"kTRC"] = curve
    table, body = struct.pack(">I", len(tags)), b""
    for tag, content in tags.items():
        table += tag + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    header = struct.pack(
        ">I4xI4s4s4s12x4s4x24x", 132 + len(table) - 4 + len(body), 0x04300000, b"mntr", space, b"XYZ ", b"acsp"
    )
    white = number(0.9642) + number(1) + number(0.8249)
    return (header[:68] + white).ljust(128, b"\0") + table + body


def encode_srgb(linear: np.ndarray) -> np.ndarray:
    """IEC 61966-2-1, in grey levels."""
    linear = linear.clip(0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def p3_in_srgb(codes: np.ndarray) -> np.ndarray:
    """By the definition, without a library: grey levels of sRGB."""
    v = codes / 255
    linear = np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    return encode_srgb(linear @ np.array(P3) @ np.linalg.inv(SRGB))


def assert_told(picture):
    assert picture.notices[-1] == "colours converted from Colours of a test to sRGB"


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_colours_go_through_their_profile(kind):
    codes = np.concatenate([P3_CODES, noise_pixels(40, 3)])
    options = {"lossless": True} if kind == "WEBP" else {}
    picture = read_picture(encode(Image.fromarray(codes), kind, icc_profile=profile(b"RGB ", P3), **options))
    assert np.abs(picture.pixels - p3_in_srgb(codes)).max() < 2
    assert np.abs(picture.pixels[0].astype(int) - P3_COLOURS[0]).max() <= 1
    assert_told(picture)


def test_a_palette_and_grey_go_through_a_profile_of_colours():
    image = Image.fromarray(noise_pixels(16, 16)).quantize(16)
    picture = read_picture(encode(image, "PNG", icc_profile=profile(b"RGB ", P3)))
    assert np.abs(picture.pixels - p3_in_srgb(np.asarray(image.convert("RGB")))).max() < 2
    linear = profile(b"RGB ", SRGB, (1.0,))
    values = np.arange(256, dtype=np.uint8)[None]
    picture = read_picture(encode(Image.fromarray(values), "PNG", icc_profile=linear))
    assert np.abs(picture.pixels - encode_srgb(grey(values) / 255)).max() < 2
    assert_told(picture)


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_grey_goes_through_a_profile_of_grey(mode):
    values = np.arange(256, dtype=np.uint8)[None]
    data = encode(Image.fromarray(values).convert(mode), "PNG", icc_profile=profile(b"GRAY", (), (1.8,)))
    picture = read_picture(data)
    assert np.abs(picture.pixels - encode_srgb((grey(values) / 255) ** 1.8)).max() < 2
    assert_told(picture)


def test_alpha_is_kept_and_the_colours_put_on_white():
    codes, alpha = noise_pixels(16, 16), noise_pixels(16, 16, seed=1)[..., :1]
    picture = read_picture(encode(Image.fromarray(np.dstack([codes, alpha])), "PNG", icc_profile=profile(b"RGB ", P3)))
    expected = alpha / 255 * p3_in_srgb(codes) + 255 - alpha
    assert np.abs(picture.pixels - expected).max() < 2.5
    assert "transparent" in picture.notices[1]


def test_16_bits_go_through_their_profile():
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    picture = read_picture(encode(Image.fromarray(values), "PNG", icc_profile=profile(b"GRAY", (), (1.8,))))
    bright = values > 8192  # γ is steep at black, where one of 256 levels is several of sRGB
    assert np.abs(picture.pixels - encode_srgb((grey(values // 257) / 255) ** 1.8))[bright].max() < 4
    assert_told(picture)


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_profile_that_is_srgb_changes_nothing(own, mode):
    image = Image.fromarray(noise_pixels(64, 64)).convert(mode)
    theirs = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = profile(b"RGB ", SRGB) if own else theirs
    picture = read_picture(encode(image, "PNG", icc_profile=data))
    assert np.array_equal(picture.pixels, np.asarray(image.convert("RGB")))
    assert picture.notices == ()


@pytest.mark.parametrize(
    "data",
    [b"no profile", profile(b"RGB ", P3)[:200], profile(b"GRAY"), profile(b"CMYK"), bytes(128)],
    ids=["text", "cut", "grey", "CMYK", "zeros"],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_profile_that_cannot_be_used_is_told_and_costs_nothing(data, kind):
    image = Image.fromarray(noise_pixels(16, 16))
    picture, plain = (read_picture(encode(image, kind, **options)) for options in ({"icc_profile": data}, {}))
    assert np.array_equal(picture.pixels, plain.pixels)
    assert picture.notices == ("its colour profile cannot be used: colours are taken as they are",)


def test_lab_needs_no_profile_and_cmyk_says_so():
    lab = Image.fromarray(np.uint8([[[255, 0, 0], [0, 0, 0], [138, 0, 0]]]), "LAB")
    pixels = read_picture(encode(lab, "TIFF")).pixels.astype(int)
    assert np.abs(pixels[0, :2] - [[255] * 3, [0] * 3]).max() <= 2 and np.ptp(pixels[0, 2]) <= 2
    assert "approximate" in read_picture(encode(Image.new("CMYK", (8, 8)), "TIFF")).notices[0]
