"""What a trace document tells: which message came from where, and which step led to which.

A document says, step by step, what a node did. Read as a whole it says more: where each message was
sent and what became of it, which steps caused a step, and so which steps matter to what went wrong.
All that draws a trace reads this.

The steps that matter are the last, those at which what the violated property reads has changed, and
all their causes. Taken without the others, they violate the property all the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from paxiom.model_check.codec import Json
from paxiom.model_check.traces.causes import causes_of, past
from paxiom.model_check.traces.messages import End, Message, messages_of
from paxiom.model_check.traces.trace_file import TraceFileError
from paxiom.model_check.traces.why import why

__all__ = ["End", "Message", "Moment", "Story", "story", "story_document"]


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
    messages, passed = messages_of(document)
    causes = causes_of(document, messages)
    seeds = _seeds(document) if document["property"] else causes
    needed = past(seeds, causes)
    return Story(
        nodes=tuple(each["node"] for each in document["initial"]["nodes"]),
        messages=messages,
        moments=tuple(
            Moment(
                number=(number := step["number"]),
                node=step["node"],
                received=each.received,
                sent=each.sent,
                causes=frozenset(causes[number]),
                matters=number in needed,
            )
            for step, each in zip(document["steps"], passed, strict=True)
        ),
        why=tuple(why(document, messages, causes)),
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


# --- what matters ----------------------------------------------------------------------------


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
