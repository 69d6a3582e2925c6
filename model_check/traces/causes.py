"""Which step of a trace led to which.

The causes of a step are the steps directly before it (Lamport, "Time, Clocks, and the Ordering of
Events in a Distributed System", CACM 21(7), 1978): the last that changed its node, the one that
sent what it received, and in a queue the one that took the message before it.
"""

from collections.abc import Iterable, Mapping

from paxiom.model_check.codec import Json
from paxiom.model_check.traces.messages import End, Message


def causes_of(document: Mapping[str, Json], messages: tuple[Message, ...]) -> dict[int, set[int]]:
    """Name the steps directly before each step; those that lose a message are no node's."""
    ended = {end.step: message for message in messages for end in message.ends}
    ahead = _ahead(messages) if document["model"]["network"]["delivery"] == "fifo" else {}
    now = {each["node"]: local_of(each) for each in document["initial"]["nodes"]}
    changed: dict[str, int] = {}
    found: dict[int, set[int]] = {}
    for step in document["steps"]:
        number, node = step["number"], step["node"]
        found[number] = set()
        if message := ended.get(number):
            found[number] |= set(message.sent[:1]) - {0}
            found[number] |= {end.step for end in ahead.get(message.number, ())}
        if step["event"].get("$") != "Lose":
            found[number] |= {changed[node]} if node in changed else set()
            if step["after"] and local_of(step["after"]) != now.get(node):
                now[node], changed[node] = local_of(step["after"]), number
    return found


def _ahead(messages: tuple[Message, ...]) -> dict[int, tuple[End, ...]]:
    """Say of each message what became of the one before it in its queue."""
    last: dict[tuple[str, str], Message] = {}
    found = {}
    for each in messages:
        before = last.get((each.source, each.to))
        found[each.number] = before.ends if before else ()
        last[each.source, each.to] = each
    return found


def local_of(node: Json) -> tuple[Json, ...]:
    """Return all of a node: whether it runs, its state and its disk."""
    return node["status"], node.get("state"), node.get("disk")


def past(seeds: Iterable[int], causes: Mapping[int, set[int]]) -> set[int]:
    """Return the steps given, their causes, and theirs."""
    found, new = set[int](), set(seeds)
    while new:
        found |= new
        new = set().union(*(causes[each] for each in new)) - found
    return found
