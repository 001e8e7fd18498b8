"""Pictures → random training crops."""

import itertools
from collections.abc import Iterator

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from irn_core.coding.pillow_codecs import JPEGS
from irn_core.ops.pixels import to_tensor

MIDDLE_SIDE = 192
MAX_SHRINK = 2.5
"""Half of the crops are reduced by up to this factor first: small pictures are sharper per pixel."""
JPEG_SHARE = 0.5
"""This share of the crops passes through JPEG: most pictures in the wild have that history."""

CONTRAST_SHARE, MAX_CONTRAST = 0.1, 4.0
"""So many crops get up to so many times their contrast, clipped: saturated pictures are rare among photographs."""
GRAPHICS_SHARE = 0.15
"""This share is drawn: flat colours, hard edges, text, fine waves and chessboards, as in charts and screenshots."""
FINEST, COARSEST = 2.0, 16.0
"""Periods of waves, in pixels. A network that has seen none turns those that no LR can hold into others, as strong."""
LARGEST_CELL = 8
"""Cells of chessboards have sides of 1 to so many pixels. A network that had seen none gave those of white and pure
red a z of thousands."""


class RandomCrops(Dataset):
    """Crop number i, 3×size×size in [0, 1], a function of (seed, i) alone.

    Each picture is as likely as another, whatever its size. Crops are flipped and turned, half of
    them come from a reduced picture, some have been through JPEG, some are overexposed, and some are graphics.
    """

    def __init__(self, pictures: list[np.ndarray], size: int, seed: int):
        self.pictures = pictures
        self.size = size
        self.seed = seed

    def __getitem__(self, index: int) -> Tensor:
        rng = np.random.default_rng((self.seed, index))
        if rng.random() < GRAPHICS_SHARE:
            crop = draw_graphics(self.size, rng)
        else:
            crop = self._cut(self.pictures[rng.integers(len(self.pictures))], rng)
        if rng.random() < CONTRAST_SHARE:
            crop = _overexposed(crop, rng)
        crop = np.rot90(crop, rng.integers(4))
        if rng.random() < 0.5:
            crop = crop[:, ::-1]
        if rng.random() < JPEG_SHARE:
            crop = JPEGS["4:2:0"].through(crop, int(rng.integers(70, 99)))
        return torch.from_numpy(crop.copy()).permute(2, 0, 1).float().div(255)

    def _cut(self, picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        shrink = rng.uniform(1, MAX_SHRINK) if rng.random() < 0.5 else 1.0
        side = min(*picture.shape[:2], round(self.size * shrink))
        top, left = (rng.integers(length - side + 1) for length in picture.shape[:2])
        crop = picture[top : top + side, left : left + side]
        if side == self.size:
            return crop
        return np.asarray(Image.fromarray(crop).resize((self.size, self.size), Image.Resampling.BICUBIC))


def _overexposed(crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """More contrast about a random grey level, clipped to black and white."""
    level, contrast = rng.uniform(0, 255), rng.uniform(1, MAX_CONTRAST)
    return ((crop - level) * contrast + level).round().clip(0, 255).astype(np.uint8)


def draw_graphics(side: int, rng: np.random.Generator) -> np.ndarray:
    """Shapes, lines, letters, waves and chessboards in flat colours over each other, side×side×3 uint8.

    Half of the colours are black or white.
    """
    image = Image.new("RGB", (side, side), _flat_colour(rng))
    draw = ImageDraw.Draw(image)
    for _ in range(rng.integers(3, 16)):
        (left, right), (top, bottom) = (np.sort(rng.integers(-side // 4, side * 5 // 4, 2)).tolist() for _ in range(2))
        colour, box = _flat_colour(rng), (left, top, right, bottom)
        match rng.integers(6):
            case 0:
                draw.rectangle(box, colour)
            case 1:
                draw.ellipse(box, colour)
            case 2:
                draw.line(box, colour, int(rng.integers(1, 5)))
            case 3:
                letters = "".join(map(chr, rng.integers(33, 127, 12)))
                draw.text((left, top), letters, colour, ImageFont.load_default(int(rng.integers(8, 33))))
            case kind:
                pattern = (_waves if kind == 4 else _chessboard)(side, rng)
                mask = Image.new("L", image.size)
                ImageDraw.Draw(mask).rectangle(box, 255)
                image.paste(Image.fromarray(pattern), mask=mask)
    return np.asarray(image)


def _waves(side: int, rng: np.random.Generator) -> np.ndarray:
    """Straight waves, or rings that grow finer outwards, in two flat colours, round or square, side×side×3 uint8."""
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    period, angle, centre = FINEST * (COARSEST / FINEST) ** rng.random(), rng.uniform(0, np.pi), rng.uniform(0, side, 2)
    if rng.random() < 0.5:
        phase = (x * np.cos(angle) + y * np.sin(angle)) / period
    else:
        phase = ((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * side * period)
    wave = 0.5 + 0.5 * np.cos(2 * np.pi * phase)[..., None]
    if rng.random() < 0.5:
        wave = wave.round()
    return _in_two_colours(wave, rng)


def _chessboard(side: int, rng: np.random.Generator) -> np.ndarray:
    """Cells of whole pixels in two flat colours, half of the time so long that they are stripes, side×side×3 uint8."""
    height, width = ((LARGEST_CELL + 1) ** rng.random(2)).astype(int)  # small cells most
    if rng.random() < 0.5:
        width = side
    row, column = np.arange(side)[:, None] // height, np.arange(side) // width
    board = (row + column) % 2
    return _in_two_colours((board if rng.random() < 0.5 else board.T)[..., None], rng)


def _in_two_colours(mixture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One flat colour where the mixture, H×W×1, is 0, another where it is 1, H×W×3 uint8."""
    low, high = np.array(_flat_colour(rng)), np.array(_flat_colour(rng))
    return (low + (high - low) * mixture).round().astype(np.uint8)


def _flat_colour(rng: np.random.Generator) -> tuple[int, int, int]:
    """Black or white half of the time, then as often a pure colour (channels of 0 or 255) as any."""
    kind = rng.random()
    if kind < 0.5:
        colour = np.repeat(255 * rng.integers(2), 3)
    else:
        colour = 255 * rng.integers(0, 2, 3) if kind < 0.75 else rng.integers(0, 256, 3)
    return tuple(colour.tolist())


def middle_crops(pictures: list[np.ndarray], multiple: int) -> list[Tensor]:
    """The middle of each picture, 1×3×H×W uint8, sides multiples of `multiple` up to `MIDDLE_SIDE`."""
    crops = []
    for picture in pictures:
        if min(picture.shape[:2]) < multiple:
            continue
        height, width = (min(MIDDLE_SIDE, side) // multiple * multiple for side in picture.shape[:2])
        top, left = (picture.shape[0] - height) // 2, (picture.shape[1] - width) // 2
        crops.append(to_tensor(picture[top : top + height, left : left + width]))
    return crops


def batches(crops: RandomCrops, batch: int, first: int, stride: int, workers: int) -> Iterator[Tensor]:
    """The crops first, first + stride, … without end, B×3×size×size: a resumed run goes on where it stopped."""
    return iter(DataLoader(crops, batch, sampler=_CountFrom(first, stride), num_workers=workers))


class _CountFrom(Sampler):
    def __init__(self, first: int, stride: int):
        self.first, self.stride = first, stride

    def __iter__(self) -> Iterator[int]:
        return itertools.count(self.first, self.stride)
