"""Training learns, can be killed and resumed without a trace, and exports weights that load."""

import csv
import io
import os
import signal
import subprocess
import sys
import time
from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from irn_core.errors import ImageError, IRNError, WeightsError
from irn_core.nets.icn import ICN
from irn_core.nets.irn import IRN
from irn_core.nets.restorer import Restorer, RestorerConfig
from irn_core.ops.pixels import LUMA
from irn_core.ops.quantise import round8
from irn_core.ops.resize import bicubic_down
from irn_core.pictures.folder import list_pictures, load_pictures
from irn_core.training import dataset, losses
from irn_core.training.dataset import MAX_CONTRAST, RandomCrops, _chessboard, _overexposed, _waves, draw_graphics
from irn_core.training.parallel import autocast
from irn_core.training.start import start_from
from irn_core.training.tasks import CompressTask, RescaleTask, RestoreTask
from irn_core.training.train import CHECKPOINT, LOG_COLUMNS, TrainConfig, Trainer, train
from irn_core.weights import count_params, load_model, read_info, save_model
from tests.helpers import ROOT, noise_pixels, smooth_pixels, tiny_config, tiny_icn_config, tiny_irn, write_pictures

OTHER_TASKS = (CompressTask(tiny_icn_config()), RestoreTask(RestorerConfig(8, 1)))

pytestmark = pytest.mark.usefixtures("one_thread")  # sums in one order: equal runs are equal to the last bit


@pytest.fixture
def data(tmp_path):
    return write_pictures(tmp_path / "pictures", 3)


def tiny_run(tmp_path, **changes) -> TrainConfig:
    """A run of seconds on the pictures in tmp_path."""
    values = {
        "data": str(tmp_path / "pictures"), "out": str(tmp_path / "run"), "name": "tiny",
        "batch": 2, "crop": 16, "device": "cpu",
    }  # fmt: skip
    task = {"model": tiny_config(), "whitener_share": 0.0} | {
        f.name: changes.pop(f.name) for f in fields(RescaleTask) if f.name in changes
    }
    length = {} if "minutes" in changes else {"steps": 6}
    return TrainConfig(**(values | length | changes), task=RescaleTask(**task))


def silent(_: str):
    pass


def tensors_of(path) -> dict:
    return load_model(path, IRN, ICN, Restorer).state_dict()


def assert_equal(ours: dict, theirs: dict):
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in ours.items())


def read_log(config: TrainConfig) -> list[dict]:
    with open(f"{config.out}/log.csv", newline="") as file:
        return list(csv.DictReader(file))


def batches(config: TrainConfig, count: int, start: int = 0) -> list[torch.Tensor]:
    crops = RandomCrops([smooth_pixels(48, 48, seed) for seed in range(3)], config.crop, config.seed)
    size = config.batch
    return [torch.stack([crops[i] for i in range(n * size, (n + 1) * size)]) for n in range(start, start + count)]


# Learning


def learn(config: TrainConfig, count: int) -> list:
    """The loss of every step of training on `count` batches."""
    trainer = Trainer(config)
    return [trainer.train_step(x) for x in batches(config, count)]


def mean_psnr(losses: list, key: str) -> float:
    return np.mean([loss.parts[key] for loss in losses])


@pytest.mark.parametrize("paper_objective", [False, True])
def test_the_loss_falls_and_pictures_improve(tmp_path, plain_crops, paper_objective):
    # A high rate, as 60 steps lie within the warm-up.
    config = tiny_run(tmp_path, steps=60, prior_share=0.0, paper_objective=paper_objective, learning_rate=3e-2)
    losses = learn(config, 60)
    start, end = losses[:15], losses[-15:]
    assert np.mean([loss.total.item() for loss in end]) < 0.8 * np.mean([loss.total.item() for loss in start])
    assert mean_psnr(end, "psnr_rgb") > mean_psnr(start, "psnr_rgb") + 1


def test_the_guide_holds_the_lr_to_the_bicubic_one(tmp_path):
    runs = [
        learn(tiny_run(tmp_path, steps=40, prior_share=0.0, learning_rate=3e-2, guide=guide), 40)[-10:]
        for guide in (0.0, 1000.0)
    ]
    assert mean_psnr(runs[1], "lr_psnr") > mean_psnr(runs[0], "lr_psnr") + 1


