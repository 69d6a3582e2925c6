# ruff: noqa: ARG002, D102 - a rule left out need not look at what it is given; the class says which
"""Raft without one of its rules of logs, commit indices and disks.

Numbers are those of the project's list of published bugs. Notes count the steps by hand. An
election takes three: a timeout, a vote given, a vote counted. An entry is stored in one and
committed in another, when the answer arrives.
"""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from itertools import takewhile

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Apply, Effect, Send, Step
from paxiom.impl.raft import (
    Appended,
    AppendEntries,
    Entry,
    Leader,
    Log,
    Message,
    Peer,
    Raft,
    Server,
    Stable,
    Timer,
    term_at,
)
from paxiom.impl.raft.core import with_log
from paxiom.model_check.model import Delivery, Network
from paxiom.model_check.models.raft import raft
from paxiom.model_check.zoo.bug import Bug
from paxiom.model_check.zoo.raft_elections import CRASH, ONE_AT_A_TIME, harmless


class CommitsOldTerms(Raft):
    """R01: a leader commits entries of earlier terms by counting replicas (Figure 8)."""

    def is_of_own_term(self, server: Server, index: int) -> bool:
        return True


class StopsAtOldTerms(Raft):
    """R02: a leader that looks for what it may commit stops at the first entry it may not."""

    def commit_what_may_be(self, server: Server) -> Server:
        assert isinstance(server.role, Leader)
        above, peers = range(server.commit + 1, server.last_index + 1), server.role.peers
        fits = takewhile(lambda index: self.may_commit(server, peers, index), above)
        return replace(server, commit=max((server.commit, *fits)))


class ResumesLeading(Raft):
    """R14b: a leader that restarts goes on leading its term, with its log."""

    def recovered(self, node: NodeId, stable: Stable) -> Server:
        return resumed(self, node, stable, stable.log)


class ResumesWithoutTail(Raft):
    """R14: a leader that restarts without the end of its log goes on leading its term."""

    def recovered(self, node: NodeId, stable: Stable) -> Server:
        return resumed(self, node, stable, stable.log[:-1])


def resumed(protocol: Raft, node: NodeId, stable: Stable, left: Log) -> Server:
    """Lead with what is ``left``, if ``node``, one of two, led: its own vote means both votes."""
    if stable.vote != node or term_at(stable.log, len(stable.log)) != stable.term:
        return Server(node, stable)
    peers = {Peer(other, len(left) + 1) for other in protocol.nodes if other != node}
    return Server(node, replace(stable, log=left), Leader(frozenset(peers)))


class StampsLateEntry(Raft):
    """R15: what a deposed leader was about to append gets the term it has just learnt of."""

    def receive(self, state: Server, source: NodeId, message: Message) -> Step[Server] | None:
        if isinstance(state.role, Leader) and self.is_deposed_by(state, message.term):
            state = with_log(state, (*state.log, Entry(message.term)))
        return super().receive(state, source, message)


class KeepsOnlyCommitted(Raft):
    """R26: a new leader deletes what it does not know to be committed."""

    def entries_at_election(self, server: Server) -> Log:
        return super().entries_at_election(with_log(server, server.log[: server.commit]))


class AlwaysTruncates(Raft):
    """R18: a follower deletes all that follows the entries of a message, though it agrees."""

    def merge(self, log: Log, append: AppendEntries) -> Log:
        return log[: append.prev_index] + append.entries


class AcceptsGapWhenEmpty(Raft):
    """R27: a follower with an empty log takes any entries."""

    def agrees(self, log: Log, append: AppendEntries) -> bool:
        return not log or super().agrees(log, append)


class VouchesForWholeLog(Raft):
    """R24: a follower vouches for its whole log, not for what the message covers."""

    def index_covered(self, log: Log, append: AppendEntries) -> int:
        return len(log)


class EmptyHeartbeats(Raft):
    """Raft with the heartbeats of Figure 2, which carry no entries: harmless.

    Entries that are lost are not sent again until a peer refuses a heartbeat.
    """

    def fire(self, state: Server, timer: Hashable) -> Step[Server]:
        if timer is not Timer.HEARTBEAT:
            return super().fire(state, timer)
        appends = ((send.to, send.message) for send in self.appends(state))
        beats = ((to, replace(m, entries=())) for to, m in appends if isinstance(m, AppendEntries))
        return Step(state, tuple(Send(to, beat) for to, beat in beats))


class CommitsToEndOfLog(EmptyHeartbeats):
    """R19: a follower commits up to the end of its log, not to the last entry that is new."""

    def commit_of_follower(self, server: Server, append: AppendEntries) -> int:
        return max(server.commit, min(append.commit, server.last_index))


class CommitsAsTold(Raft):
    """R20: a follower takes the leader's commit index as it is."""

    def commit_of_follower(self, server: Server, append: AppendEntries) -> int:
        return max(server.commit, append.commit)


