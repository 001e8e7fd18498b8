"""Sizes as bits per pixel, and the setting of a codec that meets a target: few trials where sizes grow smoothly."""

import math
from collections.abc import Callable
from typing import TypeVar

from irn_core.errors import IRNError

Result = TypeVar("Result")


def bits_per_pixel(size: int, shape: tuple[int, ...]) -> float:
    """The rate of a file of `size` bytes for a picture H×W…"""
    return 8 * size / (shape[0] * shape[1])


def byte_budget(bpp: float, shape: tuple[int, ...]) -> int:
    """The largest file, in bytes, of a picture H×W… that takes no more than `bpp` bits per pixel."""
    return int(bpp * shape[0] * shape[1] / 8)


def largest_within(
    target: float,
    low: int,
    high: int,
    run: Callable[[int], Result],
    measure: Callable[[Result], float],
    slack: float,
    unit: str = "bytes",
) -> Result:
    """The result of the largest setting in low … high whose measure does not exceed target.

    The measure grows with the setting. Stops early once it lies within `slack` (a share) below the
    target. Trials are placed by interpolating log measure, and by halving when that fails to help.

    Raises:
        IRNError: even the lowest setting exceeds the target.
    """
    best = run(low)
    below = measure(best)
    if below > target:
        raise IRNError(f"the smallest possible is {below:,.6g} {unit}, more than the {target:,.6g} asked for")
    top = run(high)
    above = measure(top)
    if above <= target:
        return top
    trial = 0
    while high - low > 1 and below < target * (1 - slack):
        share = math.log(target * (1 - slack / 2) / below) / math.log(above / below) if trial % 3 < 2 else 0.5
        middle = min(max(low + round((high - low) * share), low + 1), high - 1)
        result = run(middle)
        size = measure(result)
        if size <= target:
            low, below, best = middle, size, result
        else:
            high, above = middle, size
        trial += 1
    return best
