"""The LR file says what made it and whether it was changed; any other picture is accepted with a warning."""

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from irn_core.errors import ImageError
from irn_core.pictures.lr_file import TEXT_KEY, LRFile, encode_lr, read_lr
from tests.helpers import encode, noise_pixels, png_chunk

LR = noise_pixels(5, 7)


@pytest.mark.parametrize("scale", [2, 4, 8])
@pytest.mark.parametrize("missing", [(0, 0), (1, 0), (1, 1)])  # the last row or column of cells need not be full
@pytest.mark.parametrize("model", ["irn-x2", "my model", "größer & feiner", "a=b", "模型", "50%+1"])
def test_tags_survive(tmp_path, scale, missing, model):
    size = (5 * scale - missing[0], 7 * scale - missing[1])
    (tmp_path / "lr.png").write_bytes(encode_lr(LR, scale, model, size))
    lr = read_lr(tmp_path / "lr.png")
    assert np.array_equal(lr.pixels, LR)
    assert (lr.scale, lr.model, lr.size, lr.notices) == (scale, model, size, ())
    assert lr.warnings(model, scale) == []
    assert lr.size_at(scale) == size
    assert lr.size_at(2 * scale) is None


def test_the_file_is_an_ordinary_png(tmp_path):
    (tmp_path / "lr.png").write_bytes(encode_lr(LR, 2, "irn-x2", (10, 14)))
    with Image.open(tmp_path / "lr.png") as image:
        assert image.format == "PNG"
        assert np.array_equal(np.asarray(image), LR)


def assert_foreign(path, pixels: np.ndarray):
    lr = read_lr(path)
    assert np.array_equal(lr.pixels, pixels)
    assert lr.scale is lr.model is lr.size is None
    (warning,) = lr.warnings("irn-x2", 2)
    assert "not known to be from a network" in warning and "unchanged LR of irn-x2," in warning
    assert lr.size_at(2) is None


@pytest.mark.parametrize("kind", ["png", "bmp", "tiff"])
def test_a_foreign_picture_is_read_with_a_warning(tmp_path, kind):
    Image.fromarray(LR).save(tmp_path / f"lr.{kind}")
    assert_foreign(tmp_path / f"lr.{kind}", LR)


@pytest.mark.parametrize("size", [(5, 8), (6, 7), (10, 14), (1, 1)])
def test_a_resized_lr_is_foreign(tmp_path, size):
    (tmp_path / "lr.png").write_bytes(encode_lr(LR, 2, "irn-x2", (10, 14)))
    with Image.open(tmp_path / "lr.png") as image:
        kept = PngInfo()
        kept.add_text(TEXT_KEY, image.info[TEXT_KEY])
        resized = image.resize(size[::-1])
    resized.save(tmp_path / "resized.png", pnginfo=kept)
    assert_foreign(tmp_path / "resized.png", np.asarray(resized))


@pytest.mark.parametrize(("model", "scale"), [("irn-x4", 4), ("other", 2), ("irn-x2", 4)])
def test_another_network_is_warned_of(tmp_path, model, scale):
    (tmp_path / "lr.png").write_bytes(encode_lr(LR, 2, "irn-x2", (10, 14)))
    (warning,) = read_lr(tmp_path / "lr.png").warnings(model, scale)
    assert "irn-x2" in warning and model in warning and f"×{scale}" in warning


def test_other_weights_of_the_same_network_are_warned_of(tmp_path):
    (tmp_path / "lr.png").write_bytes(encode_lr(LR, 2, "irn-x2@0123456789ab", (10, 14)))
    (warning,) = read_lr(tmp_path / "lr.png").warnings("irn-x2@ba9876543210", 2)
    assert "other weights, irn-x2@0123456789ab" in warning and "leave out" not in warning


def written_tag(tmp_path) -> str:
    (tmp_path / "lr.png").write_bytes(encode_lr(LR, 2, "irn-x2", (10, 14)))
    with Image.open(tmp_path / "lr.png") as image:
        return image.info[TEXT_KEY]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda tag: "",
        lambda tag: "irn",
        lambda tag: "= & = ;; \x01",
        lambda tag: tag.replace("2", "0"),
        lambda tag: tag.replace("2", "two"),
        lambda tag: tag.replace("10", "1e1"),
        lambda tag: tag.replace("scale", "scales"),
        lambda tag: tag.replace("model", "madel"),
        lambda tag: tag.replace("height", "hight"),
        lambda tag: tag.replace("=", ":"),
        lambda tag: tag[: len(tag) // 2],
        lambda tag: "9" * 5000,
        lambda tag: tag.replace("10", "9" * 5000),
    ],
)
def test_a_spoilt_tag_is_foreign(tmp_path, spoil):
    tag = written_tag(tmp_path)
    info = PngInfo()
    info.add_text(TEXT_KEY, spoil(tag))
    Image.fromarray(LR).save(tmp_path / "spoilt.png", pnginfo=info)
    assert_foreign(tmp_path / "spoilt.png", LR)


