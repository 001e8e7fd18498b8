"""Training objectives: rescaling (Xiao et al. 2020, section 3.4), p(z | y), and rate–distortion."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from irn_core.nets.autoencoder import Autoencoder
from irn_core.nets.icn import ICN, Coefficients, log_lambda, spread
from irn_core.nets.irn import IRN
from irn_core.ops import haar, laplace
from irn_core.ops.pixels import luma_of
from irn_core.ops.quantise import round8, round8_straight_through
from irn_core.ops.resize import bicubic_down
from irn_core.training.parallel import autocast


class Loss(NamedTuple):
    """The total to minimise, and its parts for the log."""

    total: Tensor
    parts: dict[str, float]


Keep = Callable[[Tensor], Tensor]
"""What arrives of an LR, y → ŷ: 8 bits, or what is left of them by JPEG."""

TERMS = ("guide", "likeliest", "draws", "likelihood")
"""What stage 2 weighs: y looks like bicubic's, the likeliest picture is close, so are draws, and z is likely."""
NOTHING = "nothing"
"""What is left out of the run that those without a term are compared with."""

LIKELIHOOD = 1.0
"""Weight of −log p(z | ŷ), in nats per value of z, beside the score of drawn pictures, as a share of that score."""
DRIFT = 0.01
"""Weight of the mean of z² beside them, as a share of the same score: p(z | ŷ) would follow z anywhere.

Without it z grew to an RMS of 15 at ×4: costly to code, and f⁻¹ misread an LR that is not from f.
"""
CLIPPED = 4.0
"""Weight of what an 8-bit LR would clip. At 1, 15 minutes took the clipped share of a chart from 23 to 11 %."""


def reconstruction_loss(
    irn: IRN, x: Tensor, guide: float, luma_share: float, random_z: bool, keep: Keep = round8_straight_through
) -> Loss:
    """‖f⁻¹(ŷ, z') − x‖ + guide·‖y − bicubic(x)‖² + ‖z‖², for x: B×3×H×W in [0, 1], and y kept between black and white.

    z' = 0, and the first term is an RMS; or, with `random_z`, the paper's own objective: z' drawn from N(0, I),
    absolute errors, and Σz² for the cross entropy of z. `luma_share` of the first term's weight is on the error
    of luma, the rest on those of R, G and B; the paper has 0.
    """
    y, z = irn(x)
    z_drawn = torch.randn_like(z) if random_z else torch.zeros_like(z)
    error = irn.inverse(keep(y), z_drawn) - x
    lr_error = y - guide_of(x, irn.config.scale)
    size = _size(error, luma_share) if random_z else rms_of(error, luma_share) + clipped_of(y, irn.config.scale)
    total = size + guide * _per_picture(lr_error.square()) + _per_picture(z.square())
    return Loss(total, _quality(error, lr_error) | {"z_rms": _rms(z)})


def drawing_loss(
    irn: IRN,
    x: Tensor,
    guide: float,
    luma_share: float,
    keep: Keep = round8_straight_through,
    without: str | None = None,
) -> Loss:
    """The likeliest picture by its RMS, draws, and the likelihood of z, for f and p(z | ŷ) together.

    `without` is one of `TERMS`, which is left out, to see what it is for, or `NOTHING`.

    −log p(z | ŷ) alone leaves the spread of the pictures to chance, for f⁻¹ may enlarge what p gets a little wrong.
    So draws are scored as pictures, by CRPS, a proper score (Gneiting & Raftery 2007).
    f learns from both picture terms, and becomes smooth where p draws; the likelihood teaches p alone.
    """
    y, z = irn(x)
    y_hat = keep(y)
    eta = torch.cat([torch.zeros_like(z), torch.randn_like(z), torch.randn_like(z)])
    y_hats = y_hat.repeat(3, 1, 1, 1)
    likeliest, draw, other = irn.inverse(y_hats, irn.prior.place(eta, y_hats)).chunk(3)
    error, crps = likeliest - x, crps_of(draw, other, x, luma_share)
    like_bicubic, lr_error = _like_bicubic(y, x, irn.config.scale)
    nats, known = _known(irn, z, y_hat)
    # Two terms pull at the LR, so what holds it counts twice.
    terms = 2 * guide * like_bicubic, rms_of(error, luma_share), crps, crps.detach() * known
    total = sum(term for name, term in zip(TERMS, terms, strict=True) if name != without)
    total = total + 2 * clipped_of(y, irn.config.scale)
    return Loss(total, _quality(error, lr_error) | _scores(nats, crps, x) | {"z_rms": _rms(z)})


