"""The protocols that are compared: how each comes to lead and to decide, what it calls things."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from paxiom.impl import zab
from paxiom.impl.multi_paxos import MultiPaxos
from paxiom.impl.multi_paxos import Timer as MultiPaxosTimer
from paxiom.impl.names import NodeId, Value, node_ids
from paxiom.impl.paxos import Paxos
from paxiom.impl.protocol import Apply, Decide, Effect, Lead, Protocol
from paxiom.impl.quorum import Threshold, majority
from paxiom.impl.raft import Raft
from paxiom.impl.raft import Timer as RaftTimer
from paxiom.impl.vr import Client, Request, ViewstampedReplication
from paxiom.impl.vr import Timer as VrTimer
from paxiom.model_check.delays import Price, Rounds
from paxiom.model_check.model import Delivery, Faults, Model, Network
from paxiom.model_check.models import multi_paxos, paxos, raft, vr
from paxiom.model_check.models import zab as zab_model

Nodes = tuple[NodeId, ...]
Timers = Mapping[NodeId, Any]
# Channels that keep their order, and lose what is in them, as when they are closed and opened anew.
CLOSING = Network(delivery=Delivery.FIFO, lossy=True)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A protocol to be measured, and to be explored if it has a ``model``.

    ``leading`` says who fires what, of the nodes that run, for one of them to lead: the first, and
    the second after it. ``first_leads`` is set where the first does from the beginning.
    """

    make: Callable[[Nodes], Protocol[Any, Any]]
    done: type[Effect]  # shows that a value is decided, at the node that was asked
    ask: Callable[[int], Any] = lambda number: Value(f"v{number}")  # what a client asks for
    leading: Callable[[NodeId, Nodes], Timers] | None = None
    first_leads: bool = False
    model: Callable[[int, int, Faults], Model] | None = None  # of so many nodes and rounds
    settled: Callable[[Any], bool] = lambda _: False  # a state in which nothing is left to decide
    fault: str = "crash"
    concepts: Mapping[str, str]

    def led(self, count: int, stopped: int = 0) -> tuple[Rounds, Price]:
        """Run so many nodes, the last ``stopped`` of them down, until the first leads."""
        names = node_ids(count)
        rounds = Rounds.booted(self.make(names), names[count - stopped :])
        if self.leading is None or self.first_leads:
            return rounds, Price(0, 0)
        return rounds, rounds.fire(self.leading(names[0], names), names[0], Lead)

    def value(self, count: int, stopped: int = 0) -> Price:
        """Have one value decided, under a leader where there is one."""
        rounds, _ = self.led(count, stopped)
        return rounds.request(node_ids(count)[0], self.ask(1), self.done)

    def change(self, count: int) -> Price:
        """Lose the leader after a value, have the second lead and decide.

        Counted from when the others notice; the second is asked as soon as it leads.
        """
        assert self.leading is not None, "there is no leader to be lost"
        first, second, *_ = names = node_ids(count)
        rounds, _ = self.led(count)
        rounds.request(first, self.ask(1), self.done)
        rounds.stop(first)
        led = rounds.fire(self.leading(second, names), second, Lead)
        return led + rounds.request(second, self.ask(2), self.done)

    def may_stop(self, count: int) -> int:
        """Count how many may be down for a value still to be decided; one more, and none is."""
        decided = [self.value(count, down).delays is not None for down in range(count)]
        return decided.index(False) - 1 if False in decided else count - 1


def _flexible(nodes: Nodes) -> MultiPaxos:
    """Votes of two decide; so all but one must promise."""
    first, second = Threshold(nodes, len(nodes) - 1), Threshold(nodes, 2)
    return MultiPaxos(nodes=nodes, phase1=first, phase2=second)


def _concepts(number: str, leader: str, place: str, quorums: str) -> Mapping[str, str]:
    return {
        "a leader's number": number,
        "leader": leader,
        "place in the log": place,
        "quorums: to lead, to decide": quorums,
    }


ENTRIES: Mapping[str, Entry] = {
    "Paxos": Entry(
        make=lambda nodes: Paxos(nodes=nodes, phase1=majority(nodes), phase2=majority(nodes)),
        done=Decide,
        model=lambda count, ballots, faults: paxos.paxos(
            nodes=count, ballots=ballots, value_count=1, faults=faults
        ),
        settled=lambda server: server.decided is not None,
        concepts=_concepts("ballot", "proposer", "none", "phase 1, phase 2"),
    ),
    "Multi-Paxos": Entry(
        make=lambda nodes: MultiPaxos(nodes=nodes, phase1=majority(nodes), phase2=majority(nodes)),
        done=Apply,
        leading=lambda leader, _: {leader: MultiPaxosTimer.STAND},
        model=lambda count, ballots, faults: multi_paxos.multi_paxos(
            nodes=count, ballots=ballots, slots=1, faults=faults
        ),
        concepts=_concepts("ballot", "distinguished proposer", "slot", "phase 1, phase 2"),
    ),
    "Flexible Multi-Paxos, n-1 and 2": Entry(
        make=_flexible,
        done=Apply,
        leading=lambda leader, _: {leader: MultiPaxosTimer.STAND},
        concepts=_concepts("ballot", "distinguished proposer", "slot", "phase 1, phase 2"),
    ),
    "Raft": Entry(
        make=lambda nodes: Raft(nodes=nodes, quorum=majority(nodes)),
        done=Apply,
        leading=lambda leader, _: {leader: RaftTimer.ELECTION},
        model=lambda count, terms, faults: raft.raft(
            nodes=count, terms=terms, log=1, faults=faults
        ),
        concepts=_concepts("term", "leader", "index", "election, commitment"),
    ),
    "Viewstamped Replication": Entry(
        make=lambda nodes: ViewstampedReplication(nodes=nodes, quorum=majority(nodes)),
        done=Apply,
        ask=lambda number: Request(Client("c"), number),
        leading=lambda leader, _: {leader: VrTimer.VIEW_CHANGE},
        first_leads=True,
        model=lambda count, views, faults: vr.vr(nodes=count, views=views, faults=faults),
        concepts=_concepts("view-number", "primary", "op-number", "view change, commit"),
    ),
    "Zab": Entry(
        make=lambda nodes: zab.Zab(nodes=nodes, quorum=majority(nodes)),
        done=Apply,
        leading=lambda leader, nodes: dict.fromkeys(nodes, zab.Trust(leader)),
        model=lambda count, epochs, faults: zab_model.zab(
            nodes=count, epochs=epochs, elections=epochs, network=CLOSING, faults=faults
        ),
        concepts=_concepts("epoch", "leader (primary)", "zxid", "discovery, broadcast"),
    ),
}
