"""Types of command-line arguments: each checks a value and says what it expects."""

import argparse
import math
from pathlib import Path

from irn_core.coding.codecs import CODECS
from irn_core.coding.importance import SPREADS
from irn_core.errors import IRNError


def png(value: str) -> Path:
    """The path of a PNG file in a folder that exists."""
    if Path(value).suffix.lower() != ".png":
        raise argparse.ArgumentTypeError(f"{value}: pictures are written as PNG, without loss; name it *.png")
    return output(value)


def lr(value: str) -> Path:
    """The path of a PNG or JPEG file in a folder that exists."""
    return output(value) if is_jpeg(value) else png(value)


def is_jpeg(path: str | Path) -> bool:
    """Whether a file is named like a JPEG."""
    return Path(path).suffix.lower() in (".jpg", ".jpeg")


def output(value: str) -> Path:
    """A path in a folder that exists."""
    if not Path(value).parent.is_dir():  # better known before the work than after it
        raise argparse.ArgumentTypeError(f"{value}: the folder {Path(value).parent} does not exist; make it first")
    return Path(value)


def positive(value: str) -> int:
    """A whole number above 0."""
    if not value.isdecimal() or int(value) == 0:
        raise argparse.ArgumentTypeError(f"{value} is not a whole number above 0")
    return int(value)


def whole(value: str) -> int:
    """A whole number, 0 or more."""
    if not value.isdecimal():
        raise argparse.ArgumentTypeError(f"{value} is not a whole number, 0 or more")
    return int(value)


def seed(value: str) -> int:
    """A whole number that torch takes as a seed."""
    if not value.isdecimal() or int(value) >= 2**63:
        raise argparse.ArgumentTypeError(f"seed is {value}; expected a whole number from 0 to 2^63 - 1")
    return int(value)


def above_zero(value: str) -> float:
    """A finite number above 0."""
    if not 0 < _number(value) < math.inf:
        raise argparse.ArgumentTypeError(f"{value} is not a number above 0")
    return float(value)


def not_negative(value: str) -> float:
    """A finite number, 0 or more."""
    if not 0 <= _number(value) < math.inf:
        raise argparse.ArgumentTypeError(f"{value} is not a number, 0 or more")
    return float(value)


def share(value: str) -> float:
    """0 … 1."""
    return _within(value, 0, 1, f"{value} is not a share; expected 0 to 1")


def jpeg_quality(value: str) -> int:
    """1 … 100."""
    if positive(value) > 100:
        raise argparse.ArgumentTypeError(f"{value} is not a quality of JPEG; expected 1 to 100")
    return int(value)


def quality(value: str) -> float:
    """0 … 100."""
    return _within(value, 0, 100, f"quality is {value}; expected 0 (smallest file) to 100")


def spread(value: str) -> float:
    """0 … 50."""
    low, high = SPREADS
    return _within(value, low, high, f"spread is {value}; expected {low} (all alike) to {high} steps of quality")


def spreads(value: str) -> list[float]:
    """Spreads, separated by commas."""
    return [spread(one) for one in value.split(",")]


def tau(value: str) -> float:
    """0 … 10."""
    return _within(value, 0, 10, f"tau is {value}; expected 0 (most likely z) to 10, 1 draws from p(z|y)")


def _within(value: str, low: float, high: float, otherwise: str) -> float:
    """A number from low to high; what to say if it is none."""
    if not low <= _number(value) <= high:
        raise argparse.ArgumentTypeError(otherwise)
    return float(value)


def _number(value: str) -> float:
    """The value; nan, which lies in no range, if it is no number."""
    try:
        return float(value)
    except ValueError:
        return math.nan


def codecs(value: str) -> list[str]:
    """Names from CODECS, separated by commas."""
    if unknown := set(value.split(",")) - set(CODECS):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}; choose from {','.join(CODECS)}")
    return value.split(",")


def add_pictures(parser: argparse.ArgumentParser) -> None:
    """Where pictures come from: --data, --skip-unreadable."""
    parser.add_argument("--data", required=True, type=Path, help="any folder tree of pictures")
    parser.add_argument("--skip-unreadable", action="store_true", help="leave out pictures that cannot be read")


def add_noise(parser: argparse.ArgumentParser) -> None:
    """How z is drawn: --tau, --seed."""
    parser.add_argument("--tau", type=tau, default=0.0, help="temperature of z: 0 most likely, 1 a fair draw")
    parser.add_argument("--seed", type=seed, default=0, help="which draw")


def add_refine(parser: argparse.ArgumentParser) -> None:
    """How the LR is refined: --refine."""
    said = "gradient steps that refine the LR for its network, each as dear as three upscalings; 20 are enough"
    parser.add_argument("--refine", type=whole, default=0, metavar="N", help=said)


def keep_sources(args: argparse.Namespace) -> None:
    """Refuse to write over what is read: the picture, the weights, a picture of the data.

    Raises:
        IRNError: a file to write is one of those to read, by whatever name.
    """
    sources = [Path(path) for name in ("input", "model", "importance") if (path := getattr(args, name, None))]
    for name in ("output", "json"):
        target = getattr(args, name, None)
        if not isinstance(target, Path) or not target.is_file():  # what is not there yet cannot be lost
            continue
        if any(source.is_file() and source.samefile(target) for source in sources) or _is_data(target, args):
            raise IRNError(f"{target} would be written over, and it is read here; give another name for the result")


def _is_data(target: Path, args: argparse.Namespace) -> bool:
    """Whether an existing file that is not JSON lies in the folder of pictures."""
    data = getattr(args, "data", None)
    return bool(data) and target.suffix.lower() != ".json" and target.resolve().is_relative_to(Path(data).resolve())
