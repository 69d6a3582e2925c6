"""Why a property is violated: its concrete witnesses, and the quorums that brought them about.

A property explains itself and names the parts of the history that clash. Each part was put there by
a step; if the handler of that step found a quorum, this says who was in it and what each member had
said, and where two such quorums meet, or that they do not.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from paxiom.model_check.codec import Json, short
from paxiom.model_check.traces.causes import past
from paxiom.model_check.traces.messages import Message


@dataclass(frozen=True, slots=True)
class _Count:
    """A step at which a node found a quorum, and what each member had told it."""

    step: int
    node: str
    quorum: str
    members: tuple[str, ...]
    heard: Mapping[str, Message]

    def sentence(self) -> str:
        """Say from whom the node had what."""
        senders: dict[str, list[str]] = {}
        for member, message in self.heard.items():
            senders.setdefault(short(message.body), []).append(self._called(member))
        told = [f"has {body} from {_listed(names)}" for body, names in senders.items()]
        silent = [self._called(member) for member in self.members if member not in self.heard]
        told += [f"counts {_listed(silent)}"] if silent else []
        return f"At step {self.step} {self.node} {_listed(told)}: {self.quorum}."

    def deed(self, member: str) -> str:
        """Say what a member did to be counted."""
        if member not in self.heard:
            whom = "itself" if member == self.node else f"for {self.node}"
            return f"counted {whom} at step {self.step}"
        message = self.heard[member]
        to = "itself" if message.to == member else message.to
        when = f"at step {message.sent[0]}" if message.sent[0] else "before the first step"
        return f"sent {to} {short(message.body)} {when}"

    def _called(self, member: str) -> str:
        return "itself" if member == self.node else member


def why(
    document: Mapping[str, Json],
    messages: tuple[Message, ...],
    causes: Mapping[int, set[int]],
) -> Iterator[str]:
    """Say what the property found, and which quorums brought it about."""
    prop = document["property"] or {}
    if told := prop.get("explanation"):
        yield told
    steps = [_step_of(document, part) for part in prop.get("parts") or ()]
    found = {step["number"]: step for step in steps if step and step.get("quorums")}
    counts = [_count(document, messages, step) for _, step in sorted(found.items())]
    yield from (each.sentence() for each in counts)
    for one, other in pairwise(counts):
        yield from _meeting(one, other)
        for count, rival in ((one, other), (other, one)):
            yield from _missed(document, count, past([rival.step], causes) - {rival.step})


def _meeting(one: _Count, other: _Count) -> Iterator[str]:
    """Say where two quorums meet, and what those in both of them did."""
    shared = [member for member in one.members if member in other.members]
    if not shared:
        yield f"The quorums {_set(one.members)} and {_set(other.members)} share no node."
    for member in shared:
        yield f"Both quorums have {member}, which {one.deed(member)} and {other.deed(member)}."


def _missed(document: Mapping[str, Json], count: _Count, steps: set[int]) -> Iterator[str]:
    """Name the quorums found on the way to another that do not meet this one."""
    for step in document["steps"]:
        for each in (step.get("quorums") or ()) if step["number"] in steps else ():
            if not set(each["members"]) & set(count.members):
                yield (
                    f"{_quorum(each).capitalize()} that {step['node']} found at step "
                    f"{step['number']}, {_set(each['members'])}, shares no node with "
                    f"{_set(count.members)}."
                )


def _quorum(found: Json) -> str:
    return "a quorum" if found["field"] == "quorum" else f"a quorum ({found['field']})"


def _set(members: Iterable[str]) -> str:
    return f"{{{', '.join(members)}}}"


def _step_of(document: Mapping[str, Json], part: Json) -> Json:
    """Find the step that put ``part`` into the history."""
    if _holds(document["initial"].get("history"), part):
        return None
    return next((step for step in document["steps"] if _holds(step.get("history"), part)), None)


def _holds(value: Json, part: Json) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return bool(value == part or any(_holds(each, part) for each in inner))


def _count(document: Mapping[str, Json], messages: tuple[Message, ...], step: Json) -> _Count:
    """Find what a node had heard from each member of its quorum: the like of what it receives."""
    node, number, received = step["node"], step["number"], step.get("message")
    begun = max(
        (
            each["number"]
            for each in document["steps"][: number - 1]
            if each["node"] == node and each["after"] and each["after"]["status"] != "up"
        ),
        default=0,
    )
    quorum, heard = step["quorums"][-1], {}
    for member in quorum["members"]:
        found = [
            (each.body == received, end.step, each)
            for each in messages
            if (each.source, each.to) == (member, node) and _kind(each.body) == _kind(received)
            for end in each.ends
            if begun < end.step <= number and end.how == "delivered"
        ]
        if found:
            heard[member] = max(found, key=lambda each: each[:2])[2]
    return _Count(number, node, _quorum(quorum), tuple(quorum["members"]), heard)


def _kind(body: Json) -> Json:
    return body.get("$") if isinstance(body, dict) else type(body)


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
