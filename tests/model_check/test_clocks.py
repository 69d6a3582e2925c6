"""Clocks that are never more than so many ticks apart, and what a node may make of its own."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from itertools import product

import pytest

from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.protocol import Protocol, Send, Step
from paxiom.model_check import reference
from paxiom.model_check.budgets import Clocks
from paxiom.model_check.engine import explore
from paxiom.model_check.model import Bound, Delivery, Faults, Model, ModelError, Network
from paxiom.model_check.result import Verdict
from paxiom.model_check.stateful import run
from paxiom.spec.property import Property, Subject, always, reachable
from support.agreement import essence
from support.explorers import Explore, both_explorers

N1, N2 = node_ids(2)
Watch = tuple[NodeId, int | None]  # whose it is, and what it shows


@dataclass(frozen=True)
class Stopwatches(Protocol[Watch, str]):
    """The first node starts its watch and says so; the others start theirs when they hear it."""

    nodes: tuple[NodeId, ...]

    def start(self, node: NodeId) -> Step[Watch]:
        return Step((node, None))

    def timers(self, state: Watch) -> tuple[Hashable, ...]:
        node, count = state
        return ("start",) if node == self.nodes[0] and count is None else ()

    def fire(self, state: Watch, timer: Hashable) -> Step[Watch]:
        return Step((state[0], 0), tuple(Send(other, "started") for other in self.nodes[1:]))

    def receive(self, state: Watch, source: NodeId, message: str) -> Step[Watch] | None:
        return Step((state[0], 0)) if state[1] is None else None

    def tick(self, state: Watch) -> Step[Watch]:
        node, count = state
        return Step((node, None if count is None else count + 1))

    def recover(self, node: NodeId, record: Hashable) -> Step[Watch]:
        return Step((node, None))


def _gain(watches: tuple[int | None, ...]) -> int | None:
    """By how much a later watch is ahead of the first one."""
    first, *others = watches
    found = [each for each in others if each is not None]
    return max(found) - first if found and first is not None else None


def gains(least: int) -> Property:
    @reachable(Subject.NODES)
    def is_ahead(watches: tuple[int | None, ...]) -> bool:
        """A watch that was started later is ahead by so much."""
        gain = _gain(watches)
        return gain is not None and gain >= least

    return is_ahead


def gains_no_more_than(most: int) -> Property:
    @always(Subject.NODES)
    def ahead_by_no_more(watches: tuple[int | None, ...]) -> bool:
        """No watch that was started later is ahead by more."""
        gain = _gain(watches)
        return gain is None or gain <= most

    return ahead_by_no_more


def stopwatches(
    skew: int | None, properties: tuple[Property, ...], *, nodes: int = 2, faults: Faults = Faults()
) -> Model:
    most = 2 * (skew or 1) + 1
    return Model(
        name="stopwatches",
        protocol=Stopwatches(node_ids(nodes)),
        properties=properties,
        network=Network(delivery=Delivery.ONCE),
        observe=lambda state: state[1],
        bounds=(Bound(f"ticks <= {most}", lambda state: state[1] is None or state[1] <= most),),
        skew=skew,
        faults=faults,
    )


@both_explorers
@pytest.mark.parametrize("skew", [1, 2, 3])
def test_a_clock_may_gain_twice_the_skew_between_two_moments(explore: Explore, skew: int) -> None:
    """From as far behind as may be to as far ahead: why a lease needs that margin."""
    most = (gains_no_more_than(2 * skew), gains(2 * skew))

    result = explore(stopwatches(skew, most))

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())
    assert (
        explore(stopwatches(skew, (gains_no_more_than(2 * skew - 1),))).verdict is Verdict.VIOLATED
    )


@pytest.mark.parametrize("faults", [Faults(), Faults(crashes=1), Faults(stops=1)], ids=str)
def test_engine_and_oracle_agree(faults: Faults) -> None:
    model = stopwatches(1, (gains(2),), nodes=3, faults=faults)

    assert essence(explore(model)) == essence(reference.explore(model))


@both_explorers
@pytest.mark.parametrize(("nodes", "skew"), [(1, 1), (2, 3), (3, 1), (3, 2)])
def test_clocks_alone_have_as_many_states_as_can_be_counted(
    explore: Explore, nodes: int, skew: int
) -> None:
    """How far each is ahead of the slowest: all but those in which none is the slowest."""
    counted = sum(min(ahead) == 0 for ahead in product(range(skew + 1), repeat=nodes))
    model = stopwatches(skew, (gains(0),), nodes=nodes)
    never = (Bound("never started", lambda state: state[1] is None),)

    result = explore(replace(model, bounds=never))

    assert result.states == counted == (skew + 1) ** nodes - skew**nodes


@both_explorers
def test_the_clock_of_a_node_that_is_down_goes_on(explore: Explore) -> None:
    """Else one that never recovers would hold back all others."""
    model = stopwatches(1, (gains_no_more_than(2), gains(2)), faults=Faults(stops=1), nodes=3)

    result = explore(model)

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())


def test_a_clock_that_is_too_far_ahead_waits() -> None:
    clocks = Clocks(1, frozenset({(N1, 0), (N2, 0)}))

    ahead = clocks.tick(N1)

    assert ahead == Clocks(1, frozenset({(N1, 1), (N2, 0)}))
    assert ahead.tick(N1) is None
    assert ahead.tick(N2) == clocks


def test_without_a_skew_there_are_no_clocks() -> None:
    result = explore(stopwatches(None, (gains(1),)))

    assert "fire tick" not in result.actions
    assert not any(result.witnesses.values())


def test_random_runs_have_clocks_too() -> None:
    tally = run(stopwatches(1, (gains_no_more_than(2), gains(2))), runs=20, steps=60, seed=1)

    assert tally.share("is ahead") > 0


def test_a_skew_that_lets_no_clock_tick_is_refused() -> None:
    with pytest.raises(ModelError, match=r"skew=0: no clock could tick; choose 1 or more, or None"):
        stopwatches(0, (gains(1),))


def test_a_protocol_that_knows_no_ticks_is_refused() -> None:
    class Deaf(Stopwatches):
        tick = Protocol.tick

    model = stopwatches(1, (gains(1),))
    with pytest.raises(ModelError, match=r"it has clocks, but Deaf does not define tick\(state\)"):
        replace(model, protocol=Deaf(node_ids(2)))
