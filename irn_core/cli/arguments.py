"""Types of command-line arguments: each checks a value and says what it expects."""

import argparse
import math
from pathlib import Path

from irn_core.coding.codecs import CODECS


def png(value: str) -> Path:
    """The path of a PNG file in a folder that exists."""
    if Path(value).suffix.lower() != ".png":
        raise argparse.ArgumentTypeError(f"{value}: pictures are written as PNG, without loss; name it *.png")
    return output(value)


def output(value: str) -> Path:
    """A path in a folder that exists."""
    if not Path(value).parent.is_dir():  # better known before the work than after it
        raise argparse.ArgumentTypeError(f"{value}: the folder {Path(value).parent} does not exist; make it first")
    return Path(value)


def positive(value: str) -> int:
    """A whole number above 0."""
    if not value.isdigit() or int(value) == 0:
        raise argparse.ArgumentTypeError(f"{value} is not a whole number above 0")
    return int(value)


def above_zero(value: str) -> float:
    """A finite number above 0."""
    if not 0 < float(value) < math.inf:
        raise argparse.ArgumentTypeError(f"{value} is not a number above 0")
    return float(value)


def quality(value: str) -> float:
    """0 … 100."""
    if not 0 <= float(value) <= 100:
        raise argparse.ArgumentTypeError(f"quality is {value}; expected 0 (smallest file) to 100")
    return float(value)


def codecs(value: str) -> list[str]:
    """Names from CODECS, separated by commas."""
    if unknown := set(value.split(",")) - set(CODECS):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}; choose from {','.join(CODECS)}")
    return value.split(",")


def tau(value: str) -> float:
    """0 … 10."""
    if not 0 <= float(value) <= 10:
        raise argparse.ArgumentTypeError(f"tau is {value}; expected 0 (most likely z) to 10, 1 draws from p(z|y)")
    return float(value)


def seed(value: str) -> int:
    """A whole number that torch takes as a seed."""
    if not value.isdigit() or int(value) >= 2**63:
        raise argparse.ArgumentTypeError(f"seed is {value}; expected a whole number from 0 to 2^63 - 1")
    return int(value)


def add_noise(parser: argparse.ArgumentParser) -> None:
    """How z is drawn: --tau, --seed."""
    parser.add_argument("--tau", type=tau, default=0.0, help="temperature of z: 0 most likely, 1 a fair draw")
    parser.add_argument("--seed", type=seed, default=0, help="which draw")
