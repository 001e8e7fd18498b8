"""The container of compressed pictures: a header, a checksum, and one stream.

magic and version · fingerprint of the weights · quality · height, width · CRC-32 of all the rest · stream.
It holds nothing that the decoder could compute. A file whose stream begins with an importance map has a version of its
own, so that those without one are what they were, and programs that know no maps refuse the others.
"""

import struct
import zlib
from typing import NamedTuple

from irn_core.errors import StreamError

MAGIC, VERSION, MAP_VERSION = b"ICN", 7, 8
HEADER = struct.Struct("<3sB6sHHH")
CHECKSUM = struct.Struct("<I")
HEADER_BYTES = HEADER.size + CHECKSUM.size
QUALITY_STEPS = 512
"""Qualities are multiples of 1/512, so that a file can be aimed at a size."""
MAX_SIDE = 2**16 - 1
MAX_PIXELS = 64_000_000
"""More are neither coded nor decoded unless asked for: memory grows with them, by about 80 bytes each."""
LEAST_BITS = 1e-4
"""Per pixel: even where all is certain, symbols cost more than this."""
WORD_BYTES = 4
"""The coder's last word, which a stream may do without."""


class Header(NamedTuple):
    """What a file says of itself; `fingerprint` are the first six bytes of the weights' hash.

    Where it has a map, `quality` is that of the most important cells.
    """

    fingerprint: bytes
    quality: float
    height: int
    width: int
    has_map: bool = False


def pack(header: Header, stream: bytes) -> bytes:
    """The bytes of a file."""
    steps = round(header.quality * QUALITY_STEPS)
    version = MAP_VERSION if header.has_map else VERSION
    packed = HEADER.pack(MAGIC, version, header.fingerprint, steps, header.height, header.width)
    return packed + CHECKSUM.pack(zlib.crc32(packed + stream)) + stream


def read_header(data: bytes, max_pixels: int = MAX_PIXELS) -> Header:
    """Check a file as far as that goes without decoding it; nothing is allocated.

    Raises:
        StreamError: not an .icn file, of another version, damaged, or larger than `max_pixels`.
    """
    if data[:3] != MAGIC:
        raise StreamError("this is not an .icn file; give one that `compress` has written")
    if len(data) < HEADER_BYTES:
        raise StreamError(f"the .icn file ends after {len(data)} bytes, within its header; copy it again")
    _, version, fingerprint, quality, height, width = HEADER.unpack_from(data)
    if version not in (VERSION, MAP_VERSION):
        raise StreamError(
            f"the .icn file has version {version}, this program reads {VERSION} and {MAP_VERSION}; "
            "use the program's version"
        )
    (checksum,) = CHECKSUM.unpack_from(data, HEADER.size)
    if zlib.crc32(data[: HEADER.size] + data[HEADER_BYTES:]) != checksum:
        raise StreamError("the .icn file is damaged: its checksum does not fit; copy it again")
    if not height * width or quality > 100 * QUALITY_STEPS:
        raise StreamError(f"the .icn file is damaged: {width}×{height} at quality {quality / QUALITY_STEPS:g}")
    if height * width > max_pixels:
        raise StreamError(
            f"the .icn file has {width}×{height} pixels; at most {max_pixels / 1e6:g} megapixels are accepted, "
            "for the memory that decoding takes (about 80 bytes per pixel)"
        )
    if 8 * (len(data) - HEADER_BYTES + WORD_BYTES) < LEAST_BITS * height * width:
        raise StreamError(f"the .icn file is damaged: {len(data)} bytes cannot hold {width}×{height} pixels")
    return Header(fingerprint, quality / QUALITY_STEPS, height, width, version == MAP_VERSION)
