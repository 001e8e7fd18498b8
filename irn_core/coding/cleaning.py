"""Clean a decoded picture: what the codec left behind is taken away by a net that is told codec and quality.

A file need not say at which quality it was written. That of a JPEG follows from its quantisation tables; that of
others is taken to be the setting at which the decoded picture makes a file of the same size again.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError

from irn_core.coding.pillow_codecs import PILLOW_CODECS
from irn_core.coding.target import largest_within
from irn_core.errors import ImageError, IRNError
from irn_core.nets.restorer import CELL, KINDS, Restorer
from irn_core.ops.pixels import pad_to_multiple, to_pixels, to_tensor
from irn_core.ops.quantise import from_uint8, to_uint8
from irn_core.ops.tiling import Progress, tiles
from irn_core.pictures.files import opened
from irn_core.weights import load_model

TILE_SIDE = 256
"""In cells. Memory beyond input and output is that of one tile."""
FORMATS = {"JPEG": "jpeg", "MPO": "jpeg", "WEBP": "webp", "AVIF": "avif"}
"""Pillow's names of the formats that the net knows; MPO is the JPEG of some cameras."""
SLACK = 0.02
"""Files count as equally large if they differ by at most this share."""


@cache
def load_restorer(name_or_path: str = "restorer") -> Restorer:
    """The shipped net, or one from a weights file; loaded once."""
    return load_model(name_or_path, Restorer)


@torch.inference_mode()
def clean(net: Restorer, pixels: np.ndarray, kind: str, quality: int, progress: Progress | None = None) -> np.ndarray:
    """A picture H×W×3 uint8 as a codec returned it → the same without its traces.

    kind is one of KINDS, quality its setting, 0 … 100. JPEG's blocks begin at the corner, as they do in its file.

    Raises:
        IRNError: another codec, or a setting that none has.
    """
    if kind not in KINDS or not 0 <= quality <= 100:
        raise IRNError(f"got codec {kind!r} at quality {quality}; expected one of {', '.join(KINDS)}, at 0 to 100")
    x_hat = to_tensor(pad_to_multiple(pixels, CELL))
    cleaned = torch.empty_like(x_hat)
    told = torch.tensor([KINDS.index(kind)]), torch.tensor([quality])
    parts = list(tiles(x_hat.shape[-2] // CELL, x_hat.shape[-1] // CELL, TILE_SIDE, net.radius))
    for done, (inner, outer) in enumerate(parts, 1):
        seen, kept, place = outer.times(CELL), inner.within(outer).times(CELL), inner.times(CELL)
        tile = from_uint8(x_hat[..., seen.rows, seen.columns]).contiguous(memory_format=torch.channels_last)
        cleaned[..., place.rows, place.columns] = to_uint8(net(tile, *told)[..., kept.rows, kept.columns])
        if progress:
            progress(done, len(parts))
    return to_pixels(cleaned[..., : pixels.shape[0], : pixels.shape[1]])


def kind_of(data: bytes) -> str:
    """The codec, one of KINDS, that a file was written with.

    Raises:
        ImageError: another format, damaged, or a WebP without loss, which has no traces.
    """
    with _opened(data) as image:
        if image.format == "WEBP" and _is_lossless(data):
            raise ImageError("is a WebP that was written without loss; there is nothing to clean")
        return FORMATS[image.format]


def quality_of(data: bytes, pixels: np.ndarray) -> int:
    """The setting at which a file was written whose picture is H×W×3 uint8.

    Exact for a JPEG with libjpeg's tables, else the nearest.

    Raises:
        ImageError: as `kind_of` does.
    """
    kind = kind_of(data)
    if kind == "jpeg":
        with _opened(data) as image:
            luma = image.quantization[min(image.quantization)]
        table = np.log(np.maximum(luma, 1))
        return min(_tables(), key=lambda quality: np.abs(_tables()[quality] - table).mean())
    codec = PILLOW_CODECS[kind]

    def run(setting: int) -> tuple[int, int]:
        return setting, len(codec.encode(pixels, setting))

    try:
        return largest_within(len(data) * (1 + SLACK / 2), codec.low, codec.high, run, lambda found: found[1], SLACK)[0]
    except IRNError:  # even the coarsest file is larger
        return codec.low


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    """A file of one of FORMATS, opened; what decoders say of a damaged one becomes plain words."""
    with opened(data, "picture") as file:
        try:
            image = Image.open(file, formats=[name for name in FORMATS if name in Image.OPEN])
        except UnidentifiedImageError as error:
            what = "is of another format: expected a JPEG, WebP or AVIF, whose traces the net has learnt"
            raise ImageError(what) from error
        yield image


def _is_lossless(webp: bytes) -> bool:
    """Whether the first picture in a WebP is coded without loss; what else the file holds may come before it."""
    at = 12
    while at + 8 <= len(webp):
        name, size = webp[at : at + 4], int.from_bytes(webp[at + 4 : at + 8], "little")
        if name in (b"VP8 ", b"VP8L"):
            return name == b"VP8L"
        at += 24 if name == b"ANMF" else 8 + size + size % 2  # within a frame of an animation there are chunks again
    return False


@cache
def _tables() -> dict[int, np.ndarray]:
    """The logarithms of libjpeg's table of luma, by quality."""
    tables = {}
    for quality in range(1, 101):
        buffer = io.BytesIO()
        Image.new("RGB", (8, 8)).save(buffer, "JPEG", quality=quality)
        tables[quality] = np.log(Image.open(buffer).quantization[0])
    return tables
