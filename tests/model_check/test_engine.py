"""The engine against the oracle, on models chosen by hand."""

import itertools

import pytest

from paxiom.impl.paxos import Paxos
from paxiom.model_check import reference
from paxiom.model_check.engine import Progress, explore
from paxiom.model_check.model import Delivery, Faults, Network
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.result import Verdict
from paxiom.model_check.zoo.paxos import IgnoresPromisedVotes
from support.agreement import essence, exhausted
from support.two_phase import two_phase

NETWORKS = [
    Network(delivery=delivery, lossy=lossy, drops=drops)
    for delivery, (lossy, drops) in itertools.product(
        Delivery, [(False, None), (True, None), (True, 1)]
    )
]
FAULTS = [Faults(), Faults(crashes=1), Faults(stops=1), Faults(amnesias=1)]


@pytest.mark.parametrize("faults", FAULTS, ids=str)
@pytest.mark.parametrize("network", NETWORKS, ids=str)
def test_paxos_in_every_environment(network: Network, faults: Faults) -> None:
    """Two acceptors, one ballot, one value."""
    model = paxos(nodes=2, ballots=1, value_count=1, network=network, faults=faults)
    oracle = reference.explore(model, max_states=50_000)

    assert exhausted(oracle)
    assert essence(explore(model)) == essence(oracle)


@pytest.mark.parametrize("protocol", [Paxos, IgnoresPromisedVotes])
def test_paxos_with_two_ballots(protocol: type[Paxos]) -> None:
    """Two acceptors, two ballots, two values, symmetry off."""
    model = paxos(protocol=protocol, nodes=2, ballots=2)

    assert essence(explore(model, symmetry=False)) == essence(reference.explore(model))


@pytest.mark.parametrize("managers", [1, 2, 3])
def test_two_phase_commit(managers: int) -> None:
    """Lamport's TwoPhase, symmetry off."""
    model = two_phase(managers)

    assert essence(explore(model, symmetry=False)) == essence(reference.explore(model))


@pytest.mark.parametrize("ballots", [1, 2])
def test_states_of_paxos_are_a_power(ballots: int) -> None:
    """Every state is reached by running the ballots one after the other, so their counts multiply.

    An acceptor ignores what is below its promise, and what it ignores stays in flight; so a state
    is known from how far each ballot has got, and each combination can be had in ballot order.
    """
    one = reference.explore(paxos(ballots=1)).states

    assert explore(paxos(ballots=ballots), symmetry=False).states == one**ballots


def test_three_ballots_of_one_value() -> None:
    """Five million states: the power law again, at a size where a lost state would show."""
    one = reference.explore(paxos(ballots=1, value_count=1)).states

    assert explore(paxos(ballots=3, value_count=1)).states == one**3


@pytest.mark.parametrize("symmetry", [True, False])
def test_workers_make_no_difference(symmetry: bool) -> None:  # noqa: FBT001 - parametrised
    """One or two threads: the same result to the last number, the same trace."""
    model = paxos(protocol=IgnoresPromisedVotes, ballots=2)
    one, two = (explore(model, workers=workers, symmetry=symmetry) for workers in (1, 2))

    assert essence(one) == essence(two)
    assert one.violation == two.violation


def test_a_limit_makes_the_search_incomplete() -> None:
    """A search cut short claims nothing."""
    result = explore(paxos(ballots=2), max_states=1_000)

    assert result.verdict is Verdict.INCOMPLETE
    assert result.stopped == "reached 1,000 states"
    assert result.states >= 1_000


@pytest.mark.parametrize(
    ("limit", "reason"),
    [({"max_seconds": 1e-9}, "1e-09 seconds"), ({"max_memory": 1}, "memory")],
)
def test_time_and_memory_are_limits_too(limit: dict[str, float], reason: str) -> None:
    """Either is noticed between two rounds of the search."""
    result = explore(paxos(ballots=3, value_count=1), **limit)  # type: ignore[arg-type]

    assert result.verdict is Verdict.INCOMPLETE
    assert reason in str(result.stopped)
    assert result.states < 177**3


def test_a_violation_beats_a_limit_on_the_same_level() -> None:
    """What was found was found, however the search ended."""
    model = paxos(protocol=IgnoresPromisedVotes, nodes=2, ballots=2)
    whole = explore(model)
    cut = explore(model, max_states=whole.states)

    assert cut.verdict is Verdict.VIOLATED
    assert len(cut.violation.trace) == len(whole.violation.trace)  # type: ignore[union-attr]


def test_progress_is_told() -> None:
    """The watcher sees the search grow."""
    told: list[Progress] = []
    explore(paxos(ballots=3, value_count=1), watch=told.append, max_seconds=2)

    states = [each.states for each in told if each.phase == "exploring"]
    assert states == sorted(states)
    assert states[-1] > 0


def test_handlers_are_called_once_per_local_state_and_event() -> None:
    """Millions of transitions cost thousands of handler calls."""
    result = explore(paxos(ballots=3, value_count=1))

    assert result.handler_calls < result.transitions / 1_000
