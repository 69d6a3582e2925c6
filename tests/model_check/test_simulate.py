"""Random walks: where they go, what they find, and that they never say that anything holds."""

import itertools
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.protocol import Protocol, Send, Step
from paxiom.model_check import reference
from paxiom.model_check.engine import simulator, walking
from paxiom.model_check.engine.simulator import simulate
from paxiom.model_check.model import Bound, Delivery, Faults, Model, Network
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.result import Verdict
from paxiom.model_check.simulation import Simulation
from paxiom.model_check.zoo.bug import Bug
from paxiom.model_check.zoo.paxos import BUGS, IgnoresPromisedVotes
from paxiom.spec.property import Subject, always, step
from support.random_protocols import random_models
from support.two_phase import two_phase
from support.walks import assert_uniform, is_shown, possible, walked

NETWORKS = [Network(delivery=each, lossy=lossy) for each in Delivery for lossy in (False, True)]
CRASH = Faults(crashes=1)
COVERED = [
    *(each for each in NETWORKS if each != Network(delivery=Delivery.DUPLICATING, lossy=True)),
    Network(lossy=True, drops=1),
    Network(capacity=1),
    Network(delivery=Delivery.FIFO, capacity=1),
    Network(delivery=Delivery.DUPLICATING, capacity=2),
]


@dataclass(frozen=True)
class Counting(Protocol[int, str]):
    """Nodes that count up to ``end`` each, in steps of 1 or of 2, and then break or stop."""

    end: int
    nodes: tuple[NodeId, ...] = node_ids(1)
    breaks: bool = False

    def start(self, node: NodeId) -> Step[int]:
        return Step(0)

    def timers(self, state: int) -> tuple[int, ...]:
        return (1, 2) if state < self.end or self.breaks else ()

    def fire(self, state: int, timer: Hashable) -> Step[int]:
        if state >= self.end:
            msg = "too far"
            raise ValueError(msg)
        assert isinstance(timer, int)
        return Step(state + timer)

    def receive(self, state: int, source: NodeId, message: str) -> Step[int] | None:
        return None

    def recover(self, node: NodeId, record: Hashable) -> Step[int]:
        return Step(0)


def counting(protocol: Counting, **settings: Any) -> Model:  # noqa: ANN401 - of the model
    told: dict[str, Any] = {"properties": (), "observe": lambda state: state}
    return Model(name="counting", protocol=protocol, **told | settings)


def essence(result: Simulation) -> Simulation:
    """All but what may vary."""
    return replace(result, seconds=0.0, compile_seconds=0.0, workers=0)


# --- where walks go ----------------------------------------------------------------------------


@pytest.mark.parametrize("faults", [Faults(), CRASH, Faults(stops=1), Faults(amnesias=1)], ids=str)
@pytest.mark.parametrize("network", NETWORKS, ids=str)
def test_walks_take_steps_of_the_reference(network: Network, faults: Faults) -> None:
    """From each state of a walk the next one is a successor, beginning with the initial state."""
    model = paxos(nodes=2, ballots=2, network=network, faults=faults)
    paths = walked(model, walks=40, depth=30)

    assert max(map(len, paths)) > 5
    for path in paths:
        assert path[0] == paths[0][0]
        for before, after in itertools.pairwise(path):
            assert after in {step.world for step in possible(model, before)}


@pytest.mark.parametrize(
    "model",
    [
        paxos(nodes=2, ballots=1, value_count=1, network=Network(lossy=True)),
        paxos(nodes=2, ballots=1, network=Network(delivery=Delivery.FIFO), faults=CRASH),
        paxos(nodes=2, ballots=2, network=Network(delivery=Delivery.DUPLICATING)),
        paxos(nodes=2, ballots=2, network=Network(lossy=True, drops=1, capacity=2)),
        counting(Counting(3, node_ids(2)), bounds=(Bound("small", lambda state: state < 3),)),
    ],
    ids=lambda model: f"{model.name}-{model.network.delivery.value}-{model.network.capacity}",
)
@pytest.mark.parametrize("depth", [1, 4])
def test_every_possible_step_is_as_likely(model: Model, depth: int) -> None:
    """Where walks are after a few steps, against the probabilities that plain Python gives."""
    assert_uniform(model, depth)