@pytest.mark.parametrize("paper_objective", [False, True])
def test_only_the_paper_draws_z(tmp_path, paper_objective):
    config = tiny_run(tmp_path, paper_objective=paper_objective)
    (x,) = batches(config, 1)
    losses = []
    for seed in (1, 2):
        trainer = Trainer(config)
        trainer.step = seed
        losses.append(trainer.train_step(x).total.item())
    assert (losses[0] != losses[1]) == paper_objective


def test_the_second_stage_trains_f_and_the_prior_together(tmp_path):
    trainer = Trainer(tiny_run(tmp_path, steps=80, prior_share=0.95))
    start = {name: tensor.clone() for name, tensor in trainer.net.state_dict().items()}
    parts = [trainer.train_step(x).parts for x in batches(trainer.config, 80)]
    parts = [part for part in parts if "crps" in part]
    assert len(parts) >= 70
    for key in ("nats_per_z", "crps"):
        values = [part[key] for part in parts]
        assert np.median(values[-15:]) < np.median(values[:15]), key
    end = trainer.net.state_dict()
    for part in ("levels", "prior.net"):
        assert any(not torch.equal(end[name], start[name]) for name in end if name.startswith(part)), part


def test_the_likelihood_gives_f_no_gradient(monkeypatch):
    irn, x = tiny_irn(), torch.rand(1, 3, 16, 16)
    gradients = []
    for weight in (0.0, 1000.0):
        monkeypatch.setattr(losses, "LIKELIHOOD", weight)
        torch.manual_seed(0)
        irn.requires_grad_(True).zero_grad()
        losses.drawing_loss(irn, x, guide=4.0, luma_share=0.5).total.backward()
        gradients.append(
            [torch.cat([p.grad.flatten() for p in net.parameters()]) for net in (irn.levels, irn.prior.net)]
        )
    assert torch.equal(gradients[0][0], gradients[1][0])
    assert not torch.allclose(gradients[0][1], gradients[1][1])


def test_each_term_can_be_left_out_and_together_they_are_all():
    irn, x = tiny_irn(), torch.rand(2, 3, 16, 16)

    def total(without: str | None) -> torch.Tensor:
        torch.manual_seed(0)
        return losses.drawing_loss(irn, x, guide=4.0, luma_share=0.5, without=without).total.detach()

    terms = torch.stack([total(None) - total(term) for term in losses.TERMS])
    assert (terms[:3] > 0).all() and terms[3] != 0
    clipped = losses.clipped_of(irn(x)[0], 2).detach()
    torch.testing.assert_close(terms.sum() + 2 * clipped, total(None))


def test_z_is_pulled_back_however_well_the_prior_follows(monkeypatch):
    irn, x = tiny_irn(), torch.rand(2, 3, 16, 16)
    shift, mean = irn.levels[0].blocks[-1].scale_shift.net[-1].bias, irn.prior.net[-1].bias
    away = torch.full((irn.z_channels,), 50.0)
    with torch.no_grad():  # z and the prior's mean, moved together: the same pictures, the same likelihood
        shift[-len(away) :] += away
        mean[: len(away)] += torch.linalg.inv(irn.prior.mix) @ away
    gradients = []
    for weight in (0.0, losses.DRIFT):
        monkeypatch.setattr(losses, "DRIFT", weight)
        torch.manual_seed(0)
        irn.requires_grad_(True).zero_grad()
        losses.drawing_loss(irn, x, guide=4.0, luma_share=0.5).total.backward()
        gradients.append(shift.grad[-len(away) :].clone())
    assert (gradients[1] > gradients[0]).all()


def test_leaving_a_term_out_asks_for_a_run_of_stage_2_alone(tmp_path):
    with pytest.raises(IRNError, match="all of the run"):
        tiny_run(tmp_path, prior_share=0.5, without="guide")


@pytest.mark.parametrize("luma_share", [0.0, 0.5])
def test_errors_of_laplaces_distribution_are_as_large_by_rms_as_by_size(luma_share):
    torch.manual_seed(0)
    error = torch.distributions.Laplace(0.0, 0.1).sample((2, 1, 128, 128)).expand(-1, 3, -1, -1)
    torch.testing.assert_close(losses.rms_of(error, luma_share), losses._size(error, luma_share), rtol=0.02, atol=0)


