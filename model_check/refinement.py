"""Refinement: every step of an implementation is a step of its spec, within the model's bounds.

A monitor records, as facts, where the relations of a spec hold: what was sent, promised, voted for.
It has to be a history and not a function of the nodes, for they forget, and messages are consumed,
while the relations of a spec remember. The facts are then a finite structure of the spec, and two
things are asked, by any explorer, as properties over the history:

- of every step: that it changes nothing of the structure, or is an action of the spec whose guards
  hold; or a few in a row, where the refinement says so;
- of every state: each invariant, and each safety property, that is proved of the spec.

Both are remembered by structure, so that the price is that of distinct structures, not of states.

What is trusted is the monitor: that it records what the relations mean. If it recorded nothing,
all would hold; hence each relation is a property too, that it comes to hold of something.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from textwrap import shorten
from typing import NamedTuple

from paxiom.model_check.model import Model, ModelError, Monitor
from paxiom.model_check.world import initial_world
from paxiom.spec.logic.formulas import (
    Formula,
    LogicError,
    Or,
    Sort,
    Update,
    conjunction,
    disjunction,
)
from paxiom.spec.logic.reasons import Reason, Reasons, is_literal
from paxiom.spec.logic.structure import (
    Compiled,
    FalseAxiomError,
    GroundAction,
    Row,
    Rows,
    Scope,
    State,
)
from paxiom.spec.logic.system import Action, System
from paxiom.spec.logic.text import text
from paxiom.spec.property import Finding, Kind, Property, Subject

LONGEST = 100  # of a guard that a complaint quotes, in characters; the rest is in the spec


class Fact(NamedTuple):
    """A relation of the spec holds of ``terms``: labels, numbers, whatever elements are called."""

    relation: str
    terms: tuple[Hashable, ...]


Facts = frozenset[Fact]


@dataclass(frozen=True, slots=True)
class SpecStep:
    """An action of the spec, with what its parameters stand for."""

    action: str
    row: Row


class NoInstanceError(ModelError):
    """The model is no instance of the spec: an axiom, such as that quorums meet, is false."""

    def __init__(self, message: str, system: System) -> None:
        """Say of which spec."""
        super().__init__(message)
        self.system = system


class Refinement:
    """How the facts that a monitor records are read as states of a spec.

    ``elements`` says what the elements of each sort are called, in the order of ordered sorts.
    A step may be up to ``steps`` actions in a row, none of which takes back what another did.
    """

    def __init__(
        self,
        system: System,
        elements: Mapping[type[Sort], tuple[Hashable, ...]],
        *,
        rigid: Mapping[str, Rows],
        functions: Mapping[str, Mapping[Row, int]],
        steps: int = 1,
    ) -> None:
        """Fix the scope; ModelError if it is none of the spec's, an axiom being false in it."""
        sizes = {sort: len(names) for sort, names in elements.items()}
        self.elements, self.steps = elements, steps
        try:
            self.scope = Scope(system, sizes, rigid, functions)
        except FalseAxiomError as error:
            raise self._misfit(error) from error
        except LogicError as error:
            msg = f"the model is no instance of {error}"
            raise ModelError(msg) from error
        self._places = {
            sort: {name: place for place, name in enumerate(names)}
            for sort, names in elements.items()
        }
        self._actions = [_Steps(self.scope, action) for action in self.scope.actions.values()]
        self._relations = {name: place for place, name in enumerate(system.relations)}
        self._rows: dict[Fact, tuple[int, Row]] = {}  # which relation, and of what
        self._states: dict[Facts, State] = {}
        self._known: dict[tuple[State, State], tuple[SpecStep, ...] | None] = {}

    def _misfit(self, error: FalseAxiomError) -> "NoInstanceError":
        """Say why an axiom is false."""
        system = error.scope.system
        why = Reasons(error.scope, ()).of(system.axioms[error.axiom], {})
        because = ", ".join(each.said(self._shown) for each in why)
        return NoInstanceError(f"the model is no instance of {error}, because {because}", system)

    def state(self, facts: Facts) -> State:
        """Read facts as a state of the spec."""
        known = self._states.get(facts)
        if known is None:
            rows: list[set[Row]] = [set() for _ in self._relations]
            for fact in facts:
                place, row = self._rows.get(fact) or self._row(fact)
                rows[place].add(row)
            known = self._states[facts] = tuple(map(frozenset, rows))
        return known

    def _row(self, fact: Fact) -> tuple[int, Row]:
        sorts = self.scope.system.relations[fact.relation].sorts
        try:
            row = tuple(
                self._places[sort][term] for sort, term in zip(sorts, fact.terms, strict=True)
            )
        except KeyError as error:
            msg = f"{fact}: the spec's scope has no element {error}"
            raise ModelError(msg) from None
        self._rows[fact] = self._relations[fact.relation], row
        return self._rows[fact]

    def begins(self, facts: Facts) -> bool:
        """Whether these are facts where the spec begins, or within a step of it."""
        return self._searched(self.scope.initial, self.state(facts)) is not None

    # What is asked.

    def properties(self) -> tuple[Property, ...]:
        """All that is asked, of histories that are facts."""
        system = self.scope.system
        refining = Property(
            refines(system),
            f"Every step is an action of the spec {system.name}, or changes nothing in it.",
            Kind.STEP,
            Subject.HISTORY,
            lambda before, after: self.explained(before, after) is not None,
            explain=lambda before, after: Finding(self.complaint(before, after)),
        )
        return (
            refining,
            *(self._always(name, each) for name, each in system.inductive.items()),
            *(self._reachable(place, name) for place, name in enumerate(system.relations)),
        )

    def _always(self, name: str, formula: Formula) -> Property:
        holds, known = self.scope.compiled(formula), dict[State, bool]()

        def predicate(facts: Facts) -> bool:
            state = self.state(facts)
            if state not in known:
                known[state] = holds(state)
            return known[state]

        sentence = f"{text(formula)} (proved of {self.scope.system.name})"
        return Property(name, sentence, Kind.ALWAYS, Subject.HISTORY, predicate)

    def _reachable(self, place: int, relation: str) -> Property:
        return Property(
            f"some {relation}",
            f"The relation {relation} of the spec comes to hold of something.",
            Kind.REACHABLE,
            Subject.HISTORY,
            lambda facts: bool(self.state(facts)[place]),
        )

    # Steps.

    def explained(self, before: Facts, after: Facts) -> tuple[SpecStep, ...] | None:
        """Find the actions of the spec, in a row, that make a step; of a stutter, none."""
        pair = self.state(before), self.state(after)
        if pair not in self._known:
            self._known[pair] = self._searched(*pair)
        return self._known[pair]

    def _searched(self, before: State, after: State) -> tuple[SpecStep, ...] | None:
        return () if before == after else self._reached(before, after).get(after)

    def _reached(self, before: State, after: State) -> dict[State, tuple[SpecStep, ...]]:
        """Search breadth first, so that the fewest actions are found, until there or no further."""
        reached: dict[State, tuple[SpecStep, ...]] = {before: ()}
        frontier = [before]
        for _ in range(self.steps):
            here, frontier = frontier, []
            for state in here:
                wrong = _differences(state, after)
                for action in self._actions:
                    for row in action.rows_enabled(state, after, wrong):
                        result = action.ground.apply(state, row)
                        if _nearer(state, result, wrong) and result not in reached:
                            reached[result] = (*reached[state], SpecStep(action.name, row))
                            frontier.append(result)
            if after in reached:
                break
        return reached

    # What to say of a step that is none of the spec's.

    def complaint(self, before: Facts, after: Facts) -> str:
        """Say why a step is none of the spec's: the guards that fail of an action that it needs."""
        here, there = self.state(before), self.state(after)
        fits = [
            fit
            for state, done in self._reached(here, there).items()
            for fit in self._forbidden(state, there, done)
        ]
        if not fits:
            changes = self._changes(_differences(here, there))
            return f"No action of {self.scope.system.name} changes this: {changes}."
        best = min(fits, key=_Forbidden.distance)
        guards = " and ".join(self._failing(best, place) for place in best.failing)
        return f"{self._given(best.action.ground, best.row)}: the guard {guards}."

    def _forbidden(
        self, state: State, after: State, done: tuple[SpecStep, ...]
    ) -> "Iterator[_Forbidden]":
        """Yield the actions that would do, together with others, if their guards held."""
        wrong = _differences(state, after)
        for action in self._actions:
            for row in action.rows_for(state, after, wrong):
                result, failing = action.ground.apply(state, row), action.ground.failing(state, row)
                near = failing and _nearer(state, result, wrong)
                if near and self._searched(result, after) is not None:
                    yield _Forbidden(state, action, row, failing, len(done))

    def _given(self, action: GroundAction, row: Row) -> str:
        pairs = zip(action.action.parameters, row, strict=True)
        given = ", ".join(f"{v.name}={self._shown(type(v), at)}" for v, at in pairs)
        return f"{action.action.name}({given})"

    def _failing(self, of: "_Forbidden", place: int) -> str:
        """Say that a guard does not hold, and why."""
        action = of.action.ground.action
        guards, meant = action.guards, dict(zip(action.parameters, of.row, strict=True))
        numbered = f" \N{HORIZONTAL ELLIPSIS} (guard {place + 1} of {len(guards)})"
        said = Reason(guards[place], meant).said(self._shown)
        told = f"{shorten(said, LONGEST, placeholder=numbered)} does not hold"
        if is_literal(guards[place]):
            return told
        why = Reasons(self.scope, of.state).of(guards[place], meant)
        return f"{told}, because {', '.join(dict.fromkeys(each.said(self._shown) for each in why))}"

    def _shown(self, sort: type[Sort], at: int) -> str:
        return shown(self.elements[sort][at])

    def _changes(self, wrong: tuple[Rows, ...]) -> str:
        """List what differs."""
        relations = self.scope.system.relations.values()
        return ", ".join(
            f"{relation.name}({', '.join(self._named(relation.sorts, row))})"
            for relation, rows in zip(relations, wrong, strict=True)
            for row in sorted(rows)
        )

    def _named(self, sorts: tuple[type[Sort], ...], row: Row) -> Iterator[str]:
        return (self._shown(sort, at) for sort, at in zip(sorts, row, strict=True))


