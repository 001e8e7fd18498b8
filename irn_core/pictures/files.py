"""Picture files ⇄ arrays: whatever Pillow can read comes as RGB with 8 bits, what is written is PNG."""

import io
import struct
import warnings
from os import PathLike
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from irn_core.errors import ImageError

MAX_PIXELS = 178_000_000
"""Larger pictures are refused before they are decoded; Pillow's own limit lies just above."""

DECODER_ERRORS = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, RuntimeError, EOFError, MemoryError, struct.error,
)  # fmt: skip
"""What Pillow's decoders raise on damaged files, seen by flipping bytes."""


class Picture(NamedTuple):
    """Pixels H×W×3 uint8, and what was done to the file to get them, in plain words."""

    pixels: np.ndarray
    notices: tuple[str, ...]


def read_picture(source: str | PathLike | BinaryIO | bytes, max_pixels: int = MAX_PIXELS) -> Picture:
    """Read any picture file that Pillow knows as RGB with 8 bits.

    EXIF rotation is applied, alpha is composited on white, 16-bit and float samples are scaled,
    grey, palette, and CMYK are converted, and of an animation the first frame is taken.

    Raises:
        ImageError: the file is missing, empty, damaged, no picture, or has more than `max_pixels`.
    """
    name = "the picture" if isinstance(source, bytes) or hasattr(source, "read") else str(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is ours
            image = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source)
        with image:
            width, height = image.size
            if width * height > max_pixels:
                raise ImageError(
                    f"{name} has {width}×{height} = {width * height / 1e6:.3f} megapixels; "
                    f"at most {max_pixels / 1e6:.0f} are accepted here. Make it smaller first"
                )
            notices = _file_notices(image)
            image.load()
            return _convert(image, notices)
    except (IsADirectoryError, PermissionError) as error:
        raise ImageError(f"{name} cannot be read ({error.strerror}); give the path of a picture file") from error
    except FileNotFoundError as error:
        raise ImageError(f"{name} does not exist; give the path of a picture") from error
    except Image.DecompressionBombError as error:
        raise ImageError(f"{name} has too many megapixels ({error}). Make it smaller first") from error
    except UnidentifiedImageError as error:
        raise ImageError(
            f"{name} is not a picture that can be read here; PNG, JPEG, WebP, AVIF, TIFF, GIF, BMP and JPEG 2000 can"
        ) from error
    except DECODER_ERRORS as error:
        raise ImageError(f"{name} is damaged or incomplete ({error}); save it again and retry") from error


def _file_notices(image: Image.Image) -> list[str]:
    """What can be seen before decoding: several pictures in one file, and samples of 16 bits."""
    notices = []
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format != "MPO":  # the others in a camera's MPO are its previews
        kind = "pages" if image.format == "TIFF" else "frames, an animation"
        notices.append(f"a file of {frames} {kind}: the first is used")
    if image.mode.startswith(("I", "F")) or _deep_tiles(image):
        notices.append("more than 8 bits per sample: rounded to 8")
    if image.getexif().get(0x0112) in range(2, 9):
        notices.append("turned upright as its EXIF data says")
    return notices


def _deep_tiles(image: Image.Image) -> bool:
    """Whether the file holds 16 bits per sample of which Pillow will keep 8."""
    modes = [str(tile[3][0] if isinstance(tile[3], tuple) else tile[3]) for tile in image.tile]
    return any(";16" in mode for mode in modes) and image.format != "BMP"  # BMP's 16 are per pixel


def _convert(image: Image.Image, notices: list[str]) -> Picture:
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith(("I", "F")):
        image = _deep_to_8_bits(image)
    elif image.has_transparency_data:
        image = image.convert("RGBA")
        if image.getextrema()[3][0] < 255:
            notices.append("transparent parts are put on white")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    elif image.mode in ("CMYK", "LAB") and image.info.get("icc_profile"):
        image = _with_profile(image)
    return Picture(np.array(image.convert("RGB")), tuple(notices))


def _deep_to_8_bits(image: Image.Image) -> Image.Image:
    """16-bit integers by 1/257; floats and 32-bit integers by the range that their values suggest."""
    values = np.asarray(image).astype(np.float64)
    if image.mode.startswith("I;16") or (image.mode == "I" and values.max() <= 65535):
        values /= 257
    elif image.mode == "F":
        values = np.nan_to_num(values)
        white = np.quantile(values, 0.99)  # highlights may go beyond
        values *= 255 if white <= 1 else 1 if white <= 255 else 255 / white
    else:
        values /= values.max() / 255
    return Image.fromarray(values.round().clip(0, 255).astype(np.uint8))


def _with_profile(image: Image.Image) -> Image.Image:
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        return ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return image


def encode_png(pixels: np.ndarray, info: PngInfo | None = None) -> bytes:
    """The picture, H×W×3 uint8, as the bytes of a PNG file, with text chunks if given."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()
