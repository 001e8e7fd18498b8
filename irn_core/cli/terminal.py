"""What the commands share: writing JSON, notes and progress on a terminal of any code page."""

import io
import json
import math
import sys
from pathlib import Path


def make_safe() -> None:
    """Print a character that the code page lacks, or a byte that is no text, as “?”: no command ends for that."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None where there is no terminal
            stream.reconfigure(errors="replace")


def write_json(path: Path, result: dict) -> None:
    """Names of files need not be UTF-8, but JSON must be: what is not comes as “?”. It knows no nan or inf: null."""
    text = json.dumps(_finite(result), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    path.write_text(text, encoding="utf-8", errors="replace")


def _finite(value: object) -> object:
    """The same with None in place of numbers that are none, in lists and dictionaries as well."""
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def note(*lines: str) -> None:
    """Say on stderr what the user should know of a result."""
    for line in lines:
        print(f"note: {line}", file=sys.stderr)


def progress(done: int, total: int, what: str = "tile") -> None:
    """Count the tiles of a large picture, or other steps, on stderr."""
    if total > 1:
        print(f"\r{what} {done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
