"""Where training runs: the device, its precision, and what several processes under torchrun agree on."""

import os
import time
from contextlib import AbstractContextManager

import torch
import torch.distributed as dist
from torch import Tensor

from irn_core.errors import IRNError

SETTLING_SECONDS = 0.2


def pick_device(name: str) -> torch.device:
    """A device by name; `auto` is this process's GPU, or the CPU where there is none."""
    if name != "auto":
        try:
            device = torch.device(name)
        except RuntimeError as error:
            raise IRNError(f"{name!r} is no device; give auto, cpu, cuda, or cuda:1 …") from error
        if device.type == "cuda" and not torch.cuda.is_available():
            raise IRNError(f"device {name} was asked for, but torch sees no CUDA device; use --device cpu")
        if device != torch.device("cuda"):
            return device
    if torch.cuda.is_available():
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
    return torch.device("cpu")


def autocast(device: torch.device) -> AbstractContextManager:
    """bf16 where the hardware has it; elsewhere it is emulated, and ten times slower than float32."""
    capabilities = getattr(torch.cpu, "get_capabilities", dict)()  # torch before 2.13 has no public way to ask
    native = device.type == "cuda" or bool(capabilities.get("avx512_bf16"))
    return torch.autocast(device.type, torch.bfloat16, enabled=native)


def join_process_group(device: str) -> None:
    """Under torchrun, meet the other processes; alone, do nothing."""
    if "RANK" in os.environ and not dist.is_initialized():
        dist.init_process_group("nccl" if pick_device(device).type == "cuda" else "gloo")


def settle() -> None:
    """Wait until the last exchange between processes is put away, so that this one may end.

    A thread of gloo does that under Python's lock; if Python ends while it waits for the lock, the process aborts.
    """
    if dist.is_initialized():
        time.sleep(SETTLING_SECONDS)


def rank() -> int:
    return dist.get_rank() if dist.is_initialized() else 0


def world_size() -> int:
    return dist.get_world_size() if dist.is_initialized() else 1


def of_first_process(values: Tensor) -> Tensor:
    """Overwrite values with those of the first process, so that all agree."""
    if dist.is_initialized():
        dist.broadcast(values, 0)
    return values


def average_gradients(params: list[torch.nn.Parameter]) -> None:
    """Replace each gradient by its mean over all processes."""
    if dist.is_initialized():
        for param in params:
            dist.all_reduce(param.grad)
            param.grad /= dist.get_world_size()
