"""The task of a restorer: pictures as codecs return them, cleaned."""

from dataclasses import dataclass
from statistics import mean
from typing import ClassVar

import torch
from torch import Tensor

from irn_core.coding.pillow_codecs import PILLOW_CODECS
from irn_core.nets.restorer import CELL, KINDS, Restorer, RestorerConfig
from irn_core.ops.pixels import pixels_of, tensor_of
from irn_core.ops.quantise import from_uint8
from irn_core.training.losses import Loss, psnr_of, rms_of
from irn_core.training.one_stage import OneStage, mean_over

TURNS = ("jpeg", "jpeg", "webp", "avif")
"""The pictures of a batch take these codecs in turn: half of them are JPEGs, which gain most."""
VALIDATION = (("jpeg", 10), ("jpeg", 30), ("jpeg", 60), ("webp", 20), ("avif", 30))


@dataclass(frozen=True)
class RestoreTask(OneStage):
    """One stage: crops through a codec and at a setting drawn at random, so that one network serves all."""

    model: RestorerConfig

    columns: ClassVar = ("psnr_rgb", "gain", "validation_gain")
    multiple: ClassVar = CELL
    network: ClassVar = Restorer

    def loss(self, net: Restorer, x: Tensor, stage: int, critic: None = None) -> Loss:
        """RMS of what is still wrong, on a batch x, B×3×H×W in [0, 1]."""
        names = [TURNS[i % len(TURNS)] for i in range(len(x))]
        settings = [int(torch.randint(PILLOW_CODECS[n].low, PILLOW_CODECS[n].high + 1, ())) for n in names]
        x_hat = torch.cat([_decoded(*of_one) for of_one in zip(x.split(1), names, settings, strict=True)])
        told = torch.tensor([[KINDS.index(name) for name in names], settings], device=x.device)
        error = net(x_hat, *told) - x
        psnr = psnr_of(error)
        return Loss(rms_of(error, 0.0), {"psnr_rgb": psnr, "gain": psnr - psnr_of(x_hat - x)})

    def validate(self, net: Restorer, crops: list[Tensor]) -> float:
        """Mean gain in dB of PSNR-RGB, over a few codecs and settings. crops: 1×3×H×W uint8."""
        return mean_over(crops, net, lambda x: mean(_gain(net, from_uint8(x), *how) for how in VALIDATION))

    def provenance(self) -> dict:
        """For the metadata of the weights."""
        return {"objective": "RMS of pictures from " + ", ".join(KINDS) + ", all settings"}


def _gain(net: Restorer, x: Tensor, codec: str, setting: int) -> float:
    x_hat = _decoded(x, codec, setting)
    kind, quality = (torch.tensor([value], device=x.device) for value in (KINDS.index(codec), setting))
    return psnr_of(net(x_hat, kind, quality) - x) - psnr_of(x_hat - x)


def _decoded(x: Tensor, codec: str, setting: int) -> Tensor:
    """A picture, 1×3×H×W in [0, 1], as it comes out of a file."""
    return tensor_of(PILLOW_CODECS[codec].through(pixels_of(x), setting)).to(x.device)