def test_the_rms_leads_to_the_mean():
    torch.manual_seed(0)
    x = torch.rand(1, 3, 32, 32) ** 4  # its mean is 1/5, its median 1/16
    for score, where in ((losses.rms_of, x.mean()), (losses._size, x.median())):
        lower, best, upper = (score(where + step - x, 0.0) for step in (-0.02, 0.0, 0.02))
        assert best < lower and best < upper


def test_only_a_fresh_prior_is_whitened(tmp_path):
    task, x = tiny_run(tmp_path).task, torch.rand(2, 3, 16, 16)
    fresh, fitted = IRN(tiny_config()), tiny_irn()
    mixes = [irn.prior.mix.clone() for irn in (fresh, fitted)]
    for irn in (fresh, fitted):
        task.begin(irn, 2, x)
    assert not torch.equal(fresh.prior.mix, mixes[0])
    assert torch.equal(fitted.prior.mix, mixes[1])


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_batch_that_is_not_finite_changes_nothing(tmp_path, share):
    trainer = Trainer(tiny_run(tmp_path, prior_share=share))
    good, bad = batches(trainer.config, 2)
    trainer.train_step(good)
    before = {name: tensor.clone() for name, tensor in trainer.net.state_dict().items()}
    trainer.train_step(bad * torch.nan)
    assert_equal(trainer.net.state_dict(), before)
    trainer.train_step(bad)
    assert any(not torch.equal(tensor, before[name]) for name, tensor in trainer.net.state_dict().items())
    assert all(tensor.isfinite().all() for tensor in trainer.ema.state_dict().values())


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_each_stage_has_its_share_of_the_steps(tmp_path, share):
    config = tiny_run(tmp_path, steps=4, prior_share=share)
    trainer = Trainer(config)
    stages = []
    for x in batches(config, 4):
        trainer.train_step(x)
        stages.append(trainer.stage)
    assert stages == [1] * round(4 * (1 - share)) + [2] * round(4 * share)


def test_the_third_stage_trains_the_whitener_alone(tmp_path):
    trainer = Trainer(tiny_run(tmp_path, steps=100, prior_share=0.0, whitener_share=0.97, learning_rate=3e-2))
    first, *rest = batches(trainer.config, 100)
    for x in (first, *rest[:3]):
        trainer.train_step(x)
    start = {name: tensor.clone() for name, tensor in trainer.ema.state_dict().items()}
    found = [trainer.train_step(x).parts for x in rest[3:]]
    assert trainer.stage == 3
    for score in ("nats_per_z", "crps"):
        scores = [parts[score] for parts in found]
        assert np.mean(scores[-15:]) < np.mean(scores[:15]), score
    for name, tensor in trainer.net.state_dict().items():
        assert torch.equal(tensor, start[name]) != name.startswith("prior.whitener"), name


def test_a_network_without_a_prior_has_one_stage(tmp_path):
    config = tiny_run(tmp_path, steps=4, prior_share=0.5, model=tiny_config(prior_width=0), paper_objective=True)
    trainer = Trainer(config)
    assert [trainer.train_step(x) and trainer.stage for x in batches(config, 4)] == [1] * 4


def test_the_average_follows_the_network(tmp_path):
    config = tiny_run(tmp_path, steps=20, prior_share=0.0)
    trainer = Trainer(config)
    start = [p.clone() for p in trainer.ema.parameters()]
    for x in batches(config, 20):
        before = [p.clone() for p in trainer.ema.parameters()]
        trainer.train_step(x)
        for old, new, target in zip(before, trainer.ema.parameters(), trainer.net.parameters(), strict=True):
            assert (new - target).norm() <= (old - target).norm()
    moved = [not torch.equal(a, b) for a, b in zip(start, trainer.ema.levels.parameters(), strict=False)]
    assert all(moved)


