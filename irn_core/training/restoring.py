"""The task of a restorer: pictures as codecs return them, cleaned."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from irn_core.coding.pillow_codecs import PILLOW_CODECS
from irn_core.nets.restorer import CELL, KINDS, Restorer, RestorerConfig
from irn_core.ops.pixels import pixels_of, tensor_of
from irn_core.ops.quantise import from_uint8
from irn_core.training.losses import Loss, psnr_of, rms_of

TURNS = ("jpeg", "jpeg", "webp", "avif")
"""Of which codec the pictures of a batch are: half of them are JPEGs, which gain most."""
VALIDATION = (("jpeg", 10), ("jpeg", 30), ("jpeg", 60), ("webp", 20), ("avif", 30))


@dataclass(frozen=True)
class RestoreTask:
    """One stage: crops through a codec and at a setting drawn at random, so that one network serves all."""

    model: RestorerConfig

    columns: ClassVar = ("psnr_rgb", "gain", "validation_gain")
    shares: ClassVar = (1.0,)
    multiple: ClassVar = CELL
    network: ClassVar = Restorer

    def trained(self, net: nn.Module, stage: int) -> list[nn.Parameter]:
        """What learns in a stage: everything."""
        return list(net.parameters())

    def finish(self, net: nn.Module, crops: list[Tensor]) -> None:
        """Nothing is left to do at the end."""

    def critic(self) -> None:
        """None learns beside."""

    def loss(self, net: Restorer, x: Tensor, stage: int, critic: None = None) -> Loss:
        """RMS of what is still wrong, on a batch x, B×3×H×W in [0, 1]."""
        names = [TURNS[i % len(TURNS)] for i in range(len(x))]
        codecs = [PILLOW_CODECS[name] for name in names]
        settings = [int(torch.randint(codec.low, codec.high + 1, ())) for codec in codecs]
        parts = [
            tensor_of(codec.decode(codec.encode(pixels_of(picture), setting)))
            for codec, setting, picture in zip(codecs, settings, x.split(1), strict=True)
        ]
        x_hat = torch.cat(parts).to(x.device, memory_format=torch.channels_last)
        told = torch.tensor([[KINDS.index(name) for name in names], settings], device=x.device)
        error = net(x_hat, *told) - x
        psnr = psnr_of(error)
        return Loss(rms_of(error, 0.0), {"psnr_rgb": psnr, "gain": psnr - psnr_of(x_hat - x)})

    @torch.inference_mode()
    def validate(self, net: Restorer, crops: list[Tensor]) -> float:
        """Mean gain in dB of PSNR-RGB, over a few codecs and settings. crops: 1×3×H×W uint8."""
        gains = [_gain(net, from_uint8(crop), *how) for crop in crops for how in VALIDATION]
        return float(np.mean(gains)) if gains else float("nan")

    def provenance(self) -> dict:
        """For the metadata of the weights."""
        return {"objective": "RMS of pictures from " + ", ".join(KINDS) + ", all settings"}


def _gain(net: Restorer, x: Tensor, codec: str, setting: int) -> float:
    device = next(net.parameters()).device
    decoded = PILLOW_CODECS[codec].decode(PILLOW_CODECS[codec].encode(pixels_of(x), setting))
    x, x_hat = x.to(device), tensor_of(decoded).to(device)
    kind, quality = (torch.tensor([value], device=device) for value in (KINDS.index(codec), setting))
    return psnr_of(net(x_hat, kind, quality) - x) - psnr_of(x_hat - x)
