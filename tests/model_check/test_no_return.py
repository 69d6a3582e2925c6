"""The point of no return, against graphs whose answer is known and against brute force."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.protocol import Protocol, Step
from paxiom.model_check import zoo
from paxiom.model_check.engine import explore as explore_natively
from paxiom.model_check.model import Bound, Model
from paxiom.model_check.reference import explore
from paxiom.model_check.result import Violation
from paxiom.model_check.traces.no_return import NoReturn, no_return
from paxiom.model_check.traces.shorten import fallen
from paxiom.model_check.traces.trace import Trace, replay
from paxiom.model_check.world import successors
from paxiom.spec.property import Subject, always
from support.random_protocols import TableProtocol, random_models

V = TypeVar("V")
BAD = 9
STATES_MAX = 500  # that brute force is asked to look at


@dataclass(frozen=True)
class Walk(Protocol[int, str]):
    """One node that goes along the edges of a graph, each a timer."""

    edges: frozenset[tuple[int, int]]
    nodes: tuple[NodeId, ...] = node_ids(1)

    def start(self, node: NodeId) -> Step[int]:
        """Begin at 0."""
        return Step(0)

    def receive(self, state: int, source: NodeId, message: str) -> None:
        """Nobody says anything."""

    def timers(self, state: int) -> Iterable[int]:
        """Go on to any neighbour."""
        return sorted(after for before, after in self.edges if before == state)

    def fire(self, state: int, timer: Hashable) -> Step[int]:
        """Go there."""
        assert isinstance(timer, int)
        return Step(timer)


@always(Subject.NODE)
def not_there(state: int) -> bool:
    """The walk never comes to 9."""
    return state != BAD


def walking(edges: Iterable[tuple[int, int]], bounds: tuple[Bound, ...] = ()) -> Model:
    return Model(
        name="walk",
        protocol=Walk(frozenset(edges)),
        properties=(not_there,),
        observe=lambda state: state,
        bounds=bounds,
    )


def along(model: Model, path: list[int]) -> Violation:
    """Walk along a path, to where the property falls."""
    goals = [lambda _, step, to=to: step.outcome.local.state == to for to in path[1:]]
    return Violation(not_there.name, not_there.sentence, replay(model, goals))


@pytest.mark.parametrize(
    ("edges", "path", "step"),
    [
        ("01 12 29", [0, 1, 2, 9], 0),  # there is no way out
        ("01 12 29 13", [0, 1, 2, 9], 2),  # out by 3, as long as one is at 1
        ("01 12 29 23", [0, 1, 2, 9], 3),
        ("01 12 29 21 10", [0, 1, 2, 9], 0),  # round and round is no way out
        ("01 12 29 24 42", [0, 1, 2, 9], 0),
        ("01 12 29 24 45 54", [0, 1, 2, 9], 3),  # round and round elsewhere is one
        ("01 12 29 13 31", [0, 1, 2, 9], 0),  # out by 3 and back again
        ("01 12 29 93 03", [0, 1, 2, 9], 1),  # what comes after 9 does not count
    ],
)
def test_the_way_out_is_known(edges: str, path: list[int], step: int) -> None:
    model = walking((int(edge[0]), int(edge[1])) for edge in edges.split())

    found = no_return(model, along(model, path))
    assert (found.step, found.doomed) == (step, step)
    assert found.states <= len({*edges.replace(" ", "")})


def test_a_step_outside_of_the_bounds_is_no_way_out() -> None:
    edges = [(0, 1), (1, 2), (2, 9), (1, 30)]
    free, tight = walking(edges), walking(edges, (Bound("small", lambda state: state <= BAD),))

    assert no_return(free, along(free, [0, 1, 2, 9])).step == 2
    assert no_return(tight, along(tight, [0, 1, 2, 9])).step == 0


@given(st.frozensets(st.tuples(st.integers(0, 7), st.integers(0, 9)), min_size=6, max_size=24))
@settings(max_examples=150, deadline=None)
def test_of_a_random_graph_it_is_what_the_definition_says(
    edges: frozenset[tuple[int, int]],
) -> None:
    model = walking(edges)
    violation = explore(model).violation
    assume(violation is not None)
    assert violation is not None

    path = [0, *(step.outcome.local.state for step in violation.trace.steps)]
    doomed = [at for at, vertex in enumerate(path) if is_doomed(graph(edges), vertex)]
    assert no_return(model, violation).step == doomed[0]
    assert doomed == list(range(doomed[0], len(path)))


def graph(edges: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    """Write edges as neighbours; what is bad is not left again."""
    found: dict[int, set[int]] = {BAD: set()}
    for before, after in edges:
        found.setdefault(after, set())
        found.setdefault(before, set()).update({after} if before != BAD else set())
    return found


def is_doomed(after: Mapping[V, set[V]], vertex: V) -> bool:
    """Whether all that can be reached can reach 9: the definition, word for word."""
    return all(BAD in reached(after, each) for each in reached(after, vertex))


def reached(after: Mapping[V, set[V]], vertex: V) -> set[V]:
    found, new = {vertex}, {vertex}
    while new:
        new = set[V]().union(*(after.get(each, set()) for each in new)) - found
        found |= new
    return found


@given(random_models(small=False), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_of_a_random_protocol_it_is_what_the_definition_says(model: Model, steps: int) -> None:
    """Of those with a violation and few states, however long one goes on after it."""
    assert isinstance(model.protocol, TableProtocol)
    model = replace(model, protocol=replace(model.protocol, steps=steps))
    violation = explore(model, max_states=STATES_MAX).violation
    if violation is None or not violation.trace.steps:
        return
    edges = everything(model, violation)
    if edges is None:
        return
    event("compared")
    run = [violation.trace.initial, *(step.world for step in violation.trace.steps[:-1])]
    doomed = [at for at, world in enumerate(run) if is_doomed(edges, world)]
    assert no_return(model, violation).step == min(doomed, default=len(run))


def everything(model: Model, violation: Violation) -> dict[Hashable, set[Hashable]] | None:
    """Find all states and steps, with 9 for what violates; None if there are too many."""
    found: dict[Hashable, set[Hashable]] = {BAD: set()}
    new = [violation.trace.initial]
    while new:
        world = new.pop()
        found[world] = set()
        for step in successors(model, world):
            if step.cut is None:
                fell = fallen(model, world, Trace(world, (step,)), violation.name)
                found[world].add(BAD if fell else step.world)
                if not fell and step.world and step.world not in found:
                    found[step.world] = set()
                    new.append(step.world)
        if len(found) > STATES_MAX:
            return None
    return found


@pytest.mark.parametrize("limit", range(1, 9))
def test_what_is_not_determined_is_not_guessed(limit: int) -> None:
    """With fewer states than it takes, only what is certain is said."""
    model = walking([(0, 1), (1, 2), (2, 3), (3, 9), (3, 4), (4, 5), (5, 3), (0, 6)])
    found = no_return(model, along(model, [0, 1, 2, 3, 9]), limit)

    assert found.states <= limit
    assert found.doomed >= 1
    assert found.step in (None, 1)
    assert (found.step is None) == (limit < 7)
    if found.step is None:
        assert found.sentence(4) == (
            f"Where it became too late is not determined within {limit} state"
            f"{'s' if limit > 1 else ''}: after step {found.doomed} at the latest."
        )


def test_it_is_said_in_a_sentence() -> None:
    assert NoReturn(2, 2, 30).sentence(4) == (
        "After step 2 it can no longer be avoided within the bounds: every state that can be "
        "reached can still reach it (30 states visited)."
    )
    assert NoReturn(0, 0, 1).sentence(4).startswith("From the beginning it can no longer")
    assert (
        NoReturn(4, 4, 1).sentence(4) == "Up to the last step it can be avoided (1 state visited)."
    )


def test_of_p03_it_is_before_the_second_vote() -> None:
    """Node 2 has voted for a without looking, and its promises for b are in: b will have votes."""
    model = zoo.bug("P03").broken()
    violation = explore_natively(model).violation
    assert violation is not None

    found = no_return(model, violation)
    assert found.step is not None
    assert 8 < found.step < 18
