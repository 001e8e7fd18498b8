"""Cleaning: what the restorer is told is true, tiles equal the whole, and shipped weights help pictures with traces."""

import numpy as np
import pytest
import torch
from PIL import Image

from demo import examples
from irn_core.cli.main import main
from irn_core.coding import cleaning
from irn_core.coding.cleaning import clean, kind_of, load_restorer, quality_of
from irn_core.coding.codecs import CODECS
from irn_core.coding.pillow_codecs import JPEGS, PILLOW_CODECS
from irn_core.errors import ImageError, IRNError
from irn_core.nets.restorer import CELL, KINDS, Restorer, RestorerConfig
from irn_core.ops.metrics import psnr_rgb
from irn_core.pictures.files import encode_png, read_picture
from irn_core.training.restoring import RestoreTask
from irn_core.training.train import TrainConfig, train
from irn_core.weights import load_model
from tests.helpers import encode, noise_pixels, write_pictures


def random_restorer(seed: int = 0) -> Restorer:
    torch.manual_seed(seed)
    net = Restorer(RestorerConfig(8, 2)).eval()
    torch.nn.init.normal_(net.net[-1].weight, std=0.5)
    return net


@pytest.mark.parametrize("quality", (1, 30, 50, 75, 95, 100))
@pytest.mark.parametrize("chroma", JPEGS)
def test_the_quality_of_a_jpeg_is_read_from_its_tables(quality, chroma):
    pixels = noise_pixels(24, 40)
    data = JPEGS[chroma].encode(pixels, quality)
    assert kind_of(data) == "jpeg"
    assert quality_of(data, pixels) == quality


@pytest.mark.parametrize("kind", ("webp", "avif"))
def test_the_quality_of_others_is_found_near(kind):
    codec = PILLOW_CODECS[kind]
    pixels = examples.example(examples.FIRST)[:192, :192]
    found = [quality_of(data := codec.encode(pixels, q), codec.decode(data)) for q in (25, 75)]
    assert found[0] < 50 < found[1]


def test_tiles_equal_the_whole(monkeypatch):
    net, pixels = random_restorer(), noise_pixels(101, 190)
    whole = clean(net, pixels, "jpeg", 20)
    assert np.abs(whole.astype(int) - pixels).mean() > 1
    monkeypatch.setattr(cleaning, "TILE_SIDE", 10)
    assert np.abs(clean(net, pixels, "jpeg", 20).astype(int) - whole).max() <= 1


def test_codec_and_quality_matter():
    net, pixels = random_restorer(), noise_pixels(2 * CELL, 3 * CELL)
    found = [clean(net, pixels, kind, quality) for kind in KINDS for quality in (10, 90)]
    assert all((a != b).any() for i, a in enumerate(found) for b in found[:i])


@pytest.mark.parametrize("kind, quality", (("png", 50), ("jpeg", -1), ("jpeg", 101)))
def test_what_no_codec_has_is_refused(kind, quality):
    with pytest.raises(IRNError, match=f"{kind}.*{quality}"):
        clean(random_restorer(), noise_pixels(8, 8), kind, quality)


@pytest.mark.parametrize("data", (b"", b"no picture", encode_png(noise_pixels(8, 8))))
def test_other_files_are_refused(data):
    with pytest.raises(ImageError, match="expected a JPEG, WebP or AVIF"):
        kind_of(data)


def test_jpegs_of_all_kinds_are_known():
    pixels = noise_pixels(24, 40)
    image = Image.fromarray(pixels)
    double = encode(image, "MPO", quality=30, save_all=True, append_images=[image])
    assert kind_of(double) == "jpeg" and quality_of(double, pixels) == 30
    other = bytearray(encode(image.convert("L"), "JPEG", quality=30))
    other[other.index(b"\xff\xdb") + 4] = 1  # the only table has another number
    assert quality_of(bytes(other), pixels) == 30


@pytest.mark.parametrize("options", ({}, {"exif": Image.Exif()}, {"icc_profile": b"profile"}, {"save_all": True}))
def test_webp_without_loss_is_told_wherever_it_stands_in_the_file(options):
    if "save_all" in options:
        options = options | {"append_images": [Image.fromarray(noise_pixels(8, 9, 1))]}
    image = Image.fromarray(noise_pixels(8, 9))
    with pytest.raises(ImageError, match="nothing to clean"):
        kind_of(encode(image, "WEBP", lossless=True, **options))
    assert kind_of(encode(image, "WEBP", **options)) == "webp"


def test_damaged_and_hostile_files_are_refused_in_plain_words(tmp_path, capsys):
    data = PILLOW_CODECS["jpeg"].encode(noise_pixels(24, 40), 50)
    size = data.index(b"\xff\xc0") + 5
    huge = data[:size] + b"\xea\x60\xea\x60" + data[size + 4 :]
    for damaged in (huge, data[:30], data[: len(data) // 2]):
        (tmp_path / "a.jpg").write_bytes(damaged)
        assert main(["restore", str(tmp_path / "a.jpg"), str(tmp_path / "b.png")]) == 2
        assert "a.jpg: the picture " in capsys.readouterr().err


@pytest.mark.parametrize("name", examples.NAMES)
def test_shipped_weights_help_every_example(name):
    """At rates where traces are seen. The chart's patterns, unlike all that was learnt from, may lose up to 1 dB."""
    pixels = examples.example(name)[:256, :256]
    loss = 1.0 if name == examples.CHART else 0.0
    for quality in (10, 30, 60):
        data = PILLOW_CODECS["jpeg"].encode(pixels, quality)
        before, after = (psnr_rgb(pixels, CODECS[codec].decode(data)) for codec in ("jpeg", "jpeg-cleaned"))
        assert after > before - loss


def test_the_command_gives_what_the_codec_gives(tmp_path, capsys):
    file, cleaned = tmp_path / "small.jpg", tmp_path / "cleaned.png"
    file.write_bytes(PILLOW_CODECS["jpeg"].encode(examples.example(examples.FIRST)[:90, :130], 20))
    assert main(["restore", str(file), str(cleaned)]) == 0
    assert "jpeg at quality 20" in capsys.readouterr().out
    assert np.array_equal(read_picture(cleaned).pixels, CODECS["jpeg-cleaned"].decode(file.read_bytes()))


def test_the_command_says_what_it_cannot_clean(tmp_path, capsys):
    file = tmp_path / "picture.png"
    file.write_bytes(encode_png(noise_pixels(8, 8)))
    assert main(["restore", str(file), str(tmp_path / "cleaned.png")]) == 2
    assert "picture.png: the picture is of another format: expected a JPEG, WebP or AVIF" in capsys.readouterr().err


def test_training_exports_a_restorer(tmp_path, one_thread):
    data = write_pictures(tmp_path / "pictures", 3)
    task = RestoreTask(RestorerConfig(8, 1))
    path = train(TrainConfig(data, str(tmp_path / "run"), "tiny", task, steps=3, batch=4, crop=16), lambda _: None)
    assert isinstance(load_model(path, Restorer), Restorer)
    assert load_restorer().config == RestorerConfig()
