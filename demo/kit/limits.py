"""What a component may send: the browser puts its value within limits, for a box may be empty while it is edited."""

import json
from collections.abc import Sequence
from typing import NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from gradio.components import Component

C = TypeVar("C", bound=Component)


class Limits(NamedTuple):
    """What a number box may hold, and what an empty one stands for."""

    low: float
    high: float
    first: float
    whole: bool = False


_known: WeakKeyDictionary[Component, Limits | str] = WeakKeyDictionary()


def limit(component: C, limits: Limits | str) -> C:
    """The component, whose value is cleaned from now on wherever `clean` is asked for it.

    In place of limits may stand JavaScript, a function of all inputs that says what the value is.
    """
    _known[component] = limits
    return component


def limits_of(component: Component) -> Limits | str | None:
    """What was said of it, if anything."""
    return _known.get(component)


def clean(components: Sequence[Component]) -> str:
    """JavaScript, a function of the values of these components: the values, each within its limits."""
    limits = map(limits_of, components)
    steps = [f"values => ({known})(...values)" if isinstance(known, str) else json.dumps(known) for known in limits]
    return f"""(...values) => [{", ".join(steps)}].reduce((cleaned, limit, i) => {{
      if (!limit) return cleaned;
      if (typeof limit === "function") return cleaned.with(i, limit(cleaned));
      const [low, high, first, whole] = limit;
      const value = Math.min(Math.max(cleaned[i] ?? first, low), high);
      return cleaned.with(i, whole ? Math.round(value) : value);
    }}, values)"""
