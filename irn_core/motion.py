"""Clips, frame by frame: each frame is downscaled and upscaled as a picture of its own.

Nothing is told from one frame to the next but the noise: one draw of ε for all frames, or a new one for each.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from irn_core.nets.irn import IRN
from irn_core.rescale import downscale, upscale


def downscale_clip(irn: IRN, frames: Sequence[np.ndarray], refine: int = 0) -> Iterator[np.ndarray]:
    """The LR of each frame H×W×3 uint8, as it comes."""
    for pixels in frames:
        yield downscale(irn, pixels, refine=refine)


def upscale_clip(
    irn: IRN, lrs: Sequence[np.ndarray], tau: float = 0.0, seed: int = 0, anew: bool = False,
    size: tuple[int, int] | None = None,
) -> Iterator[np.ndarray]:  # fmt: skip
    """Each frame as `upscale` gives it for its LR h×w×3 uint8 and its seed, as it comes."""
    for number, lr in enumerate(lrs):
        yield upscale(irn, lr, tau, frame_seed(seed, number, anew), size)


def frame_seed(seed: int, number: int, anew: bool) -> int:
    """The seed of the frame of a number from 0 on: that of all, or, where each is drawn anew, one of its own."""
    return (seed + number) % 2**63 if anew else seed
