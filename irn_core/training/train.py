"""The training loop: what it trains is a task."""

import copy
import csv
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import Tensor

from irn_core.errors import IRNError, WeightsError
from irn_core.pictures.folder import list_pictures, load_pictures
from irn_core.training.dataset import RandomCrops, batches, middle_crops
from irn_core.training.losses import Loss
from irn_core.training.optimiser import Optimiser
from irn_core.training.parallel import (
    average_gradients,
    join_process_group,
    of_first_process,
    pick_device,
    rank,
    settle,
    world_size,
)
from irn_core.training.start import start_from
from irn_core.training.tasks import Task
from irn_core.weights import find_weights, read_info, save_model

EMA_DECAY = 0.999
HELD_OUT = 20
"""One picture in so many validates and is not trained on."""
LOG_EVERY = 50
CHECKPOINT = "last.pt"
LOG_COLUMNS = ("step", "minutes", "stage")


@dataclass(frozen=True)
class TrainConfig:
    """How to train. The run ends after `minutes` or after `steps`, whichever is given."""

    data: str | Path
    out: str
    name: str
    task: Task
    minutes: float | None = None
    steps: int | None = None
    batch: int = 4
    crop: int = 64
    learning_rate: float = 2e-3
    init: str | None = None
    resume: bool = False
    device: str = "auto"
    workers: int = 0
    seed: int = 0
    save_minutes: float = 3.0
    skip_unreadable: bool = False

    def __post_init__(self):
        if (self.minutes is None) == (self.steps is None):
            raise IRNError("give the length of the run: either minutes or steps")
        if not 0 < (self.minutes or self.steps or 0) < math.inf:
            raise IRNError(f"the run must last: got minutes = {self.minutes}, steps = {self.steps}")
        if not (0 < self.learning_rate < math.inf and 0 <= self.save_minutes < math.inf):
            raise IRNError(
                f"got learning rate {self.learning_rate} and save_minutes {self.save_minutes}; "
                "expected finite numbers, above 0 and not below 0"
            )
        if self.batch < 1 or self.crop < 1 or self.workers < 0:
            raise IRNError(
                f"got batch {self.batch}, crop {self.crop}, workers {self.workers}; expected 1, 1, 0 or more"
            )
        if Path(self.name).name != self.name:
            raise IRNError(f"the name is {self.name!r}; expected a file name without folders")
        if self.crop % self.task.multiple:
            raise IRNError(f"crop {self.crop} is not a multiple of {self.task.multiple}")


class Trainer:
    """State of a run: the network, its moving average, the optimiser, a critic if any, and how far it has come."""

    def __init__(self, config: TrainConfig):
        self.config = config
        self.device = pick_device(config.device)
        torch.manual_seed(config.seed)  # every process starts from the same network
        task = config.task
        net = start_from(config.init, task.network, task.model) if config.init else task.network(task.model)
        # Read now: the run itself may write over the file.
        self.init_training = read_info(find_weights(config.init)).training if config.init else None
        self.net = net.train().requires_grad_(True).to(self.device, memory_format=torch.channels_last)
        self.ema = copy.deepcopy(self.net).eval().requires_grad_(False)
        self.critic = task.critic()
        if self.critic:
            self.critic.to(self.device)
        self.step, self.seconds = 0, 0.0
        self._enter_stage(1)

    def _enter_stage(self, stage: int) -> None:
        self.stage = stage
        trained = self.config.task.trained(self.net.requires_grad_(False), stage)
        self.optimiser = Optimiser([param.requires_grad_(True) for param in trained], self.config.learning_rate)

    @property
    def progress(self) -> float:
        """How much of the run is done, in [0, 1]."""
        if self.config.steps is not None:
            return self.step / self.config.steps
        return self.seconds / (60 * self.config.minutes)

    @property
    def stage_progress(self) -> float:
        """How much of the stage is done: 0 at its start, 1 at its end."""
        shares = self.config.task.shares
        before, share = sum(shares[: self.stage - 1]), shares[self.stage - 1]
        return (self.progress - before) / share if share else 1.0

    def train_step(self, x: Tensor) -> Loss:
        """One update on a batch x: B×3×H×W in [0, 1]."""
        task = self.config.task
        # Noise is a function of the step, so that a resumed run goes on as if it had not stopped.
        torch.manual_seed(self.config.seed + rank() + world_size() * self.step)
        x = x.to(self.device, memory_format=torch.channels_last)
        while self.stage_progress >= 1 and self.stage < len(task.shares):
            self.net.load_state_dict(self.ema.state_dict())
            task.begin(self.net, self.stage + 1, x)
            self._enter_stage(self.stage + 1)
            for param in self.optimiser.params:
                of_first_process(param.data)
        loss = task.loss(self.net, x, self.stage, self.critic)
        loss.total.backward()
        average_gradients(self.optimiser.params)
        self.optimiser.step(self.stage_progress)
        self._update_ema()
        self.step += 1
        return loss

    def _update_ema(self) -> None:
        taken = self.optimiser.steps
        decay = min(EMA_DECAY, (1 + taken) / (10 + taken))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.ema.parameters()), list(self.net.parameters()), 1 - decay)

    def state_dict(self) -> dict:
        return {
            "config": self.net.config.to_dict(),
            "net": self.net.state_dict(),
            "ema": self.ema.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "critic": self.critic and self.critic.state_dict(),
            "stage": self.stage,
            "step": self.step,
            "seconds": self.seconds,
        }

    def load_state_dict(self, state: dict) -> None:
        """Raises WeightsError when the checkpoint is of another network."""
        if state.get("config") != self.net.config.to_dict():
            raise WeightsError(
                f"the checkpoint is of {state.get('config')}, this run asks for {self.net.config.to_dict()}; "
                "resume with the options it was started with, or choose another --out"
            )
        self._enter_stage(state["stage"])
        self.net.load_state_dict(state["net"])
        self.ema.load_state_dict(state["ema"])
        self.optimiser.load_state_dict(state["optimiser"])
        if self.critic:
            self.critic.load_state_dict(state["critic"])
        self.step, self.seconds = state["step"], state["seconds"]
        if self.stage_progress < 0:
            raise IRNError(
                f"the checkpoint is already in stage {self.stage}; resume with the length it was started with, "
                "or start a new run from its weights with --init"
            )


