"""Picture files ⇄ arrays: what is read comes as sRGB with 8 bits, what is written is PNG."""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from os import PathLike
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from irn_core.errors import ImageError
from irn_core.pictures.colour import to_srgb
from irn_core.pictures.png_chunks import without_excess
from irn_core.pictures.samples import decode_deep, has_deep_samples, is_misread
from irn_core.pictures.tiff import is_tiff, read_tiff

MAX_PIXELS = 178_000_000
"""Larger pictures are refused before they are decoded; Pillow's own limit lies just above."""

Image.init()
FORMATS = tuple(
    name
    for name in (
        "PNG", "JPEG", "WEBP", "AVIF", "TIFF", "GIF", "BMP", "DIB", "JPEG2000", "PPM", "QOI", "ICO", "PSD", "SGI",
        "PCX", "TGA",
    )
    if name in Image.OPEN  # Pillow can be built without some
)  # fmt: skip
"""All that is ever decoded, whatever a file claims to be: pixels alone, no programs as in EPS."""

READABLE = "PNG, JPEG, WebP, AVIF, TIFF, GIF, BMP, JPEG 2000 and PPM"
"""The best known of them, in messages."""

FOREIGN = {
    b"%!PS": "PostScript", b"\xc5\xd0\xd3\xc6": "EPS", b"%PDF": "PDF", b"<svg": "SVG", b"<?xml": "XML or SVG",
    b"\xd7\xcd\xc6\x9a": "WMF", b"\x01\0\0\0": "EMF", b"SIMPLE": "FITS", b"\x89HDF": "HDF5", b"PK\x03\x04": "ZIP",
}  # fmt: skip
"""First bytes of files that are often taken for pictures of pixels."""
HEIF = (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1")

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
"""EXIF's number of an orientation → how to turn the stored pixels."""

DECODER_ERRORS = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, RuntimeError, EOFError, MemoryError, ArithmeticError,
    struct.error, zlib.error,
)  # fmt: skip
"""What decoders raise on damaged files, seen by flipping bytes."""


class Picture(NamedTuple):
    """Pixels H×W×3 uint8, what was done to the file to get them, in plain words, and its text: chunks of a PNG by name.

    That of a JPEG stands under "comment".
    """

    pixels: np.ndarray
    notices: tuple[str, ...]
    text: dict[str, str]


def read_picture(source: str | PathLike | BinaryIO | bytes, max_pixels: int = MAX_PIXELS) -> Picture:
    """Read a picture file of one of FORMATS as sRGB with 8 bits: a path, an open file, a pipe, or its bytes.

    EXIF rotation is applied, colours go through their profile, alpha is composited on white, 16-bit
    and float samples are scaled, grey, palette, and CMYK are converted, and of an animation the first
    frame is taken. Metadata that cannot be read cost the picture nothing.

    Raises:
        ImageError: the file is missing, empty, damaged, no picture, or has more than `max_pixels`.
    """
    with opened(source, "picture") as file:
        return _read(file, max_pixels)


@contextmanager
def opened(source: str | PathLike | BinaryIO | bytes, what: str) -> Iterator[BinaryIO]:
    """A file of pictures, called `what` in messages, that can be sought in; what decoders raise becomes plain words.

    Raises:
        ImageError: the file is missing, cannot be read or is damaged, or what an ImageError raised within says of it.
    """
    name = f"the {what}" if isinstance(source, bytes) or hasattr(source, "read") else str(source)
    try:
        with _open(source) as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, of odd metadata, and of large pictures: the limit here is ours
            yield _seekable(file)
    except ImageError as error:
        raise ImageError(f"{name} {error}") from error
    except (IsADirectoryError, PermissionError) as error:
        raise ImageError(f"{name} cannot be read ({error.strerror}); give the path of a {what} file") from error
    except FileNotFoundError as error:
        raise ImageError(f"{name} does not exist; give the path of a {what}") from error
    except Image.DecompressionBombError as error:
        raise ImageError(f"{name} has too many megapixels ({error}). Make it smaller first") from error
    except DECODER_ERRORS as error:
        raise ImageError(f"{name} is damaged or incomplete ({error}); save it again and retry") from error


def _open(source: str | PathLike | BinaryIO | bytes):
    """A context with the open file, which is closed if it is ours."""
    if isinstance(source, bytes):
        return io.BytesIO(source)
    return nullcontext(source) if hasattr(source, "read") else open(source, "rb")


