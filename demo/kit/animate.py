"""Pictures as an animation for slides, which plays where no page is."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from irn_core.pictures.clips import encode_clip

STEP_MS = 120
WIPE_STEPS = 12


def encode_gif(pictures: Sequence[np.ndarray], step_ms: int = STEP_MS) -> bytes:
    """An endless loop through pictures H×W×3 uint8 and back, the ends twice as long.

    One palette of 256 colours for all frames and no dithering, so that nothing moves but what differs.
    """
    palette = Image.fromarray(np.concatenate(pictures)).quantize(256)
    there = [Image.fromarray(p).quantize(palette=palette, dither=Image.Dither.NONE) for p in pictures]
    frames, durations = _and_back(there, step_ms)
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0)
    return buffer.getvalue()


def encode_animated_png(pictures: Sequence[np.ndarray], step_ms: int = STEP_MS) -> bytes:
    """The same loop without loss."""
    return encode_clip(*_and_back(list(pictures), step_ms))


def _and_back(there: list, step_ms: int) -> tuple[list, list[int]]:
    back, between = there[-2:0:-1], [step_ms] * (len(there) - 2)
    ends = [2 * step_ms] * min(len(there), 2)
    return there + back, [*ends[:1], *between, *ends[1:], *between]


def wipe(left: np.ndarray, right: np.ndarray) -> list[np.ndarray]:
    """The split moving over two pictures of one size, from all of `right` to all of `left`."""
    width, frames = left.shape[1], []
    for step in range(WIPE_STEPS + 1):
        split = round(width * step / WIPE_STEPS)
        frames.append(np.concatenate([left[:, :split], right[:, split:]], 1))
        if 0 < split < width:
            frames[-1][:, split - 1 : split + 1] = 255  # the line between them
    return frames