def test_faults_are_rarer_by_the_factor_given() -> None:
    """One node with two timers and a crash: a crash is one step in 2 * rarity + 1."""
    model = counting(Counting(9), faults=CRASH)
    for rarity in (1, 20):
        crashes = simulate(model, walks=40_000, depth=1, rarity=rarity).actions["crash"]
        chance = 1 / (2 * rarity + 1)

        assert abs(crashes - 40_000 * chance) < 5 * sqrt(40_000 * chance * (1 - chance))


@dataclass(frozen=True)
class Repeating(Counting):
    """A node that has sent itself a message, and may count, do nothing, or send it again."""

    def start(self, node: NodeId) -> Step[int]:
        return Step(0, (Send(node, "hello"),))

    def timers(self, state: int) -> tuple[int, ...]:
        return (0, 1, 2)

    def fire(self, state: int, timer: Hashable) -> Step[int]:
        effects = {0: (), 1: (Send(self.nodes[0], "hello"),), 2: ()}
        return Step(state + (timer == 2), effects[int(str(timer))])


@pytest.mark.parametrize(("delivery", "moves"), [(Delivery.DUPLICATING, 1), (Delivery.ONCE, 2)])
def test_steps_that_change_nothing_are_rarer_too(delivery: Delivery, moves: int) -> None:
    """To send a message again that may come again anyway is none that matters."""
    model = counting(Repeating(9), network=Network(delivery=delivery))
    ends = Counter(len(set(path)) for path in walked(model, walks=40_000, depth=1, rarity=20))
    chance = moves * 20 / (moves * 20 + 3 - moves)

    assert abs(ends[2] - 40_000 * chance) < 5 * sqrt(40_000 * chance * (1 - chance))


@pytest.mark.parametrize("faults", [Faults(), CRASH, Faults(stops=1)], ids=str)
@pytest.mark.parametrize("network", COVERED, ids=str)
def test_enough_walks_cover_what_the_explorer_covers(network: Network, faults: Faults) -> None:
    """States, kinds of steps, witnesses and bounds; and still nothing is claimed."""
    model = paxos(nodes=2, ballots=1, value_count=1, network=network, faults=faults)
    oracle = reference.explore(model)
    result = simulate(model, walks=40_000, depth=40)

    assert oracle.verdict is Verdict.HOLDS
    assert result.verdict is Verdict.INCOMPLETE
    assert result.exact
    assert result.states == oracle.states
    assert set(result.actions) == set(oracle.actions)
    assert result.witnesses == oracle.witnesses
    assert set(result.cuts) == set(oracle.cuts)
    assert sum(result.actions.values()) == result.transitions


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(random_models())
def test_simulation_claims_nothing_that_the_oracle_does_not_see(model: Model) -> None:
    """On random protocols: no state, step, witness, bound or violation that does not exist."""
    result = simulate(model, walks=300, depth=25, workers=1)
    oracle = reference.explore(model)

    assert result.verdict in (Verdict.VIOLATED, Verdict.INCOMPLETE)
    if result.violation:
        assert oracle.verdict is Verdict.VIOLATED
        assert is_shown(model, result.violation)
        assert oracle.violation is not None
        if oracle.violation.name == result.violation.name:
            assert len(result.violation.trace) >= len(oracle.violation.trace)
    if oracle.verdict is Verdict.HOLDS:
        assert not result.violation
        assert result.exact
        assert result.states <= oracle.states
        assert set(result.actions) <= set(oracle.actions)
        assert set(result.cuts) <= set(oracle.cuts)
        assert {name for name, seen in result.witnesses.items() if seen} <= {
            name for name, seen in oracle.witnesses.items() if seen
        }


