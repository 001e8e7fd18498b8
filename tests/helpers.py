"""Small networks, codecs and pictures for the tests of the core."""

import io
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from irn_core.cli.main import main
from irn_core.coding.codec import Codec
from irn_core.nets.coupling import PlainNet
from irn_core.nets.icn import ICN, ICNConfig
from irn_core.nets.irn import IRN, IRNConfig
from irn_core.nets.prior import Prior
from irn_core.nets.whitener import Whitener

ROOT = Path(__file__).parent.parent


def randomise(net: nn.Module, seed: int = 0) -> nn.Module:
    """Give every parameter a random value, in place, and return the net in evaluation mode.

    A fresh net ends in zeros, so it is the plain Haar transform and would pass any test of
    invertibility. The values keep features near unit size, so that float32 can invert them.
    """
    generator = torch.Generator().manual_seed(seed)
    for param in net.parameters():
        fan_in = param[0].numel() if param.ndim > 1 else 100
        param.data = torch.randn(param.shape, generator=generator, dtype=param.dtype) * fan_in**-0.5
    for prior in (module for module in net.modules() if isinstance(module, Prior) and module.net):
        size = len(prior.mix)
        rotation = torch.linalg.qr(torch.randn(size, size, generator=generator))[0]
        stretch = 0.5 + torch.rand(size, generator=generator)  # condition number of W: at most 3
        prior.mix.data = (rotation * stretch).to(prior.mix.dtype)
    for whitener in (module for module in net.modules() if isinstance(module, Whitener)):
        whitener.first.data *= 0.1  # what is drawn is the scale of what is drawn next
        for context in (whitener.middle, whitener.between):
            context.net[-1].weight.data *= 0.1
    return net.eval().requires_grad_(False)


def tiny_config(scale: int = 2, **changes) -> IRNConfig:
    """The smallest network of this scale that has more than one block."""
    levels = scale.bit_length() - 1
    values = {"blocks": (2,) * levels, "widths": (8,) * levels, "prior_width": 8, "prior_depth": 1, "whitener_width": 8}
    return IRNConfig(scale, **(values | changes))


def tiny_irn(scale: int = 2, seed: int = 0, **changes) -> IRN:
    return randomise(IRN(tiny_config(scale, **changes)), seed)


def tiny_icn_config(**changes) -> ICNConfig:
    """The smallest compression network with levels of their own and shared ones."""
    values = {"levels": 3, "own": 1, "width": 8, "depth": 2, "lift_width": 8, "filter_width": 8}
    return ICNConfig(**(values | changes))


def tiny_icn(seed: int = 0, gain: float = 1.0, **changes) -> ICN:
    """A random network; a small `gain` of its subnets leaves pictures recognisable, as training does."""
    icn = randomise(ICN(tiny_icn_config(**changes)), seed)
    for subnet in (module for module in icn.modules() if isinstance(module, PlainNet)):
        for param in subnet[-1].parameters():
            param.mul_(gain)
    return icn


def tiny_codec(seed: int = 0, gain: float = 0.1, **changes) -> Codec:
    return Codec(tiny_icn(seed, gain, **changes), b"random")


def plain_codec() -> Codec:
    """A fresh network: Haar, one scale for all details, no refinement. It compresses without training."""
    return Codec(ICN(tiny_icn_config()).eval().requires_grad_(False), b"fresh!")


def noise_pixels(height: int, width: int, seed: int = 0) -> np.ndarray:
    """H×W×3 uint8, every sample drawn on its own."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def smooth_pixels(height: int, width: int, seed: int = 0) -> np.ndarray:
    """H×W×3 uint8, enlarged noise: neighbours are alike, as in a photograph."""
    coarse = noise_pixels(height // 8 + 2, width // 8 + 2, seed)
    return np.array(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def write_pictures(folder: Path, count: int, height: int = 48, width: int = 48) -> Path:
    """`count` smooth PNG pictures, 00.png, 01.png, …"""
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        Image.fromarray(smooth_pixels(height, width, seed=i)).save(folder / f"{i:02}.png")
    return folder


def encode(image: Image.Image, kind: str, **options) -> bytes:
    """The picture as a file of this kind."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_chunk(content: bytes) -> bytes:
    """A chunk of a PNG file, from its kind and data."""
    return struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))


def grey(values: np.ndarray) -> np.ndarray:
    """H×W → H×W×3 with equal channels."""
    return np.repeat(values[..., None], 3, axis=2).astype(np.uint8)


def pixels_of(path) -> np.ndarray:
    with Image.open(path) as image:
        assert image.mode == "RGB"
        return np.asarray(image)


def run(*args) -> int:
    return main([str(arg) for arg in args])


def refused(capsys, *args) -> str:
    """The one line on stderr of a command that must fail."""
    assert run(*args) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and error.count("\n") == 1
    return error


def misused(capsys, *args) -> str:
    """What argparse says of options that cannot be."""
    with pytest.raises(SystemExit) as stop:
        run(*args)
    assert stop.value.code == 2
    return capsys.readouterr().err


def close(app) -> None:
    """Stop a Gradio app. It tells its own thread to end without a lock, which that may take badly."""
    with suppress(RuntimeError):
        app.close()