@pytest.mark.parametrize("scale", [2, 4])
@pytest.mark.parametrize("changes", [{}, {"dense": True, "prior_width": 0}], ids=["compact", "paper"])
def test_a_run_exports_weights_and_a_log(tmp_path, data, scale, changes):
    config = tiny_run(tmp_path, model=tiny_config(scale, **changes), prior_share=0.5, save_minutes=0.0)
    reports = []
    path = train(config, reports.append)
    assert str(path) == f"{config.out}/tiny.safetensors"
    info = read_info(path)
    assert load_model(path).config == info.config == config.task.model
    assert info.training["steps"] == 6 and info.training["seed"] == config.seed
    rows = read_log(config)
    assert all(tuple(row) == LOG_COLUMNS + config.task.columns and None not in row.values() for row in rows)
    assert [int(row["step"]) for row in rows] == [1, 2, 3, 4, 5, 6]
    stages = ["1"] * 6 if changes else ["1", "1", "1", "2", "2", "2"]
    assert [row["stage"] for row in rows] == stages
    for row in rows:
        assert float(row["validation_psnr_y"]) > 0
        filled = {"psnr_rgb", "lr_psnr"} if row["stage"] == "1" else {"nats_per_z"}
        assert all(row[column] for column in filled)
    assert len(reports) == 6 and "validation_psnr_y" in reports[-1]


def test_minutes_end_a_run(tmp_path, data):
    config = tiny_run(tmp_path, minutes=0.02)
    train(config, silent)
    (row,) = read_log(config)[-1:]
    assert int(row["step"]) >= 1 and float(row["minutes"]) >= 0.02


def test_a_run_is_a_function_of_its_seed(tmp_path, data):
    one, again, other = (
        tensors_of(train(tiny_run(tmp_path, out=str(tmp_path / name), seed=seed), silent))
        for name, seed in (("one", 0), ("again", 0), ("other", 1))
    )
    assert_equal(one, again)
    assert any(not torch.equal(one[name], other[name]) for name in one)


def test_training_can_start_from_weights(tmp_path, data):
    save_model(tiny_irn(seed=5), tmp_path / "start.safetensors", {})
    start = tiny_irn(seed=5).levels.state_dict()
    trainer = Trainer(tiny_run(tmp_path, init=str(tmp_path / "start.safetensors")))
    assert_equal(trainer.net.levels.state_dict(), start)
    with pytest.raises(WeightsError, match=r"start\.safetensors"):
        Trainer(tiny_run(tmp_path, init=str(tmp_path / "start.safetensors"), model=tiny_config(widths=(4,))))


@pytest.mark.parametrize("changes", [{"blocks": (4,)}, {"reach": 5}, {"blocks": (3,), "reach": 3}])
def test_a_larger_network_starts_where_the_smaller_one_stood(tmp_path, changes):
    small = tiny_irn(seed=5)
    save_model(small, tmp_path / "small.safetensors", {})
    config = replace(small.config, **changes)
    larger = start_from(str(tmp_path / "small.safetensors"), IRN, config)
    assert larger.config == config and count_params(larger) > count_params(small)
    x = torch.rand(1, 3, 16, 24)
    with torch.no_grad():
        for ours, theirs in zip(larger(x), small(x), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)
        torch.testing.assert_close(larger.inverse(*small(x)), x, rtol=0, atol=1e-4)
    with pytest.raises(WeightsError, match="does not fit"):  # what is there already is never dropped
        start_from(str(tmp_path / "small.safetensors"), IRN, replace(small.config, blocks=(1,)))


