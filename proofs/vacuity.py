"""Is there anything that the proofs are about? What is inconsistent implies everything.

Axioms must be true somewhere: at first, with the inductive formulas, and with the guards of each
action. That an action is enabled somewhere does not make it reachable, so a spec also has
scenarios: actions in an order, for which parameters are looked for that lead from a first state to
what the scenario says. Each such trace is confirmed by carrying it out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from paxiom.proofs.counterexample import changes, scope_of, setting, told
from paxiom.proofs.finite import possible, smallest
from paxiom.proofs.obligations import guards
from paxiom.proofs.solving import LIMITS, Answer, Limits, in_parallel, satisfiable
from paxiom.spec.logic.formulas import Formula, Holds, Relation, Sort, Terms, iff
from paxiom.spec.logic.rewriting import rewritten
from paxiom.spec.logic.structure import Row, Scope
from paxiom.spec.logic.system import Action, Scenario, System, closed


@dataclass(frozen=True, eq=False)
class Trace:
    """Steps from the first state of ``scope``: actions with their parameters."""

    scope: Scope
    steps: tuple[tuple[str, Row], ...]

    def lines(self) -> Iterator[str]:
        """Say what each step does."""
        for _, line in setting(self.scope):
            yield line
        state = self.scope.initial
        for name, row in self.steps:
            action = self.scope.actions[name]
            after = action.apply(state, row)
            done = "; ".join(changes(self.scope, state, after)) or "no change"
            yield f"{name}({told(action.action.parameters, row)}): {done}"
            state = after


@dataclass(frozen=True, eq=False)
class Check:
    """Something that must be possible, and whether it is."""

    name: str
    answer: Answer
    trace: Trace | None = None  # of a scenario


def checks(system: System, limits: Limits = LIMITS, workers: int | None = None) -> Iterator[Check]:
    """Check that a spec can begin, go on, take each action, and reach what it says."""
    axioms = tuple(system.axioms.values())
    inductive = (*axioms, *system.inductive.values())
    asked: list[tuple[str, tuple[Formula, ...], Terms]] = [
        ("axioms and first state", (*axioms, *system.at_first), ()),
        ("axioms and invariants", inductive, ()),
    ]
    for action in system.actions.values():
        given = (*inductive, *guards(action).values())
        asked.append((f"{action.name} is enabled", given, action.parameters))

    def tried(each: tuple[str, tuple[Formula, ...], Terms]) -> Check:
        name, formulas, parameters = each
        return Check(name, possible(system, formulas, parameters, limits))

    def reached(each: tuple[str, Scenario]) -> Check:
        return reach(system, *each, limits)

    yield from in_parallel(tried, asked, workers)
    yield from in_parallel(reached, system.scenarios.items(), workers)


def untaken(system: System) -> list[str]:
    """Name the actions that no scenario takes."""
    taken = {step for scenario in system.scenarios.values() for step in scenario.steps}
    return [name for name in system.actions if name not in taken]


# --- scenarios ---------------------------------------------------------------------------------


def reach(system: System, name: str, scenario: Scenario, limits: Limits = LIMITS) -> Check:
    """Look for parameters with which the actions of a scenario lead to its goal."""
    unrolled = _Unrolled(system)
    for step in scenario.steps:
        unrolled.take(system.actions[step])
    formulas = (*unrolled.formulas, unrolled.now(scenario.goal))
    wide = replace(system, relations=unrolled.relations)
    parameters = tuple(each for own in unrolled.parameters for each in own)
    found = smallest(wide, formulas, parameters, limits=limits, fewest=False)
    title = f"reachable: {name}"
    if found is None:
        answer = satisfiable(wide, formulas, parameters, limits).answer
        return Check(title, answer)
    values, rows = iter(found.values), []
    for step, own in zip(scenario.steps, unrolled.parameters, strict=True):
        rows.append((step, tuple(next(values) for _ in own)))
    trace = Trace(scope_of(system, found), tuple(rows))
    _confirm(trace, scenario)
    return Check(title, Answer.SAT, trace)


def _confirm(trace: Trace, scenario: Scenario) -> None:
    """Carry the trace out."""
    state = trace.scope.initial
    for name, row in trace.steps:
        action = trace.scope.actions[name]
        if not action.enabled(state, *row):
            msg = f"Z3 and the evaluator differ about whether {name} is enabled"
            raise AssertionError(msg)
        state = action.apply(state, row)
    if not trace.scope.compiled(scenario.goal)(state):
        msg = "Z3 and the evaluator differ about where a scenario leads"
        raise AssertionError(msg)


class _Unrolled:
    """A run as formulas: a relation that a step changes is another relation after it."""

    def __init__(self, system: System) -> None:
        self.names = {name: f"{name}@0" for name in system.relations}
        self.symbols = system.relations
        self.relations: dict[str, Relation[Any]] = {
            self.names[name]: Relation(self.names[name], symbol.sorts)
            for name, symbol in system.relations.items()
        }
        self.formulas = [*system.axioms.values(), *map(self.now, system.at_first)]
        self.parameters: list[Terms] = []

    def now(self, formula: Formula) -> Formula:
        """Say it of the state that the steps so far have led to."""
        return rewritten(formula, names=self.names)

    def take(self, action: Action) -> None:
        """Add a step."""
        count = len(self.parameters) + 1
        own = tuple(type(each)(f"{each.name}@{count}") for each in action.parameters)
        meant: dict[Sort, Sort] = dict(zip(action.parameters, own, strict=True))
        self.parameters.append(own)
        for guard in action.guards:
            self.formulas.append(rewritten(guard, terms=meant, names=self.names))
        after = dict(self.names)
        for name, update in action.updates.items():
            after[name] = f"{name}@{count}"
            symbol: Relation[Any] = Relation(after[name], self.symbols[name].sorts)
            self.relations[symbol.name] = symbol
            fresh = tuple(type(each)(each.name) for each in update.variables)
            terms = {**meant, **dict(zip(update.variables, fresh, strict=True))}
            body = rewritten(update.body, terms=terms, names=self.names)
            self.formulas.append(closed(fresh, iff(Holds(symbol, fresh), body)))
        self.names = after
