"""A file that one processor writes is decoded by another, with margin: see `tests/tools/processors.py` for more."""

import pytest

from irn_core.coding.entropy import TOLERANCE
from tests.tools.processors import MACHINES, cases, largest_difference, replays_of


@pytest.fixture(scope="module")
def replays():
    """Has processors with other instructions replay streams of the shipped networks."""
    machines = {name: MACHINES[name] for name in ("AVX2", "AVX", "SSE4.1, all of torch")}
    mapped = [case for case in cases(side=128, repeats=1) if case.drops is not None]
    return replays_of([*cases(side=64, repeats=1), *mapped], machines)


def test_intact_files_are_decoded_by_other_processors(replays):
    for name, replay in replays.items():
        assert None not in replay.differing, f"{name} does not decode stream {replay.differing.index(None)}"
        assert sum(replay.differing) < 1e-4 * sum(map(len, replay.log_s))  # floats between two grey levels


def test_the_tolerance_is_four_times_the_largest_difference(replays):
    largest = largest_difference(replays).max()
    assert largest > 0  # else the processors were all the same, and the test above says nothing
    assert 4 * largest < TOLERANCE