class CommitGoesBack(Raft):
    """R21: a late message takes a follower's commit index back."""

    def commit_of_follower(self, server: Server, append: AppendEntries) -> int:
        return min(append.commit, self.index_covered(server.log, append))


class MatchGoesBack(Raft):
    """R22: a late answer takes the match index back."""

    def after_success(self, peer: Peer, index: int) -> Peer:
        return replace(peer, match=index, next=max(peer.next, index + 1))


class NextStaysBehind(Raft):
    """R23: an answer moves the match index, not the next."""

    def after_success(self, peer: Peer, index: int) -> Peer:
        return replace(peer, match=max(peer.match, index))


class RefusalRewinds(Raft):
    """R25: a late refusal takes the next index back to what the peer surely stores."""

    def after_refusal(self, peer: Peer, index: int) -> Peer:
        return replace(peer, next=min(peer.next, index))


Effects = tuple[Effect, ...]


class AppliesBeforeDisk(Raft):
    """R29: entries are applied, and clients answered, before they are on disk."""

    def in_order(self, durable: Effects, others: Effects) -> Effects:
        return (*sorted((*durable, *others), key=lambda each: not isinstance(each, Apply)),)


class AcknowledgesBeforeDisk(Raft):
    """R13b: a follower says that it stores entries before they are on disk."""

    def in_order(self, durable: Effects, others: Effects) -> Effects:
        return (*sorted((*durable, *others), key=lambda each: not is_answer(each)),)


def is_answer(effect: Effect) -> bool:
    """Whether ``effect`` sends the answer to a leader."""
    return isinstance(effect, Send) and isinstance(effect.message, Appended)


IN_ORDER = Network(delivery=Delivery.FIFO, capacity=2)
ONE_ENTRY = {"nodes": 2, "terms": 1, "log": 1}
ONE_COMMAND = {**ONE_ENTRY, "noop": False, "asks": 1}
RESTART = {**ONE_ENTRY, "asks": 1, "faults": CRASH}
FIGURE_8 = {"nodes": 3, "log": 2, "batch": 1, "network": ONE_AT_A_TIME}
OLD_LOGS = {**ONE_COMMAND, "nodes": 3, "terms": 2, "network": ONE_AT_A_TIME}
STALE_TAIL = {"nodes": 3, "terms": 2, "log": 1, "network": ONE_AT_A_TIME}
SHORT_MESSAGES = {"nodes": 3, "terms": 1, "log": 2, "asks": 1, "batch": 1}
AGAIN = {"nodes": 2, "terms": 3, "log": 2}
ALONE = "No other property breaks within these bounds."

