"""Raft: a leader elected by votes, a log for each term, what a quorum stores is committed.

Models: terms, which a server learns of at any time and never goes back in; candidates, who say how
their logs end when they ask for votes; votes, one a term, each given by itself; leaders, who append
to their logs and never change what is in them; a follower that takes any number of entries at once,
if its log agrees with the leader's before them, and gives up its own only where they conflict;
acknowledgements; a commit index a term; application. A crash that the disk survives is no step:
term, vote and log are all that is here. Of a message there is left what it says. A request for a
vote is ``stood``. One for entries is some piece of ``term_log``, which in its term only grows, so
that what was once sent stays true; what it tells of the commit index is ``commit_index``. So
messages may be lost, duplicated, reordered.

Leaves out: refusals and ``nextIndex``, which matter to progress only; that the first entry of a
leader is a no-op (it is an entry like any); that entries are applied in order and once; leaders
that read; membership changes, compaction. Who has crashed may go on as candidate or leader here.

Source: Ongaro, Ousterhout, "In Search of an Understandable Consensus Algorithm (Extended Version)",
2014 (RAFT); each action names its sections. The safety properties are four of its Figure 3; of the
fifth, that a leader only appends, there is only how ``append`` and ``store`` are written. The proof
is in its main line that of mypyvy (github.com/wilcoxjay/mypyvy, examples/fol/raft.pyv): the log of
a term as a ghost; candidates keep their logs until the term has a leader; and what may still be
committed is kept by whoever acknowledged it, and is in the log of each candidate that such a one
voted for and of every later term. Other than there, logs are relations and not elements of a sort,
entries are taken several at once, each term has a commit index, and servers apply.
"""

