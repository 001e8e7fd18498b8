"""Samples of more than 8 bits, or of another type than unsigned integers, as 8 bits."""

import re
import sys
from collections.abc import Callable

import numpy as np
from PIL import Image

from irn_core.errors import ImageError

ROUNDED = "more than 8 bits per sample: rounded to 8"
CUT = "more than 8 bits per sample: cut to 8"

PACKINGS = (1, 8, 32946)
"""Numbers in TIFF files of the compressions that tifffile is asked to undo: none, and deflate, which has two."""

MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
"""Pillow's modes by their number of channels."""

_WIDE = re.compile(r"(RGB|RGBX|RGBA|CMYK);16([BLN])")
"""Pillow's names for 16 bits in several channels, of which it keeps the high byte, and the order of bytes."""
_OTHER_ORDER = {"B": "L", "L": "B", "N": "B" if sys.byteorder == "little" else "L"}
_BITS, _COMPRESSION, _INK, _LAYOUT, _KIND = 258, 259, 262, 284, 339  # tags of TIFF


def has_deep_samples(image: Image.Image) -> bool:
    """Whether an opened picture, not decoded yet, holds other samples than unsigned ones of up to 8 bits."""
    return image.mode.startswith(("I", "F")) or _tiff_kind(image) == "i" or any(";16" in m for m in _raw_modes(image))


def is_misread(image: Image.Image) -> bool:
    """Whether Pillow opens the picture and gets it wrong: planes of 16 bits, if tifffile can unpack them."""
    return (
        image.format == "TIFF"
        and image.tag_v2.get(_LAYOUT) == 2
        and max(image.tag_v2.get(_BITS, (1,))) > 8
        and image.tag_v2.get(_COMPRESSION, 1) in PACKINGS
    )


def decode_deep(image: Image.Image, reopen: Callable[[], Image.Image], notices: list[str]) -> Image.Image:
    """Decode an opened picture with deep samples → L, LA, RGB, RGBA or CMYK with 8 bits.

    Raises:
        ImageError: samples of which it cannot be told what is black and what is white.
    """
    planes = image.format == "TIFF" and image.tag_v2.get(_LAYOUT) == 2
    raw_modes, key = set(_raw_modes(image)), image.info.get("transparency")
    if raw_modes == {"LA;16B"}:  # four bytes
        values = np.asarray(_with_raw_modes(image, lambda _: "RGBA")).view(">u2")
    elif image.mode in ("RGB", "RGBA", "CMYK") and all(map(_WIDE.fullmatch, raw_modes)) and not planes:
        image.load()  # before the same file is read again
        low = _with_raw_modes(reopen(), lambda m: _WIDE.sub(lambda found: found[1] + ";16" + _OTHER_ORDER[found[2]], m))
        values = np.asarray(image).astype(np.uint16) << 8 | np.asarray(low)
    elif image.mode.startswith(("I", "F")) or _tiff_kind(image) == "i":
        values = _typed(image)[..., None]
    else:  # planes, and alpha that colours were multiplied by: Pillow has no more than the high bytes
        notices.append(CUT)
        image.load()
        return image
    if key is not None and values.shape[2] in (1, 3):
        opaque = (values != np.asarray(key)).any(2, keepdims=True)
        values = np.concatenate([values, opaque * values.dtype.type(65535)], 2)
    mode = "CMYK" if image.mode == "CMYK" else MODES[values.shape[2]]
    done = as_image(values, mode, notices, _known_white(image), _is_negative(image))
    done.info = {name: image.info[name] for name in ("icc_profile",) if name in image.info}
    return done


