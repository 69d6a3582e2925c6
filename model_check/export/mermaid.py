"""Traces as sequence diagrams of Mermaid.

Mermaid draws one thing below the other, and every arrow level. So a message is drawn where it
arrives or is lost, saying since when it was under way, and at the end if it is still in flight.
Anything else is a note at its node.
"""

from collections.abc import Iterable, Iterator, Mapping

from paxiom.model_check.codec import Json, plain, short
from paxiom.model_check.export.errors import ExportError
from paxiom.model_check.export.reading import arrivals, deed, facts, lanes
from paxiom.model_check.layout import count
from paxiom.model_check.traces.messages import End, Message
from paxiom.model_check.traces.story import Story, story

MOST_TEXT = 50_000  # mermaid's own limit, maxTextSize
LONGEST = 120  # of the text at an arrow
HARMLESS = frozenset(" ,.()=_/'+-")
ARROWS = {"delivered": "->>", "discarded": "--)", "lost": "--x", "in flight": "-)"}


def to_mermaid(document: Mapping[str, Json]) -> bytes:
    """Write a trace document as a sequence diagram; only what matters of one that is too long."""
    told = story(document)
    for whole in (True, False):
        text = "\n".join(["sequenceDiagram", *_lines(document, told, whole=whole)]) + "\n"
        if len(text) <= MOST_TEXT:
            return text.encode()
    msg = (
        f"a trace of {count(len(told.moments), 'step')} is more than mermaid draws "
        f"({MOST_TEXT:,} characters), even without those that do not matter; svg has no limit"
    )
    raise ExportError(msg)


def _lines(document: Mapping[str, Json], told: Story, *, whole: bool) -> Iterator[str]:
    names = {node: f"p{number}" for number, node in enumerate(lanes(told), start=1)}
    for node, name in names.items():
        yield f"    participant {name} as {_text(node)}"
    ended, skipped = arrivals(told), 0
    for step, moment in zip(document["steps"], told.moments, strict=True):
        if not (whole or moment.matters):
            skipped += 1
            continue
        yield from _skipped(names.values(), skipped)
        skipped = 0
        yield from _step(step, names, ended.get(moment.number))
    yield from _skipped(names.values(), skipped)
    for message in told.messages:
        if whole and not message.ends:
            yield _arrow(message, "in flight", names, f"still in flight: {short(message.body)}")
    if prop := document["property"]:
        yield _note(names.values(), f"{prop['name']} is violated: {prop['sentence']}")


def _step(step: Json, names: Mapping[str, str], ended: tuple[Message, End] | None) -> Iterator[str]:
    number, node = step["number"], names[step["node"]]
    if ended is None:
        yield f"    Note over {node}: {_text(f'{number}. {deed(step)}')}"
    else:
        message, end = ended
        yield _arrow(message, end.how, names, f"{number}. {deed(step)}")
    for fact in facts(step):
        yield f"    Note over {node}: {_text(fact)}"


def _skipped(names: Iterable[str], skipped: int) -> Iterator[str]:
    if skipped:
        yield _note(names, f"{count(skipped, 'step')} left out, of no consequence")


def _note(names: Iterable[str], text: str) -> str:
    first, *others = names
    return f"    Note over {','.join([first, *others[-1:]])}: {_text(text)}"


def _arrow(message: Message, how: str, names: Mapping[str, str], text: str) -> str:
    source, to = names[message.source], names[message.to]
    since = f", sent in step {message.sent[0]}" if message.sent[0] else ", sent at the start"
    return f"    {source}{ARROWS[how]}{to}: {_text(text + since)}"


def _text(text: str) -> str:
    """Write text so that Mermaid takes none of it for its own: entities by number, no HTML."""
    cut = plain(text if len(text) <= LONGEST else text[: LONGEST - 3] + "...")
    return "".join(each if each.isalnum() or each in HARMLESS else f"#{ord(each)};" for each in cut)
