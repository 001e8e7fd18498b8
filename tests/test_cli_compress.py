"""The command line of compression: targets are kept, damaged files are refused in one line, curves are measured."""

import json

import numpy as np
import pytest
from PIL import Image

from irn_core import weights
from irn_core.coding.autoencoder_codec import load_autoencoder
from irn_core.coding.cleaning import load_restorer
from irn_core.coding.codec import load_codec
from irn_core.coding.codecs import CODECS
from irn_core.coding.icn_file import HEADER_BYTES, read_header
from irn_core.errors import IRNError
from irn_core.measure.rates import FIGURES, Curve, bd_rate
from irn_core.nets.autoencoder import Autoencoder, AutoencoderConfig
from irn_core.nets.icn import ICN
from irn_core.nets.restorer import Restorer, RestorerConfig
from irn_core.ops.metrics import psnr_rgb
from irn_core.weights import model_tag, read_info, save_model
from tests.helpers import (
    misused,
    pixels_of,
    randomise,
    refused,
    run,
    smooth_pixels,
    tiny_icn,
    tiny_icn_config,
    write_pictures,
)


@pytest.fixture(autouse=True)
def models(tmp_path, monkeypatch):
    """A folder that stands for the shipped weights: a fresh network, which compresses without training."""
    folder = tmp_path / "weights"
    folder.mkdir()
    for name in ("icn", "icn-haar", "icn-eyes"):
        save_model(ICN(tiny_icn_config()), folder / f"{name}.safetensors", {})
    tiny = Autoencoder(AutoencoderConfig(width=4, latents=4))
    save_model(randomise(tiny), folder / "autoencoder.safetensors", {})
    save_model(Restorer(RestorerConfig(4, 1)), folder / "restorer.safetensors", {})
    monkeypatch.setattr(weights, "WEIGHTS_DIR", folder)
    for load in (load_codec, load_autoencoder, load_restorer):
        load.cache_clear()
    yield folder
    for load in (load_codec, load_autoencoder, load_restorer):
        load.cache_clear()


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    Image.fromarray(smooth_pixels(67, 131)).save(path)
    return path


def test_a_file_comes_back_as_the_codec_decodes_it(photo, tmp_path):
    packed, back = tmp_path / "photo.icn", tmp_path / "back.png"
    assert run("compress", photo, packed, "--quality", 70) == 0
    assert run("decompress", packed, back) == 0
    codec, data = load_codec("icn"), packed.read_bytes()
    assert data == codec.encode(pixels_of(photo), 70)
    assert np.array_equal(pixels_of(back), codec.decode(data))
    assert run("decompress", packed, back, "--tau", 1, "--seed", 3) == 0
    assert np.array_equal(pixels_of(back), codec.decode(data, 1.0, 3))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_byte_budget_is_kept_and_used(photo, tmp_path, share):
    packed = tmp_path / "photo.icn"
    sizes = [len(load_codec("icn").encode(pixels_of(photo), quality)) for quality in (0, 100)]
    budget = round(sizes[0] + share * (sizes[1] - sizes[0]))
    assert run("compress", photo, packed, "--bytes", budget) == 0
    assert 0.98 * budget <= packed.stat().st_size <= budget
    assert run("compress", photo, packed, "--bpp", 8 * budget / (67 * 131)) == 0
    assert 0.98 * budget - 1 <= packed.stat().st_size <= budget


def test_a_budget_that_is_too_small_names_the_smallest(photo, tmp_path, capsys):
    smallest = len(load_codec("icn").encode(pixels_of(photo), 0))
    packed = tmp_path / "photo.icn"
    assert f"{smallest:,}" in refused(capsys, "compress", photo, packed, "--bytes", smallest - 1)
    assert not packed.exists()


def test_a_psnr_is_met_from_below(photo, tmp_path):
    packed = tmp_path / "photo.icn"
    assert run("compress", photo, packed, "--psnr", 33) == 0
    assert 32.9 <= psnr_rgb(pixels_of(photo), load_codec("icn").decode(packed.read_bytes())) <= 33


