"""One thread computes for all visitors, a step at a time: first steps of requests go before later ones.

So a visitor sees something after one step of everybody before him, not after all of them. And what a library keeps
for each thread, such as the working memory and the threads of convolutions, is kept once.
"""

import ctypes
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial, wraps
from itertools import count
from queue import PriorityQueue
from typing import ParamSpec, TypeVar

P, R, Step = ParamSpec("P"), TypeVar("R"), TypeVar("Step")

_jobs: PriorityQueue[tuple[bool, int, Callable[[], None]]] = PriorityQueue()
_number = count()
_END = object()
_thread = ThreadPoolExecutor(1, "compute")
_trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
"""Gives freed memory back to the system. By itself glibc keeps what lies below something small that lives: up to 1.4 GB
over a long visit."""


def ahead(job: Callable[[], object]) -> None:
    """Compute something before anybody asks for it. If it fails, whoever asks will see why."""
    _hand_in(job, later=False)


def one_turn(function: Callable[P, R]) -> Callable[P, R]:
    """The function, computed when it is its turn, after all first steps of others."""

    @wraps(function)
    def waits(*args: P.args, **kwargs: P.kwargs) -> R:
        return _in_turn(partial(function, *args, **kwargs), later=True)

    return waits


def a_turn_each(generator: Callable[P, Iterator[Step]]) -> Callable[P, Iterator[Step]]:
    """The generator, each step of which waits for its turn, so that others come between."""

    @wraps(generator)
    def waits(*args: P.args, **kwargs: P.kwargs) -> Iterator[Step]:
        steps, later = generator(*args, **kwargs), False
        while (step := _in_turn(partial(next, steps, _END), later)) is not _END:
            yield step
            later = True

    return waits


def _in_turn(job: Callable[[], R], later: bool) -> R:
    return _hand_in(partial(copy_context().run, job), later).result()


def _hand_in(job: Callable[[], R], later: bool) -> Future[R]:
    done: Future[R] = Future()
    _jobs.put((later, next(_number), partial(_do, job, done)))
    _thread.submit(lambda: _jobs.get()[-1]())  # what is most urgent by then, not what was handed in here
    return done


def _do(job: Callable[[], R], done: Future[R]) -> None:
    try:
        done.set_result(job())
    except BaseException as error:
        done.set_exception(error)
    if _trim and _jobs.empty():
        _trim(0)
