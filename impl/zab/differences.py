"""Differences for Zab: a leader sends a follower what it lacks, as ZooKeeper does.

Source: Apache ZooKeeper, ``LearnerHandler.syncFollower`` and ``queueCommittedProposals`` of commit
024b751 for leaders; for followers ``Learner.syncWithLeader`` and ``shutdown``, as the pull requests
of the issues named below tell of them.

A follower says with which zxid its history ends. The leader answers with what comes after that
(DIFF), with where to cut the history off and what comes then (TRUNC), or with all of its own
(SNAP); then it says that this was it (NEWLEADER). What a follower is sent goes to its *memory*; to
its *log*, which is on disk, it goes with NEWLEADER: that of a DIFF is added, in place of others a
snapshot of the memory is written. What a leader can send in a DIFF is what it has *kept* since its
last SNAP or restart.

Why it is safe: with its acknowledgement of NEWLEADER a follower has on disk what the leader has, as
in Zab; what it had before was the beginning of this, or is replaced.

Departures. All of a DIFF, TRUNC or SNAP is one message, and goes to memory at once; in ZooKeeper
what the leader does not commit before NEWLEADER waits. Where ZooKeeper closes a connection, and so
loses what is on it, a follower tells by the zxid that the answer is to what it had before. A leader
that takes another's history has all of it at once: in ZooKeeper only who has the best leads. What
is proposed and not yet committed ZooKeeper cuts off of a follower that comes again, and sends it
anew; here it is left, as it may have been counted. Left out: transaction logs as a source of
differences; logs that begin after a snapshot.
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from enum import Enum

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Persist, Send, Step
from paxiom.impl.zab.core import Zab
from paxiom.impl.zab.vocabulary import (
    NOTHING,
    AckEpoch,
    AckLeader,
    CEpoch,
    Follower,
    History,
    Leader,
    Message,
    NewEpoch,
    Retired,
    Server,
    Stable,
    Transaction,
    Zxid,
    index_of,
    last_zxid,
)


class How(Enum):
    """How a history is brought up to date."""

    DIFF = "add"
    TRUNC = "cut off and add"
    SNAP = "replace"


@dataclass(frozen=True, slots=True)
class Difference:
    """DIFF, TRUNC or SNAP, leader to follower whose history ends with ``of``.

    Of that history all is right up to ``base``; what comes then is ``transactions``.
    """

    epoch: int
    how: How
    of: Zxid
    base: Zxid
    transactions: History


@dataclass(frozen=True, slots=True)
class Synchronized:
    """NEWLEADER as ZooKeeper sends it: that was all, and it ends with ``last``."""

    epoch: int
    last: Zxid


@dataclass(frozen=True, slots=True)
class Rejoin:
    """ACKEPOCH by one that had promised the epoch before: it counts as no promise."""

    epoch: int
    history: History


@dataclass(frozen=True, slots=True)
class Learner(Server):
    """One node, whose history is in its memory.

    Its ``log`` is that on disk; ``kept`` is what it can send others as a difference. It has taken
    the difference ``taken``, and was not told yet that this was all.
    """

    log: History = ()
    kept: History = ()
    taken: Difference | None = None

    @property
    def on_disk(self) -> Stable:
        """What is in memory alone is not."""
        return replace(self.stable, history=self.log)


@dataclass(frozen=True, kw_only=True)  # no slots: they make a new class, which super() misses
class DifferencesZab(Zab):
    """Zab whose leaders send differences."""

    # The rules.

    def is_proposed(self, outstanding: History, theirs: Zxid) -> bool:
        """Do not cut off what is proposed: that the follower has it, may have been counted."""
        return any(each.zxid == theirs for each in outstanding)

    def fits(self, learner: Learner, difference: Difference) -> bool:
        """Take only a difference from what one has (``syncWithLeader``, by its connection)."""
        return difference.of == last_zxid(learner.history)

    def discards(
        self,
        taken: Difference,  # noqa: ARG002 - for a mutant
    ) -> bool:
        """Forget what is in memory alone when the leader is lost (ZOOKEEPER-3642, 5094)."""
        return True

    def kept_of(self, difference: Difference) -> History:
        """Keep for others what one is sent oneself (ZOOKEEPER-4925)."""
        return difference.transactions

    def writes_snapshot(self, how: How) -> bool:
        """Write all that is in memory, unless it is the log and more (``snapshotNeeded``)."""
        return how is not How.DIFF

    # Life and death.

    def start(self, node: NodeId) -> Step[Server]:
        """Boot as any node of Zab does."""
        return Step(Learner(node), (Persist(Stable()),))

    def recover(self, node: NodeId, record: Hashable) -> Step[Server]:
        """Restart with what is in the log: all of it can be sent as a difference."""
        if isinstance(record, Stable):
            return Step(Learner(node, record, log=record.history, kept=record.history))
        return Step(self.without_disk(node))

    def without_disk(self, node: NodeId) -> Server:
        """Take no part any more."""
        return Learner(node, role=Retired())

    def turn(self, server: Server, leader: NodeId) -> Step[Server]:
        """Begin anew with what is on disk."""
        return super().turn(self.interrupted(server), leader)

    def interrupted(self, server: Server) -> Learner:
        """Give up what was taken and had not come to its end."""
        learner = learning(server)
        taken = learner.taken
        if taken and self.discards(taken):
            learner = remembering(replace(learner, kept=learner.log), learner.log)
        return replace(learner, taken=None)

    def store(self, server: Server, transaction: Transaction) -> Server:
        """Add a transaction to memory and log, and keep it."""
        learner = learning(super().store(server, transaction))
        kept, log = (*learner.kept, transaction), (*learner.log, transaction)
        return replace(learner, kept=kept, log=log)

    def adopt(self, server: Server, epoch: int, history: History) -> Server:
        """Have all of a history, in memory and on disk."""
        kept = learning(server).kept if history == server.history else history
        return replace(learning(super().adopt(server, epoch, history)), log=history, kept=kept)

    # Leaders.

    def send_history(
        self, server: Server, leader: Leader, to: NodeId, theirs: History
    ) -> tuple[Send, ...]:
        """Send what the follower lacks, and say that this was all."""
        difference = self.difference(learning(server), leader.epoch, last_zxid(theirs))
        end = Synchronized(leader.epoch, last_zxid(server.history))
        return Send(to, difference), Send(to, end)

    def difference(self, learner: Learner, epoch: int, theirs: Zxid) -> Difference:
        """Choose as ``syncFollower`` does, which knows of what is committed or came before."""
        history = learner.history
        begun = sum(1 for each in history if each.zxid.epoch < epoch)
        known = history[: max(begun, learner.delivered)]
        outstanding = history[len(known) :]
        kept = tuple(each for each in learner.kept if each in known)
        first, last = (kept[0].zxid, kept[-1].zxid) if kept else (last_zxid(known),) * 2

        def after(how: How, base: Zxid, sent: History) -> Difference:
            return Difference(epoch, how, theirs, base, (*sent, *outstanding))

        if self.is_proposed(outstanding, theirs):
            return Difference(epoch, How.DIFF, theirs, theirs, history[index_of(history, theirs) :])
        if theirs == last_zxid(known):
            return after(How.DIFF, theirs, ())
        if theirs > last:
            return after(How.TRUNC, last, ())
        later = tuple(each for each in kept if each.zxid > theirs)
        earlier = tuple(each for each in kept if each.zxid <= theirs)
        if theirs < first:
            return after(How.SNAP, NOTHING, known)
        if earlier[-1].zxid == theirs:
            return after(How.DIFF, theirs, later)
        if later[0].zxid.epoch != theirs.epoch:
            return after(How.SNAP, NOTHING, known)
        return after(How.TRUNC, earlier[-1].zxid, later)

    def on_cepoch(self, server: Server, source: NodeId, message: CEpoch) -> Step[Server] | None:
        """Ask one that comes late what it has, before anything is sent."""
        if isinstance(server.role, Leader):
            return Step(server, (Send(source, NewEpoch(server.role.epoch)),))
        return super().on_cepoch(server, source, message)

    def on_ack_epoch(self, server: Server, source: NodeId, ack: AckEpoch) -> Step[Server] | None:
        """Count a promise, or send one that comes late what it lacks."""
        if isinstance(server.role, Leader):
            return self.on_rejoin(server, source, Rejoin(ack.epoch, ack.history))
        return super().on_ack_epoch(server, source, ack)

    def on_rejoin(self, server: Server, source: NodeId, message: Rejoin) -> Step[Server] | None:
        """Send one that comes again what it lacks."""
        leader = server.role
        if isinstance(leader, Leader) and leader.epoch == message.epoch:
            return self.admit(server, leader, source, message.history)
        return None

    # Followers.

    def receive(
        self, state: Server, source: NodeId, message: Message | Difference | Synchronized | Rejoin
    ) -> Step[Server] | None:
        """React to ``message`` from ``source``."""
        step = self.react(state, source, message)
        return step and self.settle(state, step)

    def react(
        self, server: Server, source: NodeId, message: Message | Difference | Synchronized | Rejoin
    ) -> Step[Server] | None:
        """React to differences too."""
        match message:
            case Rejoin():
                return self.on_rejoin(server, source, message)
            case Difference() | Synchronized() if not self.heeds(server, source):
                return None
            case Difference():
                return self.on_difference(learning(server), message)
            case Synchronized():
                return self.on_synchronized(learning(server), source, message)
            case _:
                return super().react(server, source, message)

    def on_new_epoch(
        self, server: Server, leader: NodeId, message: NewEpoch
    ) -> Step[Server] | None:
        """Say what is on disk, also in an epoch that was promised before."""
        server = self.interrupted(server)
        step = super().on_new_epoch(server, leader, message)
        again = message.epoch == server.stable.promised and server.role == Follower(leader)
        if step or not again:
            return step
        return Step(server, (Send(leader, Rejoin(message.epoch, server.history)),))

    def on_difference(self, learner: Learner, difference: Difference) -> Step[Server] | None:
        """Take it to memory; what is to be cut off, is cut off on disk too."""
        if not self.may_join(learner, difference.epoch) or not self.fits(learner, difference):
            return None
        right = learner.history[: index_of(learner.history, difference.base)]
        log, kept = learner.log, learner.kept
        if difference.how is How.TRUNC:
            log = kept = right
        kept = () if difference.how is How.SNAP else (*kept, *self.kept_of(difference))
        learner = replace(learner, log=log, kept=kept, taken=difference)
        return Step(remembering(learner, (*right, *difference.transactions)))

    def on_synchronized(
        self, learner: Learner, leader: NodeId, message: Synchronized
    ) -> Step[Server] | None:
        """Write what was taken, then acknowledge it."""
        taken = learner.taken
        if not taken or taken.epoch != message.epoch:
            return None
        added = (*learner.log, *taken.transactions)
        log = learner.history if self.writes_snapshot(taken.how) else added
        stable = replace(learner.stable, current=message.epoch)
        role = Follower(leader, joined=True)
        joined = replace(learner, stable=stable, role=role, log=log, taken=None)
        return Step(joined, (Send(leader, AckLeader(message.epoch, message.last)),))


def learning(server: Server) -> Learner:
    """Know a server for one of this protocol's."""
    assert isinstance(server, Learner), f"{server.id} is no Learner"
    return server


def remembering(learner: Learner, history: History) -> Learner:
    """Give a learner another history, in memory."""
    return replace(learner, stable=replace(learner.stable, history=history))
