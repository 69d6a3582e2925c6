"""Witnesses within bounds: what they vote for is not lost, and what is lost without their rules."""

import pytest

from paxiom.impl.multi_paxos import MultiPaxos
from paxiom.impl.multi_paxos.witness import WitnessedMultiPaxos
from paxiom.impl.names import node_ids
from paxiom.impl.quorum import with_witnesses
from paxiom.model_check.engine import explore
from paxiom.model_check.model import Delivery, Faults, ModelError, Network
from paxiom.model_check.models.multi_paxos_witness import multi_paxos_witness
from paxiom.model_check.result import Verdict
from paxiom.model_check.stateful import run
from paxiom.model_check.zoo.bug import Bug
from paxiom.model_check.zoo.multi_paxos_witness import BUGS, CONTROLS, WitnessesHoldData
from paxiom.model_check.zoo.rules import rules
from support.agreement import both_hold, holds

FAULTS = [Faults(), Faults(crashes=1), Faults(stops=1), Faults(amnesias=1)]
EACH_BUG = pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.number)


@pytest.mark.parametrize("faults", FAULTS, ids=str)
@pytest.mark.parametrize("delivery", Delivery)
def test_engine_and_oracle_agree(delivery: Delivery, faults: Faults) -> None:
    """A node with data and a witness; with faults, one message waits at each door."""
    network = Network(delivery=delivery, capacity=1)
    both_hold(multi_paxos_witness(nodes=2, network=network, faults=faults), max_states=50_000)


@pytest.mark.parametrize(
    ("nodes", "witnesses", "states"), [(3, 1, 21_555), (4, 1, 298_159), (4, 2, 213_242)]
)
def test_nothing_is_lost(nodes: int, witnesses: int, states: int) -> None:
    assert holds(multi_paxos_witness(nodes=nodes, witnesses=witnesses)) == states


def test_nothing_is_lost_in_more_slots_and_ballots() -> None:
    assert holds(multi_paxos_witness(slots=2)) == 487_347
    assert holds(multi_paxos_witness(value_count=2)) == 23_683


@pytest.mark.slow
def test_nothing_is_lost_in_three_ballots() -> None:
    assert holds(multi_paxos_witness(ballots=3)) == 1_468_910


@pytest.mark.slow
def test_nothing_is_lost_in_a_crash() -> None:
    network = Network(delivery=Delivery.DUPLICATING, lossy=True, capacity=1)
    holds(multi_paxos_witness(network=network, faults=Faults(crashes=1)))


@pytest.mark.parametrize(("nodes", "witnesses"), [(3, 1), (4, 1), (4, 2)])
def test_witnesses_need_no_rule_where_quorums_share_a_node_with_data(
    nodes: int, witnesses: int
) -> None:
    """And nowhere else: what the arithmetic of quorums says, a leader finds who does not wait."""
    names = node_ids(nodes)
    data, others = names[: nodes - witnesses], names[nodes - witnesses :]
    model = multi_paxos_witness(protocol=WitnessesHoldData, nodes=nodes, witnesses=witnesses)

    fits = with_witnesses(data, others).misfit() is None

    assert (explore(model).verdict is Verdict.HOLDS) == fits


def test_random_runs_hold_and_come_far() -> None:
    stormy = multi_paxos_witness(
        nodes=5,
        witnesses=2,
        leaders=3,
        asks=2,
        value_count=2,
        network=Network(delivery=Delivery.DUPLICATING, lossy=True),
        faults=Faults(crashes=1),
    )
    tally = run(stormy, runs=25, steps=100, seed=1, targeted=False)

    assert tally.share("some leader") > 0.1
    assert tally.share("some commit") > 0


def test_a_node_must_have_data() -> None:
    with pytest.raises(ModelError, match="witnesses must be 0 to 2, not 3"):
        multi_paxos_witness(nodes=3, witnesses=3)


# --- the zoo --------------------------------------------------------------------------------------


@EACH_BUG
def test_a_mutant_is_caught_with_a_shortest_trace(bug: Bug) -> None:
    violation = explore(bug.broken()).violation

    assert violation is not None
    assert (violation.name, len(violation.trace)) == (bug.breaks, bug.length)


@EACH_BUG
def test_a_mutant_is_invisible_below_its_bounds(bug: Bug) -> None:
    holds(bug.too_small())


@EACH_BUG
def test_witnesses_are_safe_where_the_mutant_falls(bug: Bug) -> None:
    holds(bug.correct())


def test_a_harmless_deviation_stays_green() -> None:
    """A witness that learns is a node with data that does not lead."""
    (control,) = CONTROLS

    assert holds(control.broken()) != holds(control.correct())


def test_every_rule_is_left_out_by_one() -> None:
    ours, theirs = ({rule.name for rule in rules(of)} for of in (WitnessedMultiPaxos, MultiPaxos))

    left_out = {bug.rule for bug in (*BUGS, *CONTROLS)}
    assert (ours - theirs) | {"command_to_propose"} == left_out
