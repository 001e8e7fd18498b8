"""What Compress mode computes: a picture as an .icn file, and other codecs at its size. Knows nothing of the page."""

import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from demo.kit.cache import cached, is_known
from demo.kit.progress import measured
from demo.photo import MAX_PAGE_PIXELS, Photo
from demo.rescale.rescaled import calibrated, network, rescale
from irn_core.coding.codec import codec_for, encode_within, load_codec, shipped_model
from irn_core.coding.codecs import CODECS
from irn_core.coding.icn_file import QUALITY_STEPS, read_header
from irn_core.coding.target import bits_per_pixel, byte_budget, largest_within
from irn_core.errors import IRNError
from irn_core.ops.metrics import psnr_rgb, psnr_y, ssim_rgb, ssim_y, ssimulacra2
from irn_core.rescale import upscale

NAMES = {name: codec.label for name, codec in CODECS.items()}
"""Codecs as people write them."""
MODELS = ICN, EYES = ("icn", "icn-eyes")
"""Networks that a file may be made by: errors count alike, or as eyes see them."""
TARGETS = QUALITY, BPP, BYTES = ("quality", "bpp", "bytes")
"""What a file may be aimed at."""
SLACK = 0.02
"""Files count as equally large if they differ by at most this share."""


class Scores(NamedTuple):
    """Figures of a decoded picture against its original, nothing cropped."""

    psnr_rgb: float
    psnr_y: float
    ssim_rgb: float
    ssim_y: float


@dataclass(frozen=True, eq=False)
class Coded:
    """A file, the picture H×W×3 uint8 in it, and the scores of that picture where its original is known."""

    codec: str
    setting: int
    data: bytes
    pixels: np.ndarray
    scores: Scores | None = None
    seconds: float | None = None
    fits: bool = True  # the budget that it was made for

    @property
    def bpp(self) -> float:
        return bits_per_pixel(len(self.data), self.pixels.shape)


class Shown(NamedTuple):
    """What the page shows: a picture compressed here, or (without a photo) an opened file."""

    name: str
    coded: Coded
    photo: Photo | None
    aim: str  # the option of the command line that gives this file


class Request(NamedTuple):
    """A file, and draws of temperature tau with seeds from `seed` on of what it leaves out."""

    shown: Shown
    tau: float
    count: int
    seed: int

    @property
    def made(self) -> str:
        """What makes the result."""
        coded = self.shown.coded
        file = f"{NAMES[coded.codec]}, {coded.setting / QUALITY_STEPS:g}, {coded.bpp:.3f} bpp"
        return f"{self.shown.name} · {file} · τ = {self.tau:g} · seed = {self.seed}"


def aim_option(target: str, amount: float, model: str) -> str:
    """What aims at one of TARGETS on a command line, by a network."""
    aim = f"{dict(zip(TARGETS, ('--quality', '--bpp', '--bytes'), strict=True))[target]} {amount:.10g}"
    return aim if model == ICN else f"{aim} --model {model}"


def score(x: np.ndarray, x_hat: np.ndarray) -> Scores:
    return Scores(psnr_rgb(x, x_hat), psnr_y(x, x_hat, 0), ssim_rgb(x, x_hat), ssim_y(x, x_hat, 0))


def setting_for(photo: Photo, target: str, amount: float, model: str = ICN) -> int:
    """The setting of one of MODELS (its quality × QUALITY_STEPS) that meets one of TARGETS.

    Raises:
        IRNError: no file is that small.
    """
    if target == QUALITY:
        return round(amount * QUALITY_STEPS)
    return _setting_within(photo, _budget(photo, target, amount), model)


def _budget(photo: Photo, target: str, amount: float) -> int:
    return byte_budget(amount, photo.size) if target == BPP else int(amount)


@cached
def _setting_within(photo: Photo, budget: int, model: str) -> int:
    try:
        with measured("search", photo.pixels.size):
            data = encode_within(load_codec(model), photo.pixels, budget)
    except IRNError as error:
        smallest = compress(photo, 0, model)
        raise IRNError(
            f"the smallest possible is {len(smallest.data):,} bytes ({smallest.bpp:.3f} bpp) for this picture"
        ) from error
    return round(read_header(data).quality * QUALITY_STEPS)


