"""Muon for the convolutions, Adam for the rest, behind the interface of one optimiser."""

import math

import torch
from torch import Tensor, nn

from irn_core.errors import IRNError

WARM_UP_STEPS = 100
CLIP = 1.5
"""A gradient longer than so many typical ones is shortened to that: one bad batch would stay in the momentum for many
steps, and an invertible net can run away from there."""

MAX_DROPPED = 100


class Muon(torch.optim.Optimizer):
    """Momentum, orthogonalised (Jordan et al. 2024), on each weight seen as a matrix: outputs × the rest.

    That of torch takes matrices only, and computes in bfloat16, which is 15 times slower on most CPUs.
    """

    def __init__(self, params: list[nn.Parameter], momentum: float = 0.95):
        super().__init__(params, {"lr": 0.0, "momentum": momentum})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for weight in group["params"]:
                grad = weight.grad.reshape(len(weight), -1)
                state = self.state[weight]
                momentum = state.setdefault("momentum_buffer", torch.zeros_like(grad))
                momentum.lerp_(grad, 1 - group["momentum"])
                update = orthogonalise(grad.lerp(momentum, group["momentum"]))
                # As long as Adam's steps are, so that one rate serves both.
                rate = group["lr"] * 0.2 * math.sqrt(max(update.shape))
                weight.sub_(rate * update.view(weight.shape))


def orthogonalise(matrix: Tensor) -> Tensor:
    """Roughly U·Vᵀ for the matrix U·S·Vᵀ: its singular values become 0.7 … 1.2 (five quintic Newton–Schulz steps)."""
    x = matrix.T if len(matrix) > matrix.shape[1] else matrix
    x = x / x.norm().clamp(min=1e-7)
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x + (-4.775 * gram + 2.0315 * gram @ gram) @ x
    return x.T if len(matrix) > matrix.shape[1] else x


class Optimiser:
    """Muon on weights, Adam on vectors.

    With few steps, as on a CPU, it gets further per step than Adam alone: see TRAINING.md.
    """

    def __init__(self, params: list[nn.Parameter], learning_rate: float):
        self.params = params
        self.learning_rate = learning_rate
        weights, vectors = [p for p in params if p.ndim > 1], [p for p in params if p.ndim <= 1]
        self.parts = [Muon(weights), torch.optim.Adam(vectors, betas=(0.9, 0.99))]
        self.steps = 0
        self.typical_norm = 0.0
        self.dropped = 0

    def step(self, progress: float) -> None:
        """One update from the gradients of `params`; progress in [0, 1] sets the place on the cosine."""
        warm_up = min(1.0, (self.steps + 1) / WARM_UP_STEPS)
        rate = self.learning_rate * warm_up * (0.5 + 0.5 * math.cos(math.pi * min(progress, 1.0)))
        if not self._clip():
            return
        for part in self.parts:
            for group in part.param_groups:
                group["lr"] = rate
            part.step()
        self._forget_gradients()
        self.steps += 1

    def _clip(self) -> bool:
        """Shorten an outlying gradient in place; False, and the gradient dropped, if it is not finite."""
        norm = torch.nn.utils.get_total_norm([param.grad for param in self.params]).item()
        self.dropped = 0 if math.isfinite(norm) else self.dropped + 1
        if self.dropped > MAX_DROPPED:
            raise IRNError(f"{MAX_DROPPED} gradients in a row are not finite; start again with a lower --learning-rate")
        if self.dropped:
            self._forget_gradients()
            return False
        limit = CLIP * self.typical_norm or norm  # nothing is typical yet in the first step
        if norm > limit:
            torch._foreach_mul_([param.grad for param in self.params], limit / norm)
        self.typical_norm += (min(norm, limit) - self.typical_norm) * max(0.02, 1 / (self.steps + 1))
        return True

    def _forget_gradients(self) -> None:
        for param in self.params:
            param.grad = None

    def state_dict(self) -> dict:
        parts = [part.state_dict() for part in self.parts]
        return {"steps": self.steps, "typical_norm": self.typical_norm, "parts": parts}

    def load_state_dict(self, state: dict) -> None:
        self.steps, self.typical_norm = state["steps"], state["typical_norm"]
        for part, part_state in zip(self.parts, state["parts"], strict=True):
            part.load_state_dict(part_state)
