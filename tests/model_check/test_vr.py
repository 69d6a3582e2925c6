"""Viewstamped Replication within bounds: exhausted, by both explorers alike; at random beyond."""

from typing import Any

import pytest

from paxiom.model_check import reference
from paxiom.model_check.engine import explore
from paxiom.model_check.model import Delivery, Faults, Model, ModelError, Network
from paxiom.model_check.models.vr import vr
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
    """Two nodes, two views: every network, every fault."""
    model = vr(nodes=2, network=network, faults=faults)
    oracle = reference.explore(model, max_states=50_000)

    assert exhausted(oracle)
    assert essence(explore(model, symmetry=False)) == essence(oracle)


@pytest.mark.parametrize(
    "bounds",
    [
        {"views": 1},
        {"nodes": 2, "views": 3},
        pytest.param({"nodes": 2, "requests": 2, "asks": 2}, marks=pytest.mark.slow),
        {"nodes": 2, "views": 1, "faults": Faults(crashes=2)},
        pytest.param({"views": 1, "faults": Faults(crashes=1)}, marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_engine_and_oracle_agree_on_more(bounds: dict[str, Any]) -> None:
    """Three nodes; three views; several requests; a second crash."""
    both_hold(vr(**bounds))


def test_two_views() -> None:
    """242,176 states: any message lost, repeated or late, and the primary replaced at any time."""
    holds(vr())


def test_three_views_of_two_nodes() -> None:
    """The first primary leads again; 410,116 states."""
    holds(vr(nodes=2, views=3, requests=2, asks=2))


def test_one_client_and_another() -> None:
    """Each sends its request twice."""
    holds(vr(views=1, clients=2, asks=2))


def test_a_replica_recovers_twice() -> None:
    """220,860 states: each time with a new nonce, and from whoever has the log."""
    holds(vr(views=1, faults=Faults(crashes=2)))


@pytest.mark.slow
def test_recovery_and_two_requests() -> None:
    """10,983,432 states."""
    holds(vr(views=1, requests=2, asks=2, faults=Faults(crashes=1)))


@pytest.mark.slow
def test_recovery_and_a_view_change() -> None:
    """33,008,570 states: a crash, within a step too, while the view is changed."""
    holds(vr(faults=Faults(crashes=1)))


@pytest.mark.slow
def test_a_lost_disk() -> None:
    """2,556,640 states: what is left is a quorum, and goes on."""
    holds(vr(faults=Faults(amnesias=1)))


# --- at random, beyond bounds ---------------------------------------------------------------------


def stormy(nodes: int) -> Model:
    """Two clients, each with two requests; crashes within steps, losses, duplicates."""
    return vr(
        nodes=nodes,
        clients=2,
        requests=2,
        asks=2,
        network=Network(delivery=Delivery.DUPLICATING, lossy=True),
        faults=Faults(crashes=2),
    )


@pytest.mark.parametrize("nodes", [3, pytest.param(5, marks=pytest.mark.slow)])
def test_random_runs_hold_and_come_far(nodes: int) -> None:
    """Measured with 4 seeds: of 100 runs 48-92 commit, 40-92 carry a log into a later view."""
    tally = run(stormy(nodes), runs=25, steps=100, seed=1, targeted=False)

    assert tally.share("some commit") > 0.25
    assert tally.share("a log is carried") > 0.15
    assert tally.actions["receive StartView"]
    assert tally.actions["receive RecoveryResponse"]
    assert all(tally.moves[move] for move in (Move.CRASH, Move.DROP, Move.DUPLICATE))


# --- options --------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["nodes", "views", "clients", "requests", "asks"])
def test_bounds_that_mean_nothing_are_refused(what: str) -> None:
    with pytest.raises(ModelError, match=f"vr: {what} must be 1 to [0-9,]+, not 0"):
        vr(**{what: 0})  # type: ignore[arg-type]
