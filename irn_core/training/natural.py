"""The objective of draws that pass for photographs, IRN+ (Xiao et al. 2020, section 3.4) on a small budget.

IRN+ fits the distribution of draws to that of originals by a GAN and features of VGG. Here an energy score of local
spectra does most of that, and a small critic the rest; CRPS keeps the spread honest, the RMS of the likeliest picture
its sharpness. The score alone leaves the finest level too little energy (a quarter of the originals' in its diagonals):
where the size of a wave cannot be foreseen, too small a one costs it little. So the energy of each band counts as well.
η is white: a whitener's scale comes from its own values, and would run away in pictures beyond a crop.
"""

import torch
from torch import Tensor

from irn_core.nets.irn import IRN
from irn_core.ops import haar
from irn_core.ops.quantise import round8_straight_through
from irn_core.ops.spectra import energy_score, opponents
from irn_core.training.critic import Critic
from irn_core.training.losses import Loss, clipped_of, crps_of, guide_of, psnr_of, rms_of

SPECTRA, ENERGIES, CRPS, LIKELIEST, CRITIC = 1.0, 0.15, 6.0, 22.0, 0.05
"""Weights of the terms, each of which is a mean over pictures in [0, 1]."""
FLOOR = 1e-6
"""Bands have at least this energy, about that of rounding to 8 bits: flat crops say nothing about texture."""


def natural_loss(irn: IRN, critic: Critic, x: Tensor, guide: float, luma_share: float) -> Loss:
    """Energy score, energies of bands, critic, CRPS of two draws, RMS of the likeliest, LR near bicubic's and between
    black and white; x: B×3×H×W in [0, 1]."""
    y, z = irn(x)
    y_hat = round8_straight_through(y)
    eta = torch.cat([torch.zeros_like(z), torch.randn_like(z), torch.randn_like(z)])
    y_hats = y_hat.repeat(3, 1, 1, 1)
    likeliest, draw, other = irn.inverse(y_hats, irn.prior.place(eta, y_hats)).chunk(3)
    draws, twice = torch.cat([draw, other]), (x.repeat(2, 1, 1, 1), y_hat.repeat(2, 1, 1, 1))
    told = critic.learn(twice[0], draws, twice[1])
    fooled = critic.fooled(twice[0], draws, twice[1])
    spectral, crps = energy_score(draw, other, x), crps_of(draw, other, x, luma_share) / x[0].numel()
    energies = energies_apart(draws, x, irn.config.scale)
    rms, lr_error = rms_of(likeliest - x, luma_share) / x[0].numel(), y - guide_of(x, irn.config.scale)
    held = guide * lr_error.square().mean() + LIKELIEST * clipped_of(y, irn.config.scale) / x[0].numel()
    total = SPECTRA * spectral + ENERGIES * energies + CRPS * crps + LIKELIEST * rms + CRITIC * fooled + held
    parts = {"psnr_rgb": psnr_of(likeliest - x), "lr_psnr": psnr_of(lr_error), "spectral": spectral.item()}
    return Loss(total, parts | {"crps": 255 * crps.item(), "energies": energies.item(), "told": told})


def energies_apart(draws: Tensor, x: Tensor, scale: int) -> Tensor:
    """Squared logarithm of draws' energy over originals', mean over levels, bands and opponent colours.

    Pictures B×3×H×W in [0, 1]. Over R, G and B together, specks of colour passed for texture.
    """
    levels = scale.bit_length() - 1
    of_draws, of_x = (haar.energies(opponents(each), levels).add(FLOOR).log() for each in (draws, x))
    return (of_draws - of_x).square().mean()
