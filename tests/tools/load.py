"""Many visitors at once: does everybody get an answer, and his own? `python -m tests.tools.load`

Starts the page, and lets visitors use it over HTTP. Odd ones upload a picture of their own, even
ones choose an example; then each asks for random scales, temperatures, draws and tabs, and now and then changes his
mind after the first value. Each value must name his picture, and show exactly its pixels as the original. Fails on an
error, on a mixed result, and when the memory of the server grows after the first minute.
"""

import argparse
import io
import random
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import numpy as np
from PIL import Image

from demo.examples import NAMES, example
from demo.latency import server
from demo.rescale.mode import NATURAL, SCALES, net_of
from demo.rescale.rescaled import scale_of
from irn_core.pictures.files import encode_png
from tests.tools.memory import bound_cache, is_flat, memory_mb, server_pid, verdict
from tests.tools.visitor import QueueFull, Refused, Visitor, Wires

THINK_S = (1, 5)
IMPATIENT = 0.2
"""The share of requests after whose first value the visitor asks for something else."""
READ_EVERY_S, SETTLED_AFTER_S, SLACK_MB = 15, 60, 150


@dataclass
class Report:
    """What all visitors saw together."""

    first_s: list[float] = field(default_factory=list)
    last_s: list[float] = field(default_factory=list)
    cut_short: int = 0
    compared: int = 0
    full: int = 0
    errors: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)

    @property
    def settled(self) -> list[float]:
        """Memory after the first minute, in which networks are loaded and the cache fills."""
        return [megabytes for seconds, megabytes in self.memory if seconds >= SETTLED_AFTER_S]

    @property
    def passed(self) -> bool:
        return (
            bool(self.last_s and self.compared)
            and not self.errors
            and not self.mixed
            and is_flat(self.settled, SLACK_MB)
        )

    def lines(self) -> Iterator[str]:
        yield f"answers            {len(self.last_s)}, and {self.cut_short} that were cut short by a newer request"
        yield f"errors             {len(self.errors)}"
        yield f"mixed results      {len(self.mixed)}, of {self.compared} originals compared with what was sent"
        yield f"refused            {self.full}, as the queue was full"
        for name, seconds in (("first", self.first_s), ("last", self.last_s)):
            if seconds:
                middle, late = np.percentile(seconds, [50, 95])
                yield f"{f's to {name} value':<18} median {middle:.2f}, 95th percentile {late:.2f}"
        yield "memory, MB         " + ", ".join(f"{megabytes:.0f} at {at:.0f} s" for at, megabytes in self.memory)
        yield verdict("server after the first minute", self.settled, SLACK_MB)
        yield from (f"ERROR {text}" for text in self.errors[:10])
        yield from (f"MIXED {text}" for text in self.mixed[:10])


