"""How much a clip flickers: what changes from frame to frame where the original does not move."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.ndimage import uniform_filter

from irn_core.measure.spread import rms
from irn_core.ops.pixels import luma

STILL = 2.0
"""Grey levels: where the original changes by less, RMS of luma over AROUND² pixels, nothing moves."""
AROUND = 9


def still_places(frames: Sequence[np.ndarray]) -> np.ndarray:
    """Where nothing moves between a frame of the original, H×W×3 uint8, and the next: (frames − 1)×H×W bool."""
    return np.stack([uniform_filter(change**2, AROUND, mode="nearest") < STILL**2 for change in _changes(frames)])


def flicker(frames: Sequence[np.ndarray], still: np.ndarray) -> float:
    """RMS of the change of luma from frame to frame, in grey levels, over the still places; nan if there is none."""
    changed = [change[where] for change, where in zip(_changes(frames), still, strict=True)]
    values = np.concatenate(changed)
    return rms(values) if values.size else float("nan")


def _changes(frames: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Luma of each frame but the first, less that of the one before: H×W."""
    lumas = [luma(pixels) for pixels in frames]
    return [after - before for before, after in pairwise(lumas)]
