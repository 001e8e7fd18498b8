"""How far floats differ between processors: `python -m tests.tools.processors`, half an hour.

Streams are made here, and replayed in processes that pretend to be other processors: oneDNN and torch restricted to
older instructions, torch's own convolution code, other numbers of threads. A replay takes the symbols of the stream
as they were coded, so that log s is compared at every coefficient; decoding must give the picture as well.
"""

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from skimage import data

from irn_core.coding import entropy
from irn_core.coding import symbols as symbols_module
from irn_core.coding.codec import load_codec
from irn_core.coding.importance import as_quality
from irn_core.errors import StreamError
from irn_core.pictures.files import read_picture

ROOT = Path(__file__).resolve().parents[2]
MACHINES = {
    "AVX2": {},
    "AVX": {"ONEDNN_MAX_CPU_ISA": "AVX"},
    "SSE4.1": {"ONEDNN_MAX_CPU_ISA": "SSE41"},
    "SSE4.1, all of torch": {"ONEDNN_MAX_CPU_ISA": "SSE41", "ATEN_CPU_CAPABILITY": "default"},
    "without oneDNN": {"WITHOUT_ONEDNN": "1"},
    "two threads": {"OMP_NUM_THREADS": "2"},
}
"""What each sets in its environment; the first makes the streams."""
PHOTOGRAPHS = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "retina.jpg", "motorcycle_left.png")
GRAPHICS = ("text.png", "page.png", "chessboard_RGB.png", "color.png", "logo.png", "horse.png", "phantom.png")
BASIC = np.array([[r, g, b] for r in (0, 255) for g in (0, 255) for b in (0, 255)], np.uint8)
"""The corners of the colour cube, where networks that have seen photographs are least at home."""


class Case(NamedTuple):
    """A stream: the network and quality, the crop H×W×3 uint8 it was made of, and its importance map."""

    model: str
    quality: float
    pixels: np.ndarray
    drops: np.ndarray | None


class Replay(NamedTuple):
    """What a machine finds: log s of each stream, and pixels that differ by a grey level (None: not decoded)."""

    log_s: list[np.ndarray]
    differing: list[int | None]


