"""Pictures ↔ .icn files: the closed loop of the network around the range coder."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from irn_core.coding.entropy import Reader, Writer
from irn_core.coding.icn_file import HEADER_BYTES, MAX_PIXELS, MAX_SIDE, QUALITY_STEPS, Header, pack, read_header
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
    def encode(self, pixels: np.ndarray, quality: float) -> bytes:
        """H×W×3 uint8, any size from 1×1 → the bytes of a file. quality: 0 … 100, see `Header`."""
        return self._encode(pixels, quality)[0]

    @torch.inference_mode()
    def encode_and_decode(self, pixels: np.ndarray, quality: float) -> Encoded:
        """`encode`, with what `decode` will give, for the price of the refinement only."""
        groups: list[Group] = []
        data, top_hat, details_hat = self._encode(pixels, quality, groups)
        return Encoded(data, self._picture(top_hat, details_hat, read_header(data)), groups)

    def _encode(
        self, pixels: np.ndarray, quality: float, groups: list[Group] | None = None
    ) -> tuple[bytes, Tensor, list[Tensor]]:
        height, width = check_pixels(pixels).shape[:2]
        if not 0 <= quality <= 100:
            raise StreamError(f"quality is {quality}; expected 0 to 100")
        if max(height, width) > MAX_SIDE or height * width > MAX_PIXELS:
            limits = (
                f"sides up to {MAX_SIDE}, {MAX_PIXELS / 1e6:.0f} megapixels, for about 80 bytes of memory each pixel"
            )
            raise ImageError(f"{width}×{height} is too large to compress ({limits}); make it smaller first")
        header, writer = (
            Header(self.fingerprint, round(quality * QUALITY_STEPS) / QUALITY_STEPS, height, width),
            Writer(),
        )
        quality = torch.tensor([header.quality])
        top, details = analyse(self.icn, pixels, quality)
        coder = encoder(writer, [*details, top], groups)
        shape = top.shape
        del top, details  # the coder lets go of them as it is done with them
        top_hat, details_hat = self.icn.code(shape, quality, coder)
        return pack(header, writer.finish()), top_hat, details_hat

    @torch.inference_mode()
    def decode(self, data: bytes, tau: float = 0.0, seed: int = 0, max_pixels: int = MAX_PIXELS) -> np.ndarray:
        """The bytes of a file → H×W×3 uint8.

        tau scales a draw of what the symbols leave out of the details: 0 the likeliest (best PSNR), 1 a draw
        from the prior inside each quantisation cell. A seed always gives the same draw.

        Raises:
            StreamError: not such a file, damaged, larger than `max_pixels`, or made by other weights.
        """
        header = read_header(data, max_pixels)
        if header.fingerprint != self.fingerprint:
            raise StreamError(
                f"the file was made by weights {header.fingerprint.hex()}, these are {self.fingerprint.hex()}; "
                "use the model that made it"
            )
        side = 1 << self.icn.config.levels
        shape = (1, 3, -(-header.height // side), -(-header.width // side))
        lost = Lost(self.icn.config.levels, tau, seed) if tau else None
        coder = decoder(Reader(data[HEADER_BYTES:]), lost)
        top_hat, details_hat = self.icn.code(shape, torch.tensor([header.quality]), coder)
        if lost:
            for level, b_hat in enumerate(details_hat):
                b_hat += lost.details.pop(level)
        return self._picture(top_hat, details_hat, header)

    def _picture(self, top_hat: Tensor, details_hat: list[Tensor], header: Header) -> np.ndarray:
        quality, size = torch.tensor([header.quality]), (header.height, header.width)
        return synthesise(self.icn, top_hat, details_hat, quality, size)


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


def encode_within(codec: Codec, pixels: np.ndarray, budget: int) -> bytes:
    """The best file of at most `budget` bytes, and of at least 98 % of them unless quality 100 needs less.

    Streams grow in words of 4 bytes, so files below 200 bytes can fall short by more.

    Raises:
        IRNError: even quality 0 takes more; the message says how much.
    """

    def run(setting: int) -> bytes:
        return codec.encode(pixels, setting / QUALITY_STEPS)

    return largest_within(budget, 0, 100 * QUALITY_STEPS, run, len, SIZE_SLACK, "bytes")


def encode_at_psnr(codec: Codec, pixels: np.ndarray, psnr: float) -> Encoded:
    """The file whose picture comes closest to a PSNR-RGB in dB from below: within 0.02 dB, unless it jumps there.

    Where even the smallest file is better than that, as with smooth pictures, it is the smallest.
    """

    def run(setting: int) -> Encoded:
        return codec.encode_and_decode(pixels, setting / QUALITY_STEPS) if setting else smallest

    def measure(result: Encoded) -> float:
        return psnr_rgb(pixels, result.x_hat)

    smallest = codec.encode_and_decode(pixels, 0)
    if measure(smallest) >= psnr:
        return smallest
    return largest_within(psnr, 0, 100 * QUALITY_STEPS, run, measure, 0.02 / psnr, "dB")


def encode(pixels: np.ndarray, quality: float = 50.0) -> bytes:
    """Compress H×W×3 uint8 with the shipped ICN; quality from 0 (about 0.05 bpp) to 100 (about 3 bpp)."""
    return load_codec("icn").encode(pixels, quality)


def decode(data: bytes, tau: float = 0.0, seed: int = 0) -> np.ndarray:
    """The picture, H×W×3 uint8, in the bytes of an .icn file."""
    return codec_for(data).decode(data, tau, seed)
