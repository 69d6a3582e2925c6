"""Statements about how many nodes sets share: what they are made of, and what they mean.

A statement speaks of sets of nodes (``A & B``, ``A - F``), of their sizes and weights, and of
natural numbers such as f; hypotheses and goals compare sums of these. Nothing here solves: the
meaning is that of ordinary finite sets, and :mod:`paxiom.proofs.quorum.solving` has the one for
every size.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import and_, sub, xor
from typing import Any, Final, Literal, TypeVar

Element = TypeVar("Element")

OPERATIONS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "∩": and_,
    "-": sub,
    "^": xor,  # in one of the two, not in both
}


class Nodes:
    """A set of nodes."""

    def __and__(self, other: "Nodes") -> "Nodes":
        """Those in both."""
        return Combined("∩", self, other)

    def __sub__(self, other: "Nodes") -> "Nodes":
        """Those in the first alone."""
        return Combined("-", self, other)

    def __xor__(self, other: "Nodes") -> "Nodes":
        """Those in one of the two and not in both."""
        return Combined("^", self, other)

    @property
    def size(self) -> "Amount":
        """How many they are."""
        return Amount(((Measure("size", self), 1),))

    @property
    def weight(self) -> "Amount":
        """What they weigh together; each node has a weight, a natural number."""
        return Amount(((Measure("weight", self), 1),))


@dataclass(frozen=True)
class Named(Nodes):
    """A set that a statement is about."""

    name: str

    def __str__(self) -> str:
        """Its name."""
        return self.name


@dataclass(frozen=True)
class Everybody(Nodes):
    """All nodes: there are n of them."""

    def __str__(self) -> str:
        """A word for it."""
        return "all"


@dataclass(frozen=True)
class Combined(Nodes):
    """A set made of two."""

    operation: str
    one: Nodes
    other: Nodes

    def __str__(self) -> str:
        """Write it with parentheses on the right alone: operations group to the left."""
        right = f"({self.other})" if isinstance(self.other, Combined) else f"{self.other}"
        return f"{self.one} {self.operation} {right}"


def members(
    nodes: Nodes, sets: Mapping[str, frozenset[Element]], everybody: frozenset[Element]
) -> frozenset[Element]:
    """Give who is in ``nodes``, where ``sets`` says it of the named sets."""
    match nodes:
        case Named(name):
            return sets[name]
        case Combined(operation, one, other):
            left, right = (members(each, sets, everybody) for each in (one, other))
            found: frozenset[Element] = OPERATIONS[operation](left, right)
            return found
        case _:
            return everybody


def names_in(nodes: Nodes) -> Iterator[str]:
    """Yield the named sets, as often as they come."""
    match nodes:
        case Named(name):
            yield name
        case Combined(_, one, other):
            yield from names_in(one)
            yield from names_in(other)
        case _:  # everybody
            return


@dataclass(frozen=True)
class Measure:
    """The size or the weight of a set."""

    kind: Literal["size", "weight"]
    nodes: Nodes

    def __str__(self) -> str:
        """Write |A|, w(A), and n for the number of all nodes."""
        if self.kind == "weight":
            return f"w({self.nodes})"
        return "n" if self.nodes == Everybody() else f"|{self.nodes}|"


Atom = Measure | str  # a string names a natural number


@dataclass(frozen=True)
class Amount:
    """A sum of multiples of measures and numbers, and a constant."""

    terms: tuple[tuple[Atom, int], ...] = ()
    constant: int = 0

    def __add__(self, other: "Amount | int") -> "Amount":
        """Add."""
        more = other if isinstance(other, Amount) else Amount((), other)
        return Amount(self.terms + more.terms, self.constant + more.constant)

    def __sub__(self, other: "Amount | int") -> "Amount":
        """Take away."""
        return self + other * -1

    def __mul__(self, times: int) -> "Amount":
        """Multiply by a constant."""
        return Amount(tuple((atom, c * times) for atom, c in self.terms), self.constant * times)

    __rmul__ = __mul__

    def __gt__(self, other: "Amount | int") -> "Comparison":
        """More than."""
        return Comparison(self, ">", other if isinstance(other, Amount) else Amount((), other))

    def __ge__(self, other: "Amount | int") -> "Comparison":
        """At least."""
        return Comparison(self, "≥", other if isinstance(other, Amount) else Amount((), other))

    def __le__(self, other: "Amount | int") -> "Comparison":
        """At most."""
        return Comparison(self, "≤", other if isinstance(other, Amount) else Amount((), other))

    def value(self, of: Callable[[Atom], Any]) -> Any:  # noqa: ANN401 - a number, or a solver's term
        """Add it up, where ``of`` says what each part is."""
        return reduce(lambda sum_, term: sum_ + term[1] * of(term[0]), self.terms, self.constant)

    def __str__(self) -> str:
        """Write it as 2f + 1."""
        shown = ""
        for atom, times in self.terms:
            sign = ("-" if not shown else " - ") if times < 0 else (" + " if shown else "")
            shown += f"{sign}{abs(times) if abs(times) != 1 else ''}{atom}"
        if not shown:
            return str(self.constant)
        if self.constant:
            shown += f" {'-' if self.constant < 0 else '+'} {abs(self.constant)}"
        return shown


N: Final = Everybody().size


def number(name: str) -> Amount:
    """Name a natural number."""
    return Amount(((name, 1),))


@dataclass(frozen=True)
class Comparison:
    """One amount against another."""

    left: Amount
    sign: Literal[">", "≥", "≤"]
    right: Amount

    @property
    def excess(self) -> Amount:
        """What must be at least 0 for it to hold."""
        if self.sign == "≤":
            return self.right - self.left
        return self.left - self.right - (1 if self.sign == ">" else 0)

    def loosened(self) -> "Comparison":
        """The same, but met when one is missing."""
        if self.sign == ">":
            return replace(self, sign="≥")
        return replace(self, right=self.right + (1 if self.sign == "≤" else -1))

    def __str__(self) -> str:
        """Write it as 2|A| > n."""
        return f"{self.left} {self.sign} {self.right}"


Hypothesis = tuple[Comparison, ...]  # one rule: said of several sets, if these are made by it


@dataclass(frozen=True)
class Statement:
    """What the hypotheses are said to entail, for every number of nodes from 1."""

    name: str
    sentence: str
    hypotheses: tuple[Hypothesis, ...]
    goals: tuple[Comparison, ...]
    source: str
    telling: tuple[Comparison, ...] = ()  # asked of counterexamples besides; no proof assumes it

    @property
    def given(self) -> tuple[Comparison, ...]:
        """All that is assumed."""
        return tuple(each for rule in self.hypotheses for each in rule)

    @property
    def atoms(self) -> tuple[Atom, ...]:
        """The measures and numbers it speaks of, each once."""
        comparisons = (*self.given, *self.goals, *self.telling)
        amounts = (amount for each in comparisons for amount in (each.left, each.right))
        return tuple(dict.fromkeys(atom for amount in amounts for atom, _ in amount.terms))

    @property
    def sets(self) -> tuple[str, ...]:
        """The named sets."""
        measured = (each.nodes for each in self.atoms if isinstance(each, Measure))
        return tuple(sorted({name for nodes in measured for name in names_in(nodes)}))

    @property
    def numbers(self) -> tuple[str, ...]:
        """The named numbers."""
        return tuple(sorted(each for each in self.atoms if isinstance(each, str)))

    @property
    def weighted(self) -> bool:
        """Whether it speaks of weights."""
        return any(isinstance(each, Measure) and each.kind == "weight" for each in self.atoms)

    def loosened(self, place: int) -> "Statement":
        """The same with one rule met already when one is missing."""
        rules = list(self.hypotheses)
        rules[place] = tuple(each.loosened() for each in rules[place])
        name = f"{self.name}, with {shown(rules[place])} instead of {shown(self.hypotheses[place])}"
        return replace(self, name=name, hypotheses=tuple(rules))

    def __str__(self) -> str:
        """Write hypotheses and goals."""
        return f"{shown(self.given)} → {shown(self.goals)}"


def shown(comparisons: tuple[Comparison, ...]) -> str:
    """Write what holds together."""
    return " ∧ ".join(map(str, comparisons)) or "true"


@dataclass(frozen=True)
class Instance:
    """Finite sets: nodes are the numbers from 1 to n."""

    n: int
    sets: Mapping[str, frozenset[int]]
    numbers: Mapping[str, int] = field(default_factory=dict)
    weights: Mapping[int, int] = field(default_factory=dict)

    def measure(self, atom: Atom) -> int:
        """Say what a number is, a size or a weight."""
        if isinstance(atom, str):
            return self.numbers[atom]
        found = members(atom.nodes, self.sets, frozenset(range(1, self.n + 1)))
        return len(found) if atom.kind == "size" else sum(self.weights[each] for each in found)

    def satisfies(self, comparisons: tuple[Comparison, ...]) -> bool:
        """Whether all these hold of it."""
        return all(each.excess.value(self.measure) >= 0 for each in comparisons)

    def refutes(self, statement: Statement) -> bool:
        """Whether it is a counterexample, and a telling one."""
        asked = (*statement.given, *statement.telling)
        return self.satisfies(asked) and not self.satisfies(statement.goals)

    def __str__(self) -> str:
        """Write it as n=4, A={1,2}, B={3,4}."""
        parts = [f"n={self.n}", *(f"{name}={value}" for name, value in self.numbers.items())]
        parts += [f"{name}={{{','.join(map(str, sorted(s)))}}}" for name, s in self.sets.items()]
        if self.weights:
            parts.append("weights " + ",".join(str(self.weights[i + 1]) for i in range(self.n)))
        return ", ".join(parts)
