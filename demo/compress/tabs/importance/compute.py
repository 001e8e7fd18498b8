"""A file with an importance map beside the plain file of as many bytes. Knows no page."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image

from demo.compress.coded import ICN, Coded, as_coded, looks
from demo.compress.tabs.bits import account
from demo.kit.cache import cached
from demo.photo import Photo
from demo.rescale.footprint import DETAIL_SIDE, busiest
from irn_core.coding.codec import codec_for, load_codec
from irn_core.coding.icn_file import read_header
from irn_core.coding.importance import as_quality, cell_means, drops_of
from irn_core.measure.importance import IMPORTANT, Sides, as_mask, calm, encode_as_large, sides
from irn_core.ops.metrics import psnr_rgb
from irn_core.ops.tiling import Window

CANVAS_SIDE = 512
"""The picture to brush on is made smaller to this: strokes are as wide on all pictures, and cells are coarser still."""


class Wanted(NamedTuple):
    """What is important: a mask H×W×3 uint8 of whole cells, and H×W bool, the pixels that count as inside."""

    mask: Photo
    inside: np.ndarray
    brushed: bool  # by a visitor; otherwise it is the automatic map


@dataclass(frozen=True, eq=False)
class Weighed:
    """The plain file and the one with a map: PSNR where it is important and elsewhere, SSIMULACRA2, bits per pixel
    H×W; the quality of each pixel's cell, and the parts where the map gains most inside and loses most outside, with
    the PSNR of both files there.
    """

    wanted: Wanted
    files: tuple[Coded, Coded]
    sides: tuple[Sides, Sides]
    looks: tuple[float, float]
    heat: tuple[np.ndarray, np.ndarray]
    qualities: np.ndarray
    windows: tuple[Window, Window]
    parts: tuple[tuple[float, float], ...]

    @property
    def is_even(self) -> bool:
        """Whether all cells are alike, so that the file is the plain one."""
        return self.files[0].data == self.files[1].data


def canvas(photo: Photo) -> np.ndarray:
    """The picture to brush on, H×W×3 uint8."""
    factor = min(1.0, CANVAS_SIDE / max(photo.size))
    height, width = (max(1, round(factor * side)) for side in photo.size)
    return np.asarray(Image.fromarray(photo.pixels).resize((width, height), Image.Resampling.BOX))


def brushed(photo: Photo, strokes: np.ndarray) -> Wanted:
    """What was brushed over, a canvas h×w bool: a cell counts by its brushed share, the fullest one as white."""
    height, width = photo.size
    inside = np.asarray(Image.fromarray(strokes).resize((width, height), Image.Resampling.NEAREST))
    shares = cell_means(inside.astype(np.float64), load_codec(ICN).cell)
    return Wanted(_mask(photo, shares / max(shares.max(), 1e-9)), inside, True)


def automatic(photo: Photo) -> Wanted:
    """The calm cells."""
    mask = _mask(photo, calm(photo.pixels, load_codec(ICN).cell))
    return Wanted(mask, mask.pixels[..., 0] >= IMPORTANT, False)


def _mask(photo: Photo, cells: np.ndarray) -> Photo:
    grey = as_mask(cells, load_codec(ICN).cell, photo.size)
    return Photo(grey[..., None].repeat(3, 2), "mask.png")


def weigh(photo: Photo, plain: Coded, wanted: Wanted, spread: float) -> Weighed:
    """Both files, and what they differ in.

    Raises:
        IRNError: no file with this map is as small as the plain one.
    """
    files = plain, with_map(photo, plain.data, wanted.mask, spread)
    found = tuple(sides(photo.pixels, coded.pixels, wanted.inside) for coded in files)
    errors = [np.square(photo.pixels.astype(np.float32) - coded.pixels).mean(-1) for coded in files]
    gained = errors[0] - errors[1]
    windows = tuple(
        busiest(np.where(where, change, 0), DETAIL_SIDE)
        for where, change in ((wanted.inside, gained), (~wanted.inside, -gained))
    )
    parts = tuple(tuple(_psnr_in(window, photo, coded) for coded in files) for window in windows)
    return Weighed(
        wanted, files, found, tuple(looks(photo, coded.codec, coded.data) for coded in files),
        tuple(account(coded.data).heat for coded in files), _qualities(files[1].data, photo.size), windows, parts,
    )  # fmt: skip


def _psnr_in(window: Window, photo: Photo, coded: Coded) -> float:
    return psnr_rgb(*(x[window.rows, window.columns] for x in (photo.pixels, coded.pixels)))


def _qualities(data: bytes, size: tuple[int, int]) -> np.ndarray:
    """The quality of the cell that each pixel lies in, H×W."""
    codec = codec_for(data)
    quality = as_quality(read_header(data).quality, codec.drops(data)).numpy()
    if quality.ndim == 1:
        return np.full(size, quality[0])
    return quality[0, 0].repeat(codec.cell, 0).repeat(codec.cell, 1)[: size[0], : size[1]]


@cached
def with_map(photo: Photo, plain: bytes, mask: Photo, spread: float) -> Coded:
    """The file with a map that is as large as the plain one, by the same network. Cached by content."""
    codec = codec_for(plain)
    drops = drops_of(mask.pixels, spread, photo.size, codec.cell)
    return as_coded(encode_as_large(codec, photo.pixels, plain, drops) if drops.any() else plain, photo.pixels)
