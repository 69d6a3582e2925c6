"""Multi-Paxos within bounds: exhausted, by both explorers alike, and at random beyond."""

import pytest

from paxiom.model_check import reference
from paxiom.model_check.engine import explore
from paxiom.model_check.model import Delivery, Faults, Model, ModelError, Network
from paxiom.model_check.models.multi_paxos import multi_paxos
from paxiom.model_check.schedule import Move
from paxiom.model_check.stateful import run
from support.agreement import both_hold, essence, exhausted, holds

NETWORKS = [
    Network(delivery=delivery, lossy=lossy, capacity=1)
    for delivery in Delivery
    for lossy in (False, True)
]
FAULTS = [Faults(), Faults(crashes=1), Faults(stops=1), Faults(amnesias=1)]


@pytest.mark.parametrize("faults", FAULTS, ids=str)
@pytest.mark.parametrize("network", NETWORKS, ids=str)
def test_engine_and_oracle_agree(network: Network, faults: Faults) -> None:
    """Two nodes, one slot, two ballots where nothing fails: every network, every fault."""
    ballots = 2 if faults == Faults() else 1
    model = multi_paxos(nodes=2, ballots=ballots, slots=1, network=network, faults=faults)
    oracle = reference.explore(model, max_states=50_000)

    assert exhausted(oracle)
    assert essence(explore(model, symmetry=False)) == essence(oracle)


@pytest.mark.parametrize(
    "bounds",
    [
        {"ballots": 1},
        {"nodes": 2},
        {"nodes": 2, "ballots": 1, "asks": 2, "value_count": 2, "learners": 2},
        pytest.param({"ballots": 1, "asks": 2}, marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_engine_and_oracle_agree_on_more(bounds: dict[str, int]) -> None:
    """Three nodes; several slots; two commands; learners."""
    both_hold(multi_paxos(**bounds))  # type: ignore[arg-type]


def test_two_leaders_two_slots() -> None:
    """Any message lost, repeated or late: what was ever sent may arrive at any time."""
    holds(multi_paxos())


@pytest.mark.parametrize("window", [1, 2])
def test_one_leader_three_slots(window: int) -> None:
    holds(multi_paxos(ballots=1, slots=3, asks=3, window=window))


@pytest.mark.slow
def test_two_leaders_with_a_crash() -> None:
    """Within a step too; one message waits at each door."""
    holds(
        multi_paxos(
            slots=1,
            network=Network(delivery=Delivery.DUPLICATING, lossy=True, capacity=1),
            faults=Faults(crashes=1),
        )
    )


def test_a_lost_disk() -> None:
    holds(multi_paxos(ballots=1, slots=1, faults=Faults(amnesias=1)))


# --- flexible quorums -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "quorums", [{"phase1": 3, "phase2": 1}, {"phase1": 1, "phase2": 3}], ids=str
)
def test_sizes_that_meet_are_safe(quorums: dict[str, int]) -> None:
    holds(multi_paxos(slots=1, value_count=2, **quorums))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "quorums", [{"phase1": 1}, {"phase2": 1}, {"phase1": 1, "phase2": 1}], ids=str
)
def test_sizes_that_do_not_meet_are_not(quorums: dict[str, int]) -> None:
    result = explore(multi_paxos(slots=1, value_count=2, **quorums))  # type: ignore[arg-type]

    assert result.violation is not None
    assert result.violation.name in {"leader has what is applied", "state machine safety"}


@pytest.mark.slow
def test_a_row_and_a_column_are_safe() -> None:
    holds(multi_paxos(nodes=4, slots=1, rows=2))


def test_two_rows_are_not() -> None:
    """A column of two nodes replaced by any two: those of the other row."""
    result = explore(multi_paxos(nodes=4, slots=1, value_count=2, rows=2, phase2=2))

    assert result.violation is not None


# --- at random, beyond bounds ---------------------------------------------------------------------


def stormy(nodes: int) -> Model:
    """All may lead; crashes within steps, losses, duplicates, two values."""
    return multi_paxos(
        nodes=nodes,
        leaders=nodes,
        asks=2,
        value_count=2,
        network=Network(delivery=Delivery.DUPLICATING, lossy=True),
        faults=Faults(crashes=1),
    )


@pytest.mark.parametrize("nodes", [3, pytest.param(5, marks=pytest.mark.slow)])
def test_random_runs_hold_and_come_far(nodes: int) -> None:
    tally = run(stormy(nodes), runs=25, steps=100, seed=1, targeted=False)

    assert tally.share("some leader") > 0.3
    assert tally.share("some commit") > 0.1
    assert all(tally.moves[move] for move in (Move.CRASH, Move.DROP, Move.DUPLICATE))


# --- options --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "complaint"),
    [
        ({"slots": 0}, "multi-paxos: slots must be 1 to 1,000,000, not 0"),
        ({"window": 0}, "multi-paxos: window must be 1 to 1,000,000, not 0"),
        ({"leaders": 4}, "multi-paxos: leaders must be 0 to 3, not 4"),
        ({"rows": 2}, "3 nodes cannot stand in 2 rows"),
    ],
)
def test_bounds_that_mean_nothing_are_refused(bounds: dict[str, int], complaint: str) -> None:
    with pytest.raises(ModelError, match=complaint):
        multi_paxos(**bounds)  # type: ignore[arg-type]
