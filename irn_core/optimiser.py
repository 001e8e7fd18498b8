"""Muon for the convolutions, Adam for the rest, behind the interface of one optimiser."""

import math

import torch
from torch import nn

from irn_core.errors import IRNError

WARM_UP_STEPS = 100
CLIP = 1.5
"""A gradient longer than so many typical ones is shortened to that: one bad batch would stay in the momentum for many
steps, and an invertible net can run away from there."""

MAX_DROPPED = 100


class Optimiser:
    """Muon (Jordan et al. 2024) on each weight seen as a matrix (outputs × the rest), Adam on vectors.

    With few steps, as on a CPU, it gets further per step than Adam alone: see TRAINING.md.
    """

    def __init__(self, params: list[nn.Parameter], learning_rate: float):
        self.params = params
        self.learning_rate = learning_rate
        self.weights = [p for p in params if p.ndim > 1]
        # torch's Muon takes matrices only: give it flat views that share the memory of the weights.
        self.matrices = [nn.Parameter(p.data.contiguous().view(p.shape[0], -1)) for p in self.weights]
        for weight, matrix in zip(self.weights, self.matrices, strict=True):
            weight.data = matrix.data.view(weight.shape)
        vectors = [p for p in params if p.ndim <= 1]
        self.parts = [
            torch.optim.Muon(self.matrices, weight_decay=0.0, adjust_lr_fn="match_rms_adamw"),
            torch.optim.Adam(vectors, betas=(0.9, 0.99)),
        ]
        self.steps = 0
        self.typical_norm = 0.0
        self.dropped = 0

    def step(self, progress: float) -> None:
        """One update from the gradients of `params`; progress in [0, 1] sets the place on the cosine."""
        warm_up = min(1.0, (self.steps + 1) / WARM_UP_STEPS)
        rate = self.learning_rate * warm_up * (0.5 + 0.5 * math.cos(math.pi * min(progress, 1.0)))
        if not self._clip():
            return
        for weight, matrix in zip(self.weights, self.matrices, strict=True):
            matrix.grad = weight.grad.reshape(matrix.shape)
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
        for param in (*self.params, *self.matrices):
            param.grad = None

    def state_dict(self) -> dict:
        parts = [part.state_dict() for part in self.parts]
        return {"steps": self.steps, "typical_norm": self.typical_norm, "parts": parts}

    def load_state_dict(self, state: dict) -> None:
        self.steps, self.typical_norm = state["steps"], state["typical_norm"]
        for part, part_state in zip(self.parts, state["parts"], strict=True):
            part.load_state_dict(part_state)