def test_every_shortened_tag_is_foreign_or_says_the_truth(tmp_path):
    tag = written_tag(tmp_path)
    for length in range(len(tag)):
        info = PngInfo()
        info.add_text(TEXT_KEY, tag[:length])
        Image.fromarray(LR).save(tmp_path / "short.png", pnginfo=info)
        lr = read_lr(tmp_path / "short.png")
        assert lr.scale in (None, 2)
        assert lr.size is None or tuple(-(-side // 2) for side in lr.size) == (5, 7)


def test_a_text_chunk_with_a_wrong_checksum_is_refused(tmp_path):
    written_tag(tmp_path)
    data = (tmp_path / "lr.png").read_bytes()
    start = data.index(b"tEXt")
    (tmp_path / "lr.png").write_bytes(data[: start + 6] + b"?" + data[start + 7 :])
    with pytest.raises(ImageError, match=r"lr\.png"):
        read_lr(tmp_path / "lr.png")


def test_an_undecodable_compressed_text_chunk_is_foreign(tmp_path):
    Image.fromarray(LR).save(tmp_path / "lr.png")
    data = (tmp_path / "lr.png").read_bytes()
    chunk = png_chunk(b"zTXt" + TEXT_KEY.encode() + b"\0\0not zlib")
    after_header = data.index(b"IHDR") + 4 + 13 + 4
    (tmp_path / "lr.png").write_bytes(data[:after_header] + chunk + data[after_header:])
    assert_foreign(tmp_path / "lr.png", LR)


def lr_of(pixels: np.ndarray, tag: str) -> LRFile:
    """What is read from a picture with this tag."""
    info = PngInfo()
    info.add_text(TEXT_KEY, tag)
    return read_lr(encode(Image.fromarray(pixels), "PNG", pnginfo=info))


def test_changed_pixels_are_told(tmp_path):
    tag = written_tag(tmp_path)
    assert lr_of(LR, tag).changed is False
    nudged = LR.copy()
    nudged[2, 3, 1] ^= 1
    for pixels in (nudged, LR[::-1].copy(), np.asarray(Image.fromarray(LR).quantize(16).convert("RGB"))):
        lr = lr_of(pixels, tag)
        assert (lr.scale, lr.model, lr.size, lr.changed) == (2, "irn-x2", (10, 14), True)
        (warning,) = lr.warnings("irn-x2", 2)
        assert "were changed after irn-x2 made it" in warning
        assert len(lr.warnings("irn-x4", 4)) == 2


def test_a_lossless_copy_is_unchanged(tmp_path):
    written_tag(tmp_path)
    with Image.open(tmp_path / "lr.png") as image:
        kept = PngInfo()
        kept.add_itxt(TEXT_KEY, image.info[TEXT_KEY], zip=True)
        image.convert("RGBA").save(tmp_path / "copy.png", pnginfo=kept, compress_level=1)
    lr = read_lr(tmp_path / "copy.png")
    assert lr.scale == 2 and lr.changed is False and lr.warnings("irn-x2", 2) == []


def test_tags_without_a_checksum_are_believed(tmp_path):
    tag = written_tag(tmp_path)
    older = tag[: tag.index("&crc32=")]
    lr = lr_of(LR, older)
    assert (lr.scale, lr.model, lr.size, lr.changed) == (2, "irn-x2", (10, 14), None)
    (warning,) = lr.warnings("irn-x2", 2)
    assert "no checksum" in warning


def test_a_tag_behind_the_pixels_is_found(tmp_path):
    tag = written_tag(tmp_path)
    data = encode(Image.fromarray(LR), "PNG")
    moved = data[:-12] + png_chunk(b"tEXt" + TEXT_KEY.encode() + b"\0" + tag.encode()) + data[-12:]
    lr = read_lr(moved)
    assert (lr.scale, lr.model, lr.changed) == (2, "irn-x2", False)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ImageError, match="does not exist"):
        read_lr(tmp_path / "nowhere.png")


@pytest.mark.parametrize("quality", [1, 90, 100])
def test_a_jpeg_says_what_made_it(tmp_path, quality):
    (tmp_path / "lr.jpg").write_bytes(encode_lr(LR, 2, "größer & feiner", (9, 14), jpeg=quality))
    with Image.open(tmp_path / "lr.jpg") as image:
        assert image.format == "JPEG"
        pixels = np.asarray(image)
    lr = read_lr(tmp_path / "lr.jpg")
    assert np.array_equal(lr.pixels, pixels)
    assert lr == LRFile(lr.pixels, (), 2, "größer & feiner", (9, 14), None, jpeg=quality)
    assert lr.warnings("größer & feiner", 2) == []
    assert len(lr.warnings("another", 2)) == 1


@pytest.mark.parametrize("comment", ["", "irn:", "a photograph", "scale=2", "irn:scale=2&model=a"])
def test_the_comment_of_another_jpeg_is_its_own(tmp_path, comment):
    Image.fromarray(LR).save(tmp_path / "lr.jpg", comment=comment)
    with Image.open(tmp_path / "lr.jpg") as image:
        assert_foreign(tmp_path / "lr.jpg", np.asarray(image))
