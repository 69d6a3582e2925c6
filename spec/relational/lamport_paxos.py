"""Paxos with the votes that promises carry, step by step as in Lamport's TLA+ module Paxos.

Where :mod:`~paxiom.spec.relational.paxos` lets a proposer read the votes themselves, here it sees
no more than promises report: the highest vote of each acceptor when it promised. That this is
enough is what is proved. The states are those of the module, one to one: a number such as maxBal
is the set of rounds up to it, and maxVBal and maxVal are the acceptor's highest vote. Learners are
left out there too; a value is chosen where a quorum has voted for it.

Sources: Lamport, the TLA+ modules Paxos and Voting (github.com/tlaplus/Examples,
specifications/Paxos); the invariants follow Padon, Losa, Sagiv, Shoham, "Paxos Made EPR", OOPSLA
2017.
"""

from typing import ClassVar

from paxiom.spec.logic.formulas import (
    Formula,
    Relation,
    Rigid,
    Sort,
    Update,
    exists,
    forall,
    implies,
)
from paxiom.spec.logic.system import Action, Spec, action, axiom, invariant, reachable, safety, when
from paxiom.spec.relational.consensus import Value
from paxiom.spec.relational.paxos import Node, Round


class Quorum(Sort):
    """A set of acceptors that may choose."""