def train(config: TrainConfig, report: Callable[[str], None] = print) -> Path:
    """Train and return the path of the exported weights, `out/name.safetensors` (the moving average).

    A checkpoint is replaced in one step every `save_minutes`, so that a killed run goes on with
    `resume`; `log.csv` gets a row every few steps. Under torchrun each process takes its own crops
    and the gradients are averaged.

    Raises:
        IRNError: no usable pictures, or a checkpoint of another network.
    """
    join_process_group(config.device)
    list_pictures(config.data)  # before a folder is made
    out = Path(config.out)
    out.mkdir(parents=True, exist_ok=True)
    if (out / CHECKPOINT).exists() and not config.resume:
        raise IRNError(f"{out} holds the checkpoint of another run; add --resume to go on, or choose another --out")
    if config.init and _is_same_file(find_weights(config.init), out / f"{config.name}.safetensors"):
        raise IRNError(f"{config.init} would be written over, and the run starts from it; give another --out or --name")
    pictures, notices = load_pictures(config.data, config.skip_unreadable)
    if rank() == 0:
        for notice in notices:
            report(f"note: {notice}")
    training = [p for i, p in enumerate(pictures) if i % HELD_OUT or len(pictures) < HELD_OUT]
    validation = middle_crops(pictures[::HELD_OUT], config.task.multiple)
    trainer = Trainer(config)
    if config.resume and (out / CHECKPOINT).exists():
        trainer.load_state_dict(_read_checkpoint(out / CHECKPOINT, trainer.device))
        report(f"resumed at step {trainer.step}, {trainer.seconds / 60:.1f} minutes")
    if trainer.progress < 1:
        crops = RandomCrops(training, config.crop, config.seed)
        first = trainer.step * config.batch * world_size() + rank()
        _loop(trainer, batches(crops, config.batch, first, world_size(), config.workers), validation, out, report)
        if rank() == 0:
            config.task.finish(trainer.ema, validation)
            _export(trainer, out)
    settle()
    return out / f"{config.name}.safetensors"


def _is_same_file(source: Path, target: Path) -> bool:
    return target.exists() and target.samefile(source)


def _loop(
    trainer: Trainer, batches: Iterator[Tensor], validation: list[Tensor], out: Path, report: Callable[[str], None]
) -> None:
    config = trainer.config
    last_save = clock = time.monotonic()
    with open(out / "log.csv", "a", newline="") as file:
        log = csv.DictWriter(file, LOG_COLUMNS + config.task.columns)
        if rank() == 0 and not file.tell():
            log.writeheader()
        while trainer.progress < 1:
            loss = trainer.train_step(next(batches))
            now = time.monotonic()
            seconds = torch.tensor(trainer.seconds + now - clock, dtype=torch.float64, device=trainer.device)
            trainer.seconds, clock = of_first_process(seconds).item(), now
            due = now - last_save > 60 * config.save_minutes or trainer.progress >= 1
            if rank() == 0 and (due or trainer.step % LOG_EVERY == 0):
                row = {"step": trainer.step, "minutes": round(trainer.seconds / 60, 2), "stage": trainer.stage}
                row |= {key: round(value, 4) for key, value in loss.parts.items()}
                if due:
                    row[config.task.columns[-1]] = round(config.task.validate(trainer.ema, validation), 4)
                    _save(trainer, out)
                    last_save = clock = time.monotonic()
                log.writerow(row)
                file.flush()
                report("  ".join(f"{key} {value}" for key, value in row.items()))


def _read_checkpoint(path: Path, device: torch.device) -> dict:
    try:
        return torch.load(path, map_location=device, weights_only=True)
    except (RuntimeError, EOFError, OSError, KeyError, UnpicklingError) as error:
        raise WeightsError(f"{path} is damaged ({error}); delete it to start again, or use --init") from error


def _save(trainer: Trainer, out: Path) -> None:
    partial = out / "partial.pt"
    torch.save(trainer.state_dict(), partial)
    os.replace(partial, out / CHECKPOINT)
    _export(trainer, out)


def _export(trainer: Trainer, out: Path) -> None:
    config = trainer.config
    training = {
        **config.task.provenance(),
        "steps": trainer.step,
        "minutes": round(trainer.seconds / 60, 1),
        "batch": config.batch,
        "crop": config.crop,
        "learning_rate": config.learning_rate,
        "seed": config.seed,
        "device": trainer.device.type,
        "init": config.init and Path(config.init).name,
        "init_training": trainer.init_training,
        "torch": torch.__version__,
    }
    save_model(trainer.ema, out / f"{config.name}.safetensors", training, dtype=torch.float16)
