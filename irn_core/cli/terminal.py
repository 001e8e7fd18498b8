"""What the commands share: writing JSON, notes and progress on a terminal of any code page."""

import io
import json
import sys
from pathlib import Path


def make_safe() -> None:
    """Print a character that the code page lacks, or a byte that is no text, as “?”: no command ends for that."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None where there is no terminal
            stream.reconfigure(errors="replace")


def write_json(path: Path, result: dict) -> None:
    """Names of files need not be UTF-8, but JSON must be: what is not comes as “?”."""
    text = json.dumps(result, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    path.write_text(text, encoding="utf-8", errors="replace")


def note(*lines: str) -> None:
    """Say on stderr what the user should know of a result."""
    for line in lines:
        print(f"note: {line}", file=sys.stderr)


def progress(done: int, total: int, what: str = "tile") -> None:
    """Count the tiles of a large picture, or other steps, on stderr."""
    if total > 1:
        print(f"\r{what} {done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
