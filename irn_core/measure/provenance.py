"""How stored figures came about, written beside them so that a reader can judge and repeat them."""

import platform
from datetime import datetime, timezone
from pathlib import Path

import torch

from irn_core.weights import model_tag


def provenance(command: str, model: str | Path | None = None) -> dict[str, str]:
    """Ready for JSON: `command` as it was typed, `date` (ISO 8601, UTC), and with a model `weights`, its tag."""
    found = {"command": command, "date": datetime.now(timezone.utc).isoformat(timespec="seconds")}
    return found | ({"weights": model_tag(model)} if model else {})


def machine() -> dict[str, str | int]:
    """What times depend on, ready for JSON: the `processor` by name, and torch's `threads`."""
    return {"processor": _processor(), "threads": torch.get_num_threads()}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # another system than Linux
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
