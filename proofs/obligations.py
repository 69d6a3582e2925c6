"""What must be proved of a spec: each inductive formula holds at first, and every action keeps it.

Together the inductive formulas hold in every reachable state, of any size: by induction over the
steps, which is outside the solver. Safety is among them, so it needs no obligation of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from paxiom.spec.logic.formulas import Formula, Terms
from paxiom.spec.logic.system import System


@dataclass(frozen=True, eq=False)
class Obligation:
    """``goal`` follows from ``given``, whatever ``parameters`` stand for."""

    name: str  # "initially: agreement" or "cast: agreement"
    given: tuple[Formula, ...]
    goal: Formula
    parameters: Terms = ()


def obligations(system: System) -> Iterator[Obligation]:
    """Yield what makes the inductive formulas of ``system`` hold in every reachable state."""
    axioms = tuple(system.axioms.values())
    inductive = tuple(system.inductive.values())
    for name, formula in system.inductive.items():
        yield Obligation(f"initially: {name}", (*axioms, *system.at_first), formula)
    for action in system.actions.values():
        given = (*axioms, *inductive, *action.guards)
        for name, formula in system.inductive.items():
            goal = action.after(formula)
            yield Obligation(f"{action.name}: {name}", given, goal, action.parameters)