def test_a_narrower_network_keeps_the_channels_that_weigh_most(tmp_path):
    wide = tiny_irn(seed=5)
    width = wide.config.widths[0]
    for name, module in wide.named_modules():
        if name.endswith(("net", "update")):  # half of the channels weigh nothing
            module[-1].weight[:, ::2] = 0
    save_model(wide, tmp_path / "wide.safetensors", {})
    narrow = start_from(str(tmp_path / "wide.safetensors"), IRN, replace(wide.config, waist=width // 2))
    assert count_params(narrow) < count_params(wide)
    x = torch.rand(1, 3, 16, 24)
    with torch.no_grad():
        for ours, theirs in zip(narrow(x), wide(x), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)


# Objectives


@pytest.fixture
def batch():
    """A fresh irn, the Haar transform, with a little of a random one in it, and pictures."""
    irn = tiny_irn(seed=3)
    for param in irn.levels.parameters():
        param.mul_(0.3)
    return irn, torch.stack([torch.from_numpy(smooth_pixels(16, 16, seed)).permute(2, 0, 1) / 255 for seed in (0, 1)])


@pytest.mark.parametrize("luma_share", [0.0, 0.5])
def test_the_likeliest_picture_is_scored_by_its_rms_and_a_drawn_one_by_its_size(batch, luma_share):
    irn, x = batch
    y, z = irn(x)
    weights = torch.tensor(LUMA).view(3, 1, 1)

    def expected(random_z: bool) -> torch.Tensor:
        torch.manual_seed(7)
        error = irn.inverse(round8(y), torch.randn_like(z) if random_z else torch.zeros_like(z)) - x
        luma, held = (error * weights).sum(1), z.square().sum() / len(x)
        if random_z:
            sizes = (1 - luma_share) * error.abs().sum() + luma_share * 3 * luma.abs().sum()
            return held + sizes / len(x)
        rms = [e.square().flatten(1).mean(1).sqrt().mean() for e in (error, luma)]
        outside = (y - y.clamp(0, 1)).abs().sum() / len(x)
        scored = x[0].numel() * 0.5**0.5 * ((1 - luma_share) * rms[0] + luma_share * rms[1])
        return held + scored + losses.CLIPPED * irn.config.scale**2 * outside

    for random_z in (False, True):
        torch.manual_seed(7)
        found = losses.reconstruction_loss(irn, x, 0.0, luma_share, random_z).total
        torch.testing.assert_close(found, expected(random_z), rtol=1e-4, atol=0)


@pytest.mark.parametrize("scale", [2, 4])
def test_what_an_lr_cannot_hold_costs(scale):
    y = torch.tensor([-0.25, 0.0, 0.5, 1.0, 1.5], requires_grad=True)
    cost = losses.clipped_of(y.view(1, 1, 1, 5), scale)
    cost.backward()
    weight = losses.CLIPPED * scale**2
    assert cost.item() == pytest.approx(0.75 * weight)
    assert y.grad.tolist() == [-weight, 0, 0, 0, weight]  # back to where it can be held


def test_the_guide_is_an_lr_that_a_file_can_hold():
    edges = torch.zeros(1, 3, 32, 32)
    edges[..., 9:] = 1  # bicubic overshoots there
    guide, free = losses.guide_of(edges, 2), bicubic_down(edges, 2)
    assert free.min() < -0.01 and free.max() > 1.01
    assert torch.equal(guide, free.clamp(0, 1))


# Resuming


@pytest.mark.parametrize("cut", [1, 3, 5, 6, 7])  # before, at and after the step into the second stage
def test_saving_and_loading_changes_nothing(tmp_path, cut):
    config = tiny_run(tmp_path, steps=8, prior_share=0.25)
    straight, first = Trainer(config), Trainer(config)
    for x in batches(config, 8):
        straight.train_step(x)
    for x in batches(config, cut):
        first.train_step(x)
    file = io.BytesIO()
    torch.save(first.state_dict(), file)
    file.seek(0)
    second = Trainer(config)
    second.load_state_dict(torch.load(file, weights_only=True))
    for x in batches(config, 8 - cut, start=cut):
        second.train_step(x)
    assert_equal(second.net.state_dict(), straight.net.state_dict())
    assert_equal(second.ema.state_dict(), straight.ema.state_dict())
    assert (second.step, second.stage) == (straight.step, straight.stage) == (8, 2)


@pytest.mark.parametrize("stop", [1, 4, 5])
def test_a_stopped_run_goes_on_as_if_it_had_not(tmp_path, data, stop):
    straight = train(tiny_run(tmp_path, out=str(tmp_path / "straight"), prior_share=0.4), silent)

    def interrupt(line: str):
        if line.startswith(f"step {stop} "):
            raise KeyboardInterrupt

    stopped = tiny_run(tmp_path, prior_share=0.4, save_minutes=0.0)
    with pytest.raises(KeyboardInterrupt):
        train(stopped, interrupt)
    reports = []
    resumed = train(tiny_run(tmp_path, prior_share=0.4, resume=True), reports.append)
    assert f"resumed at step {stop}" in reports[0]
    assert_equal(tensors_of(resumed), tensors_of(straight))
    rows = read_log(stopped)
    assert [int(row["step"]) for row in rows] == [*range(1, stop + 1), 6]  # one header, no row lost


@pytest.mark.parametrize("task", OTHER_TASKS, ids=lambda task: type(task).__name__)
def test_every_kind_of_training_goes_on_as_if_it_had_not_been_stopped(tmp_path, data, task):
    def run(out: str, report=silent, **changes):
        length = {"steps": 4, "batch": 4, "crop": 64, "device": "cpu", "save_minutes": 0.0}
        return train(TrainConfig(str(data), str(tmp_path / out), "tiny", task, **(length | changes)), report)

    def interrupt(line: str):
        if line.startswith("step 2 "):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run("stopped", interrupt)
    assert_equal(tensors_of(run("stopped", resume=True)), tensors_of(run("straight")))


def test_a_killed_process_is_resumed(tmp_path, data):
    config = tiny_run(tmp_path, steps=10**6, save_minutes=0.0)
    imports = """from irn_core.nets.irn import IRNConfig
from irn_core.nets.irn import IRN
from irn_core.nets.restorer import RestorerConfig
from irn_core.training.tasks import CompressTask, RescaleTask, RestoreTask
from irn_core.training.train import TrainConfig, train
"""
    script = f"{imports}train({config!r}, lambda line: None)"
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT) as process:
        deadline = time.monotonic() + 120
        while not (tmp_path / "run" / CHECKPOINT).exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    done = torch.load(tmp_path / "run" / CHECKPOINT, weights_only=True)["step"]
    assert done >= 1
    reports = []
    path = train(tiny_run(tmp_path, steps=done + 2, resume=True), reports.append)
    assert f"resumed at step {done}" in reports[0]
    assert read_info(path).training["steps"] == done + 2


def test_resuming_without_a_checkpoint_starts(tmp_path, data):
    config = tiny_run(tmp_path, resume=True)
    assert read_info(train(config, silent)).training["steps"] == 6


def test_a_finished_run_is_left_as_it_is(tmp_path, data):
    path = train(tiny_run(tmp_path), silent)
    before = path.read_bytes()
    assert train(tiny_run(tmp_path, resume=True), silent) == path
    assert path.read_bytes() == before


def test_a_checkpoint_of_another_network_is_refused(tmp_path, data):
    path = train(tiny_run(tmp_path), silent)
    before = path.read_bytes()
    for model in (tiny_config(widths=(4,)), tiny_config(4), tiny_config(prior_width=0)):
        with pytest.raises(WeightsError, match="--out"):
            train(tiny_run(tmp_path, model=model, resume=True), silent)
    assert path.read_bytes() == before


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0])
@pytest.mark.parametrize("name", ["minutes", "learning_rate", "save_minutes", "prior_share", "luma_share", "guide"])
def test_numbers_that_are_none_are_refused(tmp_path, name, value):
    with pytest.raises(IRNError, match=str(value)):
        tiny_run(tmp_path, **{name: value})


