"""PBFT with view changes: any number of slots, nodes, views and values, some nodes Byzantine.

Models: what honest nodes say in the three phases and when they change views. A Byzantine node may
say anything to anyone, so nothing it says is recorded: a quorum's certificate needs only the
honest members to have said it, and the others are taken to have said whatever helps. For the same
reason there is no record of what a primary proposes: it may be Byzantine, so each honest node
accepts any proposal that it could be shown, and two nodes may be shown different ones. A prepare
in a view needs a quorum that has left all lower views (the view-change messages in NEW-VIEW), and
the value that they bind it to: that of a certificate of prepares not older than any that an honest
member of the quorum reports. An honest node reports a slot as prepared in a view where it has said
commit; as it has left these views, that no longer changes. A Byzantine member may show any
certificate that exists, and each node may be shown another quorum. With one view it is the normal
case.

Leaves out: signatures and digests (no one forges a certificate), checkpoints and the window of
slots, clients and replies, the null request for gaps (any value may fill them), which node is
primary, timeouts; crashes (an honest node forgets nothing).

Source: Castro, Liskov, "Practical Byzantine Fault Tolerance", OSDI 1999 (PBFT), section 4.2 normal
case, 4.4 view changes. The invariants are our own, of the kind used for Paxos in EPR (Padon, Losa,
Sagiv, Shoham, OOPSLA 2017); kazikame/PBFT-Ivy and nano-o/ivy-proofs have other proofs.
"""

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
from paxiom.spec.logic.system import Action, Spec, action, axiom, invariant, reachable, safety, when


class Node(Sort):
    """A replica, honest or not."""


class View(Ordered):
    """A view; each has a primary, of which nothing is assumed."""


class Slot(Sort):
    """A sequence number. Slots do not depend on each other, so they need no order."""


class Value(Sort):
    """A request."""


class Quorum(Sort):
    """2f+1 of 3f+1 replicas, or any sets with the axiom."""


