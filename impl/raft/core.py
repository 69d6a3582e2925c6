"""Raft: a leader, elected for a term, replicates a log of commands to its followers.

Source: Diego Ongaro and John Ousterhout, "In Search of an Understandable Consensus Algorithm
(Extended Version)", 2014 (cited as RAFT); Figure 2 is the whole protocol on one page.

A *follower* that hears from no leader becomes a *candidate*: it starts a new term and asks for
votes. With votes from a quorum it is the *leader* of that term, the only one. The leader appends
clients' commands to its log and sends them on; a follower takes them if its log agrees with the
leader's up to there. An entry of the leader's own term that a quorum stores is *committed*, and
with it all before it; committed entries are *applied* to the state machine, in order.

Why it is safe (RAFT Figure 3):
- Election Safety: at most one leader per term, for a node votes once in a term.
- Log Matching: two logs with the same term at an index agree up to that index.
- Leader Completeness: what is committed is in the log of every later leader.
- State Machine Safety: no two nodes apply different entries at one index.

Departures. A candidate's request that is refused is answered only if the candidate's term is old:
another refusal would tell it nothing. A follower that refuses entries names the index at which
its log does not agree, and the leader goes back to before it, so that late or repeated refusals
do no harm. A leader sends entries as soon as it has them, and again with every heartbeat. Whoever
is not the leader ignores clients; ``leader_hint`` is whom to tell them to ask.

Left out, for extensions: membership changes, log compaction, pre-vote, reads, sessions.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Apply, Effect, Lead, Persist, Protocol, Send, Step
from paxiom.impl.quorum import QuorumSystem
from paxiom.impl.raft.vocabulary import (
    Appended,
    AppendEntries,
    Candidate,
    Entry,
    Follower,
    Leader,
    Log,
    Message,
    Peer,
    RequestVote,
    Retired,
    Server,
    Stable,
    Timer,
    Vote,
    term_at,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raft(Protocol[Server, Message]):
    """Raft among ``nodes``.

    Any two quorums must meet; ``majority(nodes)`` is the usual choice. A message carries up to
    ``batch`` entries. With ``noop``, a new leader begins with an entry of its own, without which
    nothing before it is committed until a client asks for something (RAFT §8).
    """

    nodes: tuple[NodeId, ...]
    quorum: QuorumSystem
    batch: int = 2
    noop: bool = True

    # The rules of elections.

    def may_grant_vote(self, server: Server, candidate: NodeId, request: RequestVote) -> bool:
        """Vote once in a term, for a candidate whose log is no older (RAFT §5.2, §5.4.1)."""
        return (
            request.term == server.term
            and server.stable.vote in (None, candidate)
            and self.is_up_to_date(server.log, request)
        )

    def is_up_to_date(self, log: Log, request: RequestVote) -> bool:
        """Compare the terms of the last entries, and only if equal the lengths (RAFT §5.4.1)."""
        own = term_at(log, len(log)), len(log)
        return (request.last_term, request.last_index) >= own

    def counts(self, server: Server, vote: Vote) -> bool:
        """Count only votes cast in the present term (RAFT §5.2)."""
        return vote.granted and vote.term == server.term

    def wins(self, candidate: Candidate) -> bool:
        """Lead with the votes of a quorum, one per node (RAFT §5.2)."""
        return self.quorum.is_quorum(candidate.votes)

    def is_deposed_by(self, server: Server, term: int) -> bool:
        """Whoever sees a higher term is a follower in that term (RAFT §5.1)."""
        return term > server.term

    def vote_in_new_term(self) -> NodeId | None:
        """Nobody has this server's vote in a term it has just learnt of (RAFT Figure 2)."""
        return None

    def yields_to(self, server: Server, leader: NodeId) -> Server:
        """Whoever hears from the leader of its own term follows it, candidates too (RAFT §5.2)."""
        return replace(server, role=Follower(leader))

    # The rules of logs.

    def entries_at_election(self, server: Server) -> Log:
        """Begin with a no-op, and leave what is in the log as it is (RAFT §8, §5.3)."""
        return (*server.log, Entry(server.term)) if self.noop else server.log

    def agrees(self, log: Log, append: AppendEntries) -> bool:
        """Take entries only after an entry that is the leader's too (RAFT §5.3)."""
        if append.prev_index > len(log):
            return False
        return term_at(log, append.prev_index) == append.prev_term

    def merge(self, log: Log, append: AppendEntries) -> Log:
        """Delete from the first entry that conflicts on, if any does; add what is new (§5.3)."""
        at = append.prev_index
        for count, entry in enumerate(append.entries):
            if term_at(log, at + count + 1) != entry.term:
                return log[: at + count] + append.entries[count:]
        return log

    def index_covered(self, log: Log, append: AppendEntries) -> int:  # noqa: ARG002 - for a mutant
        """Vouch for the log up to the last entry of the message, no further (RAFT Figure 2)."""
        return append.prev_index + len(append.entries)

    def commit_of_follower(self, server: Server, append: AppendEntries) -> int:
        """Take the leader's commit index up to the last new entry; never go back (Figure 2)."""
        return max(server.commit, min(append.commit, self.index_covered(server.log, append)))

    def after_success(self, peer: Peer, index: int) -> Peer:
        """What a peer stores only grows; the next to send follows it (RAFT §5.3)."""
        match = max(peer.match, index)
        return replace(peer, match=match, next=max(peer.next, match + 1))

    def after_refusal(self, peer: Peer, index: int) -> Peer:
        """Go back to before the index refused, not to what the peer surely stores (§5.3)."""
        return replace(peer, next=max(peer.match + 1, min(peer.next, index)))

    def may_commit(self, server: Server, peers: frozenset[Peer], index: int) -> bool:
        """Count replicas of entries of one's own term only (RAFT §5.4.2, Figure 8)."""
        return self.is_of_own_term(server, index) and self.is_stored(server, peers, index)

    def is_of_own_term(self, server: Server, index: int) -> bool:
        """Entries of earlier terms are committed by one of this term after them (§5.4.2)."""
        return term_at(server.log, index) == server.term

    def is_stored(self, server: Server, peers: frozenset[Peer], index: int) -> bool:
        """A quorum, the leader with it, stores the entry (RAFT §5.3)."""
        return self.quorum.is_quorum({server.id, *(p.node for p in peers if p.match >= index)})

    # The rules of disks.

    def persist(self, before: Stable, after: Stable) -> tuple[Persist, ...]:
        """Write term, vote and log in one piece, if they changed (RAFT Figure 2)."""
        return (Persist(after),) if after != before else ()

    def in_order(
        self, durable: tuple[Persist, ...], others: tuple[Effect, ...]
    ) -> tuple[Effect, ...]:
        """Answer only when it is on disk (RAFT Figure 2: before responding to RPCs)."""
        return (*durable, *others)

    def recovered(self, node: NodeId, stable: Stable) -> Server:
        """Restart as a follower; where the log is committed will be learnt again (Figure 2)."""
        return Server(node, stable)

    def without_disk(self, node: NodeId) -> Server:
        """A node that has forgotten its vote and its log must not vote: it may do so twice."""
        return Server(node, role=Retired())

    # Life and death.

    def start(self, node: NodeId) -> Step[Server]:
        """Boot with an empty log, and say so on disk: no record then means a lost disk."""
        return Step(Server(node), (Persist(Stable()),))

    def recover(self, node: NodeId, record: Hashable) -> Step[Server]:
        """Restart with what is on disk."""
        if isinstance(record, Stable):
            return Step(self.recovered(node, record))
        return Step(self.without_disk(node))

    def timers(self, state: Server) -> Iterable[Timer]:
        """Timeouts are random: any server may lose patience at any time (RAFT §5.2)."""
        match state.role:
            case Leader():
                return (Timer.HEARTBEAT,)
            case Follower() | Candidate():
                return (Timer.ELECTION,)
            case Retired():
                return ()
        assert_never(state.role)

    def fire(self, state: Server, timer: Hashable) -> Step[Server]:
        """Stand for election, or send what the peers may lack."""
        if timer is Timer.HEARTBEAT:
            return Step(state, self.appends(state))
        return self.settle(state, self.stand(state))

    def request(self, state: Server, command: Hashable) -> Step[Server] | None:
        """Leader: append a client's command and send it on; others take no notice (§5.3)."""
        if not isinstance(state.role, Leader):
            return None
        server = with_log(state, (*state.log, Entry(state.term, command)))
        server = self.commit_what_may_be(server)
        return self.settle(state, Step(server, self.appends(server)))

    def leader_hint(self, server: Server) -> NodeId | None:
        """Whom a client should ask instead, as far as this server knows (RAFT §8)."""
        match server.role:
            case Leader():
                return server.id
            case Follower(leader):
                return leader
            case _:
                return None

    def receive(self, state: Server, source: NodeId, message: Message) -> Step[Server] | None:
        """React to ``message`` from ``source``, in the later of both terms."""
        if isinstance(state.role, Retired):
            return None
        server = state
        if self.is_deposed_by(state, message.term):
            stable = replace(state.stable, term=message.term, vote=self.vote_in_new_term())
            server = replace(state, stable=stable, role=Follower())
        step = self.react(server, source, message)
        if step is None and server == state:
            return None
        return self.settle(state, step or Step(server))

    def react(self, server: Server, source: NodeId, message: Message) -> Step[Server] | None:
        """The one place where a message meets its handler."""
        match message:
            case RequestVote():
                return self.on_request_vote(server, source, message)
            case Vote():
                return self.on_vote(server, source, message)
            case AppendEntries():
                return self.on_append_entries(server, source, message)
            case Appended():
                return self.on_appended(server, source, message)
        assert_never(message)

    def settle(self, before: Server, step: Step[Server]) -> Step[Server]:
        """Add to a step what must be on disk before it, and apply what it committed."""
        after = step.state
        durable = self.persist(before.stable, after.stable)
        fresh = range(after.applied + 1, min(after.commit, after.last_index) + 1)
        apply = tuple(Apply(index, after.log[index - 1], after.term) for index in fresh)
        after = replace(after, applied=max(after.applied, *fresh)) if fresh else after
        return Step(after, self.in_order(durable, (*step.effects, *apply)))

    # Elections.

    def stand(self, server: Server) -> Step[Server]:
        """Start a new term, vote for oneself, and ask the others for their votes (§5.2)."""
        stable = replace(server.stable, term=server.term + 1, vote=server.id)
        server = replace(server, stable=stable, role=Candidate(frozenset({server.id})))
        if self.wins(Candidate(frozenset({server.id}))):
            return self.lead(server)
        log = server.log
        request = RequestVote(server.term, len(log), term_at(log, len(log)))
        return Step(server, tuple(Send(node, request) for node in self.others(server)))

    def on_request_vote(
        self, server: Server, source: NodeId, request: RequestVote
    ) -> Step[Server] | None:
        """Grant the vote, or tell an old candidate of the new term (RAFT Figure 2)."""
        if self.may_grant_vote(server, source, request):
            stable = replace(server.stable, vote=source)
            granted = replace(server, stable=stable)
            return Step(granted, (Send(source, Vote(server.term, granted=True)),))
        if request.term < server.term:
            return Step(server, (Send(source, Vote(server.term, granted=False)),))
        return None

    def on_vote(self, server: Server, source: NodeId, vote: Vote) -> Step[Server] | None:
        """Count the vote; with a quorum of them, lead."""
        if not isinstance(server.role, Candidate) or not self.counts(server, vote):
            return None
        candidate = Candidate(server.role.votes | {source})
        if self.wins(candidate):
            return self.lead(server)
        return Step(replace(server, role=candidate)) if candidate != server.role else None

    def lead(self, server: Server) -> Step[Server]:
        """Become leader: know nothing of the peers, and make oneself heard (RAFT §5.2, §5.3)."""
        peers = frozenset(Peer(node, server.last_index + 1) for node in self.others(server))
        server = with_log(server, self.entries_at_election(server))
        server = self.commit_what_may_be(replace(server, role=Leader(peers)))
        return Step(server, (Lead(server.term), *self.appends(server)))

    # Replication.

    def others(self, server: Server) -> tuple[NodeId, ...]:
        """All nodes but this one."""
        return tuple(node for node in self.nodes if node != server.id)

    def appends(self, server: Server) -> tuple[Send, ...]:
        """Send every peer what it may lack, or a heartbeat."""
        assert isinstance(server.role, Leader), f"{server.id} does not lead"
        peers = {peer.node: peer for peer in server.role.peers}
        return tuple(self.append(server, peers[node]) for node in self.others(server))

    def append(self, server: Server, peer: Peer) -> Send:
        """Send one peer the entries from its next index on (RAFT §5.3)."""
        before = peer.next - 1
        entries = server.log[before : before + self.batch]
        prev_term = term_at(server.log, before)
        message = AppendEntries(server.term, before, prev_term, entries, server.commit)
        return Send(peer.node, message)

    def on_append_entries(
        self, server: Server, source: NodeId, append: AppendEntries
    ) -> Step[Server] | None:
        """Take the leader's entries if the logs agree before them (RAFT Figure 2)."""
        if append.term < server.term:
            return Step(server, (Send(source, Appended(server.term, success=False, index=0)),))
        if isinstance(server.role, Leader):
            return None
        server = self.yields_to(server, source)
        if not self.agrees(server.log, append):
            refusal = Appended(server.term, success=False, index=append.prev_index)
            return Step(server, (Send(source, refusal),))
        server = with_log(server, self.merge(server.log, append))
        server = replace(server, commit=self.commit_of_follower(server, append))
        index = self.index_covered(server.log, append)
        return Step(server, (Send(source, Appended(server.term, success=True, index=index)),))

    def on_appended(self, server: Server, source: NodeId, answer: Appended) -> Step[Server] | None:
        """Note what a peer stores, commit what a quorum stores, send what is lacking (§5.3)."""
        if not isinstance(server.role, Leader) or answer.term != server.term:
            return None
        known = next(peer for peer in server.role.peers if peer.node == source)
        learn = self.after_success if answer.success else self.after_refusal
        peer = learn(known, answer.index)
        if peer == known:
            return None
        leader = Leader(server.role.peers - {known} | {peer})
        server = self.commit_what_may_be(replace(server, role=leader))
        lacking = peer.next <= server.last_index
        return Step(server, (self.append(server, peer),) if lacking else ())

    def commit_what_may_be(self, server: Server) -> Server:
        """Advance the leader's commit index as far as the rule allows (RAFT Figure 2)."""
        assert isinstance(server.role, Leader), f"{server.id} does not lead"
        for index in range(server.last_index, server.commit, -1):
            if self.may_commit(server, server.role.peers, index):
                return replace(server, commit=index)
        return server


def with_log(server: Server, log: Log) -> Server:
    """Give ``server`` another log."""
    return replace(server, stable=replace(server.stable, log=log))
