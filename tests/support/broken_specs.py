"""Specs that must not be proved, or whose proof says nothing."""

from typing import ClassVar

from paxiom.spec.logic.formulas import (
    Formula,
    Function,
    Ordered,
    Relation,
    Rigid,
    Sort,
    Update,
    exists,
    forall,
    implies,
)
from paxiom.spec.logic.system import Action, Spec, action, axiom, invariant, safety, when
from paxiom.spec.relational.consensus import Value
from paxiom.spec.relational.paxos import Node, Paxos, Round


class EagerPaxos(Paxos):
    """Acceptors vote in rounds that they have left."""

    @action
    def cast(self, n: Node, r: Round, v: Value) -> Action:
        return when(r != self.none, self.proposal(r, v)).then(self.vote.add(n, r, v))


class ContradictoryPaxos(Paxos):
    """Two axioms that cannot both hold: whatever it says is proved."""

    @axiom
    def there_is_a_last_round(self) -> Formula:
        return exists(Round, lambda last: forall(Round, lambda r: r < last))

    @safety
    def nothing_is_ever_voted_for(self, n: Node, r: Round, v: Value) -> Formula:
        return ~self.vote(n, r, v)


class Cell(Ordered):
    """A number."""


class Endless(Spec):
    """Only an infinite structure shows that it is wrong: no solver can be expected to find one."""

    next: Function[Cell, Cell]
    first: Cell
    marked: Relation[Cell]

    @axiom
    def next_is_greater(self, c: Cell) -> Formula:
        return c < self.next(c)

    @action
    def mark(self, c: Cell) -> Action:
        return when().then(self.marked.add(c))

    @safety
    def nothing_is_marked(self, c: Cell) -> Formula:
        return ~self.marked(c)


class Member(Sort):
    """A member of a club."""


class Lock(Spec):
    """One holder at a time, if those who take it look first."""

    holds: Relation[Member]
    allowed: Rigid[Member]
    unneeded: ClassVar = {"take": (1,), "give_back": (0,)}

    @action
    def take(self, m: Member) -> Action:
        return when(forall(Member, lambda other: ~self.holds(other)), self.allowed(m)).then(
            self.holds.add(m)
        )

    @action
    def give_back(self, m: Member) -> Action:
        return when(self.holds(m)).then(self.holds.remove(m))

    @safety
    def exclusion(self, m: Member, other: Member) -> Formula:
        return implies(self.holds(m) & self.holds(other), m == other)


class CarelessLock(Lock):
    """Nobody looks."""

    unneeded: ClassVar = {"take": (0,), "give_back": (0,)}

    @action
    def take(self, m: Member) -> Action:
        return when(self.allowed(m)).then(self.holds.add(m))


class TakenLock(Lock):
    """Everybody holds it at first."""

    def initial(self) -> tuple[Update, ...]:
        return (self.holds.becomes(lambda m: m == m),)  # noqa: PLR0124 - true


class StuckLock(Lock):
    """An action that the invariant never allows."""

    @invariant
    def nobody_holds_it(self, m: Member) -> Formula:
        return ~self.holds(m)

    @action
    def take(self, m: Member) -> Action:
        return when(self.holds(m), self.allowed(m)).then(self.holds.add(m))
