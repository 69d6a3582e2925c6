"""Counterexamples to induction: a state, a step from it, and the formula that falls.

The state satisfies axioms and inductive formulas; that does not make it reachable. So either the
protocol is wrong or the inductive formulas are too weak to tell.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from paxiom.proofs.finite import Structure, smallest
from paxiom.proofs.obligations import Obligation
from paxiom.proofs.solving import LIMITS, Limits
from paxiom.spec.logic.formulas import ForAll, Formula, Ordered, Sort, Terms
from paxiom.spec.logic.structure import Row, Rows, Scope, State
from paxiom.spec.logic.system import System
from paxiom.spec.logic.text import element, text


@dataclass(frozen=True, eq=False)
class Counterexample:
    """In ``scope``, the action with ``row`` for parameters leads from ``state`` to where it falls.

    Without an action, ``state`` is a first one.
    """

    scope: Scope
    state: State
    obligation: Obligation
    row: Row

    @property
    def after(self) -> State:
        """The state where the formula is false."""
        if not self.obligation.action:
            return self.state
        return self.scope.actions[self.obligation.action].apply(self.state, self.row)

    @property
    def fallen(self) -> Formula:
        """The formula that is false there; without one, the goal, said of the state before."""
        return self.scope.system.inductive.get(self.obligation.formula, self.obligation.goal)

    def witness(self) -> tuple[Terms, Row]:
        """Give the elements of which the fallen formula is false."""
        match self.fallen:
            case ForAll(variables, body) if self.obligation.formula:
                holds = self.scope.compiled(body, variables)
                rows = self.scope.elements(variables)
                return variables, next(row for row in rows if not holds(self.after, *row))
            case _:
                return (), ()


def counterexample(
    system: System, obligation: Obligation, limits: Limits = LIMITS
) -> Counterexample | None:
    """Find a smallest counterexample, and confirm it by evaluation; None if Z3 finds none."""
    formulas = (*obligation.given, ~obligation.goal)
    found = smallest(system, formulas, obligation.parameters, limits=limits)
    if found is None:
        return None
    scope = scope_of(system, found)
    state = tuple(found.relations.values())
    for formula in formulas:
        if not scope.compiled(formula, obligation.parameters)(state, *found.values):
            msg = f"{obligation.name}: Z3 and the evaluator differ about {text(formula)}"
            raise AssertionError(msg)
    return Counterexample(scope, state, obligation, found.values)


def scope_of(system: System, found: Structure) -> Scope:
    """Make what Z3 found a scope of the spec."""
    return Scope(system, found.sizes, found.rigid, found.functions)


# --- as text -----------------------------------------------------------------------------------


def told(variables: Terms, row: Row) -> str:
    """Say what variables stand for: n = node0, r = round1."""
    pairs = zip(variables, row, strict=True)
    return ", ".join(f"{each.name} = {element(type(each), at)}" for each, at in pairs)


def facts(name: str, sorts: tuple[type[Sort], ...], rows: Rows) -> Iterator[str]:
    """Say of what a relation holds, in order."""
    for row in sorted(rows):
        listed = ", ".join(map(element, sorts, row))
        yield f"{name}({listed})" if row else name


def setting(scope: Scope) -> Iterator[tuple[str, str]]:
    """Describe what no step changes: elements, rigid relations and functions, each with a label."""
    for sort, size in scope.sizes.items():
        between = " < " if issubclass(sort, Ordered) else ", "
        yield "elements", between.join(element(sort, number) for number in range(size))
    for name, rows in scope.rigid.items():
        yield "rigid", ", ".join(facts(name, scope.system.rigid[name].sorts, rows)) or f"no {name}"
    for name, values in scope.functions.items():
        function = scope.system.functions[name]
        for row, value in sorted(values.items()):
            (applied,) = facts(name, function.sorts, frozenset([row]))
            yield "rigid", f"{applied} = {element(function.result, value)}"


def state_facts(scope: Scope, state: State) -> dict[str, list[str]]:
    """Say of what each relation holds in a state."""
    symbols = scope.system.relations.values()
    return {
        each.name: list(facts(each.name, each.sorts, rows))
        for each, rows in zip(symbols, state, strict=True)
    }


def changes(scope: Scope, before: State, after: State) -> Iterator[str]:
    """Say what a step adds (+) and removes (-)."""
    were, are = state_facts(scope, before), state_facts(scope, after)
    for name, own in are.items():
        yield from (f"- {fact}" for fact in were[name] if fact not in own)
        yield from (f"+ {fact}" for fact in own if fact not in were[name])


def rows_of(found: Counterexample) -> Iterator[tuple[str, str]]:
    """Describe a counterexample as labels and lines: what is there, the step, and what falls."""
    scope, action = found.scope, found.obligation.action
    yield from setting(scope)
    before = [fact for each in state_facts(scope, found.state).values() for fact in each]
    yield "state before" if action else "first state", ", ".join(before) or "nothing holds"
    if action:
        yield "step", f"{action}({told(found.obligation.parameters, found.row)})"
        for change in [*changes(scope, found.state, found.after)] or ["nothing"]:
            yield "changes", change
    yield "falls", f"{found.obligation.formula or 'goal'}: {text(found.fallen)}"
    variables, row = found.witness()
    if variables:
        yield "for", told(variables, row)


def document(found: Counterexample) -> Mapping[str, object]:
    """Write it down for JSON."""
    scope, obligation = found.scope, found.obligation
    variables, row = found.witness()
    named = [each.name for each in obligation.parameters]
    own = map(element, map(type, obligation.parameters), found.row)
    return {
        "possibly_unreachable": True,
        "setting": [line for _, line in setting(scope)],
        "before": state_facts(scope, found.state),
        "action": obligation.action or None,
        "parameters": dict(zip(named, own, strict=True)),
        "changes": list(changes(scope, found.state, found.after)),
        "falls": obligation.formula or None,
        "witness": [element(type(v), at) for v, at in zip(variables, row, strict=True)],
    }
