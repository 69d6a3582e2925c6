"""Statements for every number of nodes, in linear arithmetic: proved, or the least counterexample.

Named sets cut the nodes into regions: for A and B, those in both, in A alone, in B alone, in
neither. A size is a sum of one natural number for each region, so a statement about all finite sets
is one about natural numbers; :mod:`paxiom.proofs.quorum.bridge` proves that sizes are such sums.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product
from operator import add
from typing import Any, Final

import z3

from paxiom.proofs.prove import Outcome
from paxiom.proofs.quorum.counting import (
    Atom,
    Comparison,
    Everybody,
    Instance,
    Measure,
    Named,
    Statement,
    members,
)
from paxiom.proofs.second import by_cvc5
from paxiom.proofs.solving import LIMITS, Answer, ask

Region = tuple[bool, ...]  # for each named set, whether it lies in that


class Regions:
    """The regions that the sets of a statement make, and numbers for each."""

    def __init__(self, statement: Statement, context: z3.Context) -> None:
        """Make the numbers."""
        self.statement = statement
        self.context = context
        # Those in most sets first: so nodes of counterexamples are numbered.
        self.all: tuple[Region, ...] = tuple(
            product((True, False), repeat=len(statement.sets)),
        )
        self.sizes = {each: z3.Int(f"size {self.label(each)}", context) for each in self.all}
        self.weights = {
            each: z3.Int(f"weight {self.label(each)}", context)
            for each in self.all
            if statement.weighted
        }
        self.numbers = {each: z3.Int(each, context) for each in statement.numbers}

    def label(self, region: Region) -> str:
        """Name a region by the sets that it lies in."""
        names = zip(self.statement.sets, region, strict=True)
        return " ".join(name for name, inside in names if inside) or "none"

    def within(self, atom: Measure) -> Sequence[Region]:
        """List the regions that make up a set."""
        sets = {
            name: frozenset(each for each in self.all if each[place])
            for place, name in enumerate(self.statement.sets)
        }
        found = members(atom.nodes, sets, frozenset(self.all))
        return [each for each in self.all if each in found]

    def measure(self, atom: Atom) -> Any:  # noqa: ANN401
        """Say what a number is, a size or a weight."""
        if isinstance(atom, str):
            return self.numbers[atom]
        kind = self.sizes if atom.kind == "size" else self.weights
        return total(kind[each] for each in self.within(atom))

    def natural(self) -> list[Any]:
        """Numbers are at least 0, and n is at least 1; what has no nodes weighs nothing."""
        numbers = [*self.sizes.values(), *self.weights.values(), *self.numbers.values()]
        weightless = [
            z3.Implies(self.sizes[each] == 0, weight == 0) for each, weight in self.weights.items()
        ]
        least = self.measure(Measure("size", Everybody())) >= 1
        return [least, *(each >= 0 for each in numbers), *weightless]

    def counterexample(self) -> list[Any]:
        """Say that there is one."""
        missed = [z3.Not(self.holds(each)) for each in self.statement.goals]
        return [*self.natural(), *map(self.holds, self.statement.given), z3.Or(missed)]

    def holds(self, comparison: Comparison) -> Any:  # noqa: ANN401
        """Say that a comparison is true."""
        return comparison.excess.value(self.measure) >= 0

    def instance(self, model: Any) -> Instance:  # noqa: ANN401
        """Make sets of the numbers found: nodes are numbered region by region."""
        sets: dict[str, set[int]] = {name: set() for name in self.statement.sets}
        weights: dict[int, int] = {}
        n = 0
        for region in self.all:
            size = _value(model, self.sizes[region])
            nodes = range(n + 1, n + size + 1)
            n += size
            for name, inside in zip(self.statement.sets, region, strict=True):
                sets[name] |= set(nodes) if inside else set()
            if self.weights and size:  # the first bears it all
                weights |= dict.fromkeys(nodes, 0)
                weights[nodes[0]] = _value(model, self.weights[region])
        numbers = {name: _value(model, number) for name, number in self.numbers.items()}
        frozen = {name: frozenset(nodes) for name, nodes in sets.items()}
        return Instance(n, frozen, numbers, weights)


def total(numbers: Iterable[Any]) -> Any:  # noqa: ANN401
    """Add; not with z3.Sum, whose sum of one number is no SMT-LIB."""
    return reduce(add, numbers)


def _value(model: Any, number: Any) -> int:  # noqa: ANN401
    return int(model.eval(number, model_completion=True).as_long())


@dataclass(frozen=True)
class Attempt:
    """An attempt at a statement."""

    statement: Statement
    outcome: Outcome
    seconds: float
    counterexample: Instance | None = None  # with the fewest nodes
    second: Answer | None = None  # of cvc5, if it was asked

    @property
    def holds(self) -> bool:
        """Whether it is proved, by both solvers if both were asked."""
        return self.outcome is Outcome.PROVED and self.second in {None, Answer.UNSAT}


@dataclass(frozen=True)
class TheoremProof:
    """What became of a theorem, and of the same with each rule loosened by one."""

    attempt: Attempt
    looser: tuple[Attempt, ...]

    @property
    def holds(self) -> bool:
        """Whether the theorem is proved and no rule may be loosened."""
        return self.attempt.holds and self.tight

    @property
    def tight(self) -> bool:
        """Whether each looser statement has a counterexample."""
        return all(each.outcome is Outcome.REFUTED for each in self.looser)

    @property
    def seconds(self) -> float:
        """How long all of it took."""
        return sum(each.seconds for each in (self.attempt, *self.looser))


def prove_theorem(statement: Statement, *, second: bool = False) -> TheoremProof:
    """Prove it, and refute it with each of its rules loosened; ``second`` asks cvc5 besides."""
    looser = [prove(statement.loosened(each)) for each in range(len(statement.hypotheses))]
    return TheoremProof(prove(statement, second=second), tuple(looser))


def prove(statement: Statement, *, second: bool = False) -> Attempt:
    """Ask for a counterexample; one that is found is checked on its finite sets."""
    began = time.perf_counter()
    regions = Regions(statement, z3.Context())
    formulas = regions.counterexample()
    answer = answer_of(formulas, regions.context)
    instance = smallest(regions) if answer is Answer.SAT else None
    if instance and not instance.refutes(statement):
        msg = f"Z3 and finite sets disagree on {instance}: {statement}"
        raise AssertionError(msg)
    asked = second and answer is Answer.UNSAT
    other = by_cvc5(smt_lib(formulas, regions.context)) if asked else None
    return Attempt(statement, OUTCOMES[answer], time.perf_counter() - began, instance, other)


OUTCOMES: Final = {
    Answer.UNSAT: Outcome.PROVED,
    Answer.SAT: Outcome.REFUTED,
    Answer.UNKNOWN: Outcome.UNKNOWN,
}


def answer_of(formulas: Sequence[Any], context: z3.Context) -> Answer:
    """Ask Z3 whether all can be true."""
    return ask(_solver(formulas, context)).answer


def smt_lib(formulas: Sequence[Any], context: z3.Context) -> str:
    """Write the same question in SMT-LIB, for any solver."""
    return f"(set-logic ALL)\n{_solver(formulas, context).to_smt2()}"


def _solver(formulas: Sequence[Any], context: z3.Context) -> Any:  # noqa: ANN401
    solver = z3.Solver(ctx=context)
    solver.set("rlimit", LIMITS.resources)
    solver.set("ctrl_c", False)  # noqa: FBT003 - name and value
    solver.add(*formulas)
    return solver


def smallest(regions: Regions) -> Instance | None:
    """Find a counterexample with the fewest nodes; of these, with small numbers, weights, sets."""
    optimize = z3.Optimize(ctx=regions.context)
    optimize.set("rlimit", LIMITS.resources)
    optimize.add(*regions.counterexample(), *map(regions.holds, regions.statement.telling))
    optimize.minimize(regions.measure(Measure("size", Everybody())))
    for each in (regions.numbers, regions.weights):
        if each:
            optimize.minimize(total(each.values()))
    sets = (Measure("size", Named(each)) for each in regions.statement.sets)
    optimize.minimize(total(map(regions.measure, sets)))
    return regions.instance(optimize.model()) if optimize.check() == z3.sat else None