def _seekable(file: BinaryIO) -> BinaryIO:
    """The file itself, or what a pipe gives, which can be read only once."""
    return file if file.seekable() else io.BytesIO(file.read())


def _read(file: BinaryIO, max_pixels: int) -> Picture:
    notices: list[str] = []
    opened, image = _decode(lightened(file, notices), max_pixels, notices)
    return Picture(finished(image, opened, notices), tuple(notices), _text(opened))


def lightened(file: BinaryIO, notices: list[str]) -> BinaryIO:
    """The file, or a copy of a PNG without what Pillow would refuse it for: see `without_excess`."""
    file, profile_lost = without_excess(file)
    if profile_lost:
        notices.append("its colour profile is larger than 1 MB and not used: colours are taken as they are")
    return file


def finished(image: Image.Image, opened: Image.Image, notices: list[str]) -> np.ndarray:
    """H×W×3 uint8 of a decoded picture of 8 bits per sample, upright, as sRGB, on white; `opened` has its metadata."""
    return _to_rgb(to_srgb(_turned(image, opened, notices), notices), notices)


def _text(opened: Image.Image) -> dict[str, str]:
    comment = opened.info.get("comment") if opened.format == "JPEG" else None
    return {"comment": comment.decode("latin-1")} if comment else dict(getattr(opened, "text", {}))


def _decode(file: BinaryIO, max_pixels: int, notices: list[str]) -> tuple[Image.Image, Image.Image]:
    """The opened file, which knows its metadata, and its picture with 8 bits per sample, not turned yet."""

    def check_size(width: int, height: int) -> None:
        if width * height > max_pixels:
            raise ImageError(
                f"has {width}×{height} = {width * height / 1e6:.3f} megapixels; "
                f"at most {max_pixels / 1e6:.0f} are accepted here. Make it smaller first"
            )

    def reopen() -> Image.Image:
        return Image.open(file, formats=FORMATS)

    try:
        image = reopen()
    except UnidentifiedImageError as error:
        if is_tiff(file):
            return (read_tiff(file, check_size, notices),) * 2
        raise ImageError(what_it_is(file)) from error
    check_size(*image.size)
    notices += _of_several(image)
    if is_misread(image):
        return (read_tiff(file, check_size, notices),) * 2
    if has_deep_samples(image):
        return image, decode_deep(image, reopen, notices)
    image.load()
    return image, image


def what_it_is(file: BinaryIO) -> str:
    """Why a file that is not of FORMATS is refused."""
    file.seek(0)
    start = file.read(32)
    kind = next((kind for magic, kind in FOREIGN.items() if start.startswith(magic)), None)
    kind = "HEIC" if start[4:12] in HEIF else kind
    what = f"is a file of {kind}, which is not read here" if kind else "is not a picture that can be read here"
    return f"{what}; {READABLE} can: save it as one of these"


def _of_several(image: Image.Image) -> list[str]:
    """A notice if the file holds more pictures than one; those of a camera's MPO are previews, those of PSD layers."""
    kind = {"TIFF": "pages"}.get(image.format, "frames, an animation")
    count = getattr(image, "n_frames", 1) if image.format not in ("MPO", "PSD") else 1
    return [f"a file of {count} {kind}: the first is used"] if count > 1 else []


def _turned(image: Image.Image, opened: Image.Image, notices: list[str]) -> Image.Image:
    """The picture upright, as the opened file says; Pillow itself turns a TIFF, when it is decoded."""
    try:
        orientation = opened.info.get("orientation") or opened.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # whatever: an orientation is worth less than the picture
        notices.append("its EXIF data cannot be read: not turned")
        return image
    if orientation not in UPRIGHT:
        return image
    notices.append("turned upright as its EXIF data says")
    return image.transpose(UPRIGHT[orientation])


def _to_rgb(image: Image.Image, notices: list[str]) -> np.ndarray:
    """H×W×3 uint8 of a picture with 8 bits, on white."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if image.getextrema()[3][0] < 255:
            notices.append("transparent parts are put on white")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.array(image.convert("RGB"))


def encode_png(pixels: np.ndarray, info: PngInfo | None = None) -> bytes:
    """The picture, H×W×3 uint8, as the bytes of a PNG file, with text chunks if given."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()
