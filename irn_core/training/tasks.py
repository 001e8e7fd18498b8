"""What is trained: a network, its stages, their losses, and how progress is measured."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from irn_core.errors import IRNError
from irn_core.nets.autoencoder import Autoencoder, AutoencoderConfig
from irn_core.nets.icn import ICN, ICNConfig
from irn_core.nets.irn import IRN, IRNConfig
from irn_core.nets.plain import PlainConfig, PlainRescaler
from irn_core.ops.metrics import psnr_y
from irn_core.ops.pixels import pixels_of, to_pixels
from irn_core.ops.quantise import from_uint8, round8, round8_straight_through
from irn_core.training.critic import Critic
from irn_core.training.jpeg import HALVED, any_file, through_jpeg
from irn_core.training.losses import (
    Keep,
    Loss,
    autoencoder_loss,
    drawing_loss,
    likeliest_loss,
    rate_distortion_loss,
    reconstruction_loss,
    texture_loss,
)
from irn_core.training.natural import natural_loss
from irn_core.training.one_stage import OneStage, mean_over
from irn_core.training.parallel import autocast
from irn_core.training.restoring import RestoreTask

CALIBRATION_ROUNDS, CALIBRATION_DRAWS = 5, 4
VALIDATION_JPEG = 90
NATURAL_GUIDE = 200.0
"""Weight of the mean square between y and the bicubic LR, in the objective of natural draws."""
LARGEST_DEVIATION = 25.0
"""Within one crop the quality deviates by up to this from place to place."""
VALIDATION_QUALITIES = (10.0, 30.0, 50.0, 70.0, 90.0)


@dataclass(frozen=True)
class RescaleTask:
    """Stage 1 trains f with z = 0 at the inverse, stage 2 f and μ, σ, W with what they draw, stage 3 the whitener."""

    model: IRNConfig | PlainConfig
    whitener_share: float = 0.1  # the last part of the run: stage 3
    prior_share: float = 0.3  # the last part of what comes before: stage 2
    paper_objective: bool = False
    luma_share: float = 0.5  # of the reconstruction loss; 0 for the paper's
    guide: float | None = None  # weight of the LR guidance; None: scale², as in the paper
    jpeg: bool = False  # whether LRs are saved as JPEG on their way
    without: str | None = None  # what is left out of stage 2: one of `TERMS`, or `NOTHING`
    likeliest: bool = False  # whether stage 2 goes without draws, as it always does with JPEG

    columns: ClassVar = ("psnr_rgb", "psnr_luma", "lr_psnr", "z_rms", "nats_per_z", "crps", "validation_psnr_y")

    def __post_init__(self):
        shares = {"prior": self.prior_share, "whitener": self.whitener_share, "luma": self.luma_share}
        if not all(0 <= share <= 1 for share in shares.values()):
            raise IRNError(f"shares lie in [0, 1]: got {shares}")
        if self.guide is not None and not 0 <= self.guide < math.inf:
            raise IRNError(f"guide is {self.guide}; expected a finite weight, 0 or more")
        if self.without and (not self.draws or self.shares != (0, 1, 0)):
            raise IRNError("a term is left out of stage 2: all of the run must be that, with draws")

    @property
    def network(self) -> type[nn.Module]:
        """What is trained: IRN, or one of the rivals that are not invertible."""
        return IRN if isinstance(self.model, IRNConfig) else PlainRescaler

    @property
    def draws(self) -> bool:
        """Whether stage 2 scores draws."""
        return not (self.jpeg or self.likeliest)

    @property
    def multiple(self) -> int:
        """Sides of a crop are multiples of this."""
        return self.model.scale

    @property
    def shares(self) -> tuple[float, ...]:
        """How much of the run each stage takes."""
        if not self.model.prior_width:
            return (1.0,)
        last = self.whitener_share if self.model.whitener_width else 0.0
        return (1 - last) * (1 - self.prior_share), (1 - last) * self.prior_share, last

    def trained(self, irn: IRN | PlainRescaler, stage: int) -> list[nn.Parameter]:
        """What learns in a stage."""
        parts = {"prior.whitener": 3, "prior": 2}  # all else, from the first on

        def first_stage(name: str) -> int:
            return next((first for part, first in parts.items() if name.startswith(part)), 1)

        stages = (3,) if stage == 3 else range(1, stage + 1)
        return [param for name, param in irn.named_parameters() if first_stage(name) in stages]

    @torch.no_grad()
    def begin(self, irn: IRN, stage: int, x: Tensor) -> None:
        """Prepare the network for a stage after the first."""
        if stage == 2 and not irn.prior.is_fitted:
            irn.prior.whiten(irn(x)[1])

    def critic(self) -> Critic | None:
        """A network that learns beside, if the objective asks for one."""
        return None

    def loss(self, irn: IRN, x: Tensor, stage: int, critic: Critic | None = None) -> Loss:
        """The objective on a batch x, B×3×H×W in [0, 1]."""
        guide = float(self.model.scale**2) if self.guide is None else self.guide
        keep = any_file if self.jpeg else round8_straight_through
        if stage == 3:
            return texture_loss(irn, x, self.luma_share, keep)
        if stage == 2 and not self.draws:
            return likeliest_loss(irn, x, guide, self.luma_share, keep)
        if stage == 2:  # float32: the density needs the digits
            return drawing_loss(irn, x, guide, self.luma_share, keep, self.without)
        with autocast(x.device):
            return reconstruction_loss(irn, x, guide, self.luma_share, self.paper_objective, keep)

    def finish(self, irn: IRN, crops: list[Tensor]) -> None:
        """Without a whitener, widen or narrow p(z | ŷ) until draws spread as the error does, over unseen crops.

        Not where terms are left out one by one: what each is for is to be seen.
        """
        if self.without:
            return
        if self.prior_share and self.model.prior_width and not self.model.whitener_width:
            for _ in range(CALIBRATION_ROUNDS):  # half way each time: f⁻¹ is not linear
                irn.prior.widen(_error_over_spread(irn, crops, self._arrived) ** 0.5)

    def validate(self, irn: IRN, crops: list[Tensor]) -> float:
        """Mean PSNR-Y in dB of the likeliest reconstruction from the LR's file. crops: 1×3×H×W uint8."""
        return mean_over(crops, irn, lambda x: self._psnr(irn, x))

    def _psnr(self, irn: IRN, x: Tensor) -> float:
        y_hat = self._arrived(irn(from_uint8(x))[0])
        x_hat = irn.inverse(y_hat, irn.prior.likeliest(y_hat))
        return psnr_y(to_pixels(x), pixels_of(x_hat), self.model.scale)

    def _arrived(self, y: Tensor) -> Tensor:
        """ŷ from a file that is always the same kind: PNG, or JPEG as it is most often shared."""
        return through_jpeg(y, VALIDATION_JPEG, HALVED) if self.jpeg else round8(y)

    def provenance(self) -> dict:
        """For the metadata of the weights."""
        draws = "draws of p(z|y)" if self.draws else "the likeliest z"
        invertible = "paper" if self.paper_objective else f"z = 0, then {draws}"
        return {
            "objective": invertible if self.network is IRN else "x from y, without z",
            "guide": self.guide,
            "jpeg": self.jpeg,
            "without": self.without,
            "luma_share": self.luma_share,
            "prior_share": self.prior_share,
            "whitener_share": self.whitener_share,
        }


