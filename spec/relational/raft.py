"""Why Raft is safe: its safety properties, and the invariants that make them inductive.

What Raft is, and the source of both, is said in :mod:`paxiom.spec.relational.raft_protocol`.
"""

from typing import ClassVar

from paxiom.spec.logic.formulas import Formula, exists, forall, iff, implies
from paxiom.spec.logic.system import invariant, reachable, safety
from paxiom.spec.relational.consensus import Value
from paxiom.spec.relational.raft_protocol import Index, Node, Quorum, RaftProtocol, Term


class Raft(RaftProtocol):
    """Raft, with what is proved of it."""

    # No safety hangs on that one votes in one's own term only: a vote in a lower one tells less of
    # the voter's log, but nothing wrong. Nor on that a leader takes nothing in its own term: all
    # that it could be sent is in its log. Nor on whose log an entry is applied from, if the leader
    # has it, too.
    unneeded: ClassVar = {"grant": (0,), "store": (1,), "apply": (0,)}

    # --- safety

    @safety
    def election_safety(self, n: Node, m: Node, t: Term) -> Formula:
        """At most one server is elected leader in a term."""
        return implies(self.leader(n, t) & self.leader(m, t), n == m)

    @safety
    def log_matching(
        self, n: Node, m: Node, i: Index, t: Term, v: Value, w: Value, j: Index, u: Term, x: Value
    ) -> Formula:
        """Two logs with entries of one term at an index are identical up to that index."""
        same = iff(self.log(n, j, u, x), self.log(m, j, u, x))
        return implies(self.log(n, i, t, v) & self.log(m, i, t, w) & (j <= i), same)

    @safety
    def leader_completeness(
        self, t: Term, k: Index, i: Index, x: Term, v: Value, n: Node, u: Term
    ) -> Formula:
        """What is committed in a term is in the logs of the leaders of all later terms."""
        committed = self.commit_index(t, k) & (i <= k) & self.term_log(t, i, x, v)
        return implies(committed & (t < u) & self.leader(n, u), self.term_log(u, i, x, v))

    @safety
    def state_machine_safety(
        self, n: Node, m: Node, t: Term, u: Term, i: Index, x: Term, v: Value, y: Term, w: Value
    ) -> Formula:
        """If a server has applied an entry at an index, no other ever applies a different one."""
        both = self.applied(n, t, i, x, v) & self.applied(m, u, i, y, w)
        return implies(both, (x == y) & (v == w))

    # --- invariants: terms and votes

    def waits(self, c: Node, t: Term) -> Formula:
        """Say that the server may yet be elected, if it is a candidate in the term."""
        return ~self.left(c, t) & ~self.started(t)

    @invariant
    def seen_leaves_lower_terms(self, n: Node, t: Term, lower: Term) -> Formula:
        return implies(self.seen(n, t) & (lower < t), self.left(n, lower) & self.seen(n, lower))

    @invariant
    def all_begin_in_term_0(self, n: Node) -> Formula:
        return self.seen(n, self.term_0)

    @invariant
    def candidate_has_seen_term(self, c: Node, t: Term, i: Index, u: Term) -> Formula:
        return implies(self.stood(c, t, i, u), self.seen(c, t) & (u < t))

    @invariant
    def vote_has_seen_term(self, n: Node, t: Term, c: Node) -> Formula:
        return implies(self.vote(n, t, c), self.seen(n, t) & self.seen(c, t))

    @invariant
    def one_vote_in_a_term(self, n: Node, t: Term, c: Node, d: Node) -> Formula:
        return implies(self.vote(n, t, c) & self.vote(n, t, d), c == d)

    @invariant
    def leader_has_votes_of_a_quorum(self, t: Term) -> Formula:
        voted = exists(
            Quorum,
            lambda q: forall(
                Node,
                Node,
                lambda n, m: implies(self.member(m, q) & self.leader(n, t), self.vote(m, t, n)),
            ),
        )
        return implies(self.started(t), voted)

    @invariant
    def candidate_keeps_its_log(self, c: Node, t: Term, i: Index, u: Term) -> Formula:
        """Until the term has a leader."""
        return implies(self.waits(c, t) & self.stood(c, t, i, u), self.ends_at(c, i, u))

    # --- invariants: logs

    @invariant
    def entry_is_of_the_log_of_its_term(self, n: Node, i: Index, t: Term, v: Value) -> Formula:
        return implies(self.log(n, i, t, v), self.seen(n, t) & self.term_log(t, i, t, v))

    @invariant
    def log_agrees_with_that_of_the_term(
        self, n: Node, i: Index, t: Term, v: Value, j: Index, u: Term, w: Value
    ) -> Formula:
        same = iff(self.log(n, j, u, w), self.term_log(t, j, u, w))
        return implies(self.log(n, i, t, v) & (j <= i), same)

    @invariant
    def logs_of_terms_agree(
        self, s: Term, i: Index, t: Term, v: Value, j: Index, u: Term, w: Value
    ) -> Formula:
        same = iff(self.term_log(s, j, u, w), self.term_log(t, j, u, w))
        return implies(self.term_log(s, i, t, v) & (j <= i), same)

    @invariant
    def log_of_a_term_has_entries_of_started_terms(
        self, s: Term, i: Index, t: Term, v: Value
    ) -> Formula:
        return implies(
            self.term_log(s, i, t, v),
            self.started(s) & (t <= s) & self.term_log(t, i, t, v),
        )

    @invariant
    def one_entry_at_an_index(
        self, s: Term, i: Index, t: Term, v: Value, u: Term, w: Value
    ) -> Formula:
        return implies(self.term_log(s, i, t, v) & self.term_log(s, i, u, w), (t == u) & (v == w))

    @invariant
    def entry_is_filled(self, s: Term, i: Index, t: Term, v: Value) -> Formula:
        return implies(self.term_log(s, i, t, v), self.filled(s, i) & (i != self.index_0))

    @invariant
    def leader_has_the_log_of_its_term(
        self, n: Node, t: Term, i: Index, u: Term, v: Value
    ) -> Formula:
        return implies(
            self.leader(n, t) & ~self.left(n, t),
            iff(self.log(n, i, u, v), self.term_log(t, i, u, v)),
        )

    # --- invariants: commitment

    @invariant
    def acked_is_filled(self, n: Node, t: Term, i: Index) -> Formula:
        return implies(self.acked(n, t, i), self.seen(n, t) & self.started(t) & self.filled(t, i))

    @invariant
    def acked_is_kept(self, t: Term, i: Index, v: Value) -> Formula:
        gone = exists(Node, lambda n: self.acked(n, t, i) & ~self.log(n, i, t, v))
        return implies(self.term_log(t, i, t, v) & gone, self.lost(t, i))

    @invariant
    def candidate_has_what_its_voters_acked(
        self, c: Node, u: Term, t: Term, i: Index, v: Value
    ) -> Formula:
        """Until the term has a leader: what may still be committed in a lower one."""
        voted = exists(Node, lambda n: self.vote(n, u, c) & self.acked(n, t, i))
        return implies(
            self.waits(c, u) & self.term_log(t, i, t, v) & (t < u) & voted,
            self.log(c, i, t, v) | self.lost(t, i),
        )

    @invariant
    def later_log_has_it_or_it_is_lost(self, t: Term, i: Index, v: Value, u: Term) -> Formula:
        return implies(
            self.term_log(t, i, t, v) & (t < u) & self.started(u),
            self.term_log(u, i, t, v) | self.lost(t, i),
        )

    @invariant
    def commit_index_has_quorum(self, t: Term, i: Index) -> Formula:
        own = exists(Value, lambda v: self.term_log(t, i, t, v))
        acked = exists(Quorum, lambda q: self.all_acked(q, t, i))
        return implies(self.commit_index(t, i), own & acked)

    @invariant
    def one_commit_index(self, t: Term, i: Index, j: Index) -> Formula:
        return implies(self.commit_index(t, i) & self.commit_index(t, j), i == j)

    @invariant
    def applied_has_commit_index(self, t: Term) -> Formula:
        somewhere = exists(Node, Index, Term, Value, lambda n, i, x, v: self.applied(n, t, i, x, v))
        return implies(somewhere, exists(Index, lambda k: self.commit_index(t, k)))

    @invariant
    def applied_is_committed(
        self, n: Node, t: Term, i: Index, x: Term, v: Value, k: Index
    ) -> Formula:
        return implies(
            self.applied(n, t, i, x, v) & self.commit_index(t, k),
            (i <= k) & self.term_log(t, i, x, v),
        )

    # --- what can be reached

    def no_quorum_is_one_server(self) -> Formula:
        return forall(
            Quorum, Node, lambda q, n: exists(Node, lambda m: self.member(m, q) & (m != n))
        )

    @reachable(
        *("stand", "grant", "elect", "append", "store", "acknowledge", "commit", "apply"),
        *("stand", "grant", "elect", "append", "store", "acknowledge", "commit", "apply"),
    )
    def commits_in_two_terms(
        self, n: Node, m: Node, t: Term, u: Term, i: Index, j: Index, v: Value, w: Value
    ) -> Formula:
        """One leader commits an entry, the next has it in its log and commits one after it."""
        first = self.leader(n, t) & self.commit_index(t, i) & self.applied(n, t, i, t, v)
        then = self.leader(m, u) & self.commit_index(u, j) & self.applied(m, u, j, u, w)
        kept = (i < j) & self.term_log(u, i, t, v)
        return self.no_quorum_is_one_server() & (n != m) & (t < u) & first & then & kept

    @reachable(
        *("stand", "grant", "elect", "append"),
        *("stand", "grant", "elect", "append", "learn_term", "store"),
    )
    def an_entry_is_overwritten(
        self, n: Node, t: Term, u: Term, i: Index, v: Value, w: Value
    ) -> Formula:
        """A leader's entry gives way, on its own disk, to one of a later term."""
        was = self.leader(n, t) & self.term_log(t, i, t, v)
        return self.no_quorum_is_one_server() & was & (t < u) & self.log(n, i, u, w)