class Guest:
    """One visitor with a picture, who checks whatever comes."""

    def __init__(self, number: int, visitor: Visitor, report: Report, seed: int):
        self.visitor, self.report, self.random = visitor, report, random.Random(1000 * seed + number)
        self.own, self.checked = number % 2 == 1, set()
        self.name = f"visitor-{number}.png" if self.own else NAMES[number // 2 % len(NAMES)]
        self.pixels = own_picture(number) if self.own else example(self.name)
        self.tabs = visitor.wires.tabs("tabs-open")

    def stay(self, until: float) -> None:
        """Visit until the time has come."""
        try:
            if self.own:
                self.visitor.upload(self.name, encode_png(self.pixels))
            else:
                self.visitor.choose_example(NAMES.index(self.name))
            while time.monotonic() < until:
                self._request()
                time.sleep(self.random.uniform(*THINK_S))
        except (Refused, httpx.HTTPError) as error:
            self.report.errors.append(f"{self.name}: {type(error).__name__} {error}")

    def _request(self) -> None:
        self._wish()
        began, first, impatient, said = time.monotonic(), None, self.random.random() < IMPATIENT, ""
        try:
            for values in self.visitor.ask():
                said = self._check(values) or said
                if first is None:
                    first = time.monotonic() - began
                    if impatient:
                        self.visitor.change_mind()
        except QueueFull:
            self.report.full += 1
            return
        except Refused as error:
            self.report.errors.append(f"{self.name}, {self.visitor.values}: {error}")
            return
        self.report.first_s.append(first)
        if impatient:
            self.report.cut_short += 1
            return
        self.report.last_s.append(time.monotonic() - began)
        if said and f"×{scale_of(self.visitor.values['scale'])}:" not in said:
            self.report.mixed.append(f"{self.name} asked for {self.visitor.values}, and was told {said!r}")

    def _wish(self) -> None:
        """Set the controls anew; where the page's JavaScript hands over strokes, there are none."""
        roll = self.random
        self.visitor.values = {
            "scale": net_of(roll.choice(SCALES), NATURAL), "tau": roll.randrange(31) / 20, "count": roll.randint(1, 6),
            "seed": roll.randrange(5), "tabs-open": roll.choice(self.tabs), "first-seed": "0", "second-seed": "1",
            "region": "", "painter": "",
        }  # fmt: skip

    def _check(self, values: dict[int, object]) -> str:
        """Whether a value is about this visitor's picture; returns its status line, if it has one."""
        ids = self.visitor.wires.ids
        said, viewer = values[ids["status"]], values[ids["viewer"]]
        said = said if isinstance(said, str) else ""
        if said and not said.startswith((f"{self.name}:", f"{self.name},")):
            self.report.mixed.append(f"{self.name} was told {said!r}")
        for image in viewer.get("images", ()) if isinstance(viewer, dict) else ():
            if image["key"] == "original":
                self._check_pixels(image["file"])
        return said

    def _check_pixels(self, file: dict) -> None:
        """Files are named by content: one that was right stays so."""
        self.report.compared += 1
        if file["path"] in self.checked:
            return
        shown = np.asarray(Image.open(io.BytesIO(self.visitor.fetch(file))))
        if np.array_equal(shown, self.pixels):
            self.checked.add(file["path"])
        else:
            self.report.mixed.append(f"{self.name} was shown other pixels, {file['path']}")


def own_picture(number: int) -> np.ndarray:
    """A small picture that no other visitor has, H×W×3 uint8."""
    coarse = np.random.default_rng(number).integers(0, 256, (6, 8, 3), np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((120 + number, 90), Image.Resampling.BICUBIC))


def run(address: str, visitors: int, minutes: float, seed: int) -> Report:
    """Let all visitors in at once, and read the memory of the server meanwhile."""
    report, wires, pid = Report(), Wires(httpx.get(f"{address}/config").json()), server_pid()
    began = time.monotonic()
    until = began + 60 * minutes
    guests = [Guest(number, Visitor(address, wires), report, seed) for number in range(visitors)]
    threads = [threading.Thread(target=guest.stay, args=(until,), daemon=True) for guest in guests]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        report.memory.append((time.monotonic() - began, memory_mb(pid)))
        print(f"{report.memory[-1][0]:4.0f} s  {len(report.last_s)} answers", file=sys.stderr)
        _wait(threads, READ_EVERY_S)
    return report


def _wait(threads: list[threading.Thread], seconds: float) -> None:
    """So long, or until all have ended."""
    until = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0, until - time.monotonic()))


def main() -> None:
    """Exit with 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.load", description=__doc__)
    parser.add_argument("--visitors", type=int, default=20, help="at once; the queue holds 32 that wait")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache-mb", type=int, default=100, help="the server's cache of results (EXPLORER_CACHE_MB)")
    args = parser.parse_args()
    bound_cache(args.cache_mb)
    with server() as (address, _):
        report = run(address, args.visitors, args.minutes, args.seed)
    print(*report.lines(), sep="\n")
    sys.exit(not report.passed)


if __name__ == "__main__":
    main()
