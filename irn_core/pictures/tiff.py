"""TIFF files that Pillow cannot read rightly, by tifffile: floats in colour, planes of 16 bits, half floats."""

import logging
import math
import zlib
from collections.abc import Callable
from typing import BinaryIO

import numpy as np
import tifffile
from PIL import Image

from irn_core.errors import ImageError
from irn_core.pictures.samples import MODES, PACKINGS, as_image

CHANNELS = {"MINISWHITE": 1, "MINISBLACK": 1, "RGB": 3}
"""The pictures that are taken, and how many channels they have without alpha."""
PREMULTIPLIED, STRAIGHT = (1,), (2,)
"""A further channel that is alpha: colours are multiplied by it, or not."""
MAX_CHANNELS = 8

logging.getLogger("tifffile").addHandler(logging.NullHandler())  # it would write of damaged tags on stderr


def is_tiff(file: BinaryIO) -> bool:
    """By its first bytes; the file is rewound."""
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    return start in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def read_tiff(file: BinaryIO, check_size: Callable[[int, int], None], notices: list[str]) -> Image.Image:
    """The first page, with 8 bits; `info` may hold its `icc_profile` and its `orientation`, numbered as in EXIF.

    `check_size` is called with width and height before the page is decoded, and may raise.

    Raises:
        ImageError: samples of a kind that is not taken; the message says which.
        OSError, ValueError: a damaged file.
    """
    file.seek(0)
    try:
        with tifffile.TiffFile(file) as tiff:
            page = tiff.pages.first
            check_size(page.imagewidth, page.imagelength)
            image = _image(page, notices)
            for name, tag in (("icc_profile", 34675), ("orientation", 274)):
                if tag in page.tags:
                    image.info[name] = page.tags[tag].value
            return image
    except (tifffile.TiffFileError, zlib.error, AttributeError, ArithmeticError, AssertionError) as error:
        raise OSError(f"TIFF: {error}") from error


def _image(page: tifffile.TiffPage, notices: list[str]) -> Image.Image:
    kind, alpha = page.photometric.name, page.extrasamples[:1]
    taken = kind in CHANNELS and page.imagedepth == 1 and page.samplesperpixel <= MAX_CHANNELS
    values = _samples(page) if taken and page.compression in PACKINGS and page.dtype.kind in "uif" else None
    if values is None:
        found = f"{page.samplesperpixel} × {page.bitspersample} bits, {kind}, compression {page.compression.name}"
        raise ImageError(f"is a TIFF of {found}, which cannot be read here; save it with 8 or 16 bits, uncompressed")
    count = CHANNELS[kind] + (alpha in (PREMULTIPLIED, STRAIGHT))
    white = 2**page.bitspersample - 1 if values.dtype.kind == "u" and page.bitspersample <= 16 else None
    mode = MODES[count] if alpha != PREMULTIPLIED else MODES[count].replace("A", "a")
    image = as_image(values[..., :count], mode, notices, white, inverted=kind == "MINISWHITE")
    return image if alpha != PREMULTIPLIED else image.convert(MODES[count])


def _samples(page: tifffile.TiffPage) -> np.ndarray | None:
    """H×W×C; None if it takes a library that is not here to unpack them, as some predictors do."""
    if page.compression != 1:
        _check_strips(page)
    try:
        values = page.asarray()
    except ValueError as error:
        if "imagecodecs" not in str(error):
            raise
        return None
    if values.ndim == 3 and page.planarconfig == 2:
        values = values.transpose(1, 2, 0)
    return values.reshape(page.imagelength, page.imagewidth, -1)


def _check_strips(page: tifffile.TiffPage) -> None:
    """Refuse deflated strips or tiles that hold more than the page needs: tifffile would unpack gigabytes."""
    size = math.prod(page.chunks) * page.dtype.itemsize
    file = page.parent.filehandle
    for start, length in zip(page.dataoffsets, page.databytecounts, strict=False):
        file.seek(start)
        unpacker = zlib.decompressobj()
        unpacker.decompress(file.read(length), size)
        if unpacker.unconsumed_tail:
            raise OSError("a strip of the TIFF is larger than it says")
