"""What a command says beside its result, on stderr, so that stdout can be used by other programs."""

import sys


def note(*lines: str) -> None:
    """One line each."""
    for line in lines:
        print(f"note: {line}", file=sys.stderr)
