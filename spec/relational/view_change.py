"""The core that Viewstamped Replication and Zab share: a log that is carried from view to view.

Models: a view (in Zab, an epoch) has one primary and one log, to which only the primary appends;
a replica joins a view by taking the log that the view began with, then acknowledges entries in
their order; an entry is committed when a quorum has acknowledged it in one view. A view begins
when a quorum has left the lower ones, with the best log of that quorum: the one of the latest view
in which any of them was normal, and of those the longest. What is left of a message is the state
that it reports: a replica that has seen view ``v`` no longer joins or acknowledges in a lower one,
so what it said of these when it changed views is what the relations say of it ever after.

Leaves out: crashes and VR's recovery without a disk (a replica here forgets nothing); state
transfer within a view; reconfiguration; how Zab finds the number and the leader of a new epoch
(``primary`` gives each view its own); that a Zab leader waits until a quorum has its history
before it broadcasts, which is no matter of safety. Commits are known to all at once here; that a
backup learns of them late changes nothing.

Sources: Liskov, Cowling, "Viewstamped Replication Revisited", MIT-CSAIL-TR-2012-021 (VRR), section
4.1 normal operation, 4.2 view changes, by their numbered steps; Junqueira, Reed, Serafini, "Zab:
High-performance broadcast for primary-backup systems", DSN 2011 (ZAB), its three phases: discovery,
synchronization, broadcast.
The invariants are our own; we know of no published proof of this core in EPR.
"""

from typing import ClassVar

from paxiom.spec.logic.formulas import (
    Formula,
    Function,
    Ordered,
    Relation,
    Rigid,
    Sort,
    Update,
    either,
    exists,
    forall,
    iff,
    implies,
)
from paxiom.spec.logic.system import Action, Spec, action, axiom, invariant, reachable, safety, when


class Node(Sort):
    """A replica."""


class View(Ordered):
    """A view, in Zab an epoch."""


class Index(Ordered):
    """A place in the log: VR's op-number, the counter in Zab's zxid."""


class Value(Sort):
    """What clients ask for."""


class Quorum(Sort):
    """A set of replicas that may decide."""


