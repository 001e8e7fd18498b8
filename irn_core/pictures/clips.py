"""Animations ⇄ frames: GIF, PNG, WebP, AVIF, and video where PyAV is installed; what is written is animated PNG."""

import io
from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from irn_core.errors import ImageError
from irn_core.pictures.files import DECODER_ERRORS, finished, lightened, opened, what_it_is
from irn_core.pictures.samples import has_deep_samples
from irn_core.pictures.video import Frame, is_video, video_frames

ANIMATED = tuple(name for name in ("GIF", "PNG", "WEBP", "AVIF") if name in Image.OPEN)
"""All that is ever decoded as an animation of pictures."""
MAX_FRAMES, MAX_CLIP_PIXELS = 240, 64_000_000
"""A clip that is read has at most so many frames, and so many pixels in all of them together."""
LIKE_BROWSERS = 100
"""Milliseconds of a frame whose file says 0, or nothing."""
OVER = (0, 1)
"""Two ways in which a frame without alpha is laid over the former, with one result."""


class Clip(NamedTuple):
    """Frames H×W×3 uint8 of one size, for how many ms each is shown, what was done to get them, and texts by name."""

    frames: list[np.ndarray]
    durations: list[int]
    notices: tuple[str, ...]
    text: dict[str, str]


def is_clip(source: str | PathLike) -> bool:
    """Whether a file holds more pictures than one, in time; no if it cannot be read, or only once, as a pipe."""
    if not Path(source).is_file():
        return False
    try:
        with opened(source, "picture") as file:
            return is_video(file) or getattr(Image.open(file, formats=ANIMATED), "is_animated", False)
    except ImageError:
        return False


def read_clip(source: str | PathLike | BinaryIO | bytes, first: int | None = None) -> Clip:
    """Read an animation or a video as sRGB with 8 bits: a path, an open file, a pipe, or its bytes.

    Longer ones than MAX_FRAMES and MAX_CLIP_PIXELS are refused; with `first`, only so many frames are read, or fewer
    if those have more pixels than MAX_CLIP_PIXELS, with a notice.

    Raises:
        ImageError: the file is missing, damaged, no animation, too long or too large, or a video that needs PyAV.
    """
    with opened(source, "animation") as file:
        notices: list[str] = []
        if is_video(file):
            return _gathered(video_frames(file, _check_size), first, notices, {})
        image = _open(file, notices)
        text = {name: value for name, value in image.info.items() if isinstance(value, str)}
        return _gathered(_picture_frames(image, notices), first, notices, text)


def encode_clip(frames: Sequence[np.ndarray], durations: Sequence[int], info: PngInfo | None = None) -> bytes:
    """Frames H×W×3 uint8, each shown for so many ms, as the bytes of an endless animated PNG."""
    buffer, (first, *others) = io.BytesIO(), map(Image.fromarray, frames)
    first.save(
        buffer, "PNG", save_all=True, append_images=others, duration=list(durations), loop=0, pnginfo=info,
        blend=[OVER[k % 2] for k in range(len(frames))],  # else Pillow makes one frame of two that are alike
    )  # fmt: skip
    return buffer.getvalue()


def _open(file: BinaryIO, notices: list[str]) -> Image.Image:
    file = lightened(file, notices)
    try:
        image = Image.open(file, formats=ANIMATED)
    except UnidentifiedImageError as error:
        raise ImageError(f"{what_it_is(file)}. An animation is a GIF, PNG or WebP, or an MP4 or WebM") from error
    if has_deep_samples(image):
        raise ImageError("has more than 8 bits per sample, which is not read of an animation; save it with 8")
    return image


def _picture_frames(image: Image.Image, notices: list[str]) -> Iterator[Frame]:
    """The frames of an opened animation; each is checked before it is decoded."""
    number = int(bool(image.info.get("default_image")))  # what a PNG shows where it cannot move is none of them
    while True:
        try:
            image.seek(number)
        except EOFError:
            return
        _check_size(*image.size)
        image.load()
        duration = image.info.get("duration") or LIKE_BROWSERS
        yield Frame(finished(image, image, notices), round(duration))
        number += 1


def _gathered(found: Iterator[Frame], first: int | None, notices: list[str], text: dict[str, str]) -> Clip:
    """The frames that are wanted, as a clip."""
    frames: list[np.ndarray] = []
    durations: list[int] = []
    most, left = first or MAX_FRAMES, MAX_CLIP_PIXELS
    try:
        for pixels, duration in found:
            left -= pixels.shape[0] * pixels.shape[1]
            if left < 0 or len(frames) == most:
                if not first:
                    raise ImageError(_too_much(pixels))
                notices.append(f"its first {len(frames)} frames are used")
                break
            if frames and pixels.shape != frames[0].shape:
                raise ImageError("has frames of different sizes; save it again with one size")
            frames.append(pixels)
            durations.append(duration)
    except DECODER_ERRORS as error:
        if not frames:
            raise
        raise ImageError(f"is damaged after frame {len(frames)} ({error}); save it again and retry") from error
    if not frames:
        raise ImageError("holds no frame; save it again and retry")
    return Clip(frames, durations, tuple(dict.fromkeys(notices)), text)


def _too_much(pixels: np.ndarray) -> str:
    return (
        f"has more than {MAX_FRAMES} frames, or more than {MAX_CLIP_PIXELS / 1e6:.0f} megapixels in all of them, which "
        f"are {MAX_CLIP_PIXELS // (pixels.shape[0] * pixels.shape[1])} of its size; cut it shorter or make it smaller"
    )


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_CLIP_PIXELS:
        raise ImageError(
            f"has frames of {width}×{height}; all together may have {MAX_CLIP_PIXELS / 1e6:.0f} megapixels. "
            "Make it smaller first"
        )
