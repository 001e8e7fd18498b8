"""How much memory the server holds, and whether a row of readings grows."""

import os
import statistics
from collections.abc import Sequence
from pathlib import Path

from demo.kit.cache import LIMIT_VARIABLE

PROC = Path("/proc")
FEWEST = 6
"""Fewer readings do not tell growth from chance."""


def bound_cache(megabytes: int) -> None:
    """Servers started from now on keep so much of their results: a full gigabyte would hide a leak for long."""
    os.environ[LIMIT_VARIABLE] = str(megabytes)


def server_pid() -> int:
    """The process of `app.py` that this one has started, or 0 where there is no /proc."""
    for status in PROC.glob("[0-9]*/status"):
        try:
            ours = f"PPid:\t{os.getpid()}\n" in status.read_text()
            if ours and b"app.py" in (status.parent / "cmdline").read_bytes():
                return int(status.parent.name)
        except OSError:  # has ended meanwhile
            continue
    return 0


def memory_mb(pid: int, field: str = "VmRSS") -> float:
    """Resident memory of a process, with VmHWM its peak, in MB; nan where it cannot be read."""
    try:
        lines = (PROC / str(pid) / "status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024
    except (OSError, StopIteration):
        return float("nan")


def is_flat(readings: Sequence[float], slack: float, share: float = 0.1) -> bool:
    """Whether the last third of the readings lies above the first by less than `slack` or `share`.

    Few readings, or none that could be read, count as flat: `verdict` says so.
    """
    first, last = _ends(readings)
    return not last - first > max(slack, share * first)


def verdict(name: str, readings: Sequence[float], slack: float, unit: str = " MB") -> str:
    """One line that says what `is_flat` found."""
    if len(readings) < FEWEST or readings[0] != readings[0]:
        return f"{name}: not judged, {len(readings)} readings; run it for longer, on Linux"
    first, last = _ends(readings)
    word = "flat" if is_flat(readings, slack) else "GROWS"
    return f"{name}: {word}, {first:.0f} → {last:.0f}{unit} over {len(readings)} readings"


def _ends(readings: Sequence[float]) -> tuple[float, float]:
    """Medians of the first and of the last third."""
    if len(readings) < FEWEST:
        return 0.0, 0.0
    third = len(readings) // 3
    return statistics.median(readings[:third]), statistics.median(readings[-third:])