def test_a_psnr_below_that_of_the_smallest_file_gives_the_smallest_and_says_its_psnr(photo, tmp_path, capsys):
    packed, codec = tmp_path / "photo.icn", load_codec("icn")
    smallest = codec.encode(pixels_of(photo), 0)
    assert run("compress", photo, packed, "--psnr", 1) == 0
    assert packed.read_bytes() == smallest
    assert f"PSNR-RGB {psnr_rgb(pixels_of(photo), codec.decode(smallest)):.2f} dB" in capsys.readouterr().out


def test_info_says_what_the_file_holds(photo, tmp_path, capsys):
    packed = tmp_path / "photo.icn"
    run("compress", photo, packed, "--quality", 12.5)
    capsys.readouterr()
    assert run("info", packed) == 0
    said = capsys.readouterr().out
    header = read_header(packed.read_bytes())
    for part in ("131×67", "12.50", f"{packed.stat().st_size:,}", header.fingerprint.hex()):
        assert part in said


@pytest.fixture
def mask(tmp_path):
    path = tmp_path / "mask.png"
    Image.fromarray(np.where(np.arange(131) < 50, 255, 0).astype(np.uint8)[None].repeat(67, 0)).save(path)
    return path


@pytest.mark.parametrize("aim", [("--quality", 60), ("--bytes", 900), ("--psnr", 33)], ids=lambda aim: aim[0])
def test_a_mask_gives_the_file_a_map_whatever_is_aimed_at(photo, mask, tmp_path, aim, capsys):
    packed, plain, back = tmp_path / "photo.icn", tmp_path / "plain.icn", tmp_path / "back.png"
    assert run("compress", photo, packed, *aim, "--importance", mask, "--spread", 40) == 0
    assert run("compress", photo, plain, *aim) == 0
    data, codec = packed.read_bytes(), load_codec("icn")
    assert codec.drops(data).tolist() == [[0] * 6 + [15] + [20] * 10] * 9  # a quarter of one column of cells is white
    quality = read_header(data).quality
    if aim[0] == "--quality":
        assert quality == 60
    elif aim[0] == "--bytes":
        assert 0.98 * 900 <= len(data) <= 900
    else:
        assert 32.9 <= psnr_rgb(pixels_of(photo), codec.decode(data)) <= 33
    assert run("decompress", packed, back) == 0 and np.array_equal(pixels_of(back), codec.decode(data))
    capsys.readouterr()
    assert run("info", packed) == 0 and run("info", plain) == 0
    said = capsys.readouterr().out
    assert f"{quality - 40 if quality > 40 else 0:.2f} to {quality:.2f}, by an importance map of 17×9 cells" in said
    assert said.count("importance map") == 1


def test_masks_that_cannot_be_are_refused(photo, mask, tmp_path, capsys):
    packed, other = tmp_path / "photo.icn", tmp_path / "other.png"
    Image.fromarray(smooth_pixels(131, 67)).save(other)
    assert "the mask is 67×131, the picture 131×67" in refused(capsys, "compress", photo, packed, "--importance", other)
    assert "give that with --importance" in refused(capsys, "compress", photo, packed, "--spread", 20)
    assert "is read here" in refused(capsys, "compress", photo, mask, "--importance", mask)
    for spread in ("-1", "51", "nan", "wide"):
        assert f"spread is {spread}" in misused(capsys, "compress", photo, packed, f"--spread={spread}")
    assert not packed.exists()


def test_damaged_and_foreign_files_are_refused_in_one_line(photo, tmp_path, capsys):
    packed, out = tmp_path / "photo.icn", tmp_path / "out.png"
    run("compress", photo, packed)
    data = packed.read_bytes()
    other = tmp_path / "other.safetensors"
    save_model(tiny_icn(seed=5), other, {})
    capsys.readouterr()
    for bad, word in (
        (b"", "not an .icn"),
        (photo.read_bytes(), "not an .icn"),
        (data[: HEADER_BYTES - 1], "header"),
        (data[:-1], "checksum"),
        (data[:40] + bytes([data[40] ^ 1]) + data[41:], "checksum"),
    ):
        packed.write_bytes(bad)
        assert word in refused(capsys, "decompress", packed, out)
        assert word in refused(capsys, "info", packed)
    packed.write_bytes(data)
    assert "made by weights" in refused(capsys, "decompress", packed, out, "--model", other)
    assert not out.exists()


