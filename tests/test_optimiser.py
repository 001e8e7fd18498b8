"""The optimiser: it descends, shrugs off bad batches, and can be stopped and resumed."""

import copy

import pytest
import torch
from torch import Tensor, nn

from irn_core.training.optimiser import CLIP, Muon, Optimiser, orthogonalise


def problem(seed: int = 0) -> tuple[nn.Module, Optimiser]:
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.Tanh(), nn.Conv2d(8, 3, 3, padding=1))
    return net, Optimiser(list(net.parameters()), learning_rate=1e-2)


def loss_of(net: nn.Module, seed: int) -> Tensor:
    x = torch.randn(4, 3, 8, 8, generator=torch.Generator().manual_seed(seed))
    return (net(x) - 0.5 * x).square().mean()


def run(net: nn.Module, optimiser: Optimiser, seeds: range, factor: float = 1.0) -> None:
    for seed in seeds:
        (factor * loss_of(net, seed)).backward()
        optimiser.step(progress=0.0)


def test_it_descends():
    net, optimiser = problem()
    before = loss_of(net, 999).item()
    run(net, optimiser, range(150))
    assert loss_of(net, 999).item() < 0.1 * before


def test_a_huge_gradient_is_shortened_to_a_typical_one():
    net, optimiser = problem()
    run(net, optimiser, range(50))
    typical = optimiser.typical_norm
    (1e6 * loss_of(net, 50)).backward()
    assert optimiser._clip()
    norm = torch.cat([p.grad.flatten() for p in net.parameters()]).norm().item()
    assert abs(norm - CLIP * typical) < 1e-3 * typical
    assert optimiser.typical_norm < 1.1 * typical


def test_a_gradient_that_is_not_finite_changes_nothing():
    net, optimiser = problem()
    run(net, optimiser, range(5))
    before, steps = copy.deepcopy(net.state_dict()), optimiser.steps
    run(net, optimiser, range(5, 6), factor=float("nan"))
    assert optimiser.steps == steps
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert all(param.grad is None for param in net.parameters())


def test_resumed_run_goes_on_as_if_never_stopped():
    net, optimiser = problem()
    run(net, optimiser, range(6))
    other, resumed = problem(seed=1)
    other.load_state_dict(net.state_dict())
    resumed.load_state_dict(copy.deepcopy(optimiser.state_dict()))
    run(net, optimiser, range(6, 12))
    run(other, resumed, range(6, 12))
    for value, twin in zip(net.parameters(), other.parameters(), strict=True):
        assert torch.equal(value, twin)


@pytest.mark.parametrize("shape", [(8, 8), (5, 40), (40, 5)])
def test_orthogonalising_makes_all_directions_about_as_long(shape):
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    singular = torch.linalg.svdvals(orthogonalise(matrix))
    assert singular.max() < 1.3 and singular[singular > 0.3].min() > 0.6
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    assert torch.nn.functional.cosine_similarity(orthogonalise(matrix).flatten(), (u @ v).flatten(), 0) > 0.9


def test_muon_is_that_of_torch():
    """Which computes in bfloat16, so that steps differ by about a percent."""
    torch.manual_seed(0)
    weight = nn.Parameter(torch.randn(12, 4, 3, 3))
    matrix = nn.Parameter(weight.detach().clone().flatten(1))
    start = matrix.detach().clone()
    ours = Muon([weight])
    theirs = torch.optim.Muon([matrix], lr=0.01, weight_decay=0.0, adjust_lr_fn="match_rms_adamw")
    ours.param_groups[0]["lr"] = 0.01
    for _ in range(10):
        weight.grad = torch.randn_like(weight)
        matrix.grad = weight.grad.flatten(1).clone()
        ours.step(), theirs.step()
    moved = (matrix - start).norm()
    assert (weight.flatten(1) - matrix).norm() < 0.03 * moved