from paxiom.spec.logic.formulas import (
    Formula,
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
from paxiom.spec.logic.system import Action, Spec, action, axiom, when
from paxiom.spec.relational.consensus import Value


class Node(Sort):
    """A server."""


class Term(Ordered):
    """A term, of one leader at most."""


class Index(Ordered):
    """A place in a log."""


class Quorum(Sort):
    """A set of servers that may elect and commit."""


class RaftProtocol(Spec):
    """Raft's elections and replication."""

    member: Rigid[Node, Quorum]
    term_0: Term  # in which all begin and nobody leads
    index_0: Index  # before the first entry

    seen: Relation[Node, Term]  # the server's term is this one or a later one
    left: Relation[Node, Term]  # the server's term is a later one
    stood: Relation[Node, Term, Index, Term]  # was a candidate, its last entry being this one
    vote: Relation[Node, Term, Node]
    leader: Relation[Node, Term]
    log: Relation[Node, Index, Term, Value]
    term_log: Relation[Term, Index, Term, Value]  # the log of the leader of the term
    filled: Relation[Term, Index]  # where that has an entry
    acked: Relation[Node, Term, Index]  # the server told the leader that it stores this
    commit_index: Relation[Term, Index]  # the leader's
    applied: Relation[Node, Term, Index, Term, Value]  # by what was committed in the first term

    @axiom
    def quorums_meet(self, p: Quorum, q: Quorum) -> Formula:
        """Any two share a server."""
        return exists(Node, lambda n: self.member(n, p) & self.member(n, q))

    @axiom
    def no_term_before_the_first(self, t: Term) -> Formula:
        return self.term_0 <= t

    @axiom
    def no_index_before_the_first(self, i: Index) -> Formula:
        return self.index_0 <= i

    def initial(self) -> tuple[Update, ...]:
        """All are in term 0, with nothing in their logs."""
        return (self.seen.becomes(lambda _, t: t == self.term_0),)

    # --- what actions are made of

    def moves_to(self, n: Node, t: Term) -> tuple[Update, Update]:
        """Be in term ``t``, unless already in a later one: leave all lower ones (RAFT 5.1)."""
        return (
            self.seen.add_where(lambda m, u: (m == n) & (u <= t)),
            self.left.add_where(lambda m, u: (m == n) & (u < t)),
        )

    def ends_at(self, n: Node, i: Index, u: Term) -> Formula:
        """Say that the last entry of the server's log is at ``i``, of term ``u``."""
        nothing = forall(Index, Term, Value, lambda j, x, v: ~self.log(n, j, x, v))
        last = exists(Value, lambda v: self.log(n, i, u, v)) & forall(
            Index, Term, Value, lambda j, x, v: implies(self.log(n, j, x, v), j <= i)
        )
        return ((i == self.index_0) & (u == self.term_0) & nothing) | last

    def started(self, t: Term) -> Formula:
        """Say that the term has a leader."""
        return exists(Node, lambda n: self.leader(n, t))

    def lost(self, t: Term, i: Index) -> Formula:
        """Say that no quorum can still acknowledge the entry in term ``t``."""
        return forall(
            Quorum,
            lambda q: exists(
                Node, lambda n: self.member(n, q) & self.left(n, t) & ~self.acked(n, t, i)
            ),
        )

    def all_acked(self, q: Quorum, t: Term, i: Index) -> Formula:
        """Say that each member of ``q`` has acknowledged the entry."""
        return forall(Node, lambda n: implies(self.member(n, q), self.acked(n, t, i)))

    # --- elections

    @action
    def learn_term(self, n: Node, t: Term) -> Action:
        """Hear of a higher term (RAFT 5.1)."""
        return when().then(*self.moves_to(n, t))

    @action
    def stand(self, n: Node, t: Term, i: Index, u: Term) -> Action:
        """Start a term, vote for oneself, tell how one's log ends (RAFT 5.2 RequestVote)."""
        return when(~self.seen(n, t), self.ends_at(n, i, u)).then(
            *self.moves_to(n, t), self.stood.add(n, t, i, u), self.vote.add(n, t, n)
        )

    @action
    def grant(self, n: Node, t: Term, c: Node, i: Index, u: Term) -> Action:
        """Vote once in a term, for who is at least as up to date (RAFT 5.2, 5.4.1)."""
        up_to_date = forall(
            Index,
            Term,
            Value,
            lambda j, x, v: implies(self.log(n, j, x, v), (x < u) | ((x == u) & (j <= i))),
        )
        return when(
            ~self.left(n, t),
            forall(Node, lambda d: implies(self.vote(n, t, d), d == c)),
            self.stood(c, t, i, u),
            up_to_date,
        ).then(*self.moves_to(n, t), self.vote.add(n, t, c))

    @action
    def elect(self, n: Node, t: Term, q: Quorum) -> Action:
        """Lead with the votes of a quorum; the log of the term is the leader's (RAFT 5.2)."""

        def its_log(j: Index) -> Formula:
            return exists(Term, Value, lambda x, v: self.log(n, j, x, v))

        return when(
            ~self.left(n, t),
            ~self.leader(n, t),
            forall(Node, lambda m: implies(self.member(m, q), self.vote(m, t, n))),
        ).then(
            self.leader.add(n, t),
            self.term_log.becomes(
                lambda w, j, x, v: either(w == t, self.log(n, j, x, v), self.term_log(w, j, x, v))
            ),
            self.filled.becomes(lambda w, j: either(w == t, its_log(j), self.filled(w, j))),
        )

    # --- replication

    @action
    def append(self, n: Node, t: Term, i: Index, v: Value) -> Action:
        """Leader: put an entry at the end of the log, and count oneself (RAFT 5.3)."""
        return when(
            self.leader(n, t),
            ~self.left(n, t),
            i != self.index_0,
            forall(Index, lambda j: iff(self.filled(t, j), (self.index_0 < j) & (j < i))),
        ).then(
            self.log.add(n, i, t, v),
            self.term_log.add(t, i, t, v),
            self.filled.add(t, i),
            self.acked.add(n, t, i),
        )

    @action
    def store(self, n: Node, t: Term, p: Index, u: Term, i: Index, x: Term, v: Value) -> Action:
        """Follower: take what the leader has after ``p`` and up to ``i`` (RAFT 5.3 AppendEntries).

        The logs must agree at ``p``. If they also agree at ``i``, and so on all before, there is
        nothing to take, and what follows stays; if not, all from the first conflict on goes.
        """
        agree = exists(Value, Value, lambda a, b: self.log(n, p, u, a) & self.term_log(t, p, u, b))

        def taken(j: Index, y: Term, w: Value) -> Formula:
            kept = (j <= p) & self.log(n, j, y, w)
            return kept | ((p < j) & (j <= i) & self.term_log(t, j, y, w))

        return when(
            ~self.left(n, t),
            ~self.leader(n, t),
            (p == self.index_0) | agree,
            self.term_log(t, i, x, v),
            ~self.log(n, i, x, v),
        ).then(
            *self.moves_to(n, t),
            self.log.becomes(
                lambda m, j, y, w: either(m == n, taken(j, y, w), self.log(m, j, y, w))
            ),
        )

    @action
    def acknowledge(self, n: Node, t: Term, i: Index, x: Term, v: Value) -> Action:
        """Follower: tell the leader that one stores its log up to ``i`` (RAFT 5.3)."""
        return when(~self.left(n, t), self.term_log(t, i, x, v), self.log(n, i, x, v)).then(
            *self.moves_to(n, t),
            self.acked.add_where(
                lambda m, u, j: (m == n) & (u == t) & (j <= i) & self.filled(t, j)
            ),
        )

    @action
    def commit(self, t: Term, i: Index, v: Value, q: Quorum) -> Action:
        """Commit an entry of the term itself that a quorum stores (RAFT 5.3, 5.4.2)."""
        return when(
            self.term_log(t, i, t, v),
            self.all_acked(q, t, i),
            forall(Index, lambda j: implies(self.commit_index(t, j), j < i)),
        ).then(
            self.commit_index.becomes(lambda u, j: either(u == t, j == i, self.commit_index(u, j)))
        )

    @action
    def apply(self, n: Node, t: Term, i: Index, x: Term, v: Value, u: Term, k: Index) -> Action:
        """Apply an entry that the leader of ``t`` has, too, and knows committed (RAFT 5.3).

        It may have learnt that in a lower term ``u``, before it led.
        """
        return when(
            self.log(n, i, x, v),
            self.term_log(t, i, x, v),
            self.commit_index(u, k),
            i <= k,
            u <= t,
        ).then(self.applied.add(n, u, i, x, v))
