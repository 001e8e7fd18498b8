"""A process that reads damaged files, so that a crash, a hang and its memory are seen from outside."""

import multiprocessing
import time
from collections.abc import Callable

from tests.tools.memory import memory_mb

PATIENCE_S, MEMORY_MB = 30, 1024


class Reader:
    """Runs `serve(pipe, *args)` in a process of its own; where that dies, the next file gets a new one.

    It says "ready", and then for each number what came of that round: whether all is well, and in words.
    """

    def __init__(self, serve: Callable, *args: object):
        self.serve, self.args, self.process = serve, args, None

    def read(self, number: int) -> tuple[bool, str]:
        """Whether all is well with the file of this round, and what came of it."""
        if self.process is None:
            self._start()
        self.pipe.send(number)
        until = time.monotonic() + PATIENCE_S
        while not self.pipe.poll(0.2):
            if time.monotonic() > until:
                return self._end(f"hang: no outcome after {PATIENCE_S} s")
        try:
            outcome = self.pipe.recv()
        except EOFError:
            self.process.join()
            return self._end(f"crash: the process ended with {self.process.exitcode}")
        grown = memory_mb(self.process.pid, "VmHWM") - self.at_rest
        return self._end(f"memory: {grown:.0f} MB") if grown > MEMORY_MB else outcome

    def close(self) -> None:
        if self.process is not None:
            self._end("")

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=self.serve, args=(theirs, *self.args), daemon=True)
        self.process.start()
        theirs.close()
        self.pipe.recv()
        self.at_rest = memory_mb(self.process.pid, "VmHWM")

    def _end(self, why: str) -> tuple[bool, str]:
        self.process.kill()
        self.process.join()
        self.process = None
        return False, why