# --- what they find ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bug", [each for each in BUGS if each.number != "P08"], ids=lambda each: each.number
)
def test_a_mutant_of_paxos_is_found(bug: Bug) -> None:
    """All but P08, which takes walks that hardly ever happen; the trace is a run that shows it."""
    model = bug.broken()
    result = simulate(model, walks=200_000, depth=100, seed=1)

    assert result.verdict is Verdict.VIOLATED
    assert result.violation is not None
    assert result.violation.name == "agreement"
    assert is_shown(model, result.violation)
    assert bug.length <= len(result.violation.trace) < 2 * bug.length


def test_a_correct_protocol_is_never_said_to_hold() -> None:
    """Not even when every state was seen."""
    model = two_phase(2)
    result = simulate(model, walks=20_000, depth=30)

    assert result.verdict is Verdict.INCOMPLETE
    assert result.violation is None
    assert result.states == reference.explore(model).states
    assert result.stopped == "20,000 random walks of up to 30 steps"


def test_a_handler_that_raises_is_reported() -> None:
    """It counts to 3, one way or the other, and breaks at the step after."""
    model = counting(Counting(3, breaks=True))
    result = simulate(model, walks=200, depth=50)

    assert result.violation is not None
    assert result.violation.name == "no handler raises"
    assert result.violation.sentence == "ValueError: too far"
    assert is_shown(model, result.violation)
    assert len(result.violation.trace) == 3  # 1 and 2, and the step that raises: the shortest


@step(Subject.NODE)
def never_by_two(before: int, after: int) -> bool:
    """Nobody counts from an even number to the one after the next."""
    return before % 2 == 1 or after != before + 2


@always(Subject.NODES)
def below_five(nodes: tuple[int, ...]) -> bool:
    """Nobody counts to five."""
    return max(nodes) < 5


@always(Subject.NODES)
def nobody(nodes: tuple[int, ...]) -> bool:
    """There is nobody."""
    return not nodes


@pytest.mark.parametrize(
    ("prop", "length"),
    [(never_by_two, 1), (below_five, 3), (nobody, 0)],
    ids=["step", "state", "start"],
)
def test_the_shortest_violating_walk_is_shown(prop: Any, length: int) -> None:  # noqa: ANN401
    """By a step, by a state, and by the initial state."""
    model = counting(Counting(9, node_ids(2)), properties=(prop,))
    result = simulate(model, walks=2_000, depth=30)

    assert result.violation is not None
    assert result.violation.name == prop.name
    assert len(result.violation.trace) == length
    assert is_shown(model, result.violation)


def test_detours_are_left_out() -> None:
    """No state occurs twice in a trace, though messages that change nothing come all the time."""
    network = Network(delivery=Delivery.DUPLICATING)
    model = paxos(protocol=IgnoresPromisedVotes, nodes=3, ballots=2, network=network)
    result = simulate(model, walks=64, depth=500)

    assert result.violation is not None
    worlds = [result.violation.trace.initial]
    worlds += [each.world for each in result.violation.trace.steps if each.world]
    assert len(set(worlds)) == len(worlds)
    assert is_shown(model, result.violation)


def test_no_walk_is_longer_than_its_limit() -> None:
    """A violation that takes 18 steps is not found in 17, and no walk takes an 18th."""
    model = paxos(protocol=IgnoresPromisedVotes, ballots=2)
    result = simulate(model, walks=5_000, depth=17)

    assert result.verdict is Verdict.INCOMPLETE
    assert result.depth == 17
    assert result.limit == 17
    assert simulate(model, walks=5_000, depth=25).verdict is Verdict.VIOLATED


def test_walks_that_come_to_an_end_are_counted() -> None:
    """All do that count to the end; each bound that stopped one is named."""
    bounded = counting(Counting(9), bounds=(Bound("small", lambda state: state < 4),))
    stuck = simulate(counting(Counting(4)), walks=100, depth=50)
    cut = simulate(bounded, walks=100, depth=50)

    assert (stuck.walks, stuck.stuck, stuck.cuts) == (100, 100, {})
    assert (cut.walks, cut.stuck) == (100, 100)
    assert 200 <= cut.cuts["small"] <= 300  # both steps from 3, and one from 2 if it came by