def as_image(
    values: np.ndarray, mode: str, notices: list[str], white: float | None = None, inverted: bool = False
) -> Image.Image:
    """Samples H×W×C of any type → a picture of this mode of Pillow, of C channels, with 8 bits.

    `white` is guessed from type and values if it is not known, for alpha apart, and said in `notices`.

    Raises:
        ImageError: the samples do not start at black, or are no numbers.
    """
    colours = values.shape[2] - (white is None and values.shape[2] in (2, 4))  # the rest is alpha
    whites = [white or _guess_white(part) for part in (values[..., :colours], values[..., colours:]) if part.size]
    if values.dtype != np.uint8:
        notices.append(
            ROUNDED if whites[0] == 65535 else f"samples of 0…{whites[0]:g} taken as black to white: rounded to 8 bits"
        )
    if np.issubdtype(values.dtype, np.floating) and (odd := np.count_nonzero(~np.isfinite(values))):
        notices.append(f"{odd:,} samples are no finite numbers: nan is taken as black")
    factors = 255 / np.repeat(whites, (colours, values.shape[2] - colours)[: len(whites)])
    pixels = np.empty(values.shape, np.uint8)
    for row in range(0, len(values), 256):  # floats of a whole picture would be large
        part = np.nan_to_num(values[row : row + 256].astype(np.float64), posinf=np.inf) * factors
        pixels[row : row + 256] = part.clip(0, 255).round()
    if inverted:
        pixels[..., 0] = 255 - pixels[..., 0]
    return Image.frombytes(mode, pixels.shape[1::-1], pixels.tobytes())


def _guess_white(values: np.ndarray) -> float:
    """What is white: the least usual range that holds the values, or else the largest.

    Floats may go beyond white, as highlights do, in 1 % anywhere, and by a quarter in general.
    """
    if np.issubdtype(values.dtype, np.integer):
        low, top = np.quantile(values, 0.01), float(values.max())
        usual = {np.int8: (127,), np.int16: (255, 32767)}.get(values.dtype.type, (255, 65535))
        white = next((w for w in usual if top <= w), top)
        negative = low < -0.1 * top
    else:
        finite = values[np.isfinite(values)]
        if not finite.size:
            raise ImageError("holds no sample that is a finite number; write it again as numbers from 0 to 1")
        low, top = np.quantile(finite, (0.01, 0.99)).tolist()
        white = 1 if top <= 1.25 else 255 if 16 <= top <= 280 else top
        negative = low < -0.1 * white
    if negative:
        raise ImageError(
            f"holds samples from {np.nanmin(values):g} to {np.nanmax(values):g}; expected 0, black, and more. "
            "Write it again with samples from 0 to 255, or 0 to 1"
        )
    return white


def _known_white(image: Image.Image) -> float | None:
    """What the file says of the largest sample; nothing for 32 bits and floats."""
    if image.format == "TIFF" and image.mode in ("I", "F", "L"):
        return None
    if image.format == "TIFF" and image.mode.startswith("I;16"):
        return 2 ** max(image.tag_v2.get(_BITS, (16,))) - 1
    return None if image.mode == "F" else 65535


def _is_negative(image: Image.Image) -> bool:
    """Whether 0 is white, of which Pillow takes care up to 8 bits."""
    return image.format == "TIFF" and image.tag_v2.get(_INK) == 0 and image.mode != "L"


def _typed(image: Image.Image) -> np.ndarray:
    """The samples of a single channel, H×W, with the type that the file says: Pillow gives many as int32."""
    values = np.asarray(image)
    bits = max(image.tag_v2.get(_BITS, (8,))) if image.format == "TIFF" else 0
    match _tiff_kind(image), bits:
        case "i", 8:
            return values.view(np.int8)
        case "i", 16:
            return values.astype(np.int16)
        case "u", 32:
            return values.view(np.uint32)
    return values


def _tiff_kind(image: Image.Image) -> str | None:
    if image.format != "TIFF":
        return None
    return {2: "i", 3: "f"}.get(max(image.tag_v2.get(_KIND, (1,))), "u")


def _raw_modes(image: Image.Image) -> list[str]:
    """How the samples lie in the file, by Pillow's names; BMP's 16 bits are per pixel."""
    if image.format == "BMP":
        return []
    return [str(tile.args[0] if isinstance(tile.args, tuple) else tile.args) for tile in image.tile]


def _with_raw_modes(image: Image.Image, change: Callable[[str], str]) -> Image.Image:
    """The opened picture, to be decoded as if its samples lay in another way."""
    image.tile = [
        tile._replace(
            args=(change(tile.args[0]), *tile.args[1:]) if isinstance(tile.args, tuple) else change(tile.args)
        )
        for tile in image.tile
    ]
    return image
