"""Consensus, and a replicated log: what all the protocols here are for.

No nodes, no messages: only what has been chosen, so that a step of a protocol is a choice or
nothing at all.

Source: Lamport, the TLA+ module Consensus (github.com/tlaplus/Examples, specifications/Paxos).
"""

from paxiom.spec.logic.formulas import Formula, Relation, Sort, forall, implies
from paxiom.spec.logic.system import Action, Spec, action, reachable, safety, when


class Value(Sort):
    """What may be chosen; in a log, a command."""


class Index(Sort):
    """A place in a log; the order of places does not matter here."""


class Consensus(Spec):
    """At most one value is chosen."""

    chosen: Relation[Value]

    @action
    def choose(self, v: Value) -> Action:
        """Choose, once."""
        return when(forall(Value, lambda w: ~self.chosen(w))).then(self.chosen.add(v))

    @safety
    def agreement(self, v: Value, w: Value) -> Formula:
        """At most one value is chosen."""
        return implies(self.chosen(v) & self.chosen(w), v == w)

    @reachable("choose")
    def a_choice(self, v: Value) -> Formula:
        return self.chosen(v)


class ReplicatedLog(Spec):
    """Consensus at each index, in any order of indexes, with gaps."""

    chosen: Relation[Index, Value]

    @action
    def choose(self, i: Index, v: Value) -> Action:
        """Choose a command for a place, once."""
        return when(forall(Value, lambda w: ~self.chosen(i, w))).then(self.chosen.add(i, v))

    @safety
    def agreement(self, i: Index, v: Value, w: Value) -> Formula:
        """At most one command is chosen at each index."""
        return implies(self.chosen(i, v) & self.chosen(i, w), v == w)

    @reachable("choose", "choose")
    def a_log_of_two(self, i: Index, j: Index, v: Value, w: Value) -> Formula:
        return (i != j) & (v != w) & self.chosen(i, v) & self.chosen(j, w)
