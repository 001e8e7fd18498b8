"""The one cache of the page: results by function and arguments, bounded in bytes, the least recently used go first."""

import os
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import wraps
from inspect import signature
from threading import RLock
from typing import ParamSpec, TypeVar

import cachetools

from demo.kit.work import give_way

LIMIT_VARIABLE = "EXPLORER_CACHE_MB"
P, R = ParamSpec("P"), TypeVar("R")


def limit() -> int:
    """How many bytes results may take: a gigabyte, or what the environment says."""
    return int(float(os.environ.get(LIMIT_VARIABLE, 1000)) * 1e6)


def size_of(value: object) -> int:
    """About how many bytes a result holds: its arrays, tensors, strings and bytes, through containers and records.

    What is none of these, and grows or hides what it holds, says so itself by an attribute `nbytes`.
    """
    if isinstance(size := getattr(value, "nbytes", None), int):  # arrays, tensors, and what knows its own size
        return size
    if isinstance(value, bytes | str):
        return len(value)
    if isinstance(value, dict):
        return sum(map(size_of, (*value.keys(), *value.values())))
    if isinstance(value, list | tuple | set):
        return 64 + sum(map(size_of, value))
    if is_dataclass(value):
        return 64 + sum(size_of(getattr(value, field.name)) for field in fields(value))
    return 64


RESULTS = cachetools.LRUCache(limit(), size_of)
_lock = RLock()


def cached(compute: Callable[P, R]) -> Callable[P, R]:
    """The function, with its results kept in `RESULTS`. A result that is larger than the cache is not kept.

    A picture counts by its content: what has a `digest` is known by that, and is not held by the cache. A default that
    is left out, behind arguments by place, counts as if it were given. Within an idle job (see `work.py`) visitors come
    before each such piece.
    """
    name = f"{compute.__module__}.{compute.__qualname__}"
    defaults = [parameter.default for parameter in signature(compute).parameters.values()]

    def key(*args: P.args, **kwargs: P.kwargs) -> tuple:
        given = args if kwargs else (*args, *defaults[len(args) :])
        return cachetools.keys.hashkey(name, *map(_known, given), **{part: _known(arg) for part, arg in kwargs.items()})

    @wraps(compute)
    def in_turn(*args: P.args, **kwargs: P.kwargs) -> R:
        give_way()
        return compute(*args, **kwargs)

    return cachetools.cached(RESULTS, key, _lock)(in_turn)


def is_known(compute: Callable[P, R], *args: P.args) -> bool:
    """Whether a `cached` function has this result at hand."""
    return compute.cache_key(*args) in compute.cache


def _known(arg: object) -> object:
    """What stands for an argument in a key."""
    return getattr(arg, "digest", arg)
