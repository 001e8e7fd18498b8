"""Real bytes for the autoencoder baseline, so that it is measured as the others are."""

import struct
from functools import cache

import numpy as np
import torch

from irn_core.coding import range_coder
from irn_core.nets.autoencoder import Autoencoder
from irn_core.ops.pixels import pad_to_multiple, to_pixels, to_tensor
from irn_core.ops.quantise import from_uint8, to_uint8
from irn_core.weights import load_model

HEADER = struct.Struct("<HHe")
LARGEST_SYMBOL = 1000


class AutoencoderCodec:
    """Latents in steps of Δ, coded as N(0, 1)."""

    def __init__(self, net: Autoencoder):
        self.net = net
        self.multiple = 1 << net.config.levels

    @torch.inference_mode()
    def encode(self, pixels: np.ndarray, quality: float) -> bytes:
        """H×W×3 uint8 → bytes; quality: 0 … 100, of which the file keeps 11 bits."""
        quality = stored(quality)
        x = from_uint8(to_tensor(pad_to_multiple(pixels, self.multiple)))
        y, step = self.net.encode(x, torch.tensor([quality])), self.net.step(torch.tensor([quality]))
        symbols = (y / step).round().clamp(-LARGEST_SYMBOL, LARGEST_SYMBOL).to(torch.int32)
        coder = range_coder().queue.RangeEncoder()
        coder.encode(symbols.contiguous().flatten().numpy(), _model(step))
        return HEADER.pack(*pixels.shape[:2], quality) + coder.get_compressed().astype("<u4").tobytes()

    @torch.inference_mode()
    def decode(self, data: bytes) -> np.ndarray:
        """What `encode` has written → H×W×3 uint8."""
        height, width, quality = HEADER.unpack_from(data)
        step = self.net.step(torch.tensor([quality]))
        shape = (1, self.net.config.latents, -(-height // self.multiple), -(-width // self.multiple))
        coder = range_coder().queue.RangeDecoder(np.frombuffer(data[HEADER.size :], "<u4").astype(np.uint32))
        symbols = torch.from_numpy(coder.decode(_model(step), int(np.prod(shape)))).view(shape)
        x_hat = self.net.decode(symbols * step, torch.tensor([quality]))
        return to_pixels(to_uint8(x_hat[..., :height, :width]))


def stored(quality: float) -> float:
    """The quality as a file holds it: another one would give the decoder another step."""
    return HEADER.unpack(HEADER.pack(0, 0, quality))[-1]


def _model(step: torch.Tensor):
    return range_coder().model.QuantizedGaussian(-LARGEST_SYMBOL, LARGEST_SYMBOL, 0.0, 1 / step.item())


@cache
def load_autoencoder() -> AutoencoderCodec:
    """The shipped autoencoder, ready to code; loaded once.

    Raises:
        WeightsError: it does not ship.
    """
    return AutoencoderCodec(load_model("autoencoder", Autoencoder))
