# ruff: noqa: ARG002, D102 - a rule left out need not look at what it is given; the class says which
"""Zab without one of its rules.

Z01 to Z11 are numbers of the project's list of published bugs, of ZooKeeper and of what the paper
leaves open; Z06 to Z08 are in :mod:`paxiom.model_check.zoo.zab_differences`. Those that begin with
ZB are the other rules, each left out, most without a report.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Effect, Persist
from paxiom.impl.zab import (
    AckEpoch,
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
from paxiom.model_check.zoo.bug import left_out


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

    def commit_on_joining(self, server: Server, acked: Zxid) -> Zxid:
        return acked


class HeedsAnybody(Zab):
    """A follower obeys whoever writes as a leader: an epoch that it promised has only one."""

    def heeds(self, server: Server, source: NodeId) -> bool:
        return isinstance(server.role, Follower)


class AsksNobody(Zab):
    """A leader picks an epoch without asking: who has promised as much does not follow it."""

    def may_pick_epoch(self, named: Named) -> bool:
        return True


class CountsFromItsOwnEpoch(Zab):
    """ZB01: a leader picks the epoch after its own, whatever others have promised."""

    def next_epoch(self, named: Named) -> int:
        return min(promised for _, promised in named.promises) + 1


class PromisesTwice(Zab):
    """ZB02: a follower promises the same epoch again."""

    def may_promise(self, server: Server, epoch: int) -> bool:
        return epoch >= server.stable.promised


class ReportsItsPromise(Zab):
    """ZB03: a follower reports the epoch that it has promised last, not the one it has joined."""

    def epoch_to_report(self, stable: Stable) -> int:
        return stable.promised


class CountsOldPromises(Zab):
    """ZB04: promises of an earlier epoch count towards the present one."""

    def answers(self, prospective: Prospective, ack: AckEpoch) -> bool:
        return ack.epoch <= prospective.epoch


class BeginsAlone(Zab):
    """ZB05: a leader begins with its own history."""

    def may_begin(self, reports: frozenset[Report]) -> bool:
        return True


class ComparesZxids(Zab):
    """ZB19: a leader takes the history with the last zxid, whatever epoch it is the history of."""

    def recency(self, report: Report) -> tuple[int, Zxid]:
        return 0, super().recency(report)[1]


class ComparesEpochs(Zab):
    """ZB06: a leader takes any history of the latest epoch, not the longest."""

    def recency(self, report: Report) -> tuple[int, Zxid]:
        return report.current, Zxid(0, -len(report.history))


class JoinsAnyEpoch(Zab):
    """ZB07: a follower joins an epoch after it has promised a later one."""

    def may_join(self, server: Server, epoch: int) -> bool:
        return True


class TruncatesNothing(Zab):
    """ZB08: a follower keeps what it has beyond the history that it is sent."""

    def history_to_take(self, server: Server, history: History) -> History:
        return (*history, *server.history[len(history) :])


class BroadcastsAtOnce(Zab):
    """ZB09: a leader broadcasts before anybody has its history."""

    def leads(self, server: Server, leader: Leader) -> bool:
        return True


class RollsOver(Zab):
    """ZB10: the counter of a zxid runs over into the epoch; here after one transaction."""

    def next_zxid(self, server: Server, leader: Leader) -> Zxid:
        zxid = super().next_zxid(server, leader)
        return zxid if zxid.counter == 1 else Zxid(zxid.epoch + 1, 0)


class AcceptsBeforeJoining(Zab):
    """ZB11: a follower accepts transactions before it has the history that precedes them."""

    def has_joined(self, follower: Follower) -> bool:
        return True


class CountsOldAcknowledgements(Zab):
    """ZB12: acknowledgements of an earlier epoch count towards what is committed in this one."""

    def counts(self, leader: Leader, epoch: int) -> bool:
        return epoch <= leader.epoch


class CommitsAlone(Zab):
    """ZB13: a leader commits a transaction when it has stored it itself."""

    def is_committed(self, server: Server, leader: Leader, index: int) -> bool:
        return True


class DeliversAll(Zab):
    """ZB14: told of a commit, a follower delivers all that it has."""

    def up_to(self, history: History, zxid: Zxid) -> int:
        return len(history)


class ForgetsPromises(Zab):
    """ZB15: the promise is not on disk."""

    def persist(self, before: Stable, after: Stable) -> tuple[Persist, ...]:
        return (Persist(replace(after, promised=after.current)),) if after != before else ()


class ForgetsItsHistory(Zab):
    """ZB16: the history is not on disk."""

    def persist(self, before: Stable, after: Stable) -> tuple[Persist, ...]:
        return (Persist(replace(after, history=())),) if after != before else ()


class RejoinsEmpty(Zab):
    """ZB17: a node whose disk is lost takes part as if it had never done so."""

    def without_disk(self, node: NodeId) -> Server:
        return Server(node)


class ChannelsReorder(Zab):
    """ZB18: channels deliver in any order."""


ONE_EPOCH = {"leaders": 1, "epochs": 1, "elections": 1}
TWO_LEADERS = {"leaders": 2, "epochs": 1, "elections": 2}
TWO_EPOCHS = {"leaders": 1, "epochs": 2, "elections": 2}
THREE_EPOCHS = {"leaders": 2, "epochs": 3, "elections": 2}
CRASH, AMNESIA, NO_FAULT = Faults(crashes=1), Faults(amnesias=1), Faults()
ONE_ELECTION: Mapping[str, Any] = {
    "leaders": 2,
    "epochs": 2,
    "elections": 1,
    "faults": CRASH,
}  # after each start
UNREPORTED = "no report known: the rule left out"
ISSUES = "Disalg-ICS-NJU/zookeeper-tla-spec, protocol-spec/issues.md"
DURABILITY, SAFETY, LOST = "durability", "election safety", "leader completeness"
_bug = partial(left_out, zab)
BUGS = (
    _bug(
        *("Z01", AcknowledgesAnUnwrittenHistory, "ZOOKEEPER-3911; ZOOKEEPER-3023", DURABILITY, 16),
        {**ONE_EPOCH, "faults": CRASH},
        {"faults": NO_FAULT},
    ),
    _bug(
        *("Z02", AppliesItsTail, "ZOOKEEPER-2845", DURABILITY, 9),
        {**ONE_EPOCH, "elections": 2},
        {"elections": 1},
    ),
    _bug(
        *("Z03", WritesTheEpochFirst, "ZOOKEEPER-4643", LOST, 26),
        {**THREE_EPOCHS, "elections": 1, "faults": Faults(crashes=3)},
        {"faults": Faults(crashes=2)},
    ),
    _bug(
        *("Z04", WritesBehind, "ZOOKEEPER-4646; ZOOKEEPER-4685", DURABILITY, 12),
        {**ONE_EPOCH, "faults": CRASH},
        {"faults": NO_FAULT},
    ),
    _bug(
        *("Z05", DeliversOnJoining, "ZOOKEEPER-4394", DURABILITY, 18),
        {**ONE_EPOCH, "nodes": 4},
        {"nodes": 3},
    ),
    _bug(
        *("Z09", ProposesToThoseInSync, f"{ISSUES}, issue 3", DURABILITY, 18),
        {**ONE_EPOCH, "asks": 2},
        {"asks": 1},
    ),
    _bug(
        *("Z10", CommitsWhatWasAcknowledged, f"{ISSUES}, issue 3", DURABILITY, 21),
        {**ONE_EPOCH, "nodes": 4},
        {"nodes": 3},
    ),
    _bug("ZB01", CountsFromItsOwnEpoch, UNREPORTED, SAFETY, 14, TWO_LEADERS, {"leaders": 1}),
    _bug("ZB02", PromisesTwice, UNREPORTED, SAFETY, 16, TWO_LEADERS, {"leaders": 1}),
    _bug("ZB03", ReportsItsPromise, UNREPORTED, LOST, 19, THREE_EPOCHS, {"epochs": 2}),
    _bug("ZB04", CountsOldPromises, UNREPORTED, LOST, 19, THREE_EPOCHS, {"epochs": 2}),
    _bug("ZB05", BeginsAlone, UNREPORTED, SAFETY, 15, TWO_LEADERS, {"leaders": 1}),
    _bug("ZB06", ComparesEpochs, UNREPORTED, LOST, 22, TWO_EPOCHS, {"epochs": 1}),
    _bug(
        *("ZB07", JoinsAnyEpoch, UNREPORTED, "joined was promised", 11),
        {"leaders": 2, "epochs": 2, "elections": 3},
        {"elections": 2},
    ),
    _bug(
        *("ZB08", TruncatesNothing, UNREPORTED, DURABILITY, 23),
        {"leaders": 2, "epochs": 2, "elections": 2},
        {"leaders": 1},
    ),
    _bug(
        *("ZB09", BroadcastsAtOnce, UNREPORTED, "primary integrity", 12),
        {**TWO_EPOCHS, "asks": 2},
        {"asks": 1},
    ),
    _bug(
        *("ZB10", RollsOver, "ZOOKEEPER-1277", "integrity", 14),
        {**ONE_EPOCH, "asks": 2},
        {"asks": 1},
    ),
    _bug(
        *("ZB11", AcceptsBeforeJoining, UNREPORTED, DURABILITY, 16),
        {**ONE_EPOCH, "asks": 2, "faults": CRASH},
        {"asks": 1},
    ),
    _bug(
        *("ZB12", CountsOldAcknowledgements, UNREPORTED, "primary integrity", 19),
        {**TWO_EPOCHS, "asks": 2},
        {"asks": 1},
    ),
    _bug("ZB13", CommitsAlone, UNREPORTED, DURABILITY, 8, {**ONE_EPOCH, "nodes": 3}, {"nodes": 1}),
    _bug(
        *("ZB14", DeliversAll, UNREPORTED, DURABILITY, 21),
        {**ONE_EPOCH, "nodes": 4, "asks": 2},
        {"nodes": 3},
    ),
    _bug(
        *("ZB15", ForgetsPromises, UNREPORTED, SAFETY, 18),
        {**TWO_LEADERS, "faults": CRASH},
        {"faults": NO_FAULT},
    ),
    _bug(
        *("ZB16", ForgetsItsHistory, UNREPORTED, DURABILITY, 13),
        {**ONE_EPOCH, "faults": CRASH},
        {"faults": NO_FAULT},
    ),
    _bug(
        *("ZB17", RejoinsEmpty, UNREPORTED, DURABILITY, 13),
        {**ONE_EPOCH, "faults": AMNESIA},
        {"faults": NO_FAULT},
    ),
    _bug(
        *("ZB18", ChannelsReorder, UNREPORTED, DURABILITY, 11),
        {**ONE_EPOCH, "asks": 2},
        {"asks": 1},
        wrong={"network": Network(delivery=Delivery.ONCE)},
    ),
    _bug(
        *("ZB19", ComparesZxids, "ZooKeeper up to 3.3.3 (Medeiros 2012; ZOOKEEPER-3608)"),
        *("primary integrity", 23),
        THREE_EPOCHS,
        {"epochs": 2},
    ),
)

OMITTED: Mapping[str, str] = {
    "Z11": "votes of fast leader election, which is left out here (SandTable, ZooKeeper#1)",
}

CONTROLS = (
    _bug("ZBC1", HeedsAnybody, "ours", "", 0, ONE_ELECTION, {}),
    _bug("ZBC2", AsksNobody, "ours", "", 0, ONE_ELECTION, {}),
)
