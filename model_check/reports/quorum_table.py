"""Quorum systems side by side: whether they meet, and how many nodes may stop.

All figures are counted, by trying every set of nodes; nothing is read off a formula.
"""

from collections.abc import Callable, Iterator, Mapping

from rich.text import Text

from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.quorum import (
    QuorumPair,
    byzantine,
    flexible,
    grid_protocol,
    majorities,
    row_and_column,
    tolerates,
    weighted_majorities,
    with_witnesses,
)
from paxiom.model_check.codec import Json
from paxiom.model_check.layout import hang
from paxiom.model_check.reports.proof_report import table

Nodes = tuple[NodeId, ...]
MOST = 9  # nodes, beyond which trying every set takes long
HEAD = "bold"
NONE, APART = "-", "x"  # no such system; one whose quorums do not meet


def rows_of(members: Nodes) -> tuple[Nodes, ...] | None:
    """Stand nodes in a grid as near to a square as there is; None if they fit in a line only."""
    count = len(members)
    high = max((n for n in range(2, count) if n * n <= count and not count % n), default=None)
    if high is None:
        return None
    wide = count // high
    return tuple(members[at : at + wide] for at in range(0, count, wide))


def _in_grid(made: Callable[[tuple[Nodes, ...]], QuorumPair], members: Nodes) -> QuorumPair | None:
    rows = rows_of(members)
    return made(rows) if rows else None


def _one_heavier(members: Nodes) -> QuorumPair:
    return weighted_majorities(tuple((node, 1 + (node == members[0])) for node in members))


SYSTEMS: Mapping[str, Callable[[Nodes], QuorumPair | None]] = {
    "majorities": majorities,
    "one to ask, all to write": lambda all_: flexible(all_, 1, len(all_)),
    "all to ask, one to write": lambda all_: flexible(all_, len(all_), 1),
    "a majority to ask, the fewest to write": lambda all_: flexible(
        all_, len(all_) // 2 + 1, (len(all_) + 1) // 2
    ),
    "half, rounded up": lambda all_: flexible(all_, (len(all_) + 1) // 2, (len(all_) + 1) // 2),
    "majorities, a node weighs two": _one_heavier,
    "majorities, a node is a witness": lambda all_: (
        with_witnesses(all_[:-1], all_[-1:]) if len(all_) > 1 else None
    ),
    "grid: a row to ask, a column to write": lambda all_: _in_grid(row_and_column, all_),
    "grid: a cover to ask, and a column to write": lambda all_: _in_grid(grid_protocol, all_),
    "Byzantine": byzantine,
}

# The sizes that the source document names: nodes, to read, to write.
DOCUMENT = ((5, 3, 3), (5, 5, 1), (5, 1, 5), (4, 2, 3))


def quorums_document(most: int) -> dict[str, Json]:
    """Write down each system at 1 to ``most`` nodes, and the sizes that the document names."""
    return {
        "systems": [
            {"name": name, "nodes": [_facts(made(node_ids(n))) for n in range(1, most + 1)]}
            for name, made in SYSTEMS.items()
        ],
        "document": [
            {"nodes": n, "ask": read, "write": write, **(_facts(pair) or {})}
            | {"writes_meet": QuorumPair(pair.second, pair.second, pair.shared).misfit() is None}
            for n, read, write in DOCUMENT
            for pair in (flexible(node_ids(n), read, write),)
        ],
    }


def _facts(pair: QuorumPair | None) -> dict[str, Json] | None:
    if pair is None:
        return None
    apart = pair.misfit()
    return {
        "apart": [sorted(each) for each in apart] if apart else None,
        "asking_survives": tolerates(pair.first),
        "writing_survives": tolerates(pair.second),
    }


def quorums_lines(document: dict[str, Json], width: int) -> Iterator[Text]:
    """Show both as tables."""
    yield Text("How many nodes may stop, whichever they are", HEAD)
    counts = range(1, len(document["systems"][0]["nodes"]) + 1)
    yield from table(
        ("nodes", *map(str, counts)),
        [(each["name"], *map(_cell, each["nodes"])) for each in document["systems"]],
        [True] * len(document["systems"]),
    )
    yield Text()
    legend = (
        f"1/2: one may stop for there to be a quorum to ask, two for one to write. {APART}: two "
        f"quorums do not share what they must. {NONE}: no such system. Byzantine: of 3f+1 nodes f "
        f"may lie, and any two quorums share more than f."
    )
    yield from hang("", legend, width)
    for each in document["systems"]:
        for n, facts in zip(counts, each["nodes"], strict=True):
            if facts and facts["apart"]:
                ours, theirs = ("{" + ", ".join(some) + "}" for some in facts["apart"])
                yield from hang("", f"{each['name']}, {n} nodes: {ours} and {theirs}.", width)
                break
    yield Text()
    yield Text("The sizes that the document names", HEAD)
    yield from table(
        ("nodes", "ask", "write", "meet", "writes meet", "may stop to ask", "to write"),
        [
            (
                str(each["nodes"]),
                str(each["ask"]),
                str(each["write"]),
                _yes(not each["apart"]),
                _yes(each["writes_meet"]),
                str(each["asking_survives"]),
                str(each["writing_survives"]),
            )
            for each in document["document"]
        ],
        [not each["apart"] for each in document["document"]],
    )


def _cell(facts: dict[str, Json] | None) -> str:
    if facts is None:
        return NONE
    if facts["apart"]:
        return APART
    ask, write = facts["asking_survives"], facts["writing_survives"]
    return str(ask) if ask == write else f"{ask}/{write}"


def _yes(said: bool) -> str:  # noqa: FBT001 - a word for it
    return "yes" if said else "no"