def likeliest_loss(irn: IRN, x: Tensor, guide: float, luma_share: float, keep: Keep = round8_straight_through) -> Loss:
    """The same without draws, in less than half of the time: the RMS of the likeliest picture, and the likelihood of z.

    f takes bf16 where that is fast, which costs 0.01 dB; the density needs the digits.
    """
    with autocast(x.device):
        y, z = irn(x)
    y, z = y.float(), z.float()
    y_hat = keep(y)
    z_likeliest = irn.prior.likeliest(y_hat)
    with autocast(x.device):
        x_hat = irn.inverse(y_hat, z_likeliest)
    error = x_hat.float() - x
    rms = rms_of(error, luma_share)
    like_bicubic, lr_error = _like_bicubic(y, x, irn.config.scale)
    nats, known = _known(irn, z, y_hat)
    total = rms + guide * like_bicubic + clipped_of(y, irn.config.scale) + rms.detach() * known
    return Loss(total, _quality(error, lr_error) | {"nats_per_z": nats.item(), "z_rms": _rms(z)})


def _like_bicubic(y: Tensor, x: Tensor, scale: int) -> tuple[Tensor, Tensor]:
    """‖y − bicubic(x)‖² per picture, and y − bicubic(x)."""
    lr_error = y - guide_of(x, scale)
    return _per_picture(lr_error.square()), lr_error


def _known(irn: IRN, z: Tensor, y_hat: Tensor) -> tuple[Tensor, Tensor]:
    """Nats per value of z under p(z | ŷ), which teach p alone, and with them a pull on z, which teaches f."""
    nats = -irn.prior.gaussian_log_densities(z.detach(), y_hat.detach()).mean()
    return nats, LIKELIHOOD * nats + DRIFT * z.square().mean()


def _rms(z: Tensor) -> float:
    return z.detach().square().mean().sqrt().item() if z.numel() else 0.0


def texture_loss(irn: IRN, x: Tensor, luma_share: float, keep: Keep = round8) -> Loss:
    """The same two scores for η ↔ ε, with all else at rest: CRPS of two draws, and −log p(z | ŷ).

    By likelihood alone, draws at ×4 spread 13 % farther than the error: f⁻¹ enlarges what is a little wrong.
    """
    with torch.no_grad():
        y, z = irn(x)
        y_hat = keep(y)
    nats = -irn.prior.log_densities(z, y_hat).mean()
    y_hats = y_hat.repeat(2, 1, 1, 1)
    eps = torch.randn(len(y_hats), *z.shape[1:], device=z.device)
    draw, other = irn.inverse(y_hats, irn.prior.denormalise(eps, y_hats)).chunk(2)
    crps = crps_of(draw, other, x, luma_share)
    return Loss(crps + LIKELIHOOD * crps.detach() * nats, _scores(nats, crps, x))


def crps_of(draw: Tensor, other: Tensor, x: Tensor, luma_share: float) -> Tensor:
    """E|x̂ − x| − ½·E|x̂ − x̂'|, from two draws."""
    errors = _size(draw - x, luma_share) + _size(other - x, luma_share)
    return (errors - _size(draw - other, luma_share)) / 2


def _scores(nats: Tensor, crps: Tensor, x: Tensor) -> dict[str, float]:
    """For the log: nats per value of z, and CRPS in grey levels per sample."""
    return {"nats_per_z": nats.item(), "crps": 255 * crps.item() / x[0].numel()}


def _size(error: Tensor, luma_share: float) -> Tensor:
    """Sum of absolute errors per picture: of R, G and B, and, for a share, three times that of luma."""
    return (1 - luma_share) * _per_picture(error.abs()) + luma_share * 3 * _per_picture(luma_of(error).abs())


def rms_of(error: Tensor, luma_share: float) -> Tensor:
    """The same by the RMS of each picture, which is √2 mean absolute errors where those are Laplace's.

    PSNR wants the mean of the pictures that ŷ allows; absolute errors lead to their median.
    """
    rgb, luma = ((e.square().flatten(1).mean(1) + 1e-8).sqrt().mean() for e in (error, luma_of(error)))
    return error[0].numel() / math.sqrt(2) * ((1 - luma_share) * rgb + luma_share * luma)


def guide_of(x: Tensor, scale: int) -> Tensor:
    """What the LR should look like: bicubic, whose overshoots no file can hold."""
    return bicubic_down(x, scale).clamp(0, 1)


