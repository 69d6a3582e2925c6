"""Zab: a primary broadcasts transactions to its backups, which deliver them in its order.

Source: Flavio Junqueira, Benjamin Reed and Marco Serafini, "Zab: High-performance broadcast for
primary-backup systems", DSN 2011 (cited as ZAB), whose steps of the leader are named l.1.1 to
l.3.4, those of followers f.1.1 and so on.

Each primary has an *epoch* of its own and numbers its transactions: (epoch, counter) is a *zxid*.
An oracle names a leader to each node, rightly or not. *Discovery*: followers tell the leader which
epochs they have promised (CEPOCH); the leader proposes a higher one (NEWEPOCH); they promise to
take part in no lower one and tell their histories (ACK-E). *Synchronization*: the history of the
latest epoch among them, and of those the longest, is that with which the new epoch begins
(NEWLEADER); once a quorum has it (ACK-LD), it is committed (COMMIT-LD). *Broadcast*: the leader
proposes transactions (PROPOSE), a transaction that a quorum has stored (ACK) is committed (COMMIT).

Why it is safe:
- An epoch has one leader: a node promises an epoch once, and quorums meet.
- What is committed in an epoch a quorum had stored in it. Of any quorum that promises a later
  epoch, one was among them, and stores no more in the lower one; so the history that the later
  epoch begins with has it.
- Within an epoch all histories are beginnings of one: channels are FIFO, and a follower hears all
  that is proposed after the history that it was sent.

Departures. The leader counts itself without sending itself messages. Every message names its
epoch, where the paper closes channels: what is left over from an earlier epoch must be told apart.
The paper calls Q those whom the leader writes to; here NEWEPOCH goes to those that sent CEPOCH,
NEWLEADER to those that sent ACK-E, PROPOSE to those that were sent NEWLEADER, and COMMIT to those
that sent ACK-LD. Commits are cumulative. COMMIT-LD names the last transaction that is committed:
who comes late is sent a history that has more. A follower that is told an epoch which it has
promised already does not answer, but waits for the history.

Left out: who is named and when (fast leader election), beyond that any of ``leaders`` may be at any
time; sending only the part of a history that a follower lacks (DIFF, TRUNC, SNAP); observers;
reconfiguration; reads.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Apply, Effect, Lead, Persist, Protocol, Send, Step, broadcast
from paxiom.impl.quorum import QuorumSystem
from paxiom.impl.zab.vocabulary import (
    Ack,
    AckEpoch,
    AckLeader,
    CEpoch,
    Commit,
    CommitLeader,
    Follower,
    History,
    Leader,
    Looking,
    Message,
    Named,
    NewEpoch,
    NewLeader,
    Peer,
    Propose,
    Prospective,
    Report,
    Retired,
    Server,
    Stable,
    Transaction,
    Trust,
    Zxid,
    index_of,
    last_zxid,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zab(Protocol[Server, Message]):
    """Zab among ``nodes``, of which ``leaders`` may be named to lead; if empty, all.

    Any two quorums must meet; ``majority(nodes)`` is the usual choice. Channels must be FIFO and
    lose nothing, but what a crashed node would have sent.
    """

    nodes: tuple[NodeId, ...]
    quorum: QuorumSystem
    leaders: tuple[NodeId, ...] = ()

    # The rules of discovery.

    def heeds(self, server: Server, source: NodeId) -> bool:
        """Follow one leader at a time, the one that the oracle has named (ZAB: leader oracle)."""
        return isinstance(server.role, Follower) and server.role.leader == source

    def may_pick_epoch(self, named: Named) -> bool:
        """Ask a quorum which epochs it has promised (ZAB l.1.1)."""
        return self.quorum.is_quorum({node for node, _ in named.promises})

    def next_epoch(self, named: Named) -> int:
        """Pick an epoch above all that were promised (ZAB l.1.1)."""
        return max(promised for _, promised in named.promises) + 1

    def may_promise(self, server: Server, epoch: int) -> bool:
        """Promise only an epoch above every one promised before (ZAB phase 1, follower)."""
        return epoch > server.stable.promised

    def epoch_to_report(self, stable: Stable) -> int:
        """Report the epoch whose history it is, not the one promised (ZAB phase 1, ACK-E)."""
        return stable.current

    def answers(self, prospective: Prospective, ack: AckEpoch) -> bool:
        """Count only promises of the present epoch (ZAB l.1.2)."""
        return ack.epoch == prospective.epoch

    def may_begin(self, reports: frozenset[Report]) -> bool:
        """Choose among the histories of a quorum (ZAB l.1.2)."""
        return self.quorum.is_quorum({report.node for report in reports})

    def recency(self, report: Report) -> tuple[int, Zxid]:
        """Compare the epochs joined, and only if equal the last zxids (ZAB l.1.2)."""
        return report.current, last_zxid(report.history)

    # The rules of synchronization.

    def may_join(self, server: Server, epoch: int) -> bool:
        """Join the epoch that was promised last, no lower one (ZAB f.2.1)."""
        return epoch == server.stable.promised

    def history_to_take(
        self,
        server: Server,  # noqa: ARG002 - a mutant keeps its own
        history: History,
    ) -> History:
        """Take the leader's history whole, in place of one's own (ZAB f.2.1)."""
        return history

    def delivered_on_joining(self, server: Server) -> int:
        """Deliver nothing of it before it is known to be committed (ZAB phase 2, follower)."""
        return server.delivered

    def leads(self, server: Server, leader: Leader) -> bool:
        """Broadcast only when a quorum has the history, the leader with it (ZAB l.2.2)."""
        joined = {peer.node for peer in leader.peers if peer.acked is not None}
        return self.quorum.is_quorum({server.id, *joined})

    def commit_on_joining(
        self,
        server: Server,
        ack: AckLeader,  # noqa: ARG002 - for a mutant
    ) -> Zxid:
        """Tell a follower what the leader knows to be committed by now (ZAB l.2.2, l.3.4)."""
        return last_zxid(server.history[: server.delivered])

    # The rules of broadcast.

    def next_zxid(self, server: Server, leader: Leader) -> Zxid:
        """Number the transactions of the epoch in their order (ZAB l.3.1)."""
        last = last_zxid(server.history)
        return Zxid(leader.epoch, last.counter + 1 if last.epoch == leader.epoch else 1)

    def hears_proposals(
        self,
        peer: Peer,  # noqa: ARG002 - for a mutant
    ) -> bool:
        """Propose to all that were sent the history, whether they have it yet or not (ZAB: Q)."""
        return True

    def may_accept(self, server: Server, epoch: int) -> bool:
        """Take part in no epoch after promising a later one (ZAB phase 3, follower)."""
        return epoch == server.stable.promised

    def has_joined(self, follower: Follower) -> bool:
        """Take transactions and commits only after the history before them (ZAB phase 3)."""
        return follower.joined

    def is_committed(self, server: Server, leader: Leader, index: int) -> bool:
        """Commit what a quorum stores, the leader with it (ZAB l.3.2)."""
        stored = {peer.node for peer in leader.peers if (peer.acked or 0) >= index}
        return self.quorum.is_quorum({server.id, *stored})

    def up_to(self, history: History, zxid: Zxid) -> int:
        """Deliver what is committed after all that is before it (ZAB phase 3, follower)."""
        return index_of(history, zxid)

    # The rules of disks.

    def persist(self, before: Stable, after: Stable) -> tuple[Persist, ...]:
        """Write both epochs and the history in one piece, if they changed (ZAB f.2.1)."""
        return (Persist(after),) if after != before else ()

    def in_order(
        self, durable: tuple[Persist, ...], others: tuple[Effect, ...]
    ) -> tuple[Effect, ...]:
        """Promise and acknowledge only what is on disk."""
        return (*durable, *others)

    def without_disk(self, node: NodeId) -> Server:
        """A node that has forgotten its promises and its history must not take part."""
        return Server(node, role=Retired())

    # Life and death.

    def start(self, node: NodeId) -> Step[Server]:
        """Boot with an empty history, and say so on disk: no record then means a lost disk."""
        return Step(Server(node), (Persist(Stable()),))

    def recover(self, node: NodeId, record: Hashable) -> Step[Server]:
        """Restart with what is on disk; what of it is committed will be learnt again."""
        if isinstance(record, Stable):
            return Step(Server(node, record))
        return Step(self.without_disk(node))

    def timers(self, state: Server) -> Iterable[Trust]:
        """The oracle may name any leader to any node at any time."""
        if isinstance(state.role, Retired):
            return ()
        return tuple(Trust(node) for node in self.leaders or self.nodes)

    def fire(self, state: Server, timer: Hashable) -> Step[Server]:
        """Lead, or ask to be led."""
        assert isinstance(timer, Trust), f"{timer} is no timer of Zab"
        return self.settle(state, self.turn(state, timer.leader))

    def request(self, state: Server, command: Hashable) -> Step[Server] | None:
        """Leader: broadcast a transaction (ZAB l.3.1); others take no notice."""
        leader = state.role
        if not isinstance(leader, Leader) or not self.leads(state, leader):
            return None
        transaction = Transaction(self.next_zxid(state, leader), command)
        server = with_history(state, (*state.history, transaction))
        sends = self.to_peers(leader, self.hears_proposals, Propose(leader.epoch, transaction))
        return self.settle(state, Step(self.commit_what_may_be(server, leader), sends))

    def leader_hint(self, server: Server) -> NodeId | None:
        """Whom a client should ask instead, as far as this server knows."""
        match server.role:
            case Named() | Prospective() | Leader():
                return server.id
            case Follower(leader):
                return leader
            case _:
                return None

    def receive(self, state: Server, source: NodeId, message: Message) -> Step[Server] | None:
        """React to ``message`` from ``source``."""
        step = self.react(state, source, message)
        return step and self.settle(state, step)

    def react(self, server: Server, source: NodeId, message: Message) -> Step[Server] | None:
        """The one place where a message meets its handler."""
        match message:
            case CEpoch():
                return self.on_cepoch(server, source, message)
            case AckEpoch():
                return self.on_ack_epoch(server, source, message)
            case AckLeader():
                return self.on_ack_leader(server, source, message)
            case Ack():
                return self.on_ack(server, source, message)
            case NewEpoch() | NewLeader() | Propose() | CommitLeader() | Commit():
                return self.obey(server, source, message) if self.heeds(server, source) else None
        assert_never(message)

    def obey(
        self,
        server: Server,
        leader: NodeId,
        message: NewEpoch | NewLeader | Propose | CommitLeader | Commit,
    ) -> Step[Server] | None:
        """React to what the leader says."""
        match message:
            case NewEpoch():
                return self.on_new_epoch(server, leader, message)
            case NewLeader():
                return self.on_new_leader(server, leader, message)
            case Propose():
                return self.on_propose(server, leader, message)
            case CommitLeader() | Commit():
                return self.on_commit(server, message)
        assert_never(message)

    def settle(self, before: Server, step: Step[Server]) -> Step[Server]:
        """Add to a step what must be on disk before it, and deliver what it committed."""
        after = step.state
        durable = self.persist(before.stable, after.stable)
        fresh = range(before.delivered + 1, after.delivered + 1)
        current = after.stable.current
        delivers = tuple(Apply(index, after.history[index - 1], current) for index in fresh)
        return Step(after, self.in_order(durable, (*step.effects, *delivers)))

    # Discovery.

    def turn(self, server: Server, leader: NodeId) -> Step[Server]:
        """Begin anew, with the leader that the oracle names."""
        server = replace(server, elections=server.elections + 1)
        promised = server.stable.promised
        if leader != server.id:
            followed = replace(server, role=Follower(leader))
            return Step(followed, (Send(leader, CEpoch(promised)),))
        return self.pick_epoch(server, Named(frozenset({(server.id, promised)})))

    def on_cepoch(self, server: Server, source: NodeId, message: CEpoch) -> Step[Server] | None:
        """Count a follower in; one that comes late is told what the others know (ZAB l.3.3)."""
        match server.role:
            case Named(promises):
                others = frozenset(each for each in promises if each[0] != source)
                return self.pick_epoch(server, Named(others | {(source, message.promised)}))
            case Prospective(epoch):
                return Step(server, (Send(source, NewEpoch(epoch)),))
            case Leader() as leader:
                step = self.admit(server, leader, source)
                return Step(step.state, (Send(source, NewEpoch(leader.epoch)), *step.effects))
            case _:
                return None

    def pick_epoch(self, server: Server, named: Named) -> Step[Server]:
        """With a quorum, propose an epoch to it, and promise it first (ZAB l.1.1)."""
        if not self.may_pick_epoch(named):
            return Step(replace(server, role=named))
        epoch = self.next_epoch(named)
        own = Report(server.id, self.epoch_to_report(server.stable), server.history)
        server = replace(server, stable=replace(server.stable, promised=epoch))
        others = sorted(node for node, _ in named.promises if node != server.id)
        step = self.begin(server, Prospective(epoch, frozenset({own})))
        return Step(step.state, (*broadcast(others, NewEpoch(epoch)), *step.effects))

    def on_new_epoch(
        self, server: Server, leader: NodeId, message: NewEpoch
    ) -> Step[Server] | None:
        """Promise, and report; or leave a leader that is behind (ZAB phase 1, follower)."""
        stable = server.stable
        if self.may_promise(server, message.epoch):
            ack = AckEpoch(message.epoch, self.epoch_to_report(stable), server.history)
            stable = replace(stable, promised=message.epoch)
            return Step(replace(server, stable=stable, role=Follower(leader)), (Send(leader, ack),))
        return Step(replace(server, role=Looking())) if message.epoch < stable.promised else None

    def on_ack_epoch(self, server: Server, source: NodeId, ack: AckEpoch) -> Step[Server] | None:
        """Collect reports; send the history to those that come late."""
        match server.role:
            case Prospective(epoch, reports) as prospective if self.answers(prospective, ack):
                others = frozenset(each for each in reports if each.node != source)
                report = Report(source, ack.current, ack.history)
                return self.begin(server, Prospective(epoch, others | {report}))
            case Leader(epoch, peers) as leader if ack.epoch == epoch:
                known = source in {peer.node for peer in peers}
                return None if known else self.admit(server, leader, source)
            case _:
                return None

    # Synchronization.

    def begin(self, server: Server, prospective: Prospective) -> Step[Server]:
        """With a quorum of reports, send it the best history (ZAB l.1.2, l.2.1)."""
        reports = prospective.reports
        if not self.may_begin(reports):
            return Step(replace(server, role=prospective))
        best = max(sorted(reports, key=lambda report: report.node), key=self.recency)
        stable = replace(server.stable, current=prospective.epoch, history=best.history)
        others = sorted(report.node for report in reports if report.node != server.id)
        leader = Leader(prospective.epoch, frozenset(map(Peer, others)))
        sends = broadcast(others, NewLeader(leader.epoch, best.history))
        step = self.lead_if_may(replace(server, stable=stable), leader)
        return Step(step.state, (*sends, *step.effects))

    def admit(self, server: Server, leader: Leader, node: NodeId) -> Step[Server]:
        """Send the history, as it is by now, to one that comes late (ZAB l.3.3)."""
        send = Send(node, NewLeader(leader.epoch, server.history))
        if node in {peer.node for peer in leader.peers}:
            return Step(server, (send,))
        return Step(
            replace(server, role=replace(leader, peers=leader.peers | {Peer(node)})), (send,)
        )

    def on_new_leader(self, server: Server, leader: NodeId, message: NewLeader) -> Step[Server]:
        """Take the leader's history, or leave a leader that is behind (ZAB f.2.1)."""
        if not self.may_join(server, message.epoch):
            return Step(replace(server, role=Looking()))
        history = self.history_to_take(server, message.history)
        stable = replace(server.stable, current=message.epoch, history=history)
        joined = replace(server, stable=stable, role=Follower(leader, joined=True))
        joined = replace(joined, delivered=self.delivered_on_joining(joined))
        return Step(joined, (Send(leader, AckLeader(message.epoch, last_zxid(message.history))),))

    def on_ack_leader(self, server: Server, source: NodeId, ack: AckLeader) -> Step[Server] | None:
        """Lead, once a quorum has the history; tell those that have it what is committed."""
        before = server.role
        if not isinstance(before, Leader) or ack.epoch != before.epoch:
            return None
        leader = stored(before, source, index_of(server.history, ack.last))
        if not self.leads(server, before):
            return self.lead_if_may(server, leader)
        after = self.commit_what_may_be(server, leader)
        tells = Send(source, CommitLeader(leader.epoch, self.commit_on_joining(after, ack)))
        return Step(after, (tells, *self.commits(server, after, leader, besides=source)))

    def lead_if_may(self, server: Server, leader: Leader) -> Step[Server]:
        """With a quorum that has the history, commit it, and broadcast from now on (ZAB l.2.2)."""
        if not self.leads(server, leader):
            return Step(replace(server, role=leader))
        after = self.commit_what_may_be(server, leader)
        ack = AckLeader(leader.epoch, last_zxid(server.history))
        tells = CommitLeader(leader.epoch, self.commit_on_joining(after, ack))
        return Step(after, (*self.to_peers(leader, has_history, tells), Lead(leader.epoch)))

    # Broadcast.

    def on_propose(self, server: Server, leader: NodeId, message: Propose) -> Step[Server] | None:
        """Store a transaction, and acknowledge it (ZAB phase 3, follower)."""
        if not self.is_in(server, message.epoch):
            return None
        after = with_history(server, (*server.history, message.transaction))
        return Step(after, (Send(leader, Ack(message.epoch, message.transaction.zxid)),))

    def on_commit(self, server: Server, message: CommitLeader | Commit) -> Step[Server] | None:
        """Deliver what is committed (ZAB phases 2 and 3, follower)."""
        if not self.is_in(server, message.epoch):
            return None
        delivered = max(server.delivered, self.up_to(server.history, message.zxid))
        return Step(replace(server, delivered=delivered)) if delivered > server.delivered else None

    def is_in(self, server: Server, epoch: int) -> bool:
        """Say whether a follower takes part in the epoch."""
        assert isinstance(server.role, Follower), f"{server.id} does not follow"
        return self.has_joined(server.role) and self.may_accept(server, epoch)

    def on_ack(self, server: Server, source: NodeId, ack: Ack) -> Step[Server] | None:
        """Commit what a quorum stores, and say so (ZAB l.3.2)."""
        before = server.role
        if not isinstance(before, Leader) or ack.epoch != before.epoch:
            return None
        leader = stored(before, source, index_of(server.history, ack.zxid))
        after = self.commit_what_may_be(server, leader)
        return Step(after, self.commits(server, after, leader))

    def commits(
        self, before: Server, after: Server, leader: Leader, besides: NodeId | None = None
    ) -> tuple[Send, ...]:
        """Tell those that have the history what has been committed since."""
        if after.delivered == before.delivered:
            return ()
        message = Commit(leader.epoch, last_zxid(after.history[: after.delivered]))
        sends = self.to_peers(leader, has_history, message)
        return tuple(send for send in sends if send.to != besides)

    def commit_what_may_be(self, server: Server, leader: Leader) -> Server:
        """Advance what is committed as far as the rule allows (ZAB l.3.2)."""
        server = replace(server, role=leader)
        for index in range(len(server.history), server.delivered, -1):
            if self.is_committed(server, leader, index):
                return replace(server, delivered=index)
        return server

    def to_peers(
        self, leader: Leader, hears: Callable[[Peer], bool], message: Message
    ) -> tuple[Send, ...]:
        """Send a message to those followers that hear of such, in the order of their names."""
        return broadcast(sorted(peer.node for peer in leader.peers if hears(peer)), message)


def has_history(peer: Peer) -> bool:
    """Say whether a follower has acknowledged the history."""
    return peer.acked is not None


def stored(leader: Leader, node: NodeId, index: int) -> Leader:
    """Note that a follower stores so many transactions; it never stores fewer in the epoch."""
    peers = {peer.node: peer for peer in leader.peers}
    known = peers[node].acked
    peers[node] = Peer(node, index if known is None else max(known, index))
    return replace(leader, peers=frozenset(peers.values()))


def with_history(server: Server, history: History) -> Server:
    """Give ``server`` another history."""
    return replace(server, stable=replace(server.stable, history=history))
