"""From counting to the axioms of the specs: where a count is positive, there is a node.

Nodes are the numbers below n, and a set is counted along them: its count below k+1 is its count
below k, and one more if k is in it. By induction on k, such counts are what
:mod:`paxiom.proofs.quorum.solving` takes sizes for, sums over regions; and a set whose count below
k is positive has a node below k. At n, a theorem thus becomes the axiom of a spec: there is a node
in both quorums. The solvers prove base, step and use; that these three give it for every n is
induction over the natural numbers, which is outside the solvers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import z3

from paxiom.proofs.quorum.counting import (
    Amount,
    Atom,
    Combined,
    Everybody,
    Measure,
    Named,
    Nodes,
    Statement,
    shown,
)
from paxiom.proofs.quorum.solving import Region, Regions, answer_of, smt_lib, total
from paxiom.proofs.second import by_cvc5
from paxiom.proofs.solving import Answer

Counted = Measure | tuple[str, Region]  # a region by size or weight

ASSUMES: Final = "induction over the natural numbers"


class Prefixes:
    """Sets as predicates of nodes, counted along the nodes."""

    def __init__(self, statement: Statement) -> None:
        """Make a predicate for each set; ValueError if the goals are about no set's size."""
        self.statement = statement
        self.regions = Regions(statement, z3.Context())
        self.integers = z3.IntSort(self.regions.context)
        self.k, self.n, self.j = (z3.Int(name, self.regions.context) for name in "knj")
        truth = z3.BoolSort(self.regions.context)
        self.sets = {name: z3.Function(name, self.integers, truth) for name in statement.sets}
        self.weight = z3.Function("weight", self.integers, self.integers)
        measured = [each for each in statement.atoms if isinstance(each, Measure)]
        self.measures = tuple(dict.fromkeys([Measure("size", Everybody()), *measured]))
        self.shared = goal_sets(statement)

    def contains(self, nodes: Nodes, node: Any) -> Any:  # noqa: ANN401 - z3 is not typed
        """Say that a node is in a set."""
        match nodes:
            case Named(name):
                return self.sets[name](node)
            case Combined(operation, one, other):
                left, right = self.contains(one, node), self.contains(other, node)
                return {
                    "∩": z3.And(left, right),
                    "-": z3.And(left, z3.Not(right)),
                    "^": z3.Xor(left, right),
                }[operation]
            case _:
                return z3.BoolVal(val=True, ctx=self.regions.context)

    def in_region(self, region: Region, node: Any) -> Any:  # noqa: ANN401
        """Say that a node is in the sets that a region is in, and in no other."""
        inside = zip(self.sets.values(), region, strict=True)
        return z3.And([belongs(node) if yes else z3.Not(belongs(node)) for belongs, yes in inside])

    def count(self, what: Counted, k: Any) -> Any:  # noqa: ANN401
        """Count a set or a region below k, or add up its weights."""
        if isinstance(what, Measure):
            name = f"{what.kind} of {what.nodes}".replace("∩", "and")  # SMT-LIB is ASCII
        else:
            name = f"{what[0]} of region {self.regions.label(what[1])}"
        return z3.Function(name, self.integers, self.integers)(k)

    @cached_property
    def counted(self) -> Mapping[Counted, Any]:
        """Say of all that is counted when k belongs to it."""
        kinds = ("size", "weight") if self.statement.weighted else ("size",)
        sets: dict[Counted, Any] = {
            each: self.contains(each.nodes, self.k) for each in self.measures
        }
        regions: dict[Counted, Any] = {
            (kind, region): self.in_region(region, self.k)
            for kind in kinds
            for region in self.regions.all
        }
        return {**sets, **regions}

    def next_count(self) -> Iterator[Any]:
        """Define each count below k+1 by that below k."""
        yield self.weight(self.k) >= 0
        for what, belongs in self.counted.items():
            kind = what.kind if isinstance(what, Measure) else what[0]
            more = self.weight(self.k) if kind == "weight" else 1
            yield self.count(what, self.k + 1) == self.count(what, self.k) + z3.If(belongs, more, 0)

    def right(self, k: Any) -> Any:  # noqa: ANN401
        """Say what is proved by induction of the counts below k."""
        all_below = self.count(Measure("size", Everybody()), k) == k
        sums = [
            self.count(each, k)
            == total(self.count((each.kind, region), k) for region in self.regions.within(each))
            for each in self.measures
        ]
        natural = [self.count(each, k) >= 0 for each in self.counted]
        weightless = [
            z3.Implies(self.count(("size", region), k) == 0, self.count(each, k) == 0)
            for each in self.counted
            if not isinstance(each, Measure) and each[0] == "weight"
            for region in (each[1],)
        ]
        found = [
            z3.Implies(self.count(Measure("size", each), k) > 0, self.somebody(each, k))
            for each in self.shared
        ]
        return z3.And([all_below, *sums, *natural, *weightless, *found])

    def somebody(self, nodes: Nodes, k: Any) -> Any:  # noqa: ANN401
        """Say that a node below k is in a set."""
        return z3.Exists([self.j], z3.And(self.j >= 0, self.j < k, self.contains(nodes, self.j)))

    def at_n(self, atom: Atom) -> Any:  # noqa: ANN401
        """Say what the number of a statement is, where nodes are the numbers below n."""
        return self.regions.numbers[atom] if isinstance(atom, str) else self.count(atom, self.n)

    def steps(self) -> Mapping[str, list[Any]]:
        """Give the proof: each of these lists of formulas is to have no model."""
        nothing = [
            self.count(each, z3.IntVal(0, self.regions.context)) == 0 for each in self.counted
        ]
        base = [*nothing, z3.Not(self.right(z3.IntVal(0, self.regions.context)))]
        step = [self.k >= 0, self.right(self.k), *self.next_count()]
        numbers = [each >= 0 for each in self.regions.numbers.values()]
        given = [each.excess.value(self.at_n) >= 0 for each in self.statement.given]
        nobody = [z3.Not(self.somebody(each, self.n)) for each in self.shared]
        return {
            "base": base,
            "step": [*step, z3.Not(self.right(self.k + 1))],
            "use": [self.n >= 1, *numbers, self.right(self.n), *given, z3.Or(nobody)],
        }


