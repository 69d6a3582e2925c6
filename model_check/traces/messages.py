"""The messages of a trace document, each from where it was sent to what became of it."""

import json
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from paxiom.model_check.codec import Json
from paxiom.model_check.model import Delivery
from paxiom.model_check.traces.trace_file import TraceFileError

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
class Passed:
    """The messages that a step received and sent, by their numbers."""

    received: int | None
    sent: tuple[int, ...]


def messages_of(document: Mapping[str, Json]) -> tuple[tuple[Message, ...], list[Passed]]:
    """Find all messages of a trace, and which of them each step received and sent."""
    network = _Network(Delivery(document["model"]["network"]["delivery"]))
    for each in document["initial"]["flight"]:
        for _ in range(each["copies"]):
            network.send(0, each["source"], each["to"], each["message"])
    passed = [_take(network, step) for step in document["steps"]]
    return tuple(each.message() for each in network.messages), passed


def discards(step: Json) -> bool:
    """Whether a node takes no notice of a message that arrives in its turn."""
    return bool(step["event"].get("$") == "Deliver" and step["action"].startswith("discard "))


@dataclass
class _Copy:
    """A message on its way."""

    number: int
    source: str
    to: str
    body: Json
    sent: list[int]
    ends: list[End] = field(default_factory=list)

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

    def send(self, step: int, source: str, to: str, body: Json) -> int:
        """Put a message in flight; one that is there already may stay the same."""
        queue = self.flying[_route(source, to, body)]
        if queue and self.delivery is Delivery.DUPLICATING:
            queue[0].sent.append(step)
            return queue[0].number
        copy = _Copy(len(self.messages) + 1, source, to, body, [step])
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


def _take(network: _Network, step: Json) -> Passed:
    number, node, received = step["number"], step["node"], None
    kind = step["event"].get("$")
    if kind in ("Deliver", "Lose"):
        how = "lost" if kind == "Lose" else "discarded" if discards(step) else "delivered"
        ended = network.end(number, how, step.get("source"), node, step.get("message"))
        received = ended if kind == "Deliver" else None
    sent = dict.fromkeys(network.send(number, node, *each) for each in _sends(step))
    return Passed(received, tuple(sent))


def _sends(step: Json) -> Iterator[tuple[str, Json]]:
    for effect in step["effects"]:
        match effect:
            case {"$": "Send", "to": str(to), "message": message}:
                yield to, message
            case _:
                pass
