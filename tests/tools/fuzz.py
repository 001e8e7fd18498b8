"""Damaged files by the thousand: each is refused in plain words or read rightly. `python -m tests.tools.fuzz`

icn     changed .icn files: refused, or exactly the original picture
forged  the same with a checksum made to fit: anything but a crash, a hang or gigabytes
picture changed pictures of every format that Pillow writes: refused, or H×W×3 uint8, and whether they can be cleaned
clip    changed animations, and videos where PyAV is installed: refused, or frames H×W×3 uint8 of one size
lr      changed LR files, and sound ones with other pixels: none that was changed says that it is unchanged

Files are read in a process of their own, so that a crash, a hang and its memory are seen. What fails is kept.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
import warnings
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np

from irn_core.coding.cleaning import kind_of, quality_of
from irn_core.coding.codec import codec_for, load_codec
from irn_core.coding.icn_file import CHECKSUM, HEADER, HEADER_BYTES, read_header
from irn_core.errors import ImageError, IRNError
from irn_core.pictures.clips import is_clip, read_clip
from irn_core.pictures.files import read_picture
from irn_core.pictures.lr_file import encode_lr, read_lr
from tests.tools.damage import clip_files, damaged, picture_files, repainted, smooth_picture
from tests.tools.reader import Reader

MAX_PIXELS = 1 << 18
"""A forged header may promise any size, and a flat picture takes hardly any bytes; like every server, set a limit."""
FOREMOST = 10
"""Bytes of magic, version and fingerprint."""


class Breach(Exception):
    """A file was read that should not have been, or read wrongly."""


def demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Breach(otherwise)


def icn_files() -> list[bytes]:
    codec, rng = load_codec("icn"), np.random.default_rng(0)
    pictures = [smooth_picture(rng, *shape) for shape in ((16, 16), (17, 30), (1, 9), (40, 8), (33, 47))]
    plain = [codec.encode(pixels, quality) for pixels in pictures for quality in (0, 50, 95)]
    wide = smooth_picture(rng, 70, 150)  # so wide that a map has cells
    return plain + [codec.encode(wide, quality, rng.integers(0, most, (2, 3))) for quality, most in ((50, 4), (95, 40))]


def decoded(data: bytes, tau: float = 0.0) -> np.ndarray:
    return codec_for(data, MAX_PIXELS).decode(data, tau, max_pixels=MAX_PIXELS)


@cache
def icn_picture(data: bytes) -> np.ndarray:
    """What an undamaged file holds."""
    return decoded(data)


def judge_icn(original: bytes, path: Path) -> str:
    found = decoded(path.read_bytes())
    demand(np.array_equal(found, icn_picture(original)), "a damaged .icn file was read as another picture")
    return "read, exactly the original"


def forge(data: bytes, rng: np.random.Generator, others: list[bytes]) -> bytes:
    """Damage under a checksum that fits; magic, version and fingerprint mostly stay, so that more is reached."""
    changed = damaged(data, rng, others)
    if rng.random() < 0.9:
        changed = data[:FOREMOST] + changed[FOREMOST:]
    changed = changed.ljust(HEADER_BYTES, b"\0")
    head, stream = changed[: HEADER.size], changed[HEADER_BYTES:]
    return head + CHECKSUM.pack(zlib.crc32(head + stream)) + stream


def judge_forged(_: bytes, path: Path) -> str:
    data = path.read_bytes()
    found, header = decoded(data, tau=len(data) % 2), read_header(data)
    demand(found.shape == (header.height, header.width, 3) and found.dtype == np.uint8, f"read as {found.shape}")
    return "read"


def judge_picture(_: bytes, path: Path) -> str:
    data = path.read_bytes()
    with suppress(ImageError):
        kind_of(data)
    pixels = read_picture(data, MAX_PIXELS).pixels
    sound = pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.size > 0
    demand(sound, f"read as {pixels.shape} {pixels.dtype}")
    with suppress(ImageError):
        if (kind := kind_of(data)) == "jpeg":
            demand(0 < quality_of(data, pixels) <= 100, "no quality of JPEG")
        return f"read, can be cleaned of {kind}"
    return "read"


def judge_clip(_: bytes, path: Path) -> str:
    is_clip(path)  # it says no of what it cannot read
    frames = read_clip(path).frames
    sound = all(pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape == frames[0].shape for pixels in frames)
    demand(sound and frames[0].shape[2] == 3, f"read as {[pixels.shape for pixels in frames]}")
    return "read"


def lr_files() -> list[bytes]:
    shapes = ((2, "irn-x2", (80, 15)), (4, "irn-x4", (157, 32)), (8, "irn-x8", (320, 64)))
    return [encode_lr(smooth_picture(np.random.default_rng(s), *[-(-side // s) for side in size]), s, model, size)
            for s, model, size in shapes]  # fmt: skip


@cache
def lr_file(data: bytes):
    """What an undamaged LR file says."""
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        Path(file.name).write_bytes(data)
        return read_lr(file.name)


def judge_lr(original: bytes, path: Path) -> str:
    lr, true = read_lr(path), lr_file(original)
    if lr.scale is None:
        return "read, foreign"
    demand(tuple(-(-side // lr.scale) for side in lr.size) == lr.pixels.shape[:2], "an LR of another size than its tag")
    changed = getattr(lr, "changed", None)
    if changed is None:
        return "read, without a checksum"
    same = np.array_equal(lr.pixels, true.pixels) and (lr.scale, lr.model, lr.size) == (
        true.scale,
        true.model,
        true.size,
    )
    demand(changed or same, "a changed LR says that it is unchanged")
    return "read, says that it was changed" if changed else "read, and it is the original"


def repaint_or_damage(data: bytes, rng: np.random.Generator, others: list[bytes]) -> bytes:
    return repainted(data, rng) if rng.random() < 0.5 else damaged(data, rng, others)


Change = Callable[[bytes, np.random.Generator, list[bytes]], bytes]
TARGETS: dict[str, tuple[Callable[[], list[bytes]], Change, Callable[[bytes, Path], str]]] = {
    "icn": (icn_files, damaged, judge_icn),
    "forged": (icn_files, forge, judge_forged),
    "picture": (lambda: picture_files(np.random.default_rng(0)), damaged, judge_picture),
    "clip": (lambda: clip_files(np.random.default_rng(0)), damaged, judge_clip),
    "lr": (lr_files, repaint_or_damage, judge_lr),
}
"""What each reads: whole files, how they are changed, and what may come of it."""


def serve(pipe, target: str, seed: int, path: Path) -> None:
    """In a process of its own: make and read the file of each round that comes through the pipe."""
    import torch

    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    files, change, judge = TARGETS[target]
    originals = files()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # decoders in C say what they think of the file
    pipe.send("ready")
    while (number := pipe.recv()) is not None:
        rng = np.random.default_rng([seed, number])
        original = originals[rng.integers(len(originals))]
        path.write_bytes(change(original, rng, originals))
        try:
            pipe.send((True, judge(original, path)))
        except IRNError as error:
            pipe.send((True, f"refused, {type(error).__name__}"))
        except Exception as error:
            pipe.send((False, f"{type(error).__name__}: {error}"))


def fuzz(target: str, rounds: range, seed: int, kept: Path) -> int:
    """Print the outcomes of a target by how often they came, and how to repeat what failed; returns the failures."""
    counts, failures, began = Counter(), 0, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case"
        reader = Reader(serve, target, seed, path)
        for number in rounds:
            fine, outcome = reader.read(number)
            counts[outcome if fine else "FAILED"] += 1
            if not fine:
                failures += 1
                kept.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, kept / f"{target}-{seed}-{number}")
                again = f"python -m tests.tools.fuzz --only {target} --seed {seed} --first {number} --rounds 1"
                print(f"FAILED {outcome}\n  {again}\n  {kept / f'{target}-{seed}-{number}'}")
        reader.close()
    print(f"{target}, {len(rounds)} rounds, {time.monotonic() - began:.0f} s")
    for outcome, count in counts.most_common():
        print(f"  {count:6} {outcome}")
    return failures


def main() -> None:
    """Exit with 1 if any file was not refused in plain words, nor read rightly."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.tools.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=10000, help="files of each kind")
    parser.add_argument("--first", type=int, default=0, help="number of the first round")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=TARGETS, help="one kind instead of all")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"), help="folder for files that failed")
    args = parser.parse_args()
    rounds = range(args.first, args.first + args.rounds)
    targets = [args.only] if args.only else list(TARGETS)
    sys.exit(sum(fuzz(target, rounds, args.seed, args.keep) for target in targets) > 0)


if __name__ == "__main__":
    main()
