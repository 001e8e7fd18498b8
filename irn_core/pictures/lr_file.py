"""The LR as a PNG file that says what made it: scale, model, and the size of the original."""

from os import PathLike
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from irn_core.pictures.files import encode_png, read_picture

TEXT_KEY = "irn"


class LRFile(NamedTuple):
    """Pixels h×w×3 uint8; scale, model and original size are None in a file that is not the network's."""

    pixels: np.ndarray
    notices: tuple[str, ...]
    scale: int | None
    model: str | None
    size: tuple[int, int] | None

    def warnings(self, model: str, scale: int) -> list[str]:
        """What to expect when this file is upscaled with `model`."""
        if self.scale is None:
            return [
                "this LR did not come from the network, so it carries no trace of what was lost: "
                "expect a result no better than a guess from its pixels"
            ]
        if self.model != model and self.model.split("@")[0] == model.split("@")[0]:
            return [
                f"this LR was made by other weights, {self.model}, and is upscaled by {model}: "
                "expect a poor result; give the file of those weights with --model"
            ]
        if self.scale != scale or self.model != model:
            return [
                f"this LR was made by {self.model} at ×{self.scale} and is upscaled by {model} at ×{scale}: "
                "expect a poor result; leave out --scale and --model to use the right one"
            ]
        return []

    def size_at(self, scale: int) -> tuple[int, int] | None:
        """(H, W) of the original, if it was downscaled by this scale."""
        return self.size if self.scale == scale else None


def encode_lr(lr: np.ndarray, scale: int, model: str, size: tuple[int, int]) -> bytes:
    """h×w×3 uint8 as the bytes of a PNG with a text chunk; `size` is (H, W) of the original."""
    info = PngInfo()
    tag = {"scale": scale, "model": model, "height": size[0], "width": size[1]}
    info.add_text(TEXT_KEY, urlencode(tag))
    return encode_png(lr, info)


def read_lr(path: str | PathLike) -> LRFile:
    """Read an LR picture, by the network or not.

    Raises:
        ImageError: not a readable picture.
    """
    pixels, notices = read_picture(path)
    with Image.open(path) as image:
        tag = dict(parse_qsl(str(image.info.get(TEXT_KEY, ""))))
    try:
        scale, size = int(tag["scale"]), (int(tag["height"]), int(tag["width"]))
        padded = tuple(-(-side // scale) for side in size)
        if padded != pixels.shape[:2]:  # resized or cropped since
            return LRFile(pixels, notices, None, None, None)
        return LRFile(pixels, notices, scale, tag["model"], size)
    except (KeyError, ValueError, ZeroDivisionError):
        return LRFile(pixels, notices, None, None, None)
