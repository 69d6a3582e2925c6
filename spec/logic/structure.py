"""Finite structures, and what formulas and actions mean in them.

The elements of a sort are the numbers from 0; an ordered sort is in their order. Formulas are
compiled, once per scope, to Python functions of a state and of what the variables stand for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from paxiom.spec.logic.compiling import Code, Compiled, Row, Rows
from paxiom.spec.logic.formulas import (
    LE,
    Formula,
    LogicError,
    Sort,
    Terms,
    Update,
    conjunction,
)
from paxiom.spec.logic.system import Action, System

__all__ = ["Compiled", "FalseAxiomError", "GroundAction", "Row", "Rows", "Scope", "State"]

State = tuple[Rows, ...]  # what each relation holds of, in the order of the spec


class FalseAxiomError(LogicError):
    """A scope is no instance of its spec: an axiom is false in it."""

    def __init__(self, scope: "Scope", axiom: str) -> None:
        """Name the axiom."""
        super().__init__(f"{scope.system.name}: in this scope the axiom '{axiom}' is false")
        self.scope, self.axiom = scope, axiom


@dataclass(frozen=True)
class Scope:
    """A finite size of a spec: how many elements each sort has, and what is rigid.

    ``rigid`` lists where each rigid relation holds, but for orders; ``functions`` maps arguments
    to results, of a constant () to its value. LogicError where something is missing or unknown.
    """

    system: System
    sizes: Mapping[type[Sort], int]
    rigid: Mapping[str, Rows]
    functions: Mapping[str, Mapping[Row, int]]

    def __post_init__(self) -> None:
        """Refuse a scope that does not fit the spec, or in which an axiom is false."""
        orders = {name for name in self.system.rigid if name.endswith(LE)}
        for what, given, wanted in (
            ("sizes", {s.__name__ for s in self.sizes}, {s.__name__ for s in self.system.sorts}),
            ("rigid relations", set(self.rigid), set(self.system.rigid) - orders),
            ("functions", set(self.functions), set(self.system.functions)),
        ):
            if given != wanted:
                msg = f"{self.system.name}: {what} for {sorted(wanted)}, not {sorted(given)}"
                raise LogicError(msg)
        for name, axiom in self.system.axioms.items():
            if not self.compiled(axiom)(()):
                raise FalseAxiomError(self, name)

    def elements(self, variables: Terms) -> Iterator[Row]:
        """Yield all that ``variables`` may stand for."""
        return product(*(range(self.sizes[type(each)]) for each in variables))

    @cached_property
    def initial(self) -> State:
        """The state that the spec begins in."""
        return tuple(frozenset(self.updated(u)(())) for u in self.system.initial.values())

    @cached_property
    def actions(self) -> Mapping[str, "GroundAction"]:
        """The actions, compiled."""
        return {name: GroundAction(self, each) for name, each in self.system.actions.items()}

    def successors(self, state: State) -> Iterator[tuple[str, Row, State]]:
        """Yield each step: action, parameters, and the state that it leads to."""
        for name, action in self.actions.items():
            for row in action.rows_enabled(state):
                yield name, row, action.apply(state, row)

    def compiled(self, formula: Formula, parameters: Terms = ()) -> Compiled:
        """Compile a formula to a function of a state and of what ``parameters`` stand for."""
        return self._code().truth(parameters, formula)

    def updated(self, update: Update, parameters: Terms = ()) -> Compiled:
        """Compile where a relation holds after an update, of the state before and parameters."""
        return self.rows_where(update.variables, update.body, parameters)

    def rows_where(self, variables: Terms, formula: Formula, parameters: Terms = ()) -> Compiled:
        """Compile to the set of what ``variables`` stand for where ``formula`` holds."""
        return self._code().rows(parameters, variables, formula)

    def _code(self) -> Code:
        places = {name: place for place, name in enumerate(self.system.relations)}
        return Code(places, self.sizes, self.rigid, self.functions)


class GroundAction:
    """An action in a scope."""

    def __init__(self, scope: Scope, action: Action) -> None:
        """Compile guards and updates."""
        self.action = action
        self.guards = [scope.compiled(guard, action.parameters) for guard in action.guards]
        self.enabled = scope.compiled(conjunction(*action.guards), action.parameters)
        self._enabled = scope.rows_where(action.parameters, conjunction(*action.guards))
        places = {name: place for place, name in enumerate(scope.system.relations)}
        self._updates = [
            (places[name], scope.updated(update, action.parameters))
            for name, update in action.updates.items()
        ]

    def rows_enabled(self, state: State) -> list[Row]:
        """List the parameters for which all guards hold."""
        return sorted(self._enabled(state))

    def apply(self, state: State, row: Row) -> State:
        """Take the step, whether or not the guards hold."""
        after = list(state)
        for place, rows in self._updates:
            after[place] = frozenset(rows(state, *row))
        return tuple(after)

    def failing(self, state: State, row: Row) -> list[int]:
        """Name the guards, by place, that do not hold."""
        return [place for place, guard in enumerate(self.guards) if not guard(state, *row)]
