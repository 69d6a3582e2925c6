"""What must be proved of a spec: each inductive formula holds at first, and every action keeps it.

Together the inductive formulas hold in every reachable state, of any size: by induction over the
steps, which is outside the solver. Safety is among them, so it needs no obligation of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from paxiom.spec.logic.formulas import Formula, Terms
from paxiom.spec.logic.system import Action, System


@dataclass(frozen=True, eq=False)
class Obligation:
    """``goal`` follows from ``given``, whatever ``parameters`` stand for."""

    name: str  # "initially: agreement" or "cast: agreement"
    given: tuple[Formula, ...]
    goal: Formula
    parameters: Terms = ()
    formula: str = ""  # whose goal it is
    action: str = ""  # that must keep it; none at first
    sources: tuple[str, ...] = ()  # of each given formula, where it comes from


def obligations(system: System) -> Iterator[Obligation]:
    """Yield what makes the inductive formulas of ``system`` hold in every reachable state."""
    axioms = named("axiom", system.axioms)
    at_first = {
        f"initially {name}": formula
        for name, formula in zip(system.initial, system.at_first, strict=True)
    }
    begun = {**axioms, **at_first}
    for name, formula in system.inductive.items():
        title = f"initially: {name}"
        yield Obligation(title, (*begun.values(),), formula, (), name, "", (*begun,))
    for action in system.actions.values():
        given = {**axioms, **named("invariant", system.inductive), **guards(action)}
        for name, formula in system.inductive.items():
            yield Obligation(
                name=f"{action.name}: {name}",
                given=tuple(given.values()),
                goal=action.after(formula),
                parameters=action.parameters,
                formula=name,
                action=action.name,
                sources=tuple(given),
            )


def named(kind: str, formulas: Mapping[str, Formula]) -> dict[str, Formula]:
    """Say of each formula what kind it is."""
    return {f"{kind} {name}": formula for name, formula in formulas.items()}


def guards(action: Action) -> dict[str, Formula]:
    """Name the guards of an action by place, counted from 0 as in ``unneeded``."""
    return {f"guard {place} of {action.name}": each for place, each in enumerate(action.guards)}
