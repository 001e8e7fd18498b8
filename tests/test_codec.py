"""Files decode to what was promised, on any number of threads, and damaged ones are refused, whatever they hold."""

import hashlib
import struct
import zlib

import numpy as np
import pytest
import torch

from irn_core.coding import codec as codec_module
from irn_core.coding import entropy, tiled
from irn_core.coding import symbols as symbols_module
from irn_core.coding.codec import Codec, encode_at_psnr, encode_within, load_codec
from irn_core.coding.entropy import TOLERANCE, Reader, Writer
from irn_core.coding.icn_file import HEADER_BYTES, LEAST_BITS, MAGIC, QUALITY_STEPS, VERSION, Header, pack, read_header
from irn_core.coding.shifts import blocks_of
from irn_core.coding.tables import TABLES, cost_in_bits
from irn_core.errors import ImageError, IRNError, StreamError
from irn_core.nets.icn import log_lambda
from irn_core.ops.metrics import psnr_rgb
from irn_core.ops.pixels import to_pixels, to_tensor
from irn_core.ops.quantise import from_uint8, to_uint8
from irn_core.training.losses import rate_distortion_loss
from tests.golden.make import GOLDEN, QUALITY, golden_pixels, is_robust
from tests.helpers import noise_pixels, plain_codec, smooth_pixels, tiny_codec

pytestmark = pytest.mark.usefixtures("one_thread")

PICTURES = {
    "smooth": smooth_pixels,
    "noise": noise_pixels,
    "flat": lambda height, width: np.full((height, width, 3), (30, 200, 255), np.uint8),
    "grey": lambda height, width: np.repeat(smooth_pixels(height, width)[..., :1], 3, axis=2),
}
pictures = pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
makers = pytest.mark.parametrize("make", [tiny_codec, plain_codec])


def stream_of(data: bytes) -> bytes:
    return data[HEADER_BYTES:]