def refines(system: System) -> str:
    """Name the property that every step is one of the spec."""
    return f"refines {system.name}"


def refined(model: Model, monitor: Monitor, refinement: Refinement) -> Model:
    """Ask of ``model``, in place of its own properties, that it refines a spec.

    ModelError where the first boots are no steps of the spec, taken from where it begins.
    """
    made = replace(
        model, monitor=monitor, properties=refinement.properties(), refines=refinement.scope
    )
    booted = initial_world(made).history
    assert isinstance(booted, frozenset)
    if refinement.begins(booted):
        return made
    msg = f"model {model.name!r}: its nodes do not boot as the spec begins: {set(booted)}"
    raise ModelError(msg)


def shown(element: Hashable) -> str:
    """Name an element; a quorum is the set of its members."""
    if isinstance(element, frozenset):
        return f"{{{', '.join(sorted(map(str, element)))}}}"
    return str(element)


def _differences(one: State, other: State) -> tuple[Rows, ...]:
    """Where each relation holds in one state and not in the other."""
    return tuple(a ^ b for a, b in zip(one, other, strict=True))


def _nearer(before: State, after: State, wrong: tuple[Rows, ...]) -> bool:
    """Say whether a step changes nothing that was right."""
    return all(a ^ b <= w for a, b, w in zip(after, before, wrong, strict=True))


