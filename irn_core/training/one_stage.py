"""What tasks share that train all of a network from first to last, and how any task measures its progress."""

from collections.abc import Callable
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn


class OneStage:
    """A task without stages, and without a network that learns beside."""

    shares: ClassVar = (1.0,)

    def trained(self, net: nn.Module, stage: int) -> list[nn.Parameter]:
        """What learns in a stage: everything."""
        return list(net.parameters())

    def finish(self, net: nn.Module, crops: list[Tensor]) -> None:
        """Nothing is left to do at the end."""

    def critic(self) -> None:
        """None learns beside."""


@torch.inference_mode()
def mean_over(crops: list[Tensor], net: nn.Module, figure: Callable[[Tensor], float]) -> float:
    """Mean of a figure of crops, 1×3×H×W uint8, which come on the device of the network; nan if there are none."""
    device = next(net.parameters()).device
    scores = [figure(crop.to(device)) for crop in crops]
    return float(np.mean(scores)) if scores else float("nan")
