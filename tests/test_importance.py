"""Importance maps: what is put into a file comes back, a map without differences is none, and bits go where it says."""

import hashlib
import json

import numpy as np
import pytest
import torch
from PIL import Image

from irn_core.coding import codec as codec_module
from irn_core.coding import tiled
from irn_core.coding.codec import Codec, encode_at_psnr, encode_within, load_codec
from irn_core.coding.entropy import TOLERANCE, Reader, Writer
from irn_core.coding.icn_file import HEADER_BYTES, MAP_VERSION, Header, pack, read_header
from irn_core.coding.importance import (
    LARGEST_DROP,
    MAP_STEP,
    SPREADS,
    TABLE_BITS,
    as_quality,
    cell_means,
    drops_of,
    read_map,
    write_map,
)
from irn_core.coding.tables import TABLES, cost_in_bits
from irn_core.errors import ImageError, StreamError
from irn_core.ops.metrics import psnr_rgb
from irn_core.ops.pixels import to_pixels, to_tensor
from irn_core.ops.quantise import from_uint8, to_uint8
from tests.golden.make import GOLDEN, MAP, MAP_QUALITY, golden_pixels, is_robust
from tests.helpers import noise_pixels, plain_codec, run, smooth_pixels, tiny_codec, write_pictures
from tests.test_codec import decodes_with_noise, mutated, outcome, stream_of, with_checksum

pytestmark = pytest.mark.usefixtures("one_thread")


