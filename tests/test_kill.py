"""Training survives kill -9 at any moment.

It is shown for `train rescale`, which has stages. All kinds share the loop, the checkpoint and the numbers drawn at a
step; `test_train` stops and resumes the others.
"""

import csv
import multiprocessing
import time

import numpy as np
import pytest
import torch

from irn_core.training.tasks import RescaleTask
from irn_core.training.train import CHECKPOINT, TrainConfig, train
from irn_core.weights import load_model
from tests.helpers import tiny_config, write_pictures

KILLS, STEPS = 50, 1200
MODEL = tiny_config(whitener_width=4)


def run(folder: str, out: str, save_minutes: float = 0.0) -> None:
    """Train, or go on, through all three stages; by default with a checkpoint after every step."""
    torch.set_num_threads(1)
    shares = {"prior_share": 0.4, "whitener_share": 0.3}
    length = {"steps": STEPS, "batch": 1, "crop": 16, "save_minutes": save_minutes}
    task = RescaleTask(MODEL, **shares)
    train(TrainConfig(f"{folder}/pictures", f"{folder}/{out}", "tiny", task, **length, resume=True), lambda line: None)


def step_of(checkpoint) -> int:
    return torch.load(checkpoint, weights_only=True)["step"] if checkpoint.exists() else 0


def wait_for_a_step(checkpoint, process) -> None:
    """Until the checkpoint is a new one, or the process has ended."""
    before = checkpoint.stat().st_mtime_ns if checkpoint.exists() else None
    while process.is_alive() and (not checkpoint.exists() or checkpoint.stat().st_mtime_ns == before):
        time.sleep(0.01)


@pytest.mark.slow
def test_fifty_kills_leave_no_trace(tmp_path, one_thread):
    write_pictures(tmp_path / "pictures", 3)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.test_kill"])
    rng, checkpoint, reached = np.random.default_rng(0), tmp_path / "killed" / CHECKPOINT, [0]
    while len(reached) <= KILLS:
        process = context.Process(target=run, args=(str(tmp_path), "killed"))
        process.start()
        if len(reached) % 2:  # every other one at work, the rest also while it starts
            wait_for_a_step(checkpoint, process)
        time.sleep(rng.uniform(0, 1))
        alive = process.is_alive()
        process.kill()
        process.join()
        assert alive, f"ended by itself, {process.exitcode}, at step {step_of(checkpoint)}"
        reached.append(step_of(checkpoint))
        assert reached[-1] >= reached[-2]
    print("steps reached:", *reached)
    assert len(set(reached)) > KILLS / 2
    for out, save_minutes in (("killed", 0.0), ("straight", 60.0)):
        run(str(tmp_path), out, save_minutes)
    ours, theirs = (load_model(tmp_path / out / "tiny.safetensors").state_dict() for out in ("killed", "straight"))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    with open(tmp_path / "killed" / "log.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(int(row["step"]) > 0 and float(row["validation_psnr_y"]) > 0 for row in rows)
