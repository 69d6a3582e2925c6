"""Which of the given formulas Z3 proves an obligation from."""

from collections.abc import Iterator
from dataclasses import dataclass

import z3

from paxiom.proofs.lowering import Lowering
from paxiom.proofs.obligations import Obligation
from paxiom.proofs.solving import LIMITS, Answer, Limits, ask, new_solver
from paxiom.spec.logic.formulas import And, Formula
from paxiom.spec.logic.system import System


@dataclass(frozen=True, eq=False)
class Used:
    """A formula that a proof uses, and where it comes from; of a conjunction, the part used."""

    source: str
    formula: Formula


def unsat_core(
    system: System, obligation: Obligation, limits: Limits = LIMITS
) -> tuple[Used, ...] | None:
    """Give what a proof uses; None if there is none."""
    lowering = Lowering(system)
    known = lowering.constants(obligation.parameters)
    solver = new_solver(lowering, limits)
    solver.set("unsat_core", True)  # noqa: FBT003 - name and value
    parts = [
        Used(source, part)
        for source, formula in zip(obligation.sources, obligation.given, strict=True)
        for part in _conjuncts(formula)
    ]
    for number, part in enumerate(parts):
        solver.assert_and_track(lowering.lower(part.formula, known), f"given!{number}")
    solver.add(z3.Not(lowering.lower(obligation.goal, known)))
    if ask(solver).answer is not Answer.UNSAT:
        return None
    used = {str(each) for each in solver.unsat_core()}
    return tuple(part for number, part in enumerate(parts) if f"given!{number}" in used)


def _conjuncts(formula: Formula) -> Iterator[Formula]:
    if isinstance(formula, And):
        for part in formula.parts:
            yield from _conjuncts(part)
    else:
        yield formula
