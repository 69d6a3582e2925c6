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

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from textwrap import shorten

from paxiom.model_check.model import Model, ModelError, Monitor
from paxiom.model_check.world import initial_world
from paxiom.spec.logic.formulas import Formula, LogicError, Sort
from paxiom.spec.logic.reasons import Meaning, Reason, Reasons, is_literal
from paxiom.spec.logic.structure import (
    Compiled,
    FalseAxiomError,
    GroundAction,
    Row,
    Rows,
    Scope,
    State,
)
from paxiom.spec.logic.system import System
from paxiom.spec.logic.text import text
from paxiom.spec.property import Finding, Kind, Property, Subject

LONGEST = 100  # of a guard that a complaint quotes, in characters; the rest is in the spec


@dataclass(frozen=True, slots=True)
class Fact:
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
        if facts not in self._states:
            rows: dict[str, set[Row]] = {name: set() for name in self.scope.system.relations}
            for fact in facts:
                rows[fact.relation].add(self._row(fact))
            self._states[facts] = tuple(map(frozenset, rows.values()))
        return self._states[facts]

    def _row(self, fact: Fact) -> Row:
        sorts = self.scope.system.relations[fact.relation].sorts
        try:
            return tuple(
                self._places[sort][term] for sort, term in zip(sorts, fact.terms, strict=True)
            )
        except KeyError as error:
            msg = f"{fact}: the spec's scope has no element {error}"
            raise ModelError(msg) from None

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
        """Search breadth first, so that the fewest actions are found."""
        if before == after:
            return ()
        reached: dict[State, tuple[SpecStep, ...]] = {before: ()}
        frontier = [before]
        for _ in range(self.steps):
            here, frontier = frontier, []
            for state in here:
                for step, result in self._towards(state, after):
                    if result not in reached:
                        reached[result] = (*reached[state], step)
                        frontier.append(result)
                if after in reached:
                    return reached[after]
        return None

    def _towards(self, state: State, after: State) -> Iterator[tuple[SpecStep, State]]:
        """Yield the steps that bring ``state`` nearer, and change nothing that is right."""
        wrong = _differences(state, after)
        for action in self._actions:
            for row in action.rows_for(state, after, wrong):
                if action.ground.enabled(state, *row):
                    result = action.ground.apply(state, row)
                    if all(a ^ b <= w for a, b, w in zip(result, state, wrong, strict=True)):
                        yield SpecStep(action.name, row), result

    # What to say of a step that is none of the spec's.

    def complaint(self, before: Facts, after: Facts) -> str:
        """Say why a step is no action: the guards that fail of those that would lead there."""
        here, there = self.state(before), self.state(after)
        wrong = _differences(here, there)
        fits = [
            (action.ground.failing(here, row), action, row)
            for action in self._actions
            for row in action.rows_for(here, there, wrong)
            if action.ground.apply(here, row) == there
        ]
        if not fits:
            return f"No action of {self.scope.system.name} changes this: {self._changes(wrong)}."
        failing, action, row = min(fits, key=_distance)
        parameters = action.ground.action.parameters
        meant = dict(zip(parameters, row, strict=True))
        guards = " and ".join(self._failing(action.ground, each, meant, here) for each in failing)
        given = ", ".join(f"{v.name}={self._shown(type(v), at)}" for v, at in meant.items())
        return f"{action.name}({given}): the guard {guards}."

    def _failing(self, action: GroundAction, place: int, meant: Meaning, state: State) -> str:
        """Say that a guard does not hold, and why."""
        guards = action.action.guards
        numbered = f" \N{HORIZONTAL ELLIPSIS} (guard {place + 1} of {len(guards)})"
        said = Reason(guards[place], meant).said(self._shown)
        told = f"{shorten(said, LONGEST, placeholder=numbered)} does not hold"
        if is_literal(guards[place]):
            return told
        why = Reasons(self.scope, state).of(guards[place], meant)
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


def _distance(fit: "tuple[list[int], _Steps, Row]") -> tuple[int, int]:
    """Order by how many guards fail; of as many, one that fails late came nearer."""
    failing, _, _ = fit
    return len(failing), -failing[0] if failing else 0


class _Steps:
    """An action, and which parameters can account for what differs between two states."""

    def __init__(self, scope: Scope, ground: GroundAction) -> None:
        self.ground, self.name = ground, ground.action.name
        places = {name: place for place, name in enumerate(scope.system.relations)}
        self._updates: list[tuple[int, Compiled]] = [
            (places[name], scope.compiled(u.body, (*ground.action.parameters, *u.variables)))
            for name, u in ground.action.updates.items()
        ]

    def rows_for(self, state: State, after: State, wrong: tuple[Rows, ...]) -> Iterator[Row]:
        """Yield the parameters that put right at least one row of those that are wrong."""
        asked: list[tuple[Callable[..., bool], Row, bool]] = [
            (holds, at, at in after[place])
            for place, holds in self._updates
            for at in sorted(wrong[place])
        ]
        for row in self.ground.rows if asked else ():
            if any(holds(state, *row, *at) == goal for holds, at, goal in asked):
                yield row
