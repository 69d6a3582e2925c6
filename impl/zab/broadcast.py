"""Zab's third phase: a primary broadcasts transactions, and its followers deliver them.

How it comes to be primary, and they to follow it, is in :mod:`paxiom.impl.zab.core`.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Apply, Effect, Persist, Protocol, Send, Step, broadcast
from paxiom.impl.quorum import QuorumSystem
from paxiom.impl.zab.vocabulary import (
    Ack,
    Commit,
    CommitLeader,
    Follower,
    History,
    Leader,
    Message,
    Named,
    Peer,
    Propose,
    Prospective,
    Retired,
    Server,
    Stable,
    Transaction,
    Zxid,
    index_of,
    last_zxid,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast(Protocol[Server, Message]):
    """Broadcast, disks, life and death; discovery and synchronization are added to them."""

    nodes: tuple[NodeId, ...]
    quorum: QuorumSystem
    leaders: tuple[NodeId, ...] = ()

    # The rules of broadcast.

    def leads(self, server: Server, leader: Leader) -> bool:
        """Broadcast only when a quorum has the history, the leader with it (ZAB l.2.2)."""
        joined = {peer.node for peer in leader.peers if has_history(peer)}
        return self.quorum.is_quorum({server.id, *joined})

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

    def counts(self, leader: Leader, epoch: int) -> bool:
        """Count only acknowledgements of the present epoch (ZAB l.3.2)."""
        return epoch == leader.epoch

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

    def request(self, state: Server, command: Hashable) -> Step[Server] | None:
        """Leader: broadcast a transaction (ZAB l.3.1); others take no notice."""
        leader = state.role
        if not isinstance(leader, Leader) or not self.leads(state, leader):
            return None
        transaction = Transaction(self.next_zxid(state, leader), command)
        server = self.store(state, transaction)
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

    def settle(self, before: Server, step: Step[Server]) -> Step[Server]:
        """Add to a step what must be on disk before it, and deliver what it committed."""
        after = step.state
        durable = self.persist(before.on_disk, after.on_disk)
        fresh = range(before.delivered + 1, after.delivered + 1)
        current = after.stable.current
        delivers = tuple(Apply(index, after.history[index - 1], current) for index in fresh)
        return Step(after, self.in_order(durable, (*step.effects, *delivers)))

    # Broadcast.

    def store(self, server: Server, transaction: Transaction) -> Server:
        """Add a transaction to the history."""
        history = (*server.history, transaction)
        return replace(server, stable=replace(server.stable, history=history))

    def on_propose(self, server: Server, leader: NodeId, message: Propose) -> Step[Server] | None:
        """Store a transaction, and acknowledge it (ZAB phase 3, follower)."""
        if not self.is_in(server, message.epoch):
            return None
        after = self.store(server, message.transaction)
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
        if not isinstance(before, Leader) or not self.counts(before, ack.epoch):
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
    known = {peer.node: peer.acked for peer in leader.peers}
    known[node] = max(known.get(node) or 0, index)
    return replace(leader, peers=frozenset(Peer(*each) for each in known.items()))