def clipped_of(y: Tensor, scale: int) -> Tensor:
    """How far y lies beyond black and white, per picture; a weight of 1 would count it as missing in scale² pixels.

    An 8-bit LR clips what lies there, and the straight-through gradient of rounding does not see that.
    """
    return CLIPPED * scale**2 * _per_picture((y - y.clamp(0, 1)).abs())


def _quality(error: Tensor, lr_error: Tensor) -> dict[str, float]:
    return {"psnr_rgb": psnr_of(error), "psnr_luma": psnr_of(luma_of(error)), "lr_psnr": psnr_of(lr_error)}


def _per_picture(error: Tensor) -> Tensor:
    return error.sum() / error.shape[0]


def psnr_of(error: Tensor) -> float:
    return -10 * error.detach().square().mean().log10().item()


def rate_distortion_loss(icn: ICN, x: Tensor, quality: Tensor) -> Loss:
    """(bpp + λ·MSE) / √λ, MSE in grey levels², mean over the batch; λ from the quality (B, or a map: see `ICN`).

    Of the squared error each level counts by 1/steps², as the network's steps are chosen: see `weighed`.

    The symbols are those of the codec, and so are the bits. What rounding hides from the gradient is put
    back as if v had uniform noise: the rate feels a coefficient through soft_bits; the distortion passes
    straight through a coefficient that noise of ±½ could bring to another symbol than 0, and through the
    prior's mean where it could not. (With the mean wherever the symbol is 0, low rates drift to zero.)
    """
    top, details = icn(x, quality)
    sources = [*details, top]
    spent = []

    def code(group: Coefficients) -> Tensor:
        b, s = sources[group.level][:, group.channels], group.log_scale.exp()
        v = (b - group.mean) / group.step
        with torch.no_grad():
            first, lean = laplace.edges(s)
            k = laplace.quantise(v, first, lean)
            stays_zero = v.abs() + 0.5 < first
        soft = laplace.soft_bits(v + torch.rand_like(v) - 0.5, s.detach())
        bits = laplace.bits(k, s) + soft - soft.detach()
        spent.append((bits if group.where is None else bits * group.where).sum((1, 2, 3)))
        through = b + (group.mean + k * group.step - b).detach()
        return torch.where(stays_zero, group.mean, through)

    x_hat = icn.restore(icn.inverse(*icn.code(top.shape, quality, code), quality), quality)
    return _rate_distortion(sum(spent), x_hat - x, quality, icn.config.steps)


def autoencoder_loss(net: Autoencoder, x: Tensor, quality: Tensor) -> Loss:
    """The same for the autoencoder: bits of N(0, 1) over a step, at latents with uniform noise."""
    y, step = net.encode(x, quality), net.step(quality)
    y_noisy = y + (torch.rand_like(y) - 0.5) * step
    normal = torch.distributions.Normal(0.0, 1.0)
    probability = normal.cdf(y_noisy + step / 2) - normal.cdf(y_noisy - step / 2)
    bits = -probability.clamp(min=1e-9).log2().sum((1, 2, 3))
    return _rate_distortion(bits, net.decode(y_noisy, quality) - x, quality)


def weighed(error: Tensor, weight: Tensor, steps: tuple[float, ...] = (1.0,)) -> Tensor:
    """Mean of weight·error² over each picture, B, where the Haar bands of level i count by 1/steps[i]².

    error: B×3×H×W, sides multiples of 2^len(steps); weight: B numbers, or B×1×h×w. What is coarser than the last level
    counts as that. Steps of 1 leave the plain mean, as the bands of a block have the mean square of its pixels.
    """
    total, low = 0, error
    for step in steps:
        low, *details = haar.split(low)
        square = sum(band.square() for band in details)
        total = total + (spread(weight, low.shape) * square).mean((1, 2, 3)) / step**2
    return total + (spread(weight, low.shape) * low.square()).mean((1, 2, 3)) / steps[-1] ** 2


def _rate_distortion(bits: Tensor, error: Tensor, quality: Tensor, steps: tuple[float, ...] = (1.0,)) -> Loss:
    """Each pixel's error counts by its own λ, and the picture by the mean of their logarithms."""
    bpp = bits / (error.shape[-2] * error.shape[-1])
    log_lam = log_lambda(quality)
    distortion = 255**2 * weighed(error, log_lam.exp(), steps)
    total = ((bpp + distortion) / (log_lam.view(len(bpp), -1).mean(1) / 2).exp()).mean()
    return Loss(total, {"bpp": bpp.mean().item(), "psnr_rgb": psnr_of(error), "loss": total.item()})
