"""Downscaling and upscaling that need no network."""

from collections.abc import Callable

import numpy as np
import torch
from PIL import Image

from irn_core.ops.pixels import pad_to_multiple, pixels_of, tensor_of
from irn_core.ops.resize import bicubic_down, bicubic_up

Arrive = Callable[[np.ndarray], np.ndarray]
"""What happens to an LR on its way, h×w×3 uint8 each."""


@torch.inference_mode()
def bicubic_lr(pixels: np.ndarray, scale: int) -> np.ndarray:
    """The 8-bit bicubic LR, H×W×3 uint8 → ⌈H/s⌉×⌈W/s⌉×3 uint8."""
    return pixels_of(bicubic_down(tensor_of(pixels, scale), scale))


@torch.inference_mode()
def bicubic_hr(lr: np.ndarray, scale: int, size: tuple[int, int]) -> np.ndarray:
    """An 8-bit LR enlarged by bicubic and cropped to size (H, W)."""
    return pixels_of(bicubic_up(tensor_of(lr), scale), size)


def as_it_is(lr: np.ndarray) -> np.ndarray:
    """The LR as PNG keeps it."""
    return lr


def by_bicubic(pixels: np.ndarray, scale: int, arrive: Arrive = as_it_is) -> tuple[np.ndarray, np.ndarray]:
    """LR h×w×3 uint8 and x_hat H×W×3 uint8 by the cubic filter both ways; x_hat from what arrives of the LR."""
    lr = bicubic_lr(pixels, scale)
    return lr, bicubic_hr(arrive(lr), scale, pixels.shape[:2])


def by_lanczos(pixels: np.ndarray, scale: int, arrive: Arrive = as_it_is) -> tuple[np.ndarray, np.ndarray]:
    """The same by Pillow's Lanczos filter."""
    x = Image.fromarray(pad_to_multiple(pixels, scale))
    lr = np.asarray(x.resize((x.width // scale, x.height // scale), Image.Resampling.LANCZOS))
    x_hat = np.asarray(Image.fromarray(arrive(lr)).resize(x.size, Image.Resampling.LANCZOS))
    return lr, x_hat[: pixels.shape[0], : pixels.shape[1]]


FILTERS = {"bicubic": by_bicubic, "lanczos": by_lanczos}
"""What needs no network: a picture H×W×3 uint8 and a scale → LR and x_hat."""