class _Steps:
    """An action, and which parameters can account for what differs between two states."""

    def __init__(self, scope: Scope, ground: GroundAction) -> None:
        self.ground, self.name = ground, ground.action.name
        self._enabled = _Making(scope, ground.action, ground.action.guards)
        self._any = _Making(scope, ground.action, ())

    def rows_enabled(self, state: State, after: State, wrong: tuple[Rows, ...]) -> list[Row]:
        """List, of the parameters for which it is enabled, those that ``rows_for`` gives."""
        return self._enabled.rows(state, after, wrong)

    def rows_for(self, state: State, after: State, wrong: tuple[Rows, ...]) -> list[Row]:
        """List the parameters that put right at least one row of those that are wrong."""
        return self._any.rows(state, after, wrong)


class _Making:
    """Finds the parameters of an action, under guards, that make a relation hold or no longer."""

    def __init__(self, scope: Scope, action: Action, guards: tuple[Formula, ...]) -> None:
        places = {name: place for place, name in enumerate(scope.system.relations)}

        def search(update: Update, body: Formula) -> Compiled:
            ways = body.parts if isinstance(body, Or) else (body,)
            each = disjunction(*(conjunction(*guards, way) for way in ways))
            return scope.rows_where(action.parameters, each, update.variables)

        self._searches = [
            (places[name], search(update, update.body), search(update, ~update.body))
            for name, update in action.updates.items()
        ]

    def rows(self, state: State, after: State, wrong: tuple[Rows, ...]) -> list[Row]:
        found: set[Row] = set()
        for place, added, removed in self._searches:
            for at in wrong[place]:
                found |= (added if at in after[place] else removed)(state, *at)
        return sorted(found)


@dataclass(frozen=True)
class _Forbidden:
    """An action whose guards do not all hold."""

    state: State
    action: _Steps
    row: Row
    failing: list[int]
    after: int  # so many others

    def distance(self) -> tuple[int, int, int]:
        """Order by how many guards fail; of as many, one that fails late came nearer."""
        return len(self.failing), self.after, -self.failing[0]
