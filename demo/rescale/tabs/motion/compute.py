"""A clip rescaled frame by frame, with z drawn in three ways, and how much each flickers. Knows nothing of the page."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from urllib.parse import unquote

import numpy as np
from PIL import Image, ImageDraw

from demo.kit.cache import cached
from demo.photo import Photo
from demo.rescale.footprint import busiest
from demo.rescale.rescaled import Request, network, rescale
from irn_core.errors import ImageError
from irn_core.measure.flicker import flicker, still_places
from irn_core.motion import frame_seed
from irn_core.ops.metrics import psnr_y
from irn_core.ops.pixels import luma
from irn_core.pictures.clips import read_clip
from irn_core.rescale import downscale, upscale

READ_FRAMES = 24
"""So many frames of an upload are read, from its first on."""
AREA, PIXELS = 512**2, 8 * 512**2
"""Pixels of a frame, and of all: of the largest frames 8 are used."""
MADE_FRAMES, MADE_SIDE, MADE_MS = 12, 256, 150
ZOOM = 1.6
"""The lens that moves in the clip that is made from a picture enlarges so much."""
CHOICES = ("anew", "one", "zero")
"""A new draw per frame, one draw for all frames, τ = 0."""


@dataclass(frozen=True, eq=False)
class Moving:
    """Frames of one size, for how many ms each is shown, and where they come from.

    `name` is None for a clip that was made from a picture; `sizes` are (H, W) in the file and here.
    """

    frames: tuple[Photo, ...]
    durations: tuple[int, ...]
    name: str | None = None
    read: int = 0
    sizes: tuple[tuple[int, int], ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Found:
    """What came back so far, H×W×3 uint8 by CHOICES, and PSNR-Y in dB of each; at last the flicker in grey levels,
    of the original too, and the share of pixels that stand still.
    """

    clip: Moving
    tau: float
    back: dict[str, list[np.ndarray]]
    psnr_y: dict[str, list[float]]
    flicker: dict[str, float] | None = None
    still: float = 0.0
    refusal: ImageError | None = None

    @property
    def done(self) -> int:
        """Frames that have come back in every way."""
        return min(map(len, self.back.values()))


def rescale_clip(request: Request, path: str | None) -> Iterator[Found]:
    """The clip, then every frame as it comes back, then the flicker. What cannot be read is told, and one made."""
    refusal = None
    try:
        clip = open_clip(path) if path else made_clip(request.photo, request.net)
    except ImageError as error:
        refusal, clip = error, made_clip(request.photo, request.net)
    back: dict[str, list[np.ndarray]] = {choice: [] for choice in CHOICES}
    psnr: dict[str, list[float]] = {choice: [] for choice in CHOICES}
    yield Found(clip, request.tau, back, psnr, refusal=refusal)
    for number, photo in enumerate(clip.frames):
        for choice in CHOICES:
            tau = 0.0 if choice == "zero" else request.tau
            seed = frame_seed(request.seed, number, choice == "anew") if tau else 0
            back[choice].append(_back(photo, request.net, tau, seed))
            psnr[choice].append(psnr_y(photo.pixels, back[choice][-1], request.scale))
            yield Found(clip, request.tau, back, psnr, refusal=refusal)
    originals = [photo.pixels for photo in clip.frames]
    still = still_places(originals)
    measured = {name: flicker(frames, still) for name, frames in ({"original": originals} | back).items()}
    yield Found(clip, request.tau, back, psnr, measured, float(still.mean()), refusal)


@cached
def _kept(photo: Photo, net: str) -> np.ndarray:
    return downscale(network(net), photo.pixels)


@cached
def _back(photo: Photo, net: str, tau: float, seed: int) -> np.ndarray:
    return upscale(network(net), _kept(photo, net), tau, seed, photo.size)


@cached
def made_clip(photo: Photo, net: str) -> Moving:
    """A lens that moves over a part of the picture, where most is lost; the part itself stands still."""
    error = np.square(luma(photo.pixels) - luma(rescale(photo, net).reconstruction))
    window = busiest(error, MADE_SIDE)
    part = photo.pixels[window.rows, window.columns]
    shares = np.linspace(0, 1, MADE_FRAMES)
    return Moving(tuple(Photo(_under_lens(part, share), "") for share in shares), (MADE_MS,) * MADE_FRAMES)


def _under_lens(part: np.ndarray, share: float) -> np.ndarray:
    """The part h×w×3 with a lens that has gone a share of its way from left to right."""
    height, width = part.shape[:2]
    radius = max(1, min(height, width) // 5)
    x, y = radius + share * (width - 2 * radius), height / 2
    seen = radius / ZOOM
    image, side = Image.fromarray(part), 2 * radius
    box = (max(0, x - seen), max(0, y - seen), min(width, x + seen), min(height, y + seen))
    enlarged = image.resize((side, side), Image.Resampling.BICUBIC, box)
    mask, circle = Image.new("L", (side, side)), (0, 0, side - 1, side - 1)
    ImageDraw.Draw(mask).ellipse(circle, fill=255)
    ImageDraw.Draw(enlarged).ellipse(circle, outline="white", width=max(1, radius // 16))
    image.paste(enlarged, (round(x) - radius, round(y) - radius), mask)
    return np.asarray(image)


@cached
def open_clip(path: str) -> Moving:
    """An uploaded animation, of which so many frames are used, sampled evenly, as PIXELS allows.

    Raises:
        ImageError: it cannot be read, or does not move.
    """
    name = unquote(Path(path).name)
    try:
        clip = read_clip(path, READ_FRAMES)
    except ImageError as error:
        raise ImageError(str(error).replace(path, name)) from error
    if len(clip.frames) == 1:
        raise ImageError(f"{name} is a still picture; give an animation here, or choose a picture at the left")
    size = clip.frames[0].shape[:2]
    smaller = _fitted(size)
    count = min(len(clip.frames), PIXELS // (smaller[0] * smaller[1]))
    numbers = np.linspace(0, len(clip.frames) - 1, count).round().astype(int)
    frames = tuple(Photo(_resized(clip.frames[number], smaller), "") for number in numbers)
    durations = [sum(clip.durations[a:b]) for a, b in zip(numbers, [*numbers[1:], len(clip.frames)], strict=True)]
    return Moving(frames, tuple(durations), name, len(clip.frames), (size, smaller), clip.notices)


def _fitted(size: tuple[int, int]) -> tuple[int, int]:
    """A size of the same shape that has no more than AREA pixels."""
    factor = min(1.0, sqrt(AREA / (size[0] * size[1])))
    return tuple(max(1, int(factor * side)) for side in size)


def _resized(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    if pixels.shape[:2] == size:
        return pixels
    return np.asarray(Image.fromarray(pixels).resize(size[::-1], Image.Resampling.LANCZOS))
