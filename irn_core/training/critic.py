"""A small network that tells draws from originals, given the LR: what it learns to see, draws unlearn."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from irn_core.training.parallel import average_gradients

LAYERS = (32, 3, 1), (32, 4, 2), (64, 3, 1), (64, 4, 2), (64, 3, 1)
"""Channels, side of the filter, stride."""
RATE, BETAS = 2e-4, (0.5, 0.99)


class Critic(nn.Module):
    """Logits per patch of about 40 pixels, and its own optimiser.

    The logits compare a draw with the original of the same LR (Jolicoeur-Martineau 2018, relativistic): IRN+'s
    Jensen–Shannon divergence, estimated from pairs.
    """

    def __init__(self, scale: int):
        super().__init__()
        self.scale = scale
        layers, channels = [], 6
        for width, side, stride in LAYERS:
            layers += [spectral_norm(nn.Conv2d(channels, width, side, stride, 1)), nn.LeakyReLU(0.2)]
            channels = width
        self.net = nn.Sequential(*layers, nn.Conv2d(channels, 1, 3, 1, 1))
        self.optimiser = torch.optim.Adam(self.parameters(), RATE, BETAS)
        self.requires_grad_(False)  # but while it learns

    def forward(self, x: Tensor, y_hat: Tensor) -> Tensor:
        """x: B×3×H×W, y_hat: B×3×H/s×W/s, both in [0, 1] → B×1×H/4×W/4."""
        seen = F.interpolate(y_hat, scale_factor=self.scale)
        return self.net(torch.cat([x, seen], 1) - 0.5)

    def learn(self, x: Tensor, draws: Tensor, y_hat: Tensor) -> float:
        """One step towards telling draws from originals x, all B×3×H×W; returns its loss, log 2 where it cannot."""
        self.requires_grad_(True)
        loss = F.softplus(self(draws.detach(), y_hat.detach()) - self(x, y_hat.detach())).mean()
        loss.backward()
        average_gradients(list(self.parameters()))
        self.optimiser.step()
        self.optimiser.zero_grad()
        self.requires_grad_(False)
        return loss.item()

    def fooled(self, x: Tensor, draws: Tensor, y_hat: Tensor) -> Tensor:
        """The loss of draws that want to pass for originals; a gradient goes to them alone."""
        y_hat = y_hat.detach()
        with torch.no_grad():
            real = self(x, y_hat)
        return F.softplus(real - self(draws, y_hat)).mean()

    def get_extra_state(self) -> dict:
        return self.optimiser.state_dict()

    def set_extra_state(self, state: dict) -> None:
        self.optimiser.load_state_dict(state)
