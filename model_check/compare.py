"""The protocols side by side, as measured: what a value and a new leader cost, who may stop."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from paxiom.impl.multi_paxos import MultiPaxos
from paxiom.impl.multi_paxos import Timer as MultiPaxosTimer
from paxiom.impl.names import NodeId, Value, node_ids
from paxiom.impl.paxos import Paxos
from paxiom.impl.protocol import Apply, Decide, Effect, Lead, Protocol
from paxiom.impl.quorum import Threshold, majority
from paxiom.impl.raft import Raft
from paxiom.impl.raft import Timer as RaftTimer
from paxiom.model_check.codec import Json
from paxiom.model_check.delays import Price, Rounds
from paxiom.model_check.layout import hang
from paxiom.model_check.reports.proof_report import table

Nodes = tuple[NodeId, ...]
SIZES = range(3, 16)  # nodes that figures are measured for
MOST_FAULTS = 3


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A protocol to be measured; ``stand`` is the timer that makes a leader, if it has one."""

    make: Callable[[Nodes], Protocol[Any, Any]]
    done: type[Effect]  # shows that a value is decided, at the node that was asked
    stand: object = None
    fault: str = "crash"
    concepts: Mapping[str, str]

    def led(self, count: int, stopped: int = 0) -> tuple[Rounds, Price]:
        """Run so many nodes, the last ``stopped`` of them down, until the first leads."""
        names = node_ids(count)
        rounds = Rounds(self.make(names), names[count - stopped :])
        if self.stand is None:
            return rounds, Price(0, 0)
        return rounds, rounds.fire(names[0], self.stand, Lead)

    def value(self, count: int, stopped: int = 0) -> Price:
        """Have one value decided, under a leader where there is one."""
        rounds, _ = self.led(count, stopped)
        return rounds.request(node_ids(count)[0], Value("a"), self.done)

    def may_stop(self, count: int) -> int:
        """Count how many may be down for a value still to be decided; one more, and none is."""
        decided = [self.value(count, down).delays is not None for down in range(count)]
        return decided.index(False) - 1 if False in decided else count - 1


def _flexible(nodes: Nodes) -> MultiPaxos:
    """Votes of two decide; so all but one must promise."""
    first, second = Threshold(nodes, len(nodes) - 1), Threshold(nodes, 2)
    return MultiPaxos(nodes=nodes, phase1=first, phase2=second)


_BALLOTS = {"a leader's number": "ballot", "leader": "leader (distinguished proposer)"}
ENTRIES: Mapping[str, Entry] = {
    "Paxos": Entry(
        make=lambda nodes: Paxos(nodes=nodes, phase1=majority(nodes), phase2=majority(nodes)),
        done=Decide,
        concepts={"a leader's number": "ballot", "leader": "proposer", "place in the log": "none"},
    ),
    "Multi-Paxos": Entry(
        make=lambda nodes: MultiPaxos(nodes=nodes, phase1=majority(nodes), phase2=majority(nodes)),
        done=Apply,
        stand=MultiPaxosTimer.STAND,
        concepts={**_BALLOTS, "place in the log": "slot"},
    ),
    "Flexible Multi-Paxos, n-1 and 2": Entry(
        make=_flexible,
        done=Apply,
        stand=MultiPaxosTimer.STAND,
        concepts={**_BALLOTS, "place in the log": "slot"},
    ),
    "Raft": Entry(
        make=lambda nodes: Raft(nodes=nodes, quorum=majority(nodes)),
        done=Apply,
        stand=RaftTimer.ELECTION,
        concepts={"a leader's number": "term", "leader": "leader", "place in the log": "index"},
    ),
}


def line_through(points: Mapping[int, int]) -> tuple[int, int] | None:
    """Give a and b where each point is (n, a n + b), or None where they are on no line."""
    (n, first), (m, second), *_ = points.items()
    slope = (second - first) // (m - n)
    offset = first - slope * n
    on_it = all(count == slope * size + offset for size, count in points.items())
    return (slope, offset) if on_it else None


def compare_document() -> dict[str, Json]:
    """Measure every protocol."""
    return {"protocols": [_measured(name, entry) for name, entry in ENTRIES.items()]}


def _measured(name: str, entry: Entry) -> dict[str, Json]:
    values = {count: entry.value(count) for count in SIZES}
    leads = {count: entry.led(count)[1] for count in SIZES}
    bears = {count: entry.may_stop(count) for count in range(2, 2 * MOST_FAULTS + 2)}
    needed = [
        next((count for count, most in bears.items() if most >= faults), None)
        for faults in range(1, MOST_FAULTS + 1)
    ]
    return {
        "name": name,
        "fault": entry.fault,
        "nodes_for_faults": needed,
        "delays": sorted({price.delays for price in values.values()}, key=str),
        "messages": _line({count: price.messages for count, price in values.items()}),
        "leader_delays": sorted({price.delays for price in leads.values()}, key=str),
        "leader_messages": _line({count: price.messages for count, price in leads.items()}),
        "concepts": dict(entry.concepts),
    }


def _line(points: Mapping[int, int]) -> str | None:
    fitted = line_through(points)
    if fitted is None:
        return None
    slope, offset = fitted
    return f"{slope}n{offset:+d}" if slope and offset else f"{slope}n" if slope else str(offset)


def compare_lines(document: dict[str, Json], width: int) -> Iterator[Text]:
    """Show what was measured, and what the protocols call the same things."""
    found = document["protocols"]
    heads = ("protocol", "faults", "nodes for 1, 2, 3", "delays", "messages", "to lead", "messages")
    rows = [
        (
            each["name"],
            each["fault"],
            ", ".join("more" if n is None else str(n) for n in each["nodes_for_faults"]),
            ", ".join(map(str, each["delays"])),
            each["messages"] or "no line",
            ", ".join(map(str, each["leader_delays"])),
            each["leader_messages"] or "no line",
        )
        for each in found
    ]
    yield from table(heads, rows, [True] * len(rows))
    yield Text()
    told = (
        f"Measured with {SIZES[0]} to {SIZES[-1]} nodes, a message taking one delay. Delays are "
        "until who was asked knows the value decided; messages are until all is quiet. Nodes for f "
        "faults: the fewest with which a value is decided when f are down from the first, and with "
        "one more down it is not; that what is decided stays so is for paxiom check to say."
    )
    yield from hang("", told, width)
    yield Text()
    concepts = list(found[0]["concepts"])
    rows = [(each["name"], *(each["concepts"][one] for one in concepts)) for each in found]
    yield from table(("protocol", *concepts), rows, [True] * len(rows))
