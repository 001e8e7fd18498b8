"""What the tabs below the viewer compute from a result. Knows nothing of the page."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch

from demo.service import Photo, draw, model, rescale
from irn_core.measure.information import Information, decode_lost, drop, encode_lost, lost_information
from irn_core.measure.spread import INTERVALS, coverage, rms
from irn_core.ops import haar
from irn_core.ops.metrics import psnr_rgb, psnr_y
from irn_core.ops.pixels import pad_to_multiple, to_pixels, to_tensor
from irn_core.ops.quantise import from_uint8, round8, to_uint8
from irn_core.rescale import split

BANDS = ("horizontal", "vertical", "diagonal")
FINENESS = 16
"""Steps so fine that a density is constant over them."""


@dataclass(frozen=True, eq=False)
class Variability:
    """How draws of what was lost differ, in grey levels (0…255). Maps are H×W float32, RMS over R, G, B."""

    draws: tuple[np.ndarray, ...]
    psnr: tuple[float, ...]
    psnr_tau_0: float
    spread: np.ndarray  # standard deviation over the draws
    error: np.ndarray  # |reconstruction at tau 0 − original|
    halves: tuple[np.ndarray, ...] = ()  # spread of every other draw, and of the rest; () with fewer than four draws
    coverage: tuple[float, ...] = ()  # of the errors of R, G, B, by intervals of INTERVALS; () with one draw
    measure: str = "PSNR-Y"  # that psnr and psnr_tau_0 are given in

    @property
    def ratio(self) -> float:
        """RMS error ÷ RMS spread: 1 when the prior knows how wrong it is (at tau 1)."""
        spread = rms(self.spread)
        return rms(self.error) / spread if spread else float("inf")


def seeds(seed: int, count: int) -> range:
    """The seeds of draws 1 … count."""
    return range(seed, seed + count)


def variability(photo: Photo, scale: int, tau: float, seed: int, count: int) -> Variability:
    """Draws of z, their scores, and the maps of spread and of actual error."""
    drawn = tuple(draw(photo, scale, tau, s) for s in seeds(seed, count))
    likeliest = rescale(photo, scale).reconstruction
    return compare_draws(photo.pixels, likeliest, drawn, lambda x_hat: psnr_y(photo.pixels, x_hat, scale))


def compare_draws(
    x: np.ndarray, likeliest: np.ndarray, drawn: tuple[np.ndarray, ...], psnr: Callable[[np.ndarray], float],
    measure: str = "PSNR-Y",
) -> Variability:  # fmt: skip
    """How draws differ from each other, and the likeliest picture from the original x."""
    # With one draw there is no spread about the mean: take it about the likeliest picture.
    many = len(drawn) > 1
    variance = _variance(drawn) if many else np.square(likeliest.astype(np.float32) - drawn[0])
    error = likeliest.astype(np.float32) - x
    covered = (coverage(error, np.sqrt(variance), len(drawn), level) for level in INTERVALS) if many else ()
    return Variability(
        draws=drawn,
        psnr=tuple(psnr(picture) for picture in drawn),
        psnr_tau_0=psnr(likeliest),
        spread=np.sqrt(variance.mean(-1)),
        halves=tuple(np.sqrt(_variance(drawn[k::2]).mean(-1)) for k in (0, 1)) if len(drawn) > 3 else (),
        error=np.sqrt((error**2).mean(-1)),
        coverage=tuple(covered),
        measure=measure,
    )


def _variance(drawn: tuple[np.ndarray, ...]) -> np.ndarray:
    """Of each sample over two or more pictures, one after the other: np.var would hold them all as floats."""
    centre = np.mean(drawn, axis=0, dtype=np.float32)
    return sum(np.square(picture - centre) for picture in drawn) / (len(drawn) - 1)


@dataclass(frozen=True, eq=False)
class HighFrequencies:
    """Haar details of the grey picture at one level: band name → H/2ˡ×W/2ˡ float32, in grey levels."""

    original: dict[str, np.ndarray]
    reconstruction: dict[str, np.ndarray]

    def energy(self, which: dict[str, np.ndarray]) -> list[float]:
        """Mean square of each band, in grey levels²."""
        return [float(np.mean(which[band] ** 2)) for band in BANDS]


def high_frequencies(photo: Photo, scale: int, level: int) -> HighFrequencies:
    """The detail bands of original and reconstruction at Haar level 1 (finest), 2, …"""
    return HighFrequencies(_details(photo.pixels, level), _details(rescale(photo, scale).reconstruction, level))


def detail_energy(pixels: np.ndarray) -> float:
    """Mean square of the finest Haar details of the grey picture, all three bands, in grey levels²."""
    return float(sum(np.mean(band**2) for band in _details(pixels, 1).values()))


def _details(pixels: np.ndarray, level: int) -> dict[str, np.ndarray]:
    """Bands of the grey picture (mean of R, G, B), orthonormal, so that energies add up."""
    x = to_tensor(pad_to_multiple(pixels, 2**level)).float().mean(1, keepdim=True)
    for _ in range(level - 1):
        x = 2 * haar.split(x).low
    bands = haar.split(x)
    return {band: 2 * getattr(bands, band)[0, 0].numpy() for band in BANDS}


def with_bands(pixels: np.ndarray, level: int, kept: tuple[str, ...]) -> np.ndarray:
    """The picture, H×W×3 uint8, without the detail bands of one Haar level that are not `kept`."""
    x = from_uint8(to_tensor(pad_to_multiple(pixels, 2**level)))
    return _cropped(_drop_bands(x, level, kept), pixels.shape)


def _cropped(x: torch.Tensor, shape: tuple[int, ...]) -> np.ndarray:
    return to_pixels(to_uint8(x[..., : shape[0], : shape[1]]))


def _drop_bands(x: torch.Tensor, level: int, kept: tuple[str, ...]) -> torch.Tensor:
    bands = haar.split(x)
    if level > 1:
        return haar.merge(bands._replace(low=_drop_bands(bands.low, level - 1, kept)))
    silent = {band: torch.zeros_like(bands.low) for band in BANDS if band not in kept}
    return haar.merge(bands._replace(**silent))


@dataclass(frozen=True, eq=False)
class Lost:
    """What one picture lost: by the formula, and as a file beside the LR, with the PSNR-RGB that both give in dB.

    The fine file holds z in steps 1/FINENESS as large, where the formula expects `fine_expected` bytes.
    """

    information: Information
    file_bytes: int
    psnr_rgb: float
    fine_bytes: int
    fine_expected: float


@lru_cache(maxsize=8)
def lost(photo: Photo, scale: int) -> Lost:
    """Count the information in z given ŷ, and code z to prove it."""
    irn, result = model(scale), rescale(photo, scale)
    dropped = drop(irn, photo.pixels, result.lr)
    file, _ = encode_lost(irn, dropped)
    fine, fine_bits = encode_lost(irn, dropped, FINENESS)
    x_hat = decode_lost(irn, result.lr, file, photo.size)
    return Lost(lost_information(irn, dropped), file.size, psnr_rgb(photo.pixels, x_hat), fine.size, fine_bits / 8)


@dataclass(frozen=True, eq=False)
class Choice:
    """One way to deal with z: the picture H×W×3 uint8, and its PSNR-Y in dB."""

    name: str
    pixels: np.ndarray
    psnr_y: float


class Choices(NamedTuple):
    """All of them, and why y in 8 bits costs what it costs."""

    each: tuple[Choice, ...]
    clipped: float  # share of the values of y that lie beyond black or white
    rounded: float  # PSNR-Y in dB with the true z if y were rounded, not clipped


@lru_cache(maxsize=8)
@torch.inference_mode()
def choices(photo: Photo, scale: int, seed: int) -> Choices:
    """Preserve z (with y as float, then with 8 bits), model it (tau 0, tau 1), or abandon it."""
    irn, result = model(scale), rescale(photo, scale)
    y, z = split(irn, photo.pixels)
    y_hat, steps = round8(y), y.mul(255).round()
    pictures = {
        "true z, y as float": _cropped(irn.inverse(y, z), photo.size),
        "true z, y in 8 bits": _cropped(irn.inverse(y_hat, z), photo.size),
        "model, τ = 0": result.reconstruction,
        "model, τ = 1": draw(photo, scale, 1.0, seed),
        "z := 0, raw": _cropped(irn.inverse(y_hat, torch.zeros_like(z)), photo.size),
        "bicubic": result.bicubic,
    }
    rounded = psnr_y(photo.pixels, _cropped(irn.inverse(steps / 255, z), photo.size), scale)
    each = (Choice(name, pixels, psnr_y(photo.pixels, pixels, scale)) for name, pixels in pictures.items())
    return Choices(tuple(each), ((steps < 0) | (steps > 255)).float().mean().item(), rounded)