def test_files_of_other_weights_need_them(photo, tmp_path, capsys):
    packed, out, other = tmp_path / "photo.icn", tmp_path / "out.png", tmp_path / "other.safetensors"
    save_model(tiny_icn(seed=5), other, {})
    run("compress", photo, packed, "--model", other)
    capsys.readouterr()
    assert "do not ship; give them with --model" in refused(capsys, "decompress", packed, out)
    assert run("decompress", packed, out, "--model", other) == 0
    assert np.array_equal(pixels_of(out), load_codec(str(other)).decode(packed.read_bytes()))


def test_figures_of_icn_cannot_be_recorded_without_it(tmp_path, capsys):
    said = refused(capsys, "evaluate", "compress", "--data", tmp_path, "--codecs", "jpeg,webp", "--record")
    assert "--codecs jpeg,webp leaves out" in said


def test_curves_of_all_codecs_are_measured_and_recorded(tmp_path, models, capsys):
    folder, out = write_pictures(tmp_path / "pictures", 2), tmp_path / "curves.json"
    assert run("evaluate", "compress", "--data", folder, "--json", out, "--record") == 0
    result = json.loads(out.read_text())
    assert result["weights"] == model_tag("icn") and {"command", "date"} < set(result)
    assert set(result["codecs"]) == set(CODECS) == set(result["bd_rate_vs_jpeg"])
    assert result["bd_rate_vs_jpeg"]["jpeg"] == result["bd_rate_vs_jpeg_ssimulacra2"]["jpeg"] == pytest.approx(0)
    for name, rows in result["codecs"].items():
        assert all(set(row) == {"setting", *FIGURES} for row in rows)
        if name != "autoencoder":  # a random one has no order
            assert [row["bpp"] for row in rows] == sorted(row["bpp"] for row in rows)
    figures = read_info(models / "icn.safetensors").figures["pictures"]
    assert figures["bd_rate_vs_jpeg"] == result["bd_rate_vs_jpeg"]["icn"]


def evaluated(folder, codecs: str, *options) -> dict:
    """What `evaluate compress` writes, which must be JSON as the standard knows it."""

    def refuse(constant: str):
        raise AssertionError(f"JSON has no {constant}")

    out = folder.parent / "curves.json"
    assert run("evaluate", "compress", "--data", folder, "--codecs", codecs, "--json", out, *options) == 0
    return json.loads(out.read_text(), parse_constant=refuse)


@pytest.mark.parametrize(
    ("extra", "key"), [(np.zeros((48, 48, 3), np.uint8), "psnr"), (smooth_pixels(8, 8), "ssim")], ids=["black", "tiny"]
)
def test_a_picture_without_a_finite_score_does_not_hide_the_others(tmp_path, extra, key):
    folder = write_pictures(tmp_path / "pictures", 1)
    one = evaluated(folder, "jpeg")["codecs"]["jpeg"]
    Image.fromarray(extra).save(folder / "extra.png")
    both = evaluated(folder, "jpeg")["codecs"]["jpeg"]
    (folder / "00.png").unlink()
    other = evaluated(folder, "jpeg")["codecs"]["jpeg"]
    assert None in [row[key] for row in other]
    for mean, *rows in zip(both, one, other, strict=True):
        assert mean[key] == pytest.approx(np.mean([row[key] for row in rows if row[key] is not None]))
        assert mean["bpp"] == pytest.approx(np.mean([row["bpp"] for row in rows]))


