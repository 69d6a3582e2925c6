# ruff: noqa: ARG002, D102 - a rule left out need not look at what it is given; the class says which
"""Zab without one of its rules.

Z01 to Z10 are numbers of the project's list of published bugs, of ZooKeeper and of what its paper
leaves open. Those that begin with ZB are the other rules, each left out, for which there is no
report.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Effect, Persist
from paxiom.impl.zab import (
    AckEpoch,
    AckLeader,
    Follower,
    History,
    Leader,
    Named,
    Peer,
    Prospective,
    Report,
    Server,
    Stable,
    Zab,
    Zxid,
)
from paxiom.model_check.model import Delivery, Faults, Network
from paxiom.model_check.models.zab import zab
from paxiom.model_check.zoo.bug import Bug


class AcknowledgesAnUnwrittenHistory(Zab):
    """Z01: a follower writes down that it has joined, and not the history that it was sent."""

    def persist(self, before: Stable, after: Stable) -> tuple[Persist, ...]:
        if after.current > before.current:
            return (Persist(replace(after, history=before.history)),)
        return (Persist(after),) if after != before else ()


class AppliesItsTail(Zab):
    """Z02: a node that loses its leader applies all of its history, committed or not."""

    def delivered_without_leader(self, server: Server) -> int:
        return len(server.history)


class WritesTheEpochFirst(Zab):
    """Z03: who joins writes the epoch, and then the history, in two pieces."""

    def persist(self, before: Stable, after: Stable) -> tuple[Persist, ...]:
        first = replace(after, history=before.history)
        writes = tuple(dict.fromkeys((first, after)))
        return tuple(map(Persist, writes)) if after != before else ()


class WritesBehind(Zab):
    """Z04: answers leave before what they tell of is on disk."""

    def in_order(
        self, durable: tuple[Persist, ...], others: tuple[Effect, ...]
    ) -> tuple[Effect, ...]:
        return (*others, *durable)


class DeliversOnJoining(Zab):
    """Z05: a follower delivers the history that it is sent, before any of it is committed."""

    def delivered_on_joining(self, server: Server) -> int:
        return len(server.history)


class ProposesToThoseInSync(Zab):
    """Z09: a leader proposes to those followers alone that have acknowledged its history."""

    def hears_proposals(self, peer: Peer) -> bool:
        return peer.acked is not None


class CommitsWhatWasAcknowledged(Zab):
    """Z10: a follower that comes late is told that all of the history it was sent is committed."""

    def commit_on_joining(self, server: Server, ack: AckLeader) -> Zxid:
        return ack.last


class HeedsAnybody(Zab):
    """ZB01: a follower obeys whoever writes as a leader."""

    def heeds(self, server: Server, source: NodeId) -> bool:
        return isinstance(server.role, Follower)


class AsksNobody(Zab):
    """ZB02: a leader picks an epoch without asking."""

    def may_pick_epoch(self, named: Named) -> bool:
        return True


class CountsFromItsOwnEpoch(Zab):
    """ZB03: a leader picks the epoch after its own, whatever others have promised."""

    def next_epoch(self, named: Named) -> int:
        return min(promised for _, promised in named.promises) + 1


class PromisesTwice(Zab):
    """ZB04: a follower promises the same epoch again."""

    def may_promise(self, server: Server, epoch: int) -> bool:
        return epoch >= server.stable.promised


class ReportsItsPromise(Zab):
    """ZB05: a follower reports the epoch that it has promised last, not the one it has joined."""

    def epoch_to_report(self, stable: Stable) -> int:
        return stable.promised


class CountsOldPromises(Zab):
    """ZB06: promises of an earlier epoch count towards the present one."""

    def answers(self, prospective: Prospective, ack: AckEpoch) -> bool:
        return ack.epoch <= prospective.epoch


class BeginsAlone(Zab):
    """ZB07: a leader begins with its own history."""

    def may_begin(self, reports: frozenset[Report]) -> bool:
        return True


class ComparesZxids(Zab):
    """ZB08: a leader takes the history with the last zxid, whatever epoch it is of."""

    def recency(self, report: Report) -> tuple[int, Zxid]:
        return 0, super().recency(report)[1]


class ComparesEpochs(Zab):
    """ZB09: a leader takes any history of the latest epoch, not the longest."""

    def recency(self, report: Report) -> tuple[int, Zxid]:
        return report.current, Zxid(0, -len(report.history))


class JoinsAnyEpoch(Zab):
    """ZB10: a follower joins an epoch after it has promised a later one."""

    def may_join(self, server: Server, epoch: int) -> bool:
        return True


class TruncatesNothing(Zab):
    """ZB11: a follower keeps what it has beyond the history that it is sent."""

    def history_to_take(self, server: Server, history: History) -> History:
        return (*history, *server.history[len(history) :])


class BroadcastsAtOnce(Zab):
    """ZB12: a leader broadcasts before anybody has its history."""

    def leads(self, server: Server, leader: Leader) -> bool:
        return True


class NumbersAllAlike(Zab):
    """ZB13: a primary gives all its transactions the same number."""

    def next_zxid(self, server: Server, leader: Leader) -> Zxid:
        return Zxid(leader.epoch, 1)


class AcceptsFromThePast(Zab):
    """ZB14: a follower accepts what is of an epoch that it has left."""

    def may_accept(self, server: Server, epoch: int) -> bool:
        return True


class AcceptsBeforeJoining(Zab):
    """ZB15: a follower accepts transactions before it has the history that precedes them."""

    def has_joined(self, follower: Follower) -> bool:
        return True


class CommitsAlone(Zab):
    """ZB16: a leader commits a transaction when it has stored it itself."""

    def is_committed(self, server: Server, leader: Leader, index: int) -> bool:
        return True


class DeliversAll(Zab):
    """ZB17: told of a commit, a follower delivers all that it has."""

    def up_to(self, history: History, zxid: Zxid) -> int:
        return len(history)


class ForgetsPromises(Zab):
    """ZB18: the promise is not on disk."""

    def persist(self, before: Stable, after: Stable) -> tuple[Persist, ...]:
        return (Persist(replace(after, promised=after.current)),) if after != before else ()


class ForgetsItsHistory(Zab):
    """ZB19: the history is not on disk."""

    def persist(self, before: Stable, after: Stable) -> tuple[Persist, ...]:
        return (Persist(replace(after, history=())),) if after != before else ()


class RejoinsEmpty(Zab):
    """ZB20: a node whose disk is lost takes part as if it had never done so."""

    def without_disk(self, node: NodeId) -> Server:
        return Server(node)


class ChannelsReorder(Zab):
    """ZB21: channels deliver in any order."""
