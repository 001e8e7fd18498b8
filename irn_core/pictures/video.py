"""Frames of a video, by PyAV, which is optional: two containers and the codecs of the web, no others."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

import numpy as np

from irn_core.errors import ImageError

PICTURES = (b"avif", b"avis", b"heic", b"heix", b"hevc", b"mif1", b"msf1")
"""Brands of files that begin as an MP4 does and hold pictures."""
CODECS = ("h264", "hevc", "vp8", "vp9", "libdav1d", "av1", "mpeg4", "libvpx-vp9", "libvpx")
INSTALL = 'install the library for it, python -m pip install "av==17.1.0", or save it as GIF, PNG or WebP'


class Frame(NamedTuple):
    """Pixels H×W×3 uint8, and for how many ms they are shown."""

    pixels: np.ndarray
    duration: int


def is_video(file: BinaryIO) -> bool:
    """Whether a file, which is rewound, begins as an MP4 or a WebM."""
    return _container(file) is not None


def _container(file: BinaryIO) -> str | None:
    file.seek(0)
    start = file.read(12)
    file.seek(0)
    if start.startswith(b"\x1aE\xdf\xa3"):
        return "matroska"
    return "mp4" if start[4:8] == b"ftyp" and start[8:] not in PICTURES else None


def video_frames(file: BinaryIO, check_size: Callable[[int, int], None]) -> Iterator[Frame]:
    """The frames as they come, upright; `check_size` refuses a width and height before they are decoded.

    Raises:
        ImageError: PyAV is not installed, there is no picture in the file, an unusual codec, or it is damaged.
    """
    try:
        import av
    except ImportError as error:
        raise ImageError(f"is a video; {INSTALL}") from error
    try:
        with av.open(file, format=_container(file)) as container:
            stream = next(iter(container.streams.video), None)
            if stream is None or stream.codec_context is None:
                raise ImageError("holds no moving picture that can be read here")
            if stream.codec_context.name not in CODECS:
                raise ImageError(f"is coded by {stream.codec_context.name}; save it as MP4 by H.264, or as WebM")
            check_size(stream.codec_context.width, stream.codec_context.height)
            rate = float(stream.average_rate or 0)
            duration = round(1000 / rate) if rate >= 0.1 else 100
            for frame in container.decode(stream):
                check_size(frame.width, frame.height)
                pixels = np.rot90(frame.to_ndarray(format="rgb24"), round(frame.rotation / 90))
                yield Frame(np.ascontiguousarray(pixels), max(1, duration))
    except av.FFmpegError as error:
        raise ImageError(f"is damaged or incomplete ({error.strerror}); save it again and retry") from error