class Pbft(Spec):
    """Practical Byzantine fault tolerance."""

    # Guards that no proof of agreement needs. That a node is honest keeps records to such nodes; a
    # faulty one that does as honest ones do breaks nothing. A prepare in a view that its node has
    # left only helps a certificate: those who commit by it must not have left.
    unneeded: ClassVar = {
        "change_view": (0,),
        "send_prepare": (0, 1),
        "send_commit": (0,),
        "decide": (0,),
    }

    honest: Rigid[Node]
    member: Rigid[Node, Quorum]

    left: Relation[Node, View]  # these, of honest nodes only
    prepare: Relation[Node, View, Slot, Value]
    commit: Relation[Node, View, Slot, Value]
    decision: Relation[Node, View, Slot, Value]

    @axiom
    def quorums_share_an_honest_node(self, p: Quorum, q: Quorum) -> Formula:
        """Of 3f+1 nodes, sets of 2f+1 share f+1, one of them not among the f that may lie."""
        return exists(Node, lambda n: self.honest(n) & self.member(n, p) & self.member(n, q))

    def is_prepared(self, q: Quorum, w: View, s: Slot, v: Value) -> Formula:
        """Say that the honest nodes of ``q`` have prepared it."""
        return forall(
            Node,
            lambda n: implies(self.member(n, q) & self.honest(n), self.prepare(n, w, s, v)),
        )

    def is_committed(self, q: Quorum, w: View, s: Slot, v: Value) -> Formula:
        """Say that the honest nodes of ``q`` have said commit."""
        return forall(
            Node,
            lambda n: implies(self.member(n, q) & self.honest(n), self.commit(n, w, s, v)),
        )

    @action
    def change_view(self, n: Node, w: View) -> Action:
        """Say VIEW-CHANGE: take no part below ``w`` any more (PBFT 4.4)."""
        return when(self.honest(n)).then(
            self.left.add_where(lambda m, lower: (m == n) & (lower < w))
        )

    @action
    def send_prepare(
        self, n: Node, w: View, s: Slot, v: Value, q: Quorum, highest: View, p: Quorum
    ) -> Action:
        """Accept a PRE-PREPARE, one a view and slot, if NEW-VIEW allows it (PBFT 4.2, 4.4).

        ``q`` sent the view-change messages; ``p`` prepared ``v`` in view ``highest``, if any did.
        """
        return when(
            self.honest(n),
            ~self.left(n, w),
            forall(Value, lambda x: ~self.prepare(n, w, s, x)),
            self.have_left_below(q, w),
            self.is_free(q, w, s) | self.is_bound_to(q, w, s, v, highest, p),
        ).then(self.prepare.add(n, w, s, v))

    def have_left_below(self, q: Quorum, w: View) -> Formula:
        """Say that the honest nodes of ``q`` have sent VIEW-CHANGE for ``w`` or a later view."""
        return forall(
            Node,
            View,
            lambda n, u: implies(self.member(n, q) & self.honest(n) & (u < w), self.left(n, u)),
        )

    def reports(self, n: Node, q: Quorum, u: View, w: View, s: Slot, x: Value) -> Formula:
        """Say that ``n``, honest and of ``q``, has prepared ``x`` in a view below ``w``."""
        return self.member(n, q) & self.honest(n) & (u < w) & self.commit(n, u, s, x)

    def is_free(self, q: Quorum, w: View, s: Slot) -> Formula:
        """Say that no honest node of ``q`` reports anything prepared at the slot."""
        return forall(Node, View, Value, lambda n, u, x: ~self.reports(n, q, u, w, s, x))

    def is_bound_to(
        self, q: Quorum, w: View, s: Slot, v: Value, highest: View, p: Quorum
    ) -> Formula:
        """Say that ``v`` was prepared in a view not lower than any that is reported."""
        not_lower = forall(
            Node,
            View,
            Value,
            lambda n, u, x: implies(self.reports(n, q, u, w, s, x), u <= highest),
        )
        return (highest < w) & self.is_prepared(p, highest, s, v) & not_lower

    @action
    def send_commit(self, n: Node, w: View, s: Slot, v: Value, q: Quorum) -> Action:
        """Say COMMIT when prepared: a quorum has said PREPARE (PBFT 4.2)."""
        return when(self.honest(n), ~self.left(n, w), self.is_prepared(q, w, s, v)).then(
            self.commit.add(n, w, s, v)
        )

    @action
    def decide(self, n: Node, w: View, s: Slot, v: Value, q: Quorum) -> Action:
        """Execute when committed: a quorum has said COMMIT (PBFT 4.2)."""
        return when(self.honest(n), self.is_committed(q, w, s, v)).then(
            self.decision.add(n, w, s, v)
        )

    @safety
    def agreement(self, n: Node, m: Node, u: View, w: View, s: Slot, v: Value, x: Value) -> Formula:
        """Honest nodes decide the same at a slot, whatever the views."""
        return implies(self.decision(n, u, s, v) & self.decision(m, w, s, x), v == x)

    @invariant
    def one_prepare_per_view(self, n: Node, w: View, s: Slot, v: Value, x: Value) -> Formula:
        return implies(self.prepare(n, w, s, v) & self.prepare(n, w, s, x), v == x)

    @invariant
    def one_commit_per_view(
        self, n: Node, m: Node, w: View, s: Slot, v: Value, x: Value
    ) -> Formula:
        """No two honest nodes commit differently in a view."""
        return implies(self.commit(n, w, s, v) & self.commit(m, w, s, x), v == x)

    @invariant
    def commit_has_certificate(self, w: View, s: Slot, v: Value) -> Formula:
        return implies(
            exists(Node, lambda n: self.commit(n, w, s, v)),
            exists(Quorum, lambda q: self.is_prepared(q, w, s, v)),
        )

    @invariant
    def decision_has_certificate(self, w: View, s: Slot, v: Value) -> Formula:
        return implies(
            exists(Node, lambda n: self.decision(n, w, s, v)),
            exists(Quorum, lambda q: self.is_committed(q, w, s, v)),
        )

    @invariant
    def prepare_is_safe(self, u: View, w: View, s: Slot, v: Value, x: Value) -> Formula:
        """Where a value is prepared, no other can still be decided in a lower view."""
        blocked = forall(
            Quorum,
            lambda q: exists(
                Node,
                lambda n: (
                    self.member(n, q) & self.honest(n) & self.left(n, u) & ~self.commit(n, u, s, v)
                ),
            ),
        )
        prepared = exists(Node, lambda n: self.prepare(n, w, s, x))
        return implies((u < w) & (v != x) & prepared, blocked)

    @reachable(
        *("send_prepare", "send_prepare", "send_commit", "send_commit", "decide"),
        *("change_view", "change_view"),
        *("send_prepare", "send_prepare", "send_commit", "send_commit", "decide"),
    )
    def decides_in_two_views(self, u: View, w: View, s: Slot, v: Value) -> Formula:
        """A value is decided, and again in a later view; no quorum has one honest node only."""
        apart = forall(
            Quorum,
            Node,
            lambda q, n: exists(Node, lambda m: self.honest(m) & self.member(m, q) & (m != n)),
        )
        first = exists(Node, lambda n: self.decision(n, u, s, v))
        again = exists(Node, lambda n: self.decision(n, w, s, v))
        return apart & (u < w) & first & again
