"""Obligations as SMT-LIB, and what a second solver, cvc5, says of them.

cvc5 is given those formulas that Z3 has used, its unsat core: what follows from some follows from
all. Either way it is cvc5 that proves it; Z3 merely says where to look.
"""

from collections.abc import Sequence

import z3

from paxiom.proofs.core import unsat_core
from paxiom.proofs.lowering import Lowering
from paxiom.proofs.obligations import Obligation
from paxiom.proofs.solving import LIMITS, Answer, Limits
from paxiom.spec.logic.formulas import Formula
from paxiom.spec.logic.system import System

# cvc5 is asked in turn with an option and a limit of work, in units that are not Z3's. Either
# option proves in a second what takes the other twenty: hence the small limits before the large.
STRATEGIES = (
    ("enum-inst", 30_000),
    ("finite-model-find", 300_000),
    ("enum-inst", 300_000),
    ("finite-model-find", 2_000_000),
    ("enum-inst", 2_000_000),
)


class SecondSolverError(Exception):
    """cvc5 cannot be had; the message says what to do."""


def require_cvc5() -> None:
    """Refuse if cvc5 is not installed."""
    try:
        import cvc5  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        msg = "cvc5, the second solver, is not installed: pip install 'paxiom[cvc5]'"
        raise SecondSolverError(msg) from error


def second_opinion(system: System, obligation: Obligation, limits: Limits = LIMITS) -> Answer:
    """Ask cvc5 about the formulas that Z3 proves an obligation from."""
    core = unsat_core(system, obligation, limits)
    if core is None:
        return Answer.UNKNOWN
    return by_cvc5(smtlib(system, obligation, [part.formula for part in core]))


def smtlib(system: System, obligation: Obligation, given: Sequence[Formula] | None = None) -> str:
    """Write an obligation in SMT-LIB: it is proved by the answer ``unsat``."""
    lowering = Lowering(system)
    known = lowering.constants(obligation.parameters)
    solver = z3.Solver(ctx=lowering.context)
    for formula in obligation.given if given is None else given:
        solver.add(lowering.lower(formula, known))
    solver.add(z3.Not(lowering.lower(obligation.goal, known)))
    written = solver.to_smt2().splitlines()
    body = [line for line in written if line and not line.startswith((";", "(set-info"))]
    heading = f"; {system.name}, {obligation.name}: proved by the answer unsat"
    return "\n".join([heading, "(set-logic UF)", *body, ""])


def by_cvc5(text: str) -> Answer:
    """Ask cvc5 what it makes of SMT-LIB text."""
    for strategy, resources in STRATEGIES:
        answer = _ask_cvc5(text, {strategy: "true", "rlimit": str(resources)})
        if answer is not Answer.UNKNOWN:
            return answer
    return Answer.UNKNOWN


def _ask_cvc5(text: str, options: dict[str, str]) -> Answer:
    import cvc5  # noqa: PLC0415 - an extra

    manager = cvc5.TermManager()
    solver = cvc5.Solver(manager)
    for name, value in options.items():
        solver.setOption(name, value)
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "obligation")
    symbols = parser.getSymbolManager()
    said = ""
    while not (command := parser.nextCommand()).isNull():
        said = command.invoke(solver, symbols).strip() or said
    return Answer(said) if said in ("sat", "unsat") else Answer.UNKNOWN
