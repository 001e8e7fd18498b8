"""Pictures ↔ .icn files: the closed loop of the network around the range coder."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from irn_core.coding.entropy import Reader, Writer
from irn_core.coding.icn_file import HEADER_BYTES, MAX_PIXELS, MAX_SIDE, QUALITY_STEPS, Header, pack, read_header
from irn_core.coding.importance import (
    FIRST_SPREAD,
    as_quality,
    check_drops,
    drops_of,
    grid_of,
    read_map,
    read_quality,
    write_map,
)
from irn_core.coding.symbols import Group, Lost, decoder, encoder
from irn_core.coding.target import largest_within
from irn_core.coding.tiled import analyse, synthesise
from irn_core.errors import ImageError, StreamError, WeightsError
from irn_core.nets.icn import ICN
from irn_core.ops.metrics import psnr_rgb
from irn_core.ops.pixels import check_pixels
from irn_core.weights import find_weights, list_weights, load_model, model_tag

SIZE_SLACK = 0.02
"""A file aimed at a size may be smaller by this share."""


class Encoded(NamedTuple):
    """A file, the picture that decoding it gives, and the groups it was coded in."""

    data: bytes
    x_hat: np.ndarray
    groups: list[Group]


class Codec:
    """An ICN and the fingerprint that its files carry."""

    def __init__(self, icn: ICN, fingerprint: bytes):
        self.icn = icn
        self.fingerprint = fingerprint

    @torch.inference_mode()
    def encode(self, pixels: np.ndarray, quality: float, drops: np.ndarray | None = None) -> bytes:
        """H×W×3 uint8, any size from 1×1 → the bytes of a file. quality: 0 … 100, see `Header`.

        `drops` are an importance map, h×w, as `drops_of` makes it from a mask; one of zeros is none.
        """
        return self._encode(pixels, quality, drops)[0]

    @torch.inference_mode()
    def encode_and_decode(self, pixels: np.ndarray, quality: float, drops: np.ndarray | None = None) -> Encoded:
        """`encode`, with what `decode` will give, for the price of the refinement only."""
        groups: list[Group] = []
        data, top_hat, details_hat, at = self._encode(pixels, quality, drops, groups)
        return Encoded(data, synthesise(self.icn, top_hat, details_hat, at, pixels.shape[:2]), groups)

    def _encode(
        self, pixels: np.ndarray, quality: float, drops: np.ndarray | None, groups: list[Group] | None = None
    ) -> tuple[bytes, Tensor, list[Tensor], Tensor]:
        """The file, top and details as decoded, and the quality as the network takes it."""
        height, width = check_pixels(pixels).shape[:2]
        if not 0 <= quality <= 100:
            raise StreamError(f"quality is {quality}; expected 0 to 100")
        if max(height, width) > MAX_SIDE or height * width > MAX_PIXELS:
            limits = (
                f"sides up to {MAX_SIDE}, {MAX_PIXELS / 1e6:.0f} megapixels, for about 80 bytes of memory each pixel"
            )
            raise ImageError(f"{width}×{height} is too large to compress ({limits}); make it smaller first")
        if drops is not None and not drops.any():
            drops = None
        steps = round(quality * QUALITY_STEPS) / QUALITY_STEPS
        header, writer = Header(self.fingerprint, steps, height, width, drops is not None), Writer()
        if drops is not None:
            check_drops(drops, grid_of(header, self.cell))
            write_map(writer, drops)
        at = as_quality(header.quality, drops)
        top, details = analyse(self.icn, pixels, at)
        coder = encoder(writer, [*details, top], groups)
        shape = top.shape
        del top, details  # the coder lets go of them as it is done with them
        top_hat, details_hat = self.icn.code(shape, at, coder)
        return pack(header, writer.finish()), top_hat, details_hat, at

    @torch.inference_mode()
    def decode(self, data: bytes, tau: float = 0.0, seed: int = 0, max_pixels: int = MAX_PIXELS) -> np.ndarray:
        """The bytes of a file → H×W×3 uint8.

        tau scales a draw of what the symbols leave out of the details: 0 the likeliest (best PSNR), 1 a draw
        from the prior inside each quantisation cell. A seed always gives the same draw.

        Raises:
            StreamError: not such a file, damaged, larger than `max_pixels`, or made by other weights.
        """
        header, reader = self._open(data, max_pixels)
        quality = read_quality(header, reader, self.cell)
        lost = Lost(self.icn.config.levels, tau, seed) if tau else None
        top_hat, details_hat = self.icn.code((1, 3, *grid_of(header, self.cell)), quality, decoder(reader, lost))
        if lost:
            for level, b_hat in enumerate(details_hat):
                b_hat += lost.details.pop(level)
        return synthesise(self.icn, top_hat, details_hat, quality, (header.height, header.width))

    def drops(self, data: bytes) -> np.ndarray | None:
        """The importance map h×w in the bytes of a file, if there is one; raises as `decode` does."""
        header, reader = self._open(data, MAX_PIXELS)
        return read_map(reader, grid_of(header, self.cell)) if header.has_map else None

    @property
    def cell(self) -> int:
        """Side in pixels of what one number of a map stands for."""
        return 1 << self.icn.config.levels

    def _open(self, data: bytes, max_pixels: int) -> tuple[Header, Reader]:
        header = read_header(data, max_pixels)
        if header.fingerprint != self.fingerprint:
            raise StreamError(
                f"the file was made by weights {header.fingerprint.hex()}, these are {self.fingerprint.hex()}; "
                "use the model that made it"
            )
        return header, Reader(data[HEADER_BYTES:])


@cache
def load_codec(name_or_path: str) -> Codec:
    """A shipped ICN by name or a weights file by path, ready to code; loaded once.

    Raises:
        WeightsError: no such model, or not an ICN.
    """
    return Codec(load_model(name_or_path, ICN), _fingerprint(find_weights(name_or_path)))


@cache
def _fingerprint(path: Path) -> bytes:
    """Read once: every decoding asks for those of all shipped models."""
    return bytes.fromhex(model_tag(path).split("@")[1])


def shipped_model(fingerprint: bytes) -> str | None:
    """The name of the shipped ICN with this fingerprint."""
    return next((path.stem for path in list_weights(ICN) if _fingerprint(path) == fingerprint), None)


def codec_for(data: bytes, max_pixels: int = MAX_PIXELS) -> Codec:
    """The shipped codec that made a file.

    Raises:
        StreamError: not an .icn file, or damaged.
        WeightsError: made by weights that do not ship.
    """
    fingerprint = read_header(data, max_pixels).fingerprint
    if name := shipped_model(fingerprint):
        return load_codec(name)
    raise WeightsError(f"the file was made by weights {fingerprint.hex()}, which do not ship")


def encode_within(
    codec: Codec, pixels: np.ndarray, budget: int, drops: np.ndarray | None = None, slack: float = SIZE_SLACK
) -> bytes:
    """The best file of at most `budget` bytes, and, but for `slack`, of all of them unless quality 100 needs less.

    Streams grow in words of 4 bytes, so files below 200 bytes can fall short by more.

    Raises:
        IRNError: even quality 0 takes more; the message says how much.
    """

    def run(setting: int) -> bytes:
        return codec.encode(pixels, setting / QUALITY_STEPS, drops)

    return largest_within(budget, 0, 100 * QUALITY_STEPS, run, len, slack, "bytes")


def encode_at_psnr(codec: Codec, pixels: np.ndarray, psnr: float, drops: np.ndarray | None = None) -> Encoded:
    """The file whose picture comes closest to a PSNR-RGB in dB from below: within 0.02 dB, unless it jumps there.

    Where even the smallest file is better than that, as with smooth pictures, it is the smallest.
    """

    def run(setting: int) -> Encoded:
        return codec.encode_and_decode(pixels, setting / QUALITY_STEPS, drops) if setting else smallest

    def measure(result: Encoded) -> float:
        return psnr_rgb(pixels, result.x_hat)

    smallest = codec.encode_and_decode(pixels, 0, drops)
    if measure(smallest) >= psnr:
        return smallest
    return largest_within(psnr, 0, 100 * QUALITY_STEPS, run, measure, 0.02 / psnr, "dB")


def encode(
    pixels: np.ndarray, quality: float = 50.0, importance: np.ndarray | None = None, spread: float = FIRST_SPREAD,
    model: str = "icn",
) -> bytes:  # fmt: skip
    """Compress H×W×3 uint8 with a shipped ICN; quality from 0 (about 0.05 bpp) to 100 (about 3 bpp).

    `model` is `icn`, which errs least, or `icn-eyes`, whose errors are seen least. `importance` is a mask, H×W or
    H×W×3 uint8, of the picture's proportions: white has the quality, black one that is lower by `spread`, 0 to 50.
    """
    codec = load_codec(model)
    drops = None if importance is None else drops_of(importance, spread, check_pixels(pixels).shape[:2], codec.cell)
    return codec.encode(pixels, quality, drops)


def decode(data: bytes, tau: float = 0.0, seed: int = 0) -> np.ndarray:
    """The picture, H×W×3 uint8, in the bytes of an .icn file."""
    return codec_for(data).decode(data, tau, seed)
