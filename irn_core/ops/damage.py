"""What can happen to an LR between downscaling and upscaling: it is moved, made noisy, or drawn on."""

import numpy as np


def shift(pixels: np.ndarray, by: int) -> np.ndarray:
    """H×W×3 uint8 moved `by` ≥ 0 pixels to the right, its left edge repeated; same size."""
    return np.pad(pixels, ((0, 0), (by, 0), (0, 0)), mode="edge")[:, : pixels.shape[1]]


def add_noise(pixels: np.ndarray, sigma: float, seed: int) -> np.ndarray:
    """H×W×3 uint8 with independent Gaussian noise of `sigma` grey levels on every sample, rounded and clipped."""
    noise = sigma * np.random.default_rng(seed).standard_normal(pixels.shape)
    return (pixels + noise).round().clip(0, 255).astype(np.uint8)


def paint(pixels: np.ndarray, layer: np.ndarray) -> np.ndarray:
    """Lay a drawing, H×W×4 uint8 (R, G, B, alpha), over a picture, H×W×3 uint8.

    Where the drawing is transparent, the pixels stay exactly as they are.
    """
    alpha = layer[..., 3:] / 255
    return (alpha * layer[..., :3] + (1 - alpha) * pixels).round().astype(np.uint8)