@dataclass(frozen=True)
class NaturalTask(RescaleTask):
    """One stage for f, μ, σ and W: draws that pass for photographs. The model has no whitener."""

    columns: ClassVar = ("psnr_rgb", "lr_psnr", "spectral", "energies", "crps", "told", "validation_psnr_y")
    shares: ClassVar = (1.0,)

    def trained(self, irn: IRN, stage: int) -> list[nn.Parameter]:
        """What learns: everything."""
        return list(irn.parameters())

    def critic(self) -> Critic:
        """It tells draws from originals."""
        return Critic(self.model.scale)

    def loss(self, irn: IRN, x: Tensor, stage: int, critic: Critic | None = None) -> Loss:
        """The objective on a batch x, B×3×H×W in [0, 1]."""
        return natural_loss(irn, critic, x, NATURAL_GUIDE if self.guide is None else self.guide, self.luma_share)

    def finish(self, irn: IRN, crops: list[Tensor]) -> None:
        """Nothing: how far draws spread is part of the objective."""

    def provenance(self) -> dict:
        """For the metadata of the weights."""
        return {"objective": "draws that pass for photographs", "guide": self.guide, "luma_share": self.luma_share}


@dataclass(frozen=True)
class CompressTask(OneStage):
    """One stage: rate and distortion at qualities drawn at random, so that one network serves all rates.

    In half of the crops for ICN the quality varies from place to place, as an importance map makes it.
    """

    model: ICNConfig | AutoencoderConfig

    columns: ClassVar = ("bpp", "psnr_rgb", "loss", "validation_loss")

    @property
    def network(self) -> type[nn.Module]:
        """What is trained: ICN, or the autoencoder it is compared with."""
        return ICN if isinstance(self.model, ICNConfig) else Autoencoder

    @property
    def multiple(self) -> int:
        """Sides of a crop are multiples of this."""
        return 1 << self.model.levels

    def loss(self, net: nn.Module, x: Tensor, stage: int, critic: None = None) -> Loss:
        """The objective on a batch x, B×3×H×W in [0, 1]."""
        quality = 100 * torch.rand(len(x), device=x.device)
        if isinstance(self.model, ICNConfig):
            quality = _varied(quality, [side // self.multiple for side in x.shape[-2:]])
        return self._loss(net, x, quality)

    def _loss(self, net: nn.Module, x: Tensor, quality: Tensor) -> Loss:
        loss = rate_distortion_loss if isinstance(self.model, ICNConfig) else autoencoder_loss
        return loss(net, x, quality)

    def validate(self, net: nn.Module, crops: list[Tensor]) -> float:
        """Mean loss over a few qualities. crops: 1×3×H×W uint8."""
        return mean_over(crops, net, lambda x: self._mean_loss(net, from_uint8(x)))

    def _mean_loss(self, net: nn.Module, x: Tensor) -> float:
        qualities = torch.tensor(VALIDATION_QUALITIES, device=x.device)
        return self._loss(net, x.expand(len(qualities), -1, -1, -1), qualities).total.item()

    def provenance(self) -> dict:
        """For the metadata of the weights."""
        return {"objective": "rate + λ·distortion, all rates"}


Task = RescaleTask | CompressTask | RestoreTask


def _varied(quality: Tensor, size: list[int]) -> Tensor:
    """B qualities → maps B×1×h×w: half of them constant, the others with a deviation of up to `LARGEST_DEVIATION`."""
    deviation = LARGEST_DEVIATION * (2 * torch.rand_like(quality) - 1).clamp(min=0)
    noise = torch.randn(len(quality), 1, *size, device=quality.device)
    return (quality.view(-1, 1, 1, 1) + deviation.view(-1, 1, 1, 1) * noise).clamp(0, 100)


@torch.inference_mode()
def _error_over_spread(irn: IRN, crops: list[Tensor], keep: Keep) -> float:
    """RMS error at tau 0 ÷ RMS spread at tau 1, over all crops; 1 if there is nothing to compare."""
    device = next(irn.parameters()).device
    errors, spreads = [], []
    for crop in crops:
        x = from_uint8(crop.to(device))
        y_hat = keep(irn(x)[0])
        eps = torch.randn(CALIBRATION_DRAWS, irn.z_channels, *y_hat.shape[-2:], device=device)
        y = y_hat.expand(len(eps), -1, -1, -1)
        draws = irn.inverse(y, irn.prior.denormalise(eps, y))
        errors.append((irn.inverse(y_hat, irn.prior.likeliest(y_hat)) - x).square().mean().item())
        spreads.append(draws.var(0).mean().item())
    return (sum(errors) / sum(spreads)) ** 0.5 if sum(errors) and sum(spreads) else 1.0