def typical_pixels(codec: Codec, quality: float, height: int, width: int) -> np.ndarray:
    """A picture as the network expects it: on a middle grey, details drawn from its prior."""
    rng, levels = np.random.default_rng(0), codec.icn.config.levels

    def code(group):
        if group.level == levels:
            return group.mean
        unit = torch.from_numpy(rng.laplace(size=group.mean.shape)).float()
        return group.mean + group.log_scale.exp() * group.step * unit

    with torch.no_grad():
        at = torch.tensor([quality])
        return to_pixels(to_uint8(codec.icn.inverse(*codec.icn.code((1, 3, height // 8, width // 8), at, code), at)))


# Round trip


@pytest.mark.parametrize(("quality", "gain"), [(0, 0.1), (61.803, 1.0), (100, 0.1)])
@pytest.mark.parametrize("shape", [(1, 1), (1, 70), (37, 71), (64, 64)])
@pictures
def test_decoding_gives_what_encoding_promised(picture, shape, quality, gain):
    pixels, codec = picture(*shape), tiny_codec(gain=gain)
    before = pixels.copy()
    data, x_hat, _ = codec.encode_and_decode(pixels, quality)
    assert x_hat.shape == pixels.shape and x_hat.dtype == np.uint8
    assert np.array_equal(codec.decode(data), x_hat)
    assert codec.encode(pixels, quality) == data
    assert np.array_equal(pixels, before)


def test_random_weights_code_more_than_zeros_with_many_tables():
    # Without this, the test above would say little.
    groups = tiny_codec(gain=1.0).encode_and_decode(noise_pixels(64, 64), 50).groups
    symbols, indices = (np.concatenate(parts) for parts in zip(*((g.symbols, g.indices) for g in groups), strict=True))
    assert len(symbols) == 64 * 64 * 3
    assert (symbols != 0).mean() > 0.5
    assert len(np.unique(indices)) > 15


@pytest.fixture
def unshifted(monkeypatch):
    """The encoder takes log scales as they are, as training does."""
    monkeypatch.setattr(symbols_module, "choose_shifts", lambda log_s, _: np.zeros((blocks_of(len(log_s)), 2), int))


def test_groups_are_coded_in_parts_of_bounded_size(monkeypatch, unshifted):
    pixels, codec = noise_pixels(67, 131), tiny_codec()
    whole = codec.encode_and_decode(pixels, 50)
    monkeypatch.setattr(symbols_module, "PART", 500)
    sizes, get = [], Reader.get
    monkeypatch.setattr(Reader, "get", lambda reader, indices: sizes.append(len(indices)) or get(reader, indices))
    in_parts = codec.encode_and_decode(pixels, 50)
    assert np.array_equal(codec.decode(in_parts.data), whole.x_hat) and np.array_equal(in_parts.x_hat, whole.x_hat)
    assert max(sizes) == 500 and sum(sizes) == sum(len(group.symbols) for group in whole.groups)
    for ours, theirs in zip(in_parts.groups, whole.groups, strict=True):
        assert np.array_equal(ours.symbols, theirs.symbols) and np.array_equal(ours.indices, theirs.indices)


@pytest.fixture
def other_kernels():
    """Convolutions by other code, as on another machine: floats differ in the last digits."""
    with torch.backends.mkldnn.flags(enabled=False):
        yield


@pytest.fixture
def two_threads():
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(threads)


@pytest.mark.filterwarnings("ignore:TF32 acceleration")
@pytest.mark.parametrize("machine", ["two_threads", "other_kernels"])
@pytest.mark.parametrize("quality", [10, 90])
def test_another_machine_decodes_the_same_symbols(quality, machine, request):
    codec, pixels = tiny_codec(), smooth_pixels(67, 131)
    data, x_hat, _ = codec.encode_and_decode(pixels, quality)
    request.getfixturevalue(machine)
    again = codec.decode(data)
    assert np.array_equal(codec.decode(data), again)
    difference = np.abs(again.astype(int) - x_hat)
    assert difference.max() <= 1 and (difference > 0).mean() < 1e-3  # of floats that lie between two grey levels


def decodes_with_noise(codec: Codec, data: bytes, x_hat: np.ndarray, amplitude: float, monkeypatch) -> bool:
    """Whether a decoder whose log scales are off by up to so much gives the same picture."""
    rng, choose_tables = np.random.default_rng(0), Reader.choose_tables

    def off(reader, log_scale):
        return choose_tables(reader, log_scale + amplitude * rng.choice([-1, 1], log_scale.shape).astype(np.float32))

    with monkeypatch.context() as patch:
        patch.setattr(Reader, "choose_tables", off)
        try:
            return np.array_equal(codec.decode(data), x_hat)
        except StreamError:
            return False


@pytest.mark.parametrize("seed", range(3))
def test_floats_of_another_machine_decode_the_same(seed, monkeypatch):
    codec, pixels = tiny_codec(seed), noise_pixels(67, 131)
    data, x_hat, _ = codec.encode_and_decode(pixels, 50)
    assert decodes_with_noise(codec, data, x_hat, 0.9 * TOLERANCE, monkeypatch)
    assert not decodes_with_noise(codec, data, x_hat, 100 * TOLERANCE, monkeypatch)


@pytest.mark.parametrize("tolerance", [0.0, 2.0**-17, 1e-3])
def test_files_with_hints_of_another_tolerance_are_read(tolerance, monkeypatch, unshifted):
    codec, pixels = tiny_codec(), noise_pixels(67, 131)
    with monkeypatch.context() as patch:
        patch.setattr(entropy, "TOLERANCE", tolerance)
        data, x_hat, _ = codec.encode_and_decode(pixels, 50)
    assert data != codec.encode(pixels, 50)
    assert np.array_equal(codec.decode(data), x_hat)


# Tiles


@pytest.mark.parametrize("tau", [0, 1])
@pytest.mark.parametrize("make", [tiny_codec, lambda: tiny_codec(lift_width=0)], ids=["lifting", "Haar"])
def test_tiles_change_no_more_than_the_rounding_of_floats(make, tau, monkeypatch):
    pixels, codec, results = smooth_pixels(67, 131), make(), []
    data = codec.encode(pixels, 70)
    for side in (1024, 16):
        monkeypatch.setattr(tiled, "TILE_SIDE", side)
        with torch.inference_mode():
            top, details = tiled.analyse(codec.icn, pixels, torch.tensor([70.0]))
        results.append((top, details, codec.decode(data, tau)))
    (top, details, x_hat), (top_again, details_again, x_hat_again) = results
    torch.testing.assert_close([top, *details], [top_again, *details_again], rtol=0, atol=1e-5)
    difference = np.abs(x_hat.astype(int) - x_hat_again)
    assert difference.max() <= 1 and (difference > 0).mean() < 1e-3


def test_tiles_give_what_the_network_does_with_the_whole():
    pixels, icn, quality = smooth_pixels(64, 128), tiny_codec().icn, torch.tensor([70.0])
    x = from_uint8(to_tensor(pixels))
    with torch.inference_mode():
        top, details = tiled.analyse(icn, pixels, quality)
        expected_top, expected_details = icn(x, quality)
        torch.testing.assert_close([top, *details], [expected_top, *expected_details], rtol=0, atol=1e-5)
        again = tiled.synthesise(icn, top, details, quality, (61, 128))
        expected = to_pixels(to_uint8(icn.restore(icn.inverse(top, details, quality), quality)))
    assert np.abs(again.astype(int) - expected[:61]).max() <= 1


# Rate and distortion


@pictures
def test_a_higher_quality_gives_a_larger_file_and_a_better_picture(picture):
    pixels, codec = picture(64, 96), plain_codec()
    files = [codec.encode_and_decode(pixels, quality) for quality in (0, 25, 50, 75, 100)]
    sizes = [len(file.data) for file in files]
    scores = [psnr_rgb(pixels, file.x_hat) for file in files]
    assert sizes == sorted(sizes) and sizes[-1] > sizes[0]
    assert scores == sorted(scores) and scores[-1] > 41


@pytest.mark.parametrize("quality", [92, 100])
def test_at_high_rate_the_error_is_that_of_uniform_steps(quality):
    pixels = 64 + noise_pixels(96, 96) // 2
    x_hat = plain_codec().encode_and_decode(pixels, quality).x_hat
    squared_step = 18 / np.log(2) / log_lambda(torch.tensor(quality)).exp().item()
    error = np.square(x_hat.astype(float) - pixels).mean()
    assert error == pytest.approx(squared_step / 12 + 1 / 12, rel=0.08)  # 1/12: the picture is rounded as well


def estimate(codec: Codec, pixels: np.ndarray, quality: float) -> dict[str, float]:
    with torch.no_grad():
        return rate_distortion_loss(codec.icn, from_uint8(to_tensor(pixels)), torch.tensor([quality])).parts


@pytest.mark.parametrize("quality", [12.5, 36.5, 61.0])
def test_training_knows_the_size_of_the_file(quality, monkeypatch, unshifted):
    monkeypatch.setattr(entropy, "TOLERANCE", 0.0)  # it does not know of hints
    codec = tiny_codec(gain=0.3)  # its log scales vary, so that the distance to the next table averages out
    pixels = typical_pixels(codec, quality, 96, 128)
    size = len(codec.encode(pixels, quality))
    assert size > 300
    assert size == pytest.approx(estimate(codec, pixels, quality)["bpp"] * 96 * 128 / 8, rel=0.01, abs=80)


@pytest.mark.parametrize("quality", [10.0, 50.0, 90.0])
def test_training_knows_the_distortion_of_the_picture(quality, unshifted):
    codec = plain_codec()
    pixels = typical_pixels(codec, quality, 96, 128)
    x_hat = codec.encode_and_decode(pixels, quality).x_hat
    assert psnr_rgb(pixels, x_hat) == pytest.approx(estimate(codec, pixels, quality)["psnr_rgb"], abs=0.1)


@makers
def test_the_groups_tell_where_the_bits_are(make):
    data, _, groups = make().encode_and_decode(noise_pixels(64, 64), 60)
    bits = sum(cost_in_bits(group.symbols, group.indices).sum() for group in groups)
    assert 8 * len(stream_of(data)) == pytest.approx(bits, rel=0.005, abs=256)
    for group in groups:
        side = 64 >> min(group.level + 1, 3)
        places = side**2 if group.where is None else group.where.sum()
        assert len(group.symbols) == places * (group.channels.stop - group.channels.start)


@pytest.mark.parametrize("share", [0.1, 0.4, 0.9])
def test_a_file_aimed_at_a_size_is_close_below_it(share):
    codec, pixels = tiny_codec(), smooth_pixels(96, 96)  # with scales of many kinds, so that sizes do not jump
    smallest, largest = (len(codec.encode(pixels, quality)) for quality in (0, 100))
    budget = round(smallest + share * (largest - smallest))
    assert 0.98 * budget <= len(encode_within(codec, pixels, budget)) <= budget
    assert encode_within(codec, pixels, 2 * largest) == codec.encode(pixels, 100)
    with pytest.raises(IRNError, match=f"smallest possible is {smallest}"):
        encode_within(codec, pixels, smallest - 1)


@pytest.mark.parametrize("psnr", [30, 38.5])
def test_a_file_aimed_at_a_psnr_is_close_below_it(psnr):
    codec, pixels = plain_codec(), smooth_pixels(96, 96)
    # Beyond 0.02 dB it may jump: another quality, other shifts.
    assert psnr - 0.05 <= psnr_rgb(pixels, codec.decode(encode_at_psnr(codec, pixels, psnr).data)) <= psnr


# Draws


def drawn(codec: Codec, data: bytes, tau: float, seed: int, monkeypatch) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Top and details of which decoding makes the picture."""
    seen = []
    monkeypatch.setattr(codec_module, "synthesise", lambda _, top, details, *rest: seen.append((top, details)))
    codec.decode(data, tau, seed)
    return seen[0]


def test_a_seed_is_a_draw_and_no_temperature_is_no_draw():
    codec = tiny_codec()
    data, x_hat, _ = codec.encode_and_decode(smooth_pixels(40, 56), 30)
    assert np.array_equal(codec.decode(data, tau=0, seed=7), x_hat)
    one, again, other = (codec.decode(data, tau=1, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, x_hat) and not np.array_equal(one, other)


def test_draws_grow_with_the_temperature(monkeypatch):
    codec = tiny_codec()
    data = codec.encode(smooth_pixels(40, 56), 30)
    _, mode = drawn(codec, data, 0, 1, monkeypatch)
    _, half = drawn(codec, data, 0.5, 1, monkeypatch)
    _, whole = drawn(codec, data, 1, 1, monkeypatch)
    for a, b, c in zip(mode, half, whole, strict=True):
        assert (c - a).abs().mean() > 0
        torch.testing.assert_close(2 * (b - a), c - a, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("gain", [0.1, 0.3, 1.0])
@pytest.mark.parametrize("quality", [5, 40, 95])
def test_draws_stay_in_the_cells_that_were_coded(quality, gain, monkeypatch, unshifted):
    codec = tiny_codec(gain=gain)
    uniform = torch.rand
    monkeypatch.setattr(torch, "rand", lambda *args, **kwargs: 0.01 + 0.98 * uniform(*args, **kwargs))  # off the edges
    data, _, groups = codec.encode_and_decode(smooth_pixels(40, 48), quality)
    top, details = drawn(codec, data, 1, 3, monkeypatch)
    again = []
    with torch.no_grad():
        code = symbols_module.encoder(Writer(), [*details, top], again)
        codec.icn.code(top.shape, torch.tensor([float(quality)]), code)
    outside = sum((a.symbols != b.symbols).sum() for a, b in zip(again, groups, strict=True))
    assert outside == 0


# Container


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (700, 2)])
@pytest.mark.parametrize("quality", [0, 0.0009, 33.3333, 99.9991, 100])
def test_size_and_quality_survive(shape, quality):
    codec = tiny_codec()
    header = read_header(codec.encode(smooth_pixels(*shape), quality))
    assert (header.height, header.width) == shape
    assert abs(header.quality - quality) <= 0.5 / QUALITY_STEPS and header.quality * QUALITY_STEPS % 1 == 0
    assert header.fingerprint == codec.fingerprint


def test_a_file_is_a_header_and_a_stream():
    header = Header(b"abcdef", 12.5, 300, 65535)
    data = pack(header, b"stream" * 100)
    assert read_header(data) == header and stream_of(data) == b"stream" * 100
    assert data[:4] == MAGIC + bytes([VERSION]) and HEADER_BYTES == 20


@pytest.mark.parametrize("quality", [-0.01, 100.01, float("nan"), float("inf")])
def test_qualities_outside_the_range_are_refused(quality):
    with pytest.raises(StreamError, match="expected 0 to 100"):
        tiny_codec().encode(smooth_pixels(8, 8), quality)


@pytest.mark.parametrize("shape", [(65536, 1, 3), (1, 65536, 3), (60_000, 60_000, 3), (8000, 8001, 3)])
def test_pictures_too_large_for_the_header_or_for_memory_are_refused(shape):
    pixels = np.broadcast_to(np.zeros(3, np.uint8), shape)  # takes no memory
    with pytest.raises(ImageError, match="too large to compress"):
        tiny_codec().encode(pixels, 50)


@pytest.mark.parametrize("pixels", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)])
def test_other_arrays_than_pictures_are_refused(pixels):
    with pytest.raises(ImageError, match="expected H×W×3 uint8"):
        tiny_codec().encode(pixels, 50)


def test_files_of_other_weights_are_refused():
    codec = tiny_codec()
    data = codec.encode(smooth_pixels(8, 8), 50)
    with pytest.raises(StreamError, match=f"made by weights {codec.fingerprint.hex()}"):
        Codec(codec.icn, b"others").decode(data)


def test_larger_pictures_than_allowed_are_refused():
    codec = tiny_codec()
    data = codec.encode(smooth_pixels(20, 30), 50)
    assert codec.decode(data, max_pixels=600).shape == (20, 30, 3)
    with pytest.raises(StreamError, match=r"30×20 pixels; at most 0\.000599 megapixels"):
        codec.decode(data, max_pixels=599)


def test_even_a_certain_picture_takes_more_than_the_least_bits():
    # Else read_header would refuse what encode has written.
    zero = cost_in_bits(np.zeros(TABLES, np.int64), np.arange(TABLES))
    assert 3 * zero.min() > 1.5 * LEAST_BITS


# Golden file


@pytest.fixture(scope="module")
def golden_codec() -> Codec:
    return load_codec(GOLDEN / "tiny.safetensors")


def test_the_golden_file_is_decoded_as_ever(golden_codec):
    x_hat = golden_codec.decode((GOLDEN / "picture.icn").read_bytes())
    assert hashlib.sha256(x_hat.tobytes()).hexdigest() == (GOLDEN / "pixels.sha256").read_text().strip()
    assert psnr_rgb(x_hat, golden_pixels()) > 20


def test_the_golden_file_is_written_as_ever(golden_codec):
    assert golden_codec.encode(golden_pixels(), QUALITY) == (GOLDEN / "picture.icn").read_bytes()


def test_floats_of_another_machine_cannot_change_the_golden_file(golden_codec):
    assert is_robust(golden_codec)


# Damage


def outcome(codec: Codec, data: bytes, tau: float = 0.0) -> str:
    """Decode what may be anything; a picture must have the size that its header promises."""
    try:
        x_hat = codec.decode(data, tau, max_pixels=1024)
    except StreamError:
        return "refused"
    header = read_header(data)
    assert x_hat.shape == (header.height, header.width, 3) and x_hat.dtype == np.uint8
    return "read"


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """With a few bits flipped, bytes set, cut, put in, or moved."""
    kind, at = rng.integers(6), int(rng.integers(len(data)))
    end = min(len(data), at + int(rng.integers(1, 9)))
    changed = bytearray(data)
    if kind == 0:
        for bit in rng.integers(0, 8 * len(data), rng.integers(1, 5)):
            changed[bit // 8] ^= 1 << bit % 8
    elif kind == 1:
        changed[at:end] = bytes([rng.choice([0, 1, 127, 128, 255])]) * (end - at)
    elif kind == 2:
        del changed[at:]
    elif kind == 3:
        del changed[at:end]
    elif kind == 4:
        changed[at:at] = rng.bytes(end - at)
    else:
        changed = changed[at:] + changed[:at]
    return bytes(changed)


def with_checksum(data: bytes) -> bytes:
    """Mended, so that what lies behind the checksum is reached."""
    header = data[: HEADER_BYTES - 4]
    return header + struct.pack("<I", zlib.crc32(header + stream_of(data))) + stream_of(data)


@pytest.fixture
def files() -> dict[str, bytes]:
    codec = tiny_codec()
    shapes = {"smooth": (16, 16), "noise": (17, 9), "flat": (5, 16)}
    return {name: codec.encode(PICTURES[name](*shape), 40) for name, shape in shapes.items()}


@pytest.mark.parametrize("name", ["smooth", "noise", "flat"])
def test_damage_is_noticed(files, name):
    codec, rng = tiny_codec(), np.random.default_rng(0)
    for _ in range(3000):
        damaged = mutated(files[name], rng)
        assert damaged == files[name] or outcome(codec, damaged) == "refused"


def test_every_flipped_bit_is_noticed(files):
    codec, data = tiny_codec(), files["flat"]
    for bit in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        assert outcome(codec, bytes(flipped)) == "refused"


def test_every_truncation_is_noticed(files):
    codec = tiny_codec()
    for data in files.values():
        assert all(outcome(codec, data[:length]) == "refused" for length in range(len(data)))


def test_random_bytes_are_refused():
    codec, rng = tiny_codec(), np.random.default_rng(0)
    for head in (b"", MAGIC, MAGIC + bytes([VERSION]), MAGIC + bytes([VERSION]) + codec.fingerprint):
        for _ in range(300):
            assert outcome(codec, head + rng.bytes(rng.integers(0, 60))) == "refused"


@pytest.mark.parametrize("name", ["smooth", "noise", "flat"])
def test_damaged_streams_behind_a_right_checksum_are_refused_or_read(files, name):
    codec, rng, head = tiny_codec(), np.random.default_rng(1), files[name][:HEADER_BYTES]
    outcomes = [outcome(codec, with_checksum(head + mutated(stream_of(files[name]), rng)), i % 2) for i in range(60)]
    assert 0 < outcomes.count("read") < 60


def test_random_streams_behind_a_right_checksum_are_refused_or_read(files):
    codec, rng = tiny_codec(), np.random.default_rng(2)
    streams = [rng.bytes(int(length)) for length in np.geomspace(1, 500, 200)]
    streams += [bytes([byte]) * length for byte in (0, 1, 0x7F, 0x80, 0xC0, 0xE0, 0xFF) for length in (0, 1, 5, 500)]
    for name, stream in zip(list(files) * len(streams), streams, strict=False):
        outcome(codec, with_checksum(files[name][:HEADER_BYTES] + stream))


def test_headers_of_other_sizes_and_qualities_behind_a_right_checksum_are_refused_or_read(files):
    codec, rng = tiny_codec(), np.random.default_rng(3)
    for _ in range(200):
        values = rng.choice([0, 1, 2, 15, 16, 32, 33, 1024, 51_200, 51_201, 65_535], 3)
        head = struct.pack("<3sB6sHHH", MAGIC, VERSION, codec.fingerprint, *values.tolist())
        promise = outcome(codec, with_checksum(head + bytes(4) + stream_of(files["noise"])))
        assert promise == "refused" or (values[0] <= 51_200 and 0 < values[1] * values[2] <= 1024)


@pytest.mark.parametrize("impossible", [(51_201, 5, 16), (65_535, 5, 16), (20_480, 0, 16), (20_480, 5, 0), (0, 0, 0)])
def test_impossible_headers_behind_a_right_checksum_are_refused(files, impossible):
    head = struct.pack("<3sB6sHHH", MAGIC, VERSION, tiny_codec().fingerprint, *impossible)
    with pytest.raises(StreamError, match="damaged"):
        read_header(with_checksum(head + bytes(4) + stream_of(files["flat"])))


def test_the_header_does_not_count_as_bytes_of_the_picture():
    # A file without a stream once bought two megapixels: a minute of work for 20 bytes.
    data = pack(Header(tiny_codec().fingerprint, 0.0, 600, 600), b"")
    with pytest.raises(StreamError, match="20 bytes cannot hold 600×600"):
        read_header(data)


@pytest.mark.parametrize("size", [1000, 2**22, 2**30 - 1])
@pytest.mark.parametrize("tau", [0, 1, 10])
def test_huge_coefficients_give_a_picture(size, tau, monkeypatch):
    codec, rng = tiny_codec(gain=1.0), np.random.default_rng(0)
    for choices in ([size], [-size, size], [-size, 0, 1, size]):
        symbols = lambda v, _, choices=choices: rng.choice(choices, len(v)).astype(np.int32)  # noqa: E731
        monkeypatch.setattr(symbols_module, "quantise", symbols)
        assert outcome(codec, codec.encode(smooth_pixels(16, 16), 0), tau) == "read"


@pytest.mark.parametrize("shape", [(60_000, 60_000), (65_535, 2000), (8000, 8001), (5000, 5000)])
def test_sizes_are_refused_before_anything_is_decoded(shape, monkeypatch):
    codec = tiny_codec()
    data = pack(Header(codec.fingerprint, 50.0, *shape), b"a stream too short for so many pixels")

    def decoded(*_):
        raise AssertionError("nothing may be decoded of such a file")

    monkeypatch.setattr(codec.icn, "code", decoded)
    monkeypatch.setattr(codec_module, "Reader", decoded)
    with pytest.raises(StreamError, match=f"{shape[1]}×{shape[0]}"):
        codec.decode(data)