def random_drops(height: int, width: int, seed: int = 0) -> np.ndarray:
    """A map for a tiny codec, whose cells are 8×8 pixels."""
    return np.random.default_rng(seed).integers(0, 16, (-(-height // 8), -(-width // 8)))


def halves(height: int, width: int) -> np.ndarray:
    """A mask that is white on the left and black on the right."""
    return np.where(np.arange(width) < width // 2, 255, 0).astype(np.uint8)[None].repeat(height, 0)


# The map in the stream


def test_every_map_comes_back():
    rng = np.random.default_rng(0)
    for _ in range(300):
        shape = tuple(rng.integers(1, [40, 12][:: rng.choice([-1, 1])]))
        top = rng.integers(LARGEST_DROP + 1)
        drops = rng.integers(0, top + 1, shape) if rng.random() < 0.5 else np.full(shape, top)
        writer, after = Writer(), np.array([3, -1], np.int32)
        write_map(writer, drops)
        writer.put(after, np.array([9, 9], np.uint8))
        reader = Reader(writer.finish())
        assert np.array_equal(read_map(reader, shape), drops)
        assert np.array_equal(reader.get(np.array([9, 9], np.uint8)), after)


def test_a_brushed_region_costs_little():
    drops = np.full((8, 12), 10)
    drops[2:5, 3:8] = 0
    writer = Writer()
    write_map(writer, drops)
    assert len(writer.finish()) <= 20


def test_a_map_without_differences_is_the_plain_file():
    codec, pixels = tiny_codec(), smooth_pixels(37, 71)
    for grey in (0, 131, 255):
        drops = drops_of(np.full((37, 71), grey, np.uint8), 50, (37, 71), codec.cell)
        assert codec.encode(pixels, 60, drops) == codec.encode(pixels, 60)
    assert codec.encode(pixels, 60, drops_of(halves(37, 71), 0, (37, 71), codec.cell)) == codec.encode(pixels, 60)


@pytest.mark.parametrize("gain", [0.1, 1.0])
def test_the_network_makes_the_same_of_a_map_of_equal_numbers(gain):
    codec, pixels = tiny_codec(gain=gain), smooth_pixels(37, 71)
    equal = np.full(random_drops(37, 71).shape, 5)
    by_map, by_number = codec.encode_and_decode(pixels, 60, equal), codec.encode_and_decode(pixels, 60 - 5 * MAP_STEP)
    assert np.array_equal(by_map.x_hat, by_number.x_hat) and np.array_equal(codec.decode(by_map.data), by_map.x_hat)


# The picture in the file


@pytest.mark.parametrize("shape", [(9, 1), (37, 71), (64, 64)])
@pytest.mark.parametrize("quality", [0, 20, 61.803, 100])
def test_decoding_gives_what_encoding_promised(shape, quality):
    codec, drops = tiny_codec(), random_drops(*shape)
    data, x_hat, _ = codec.encode_and_decode(noise_pixels(*shape), quality, drops)
    assert np.array_equal(codec.decode(data), x_hat)
    assert np.array_equal(codec.drops(data), drops) and read_header(data).has_map
    assert codec.decode(data, 1.0, 3).shape == x_hat.shape


def test_qualities_are_exact_and_stay_in_range():
    quality = as_quality(7.001953125, np.array([[0, 1], [3, LARGEST_DROP]]))
    assert quality[0, 0].tolist() == [[7.001953125, 7.001953125 - MAP_STEP], [1.001953125, 0]]


def test_tiles_give_what_the_network_does_with_the_whole(monkeypatch):
    pixels, icn = smooth_pixels(64, 128), tiny_codec().icn
    quality = as_quality(70.0, random_drops(64, 128))
    monkeypatch.setattr(tiled, "TILE_SIDE", 12)
    with torch.inference_mode():
        top, details = tiled.analyse(icn, pixels, quality)
        expected_top, expected_details = icn(from_uint8(to_tensor(pixels)), quality)
        torch.testing.assert_close([top, *details], [expected_top, *expected_details], rtol=0, atol=1e-5)
        again = tiled.synthesise(icn, top, details, quality, (61, 128))
        expected = to_pixels(to_uint8(icn.restore(icn.inverse(top, details, quality), quality)))
    assert np.abs(again.astype(int) - expected[:61]).max() <= 1


def test_floats_of_another_machine_decode_the_same(monkeypatch):
    codec, pixels = tiny_codec(1), noise_pixels(67, 131)
    data, x_hat, _ = codec.encode_and_decode(pixels, 50, random_drops(67, 131))
    assert decodes_with_noise(codec, data, x_hat, 0.9 * TOLERANCE, monkeypatch)
    assert not decodes_with_noise(codec, data, x_hat, 100 * TOLERANCE, monkeypatch)


@pytest.mark.parametrize("make", [plain_codec, tiny_codec])
def test_bits_and_sharpness_go_where_the_mask_is_white(make):
    codec, pixels = make(), noise_pixels(64, 128)
    _, x_hat, groups = codec.encode_and_decode(pixels, 80, drops_of(halves(64, 128), 30, (64, 128), codec.cell))
    left, right = 0.0, 0.0
    for group in (group for group in groups if group.where is None):
        side = min(group.level + 1, 3)
        costs = cost_in_bits(group.symbols, group.indices).reshape(-1, 128 >> side)
        left, right = left + costs[:, : 64 >> side].sum(), right + costs[:, 64 >> side :].sum()
    assert left > 1.3 * right
    assert psnr_rgb(pixels[:, :64], x_hat[:, :64]) > psnr_rgb(pixels[:, 64:], x_hat[:, 64:]) + 1


def test_a_wider_spread_leaves_less_to_what_is_black():
    codec, pixels = plain_codec(), noise_pixels(64, 128)
    sizes = [
        len(codec.encode(pixels, 80, drops_of(halves(64, 128), s, (64, 128), codec.cell))) for s in (0, 10, 30, 50)
    ]
    assert sizes == sorted(sizes, reverse=True) and len(set(sizes)) == 4


def test_targets_hold_for_the_whole_file():
    codec, pixels = plain_codec(), smooth_pixels(96, 96)
    drops = drops_of(halves(96, 96), 20, (96, 96), codec.cell)
    budget = len(codec.encode(pixels, 60))
    data = encode_within(codec, pixels, budget, drops, 0.01)
    assert 0.99 * budget - 4 <= len(data) <= budget and read_header(data).has_map
    found = encode_at_psnr(codec, pixels, 34, drops)
    assert 33.97 <= psnr_rgb(pixels, codec.decode(found.data)) <= 34 and read_header(found.data).has_map


# The mask


@pytest.mark.parametrize("shape", [(16, 24), (17, 9), (1, 8), (8, 1)])
def test_cells_are_means_of_what_lies_in_them(shape):
    values = np.random.default_rng(0).random(shape)
    found = cell_means(values, 8)
    for (row, column), mean in np.ndenumerate(found):
        assert mean == pytest.approx(values[8 * row : 8 * row + 8, 8 * column : 8 * column + 8].mean())
    assert found.shape == (-(-shape[0] // 8), -(-shape[1] // 8))


def test_white_has_the_quality_and_black_lies_below_by_the_spread():
    drops = drops_of(halves(64, 256), 20, (64, 256), 64)
    assert drops.tolist() == [[0, 0, 20 // MAP_STEP, 20 // MAP_STEP]]
    grey = np.repeat((halves(64, 256) // 2)[..., None], 3, 2)
    assert drops_of(grey, 20, (64, 256), 64).tolist() == [[0, 0, 5, 5]]  # the best cell has the quality, whatever it is
    for size in ((32, 128), (128, 512), (20, 80)):  # the mask may have another size
        assert np.array_equal(drops_of(halves(64, 256), 20, size, size[0]), drops)


@pytest.mark.parametrize("spread", [SPREADS[0] - 0.1, SPREADS[1] + 0.1, float("nan"), float("inf")])
def test_spreads_out_of_range_are_refused(spread):
    with pytest.raises(StreamError, match=r"expected 0 .* to 50"):
        drops_of(halves(8, 8), spread, (8, 8), 8)


@pytest.mark.parametrize("mask", [np.zeros((8, 8)), np.zeros((8, 8, 4), np.uint8), np.zeros((0, 8), np.uint8)])
def test_what_is_no_mask_is_refused(mask):
    with pytest.raises(ImageError, match="expected H×W or H×W×3 uint8"):
        drops_of(mask, 20, (8, 8), 8)


def test_a_mask_of_another_picture_is_refused():
    with pytest.raises(ImageError, match="the mask is 80×60, the picture 60×80"):
        drops_of(halves(60, 80), 20, (80, 60), 8)


@pytest.mark.parametrize(
    "drops", [np.zeros((3, 5), int), np.full((2, 2), -1), np.full((2, 2), LARGEST_DROP + 1), np.ones((2, 2))]
)
def test_maps_that_the_format_cannot_hold_are_refused(drops):
    drops = drops if drops.any() else drops + 1
    with pytest.raises(StreamError, match="expected"):
        tiny_codec().encode(smooth_pixels(16, 16), 50, drops)


# Damage


def forged(drops: np.ndarray, codec: Codec, monkeypatch) -> bytes:
    """A file with this map, whatever it holds, behind a right checksum."""
    with monkeypatch.context() as patch:
        patch.setattr(codec_module, "check_drops", lambda *_: None)
        return codec.encode(smooth_pixels(16, 16), 50, drops)


@pytest.mark.parametrize("drop", [-1, -7, LARGEST_DROP + 1, 10**6])
def test_forged_maps_are_refused(drop, monkeypatch):
    data = forged(np.array([[0, drop], [3, 2]]), tiny_codec(), monkeypatch)
    with pytest.raises(StreamError, match=f"a drop in its map is {drop}, of 0 to {LARGEST_DROP}"):
        tiny_codec().decode(data)


def test_a_table_that_is_not_is_refused():
    writer = Writer()
    writer.bits(TABLES, TABLE_BITS)
    assert TABLES < 2**TABLE_BITS
    with pytest.raises(StreamError, match=f"table {TABLES}"):
        read_map(Reader(writer.finish()), (3, 4))
    data = pack(Header(tiny_codec().fingerprint, 50.0, 16, 16, True), writer.finish() + bytes(8))
    assert outcome(tiny_codec(), data) == "refused"


def test_damage_of_files_with_maps_is_noticed_and_never_crashes():
    codec, rng = tiny_codec(), np.random.default_rng(0)
    data = codec.encode(smooth_pixels(16, 30), 50, random_drops(16, 30))
    assert data[3] == MAP_VERSION
    outcomes = []
    for i in range(200):
        damaged = mutated(data, rng)
        assert damaged == data or outcome(codec, damaged) == "refused"
        outcomes.append(outcome(codec, with_checksum(data[:HEADER_BYTES] + mutated(stream_of(data), rng)), i % 2))
    assert 0 < outcomes.count("read") < 200


def test_a_file_that_is_said_to_have_a_map_and_has_none_is_no_plain_file():
    codec, pixels = tiny_codec(), smooth_pixels(16, 30)
    data = codec.encode(pixels, 50)
    lying = with_checksum(data[:3] + bytes([MAP_VERSION]) + data[4:])
    assert outcome(codec, data) == "read"
    assert outcome(codec, lying) == "refused" or not np.array_equal(codec.decode(lying), codec.decode(data))


# Golden file


def test_the_golden_file_with_a_map_is_read_and_written_as_ever():
    codec, data = load_codec(GOLDEN / "tiny.safetensors"), (GOLDEN / "map.icn").read_bytes()
    assert hashlib.sha256(codec.decode(data).tobytes()).hexdigest() == (GOLDEN / "map.sha256").read_text().strip()
    assert codec.encode(golden_pixels(), MAP_QUALITY, MAP) == data and np.array_equal(codec.drops(data), MAP)
    assert is_robust(codec, MAP_QUALITY, MAP)


def test_an_evaluation_keeps_what_it_has_done_and_names_what_it_leaves_out(tmp_path, monkeypatch):
    folder, out = write_pictures(tmp_path / "pictures", 1, 130, 70), tmp_path / "found.json"
    Image.new("RGB", (130, 70)).save(folder / "black.png")
    monkeypatch.setattr(codec_module, "MAX_PIXELS", 130 * 70)
    Image.new("RGB", (130, 71)).save(folder / "large.png")
    command = ("evaluate", "importance", "--data", folder, "--spreads", "20", "--json", out)
    assert run(*command) == 0
    found = json.loads(out.read_text(), parse_constant=pytest.fail)
    assert {row["picture"] for row in found["rows"]} == {"00.png", "black.png"}
    assert None in [row["outside"] for row in found["rows"]]  # calm everywhere: there is no outside
    assert list(found["left_out"]) == ["large.png"]
    assert run(*command, "--quality", 0) == 0  # a map takes bytes, and nothing is left to take them from
    assert "smallest possible" in json.loads(out.read_text())["left_out"]["00.png"]
