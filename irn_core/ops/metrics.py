"""PSNR and SSIM of 8-bit pictures, on luma and on RGB, and SSIMULACRA2; the latter two by libraries."""

import io

import numpy as np
from PIL import Image
from skimage.metrics import structural_similarity
from ssimulacra2 import compute_ssimulacra2

from irn_core.ops.pixels import luma

SSIM_WINDOW = 11


def _psnr(x: np.ndarray, x_hat: np.ndarray) -> float:
    """10·log₁₀(255² / MSE). scikit-image has it too, but would import scipy.stats, for a second."""
    with np.errstate(divide="ignore"):
        return float(10 * np.log10(255**2 / np.mean(np.square(x - x_hat.astype(np.float64)))))


def _ssim(x: np.ndarray, x_hat: np.ndarray, channel_axis: int | None) -> float:
    """SSIM with the Gaussian window and the constants of Wang et al. 2004; nan below 11 pixels a side."""
    if min(x.shape[:2]) < SSIM_WINDOW:
        return float("nan")
    return float(
        structural_similarity(
            x, x_hat, data_range=255, channel_axis=channel_axis,
            gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
        )
    )  # fmt: skip


def _crop(pixels: np.ndarray, border: int) -> np.ndarray:
    """Without `border` pixels on each side, or whole where nothing would be left."""
    if min(pixels.shape[:2]) <= 2 * border:
        return pixels
    return pixels[border : pixels.shape[0] - border, border : pixels.shape[1] - border]


def psnr_y(x: np.ndarray, x_hat: np.ndarray, border: int) -> float:
    """PSNR in dB of BT.601 luma, `border` (the scale, by custom) cropped. H×W×3 uint8; inf if equal."""
    return _psnr(luma(_crop(x, border)), luma(_crop(x_hat, border)))


def psnr_y_where(x: np.ndarray, x_hat: np.ndarray, border: int, where: np.ndarray) -> float:
    """`psnr_y` of the pixels where H×W bool says so; nan if there is none."""
    where = _crop(where, border)
    if not where.any():
        return float("nan")
    return _psnr(luma(_crop(x, border)[where]), luma(_crop(x_hat, border)[where]))


def ssim_y(x: np.ndarray, x_hat: np.ndarray, border: int) -> float:
    """SSIM of BT.601 luma, `border` cropped. H×W×3 uint8; nan below 11 pixels a side."""
    return _ssim(luma(_crop(x, border)), luma(_crop(x_hat, border)), None)


def psnr_rgb(x: np.ndarray, x_hat: np.ndarray) -> float:
    """PSNR in dB over all RGB samples. H×W×3 uint8; inf if equal."""
    return _psnr(x, x_hat)


def psnr_rgb_where(x: np.ndarray, x_hat: np.ndarray, where: np.ndarray) -> float:
    """`psnr_rgb` of the pixels where H×W bool says so; nan if there is none."""
    return _psnr(x[where], x_hat[where]) if where.any() else float("nan")


def ssim_rgb(x: np.ndarray, x_hat: np.ndarray) -> float:
    """Mean SSIM of the three channels. H×W×3 uint8; nan below 11 pixels a side."""
    return _ssim(x, x_hat, 2)


def ssimulacra2(x: np.ndarray, x_hat: np.ndarray) -> float:
    """How alike two pictures H×W×3 uint8 look: 100 the same, 90 alike in a flicker test, 70 high, 50 medium quality.

    Fitted to people's judgements of compressed pictures (Sneyers, Cloudinary); below 0 for very poor ones. nan below
    8 pixels a side, where no scale of it has room.
    """
    if min(x.shape[:2]) < 8:
        return float("nan")
    return float(compute_ssimulacra2(*map(_file, (x, x_hat))))


def _file(pixels: np.ndarray) -> io.BytesIO:
    """The library reads files; this one costs no time to code."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PPM")
    file.seek(0)
    return file
