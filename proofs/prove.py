"""Prove that the inductive formulas of a spec hold in every reachable state, of any size.

Only ``unsat`` is a proof. Where Z3 does not know, small structures are searched for a
counterexample before that is said.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from paxiom.proofs.counterexample import Counterexample, counterexample
from paxiom.proofs.epr import Edge, cycle
from paxiom.proofs.obligations import Obligation, obligations
from paxiom.proofs.second import second_opinion
from paxiom.proofs.solving import LIMITS, Answer, Limits, in_parallel, satisfiable
from paxiom.spec.logic.system import System


class Outcome(StrEnum):
    """What became of an obligation."""

    PROVED = "proved"
    REFUTED = "refuted"  # there is a counterexample to induction, or a solver says so
    UNKNOWN = "unknown"


@dataclass(frozen=True, eq=False)
class Proof:
    """An attempt at an obligation."""

    obligation: Obligation
    outcome: Outcome
    seconds: float
    resources: int  # units of Z3's rlimit
    reason: str = ""  # for not knowing
    cycle: tuple[Edge, ...] = ()  # of the quantifier alternation graph: none if in EPR
    counterexample: Counterexample | None = None
    second: Answer | None = None  # of the second solver, if it was asked
    seeds: int = 0  # further seeds with which it was proved as well

    @property
    def holds(self) -> bool:
        """Say whether every solver that was asked says that it is proved."""
        return self.outcome is Outcome.PROVED and self.second in (None, Answer.UNSAT)


@dataclass(frozen=True)
class Options:
    """How to prove."""

    limits: Limits = LIMITS
    second: bool = False  # have each proof checked by the second solver
    seeds: int = 0  # how many further seeds each must be proved with
    workers: int | None = None


def prove_all(system: System, options: Options | None = None) -> Iterator[Proof]:
    """Prove all obligations, in the order of the spec."""
    how = options or Options()
    yield from in_parallel(
        lambda each: prove(system, each, how), tuple(obligations(system)), how.workers
    )


def prove(system: System, obligation: Obligation, options: Options | None = None) -> Proof:
    """Try to prove one obligation."""
    how = options or Options()
    made = _by_z3(system, obligation, how.limits)
    made = replace(made, cycle=cycle(system, obligation))
    for seed in range(how.limits.seed + 1, how.limits.seed + how.seeds + 1):
        if made.outcome is not Outcome.PROVED:
            return made
        again = _by_z3(system, obligation, replace(how.limits, seed=seed))
        if again.outcome is Outcome.PROVED:
            made = replace(made, seeds=made.seeds + 1)
        else:
            reason = f"with seed {seed}: {again.reason or again.outcome}"
            return replace(made, outcome=again.outcome, reason=reason)
    if how.second and made.outcome is Outcome.PROVED:
        return replace(made, second=second_opinion(system, obligation, how.limits))
    return made


def _by_z3(system: System, obligation: Obligation, limits: Limits) -> Proof:
    formulas = (*obligation.given, ~obligation.goal)
    checked = satisfiable(system, formulas, obligation.parameters, limits)
    outcome = {
        Answer.UNSAT: Outcome.PROVED,
        Answer.SAT: Outcome.REFUTED,
        Answer.UNKNOWN: Outcome.UNKNOWN,
    }[checked.answer]
    made = Proof(obligation, outcome, checked.seconds, checked.resources, checked.reason)
    if outcome is Outcome.PROVED:
        return made
    found = counterexample(system, obligation, limits)
    if found is None:
        return made
    return replace(made, outcome=Outcome.REFUTED, reason="", counterexample=found)
