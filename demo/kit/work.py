"""One thread computes for all visitors, a step at a time: first steps go before later ones, and before what can wait.

So a visitor sees something after one step of everybody before him, not after all of them. And what a library keeps
for each thread, such as the working memory and the threads of convolutions, is kept once.
"""

import ctypes
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from enum import IntEnum
from functools import partial, wraps
from itertools import count
from queue import Empty, PriorityQueue
from typing import ParamSpec, TypeVar

import gradio as gr
import torch

from demo.kit.words import say

P, R, Step = ParamSpec("P"), TypeVar("R"), TypeVar("Step")


class Turn(IntEnum):
    """When a job is done: all of the first kind before any of the others."""

    FIRST, LATER, IDLE = range(3)


_jobs: PriorityQueue[tuple[Turn, int, Callable[[], None]]] = PriorityQueue()
_number = count()
_is_idle = ContextVar("is_idle", default=False)
"""Whether what runs is an idle job's."""
_END = object()
_thread = ThreadPoolExecutor(1, "compute")
WAIT_S = 600
"""Nobody waits longer for a step: ten minutes are beyond the longest, a ZIP of one's own pictures on a busy server."""
TRIM_EVERY_S = 2
_given_back = 0.0
_trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
"""Gives freed memory back to the system. By itself glibc keeps what lies below something small that lives: up to 1.4 GB
over a long visit."""


def ahead(job: Callable[[], object]) -> None:
    """Compute something before anybody asks for it. If it fails, whoever asks will see why."""
    _hand_in(job, Turn.FIRST)


def idle(job: Callable[[], object]) -> None:
    """Compute something while nobody asks for anything; see `give_way`."""
    _hand_in(partial(_idly, job), Turn.IDLE)


def give_way() -> None:
    """Within an idle job, do what others ask for first. Elsewhere nothing."""
    while _is_idle.get() and (urgent := _pop(Turn.LATER)) is not None:
        with torch.inference_mode(False), torch.enable_grad():  # the idle job may have gone without
            urgent()


def one_turn(function: Callable[P, R]) -> Callable[P, R]:
    """The function, computed when it is its turn, after all first steps of others."""

    @wraps(function)
    def waits(*args: P.args, **kwargs: P.kwargs) -> R:
        return _in_turn(partial(function, *args, **kwargs), Turn.LATER)

    return waits


def a_turn_each(generator: Callable[P, Iterator[Step]]) -> Callable[P, Iterator[Step]]:
    """The generator, each step of which waits for its turn, so that others come between."""

    @wraps(generator)
    def waits(*args: P.args, **kwargs: P.kwargs) -> Iterator[Step]:
        steps, turn = generator(*args, **kwargs), Turn.FIRST
        while (step := _in_turn(partial(next, steps, _END), turn)) is not _END:
            yield step
            turn = Turn.LATER

    return waits


def _in_turn(job: Callable[[], R], turn: Turn) -> R:
    """What the job gives; or, if that takes too long, a message, and it is not begun any more."""
    done = _hand_in(job, turn)
    try:
        return done.result(WAIT_S)
    except TimeoutError:
        if done.done():  # the job's own error is of this kind
            raise
        done.cancel()
        message = say("kit.overdue", minutes=WAIT_S // 60)
        raise gr.Error(message, title=say("kit.refused"), print_exception=False) from None


def _hand_in(job: Callable[[], R], turn: Turn) -> Future[R]:
    done: Future[R] = Future()
    _jobs.put((turn, next(_number), partial(_do, partial(copy_context().run, job), done)))
    _thread.submit(_do_next)
    return done


def _do_next() -> None:
    """What is most urgent by now. What was handed in with this turn may have been done within an idle job."""
    if (job := _pop(Turn.IDLE)) is not None:
        job()


def _pop(least: Turn) -> Callable[[], None] | None:
    """The next job, if there is one that is as urgent as this."""
    try:
        turn, number, job = _jobs.get_nowait()
    except Empty:
        return None
    if turn <= least:
        return job
    _jobs.put((turn, number, job))
    return None


def _idly(job: Callable[[], object]) -> None:
    _is_idle.set(True)  # in the context of this job alone: what it gives way to has its own
    job()


def _do(job: Callable[[], R], done: Future[R]) -> None:
    if not done.set_running_or_notify_cancel():  # whoever asked has given up
        return
    try:
        done.set_result(job())
    except BaseException as error:
        done.set_exception(error)
    _give_back()


def _give_back() -> None:
    """Freed memory to the system, when nobody waits, and now and then when always somebody does."""
    global _given_back
    if _trim and (_jobs.empty() or time.monotonic() - _given_back > TRIM_EVERY_S):
        _trim(0)
        _given_back = time.monotonic()
