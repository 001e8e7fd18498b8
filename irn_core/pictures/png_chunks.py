"""PNG files without the chunks that no pixel needs, so that what is wrong in those cannot cost the picture."""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from PIL.PngImagePlugin import MAX_TEXT_CHUNK, MAX_TEXT_MEMORY

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PROFILE = b"iCCP"
TEXT = (b"tEXt", b"zTXt", b"iTXt")
NEEDED = (b"tRNS", b"eXIf", b"acTL", b"fcTL", b"fdAT")
"""Ancillary chunks that say how pixels look; text may hold the tag of an LR, and is kept while it is small."""


def without_excess(file: BinaryIO) -> tuple[BinaryIO, bool]:
    """The file, rewound, or a PNG's copy that lacks chunks; and whether its colour profile was among them, too large.

    Text and profile are left out where Pillow would refuse the picture for them: more than 1 MB unpacked,
    or 64 MB of text. Nothing is unpacked beyond that, so a small file cannot ask for much memory.
    """
    excess = list(_excess(file))
    file.seek(0)
    if not excess:
        return file, False
    data, kept, end = file.read(), [], 0
    for _, first, last in excess:
        kept.append(data[end:first])
        end = last
    return io.BytesIO(b"".join([*kept, data[end:]])), any(kind == PROFILE for kind, *_ in excess)


def _excess(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of each chunk to leave out; there is none in other files, nor where a PNG is damaged."""
    file.seek(0)
    if file.read(8) != SIGNATURE:
        return
    text_left, start = MAX_TEXT_MEMORY // 2, 8  # half: Pillow counts keywords as well
    while len(header := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", header)
        end = start + 12 + length
        if kind in TEXT or kind == PROFILE:
            size = _unpacked_size(kind, file.read(length)) if length <= text_left else length
            text_left -= size
            if size > MAX_TEXT_CHUNK or text_left < 0:
                yield kind, start, end
        elif kind[:1].islower() and kind not in NEEDED:
            yield kind, start, end
        elif kind == b"IEND":
            return
        start = end
        file.seek(start)


def _unpacked_size(kind: bytes, data: bytes) -> int:
    """Bytes of text or profile; beyond MAX_TEXT_CHUNK only that it is more."""
    rest = data.partition(b"\0")[2]
    if kind == b"iTXt" and rest[:1] == b"\1":
        packed = rest[2:].split(b"\0", 2)[-1]
    elif kind in (b"zTXt", PROFILE):
        packed = rest[1:]
    else:
        return len(data)
    unpacker = zlib.decompressobj()
    try:
        size = len(unpacker.decompress(packed, MAX_TEXT_CHUNK))
    except zlib.error:
        return len(data)  # Pillow takes it for empty
    return size + bool(unpacker.unconsumed_tail)