class ViewChange(Spec):
    """A replicated log under a succession of views."""

    # No safety hangs on that the primary has not left its view: its log is still one log, and what
    # is added late is acknowledged only by those who have not left. Nor does any on the order of
    # commits, nor on what is committed: safety is said of all up to an entry, whatever is there.
    unneeded: ClassVar = {"append": (1,), "commit": (1, 2)}

    member: Rigid[Node, Quorum]
    primary: Function[View, Node]
    first: View  # in which all are normal from the beginning

    seen: Relation[Node, View]  # the replica's view is this one or a later one
    left: Relation[Node, View]  # the replica's view is a later one
    started: Relation[View]  # a log was chosen to begin with
    normal: Relation[Node, View]  # the replica has taken that log
    entry: Relation[View, Index, Value]  # the log of the view
    filled: Relation[View, Index]  # where it has an entry
    inherited: Relation[View, Index]  # where it had one when the view began
    acked: Relation[Node, View, Index]
    committed: Relation[View, Index]

    @axiom
    def quorums_meet(self, p: Quorum, q: Quorum) -> Formula:
        """Any two share a replica."""
        return exists(Node, lambda n: self.member(n, p) & self.member(n, q))

    @axiom
    def no_view_before_the_first(self, v: View) -> Formula:
        return self.first <= v

    def initial(self) -> tuple[Update, ...]:
        """All are normal in the first view, whose log is empty."""
        return (
            self.started.becomes(lambda v: v == self.first),
            self.normal.becomes(lambda _, v: v == self.first),
        )

    def moves_to(self, n: Node, v: View) -> tuple[Update, Update]:
        """Be in view ``v``, unless already in a later one: leave all lower ones."""
        return (
            self.seen.add_where(lambda m, u: (m == n) & (u <= v)),
            self.left.add_where(lambda m, u: (m == n) & (u < v)),
        )

    def all_acked(self, q: Quorum, v: View, i: Index) -> Formula:
        """Say that each member of ``q`` has acknowledged the entry."""
        return forall(Node, lambda n: implies(self.member(n, q), self.acked(n, v, i)))

    @action
    def change_view(self, n: Node, v: View) -> Action:
        """Give up on the views below ``v`` (VRR 4.2, steps 1 and 2; ZAB phase 1, ACK-E)."""
        return when().then(*self.moves_to(n, v))

    @action
    def start_view(self, v: View, q: Quorum, m: Node, latest: View) -> Action:
        """Begin with the best log of ``q``, that of ``m`` (VRR 4.2, step 3; ZAB phases 1 and 2)."""
        return when(
            ~self.started(v),
            forall(Node, lambda n: implies(self.member(n, q), self.seen(n, v))),
            self.member(m, q) & self.normal(m, latest) & (latest < v),
            self.is_latest_normal_view(q, v, latest),
            self.is_longest_log(q, m, latest),
        ).then(
            self.started.add(v),
            self.entry.becomes(
                lambda u, i, x: either(
                    u == v, self.acked(m, latest, i) & self.entry(latest, i, x), self.entry(u, i, x)
                )
            ),
            self.filled.becomes(
                lambda u, i: either(u == v, self.acked(m, latest, i), self.filled(u, i))
            ),
            self.inherited.becomes(
                lambda u, i: either(u == v, self.acked(m, latest, i), self.inherited(u, i))
            ),
        )

    def is_latest_normal_view(self, q: Quorum, v: View, latest: View) -> Formula:
        """Say that below ``v`` none of ``q`` was normal in a view after ``latest``."""
        return forall(
            Node,
            View,
            lambda n, u: implies(self.member(n, q) & self.normal(n, u) & (u < v), u <= latest),
        )

    def is_longest_log(self, q: Quorum, m: Node, latest: View) -> Formula:
        """Say that ``m`` has what any of ``q`` has of view ``latest``."""
        return forall(
            Node,
            Index,
            lambda n, i: implies(
                self.member(n, q) & self.acked(n, latest, i), self.acked(m, latest, i)
            ),
        )

    @action
    def join(self, n: Node, v: View) -> Action:
        """Take the log that the view began with (VRR 4.2, step 5; ZAB phase 2, NEWLEADER)."""
        return when(self.started(v), ~self.left(n, v)).then(
            *self.moves_to(n, v),
            self.normal.add(n, v),
            self.acked.add_where(lambda m, u, i: (m == n) & (u == v) & self.inherited(v, i)),
        )

    @action
    def append(self, v: View, i: Index, x: Value) -> Action:
        """Primary: put a request at the end of the log (VRR 4.1, step 3; ZAB phase 3)."""
        return when(
            self.normal(self.primary(v), v),
            ~self.left(self.primary(v), v),
            forall(Index, lambda j: iff(self.filled(v, j), j < i)),
        ).then(self.entry.add(v, i, x), self.filled.add(v, i))

    @action
    def acknowledge(self, n: Node, v: View, i: Index) -> Action:
        """Store an entry after all before it (VRR 4.1, step 4; ZAB phase 3, ACK)."""
        return when(
            self.normal(n, v),
            ~self.left(n, v),
            self.filled(v, i),
            forall(Index, lambda j: implies(j < i, self.acked(n, v, j))),
        ).then(self.acked.add(n, v, i))

    @action
    def commit(self, v: View, i: Index, x: Value, q: Quorum) -> Action:
        """Commit what a quorum has acknowledged, in order (VRR 4.1, step 5; ZAB phase 3, COMMIT).

        What a view began with is committed in it again. Where all up to an entry is committed at
        once, that is as many steps.
        """
        return when(
            self.all_acked(q, v, i),
            forall(Index, lambda j: implies(j < i, self.committed(v, j))),
            self.entry(v, i, x),
        ).then(self.committed.add(v, i))

    @safety
    def state_machine_safety(
        self, u: View, v: View, i: Index, k: Index, j: Index, x: Value, y: Value
    ) -> Formula:
        """What is committed, in whatever view and with all before it, is the same at each index."""
        return implies(
            self.committed(u, i)
            & self.committed(v, k)
            & ((j <= i) & (j <= k))
            & (self.entry(u, j, x) & self.entry(v, j, y)),
            x == y,
        )

    @invariant
    def seen_leaves_lower_views(self, n: Node, v: View, lower: View) -> Formula:
        return implies(self.seen(n, v) & (lower < v), self.left(n, lower))

    @invariant
    def normal_leaves_lower_views(self, n: Node, v: View, lower: View) -> Formula:
        return implies(self.normal(n, v) & (lower < v), self.left(n, lower))

    @invariant
    def normal_view_has_started(self, n: Node, v: View) -> Formula:
        return implies(self.normal(n, v), self.started(v))

    @invariant
    def normal_has_inherited_log(self, n: Node, v: View, i: Index) -> Formula:
        return implies(self.normal(n, v) & self.inherited(v, i), self.acked(n, v, i))

    @invariant
    def commit_has_quorum(self, v: View, i: Index) -> Formula:
        acked = exists(Quorum, lambda q: self.all_acked(q, v, i))
        return implies(self.committed(v, i), self.filled(v, i) & acked)

    @invariant
    def acked_is_filled(self, n: Node, v: View, i: Index) -> Formula:
        return implies(self.acked(n, v, i), self.filled(v, i) & self.normal(n, v))

    @invariant
    def filled_view_has_started(self, v: View, i: Index) -> Formula:
        return implies(self.filled(v, i), self.started(v))

    @invariant
    def inherited_is_filled(self, v: View, i: Index) -> Formula:
        return implies(self.inherited(v, i), self.filled(v, i))

    @invariant
    def entry_is_filled(self, v: View, i: Index, x: Value) -> Formula:
        return implies(self.entry(v, i, x), self.filled(v, i))

    @invariant
    def one_entry_at_an_index(self, v: View, i: Index, x: Value, y: Value) -> Formula:
        return implies(self.entry(v, i, x) & self.entry(v, i, y), x == y)

    @invariant
    def no_gaps_in_log(self, v: View, i: Index, j: Index) -> Formula:
        return implies(self.filled(v, i) & (j <= i), self.filled(v, j))

    @invariant
    def no_gaps_in_inherited_log(self, v: View, i: Index, j: Index) -> Formula:
        return implies(self.inherited(v, i) & (j <= i), self.inherited(v, j))

    @invariant
    def no_gaps_in_acknowledgements(self, n: Node, v: View, i: Index, j: Index) -> Formula:
        return implies(self.acked(n, v, i) & (j <= i), self.acked(n, v, j))

    @invariant
    def view_has_quorum(self, v: View) -> Formula:
        """A quorum has left what is below a view that started, but for the first."""
        seen = exists(
            Quorum,
            lambda q: forall(Node, lambda n: implies(self.member(n, q), self.seen(n, v))),
        )
        return implies(self.started(v) & (v != self.first), seen)

    @invariant
    def view_completeness(self, u: View, v: View, i: Index) -> Formula:
        """What may be committed in a lower view is in the log that a later one began with."""
        cannot_commit = forall(
            Quorum,
            lambda q: exists(
                Node, lambda n: self.member(n, q) & self.left(n, u) & ~self.acked(n, u, i)
            ),
        )
        same = forall(
            Index,
            Value,
            lambda j, x: implies(j <= i, iff(self.entry(u, j, x), self.entry(v, j, x))),
        )
        return implies(
            (u < v) & self.started(v) & self.filled(u, i),
            cannot_commit | (self.inherited(v, i) & same),
        )

    @reachable(
        *("append", "acknowledge", "acknowledge", "commit"),
        *("change_view", "change_view", "start_view", "join", "join"),
        *("append", "acknowledge", "acknowledge", "commit", "commit"),
    )
    def commits_in_two_views(self, u: View, v: View, i: Index, j: Index) -> Formula:
        """An entry is committed, and one after it in a later view; no quorum is one replica."""
        apart = forall(
            Quorum,
            Node,
            lambda q, n: exists(Node, lambda m: self.member(m, q) & (m != n)),
        )
        return apart & (u < v) & (i < j) & self.committed(u, i) & self.committed(v, j)
