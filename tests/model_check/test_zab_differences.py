"""Zab that sends differences, within bounds: exhausted, by both explorers alike, and at random."""

from typing import Any

import pytest

from paxiom.model_check.model import Delivery, Faults, Network
from paxiom.model_check.models.zab_differences import zab_differences
from paxiom.model_check.schedule import Move
from paxiom.model_check.stateful import run
from support.agreement import both_hold, holds

FAULTS = [Faults(), Faults(crashes=1), Faults(stops=1), Faults(amnesias=1)]


@pytest.mark.parametrize(
    "bounds",
    [
        *({"nodes": 2, "leaders": 1, "elections": 1, "faults": each} for each in FAULTS),
        {"leaders": 2, "elections": 1},
        {"nodes": 2, "leaders": 1},
    ],
    ids=str,
)
def test_engine_and_oracle_agree(bounds: dict[str, Any]) -> None:
    """One who may lead, or two; every fault, also within a step."""
    both_hold(zab_differences(**bounds), max_states=50_000)


@pytest.mark.parametrize(
    ("bounds", "states"),
    [({}, 418_103), ({"leaders": 1}, 71_317), ({"leaders": 1, "asks": 2}, 540_291)],
    ids=str,
)
def test_nothing_is_lost(bounds: dict[str, Any], states: int) -> None:
    """The default bounds first: two who may lead, two epochs."""
    assert holds(zab_differences(**bounds)) == states


@pytest.mark.slow
def test_nothing_is_lost_in_four_nodes() -> None:
    assert holds(zab_differences(nodes=4, leaders=1, epochs=1)) == 1_138_222


@pytest.mark.slow
@pytest.mark.parametrize("faults", FAULTS[1:], ids=str)
def test_nothing_is_lost_in_a_fault(faults: Faults) -> None:
    """At any time, within a step too."""
    network = Network(delivery=Delivery.FIFO, capacity=2)
    holds(zab_differences(faults=faults, network=network))


def test_random_runs_hold_and_come_far() -> None:
    """Beyond bounds: all may lead; crashes within steps, two values."""
    stormy = zab_differences(leaders=3, asks=2, value_count=2, faults=Faults(crashes=1))
    tally = run(stormy, runs=20, steps=100, seed=1, targeted=False)

    assert tally.share("some leader") > 0.3
    assert tally.share("some commit") > 0.3
    assert tally.share("history carried over") > 0.2
    assert tally.actions["receive Rejoin"]
    assert tally.moves[Move.CRASH]
    assert tally.moves[Move.RECOVER]