@pytest.mark.parametrize("length", [{}, {"steps": 1, "minutes": 1.0}])
def test_a_run_has_one_length(length):
    with pytest.raises(IRNError, match="minutes or steps"):
        TrainConfig("in", "out", "name", RescaleTask(tiny_config()), **length)


def test_crops_are_multiples_of_the_scale():
    with pytest.raises(IRNError, match="crop 18 is not a multiple of 4"):
        TrainConfig("in", "out", "name", RescaleTask(tiny_config(4)), steps=1, crop=18)


@pytest.mark.parametrize("found", [{}, {"avx512_bf16": False}, {"avx512_bf16": True}, None])
def test_halves_are_used_where_the_processor_has_them(monkeypatch, found):
    if found is None:  # an older torch
        monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    else:
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: found, raising=False)
    with autocast(torch.device("cpu")):
        assert torch.is_autocast_enabled("cpu") == bool(found and found.get("avx512_bf16"))


# Several processes


TWO_PROCESSES = """
import os
from dataclasses import replace
import torch, torch.distributed as dist
from irn_core.nets.irn import IRNConfig
from irn_core.nets.irn import IRN
from irn_core.nets.restorer import RestorerConfig
from irn_core.training.parallel import settle
from irn_core.training.tasks import CompressTask, RescaleTask, RestoreTask
from irn_core.training.train import TrainConfig, Trainer, train

config = {config!r}
torch.set_num_threads(1)
torch.manual_seed(int(os.environ["RANK"]))
train(config, lambda line: None)
# The first process alone validates and saves, so their clocks differ: they must still stop together.
train(replace(config, name="timed", out=config.out + "-timed", steps=None, minutes=0.02), lambda line: None)

trainer = Trainer(config)
for step in range(3):
    trainer.train_step(torch.rand(2, 3, 16, 16))
assert trainer.stage == 2
for net in (trainer.net, trainer.ema):
    ours = torch.cat([p.detach().flatten() for p in net.parameters()])
    all_of_them = [torch.empty_like(ours) for _ in range(2)]
    dist.all_gather(all_of_them, ours)
    assert torch.equal(*all_of_them), "the processes have trained different networks"
settle()
"""