BUGS = (
    Bug(
        number="R01",
        protocol=CommitsOldTerms,
        source="logcabin#44; PySyncObj#169; async-raft#108; canonical/raft#220; nats-server#7955",
        model=raft,
        shown={**FIGURE_8, "terms": 4},
        hidden={**FIGURE_8, "terms": 3},
        breaks="leader completeness",
        length=26,
        note=(
            "Eighteen steps, and eight that only make room for messages. In a longer message the "
            "new leader's no-op goes with the old entry; then to commit both is right."
        ),
        slow=True,
    ),
    Bug(
        number="R13b",
        protocol=AcknowledgesBeforeDisk,
        source="the source document's naive node, error (d)",
        model=raft,
        shown={**ONE_ENTRY, "faults": CRASH},
        hidden=ONE_ENTRY,
        breaks="durability",
        length=6,
        note="An election; an answer, a crash; committed; a recovery (3 + 3). R13 is of votes.",
    ),
    Bug(
        number="R14",
        protocol=ResumesWithoutTail,
        source="KAFKA-10527 (apache/kafka#9348)",
        model=raft,
        shown=RESTART,
        hidden={**ONE_ENTRY, "asks": 1},
        breaks="log matching",
        length=7,
        note=(
            "An election, an entry stored; a crash, a recovery, a request (3 + 1 + 3). One of two "
            "nodes can tell that it led. To resume with the whole log is harmless, R14b."
        ),
    ),
    Bug(
        number="R15",
        protocol=StampsLateEntry,
        source="hashicorp/raft#695; camunda/camunda#5360",
        model=raft,
        shown=OLD_LOGS,
        hidden={**OLD_LOGS, "nodes": 2},
        breaks="log matching",
        length=13,
        note="What is about to be appended is a no-op.",
    ),
    Bug(
        number="R18",
        protocol=AlwaysTruncates,
        source="ktoso/akka-raft#66; zhebrak/raftos#26; willemt/raft#37; microsoft/CCF#5991, #6016",
        model=raft,
        shown=ONE_COMMAND,
        hidden={**ONE_COMMAND, "network": IN_ORDER},
        breaks="durability",
        length=7,
        note="An election, a request, an entry stored and committed; an old heartbeat deletes it.",
    ),
    Bug(
        number="R19",
        protocol=CommitsToEndOfLog,
        source="copycat#265; scylladb#9965; rabbitmq/ra#508; etcd#1203; the naive node, error (b)",
        model=raft,
        shown=STALE_TAIL,
        hidden={**STALE_TAIL, "terms": 1},
        breaks="state machine safety",
        length=15,
        note=(
            "It takes heartbeats without entries. Where they carry what a peer lacks, what is "
            "stale is deleted before anything after it is committed: it makes no difference."
        ),
    ),
    Bug(
        number="R20",
        protocol=CommitsAsTold,
        source="camunda/camunda#30354; eliben/raft#19 asks why it matters",
        model=raft,
        shown=SHORT_MESSAGES,
        hidden={**SHORT_MESSAGES, "batch": 2},
        breaks="commit within log",
        length=10,
        note="A follower gets one of two entries, and hears that both are committed.",
    ),
    Bug(
        number="R21",
        protocol=CommitGoesBack,
        source="bakwc/PySyncObj#166, found by SandTable (EuroSys 2024)",
        model=raft,
        shown=ONE_ENTRY,
        hidden={**ONE_ENTRY, "network": IN_ORDER},
        breaks="monotone commit",
        length=8,
        note=(
            "An election, an entry stored and committed; a heartbeat says so; an old message does "
            "not (3 + 2 + 2 + 1). More is applied then than committed; nothing else breaks."
        ),
    ),
    Bug(
        number="R22",
        protocol=MatchGoesBack,
        source="zhebrak/raftos#25; bakwc/PySyncObj#167; found by SandTable (EuroSys 2024)",
        model=raft,
        shown=ONE_COMMAND,
        hidden={**ONE_COMMAND, "network": IN_ORDER},
        breaks="monotone match",
        length=8,
        note=ALONE,
    ),
    Bug(
        number="R23",
        protocol=NextStaysBehind,
        source="bakwc/PySyncObj#167; WRaft#7; found by SandTable (EuroSys 2024)",
        model=raft,
        shown=ONE_ENTRY,
        hidden={**ONE_ENTRY, "nodes": 1},
        breaks="next above match",
        length=5,
        note=f"An election, an entry stored and committed. {ALONE}",
    ),
    Bug(
        number="R24",
        protocol=VouchesForWholeLog,
        source="microsoft/CCF#6001, #6016",
        model=raft,
        shown=OLD_LOGS,
        hidden={**OLD_LOGS, "terms": 1},
        breaks="durability",
        length=17,
        note="Leaders that begin with a no-op hide it: their first message deletes what is stale.",
    ),
    Bug(
        number="R25",
        protocol=RefusalRewinds,
        source="microsoft/CCF#5927, #5991",
        model=raft,
        shown=AGAIN,
        hidden={**AGAIN, "terms": 2},
        breaks="next above match",
        length=10,
        note=f"{ALONE} What is sent again does harm to a follower that truncates, R18.",
    ),
    Bug(
        number="R26",
        protocol=KeepsOnlyCommitted,
        source="microsoft/CCF#5674, #5676",
        model=raft,
        shown={**ONE_ENTRY, "terms": 2},
        hidden=ONE_ENTRY,
        breaks="leader completeness",
        length=8,
        note="An election, an entry stored and committed; its follower is elected (3 + 2 + 3).",
    ),
    Bug(
        number="R27",
        protocol=AcceptsGapWhenEmpty,
        source="oxia-db/oxia#1239",
        model=raft,
        shown=AGAIN,
        hidden={**AGAIN, "terms": 2},
        breaks="durability",
        length=10,
    ),
    Bug(
        number="R29",
        protocol=AppliesBeforeDisk,
        source="etcd#14370; for followers etcd-io/raft#105, the first half of R30",
        model=raft,
        shown={**ONE_ENTRY, "nodes": 1, "faults": CRASH},
        hidden={**ONE_ENTRY, "nodes": 1},
        breaks="durability",
        length=2,
        note="The only node elects itself, applies its no-op and crashes; it recovers.",
    ),
)

OMITTED: Mapping[str, str] = {
    "R02": "Costs liveness alone: less is committed, nothing wrong; among the harmless ones.",
    "R28": "Costs liveness alone: a leader that ought to step down goes on; it has no lease.",
    "R30": "Its first half is R29; the rest is about reads and a commit index on disk: here none.",
}

CONTROLS = (
    harmless("R02", StopsAtOldTerms, {"nodes": 2, "terms": 3, "log": 2}, "zhebrak/raftos#30"),
    # Two nodes only: there a node can tell that it led.
    harmless("R14b", ResumesLeading, {**RESTART, "log": 2}, "half of KAFKA-10527"),
    harmless("Figure2", EmptyHeartbeats, STALE_TAIL, "RAFT Figure 2: heartbeats are empty"),
)
