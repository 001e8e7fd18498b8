"""How alike are two pictures in texture? Spectra of small windows, blind to where exactly a wave stands.

d(a, b) compares |FFT| of windows of 4, 8, 16 and 32 pixels, in luma and two opponent colours, by the mean absolute
difference and by that of the logarithms. The energy distance, 2·E d(X, Y) − E d(X, X') − E d(Y, Y'), is a score of
draws that the true distribution of such spectra minimises (Gneiting & Raftery 2007; for audio, Gritsenko et al. 2020).
"""

from functools import cache

import torch
from torch import Tensor

SIDES = 4, 8, 16, 32
"""Windows are so many pixels wide, and stand half a side apart."""
OPPONENTS = (0.299, 0.587, 0.114), (0.5, -0.419, -0.081), (-0.169, -0.331, 0.5)
"""Luma, red against green, blue against yellow: BT.601, rounded."""
ABSOLUTE = 20.0
"""Weight of absolute differences beside those of logarithms, for pictures in [0, 1]."""
FLOOR = 1e-6
"""Squared magnitudes count as at least this: what 8 bits cannot show has no texture."""

Spectra = list[Tensor]
"""One for each side k that fits into the picture: B×3×rows×columns×k×(k/2 + 1)."""


def spectra(x: Tensor) -> Spectra:
    """Magnitudes in windows of pictures B×3×H×W in [0, 1]; H and W at least the smallest of `SIDES`."""
    colours = opponents(x)
    return [_magnitudes(colours, side) for side in SIDES if side <= min(x.shape[-2:])]


def opponents(x: Tensor) -> Tensor:
    """The colours of `OPPONENTS` of B×3×H×W; same shape."""
    return torch.einsum("ij,bjhw->bihw", x.new_tensor(OPPONENTS), x)


def _magnitudes(x: Tensor, side: int) -> Tensor:
    windows = x.unfold(2, side, side // 2).unfold(3, side, side // 2) * _window(side).to(x)
    waves = torch.fft.rfft2(windows) / side
    return (waves.real.square() + waves.imag.square() + FLOOR).sqrt()


@cache
def _window(side: int) -> Tensor:
    """The square root of Hann's, so that energy counts alike at all places; side×side."""
    hann = torch.hann_window(side)
    return torch.outer(hann, hann).sqrt()


def distance(a: Spectra, b: Spectra) -> Tensor:
    """d(a, b), a number: zero for equal spectra; mean over sides, places, waves and pictures."""
    sides = [ABSOLUTE * (m - n).abs().mean() + (m.log() - n.log()).abs().mean() for m, n in zip(a, b, strict=True)]
    return torch.stack(sides).mean()


def energy_score(draw: Tensor, other: Tensor, x: Tensor) -> Tensor:
    """½·(d(draw, x) + d(other, x)) − ½·d(draw, other), two independent draws; smallest in the mean for true ones."""
    of_draw, of_other, of_x = map(spectra, (draw, other, x))
    to_x = distance(of_draw, of_x) + distance(of_other, of_x)
    return (to_x - distance(of_draw, of_other)) / 2