def test_a_codec_leaves_out_a_picture_that_is_too_long_for_it_and_says_so(tmp_path, monkeypatch, capsys):
    for name in ("jpeg", "webp"):  # four points of a curve are enough, for the picture is large
        monkeypatch.setitem(CODECS, name, CODECS[name]._replace(grid=CODECS[name].grid[1::2][:4]))
    folder = write_pictures(tmp_path / "pictures", 1)
    alone = evaluated(folder, "jpeg,webp")
    Image.fromarray(smooth_pixels(16_384, 24)).save(folder / "tall.png")
    result = evaluated(folder, "jpeg,webp")
    assert list(result["left_out"]) == ["webp"] and list(result["left_out"]["webp"]) == ["tall.png"]
    assert "webp        leaves out tall.png: 24×16384 has a side above its limit of 16383" in capsys.readouterr().out
    assert [row["psnr"] for row in result["codecs"]["webp"]] == [row["psnr"] for row in alone["codecs"]["webp"]]
    assert result["codecs"]["jpeg"][0]["bpp"] != alone["codecs"]["jpeg"][0]["bpp"]
    assert result["bd_rate_vs_jpeg"]["webp"] == alone["bd_rate_vs_jpeg"]["webp"]  # of the pictures that both took
    (folder / "00.png").unlink()
    result = evaluated(folder, "jpeg,webp")
    assert result["codecs"]["webp"] == [] and result["bd_rate_vs_jpeg"]["webp"] is None


def test_a_codec_that_fails_on_a_picture_leaves_it_out(tmp_path, monkeypatch):
    folder = write_pictures(tmp_path / "pictures", 2)
    Image.fromarray(smooth_pixels(48, 40)).save(folder / "narrow.png")
    jpeg = CODECS["jpeg"]

    def encode(pixels, setting):
        if pixels.shape[1] == 40 and setting == jpeg.grid[-1]:
            raise IRNError("no")
        return jpeg.encode(pixels, setting)

    monkeypatch.setitem(CODECS, "jpeg", jpeg._replace(encode=encode))
    result = evaluated(folder, "jpeg")
    assert result["left_out"] == {"jpeg": {"narrow.png": "no"}} and len(result["codecs"]["jpeg"]) == len(jpeg.grid)


def test_codecs_that_do_not_work_here_are_noticed_before_the_work_and_not_taken_by_default(tmp_path, models, capsys):
    folder, out = write_pictures(tmp_path / "pictures", 1), tmp_path / "curves.json"
    (models / "autoencoder.safetensors").unlink()
    said = refused(capsys, "evaluate", "compress", "--data", folder, "--codecs", "jpeg,autoencoder")
    assert "no model 'autoencoder'" in said
    assert capsys.readouterr().out == ""
    assert run("evaluate", "compress", "--data", folder, "--json", out) == 0
    assert set(json.loads(out.read_text())["codecs"]) == CODECS.keys() - {"autoencoder"}


def test_unknown_codecs_are_named(tmp_path, capsys):
    with pytest.raises(SystemExit):
        run("evaluate", "compress", "--data", tmp_path, "--codecs", "icn,gif")
    assert "gif" in capsys.readouterr().err


@pytest.mark.parametrize("layout", ["icn", "icn-haar", "autoencoder"])
def test_every_layout_trains_from_the_command_line(tmp_path, layout):
    data, out = write_pictures(tmp_path / "pictures", 2), tmp_path / "run"
    options = ("--steps", 1, "--batch", 1, "--crop", 64, "--device", "cpu")
    assert run("train", "compress", "--data", data, "--out", out, "--layout", layout, *options) == 0
    assert read_info(out / f"{layout}.safetensors").training["steps"] == 1


# BD-rate


def test_bd_rate_of_a_scaled_curve_is_the_scale():
    anchor = Curve([0.1, 0.3, 0.7, 1.5], [25.0, 29.0, 33.0, 38.0])
    half = Curve([bpp / 2 for bpp in anchor.bpp], anchor.quality)
    assert bd_rate(anchor, anchor) == pytest.approx(0)
    assert bd_rate(half, anchor) == pytest.approx(-50)
    assert bd_rate(anchor, half) == pytest.approx(100)
    assert bd_rate(Curve(half.bpp[::-1], half.quality[::-1]), anchor) == pytest.approx(-50)


def test_bd_rate_needs_a_common_range():
    anchor = Curve([0.1, 0.3], [25.0, 29.0])
    for other in (Curve([0.1, 0.3], [35.0, 39.0]), Curve([0.2], [27.0])):
        with pytest.raises(IRNError, match="common range"):
            bd_rate(other, anchor)
