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

Departures. The leader counts itself without sending itself messages. Every message names its epoch,
where the paper closes channels: what is left over from an earlier epoch must be told apart. A
leader begins with the reports of a quorum, and does not wait for all that it asked. The paper calls
Q those whom the leader writes to; here NEWEPOCH goes to those that sent CEPOCH, NEWLEADER to those
that sent ACK-E, PROPOSE to those that were sent NEWLEADER, and COMMIT to those that sent ACK-LD.
Commits are cumulative. COMMIT-LD names the last transaction that is committed: who comes late is
sent a history that has more. A follower that is told an epoch which it has promised already does
not answer, but waits for the history.

Left out: who is named and when (fast leader election), beyond that any of ``leaders`` may be at any
time; observers; reconfiguration; reads. Sending only the part of a history that a follower lacks is
in :mod:`paxiom.impl.zab.differences`.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from itertools import chain
from typing import assert_never

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Lead, Send, Step, broadcast
from paxiom.impl.zab.broadcast import Broadcast, has_history, stored
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
    Trust,
    Zxid,
    index_of,
    last_zxid,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zab(Broadcast):
    """Zab among ``nodes``, of which ``leaders`` may be named to lead; if empty, all.

    Any two quorums must meet; ``majority(nodes)`` is the usual choice. The ``network`` must deliver
    in order between each two nodes, and lose nothing.
    """

    # The rules of discovery.

    def delivered_without_leader(self, server: Server) -> int:
        """Deliver nothing more on one's own when the leader is lost: it may be uncommitted."""
        return server.delivered

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

    def commit_on_joining(
        self,
        server: Server,
        acked: Zxid,  # noqa: ARG002 - for a mutant
    ) -> Zxid:
        """Tell a follower what the leader knows to be committed by now (ZAB l.2.2, l.3.4)."""
        return last_zxid(server.history[: server.delivered])

    # Life and death.

    def timers(self, state: Server) -> Iterable[Trust]:
        """The oracle may name any leader to any node at any time."""
        if isinstance(state.role, Retired):
            return ()
        return tuple(Trust(node) for node in self.leaders or self.nodes)

    def fire(self, state: Server, timer: Hashable) -> Step[Server]:
        """Lead, or ask to be led."""
        assert isinstance(timer, Trust), f"{timer} is no timer of Zab"
        return self.settle(state, self.turn(state, timer.leader))

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

    # Discovery.

    def turn(self, server: Server, leader: NodeId) -> Step[Server]:
        """Begin anew, with the leader that the oracle names."""
        delivered = self.delivered_without_leader(server)
        server = replace(server, delivered=delivered, elections=server.elections + 1)
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
            case Leader(epoch) as leader if ack.epoch == epoch and source not in leader.followers:
                return self.admit(server, leader, source)
            case _:
                return None

    # Synchronization.

    def begin(self, server: Server, prospective: Prospective) -> Step[Server]:
        """With a quorum of reports, send it the best history (ZAB l.1.2, l.2.1)."""
        reports = prospective.reports
        if not self.may_begin(reports):
            return Step(replace(server, role=prospective))
        ordered = sorted(reports, key=lambda report: report.node)
        best = max(ordered, key=self.recency)
        server = self.adopt(server, prospective.epoch, best.history)
        others = [report for report in ordered if report.node != server.id]
        leader = Leader(prospective.epoch, frozenset(Peer(report.node) for report in others))
        sends = (self.send_history(server, leader, each.node, each.history) for each in others)
        step = self.lead_if_may(server, leader)
        return Step(step.state, (*chain.from_iterable(sends), *step.effects))

    def adopt(self, server: Server, epoch: int, history: History) -> Server:
        """Make ``history`` that of the epoch."""
        stable = replace(server.stable, current=epoch, history=history)
        return replace(server, stable=stable)

    def send_history(
        self,
        server: Server,
        leader: Leader,
        to: NodeId,
        theirs: History,  # noqa: ARG002 - for who sends differences
    ) -> tuple[Send, ...]:
        """Send the history, whatever the follower has (ZAB l.2.1)."""
        return (Send(to, NewLeader(leader.epoch, server.history)),)

    def admit(
        self, server: Server, leader: Leader, node: NodeId, theirs: History = ()
    ) -> Step[Server]:
        """Send the history, as it is by now, to one that comes late (ZAB l.3.3)."""
        new = frozenset() if node in leader.followers else frozenset({Peer(node)})
        admitted = replace(server, role=replace(leader, peers=leader.peers | new))
        return Step(admitted, self.send_history(server, leader, node, theirs))

    def on_new_leader(self, server: Server, leader: NodeId, message: NewLeader) -> Step[Server]:
        """Take the leader's history, or leave a leader that is behind (ZAB f.2.1)."""
        if not self.may_join(server, message.epoch):
            return Step(replace(server, role=Looking()))
        history = self.history_to_take(server, message.history)
        joined = self.adopt(server, message.epoch, history)
        joined = replace(joined, role=Follower(leader, joined=True))
        joined = replace(joined, delivered=self.delivered_on_joining(joined))
        return Step(joined, (Send(leader, AckLeader(message.epoch, last_zxid(message.history))),))

    def on_ack_leader(self, server: Server, source: NodeId, ack: AckLeader) -> Step[Server] | None:
        """Lead, once a quorum has the history; tell those that have it what is committed."""
        before = server.role
        if not isinstance(before, Leader) or not self.counts(before, ack.epoch):
            return None
        leader = stored(before, source, index_of(server.history, ack.last))
        if not self.leads(server, before):
            return self.lead_if_may(server, leader)
        after = self.commit_what_may_be(server, leader)
        tells = Send(source, CommitLeader(leader.epoch, self.commit_on_joining(after, ack.last)))
        return Step(after, (tells, *self.commits(server, after, leader, besides=source)))

    def lead_if_may(self, server: Server, leader: Leader) -> Step[Server]:
        """With a quorum that has the history, commit it, and broadcast from now on (ZAB l.2.2)."""
        if not self.leads(server, leader):
            return Step(replace(server, role=leader))
        after = self.commit_what_may_be(server, leader)
        acked = last_zxid(server.history)
        tells = CommitLeader(leader.epoch, self.commit_on_joining(after, acked))
        return Step(after, (*self.to_peers(leader, has_history, tells), Lead(leader.epoch)))
