"""Can a fresh network tell draws from originals? It learns on half of the pictures and is tried on the other half."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from irn_core.ops.pixels import tensor_of

STEPS, BATCH, SIDE, RATE = 400, 16, 64, 1e-3
"""BATCH originals and as many draws in each step."""
TRIALS = 10
"""Crops of each picture, and of a draw of it, that it is tried on."""


def accuracy(originals: Sequence[np.ndarray], drawn: Sequence[Sequence[np.ndarray]], seed: int = 0) -> float:
    """Share of crops of 64×64 that are told rightly, ½ where draws are as good as originals.

    originals: two or more pictures H×W×3 uint8, sides from 64; drawn: draws of each. The first, third … picture
    teach, the others try. Equal seeds give equal shares on one machine.
    """
    rng = np.random.default_rng(seed)
    with torch.inference_mode(False), torch.random.fork_rng():
        torch.manual_seed(seed)
        net = _teach(originals[::2], drawn[::2], rng)
        right = [_trial(net, x, draws, rng) for x, draws in zip(originals[1::2], drawn[1::2], strict=True)]
    return float(np.mean(right))


def _teach(originals: Sequence[np.ndarray], drawn: Sequence[Sequence[np.ndarray]], rng: np.random.Generator):
    net = nn.Sequential(
        nn.Conv2d(3, 32, 3, 1, 1), nn.LeakyReLU(0.2), nn.Conv2d(32, 32, 4, 2, 1), nn.LeakyReLU(0.2),
        nn.Conv2d(32, 64, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(64, 64, 4, 2, 1), nn.LeakyReLU(0.2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 1),
    )  # fmt: skip
    adam = torch.optim.Adam(net.parameters(), RATE)
    for step in range(STEPS):
        chosen = rng.integers(len(originals), size=BATCH)
        pairs = [_pair(originals[i], drawn[i], rng) for i in chosen]
        real, made = (torch.cat(crops) for crops in zip(*pairs, strict=True))
        loss = F.softplus(-net(real)).mean() + F.softplus(net(made)).mean()
        adam.zero_grad()
        loss.backward()
        adam.param_groups[0]["lr"] = RATE * (1 - step / STEPS)
        adam.step()
    return net


@torch.no_grad()
def _trial(net: nn.Module, x: np.ndarray, draws: Sequence[np.ndarray], rng: np.random.Generator) -> float:
    real, made = (torch.cat(crops) for crops in zip(*(_pair(x, draws, rng) for _ in range(TRIALS)), strict=True))
    return (net(real).gt(0).float().mean() + net(made).le(0).float().mean()).item() / 2


def _pair(x: np.ndarray, draws: Sequence[np.ndarray], rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """The same crop of an original and of one of its draws, 1×3×64×64 around 0."""
    top, left = (rng.integers(length - SIDE + 1) for length in x.shape[:2])
    where = slice(top, top + SIDE), slice(left, left + SIDE)
    draw = draws[rng.integers(len(draws))]
    return tensor_of(x[where]) - 0.5, tensor_of(draw[where]) - 0.5
