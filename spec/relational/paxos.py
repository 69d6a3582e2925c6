"""Paxos and Flexible Paxos: one value, any number of nodes, rounds and values.

Models the protocol of "Paxos Made Simple" (PMS): ballots are rounds, messages are relations that
only grow, so that they may be lost, duplicated and reordered. ``left`` stands for promises: the
node takes no part in a round any more. A promise carries no votes: the proposer reads them from
``vote``, where those of earlier rounds no longer change once the node has left these. Leaves out
learners' messages, retransmission and who proposes.

Source: the invariants are those of Padon, Losa, Sagiv, Shoham, "Paxos Made EPR", OOPSLA 2017;
quorums per phase are those of Howard, Malkhi, Spiegelman, "Flexible Paxos", 2016.
"""

from collections.abc import Callable
from typing import ClassVar

from paxiom.spec.logic.formulas import (
    Formula,
    Ordered,
    Relation,
    Rigid,
    Sort,
    exists,
    forall,
    implies,
)
from paxiom.spec.logic.system import (
    Action,
    Spec,
    action,
    axiom,
    invariant,
    reachable,
    safety,
    when,
)
from paxiom.spec.relational.consensus import Value


class Node(Sort):
    """An acceptor."""


class Round(Ordered):
    """A ballot; each belongs to one proposer."""


class Phase1(Sort):
    """A quorum that promises."""


class Phase2(Sort):
    """A quorum that votes."""


class Rounds(Spec):
    """Quorums and phase 1, which are the same for one value and for a log."""

    # Guards that only say what the paper does: no proof of agreement needs them.
    unneeded: ClassVar = {"prepare": (0,), "promise": (0, 1, 2), "propose": (0,), "decide": (0,)}

    promises: Rigid[Node, Phase1]  # members of a quorum
    votes: Rigid[Node, Phase2]
    none: Round  # "has not voted" when asked for the highest vote

    prepared: Relation[Round]  # 1a
    promised: Relation[Node, Round]  # 1b
    left: Relation[Node, Round]

    @axiom
    def quorums_meet(self, p: Phase1, q: Phase2) -> Formula:
        """Each quorum of one phase shares a node with each of the other."""
        return exists(Node, lambda n: self.promises(n, p) & self.votes(n, q))

    @action
    def prepare(self, r: Round) -> Action:
        """Phase 1a."""
        return when(r != self.none).then(self.prepared.add(r))

    @action
    def promise(self, n: Node, r: Round) -> Action:
        """Phase 1b: leave all lower rounds."""
        return when(r != self.none, self.prepared(r), ~self.left(n, r)).then(
            self.promised.add(n, r),
            self.left.add_where(lambda m, lower: (m == n) & (lower < r)),
        )

    @invariant
    def promise_leaves_lower_rounds(self, n: Node, r: Round, lower: Round) -> Formula:
        return implies(self.promised(n, r) & (lower < r), self.left(n, lower))

    def no_quorum_is_one_node(self) -> Formula:
        def two(members: Callable[[Node], Formula]) -> Formula:
            return exists(Node, Node, lambda m, n: (m != n) & members(m) & members(n))

        first = forall(Phase1, lambda q: two(lambda n: self.promises(n, q)))
        second = forall(Phase2, lambda q: two(lambda n: self.votes(n, q)))
        return first & second


class FlexiblePaxos(Rounds):
    """Paxos with quorums of their own for each phase: one of each kind meet."""

    proposal: Relation[Round, Value]  # 2a
    vote: Relation[Node, Round, Value]  # 2b
    decision: Relation[Round, Value]

    @action
    def propose(self, r: Round, q: Phase1, highest: Round, v: Value) -> Action:
        """Phase 2a: the value of the highest vote in a quorum, or any if nobody voted."""
        return when(
            r != self.none,
            forall(Value, lambda w: ~self.proposal(r, w)),
            forall(Node, lambda n: implies(self.promises(n, q), self.promised(n, r))),
            self.is_highest_vote(r, q, highest, v),
        ).then(self.proposal.add(r, v))

    def is_highest_vote(self, r: Round, q: Phase1, highest: Round, v: Value) -> Formula:
        """Say that of the votes in ``q`` below ``r``, one in the highest round is for ``v``."""

        def voted(n: Node, lower: Round, w: Value) -> Formula:
            return self.promises(n, q) & (lower < r) & self.vote(n, lower, w)

        nobody = forall(Node, Round, Value, lambda n, lower, w: ~voted(n, lower, w))
        somebody = exists(Node, lambda n: voted(n, highest, v)) & forall(
            Node, Round, Value, lambda n, lower, w: implies(voted(n, lower, w), lower <= highest)
        )
        return ((highest == self.none) & nobody) | ((highest != self.none) & somebody)

    @action
    def cast(self, n: Node, r: Round, v: Value) -> Action:
        """Phase 2b: vote, unless the round was left."""
        return when(r != self.none, ~self.left(n, r), self.proposal(r, v)).then(
            self.vote.add(n, r, v)
        )

    @action
    def decide(self, r: Round, v: Value, q: Phase2) -> Action:
        """Learn that a quorum voted."""
        return when(
            r != self.none,
            forall(Node, lambda n: implies(self.votes(n, q), self.vote(n, r, v))),
        ).then(self.decision.add(r, v))

    @safety
    def agreement(self, r: Round, s: Round, v: Value, w: Value) -> Formula:
        """At most one value is decided."""
        return implies(self.decision(r, v) & self.decision(s, w), v == w)

    @invariant
    def one_proposal(self, r: Round, v: Value, w: Value) -> Formula:
        return implies(self.proposal(r, v) & self.proposal(r, w), v == w)

    @invariant
    def vote_is_proposed(self, n: Node, r: Round, v: Value) -> Formula:
        return implies(self.vote(n, r, v), self.proposal(r, v))

    @invariant
    def decision_has_quorum(self, r: Round, v: Value) -> Formula:
        votes = exists(
            Phase2,
            lambda q: forall(Node, lambda n: implies(self.votes(n, q), self.vote(n, r, v))),
        )
        return implies(self.decision(r, v), votes)

    @invariant
    def no_vote_in_round_none(self, n: Node, v: Value) -> Formula:
        return ~self.vote(n, self.none, v)

    @invariant
    def proposal_is_safe(self, r: Round, s: Round, v: Value, w: Value, q: Phase2) -> Formula:
        """A lower round in which another value may still be chosen has no such proposal above."""
        blocked = exists(Node, lambda n: self.votes(n, q) & self.left(n, r) & ~self.vote(n, r, v))
        return implies((r < s) & self.proposal(s, w) & (v != w), blocked)

    @reachable(
        *("prepare", "promise", "promise", "propose", "cast", "cast", "decide"),
        *("prepare", "promise", "promise", "propose", "cast", "cast", "decide"),
    )
    def two_decisions(self, r: Round, s: Round, v: Value) -> Formula:
        """Two nodes are a quorum, none is one alone, and two rounds decide."""
        together = self.decision(r, v) & self.decision(s, v)
        return self.no_quorum_is_one_node() & (r < s) & together


class Paxos(FlexiblePaxos):
    """Paxos: one kind of quorum for both phases, any two of which meet."""

    same: ClassVar = {Phase2: Phase1}
    named: ClassVar = {"votes": "promises"}