def test_two_processes_train_one_network(tmp_path, data):
    config = tiny_run(tmp_path, steps=3, prior_share=0.4, save_minutes=0.0)
    script = tmp_path / "two.py"
    script.write_text(TWO_PROCESSES.format(config=config))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(script)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert result.returncode == 0, result.stderr[-3000:]
    path = tmp_path / "run" / "tiny.safetensors"
    assert load_model(path).config == config.task.model
    assert read_info(path).training["steps"] == 3
    assert [row["step"] for row in read_log(config)] == ["1", "2", "3"]
    assert load_model(tmp_path / "run-timed" / "timed.safetensors")


# Data


def test_all_pictures_below_a_folder_are_found_in_order(tmp_path):
    for folder in ("b", "a/deep", "."):
        write_pictures(tmp_path / folder, 2)
    (tmp_path / "b" / "UPPER.PNG").write_bytes((tmp_path / "00.png").read_bytes())
    (tmp_path / "notes.txt").write_text("")
    files = list_pictures(tmp_path)
    assert files == sorted(files) and len(files) == 7
    assert len(load_pictures(tmp_path)[0]) == 7


def test_nothing_to_train_on_is_an_error(tmp_path):
    (tmp_path / "pictures").mkdir()
    with pytest.raises(ImageError, match="no pictures below"):
        train(tiny_run(tmp_path), silent)
    (tmp_path / "pictures" / "broken.png").write_bytes(b"nothing")
    with pytest.raises(ImageError, match="none of 1 files"):
        train(tiny_run(tmp_path), silent)


@pytest.mark.parametrize("size", [8, 32])
def test_crops_are_a_function_of_seed_and_number(size):
    pictures = [smooth_pixels(40, 70), noise_pixels(33, 9)]
    crops, again, other = (RandomCrops(pictures, size, seed) for seed in (3, 3, 4))
    numbers = range(30)
    backwards = {i: again[i] for i in reversed(numbers)}
    assert all(torch.equal(crops[i], backwards[i]) for i in numbers)
    assert sum(torch.equal(crops[i], other[i]) for i in numbers) == 0
    assert sum(torch.equal(crops[i], crops[i + 1]) for i in numbers) == 0


@pytest.mark.parametrize("shape", [(1, 1), (5, 90), (16, 16), (17, 200), (64, 64)])
def test_crops_have_their_size_and_range_whatever_the_picture(shape):
    crops = RandomCrops([noise_pixels(*shape)], 16, seed=0)
    for i in range(40):
        crop = crops[i]
        assert crop.shape == (3, 16, 16) and crop.dtype == torch.float32
        assert crop.min() >= 0 and crop.max() <= 1


def test_crops_leave_the_pictures_alone():
    picture = noise_pixels(40, 40)
    picture.flags.writeable = False
    before = picture.copy()
    crops = RandomCrops([picture], 16, seed=0)
    for i in range(20):
        crops[i].mul_(0)
    assert np.array_equal(picture, before)


@pytest.fixture
def plain_crops(monkeypatch):
    """Neither drawn graphics nor overexposure."""
    for share in ("GRAPHICS_SHARE", "CONTRAST_SHARE"):
        monkeypatch.setattr(dataset, share, 0)


