"""What a trace document tells: which message came from where, and which step led to which.

A document says, step by step, what a node did. Read as a whole it says more: where each message was
sent and what became of it, which steps caused a step, and so which steps matter to what went wrong.
All that draws a trace reads this.

The causes of a step are the steps directly before it (Lamport, "Time, Clocks, and the Ordering of
Events in a Distributed System", CACM 21(7), 1978): the last that changed its node, the one that
sent what it received, and in a queue the one that took the message before it. The steps that matter
are the last, those at which what the violated property reads has changed, and their causes. Taken
without the others, they violate the property all the same.
"""

import json
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from paxiom.model_check.codec import Json
from paxiom.model_check.model import Delivery
from paxiom.model_check.trace_file import TraceFileError

Route = tuple[Json, str, str]  # source, receiver, message as text


@dataclass(frozen=True, slots=True)
class End:
    """One end of a message: ``how`` is "delivered", "discarded" or "lost"."""

    step: int
    how: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message, from its sender to whatever became of it.

    Step 0 is what was sent before the first step. On a duplicating network a message may be
    delivered again and again, and one sent again meanwhile is the same message.
    """

    number: int
    source: str
    to: str
    body: Json
    sent: tuple[int, ...]
    ends: tuple[End, ...]

    @property
    def fate(self) -> str:
        """What became of it, in a word."""
        arrivals = [end for end in self.ends if end.how == "delivered"]
        if len(arrivals) > 1:
            return "duplicated"
        return arrivals[0].how if arrivals else self.ends[-1].how if self.ends else "in flight"


@dataclass(frozen=True, slots=True)
class Moment:
    """A step and its place among the others; messages are given by their numbers."""

    number: int
    node: str
    received: int | None
    sent: tuple[int, ...]
    causes: frozenset[int]
    matters: bool


@dataclass(frozen=True, slots=True)
class Story:
    """A trace, read as a whole."""

    nodes: tuple[str, ...]
    messages: tuple[Message, ...]
    moments: tuple[Moment, ...]
    why: tuple[str, ...]


def story(document: Mapping[str, Json]) -> Story:
    """Read a trace document; refuse one that delivers what was never sent."""
    try:
        return _story(document)
    except RecursionError:
        msg = "the values of this trace are nested too deeply to be compared"
        raise TraceFileError(msg) from None


def _story(document: Mapping[str, Json]) -> Story:
    network = _Network(Delivery(document["model"]["network"]["delivery"]))
    for each in document["initial"]["flight"]:
        for _ in range(each["copies"]):
            network.send(0, each["source"], each["to"], each["message"])
    moments = [_moment(network, step) for step in document["steps"]]
    causes = _causes(document, network, moments)
    needed = _closed(_seeds(document), causes) if document["property"] else set(causes)
    return Story(
        nodes=tuple(each["node"] for each in document["initial"]["nodes"]),
        messages=tuple(each.message() for each in network.messages),
        moments=tuple(
            Moment(number, node, received, sent, frozenset(causes[number]), number in needed)
            for number, node, received, sent in moments
        ),
        why=tuple(_why(document)),
    )


def story_document(told: Story) -> dict[str, Json]:
    """Write a story down as plain data."""
    return {
        "nodes": list(told.nodes),
        "messages": [
            {
                "number": each.number,
                "source": each.source,
                "to": each.to,
                "body": each.body,
                "sent": list(each.sent),
                "ends": [{"step": end.step, "how": end.how} for end in each.ends],
                "fate": each.fate,
            }
            for each in told.messages
        ],
        "moments": [
            {
                "number": each.number,
                "node": each.node,
                "received": each.received,
                "sent": list(each.sent),
                "causes": sorted(each.causes),
                "matters": each.matters,
            }
            for each in told.moments
        ],
        "why": list(told.why),
    }


def discards(step: Json) -> bool:
    """Whether a node takes no notice of a message that arrives in its turn."""
    return bool(step["event"].get("$") == "Deliver" and step["action"].startswith("discard "))


# --- messages ----------------------------------------------------------------------------------


@dataclass
class _Copy:
    """A message on its way."""

    number: int
    source: str
    to: str
    body: Json
    sent: list[int]
    ends: list[End] = field(default_factory=list)
    ahead: "_Copy | None" = None  # the one before it in its queue, on a network with queues

    def message(self) -> Message:
        return Message(
            self.number, self.source, self.to, self.body, tuple(self.sent), tuple(self.ends)
        )


class _Network:
    """The messages of a run, by what it sends and receives."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.messages: list[_Copy] = []
        self.flying: defaultdict[Route, deque[_Copy]] = defaultdict(deque)
        self.last: dict[tuple[str, str], _Copy] = {}  # of each queue

    def send(self, step: int, source: str, to: str, body: Json) -> int:
        """Put a message in flight; one that is there already may stay the same."""
        queue = self.flying[_route(source, to, body)]
        if queue and self.delivery is Delivery.DUPLICATING:
            queue[0].sent.append(step)
            return queue[0].number
        copy = _Copy(len(self.messages) + 1, source, to, body, [step])
        if self.delivery is Delivery.FIFO:
            copy.ahead = self.last.get((source, to))
            self.last[source, to] = copy
        self.messages.append(copy)
        queue.append(copy)
        return copy.number

    def end(self, step: int, how: str, source: Json, to: str, body: Json) -> int:
        """Let the oldest of these messages arrive, or get lost."""
        queue = self.flying[_route(source, to, body)]
        if not queue:
            msg = f"step {step} of this trace takes a message that is not in flight"
            raise TraceFileError(msg)
        copy = queue[0]
        copy.ends.append(End(step, how))
        if how == "lost" or self.delivery is not Delivery.DUPLICATING:
            queue.popleft()
        return copy.number


