"""Training for draws that pass for photographs: the critic, the run, its checkpoint."""

import math
from copy import deepcopy
from dataclasses import replace

import pytest
import torch

from irn_core.cli.main import main
from irn_core.training.critic import Critic
from irn_core.training.natural import energies_apart
from irn_core.training.start import start_from
from irn_core.training.tasks import NaturalTask
from irn_core.training.train import TrainConfig, Trainer, train
from irn_core.weights import load_model, save_model
from tests.helpers import tiny_config, tiny_irn, write_pictures
from tests.test_train import assert_equal, silent

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def config(tmp_path) -> TrainConfig:
    write_pictures(tmp_path / "pictures", 3)
    task = NaturalTask(replace(tiny_config(), whitener_width=0))
    return TrainConfig(str(tmp_path / "pictures"), str(tmp_path / "run"), "tiny", task, steps=4, batch=1, crop=32)


def pairs(noise: float) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Originals, draws with noise, and the LR of both."""
    y_hat = torch.rand(2, 3, 16, 16)
    x = y_hat.repeat_interleave(2, 2).repeat_interleave(2, 3)
    return x, x + noise * torch.randn_like(x), y_hat


def test_a_critic_learns_what_draws_look_like():
    torch.manual_seed(0)
    critic = Critic(2)
    losses = [critic.learn(*pairs(0.1)) for _ in range(60)]
    assert losses[-1] < 0.5 * losses[0]
    assert critic.fooled(*pairs(0.0)) < critic.fooled(*pairs(0.1)) - 0.1


def test_only_draws_learn_from_being_seen_through():
    critic, (x, draws, y_hat) = Critic(2), pairs(0.1)
    for picture in (x, draws, y_hat):
        picture.requires_grad_(True)
    before = {name: tensor.clone() for name, tensor in critic.net.named_parameters()}
    critic.fooled(x, draws, y_hat).backward()
    assert draws.grad.any() and x.grad is None and y_hat.grad is None
    assert all(param.grad is None and torch.equal(param, before[name]) for name, param in critic.net.named_parameters())


def test_energies_are_apart_by_the_logarithm_of_their_ratio():
    torch.manual_seed(0)
    x = torch.rand(2, 3, 32, 32)
    assert energies_apart(x, x, 4) == 0
    assert energies_apart(0.5 + (x - 0.5) / 2, x, 4) == pytest.approx(math.log(4) ** 2, rel=0.01)
    flat = torch.full_like(x, 0.3)
    assert energies_apart(flat, flat, 4) == 0  # nothing, not 0 / 0


def test_a_critic_goes_on_from_its_state():
    torch.manual_seed(0)
    first, batches = Critic(2), [pairs(0.1) for _ in range(6)]
    for batch in batches[:3]:
        first.learn(*batch)
    second = Critic(2)
    second.load_state_dict(deepcopy(first.state_dict()))
    assert [first.learn(*batch) for batch in batches[3:]] == [second.learn(*batch) for batch in batches[3:]]


def test_a_run_moves_every_part_and_is_resumed_without_a_trace(config, tmp_path):
    whole = train(config, silent)
    half = replace(config, out=str(tmp_path / "half"))
    trainer, (first, *rest) = Trainer(half), [torch.rand(1, 3, 32, 32) for _ in range(3)]
    start = {name: tensor.clone() for name, tensor in trainer.net.state_dict().items()}
    trainer.train_step(first)
    again = Trainer(half)
    again.load_state_dict(deepcopy(trainer.state_dict()))
    ours, theirs = ([t.train_step(x).total.item() for x in rest] for t in (trainer, again))
    assert ours == theirs
    for part in ("levels", "prior.net", "prior.mix"):
        assert any(not torch.equal(t, start[n]) for n, t in trainer.net.state_dict().items() if n.startswith(part))
    assert load_model(whole).prior.whitener is None


def test_a_start_with_a_whitener_leaves_it_out(tmp_path):
    irn = tiny_irn(whitener_width=8)
    save_model(irn, tmp_path / "start.safetensors", {})
    started = start_from(tmp_path / "start.safetensors", type(irn), replace(irn.config, whitener_width=0))
    expected = {n: t for n, t in irn.state_dict().items() if not n.startswith("prior.whitener")}
    assert_equal(started.state_dict(), expected)


@pytest.mark.parametrize("options", [[], ["--init", "irn-x2", "--jpeg"], ["--init", "irn-x4"]])
def test_natural_needs_a_start_of_its_scale(options, tmp_path, capsys):
    run = ["train", "rescale", "--scale", "2", "--natural", "--data", str(tmp_path), "--out", str(tmp_path / "run")]
    assert main([*run, "--steps", "1", *options]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and ("--natural goes" in error or "rescales by 4" in error)
