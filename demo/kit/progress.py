"""How far work is, as work.js takes it: the browser makes of it a bar and the time that is left."""

import json
import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from itertools import count

_serial = count()
_paces: dict[Hashable, float] = {}
"""Seconds per unit of a kind of work, as last measured on this machine."""


def share(done: int, total: int) -> str:
    """So many of all steps are done."""
    return _told(done=done, total=total)


def expected(*work: tuple[Hashable, float]) -> str:
    """How long work will take that tells nothing on its way: (kind, units) each.

    Empty if one of them was never measured, or if there is none.
    """
    if not work or any(kind not in _paces for kind, _ in work):
        return ""
    return _told(expected=sum(_paces[kind] * units for kind, units in work))


@contextmanager
def measured(kind: Hashable, units: float, least_s: float = 0.0) -> Iterator[None]:
    """Measure work of a kind, for what is expected of the next, unless it was so short that much of it was known."""
    began = time.perf_counter()
    yield
    took = time.perf_counter() - began
    if took >= least_s:
        _paces[kind] = took / units


def _told(**values: float) -> str:
    return json.dumps(values | {"serial": next(_serial)})  # the same words again are news, too
