"""Multi-Paxos and Flexible Multi-Paxos: a log, each index of which is decided by Paxos.

A round is prepared, and promised, once for all indexes; what phase 2 does, it does for one. So a
proposer that a quorum has promised its round goes on to the next index with phase 2 alone. As in
:mod:`~paxiom.spec.relational.paxos`, a promise carries no votes: they are read from ``vote``.
Leaves out the choice of a proposer, which index it takes next, and carrying commands out.

Source: Lamport, "Paxos Made Simple", 2001, section 3; the invariants are those of Padon, Losa,
Sagiv, Shoham, "Paxos Made EPR", OOPSLA 2017; quorums per phase are those of Howard, Malkhi,
Spiegelman, "Flexible Paxos", 2016.
"""

from typing import ClassVar

from paxiom.spec.logic.formulas import Formula, Relation, exists, forall, implies
from paxiom.spec.logic.system import Action, action, invariant, reachable, safety, when
from paxiom.spec.relational.consensus import Index, Value
from paxiom.spec.relational.paxos import Node, Phase1, Phase2, Round, Rounds


class FlexibleMultiPaxos(Rounds):
    """Multi-Paxos with quorums of their own for each phase: one of each kind meet."""

    proposal: Relation[Index, Round, Value]  # 2a
    vote: Relation[Node, Index, Round, Value]  # 2b
    decision: Relation[Index, Round, Value]

    @action
    def propose(self, i: Index, r: Round, q: Phase1, highest: Round, v: Value) -> Action:
        """Phase 2a: the value of the highest vote in a quorum, or any if nobody voted."""
        return when(
            r != self.none,
            forall(Value, lambda w: ~self.proposal(i, r, w)),
            forall(Node, lambda n: implies(self.promises(n, q), self.promised(n, r))),
            self.is_highest_vote(i, r, q, highest, v),
        ).then(self.proposal.add(i, r, v))

    def is_highest_vote(self, i: Index, r: Round, q: Phase1, highest: Round, v: Value) -> Formula:
        """Say that of the votes in ``q`` below ``r``, one in the highest round is for ``v``."""

        def voted(n: Node, lower: Round, w: Value) -> Formula:
            return self.promises(n, q) & (lower < r) & self.vote(n, i, lower, w)

        nobody = forall(Node, Round, Value, lambda n, lower, w: ~voted(n, lower, w))
        somebody = exists(Node, lambda n: voted(n, highest, v)) & forall(
            Node, Round, Value, lambda n, lower, w: implies(voted(n, lower, w), lower <= highest)
        )
        return ((highest == self.none) & nobody) | ((highest != self.none) & somebody)

    @action
    def cast(self, n: Node, i: Index, r: Round, v: Value) -> Action:
        """Phase 2b: vote, unless the round was left."""
        return when(r != self.none, ~self.left(n, r), self.proposal(i, r, v)).then(
            self.vote.add(n, i, r, v)
        )

    @action
    def decide(self, i: Index, r: Round, v: Value, q: Phase2) -> Action:
        """Learn that a quorum voted."""
        return when(
            r != self.none,
            forall(Node, lambda n: implies(self.votes(n, q), self.vote(n, i, r, v))),
        ).then(self.decision.add(i, r, v))

    @safety
    def agreement(self, i: Index, r: Round, s: Round, v: Value, w: Value) -> Formula:
        """At most one value is decided at each index."""
        return implies(self.decision(i, r, v) & self.decision(i, s, w), v == w)

    @invariant
    def one_proposal(self, i: Index, r: Round, v: Value, w: Value) -> Formula:
        return implies(self.proposal(i, r, v) & self.proposal(i, r, w), v == w)

    @invariant
    def vote_is_proposed(self, n: Node, i: Index, r: Round, v: Value) -> Formula:
        return implies(self.vote(n, i, r, v), self.proposal(i, r, v))

    @invariant
    def decision_has_quorum(self, i: Index, r: Round, v: Value) -> Formula:
        votes = exists(
            Phase2,
            lambda q: forall(Node, lambda n: implies(self.votes(n, q), self.vote(n, i, r, v))),
        )
        return implies(self.decision(i, r, v), votes)

    @invariant
    def no_vote_in_round_none(self, n: Node, i: Index, v: Value) -> Formula:
        return ~self.vote(n, i, self.none, v)

    @invariant
    def proposal_is_safe(
        self, i: Index, r: Round, s: Round, v: Value, w: Value, q: Phase2
    ) -> Formula:
        """A lower round in which another value may still be chosen has no such proposal above."""
        blocked = exists(
            Node, lambda n: self.votes(n, q) & self.left(n, r) & ~self.vote(n, i, r, v)
        )
        return implies((r < s) & self.proposal(i, s, w) & (v != w), blocked)

    @reachable(
        *("prepare", "promise", "promise"),
        *("propose", "cast", "cast", "decide"),
        *("propose", "cast", "cast", "decide"),
    )
    def two_indexes_in_one_round(self, i: Index, j: Index, r: Round, v: Value, w: Value) -> Formula:
        """Phase 1 once, phase 2 twice; no quorum is one node alone."""
        together = self.decision(i, r, v) & self.decision(j, r, w)
        return self.no_quorum_is_one_node() & (i != j) & (v != w) & together


class MultiPaxos(FlexibleMultiPaxos):
    """Multi-Paxos: one kind of quorum for both phases, any two of which meet."""

    same: ClassVar = {Phase2: Phase1}
    named: ClassVar = {"votes": "promises"}
