"""A spec of finite size as a model, so that every explorer visits the states it reaches.

The spec is one node: its state says of what each relation holds, its timers are the actions with
what their parameters stand for. Safety and invariants are properties; what scenarios come to must
be reachable, or the size is too small to tell much.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import make_dataclass
from typing import Any, Never

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Protocol, Step
from paxiom.model_check.instance import Elements, described, elements_of
from paxiom.model_check.model import Model
from paxiom.spec.logic.formulas import Formula, Sort
from paxiom.spec.logic.structure import Row, Rows, Scope, State
from paxiom.spec.logic.text import text
from paxiom.spec.property import Kind, Property, Subject


def spec_model(scope: Scope, name: str = "") -> Model:
    """Make a model of a spec in ``scope``."""
    run, system = SpecRun(scope), scope.system
    goals = {each: scenario.goal for each, scenario in system.scenarios.items()}
    return Model(
        name=name or system.name,
        protocol=run,
        properties=(
            *(run.asked(each, formula, Kind.ALWAYS) for each, formula in system.inductive.items()),
            *(run.asked(each, formula, Kind.REACHABLE) for each, formula in goals.items()),
        ),
        observe=lambda state: state,
        scope=tuple(described(scope, run.elements)),
        steps=tuple(f"fire {each}" for each in system.actions),
    )


class SpecRun(Protocol[Any, Never]):
    """A spec that runs; in its states and steps, elements are called by their names."""

    def __init__(self, scope: Scope) -> None:
        """Make a class of states, with a field for each relation, and one of each action."""
        self.nodes = (NodeId("spec"),)
        self.scope = scope
        self.elements = elements_of(scope)
        system, actions = scope.system, scope.system.actions.values()
        self._state = _record(system.name, system.relations)
        self._relations = [_Names(self.elements, each.sorts) for each in system.relations.values()]
        self._steps = {each.name: _record(each.name, each.parameters) for each in actions}
        self._parameters = {
            each.name: _Names(self.elements, tuple(map(type, each.parameters))) for each in actions
        }
        self._shown: dict[State, Any] = {}
        self._states: dict[Any, State] = {}
        self._taken: dict[Any, tuple[str, Row]] = {}

    def start(self, node: NodeId) -> Step[Any]:  # noqa: ARG002 - there is but one
        """Begin as the spec does."""
        return Step(self._show(self.scope.initial))

    def receive(self, state: Any, source: NodeId, message: Never) -> None:  # noqa: ANN401
        """Nobody sends anything."""

    def timers(self, state: Any) -> Iterator[Hashable]:  # noqa: ANN401 - of a class made above
        """Name the actions whose guards hold."""
        for name, action in self.scope.actions.items():
            for row in action.rows_enabled(self._states[state]):
                step = self._steps[name](*self._parameters[name].of(row))
                self._taken[step] = name, row
                yield step

    def fire(self, state: Any, timer: Any) -> Step[Any]:  # noqa: ANN401 - as above
        """Take an action."""
        name, row = self._taken[timer]
        return Step(self._show(self.scope.actions[name].apply(self._states[state], row)))

    def asked(self, name: str, formula: Formula, kind: Kind) -> Property:
        """Ask a formula of the spec as a property of what the node shows."""
        holds = self.scope.compiled(formula)
        return Property(
            name, text(formula), kind, Subject.NODE, lambda state: holds(self._states[state])
        )

    def _show(self, state: State) -> Any:  # noqa: ANN401
        if state not in self._shown:
            pairs = zip(self._relations, state, strict=True)
            shown = self._state(*(names.of_all(rows) for names, rows in pairs))
            self._shown[state], self._states[shown] = shown, state
        return self._shown[state]


class _Names:
    """Calls elements by their names; where a relation holds, as a whole and only once."""

    def __init__(self, elements: Elements, sorts: tuple[type[Sort], ...]) -> None:
        self._elements = [elements[sort] for sort in sorts]
        self._known: dict[Rows, Hashable] = {}

    def of(self, row: Row) -> tuple[Hashable, ...]:
        return tuple(own[at] for own, at in zip(self._elements, row, strict=True))

    def of_all(self, rows: Rows) -> Hashable:
        """Show a flag as a truth value, and one term without a tuple."""
        if rows not in self._known:
            named = map(self.of, rows)
            alone = len(self._elements) == 1
            holding = frozenset(name for (name,) in named) if alone else frozenset(named)
            self._known[rows] = holding if self._elements else bool(rows)
        return self._known[rows]


def _record(name: str, fields: Iterable[object]) -> type[Any]:
    return make_dataclass(name, map(str, fields), frozen=True, slots=True)
