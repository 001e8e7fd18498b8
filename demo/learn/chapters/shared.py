"""A picture is sent in a small size, and enlarged again: where did the rest go?"""

from typing import NamedTuple

import numpy as np

from demo.kit.numbers import decibels
from demo.kit.words import words
from demo.learn.chapter import Chapter, Slide, enlarged, flip
from demo.photo import Photo
from demo.rescale.footprint import detail
from demo.rescale.mode import CALIBRATED
from demo.rescale.rescaled import calibrated, rescale
from irn_core.measure.filters import bicubic_lr

SCALE = 4


class Found(NamedTuple):
    """The part that shows most: as it was, as it arrives, and as it is enlarged again; PSNR-Y of all of it in dB."""

    original: np.ndarray
    small: np.ndarray
    bicubic: np.ndarray
    size: tuple[int, int]
    psnr_y: float


class Shared(Chapter[Found]):
    key = "shared"
    go = f"scale={SCALE}&kind={CALIBRATED}"

    def compute(self, photo: Photo) -> Found:
        result = rescale(photo, calibrated(SCALE))
        seen = detail(result, photo)
        small = enlarged(bicubic_lr(photo.pixels, SCALE), SCALE)
        parts = (picture[seen.rows, seen.columns] for picture in (photo.pixels, small, result.bicubic))
        return Found(*parts, photo.size, result.bicubic_scores.psnr_y)

    def draw(self, found: Found) -> Slide:
        height, width = found.size
        sent = -(-height // SCALE) * -(-width // SCALE)
        values = {"pixels": f"{height * width:,}", "sent": f"{sent:,}", "psnr": decibels(found.psnr_y)}
        names = words(f"learn.{self.key}.names")
        frames = zip(names, (found.original, found.small, found.bicubic), strict=True)
        return Slide(values, flip(list(frames)), 1)
