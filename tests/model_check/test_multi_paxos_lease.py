"""Leases within bounds: reads are linearizable as far as the margin covers the skew."""

import pytest

from paxiom.impl.multi_paxos.lease import LeasedMultiPaxos
from paxiom.model_check import reference
from paxiom.model_check.engine import explore
from paxiom.model_check.model import Delivery, Faults, ModelError, Network
from paxiom.model_check.models.multi_paxos_lease import multi_paxos_lease
from paxiom.model_check.schedule import Move
from paxiom.model_check.stateful import run
from paxiom.model_check.zoo.multi_paxos_lease import PromisesOthers
from support.agreement import both_hold, essence, holds

ONE_WAITS = Network(delivery=Delivery.DUPLICATING, lossy=True, capacity=1)
FAULTS = [Faults(), Faults(crashes=1), Faults(stops=1), Faults(amnesias=1)]


@pytest.mark.parametrize("faults", FAULTS, ids=str)
@pytest.mark.parametrize("delivery", Delivery)
def test_engine_and_oracle_agree(delivery: Delivery, faults: Faults) -> None:
    """Two nodes, one leader; with faults, one message waits at each door."""
    network = Network(delivery=delivery, capacity=1)
    both_hold(multi_paxos_lease(nodes=2, ballots=1, network=network, faults=faults))


@pytest.mark.slow
def test_engine_and_oracle_agree_on_two_leaders() -> None:
    model = multi_paxos_lease(nodes=2)

    assert essence(explore(model, symmetry=False)) == essence(reference.explore(model))


@pytest.mark.slow
def test_reads_are_linearizable_with_twice_the_skew_as_margin() -> None:
    """Any message repeated or late: 23 million states."""
    assert holds(multi_paxos_lease(term=3, margin=2, skew=1)) == 23_248_989


def test_reads_are_linearizable_where_one_message_waits_at_each_door() -> None:
    holds(multi_paxos_lease(network=ONE_WAITS))


@pytest.mark.parametrize(("term", "margin", "skew"), [(2, 1, 1), (4, 3, 2)])
def test_a_smaller_margin_is_not_enough(term: int, margin: int, skew: int) -> None:
    """One tick less than twice the skew."""
    violation = explore(multi_paxos_lease(term=term, margin=margin, skew=skew)).violation

    assert violation is not None
    assert violation.name == "linearizability"


@pytest.mark.parametrize("protocol", [LeasedMultiPaxos, PromisesOthers])
def test_leases_refine_multi_paxos_whether_they_bind_or_not(
    protocol: type[LeasedMultiPaxos],
) -> None:
    """What is decided never rests on clocks: only reads do, and of these the spec knows nothing."""
    holds(multi_paxos_lease(protocol=protocol, network=ONE_WAITS, refinement=True))


# --- at random, beyond bounds ---------------------------------------------------------------------


def test_random_runs_hold_and_come_far() -> None:
    """All may lead; crashes within steps, losses, duplicates; clocks too."""
    stormy = multi_paxos_lease(
        leaders=3,
        asks=2,
        value_count=2,
        network=Network(delivery=Delivery.DUPLICATING, lossy=True),
        faults=Faults(crashes=1),
    )
    tally = run(stormy, runs=25, steps=100, seed=1, targeted=False)

    assert tally.share("some value is read") > 0
    assert all(tally.moves[move] for move in (Move.CRASH, Move.DROP, Move.DUPLICATE))


# --- options --------------------------------------------------------------------------------------


@pytest.mark.parametrize("margin", [-1, 3])
def test_a_margin_that_leaves_nothing_to_hold_is_refused(margin: int) -> None:
    complaint = f"margin must be 0 to 2, not {margin}"
    with pytest.raises(ModelError, match=complaint):
        multi_paxos_lease(term=3, margin=margin)
