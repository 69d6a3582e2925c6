"""A wrong protocol gets an error that says where and what to do, from both explorers alike."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.protocol import Persist, Protocol, Send, Step
from paxiom.model_check.model import Faults, Model, ModelError, Requests
from paxiom.model_check.result import Verdict
from paxiom.spec.property import Subject, always, reachable, step
from support.explorers import Explore, both_explorers

ONE, TWO = NODES = node_ids(2)


@dataclass(frozen=True, slots=True)
class Ticking(Protocol[Any, Any]):
    """Nodes in state 0, whose one timer does ``on_tick``."""

    on_tick: Callable[[Any], Any]
    nodes: tuple[NodeId, ...] = NODES
    first: Callable[[], Any] = int

    def start(self, node: NodeId) -> Step[Any]:
        return Step(self.first())

    def timers(self, state: Any) -> tuple[str, ...]:  # noqa: ANN401
        return ("tick",)

    def fire(self, state: Any, timer: Hashable) -> Step[Any]:  # noqa: ANN401
        answer: Step[Any] = self.on_tick(state)
        return answer

    def receive(self, state: Any, source: NodeId, message: Any) -> Step[Any] | None:  # noqa: ANN401
        return None


def ticking(on_tick: Callable[[Any], Any], first: Callable[[], Any] = int) -> Model:
    return Model(name="ticking", protocol=Ticking(on_tick, first=first), properties=())


@dataclass
class Unfrozen:
    """Compares by value, and so has no hash."""

    number: int


@dataclass(eq=False)
class Identical:
    """Hashable, because it compares by identity."""

    numbers: list[int] = field(default_factory=list)

    def append(self, number: int) -> "Identical":
        self.numbers.append(number)
        return self


@dataclass(unsafe_hash=True)
class Slippery:
    """Compares and hashes by value, which can change."""

    number: int = 0

    def increase(self) -> "Slippery":
        self.number += 1
        return self


NUMBERS = count()
REMEDY = "use frozen dataclasses, tuples and frozensets instead of lists, dicts and sets"


@both_explorers
@pytest.mark.parametrize(
    ("on_tick", "what", "remedy"),
    [
        pytest.param(lambda _: Step([1]), "the new state", REMEDY, id="a list as state"),  # type: ignore[type-var]
        pytest.param(lambda _: Step(Unfrozen(1)), "the new state", REMEDY, id="a mutable state"),
        pytest.param(lambda _: Step(((1, [2]),)), "the new state", REMEDY, id="a list inside"),
        pytest.param(
            lambda _: Step(1, (Send(TWO, {"key": 1}),)),  # type: ignore[arg-type]
            "the effect",
            REMEDY,
            id="a mutable message",
        ),
        pytest.param(
            lambda _: Step(1, (Persist([1]),)),  # type: ignore[arg-type]
            "the effect",
            REMEDY,
            id="a mutable record",
        ),
        pytest.param(
            lambda _: Step(Identical()),
            "the same input gave two outputs",
            "states must compare by value (frozen dataclasses)",
            id="a state that equals only itself",
        ),
        pytest.param(
            lambda _: Step(next(NUMBERS)),
            "the same input gave two outputs",
            "Handlers must be pure functions of their arguments",
            id="an answer that depends on the past",
        ),
        pytest.param(
            lambda _: Step(1, (Send(NodeId("n3"), "hello"),)),
            "sends 'hello' to n3",
            "which is none of n1, n2",
            id="a message to an unknown node",
        ),
        pytest.param(
            lambda _: Step(1, ("hello",)),  # type: ignore[arg-type]
            "'hello' is not an Effect",
            "use Send, Persist, Decide",
            id="an effect that is none",
        ),
        pytest.param(
            lambda _: Step(1, [Send(TWO, "hello")]),  # type: ignore[arg-type]
            "the effects of a step must be a tuple",
            "not [Send",
            id="effects in a list",
        ),
        pytest.param(lambda _: 1, "must return a Step", "not 1", id="a state instead of a step"),
    ],
)
def test_a_handler_that_breaks_a_rule(
    explore: Explore, on_tick: Callable[[Any], Any], what: str, remedy: str
) -> None:
    with pytest.raises(ModelError) as caught:
        explore(ticking(on_tick))

    said = str(caught.value)
    assert said.startswith("fire tick at n1 in state 0: ")
    assert what in said
    assert remedy in said


@both_explorers
@pytest.mark.parametrize(
    ("first", "on_tick"),
    [
        pytest.param(Slippery, lambda state: Step(state.increase()), id="hashed by value"),
        pytest.param(
            lambda kept=Identical(): kept,  # noqa: B008 - one object for ever is the point
            lambda state: Step(state.append(1)),
            id="hashed by identity",
        ),
    ],
)
def test_a_handler_that_changes_the_state_it_is_given(
    explore: Explore, first: Callable[[], Any], on_tick: Callable[[Any], Any]
) -> None:
    with pytest.raises(ModelError, match=r"at n1 in state .*frozen dataclasses"):
        explore(ticking(on_tick, first), max_states=50)


@both_explorers
def test_a_start_that_breaks_a_rule(explore: Explore) -> None:
    with pytest.raises(ModelError, match=r"^start at n1 .*the new state is not an immutable value"):
        explore(ticking(Step, first=list))


@both_explorers
def test_a_start_that_raises(explore: Explore) -> None:
    def refuse() -> None:
        msg = "not today"
        raise ValueError(msg)

    with pytest.raises(ModelError, match=r"start\(n1\) raised ValueError: not today"):
        explore(ticking(Step, first=refuse))


@both_explorers
def test_a_start_that_gives_nothing(explore: Explore) -> None:
    @dataclass(frozen=True, slots=True)
    class Idle(Ticking):
        def start(self, node: NodeId) -> None:  # type: ignore[override]
            return None

    with pytest.raises(ModelError, match=r"^start\(n1\) must return a Step, not None"):
        explore(Model(name="idle", protocol=Idle(Step), properties=()))


@both_explorers
def test_timers_without_their_comma(explore: Explore) -> None:
    @dataclass(frozen=True, slots=True)
    class Spelling(Ticking):
        def timers(self, state: Any) -> str:  # type: ignore[override]  # noqa: ANN401
            return "tick"

    complaint = r"timers\(0\) raised TypeError: text is no tuple of timers: write \('tick',\)"
    with pytest.raises(ModelError, match=complaint):
        explore(Model(name="spelling", protocol=Spelling(Step), properties=()))


@both_explorers
def test_a_property_without_its_return(explore: Explore) -> None:
    @always(Subject.NODES)
    def silent(nodes: tuple[object, ...]) -> bool:  # type: ignore[return]
        """Nothing is said."""
        bool(nodes)

    model = Model(
        name="silent", protocol=Ticking(Step), properties=(silent,), observe=lambda state: state
    )
    complaint = "property 'silent' raised TypeError: None is neither true nor false"
    with pytest.raises(ModelError, match=complaint):
        explore(model)


@both_explorers
def test_a_handler_that_raises_is_a_violation_with_its_trace(explore: Explore) -> None:
    """Two ticks of one node lead to the state whose tick raises; the raising tick is the third."""

    def climb(state: int) -> Step[int]:
        if state == 2:
            msg = "no further"
            raise ValueError(msg)
        return Step(state + 1)

    result = explore(ticking(climb))

    assert result.verdict is Verdict.VIOLATED
    assert result.violation is not None
    assert result.violation.name == "no handler raises"
    assert "ValueError: no further" in result.violation.sentence
    trace = result.violation.trace
    assert len(trace) == 3
    assert [each.outcome.error for each in trace.steps] == [None, None, "ValueError: no further"]
    assert trace.steps[-1].world is None
    assert len({each.node for each in trace.steps}) == 1


# --- models that could only mislead ------------------------------------------------------------


@always(Subject.NODES)
def shows_something(nodes: tuple[object, ...]) -> bool:
    """Something is shown."""
    return bool(nodes)


@step(Subject.NODE)
def stays(before: object, after: object) -> bool:
    """Nothing changes."""
    return before == after


@reachable(Subject.HISTORY)
def remembers(history: object) -> bool:
    """Something has happened."""
    return bool(history)


@always(Subject.ALL)
def knows_all(nodes: tuple[object, ...], history: object) -> bool:
    """Something is shown of everything."""
    return bool(nodes and history)


class Homeless(Protocol[Any, Any]):
    """Has nowhere to run."""

    def start(self, node: NodeId) -> Step[Any]:
        return Step(0)

    def receive(self, state: Any, source: NodeId, message: Any) -> None:  # noqa: ANN401
        return None


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        pytest.param(
            {"faults": Faults(crashes=1)},
            r"it allows crashes, but Ticking does not define recover\(node, record\)",
            id="no recover",
        ),
        pytest.param(
            {"faults": Faults(amnesias=1)},
            r"it allows crashes, but Ticking does not define recover\(node, record\)",
            id="no recover after amnesia",
        ),
        pytest.param(
            {"requests": Requests(nodes=NODES, commands=("go",))},
            r"it has client requests, but Ticking does not define request\(state, command\)",
            id="no request",
        ),
        pytest.param(
            {"properties": (remembers,)},
            "property 'remembers' reads the history, but there is no monitor",
            id="no monitor",
        ),
        pytest.param(
            {"properties": (knows_all,), "observe": lambda state: state},
            "property 'knows all' reads the history, but there is no monitor",
            id="no monitor for everything",
        ),
        pytest.param(
            {"properties": (shows_something,)},
            "property 'shows something' reads what nodes show, but observe= is not given",
            id="no observe",
        ),
        pytest.param(
            {"properties": (stays,)},
            "property 'stays' reads what nodes show, but observe= is not given",
            id="no observe for a step",
        ),
        pytest.param(
            {"properties": (stays, stays), "observe": lambda state: state},
            "two properties have one name",
            id="a property twice",
        ),
        pytest.param(
            {"protocol": Ticking},
            r"protocol= takes an object, not the class Ticking: write Ticking\(\)",
            id="a class for a protocol",
        ),
        pytest.param({"protocol": 3}, "protocol= takes a Protocol, not 3", id="no protocol"),
        pytest.param(
            {"protocol": Homeless()},
            "Homeless has no nodes: give it a field of that name",
            id="a protocol without nodes",
        ),
        pytest.param(
            {"properties": shows_something},
            "properties= takes a tuple, not a Property",
            id="no tuple",
        ),
        pytest.param(
            {"properties": (len,)},
            "len is no property: make one by @always, @step or @reachable",
            id="a function for a property",
        ),
        pytest.param(
            {"protocol": Ticking(Step, nodes=())},
            "Ticking.nodes must name at least one node",
            id="no nodes",
        ),
        pytest.param(
            {"protocol": Ticking(Step, nodes=(ONE, ONE))},
            "each once",
            id="a node twice",
        ),
        pytest.param(
            {"protocol": Ticking(Step, nodes=("n1",))},  # type: ignore[arg-type]
            r"must be NodeId values, such as NodeId\('n1'\)",
            id="a node that is only text",
        ),
    ],
)
def test_a_model_that_could_only_mislead(settings: dict[str, Any], complaint: str) -> None:
    sound: dict[str, Any] = {"name": "odd", "protocol": Ticking(Step), "properties": ()}

    with pytest.raises(ModelError, match=f"^model 'odd': .*{complaint}"):
        Model(**{**sound, **settings})


def test_a_property_says_of_what_it_is_asked() -> None:
    complaint = r"say of what it is asked: @always\(Subject.NODES\), for example"
    with pytest.raises(TypeError, match=complaint):
        always(len)  # type: ignore[arg-type]


def test_requests_to_a_stranger() -> None:
    @dataclass(frozen=True, slots=True)
    class Serving(Ticking):
        def request(self, state: Any, command: Hashable) -> Step[Any] | None:  # noqa: ANN401
            return None

    with pytest.raises(ModelError, match=r"requests go to unknown nodes: .*n3"):
        Model(
            name="odd",
            protocol=Serving(Step),
            properties=(),
            requests=Requests(nodes=(ONE, NodeId("n3")), commands=("go",)),
        )
