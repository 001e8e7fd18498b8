"""A visitor's own pictures: files that the page has been given, and which part of each is worked on.

What a visit holds of them is bounded: up to KEPT small pictures, 1.4 MB in all, and the part that is worked on, at most
12 MB. The files lie on disk, 40 MB each at most, until six hours after they were last used. One of 48 megapixels takes
0.7 GB while it is decoded, so they are decoded one at a time, whoever asks; their pixels stay in the page's cache only.
"""

import math
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from PIL import Image

from demo.kit.cache import cached
from demo.kit.words import say
from demo.photo import MAX_PAGE_PIXELS, Photo
from irn_core.errors import ImageError
from irn_core.ops.tiling import Window
from irn_core.pictures.files import Picture, read_picture

MAX_UPLOAD_PIXELS, SHOWN_PIXELS = 48_000_000, 2_000_000
"""A photograph of up to so many pixels is taken; of one with more than MAX_PAGE_PIXELS so many are worked on."""
MAX_PAGE_SIDE = 16_383
"""WebP, one of the codecs that Compress mode compares, takes no longer side."""
KEPT = 8
"""So many pictures are kept for a visit, and the oldest goes."""
SMALL_SIDE = 240
_decoding = threading.Lock()


@dataclass(frozen=True, eq=False)
class Upload:
    """A picture file on the server, and the part of it that is worked on; None stands for all of it.

    It holds no pixels but those of a small picture: a visit with many photographs costs files, and no memory.
    """

    path: str
    name: str
    size: tuple[int, int]  # (H, W) of the file
    small: np.ndarray  # all of it, h×w×3 uint8
    part: Window | None

    @property
    def is_large(self) -> bool:
        """Whether the page works on less than all of its pixels."""
        return math.prod(self.size) > MAX_PAGE_PIXELS

    @property
    def shown(self) -> tuple[int, int]:
        """(H, W) of what is worked on."""
        return _reduced(self.size) if self.is_large else self.size

    @property
    def notices(self) -> Sequence[str]:
        """What was done to the file when it was read."""
        return _read(self.path).notices

    def cut(self, top: int, left: int) -> "Upload":
        """The same file with the part that begins there, or as near to it as the file's edges allow."""
        height, width = self.shown
        top, left = min(max(top, 0), self.size[0] - height), min(max(left, 0), self.size[1] - width)
        return replace(self, part=Window(top, top + height, left, left + width))

    def whole(self) -> "Upload":
        """The same file, all of it."""
        return replace(self, part=None)

    def open(self) -> Photo:
        """What is worked on: the file's own pixels, or where all of a large one is asked for, a smaller picture.

        Raises:
            ImageError: the file is not kept any more.
        """
        if not os.path.exists(self.path):
            raise ImageError(say("own.gone", name=self.name))
        os.utime(self.path)  # restarts the age that Gradio's delete_cache goes by
        pixels, notices, _ = _read(self.path)
        if self.part:
            part = pixels[self.part.rows, self.part.columns].copy()  # of its own: a view would hold all of the file
            return Photo(part, self.name, (*notices, self._said("own.part")))
        if self.is_large:
            return Photo(_resized(pixels, self.shown), self.name, (*notices, self._said("own.smaller")))
        return Photo(pixels, self.name, notices)

    def _said(self, key: str) -> str:
        return say(key, size=size_text(self.size), shown=size_text(self.shown))


class Uploads(NamedTuple):
    """A visitor's own pictures, the newest first, and which of them was chosen last."""

    pictures: tuple[Upload, ...] = ()
    chosen: int = 0

    @property
    def current(self) -> Upload | None:
        return self.pictures[self.chosen] if self.pictures else None

    def joined_by(self, new: Upload) -> "Uploads":
        """With one more; the same file again takes the place of the former."""
        others = [upload for upload in self.pictures if upload.path != new.path]
        return Uploads((new, *others)[:KEPT], 0)

    def changed(self, upload: Upload) -> "Uploads":
        """With another part of the one that was chosen last."""
        return self._replace(pictures=tuple(upload if k == self.chosen else p for k, p in enumerate(self.pictures)))

    def back_to(self, former: Upload) -> "Uploads":
        """With the choice, and the part, that there was before."""
        at = next((k for k, upload in enumerate(self.pictures) if upload.path == former.path), None)
        return self.joined_by(former) if at is None else self._replace(chosen=at).changed(former)


def read_upload(path: str, name: str) -> Upload:
    """Read an uploaded file; of a large one the middle is worked on.

    Raises:
        ImageError: not a picture, damaged, empty, or larger than `MAX_UPLOAD_PIXELS` or `MAX_PAGE_SIDE`.
    """
    try:
        pixels = _read(path).pixels
    except ImageError as error:
        raise ImageError(str(error).replace(str(path), name)) from error
    size = height, width = pixels.shape[:2]
    if max(size) > MAX_PAGE_SIDE:
        raise ImageError(f"{name} is {width}×{height}; sides of up to {MAX_PAGE_SIDE} are accepted here. Cut it first")
    factor = min(1, SMALL_SIDE / max(size))
    small = _resized(pixels, (max(1, round(factor * height)), max(1, round(factor * width))))
    upload = Upload(path, name, size, small, None)
    top, left = ((side - shown) // 2 for side, shown in zip(size, upload.shown, strict=True))
    return upload.cut(top, left) if upload.is_large else upload


def _read(path: str) -> Picture:
    """The picture in a file; who has waited for another of the same finds it in the cache."""
    with _decoding:
        return _decoded(path)


@cached
def _decoded(path: str) -> Picture:
    """A path names its content, as Gradio puts uploads into folders by their digest."""
    return read_picture(path, MAX_UPLOAD_PIXELS)


def _reduced(size: tuple[int, int]) -> tuple[int, int]:
    """(h, w) of about SHOWN_PIXELS in the shape of (H, W)."""
    factor = math.sqrt(SHOWN_PIXELS / math.prod(size))
    return max(1, round(factor * size[0])), max(1, round(factor * size[1]))


def _resized(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return np.asarray(Image.fromarray(pixels).resize(size[::-1], Image.Resampling.LANCZOS))


def size_text(size: tuple[int, int]) -> str:
    """Width×height, as people say it."""
    return f"{size[1]}×{size[0]}"