class LamportPaxos(Spec):
    """Paxos in which a proposer learns of votes from promises only."""

    # Guards that only say what the paper does: no proof of agreement needs them.
    unneeded: ClassVar = {"promise": (0, 1), "report": (0, 1)}

    member: Rigid[Node, Quorum]

    prepared: Relation[Round]  # 1a
    promised: Relation[Node, Round]  # 1b
    reaches: Relation[Node, Round, Round]  # the promise for a round reports a vote there or higher
    reports: Relation[Node, Round, Round, Value]  # it reports this vote
    proposal: Relation[Round, Value]  # 2a
    vote: Relation[Node, Round, Value]  # 2b
    joined: Relation[Node, Round]  # maxBal is this round or a higher one
    left: Relation[Node, Round]  # maxBal is higher

    @axiom
    def quorums_meet(self, p: Quorum, q: Quorum) -> Formula:
        """Any two share an acceptor."""
        return exists(Node, lambda n: self.member(n, p) & self.member(n, q))

    def moves_to(self, n: Node, r: Round) -> tuple[Update, Update]:
        """Set maxBal, where it is not higher, to ``r``."""
        return (
            self.joined.add_where(lambda m, s: (m == n) & (s <= r)),
            self.left.add_where(lambda m, s: (m == n) & (s < r)),
        )

    @action
    def prepare(self, r: Round) -> Action:
        """Phase1a."""
        return when().then(self.prepared.add(r))

    @action
    def promise(self, n: Node, r: Round) -> Action:
        """Phase1b of an acceptor that has not voted."""
        return when(
            self.prepared(r),
            ~self.joined(n, r),
            forall(Round, Value, lambda s, v: ~self.vote(n, s, v)),
        ).then(self.promised.add(n, r), *self.moves_to(n, r))

    @action
    def report(self, n: Node, r: Round, last: Round, v: Value) -> Action:
        """Phase1b of an acceptor whose highest vote is that for ``v`` in round ``last``."""
        return when(
            self.prepared(r),
            ~self.joined(n, r),
            self.vote(n, last, v),
            forall(Round, Value, lambda s, w: implies(self.vote(n, s, w), s <= last)),
        ).then(
            self.promised.add(n, r),
            self.reaches.add_where(lambda m, t, s: (m == n) & (t == r) & (s <= last)),
            self.reports.add(n, r, last, v),
            *self.moves_to(n, r),
        )

    @action
    def propose(self, r: Round, v: Value, q: Quorum, highest: Round) -> Action:
        """Phase2a: the value of the highest vote that the promises of ``q`` report."""
        return when(
            forall(Value, lambda w: ~self.proposal(r, w)),
            self.have_promised(q, r),
            exists(Node, lambda n: self.member(n, q) & self.reports(n, r, highest, v)),
            forall(
                Node,
                Round,
                lambda n, s: implies(self.member(n, q) & self.reaches(n, r, s), s <= highest),
            ),
        ).then(self.proposal.add(r, v))

    @action
    def propose_any(self, r: Round, v: Value, q: Quorum) -> Action:
        """Phase2a where the promises of ``q`` report no vote."""
        return when(
            forall(Value, lambda w: ~self.proposal(r, w)),
            self.have_promised(q, r),
            forall(Node, Round, lambda n, s: implies(self.member(n, q), ~self.reaches(n, r, s))),
        ).then(self.proposal.add(r, v))

    def have_promised(self, q: Quorum, r: Round) -> Formula:
        """Say that each of ``q`` has promised ``r``."""
        return forall(Node, lambda n: implies(self.member(n, q), self.promised(n, r)))

    @action
    def cast(self, n: Node, r: Round, v: Value) -> Action:
        """Phase2b."""
        return when(self.proposal(r, v), ~self.left(n, r)).then(
            self.vote.add(n, r, v), *self.moves_to(n, r)
        )

    def is_chosen(self, q: Quorum, r: Round, v: Value) -> Formula:
        """Say that each of ``q`` has voted for ``v`` in round ``r``."""
        return forall(Node, lambda n: implies(self.member(n, q), self.vote(n, r, v)))

    @safety
    def agreement(self, p: Quorum, r: Round, v: Value, q: Quorum, s: Round, w: Value) -> Formula:
        """At most one value is chosen."""
        return implies(self.is_chosen(p, r, v) & self.is_chosen(q, s, w), v == w)

    @invariant
    def joined_has_left_lower_rounds(self, n: Node, r: Round, lower: Round) -> Formula:
        return implies(self.joined(n, r) & (lower < r), self.left(n, lower))

    @invariant
    def promise_joins(self, n: Node, r: Round) -> Formula:
        return implies(self.promised(n, r), self.joined(n, r))

    @invariant
    def report_is_a_vote(self, n: Node, r: Round, s: Round, v: Value) -> Formula:
        return implies(self.reports(n, r, s, v), self.vote(n, s, v))

    @invariant
    def promise_reports_votes(self, n: Node, r: Round, s: Round, v: Value) -> Formula:
        """Of the votes below the round that it is for, each or a higher one."""
        return implies(self.promised(n, r) & self.vote(n, s, v) & (s < r), self.reaches(n, r, s))

    @invariant
    def one_proposal(self, r: Round, v: Value, w: Value) -> Formula:
        return implies(self.proposal(r, v) & self.proposal(r, w), v == w)

    @invariant
    def vote_is_proposed(self, n: Node, r: Round, v: Value) -> Formula:
        return implies(self.vote(n, r, v), self.proposal(r, v))

    @invariant
    def proposal_is_safe(self, r: Round, s: Round, v: Value, w: Value, q: Quorum) -> Formula:
        """A lower round in which another value may still be chosen has no such proposal above."""
        blocked = exists(Node, lambda n: self.member(n, q) & self.left(n, r) & ~self.vote(n, r, v))
        return implies((r < s) & self.proposal(s, w) & (v != w), blocked)

    @reachable(
        *("prepare", "promise", "promise", "propose_any", "cast", "cast"),
        *("prepare", "report", "report", "propose", "cast", "cast"),
    )
    def chosen_in_two_rounds(self, p: Quorum, q: Quorum, r: Round, s: Round, v: Value) -> Formula:
        """No quorum is one acceptor."""
        apart = forall(
            Quorum, Node, lambda p, n: exists(Node, lambda m: self.member(m, p) & (m != n))
        )
        return apart & (r < s) & self.is_chosen(p, r, v) & self.is_chosen(q, s, v)