# --- the same each time ------------------------------------------------------------------------


def test_workers_make_no_difference_and_seeds_do() -> None:
    """Counts, coverage and the trace."""
    models = [
        (paxos(nodes=3, ballots=3, network=Network(lossy=True), faults=CRASH), 400),
        (paxos(protocol=IgnoresPromisedVotes, ballots=2, faults=CRASH), 400),
    ]
    for model, walks in models:
        one, two, three = (
            essence(simulate(model, walks=walks, seed=7, workers=workers)) for workers in (1, 2, 3)
        )

        assert one == two == three
        assert one != essence(simulate(model, walks=walks, seed=8))


def test_lists_of_possible_steps_may_be_too_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps beyond the list are found by weighing all again."""
    network = Network(delivery=Delivery.DUPLICATING, lossy=True)
    model = paxos(nodes=3, ballots=2, network=network, faults=CRASH)
    listed = essence(simulate(model, walks=300))
    monkeypatch.setattr(walking, "OPTIONS", 2)

    assert essence(simulate(model, walks=300)) == listed


def test_inboxes_may_be_too_small_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A walker then waits, asks in another order, and is as likely to go anywhere as before."""
    monkeypatch.setattr(walking, "BOX", 1)

    assert_uniform(paxos(nodes=2, ballots=2, network=Network(lossy=True)), 5)


# --- large ones --------------------------------------------------------------------------------


def test_forgetting_the_tables_changes_no_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """States are told apart by what they are made of, in whatever order that was met."""
    model = paxos(nodes=2, ballots=1, value_count=1, network=Network(lossy=True), faults=CRASH)
    kept = simulate(model, walks=20_000, depth=40)
    monkeypatch.setattr(simulator, "MOST_TABLES", 0)
    forgotten = simulate(model, walks=20_000, depth=40)

    assert forgotten.handler_calls > 2 * kept.handler_calls
    assert forgotten.states == kept.states == reference.explore(model).states
    assert forgotten.local_states == kept.local_states
    assert forgotten.witnesses == kept.witnesses
    assert forgotten.actions.keys() == kept.actions.keys()


def test_more_states_than_can_be_counted_are_estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample of 512 to 1,024 states is off by some 4 percent; four times that is allowed here."""
    model = paxos(nodes=3, ballots=2, faults=CRASH)
    exact = simulate(model, walks=5_000)
    monkeypatch.setattr(walking, "SAMPLE", 2_048)
    monkeypatch.setattr(walking, "EXACT", 1_024)
    one, two = (simulate(model, walks=5_000, workers=workers) for workers in (1, 2))

    assert exact.exact
    assert exact.states > 10_000
    assert not one.exact
    assert one.states == two.states
    assert abs(one.states - exact.states) < 0.16 * exact.states


def test_a_limit_of_time_ends_a_simulation() -> None:
    """What was covered by then is told."""
    result = simulate(paxos(nodes=3, ballots=3), walks=10**9, max_seconds=0.3)

    assert result.verdict is Verdict.INCOMPLETE
    assert result.stopped == "reached 0.3 seconds"
    assert 0 < result.walks < 10**9
    assert result.transitions > 0


@pytest.mark.parametrize(
    "numbers", [{"walks": 0}, {"depth": 0}, {"seed": -1}, {"seed": 2**64}, {"rarity": 0}], ids=str
)
def test_numbers_that_make_no_sense_are_refused(numbers: dict[str, int]) -> None:
    """By name."""
    with pytest.raises(ValueError, match=next(iter(numbers))):
        simulate(two_phase(2), **numbers)  # type: ignore[arg-type]


def test_a_correct_paxos_survives_where_the_mutants_fall() -> None:
    """Same bounds as P05 and P06, many more walks than they take."""
    result = simulate(paxos(ballots=2, faults=CRASH), walks=60_000)

    assert result.verdict is Verdict.INCOMPLETE
    assert result.witnesses == {"some decision": True}