def drawn(side: int, seed: int) -> Iterator[np.ndarray]:
    """Stripes, checks, zone plates, ramps, flat colours, text and noise in strong colours, side×side×3 uint8."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side]
    one, other = BASIC[rng.permutation(8)[:2]]
    for period in rng.choice([1, 2, 3, 4, 8], 2, replace=False):
        yield np.where((x // period % 2 == 0)[..., None], one, other)
        yield np.where(((x // period + y // period) % 2 == 0)[..., None], one, other)
    yield np.where((np.cos(np.pi * (x**2 + y**2) / side) > 0)[..., None], one, other)
    yield (one + (other.astype(float) - one) * (x + y)[..., None] / (2 * side)).astype(np.uint8)
    yield np.broadcast_to(one, (side, side, 3)).copy()
    yield np.broadcast_to(rng.integers(0, 256, 3, dtype=np.uint8), (side, side, 3)).copy()
    yield BASIC[rng.integers(0, 8, (side // 8, side // 8))].repeat(8, 0).repeat(8, 1)
    yield BASIC[rng.integers(0, 8, (side, side))]
    page = Image.fromarray(np.broadcast_to(one, (side, side, 3)).copy())
    for line in range(0, side, 12):
        ImageDraw.Draw(page).text(
            (2, line), "What is lost? 0123456789", tuple(other.tolist()), ImageFont.load_default(10)
        )
    yield np.asarray(page)


def crops(names: tuple[str, ...], side: int, each: int, seed: int) -> Iterator[np.ndarray]:
    """Random crops of pictures that come with scikit-image."""
    rng = np.random.default_rng(seed)
    for name in names:
        pixels = read_picture(f"{data.__path__[0]}/{name}").pixels
        for _ in range(each):
            top, left = (int(rng.integers(max(1, length - side))) for length in pixels.shape[:2])
            yield pixels[top : top + side, left : left + side]


def cases(side: int, repeats: int, seed: int = 0) -> list[Case]:
    """Drawn pictures, graphics and photographs, each at a random quality, by the shipped networks in turn.

    Every third has a random map, where it is large enough for one.
    """
    rng, maps = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    pictures = [p for i in range(repeats) for p in drawn(side, seed + i)]
    pictures += [*crops(GRAPHICS, side, repeats, seed), *crops(PHOTOGRAPHS, side, repeats, seed)]
    grids = [[-(-length // 64) for length in picture.shape[:2]] for picture in pictures]
    drops = [None if i % 3 or max(grid) == 1 else maps.integers(0, 20, grid) for i, grid in enumerate(grids)]
    nets = [("icn", "icn-haar", "icn-eyes")[i // 3 % 3] for i in range(len(pictures))]  # each of them gets maps
    return [Case(net, rng.uniform(0, 100), p, d) for net, p, d in zip(nets, pictures, drops, strict=True)]


def replay(case: Case, symbols: list[np.ndarray]) -> np.ndarray:
    """log s of all coefficients of a stream, as this machine computes them."""
    icn, found, remaining = load_codec(case.model).icn, [], iter(symbols)

    def code(group):
        found.append(symbols_module._chosen(group.log_scale, group.where))
        return symbols_module._coefficients(group, next(remaining))

    side, quality = 1 << icn.config.levels, round(case.quality * 512) / 512
    shape = (1, 3, *(-(-length // side) for length in case.pixels.shape[:2]))
    with torch.inference_mode():
        icn.code(shape, as_quality(quality, case.drops), code)
    return np.concatenate(found)


def decoded(case: Case, file: bytes, x_hat: np.ndarray) -> int | None:
    try:
        difference = np.abs(load_codec(case.model).decode(file).astype(int) - x_hat)
    except StreamError:
        return None
    return int((difference > 0).sum()) if difference.max() <= 1 else None


def work(folder: Path, name: str) -> None:
    """In a process of its own: replay and decode all streams in a folder."""
    with torch.backends.mkldnn.flags(enabled="WITHOUT_ONEDNN" not in os.environ):
        made = pickle.loads((folder / "streams").read_bytes())
        log_s = [replay(Case(*case), symbols) for *case, _, _, symbols in made]
        result = Replay(log_s, [decoded(Case(*case), file, x_hat) for *case, file, x_hat, _ in made])
    (folder / name).write_bytes(pickle.dumps(tuple(result)))


def replays_of(todo: list[Case], machines: dict[str, dict[str, str]]) -> dict[str, Replay]:
    """Make the streams, and let every machine replay them."""
    torch.set_num_threads(1)
    encoded = [load_codec(case.model).encode_and_decode(case.pixels, case.quality, case.drops) for case in todo]
    made = [(*c, e.data, e.x_hat, [g.symbols for g in e.groups]) for c, e in zip(todo, encoded, strict=True)]
    with tempfile.TemporaryDirectory() as path:
        (Path(path) / "streams").write_bytes(pickle.dumps(made))
        for name, settings in machines.items():
            environment = os.environ | {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"} | settings
            command = [sys.executable, "-m", "tests.tools.processors", path, name]
            subprocess.run(command, env=environment, cwd=ROOT, check=True)
        return {name: Replay(*pickle.loads((Path(path) / name).read_bytes())) for name in machines}


def largest_difference(replays: dict[str, Replay]) -> np.ndarray:
    """Returns how far log s of each stream differs between any two machines."""
    streams = zip(*(r.log_s for r in replays.values()), strict=True)
    return np.array([np.ptp(np.stack(log_s), axis=0).max() for log_s in streams])


def main() -> None:
    todo = cases(side=128, repeats=12) + cases(side=320, repeats=1, seed=50)
    replays = replays_of(todo, MACHINES)
    spread, reference = largest_difference(replays), next(iter(replays.values()))
    print(f"{len(todo)} streams, {sum(map(len, reference.log_s)):,} coefficients, tolerance {entropy.TOLERANCE:.2e}")
    for name, found in replays.items():
        off = max(np.abs(a - b).max() for a, b in zip(found.log_s, reference.log_s, strict=True))
        pixels = [n for n in found.differing if n is not None]
        failed = found.differing.count(None)
        print(f"{name:<22} log s off by up to {off:.2e}, {failed} not decoded, {sum(pixels)} samples off by a level")
    print(
        f"any two of them: up to {spread.max():.2e}; the tolerance is {entropy.TOLERANCE / spread.max():.1f} times that"
    )
    for place in np.argsort(spread)[::-1][:8]:
        print(f"  stream {place}: {todo[place].model} at {todo[place].quality:.1f}, {spread[place]:.2e}")


if __name__ == "__main__":
    work(Path(sys.argv[1]), sys.argv[2]) if len(sys.argv) > 1 else main()