def goal_sets(statement: Statement) -> tuple[Nodes, ...]:
    """Give the sets that have a node by a statement whose goals say just that; else ValueError."""
    found = []
    for goal in statement.goals:
        match goal.left, goal.sign, goal.right:
            case Amount(((Measure("size", nodes), 1),), 0), "≥", Amount((), 1):
                found.append(nodes)
            case _:
                msg = f"{statement.name}: '{goal}' does not say that a set has a node"
                raise ValueError(msg)
    return tuple(found)


@dataclass(frozen=True)
class Bridge:
    """What the solvers say of the three parts of an induction."""

    statement: Statement
    steps: Mapping[str, Answer]  # base, step and use: each holds by the answer unsat
    second: Mapping[str, Answer]  # of cvc5, if it was asked
    assumes: str = ASSUMES

    @property
    def holds(self) -> bool:
        """Whether all parts are proved, by both solvers if both were asked."""
        answers = (*self.steps.values(), *self.second.values())
        return all(answer is Answer.UNSAT for answer in answers)

    @property
    def goal(self) -> str:
        """Write what is proved of sets of nodes."""
        return " ∧ ".join(f"∃ node in {nodes}" for nodes in goal_sets(self.statement))

    def __str__(self) -> str:
        """Write from what."""
        return f"{shown(self.statement.given)} → {self.goal}"


def bridge(statement: Statement, *, second: bool = False) -> Bridge:
    """Prove that there is a node where the goals of a statement count one."""
    prefixes = Prefixes(statement)
    context = prefixes.regions.context
    steps = prefixes.steps()
    answers = {name: answer_of(formulas, context) for name, formulas in steps.items()}
    asked = {name: by_cvc5(smt_lib(each, context)) for name, each in steps.items() if second}
    return Bridge(statement, answers, asked)