def _route(source: Json, to: str, body: Json) -> Route:
    return source, to, json.dumps(body, sort_keys=True)


def _moment(network: _Network, step: Json) -> tuple[int, str, int | None, tuple[int, ...]]:
    """Take a step: its number, its node, the message received, those sent."""
    number, node, received = step["number"], step["node"], None
    kind = step["event"].get("$")
    if kind in ("Deliver", "Lose"):
        how = "lost" if kind == "Lose" else "discarded" if discards(step) else "delivered"
        ended = network.end(number, how, step.get("source"), node, step.get("message"))
        received = ended if kind == "Deliver" else None
    sent = dict.fromkeys(network.send(number, node, *each) for each in _sends(step))
    return number, node, received, tuple(sent)


def _sends(step: Json) -> Iterator[tuple[str, Json]]:
    for effect in step["effects"]:
        match effect:
            case {"$": "Send", "to": str(to), "message": message}:
                yield to, message
            case _:
                pass


# --- causes ------------------------------------------------------------------------------------


def _causes(
    document: Mapping[str, Json],
    network: _Network,
    moments: Iterable[tuple[int, str, int | None, tuple[int, ...]]],
) -> dict[int, set[int]]:
    """Name the steps directly before each step; those that lose a message are no node's."""
    ended = {end.step: copy for copy in network.messages for end in copy.ends}
    now = {each["node"]: _local(each) for each in document["initial"]["nodes"]}
    changed: dict[str, int] = {}
    found: dict[int, set[int]] = {}
    for (number, node, _, _), step in zip(moments, document["steps"], strict=True):
        found[number] = set()
        if copy := ended.get(number):
            found[number] |= set(copy.sent[:1]) - {0}
            found[number] |= {end.step for end in copy.ahead.ends} if copy.ahead else set()
        if step["event"].get("$") != "Lose":
            found[number] |= {changed[node]} if node in changed else set()
            if step["after"] and _local(step["after"]) != now.get(node):
                now[node], changed[node] = _local(step["after"]), number
    return found


def _local(node: Json) -> tuple[Json, ...]:
    return node["status"], node.get("state"), node.get("disk")


def _seeds(document: Mapping[str, Json]) -> Iterator[int]:
    """Name the last step, and those at which what the property read has changed."""
    steps = document["steps"]
    if steps:
        yield steps[-1]["number"]
    read = {each["of"] for each in document["evidence"]}
    if "history" in read:
        history = document["initial"].get("history")
        for step in steps:
            if step.get("history") != history:
                yield step["number"]
            history = step.get("history")
    for node in document["initial"]["nodes"]:
        if node["node"] in read:
            yield from _last_change(node, steps)


def _last_change(node: Json, steps: list[Json]) -> Iterator[int]:
    """Name the step since which a node shows properties what it shows at the end, if any does."""
    shown, last = _shown(node, node), None
    for step in steps:
        if step["node"] == node["node"] and _shown(step, step["after"]) != shown:
            shown, last = _shown(step, step["after"]), step["number"]
    if last is not None:
        yield last


def _shown(holder: Json, local: Json) -> Json:
    """What a node shows to properties; in older files, the whole of it."""
    return [holder["shows"]] if "shows" in holder else local


def _closed(seeds: Iterable[int], causes: Mapping[int, set[int]]) -> set[int]:
    """Add the causes of all, and theirs."""
    found, new = set[int](), set(seeds)
    while new:
        found |= new
        new = set().union(*(causes[each] for each in new)) - found
    return found


# --- why ---------------------------------------------------------------------------------------


def _why(document: Mapping[str, Json]) -> Iterator[str]:
    """Say what the property found, as its own explanation has it."""
    told = (document["property"] or {}).get("explanation")
    if told:
        yield told
