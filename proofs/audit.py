"""What each guard, axiom and inductive formula is good for: leave it out, and see what breaks.

Something breaks if there is a model, never because a solver gives up. A guard that no proof needs
is there for progress, or for nothing; a spec declares it in ``unneeded``, which is checked both
ways. An axiom or invariant without which all the rest is still proved is told, and not judged.

A proof that does not use a formula, by Z3's unsat core, is a proof without it; only the others
are tried again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from paxiom.proofs.core import unsat_core
from paxiom.proofs.finite import possible
from paxiom.proofs.obligations import Obligation, guards, named, obligations
from paxiom.proofs.solving import LIMITS, Answer, Limits, in_parallel
from paxiom.spec.logic.system import System
from paxiom.spec.logic.text import text


@dataclass(frozen=True)
class Drop:
    """Something left out, and whether a proof breaks."""

    kind: str  # guard, axiom, safety or invariant
    name: str  # "cast[1]" or the name of a formula
    said: str  # what was left out, as mathematics
    source: str  # as obligations name it
    declared: bool = True  # needed, as the spec has it; meant for guards
    answer: Answer = Answer.UNKNOWN  # sat: something breaks
    breaks: str = ""  # the first obligation for which there is a counterexample

    @property
    def as_declared(self) -> bool:
        """Say whether a guard is needed exactly if the spec does not say that it is not."""
        wanted = Answer.SAT if self.declared else Answer.UNSAT
        return self.kind != "guard" or self.answer is wanted


def audit(system: System, limits: Limits = LIMITS, workers: int | None = None) -> Iterator[Drop]:
    """Leave out one thing after the other."""

    def with_core(each: Obligation) -> tuple[Obligation, frozenset[str]]:
        core = unsat_core(system, each, limits)
        used = each.sources if core is None else [part.source for part in core]
        return each, frozenset(used)

    proofs = tuple(in_parallel(with_core, tuple(obligations(system)), workers))

    def tried(drop: Drop) -> Drop:
        answer = Answer.UNSAT
        for each, used in proofs:
            itself = drop.kind in ("safety", "invariant") and each.formula == drop.name
            if drop.source in used and not itself:
                found = _without(system, each, drop.source, limits)
                if found is Answer.SAT:
                    return replace(drop, answer=found, breaks=each.name)
                answer = Answer.UNKNOWN if found is Answer.UNKNOWN else answer
        return replace(drop, answer=answer)

    yield from in_parallel(tried, drops(system), workers)


def drops(system: System) -> tuple[Drop, ...]:
    """List what there is to leave out."""
    return tuple(_drops(system))


def _drops(system: System) -> Iterator[Drop]:
    for action in system.actions.values():
        for place, (source, guard) in enumerate(guards(action).items()):
            needed = place not in action.unneeded
            yield Drop("guard", f"{action.name}[{place}]", text(guard), source, needed)
    for kind, formulas in (
        ("axiom", system.axioms),
        ("safety", system.safety),
        ("invariant", system.invariants),
    ):
        given_as = "axiom" if kind == "axiom" else "invariant"
        sources = named(given_as, formulas)
        for name, (source, formula) in zip(formulas, sources.items(), strict=True):
            yield Drop(kind, name, text(formula), source)


def _without(system: System, obligation: Obligation, source: str, limits: Limits) -> Answer:
    given = (
        each
        for each, own in zip(obligation.given, obligation.sources, strict=True)
        if own != source
    )
    return possible(system, (*given, ~obligation.goal), obligation.parameters, limits)