@cached
def compress(photo: Photo, setting: int, model: str = ICN) -> Coded:
    """The picture as an .icn file of one of MODELS, decoded again. Cached by content."""
    codec = load_codec(model)
    began = time.perf_counter()
    with measured("compress", photo.pixels.size):
        encoded = codec.encode_and_decode(photo.pixels, setting / QUALITY_STEPS)
    seconds = time.perf_counter() - began
    return Coded(model, setting, encoded.data, encoded.x_hat, score(photo.pixels, encoded.x_hat), seconds)


def work(photo: Photo, target: str, amount: float, model: str) -> list[tuple[str, float]]:
    """What of a file is left to do, as `expected` knows it: to meet a size, settings are searched for."""
    if target != QUALITY and not is_known(_setting_within, photo, _budget(photo, target, amount), model):
        kinds = ["search", "compress"]
    else:
        setting = setting_for(photo, target, amount, model)
        kinds = [] if is_known(compress, photo, setting, model) else ["compress"]
    return [(kind, photo.pixels.size) for kind in kinds]


def open_icn(path: str, name: str) -> Coded:
    """Decode an uploaded file; its picture has no original, so no scores.

    Raises:
        StreamError: not an .icn file, damaged, made by other weights, or larger than the page takes.
    """
    with open(path, "rb") as file:
        data = file.read()
    try:
        return as_coded(data)
    except IRNError as error:
        raise type(error)(f"{name}: {error}") from error


def as_coded(data: bytes, x: np.ndarray | None = None) -> Coded:
    """The bytes of an .icn file with the picture in it, and its scores where the original x, H×W×3 uint8, is known.

    Raises:
        IRNError: as `open_icn`.
    """
    pixels, header = decode(data, 0.0, 0), read_header(data, MAX_PAGE_PIXELS)
    scores = None if x is None else score(x, pixels)
    return Coded(shipped_model(header.fingerprint), round(header.quality * QUALITY_STEPS), data, pixels, scores)


@cached
def decode(data: bytes, tau: float, seed: int) -> np.ndarray:
    """The picture in an .icn file, with a draw of what its symbols leave out: `decompress --tau --seed`. Cached."""
    return codec_for(data, MAX_PAGE_PIXELS).decode(data, tau, seed, MAX_PAGE_PIXELS)


@cached
def decoding_time(data: bytes) -> float:
    """Seconds that decoding took when first asked for."""
    began = time.perf_counter()
    codec_for(data, MAX_PAGE_PIXELS).decode(data, 0.0, 0, MAX_PAGE_PIXELS)
    return time.perf_counter() - began


@cached
def match(photo: Photo, codec: str, budget: int, scale: int = 1) -> Coded:
    """The best file of a codec within `budget` bytes, or its smallest where none fits. Cached by content.

    At a scale of 2 or 4 the file holds the LR of the rescaling network, and the picture is upscaled from it.
    """
    kept = kept_pixels(photo, scale)
    low, high = CODECS[codec].low, CODECS[codec].high

    def run(setting: int) -> tuple[int, bytes]:
        return setting, CODECS[codec].encode(kept, setting)

    try:
        (setting, data), fits = largest_within(budget, low, high, run, lambda result: len(result[1]), SLACK), True
    except IRNError:
        (setting, data), fits = run(low), False
    pixels = restore(photo, read(codec, data), scale)
    return Coded(codec, setting, data, pixels, score(photo.pixels, pixels), fits=fits)


@cached
def looks(photo: Photo, codec: str, data: bytes) -> float:
    """SSIMULACRA2 of the picture in a file. Slow: a second and more for each megapixel."""
    return ssimulacra2(photo.pixels, read(codec, data))


def read(codec: str, data: bytes) -> np.ndarray:
    """The picture, H×W×3 uint8, in a file of any codec."""
    return decode(data, 0.0, 0) if codec in MODELS else _decoded(codec, data)


@cached
def _decoded(codec: str, data: bytes) -> np.ndarray:
    """Cached, as a net may have part in it: the same file is compared by several figures."""
    return CODECS[codec].decode(data)


def kept_pixels(photo: Photo, scale: int) -> np.ndarray:
    """What is coded: the picture itself, or the LR that the rescaling network keeps."""
    return photo.pixels if scale == 1 else rescale(photo, calibrated(scale)).lr


def restore(photo: Photo, decoded: np.ndarray, scale: int) -> np.ndarray:
    """The inverse of `kept_pixels`, likeliest z."""
    return decoded if scale == 1 else upscale(network(calibrated(scale)), decoded, size=photo.size)
