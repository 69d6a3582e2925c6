"""Zab within bounds: exhausted, by both explorers alike, and at random beyond."""

from typing import Any

import pytest

from paxiom.impl.zab import Zab
from paxiom.model_check import reference
from paxiom.model_check.engine import explore
from paxiom.model_check.model import Faults, Model, ModelError
from paxiom.model_check.models.zab import zab
from paxiom.model_check.schedule import Move
from paxiom.model_check.stateful import Violated, run
from paxiom.model_check.zoo.zab import AppliesItsTail
from support.agreement import both_hold, essence, exhausted, holds

FAULTS = [Faults(), Faults(crashes=1), Faults(stops=1), Faults(amnesias=1)]


@pytest.mark.parametrize("faults", FAULTS, ids=str)
@pytest.mark.parametrize("nodes", [2, pytest.param(3, marks=pytest.mark.slow)])
def test_engine_and_oracle_agree(nodes: int, faults: Faults) -> None:
    """One who may lead, told so once after each start; every fault, also within a step."""
    model = zab(nodes=nodes, leaders=1, elections=1, faults=faults)
    oracle = reference.explore(model, max_states=50_000)

    assert exhausted(oracle)
    assert essence(explore(model, symmetry=False)) == essence(oracle)


@pytest.mark.parametrize(
    "bounds",
    [
        {"nodes": 2, "epochs": 1, "asks": 2, "value_count": 2},
        {"leaders": 2, "elections": 1},
        pytest.param({"leaders": 1, "elections": 2}, marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_engine_and_oracle_agree_on_more(bounds: dict[str, Any]) -> None:
    """Two who may lead; two epochs."""
    both_hold(zab(**bounds))


def test_two_epochs() -> None:
    """The default bounds: two who may lead, each node told of one twice."""
    assert holds(zab()) == 391_691


@pytest.mark.slow
def test_two_epochs_where_all_may_lead() -> None:
    assert holds(zab(leaders=3)) == 436_167


def test_two_epochs_under_one_leader() -> None:
    assert holds(zab(leaders=1, asks=2)) == 380_233


@pytest.mark.parametrize(
    "faults", [Faults(crashes=1), Faults(stops=1), Faults(amnesias=1)], ids=str
)
def test_two_epochs_with_a_fault(faults: Faults) -> None:
    """At any time, within a step too."""
    holds(zab(leaders=1, faults=faults))


# --- at random, beyond bounds ---------------------------------------------------------------------


def stormy(nodes: int, protocol: type[Zab] = Zab) -> Model:
    """All may lead; crashes within steps, two values."""
    crash = Faults(crashes=1)
    return zab(protocol=protocol, nodes=nodes, leaders=nodes, asks=2, value_count=2, faults=crash)


@pytest.mark.parametrize(
    ("nodes", "lead", "commit", "carry"),
    [(3, 0.4, 0.4, 0.3), pytest.param(5, 0.1, 0.1, 0, marks=pytest.mark.slow)],
)
def test_random_runs_hold_and_come_far(
    nodes: int, lead: float, commit: float, carry: float
) -> None:
    """Drawn alike. Of 100 runs so many lead, commit, begin an epoch with a history.

    With 4 seeds: 73-94, 70-82, 63-72 of three nodes; 25-51, 17-48, 0-5 of five.
    """
    tally = run(stormy(nodes), runs=60, steps=100, seed=1, targeted=False)

    assert tally.share("some leader") > lead
    assert tally.share("some commit") > commit
    assert tally.share("history carried over") >= carry
    assert tally.moves[Move.CRASH]
    assert tally.moves[Move.RECOVER]


def test_a_node_that_applies_its_tail_is_found() -> None:
    """Z02 of the zoo: with 4 seeds after 3 to 7 runs."""
    with pytest.raises(Violated) as caught:
        run(stormy(3, AppliesItsTail), runs=30, seed=1, targeted=False, shrink=False)

    assert caught.value.violation.name in {"durability", "state machine safety"}


# --- options --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "complaint"),
    [
        ({"epochs": 0}, "zab: epochs must be 1 to 1,000,000, not 0"),
        ({"elections": 0}, "zab: elections must be 1 to 1,000,000, not 0"),
        ({"leaders": 4}, "zab: leaders must be 1 to 3, not 4"),
    ],
)
def test_bounds_that_mean_nothing_are_refused(bounds: dict[str, int], complaint: str) -> None:
    with pytest.raises(ModelError, match=complaint):
        zab(**bounds)  # type: ignore[arg-type]