def test_pictures_are_equally_likely_whatever_their_size(plain_crops):
    # Flat pictures, told apart by their level; JPEG moves a level by 2 at most.
    sizes = [(8, 8), (300, 400), (8, 900), (64, 64)]
    crops = RandomCrops([np.full((*size, 3), 60 * i, np.uint8) for i, size in enumerate(sizes)], 8, seed=0)
    seen = np.bincount([round(crops[i].mean().item() * 255 / 60) for i in range(2000)], minlength=4)
    assert seen.sum() == 2000
    assert (np.abs(seen - 500) < 5 * np.sqrt(2000 * 0.25 * 0.75)).all()  # five standard deviations


def test_crops_are_turned_and_flipped_in_all_eight_ways(plain_crops):
    ramp = np.zeros((8, 8, 3), np.uint8)
    ramp[..., 0] = np.arange(8) * 30
    ramp[..., 1] = np.arange(8)[:, None] * 30
    crops = RandomCrops([ramp], 8, seed=0)
    ways = set()
    for i in range(200):
        red, green = crops[i][0], crops[i][1]
        slopes = [(c[:, -1] - c[:, 0]).mean() for c in (red, green)] + [(c[-1] - c[0]).mean() for c in (red, green)]
        ways.add(tuple(round(slope.item()) for slope in slopes))
    assert len(ways) == 8


@pytest.mark.parametrize("side", [1, 8, 64])
def test_graphics_are_drawn_by_their_seed(side):
    drawn, again, other = (draw_graphics(side, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert drawn.shape == (side, side, 3) and drawn.dtype == np.uint8
    assert np.array_equal(drawn, again) and (side == 1 or not np.array_equal(drawn, other))


def test_graphics_are_flat_and_half_of_them_black_or_white():
    drawn = np.stack([draw_graphics(64, np.random.default_rng(seed)) for seed in range(60)])
    same = (drawn[:, :, 1:] == drawn[:, :, :-1]).all(-1)  # as the pixel to the left
    assert same.mean() > 0.7
    extreme = (drawn == 0).all(-1) | (drawn == 255).all(-1)
    assert 0.3 < extreme.mean() < 0.7


def test_waves_are_of_all_periods_down_to_the_finest():
    peaks = []
    for seed in range(40):
        waves = _waves(64, np.random.default_rng(seed)).astype(float).sum(-1)
        spectrum = np.abs(np.fft.fft2(waves - waves.mean()))
        row, column = np.unravel_index(spectrum.argmax(), spectrum.shape)
        peaks.append(np.hypot(np.fft.fftfreq(64)[row], np.fft.fftfreq(64)[column]))
    assert min(peaks) < 0.1 and 0.4 < max(peaks) < 0.55  # 0.5 is black, white, black, white


def test_chessboards_and_stripes_have_cells_of_whole_pixels_down_to_one():
    cells = set()
    for seed in range(200):
        board = _chessboard(64, np.random.default_rng(seed))
        # A cell ends where a row's, or a column's, first pixel differs from the one before.
        ends = [np.flatnonzero((line[1:] != line[:-1]).any(-1)) for line in (board[:, 0], board[0])]
        cells.add(tuple(int(end[0]) + 1 if len(end) else 64 for end in ends))
        assert all((np.diff(end) == np.diff(end)[:1]).all() for end in ends)
    sides = {1, 2, 3, 4, 5, 6, 7, 8}
    assert {height for height, width in cells if width == 64} >= sides
    assert {width for height, width in cells if height == 64} >= sides
    assert (1, 1) in cells and max(min(cell) for cell in cells - {(64, 64)}) <= 8


def test_overexposed_crops_keep_the_order_of_grey_levels_and_clip():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    found = np.stack([_overexposed(ramp, np.random.default_rng(seed))[0, :, 0] for seed in range(50)]).astype(int)
    steps = np.diff(found)
    assert found.min() >= 0 and found.max() <= 255 and (steps >= 0).all() and (steps <= MAX_CONTRAST + 1).all()
    assert np.isin(found, (0, 255)).mean() > 0.3
    assert np.array_equal(found[7], _overexposed(ramp, np.random.default_rng(7))[0, :, 0])
