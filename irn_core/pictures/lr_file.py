"""The LR as a file that says what made it: scale, model, the size of the original, and a checksum of its pixels.

It is a PNG; or a JPEG, for networks that read those, whose pixels are not those that were written and have no checksum.
"""

import io
import zlib
from collections.abc import Sequence
from functools import reduce
from os import PathLike
from typing import BinaryIO, NamedTuple
from urllib.parse import parse_qsl, urlencode

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from irn_core.pictures.clips import encode_clip
from irn_core.pictures.files import encode_png, read_picture

TEXT_KEY = "irn"


class LRFile(NamedTuple):
    """Pixels h×w×3 uint8; scale, model and original size are None in a file that does not say them.

    `changed` tells whether the pixels are others than the network wrote; None in older files, which have no checksum.
    `refine` is how many steps refined it for its network, `jpeg` its quality if it was saved as JPEG by us.
    """

    pixels: np.ndarray
    notices: tuple[str, ...]
    scale: int | None = None
    model: str | None = None
    size: tuple[int, int] | None = None
    changed: bool | None = None
    refine: int = 0
    jpeg: int | None = None

    def warnings(self, model: str, scale: int) -> list[str]:
        """What to expect when this file is upscaled with `model`."""
        if self.scale is None:
            return [
                f"this LR is not known to be from a network: the result is right if it is an unchanged LR of "
                f"{model.split('@')[0]}, and otherwise no better than a guess from its pixels"
            ]
        found = []
        if self.changed is None and not self.jpeg:
            found.append(
                "this LR has no checksum, as it was written by an older version: if its pixels were changed since, "
                "expect a poor result"
            )
        elif self.changed:
            found.append(
                f"the pixels of this LR were changed after {self.model} made it, and with them the trace of what was "
                "lost: expect a poor result; give the file as it was written"
            )
        if self.model != model and self.model.split("@")[0] == model.split("@")[0]:
            found.append(
                f"this LR was made by other weights, {self.model}, and is upscaled by {model}: "
                "expect a poor result; give the file of those weights with --model"
            )
        elif self.scale != scale or self.model != model:
            found.append(
                f"this LR was made by {self.model} at ×{self.scale} and is upscaled by {model} at ×{scale}: "
                "expect a poor result; leave out --scale and --model to use the right one"
            )
        return found

    def size_at(self, scale: int) -> tuple[int, int] | None:
        """(H, W) of the original, if it was downscaled by this scale."""
        return self.size if self.scale == scale else None


def encode_lr(
    lr: np.ndarray, scale: int, model: str, size: tuple[int, int], refine: int = 0, jpeg: int | None = None
) -> bytes:
    """h×w×3 uint8 as the bytes of a PNG with a text chunk; `size` is (H, W) of the original.

    With `jpeg`, 1 to 100, as a JPEG of that quality, colour at full resolution, and the same text as its comment.
    """
    tag = _tag(scale, model, size, refine)
    if jpeg:
        file, comment = io.BytesIO(), f"{TEXT_KEY}:{urlencode(tag | {'jpeg': jpeg})}"
        Image.fromarray(lr).save(file, "JPEG", quality=jpeg, subsampling="4:4:4", optimize=True, comment=comment)
        return file.getvalue()
    return encode_png(lr, _text(tag | {"crc32": _checksum(lr)}))


def encode_lr_clip(
    lrs: Sequence[np.ndarray], durations: Sequence[int], scale: int, model: str, size: tuple[int, int], refine: int = 0
) -> bytes:
    """Frames h×w×3 uint8, each shown for so many ms, as the bytes of an animated PNG with the text of an LR.

    It has two checksums: of the first frame, which is all that a reader of still pictures sees, and of all.
    """
    tag = _tag(scale, model, size, refine) | {"crc32": _checksum(lrs[0]), "frames_crc32": _checksum(*lrs)}
    return encode_clip(lrs, durations, _text(tag))


def _tag(scale: int, model: str, size: tuple[int, int], refine: int) -> dict[str, object]:
    tag: dict[str, object] = {"scale": scale, "model": model, "height": size[0], "width": size[1]}
    return tag | {"refine": refine} if refine else tag


def _text(tag: dict[str, object]) -> PngInfo:
    info = PngInfo()
    info.add_text(TEXT_KEY, urlencode(tag))
    return info


def read_lr(source: str | PathLike | BinaryIO | bytes) -> LRFile:
    """Read an LR picture, by the network or not, from all that `read_picture` takes.

    Raises:
        ImageError: not a readable picture.
    """
    pixels, notices, text = read_picture(source)
    return with_tag([pixels], notices, text)


def with_tag(frames: Sequence[np.ndarray], notices: tuple[str, ...], text: dict[str, str]) -> LRFile:
    """An LR, or the first of the frames of one, with what the text of its file says of all."""
    pixels = frames[0]
    tag = dict(parse_qsl(text.get(TEXT_KEY) or text.get("comment", "").removeprefix(f"{TEXT_KEY}:")))
    try:
        scale, size = int(tag["scale"]), (int(tag["height"]), int(tag["width"]))
        padded = tuple(-(-side // scale) for side in size)
        if padded != pixels.shape[:2]:  # resized or cropped since
            return LRFile(pixels, notices)
        changed = tag["crc32"] != _checksum(pixels) if "crc32" in tag else None
        if len(frames) > 1:
            changed = changed or tag.get("frames_crc32") != _checksum(*frames)
        how = {key: int(tag[key]) for key in ("refine", "jpeg") if key in tag}
        return LRFile(pixels, notices, scale, tag["model"], size, changed, **how)
    except (KeyError, ValueError, ZeroDivisionError):
        return LRFile(pixels, notices)


def _checksum(*frames: np.ndarray) -> str:
    """Eight hexadecimal digits, of the samples row by row."""
    return f"{reduce(lambda crc, pixels: zlib.crc32(np.ascontiguousarray(pixels), crc), frames, 0):08x}"
