"""A trace document as text: numbered steps, each saying who did what and what changed.

Reads the document only, so that a live counterexample and one from a file look the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from rich.text import Text

from paxiom.model_check.codec import Json, changes, plain, short
from paxiom.model_check.layout import count, hang, packed
from paxiom.model_check.traces.lanes import UNICODE, Glyphs, Lanes
from paxiom.model_check.traces.story import Moment, Story, story
from paxiom.model_check.traces.trace_file import TraceFileError

ELIDED = 40  # a longer old value is shown by its kind alone: it stands in an earlier step
FAULTS = {"crash": "crashes", "stop": "stops for good", "amnesia": "crashes and loses its disk"}
WHO = "bold cyan"
BAD = "bold red"
DIM = "dim"


class Detail(Enum):
    """How much of a trace to show."""

    LANES = "lanes"  # the steps that matter to what went wrong, and what they change
    ALL = "all"  # the other steps too
    DETAILS = "details"  # no lanes, but every effect and state


@dataclass(frozen=True, slots=True)
class View:
    """How to show a trace."""

    shown: Detail = Detail.LANES
    rule: bool = True  # with the rule that a bug of the zoo leaves out
    glyphs: Glyphs = UNICODE


DEFAULT = View()


def trace_lines(document: dict[str, Json], width: int, view: View = DEFAULT) -> list[Text]:
    """Show a trace document; refuse one that only a machine could have nested so deeply."""
    try:
        return list(_lines(document, width, view))
    except RecursionError:
        msg = "the values of this trace are nested too deeply to be shown"
        raise TraceFileError(msg) from None


def _lines(document: dict[str, Json], width: int, view: View) -> Iterator[Text]:
    yield from _title(document, width)
    yield Text()
    told = story(document)
    lanes = Lanes(document, width, view.glyphs)
    if view.shown is Detail.DETAILS or not lanes.fits or not told.moments:
        yield from _beginning(document, width)
        yield from _steps(document, width)
    else:
        yield from _drawn(document, told, lanes, view)
    yield Text()
    yield from _end(document, told, width, view)
    if view.rule and document.get("bug"):
        yield Text()
        yield from _rule(document["bug"], width)


def _title(document: dict[str, Json], width: int) -> Iterator[Text]:
    prop, steps = document["property"], count(len(document["steps"]), "step")
    name = plain(document["model"]["name"])
    if prop is None:
        yield from hang("", f"Run: {steps} of {name}", width)
        return
    fallen = plain(prop["name"])
    title = Text.assemble(
        "Shortest counterexample to " if document.get("shortest", True) else "Counterexample to ",
        (f'"{fallen}"' if " " in fallen else fallen, "bold"),
        f": {steps} of {name}",
    )
    yield from hang("", title, width)
    yield from hang("  ", Text(plain(prop["sentence"]), "italic"), width)


def _beginning(document: dict[str, Json], width: int) -> Iterator[Text]:
    margin = _margin(document)
    for each in document["initial"]["nodes"]:
        head = Text.assemble(margin, (plain(each["node"]), WHO), " starts as ")
        yield from hang(head, _bare(each["state"], each["status"]), width)
    yield from _flight(document, margin, width)
    if document["steps"]:
        yield Text()


def _flight(document: dict[str, Json], margin: str, width: int) -> Iterator[Text]:
    if flight := document["initial"]["flight"]:
        yield from hang(f"{margin}in flight: ", ", ".join(map(_flying, flight)), width)


def _margin(document: dict[str, Json]) -> str:
    return " " * (len(str(len(document["steps"]))) + 2)


def _steps(document: dict[str, Json], width: int) -> Iterator[Text]:
    """List the steps, with all that each of them does."""
    margin = _margin(document)
    disks = {each["node"]: each.get("disk") for each in document["initial"]["nodes"]}
    for step in document["steps"]:
        head = Text(f"{step['number']:>{len(margin) - 2}}. ", "bold")
        yield from hang(head, headline(step), width)
        lines = [*map(_change, step["changes"]), *_effects(step, disks), *_outcome(step)]
        for line in lines:
            yield from hang(margin + "  ", line, width)
        if after := step["after"]:
            disks[step["node"]] = after.get("disk")


# --- lanes -------------------------------------------------------------------------------------


def _drawn(document: dict[str, Json], told: Story, lanes: Lanes, view: View) -> Iterator[Text]:
    """Draw the steps that matter beside their lanes, with what each of them changes."""
    yield from _flight(document, _margin(document), lanes.width)
    yield from lanes.heading()
    pairs = zip(document["steps"], told.moments, strict=True)
    for shown, group in groupby(
        pairs, key=lambda each: each[1].matters or view.shown is Detail.ALL
    ):
        if shown:
            for step, moment in group:
                yield from lanes.step(step, _gist(step, moment, told, lanes.room))
        else:
            numbers = [moment.number for _, moment in group]
            yield from lanes.skipped(_left_out(numbers))
    if (loop := document.get("loop")) is not None:
        yield from hang(
            _margin(document), f"and again from step {loop + 1} on, for ever", lanes.width
        )


def _left_out(numbers: list[int]) -> Text:
    first, last = numbers[0], numbers[-1]
    which = f"step {first} does" if first == last else f"steps {first} to {last} do"
    return Text(f"{which} not matter here (--view all)", DIM)


def _gist(step: Json, moment: Moment, told: Story, room: int) -> Iterator[Text]:
    """Say what a step does, what it changes, and which of its messages are not simply received."""
    sent = told.messages[moment.received - 1].sent[0] if moment.received else 0
    yield headline(step, sent if sent not in (0, moment.number - 1) else None)
    yield from packed(map(_change, step["changes"]), room)
    for kind, group in groupby(step["effects"], key=_alike):
        effects = list(group)
        if kind[0] not in ("send", "Persist"):
            yield from _effect(effects)
    yield from _strays(moment, told)
    yield from _outcome(step)
    for name in step.get("violates") or ():
        yield Text.assemble(("violates ", BAD), (plain(name), BAD))


def _strays(moment: Moment, told: Story) -> Iterator[Text]:
    """Name the messages that a step sends and that do not arrive, or more than once."""
    messages = [told.messages[number - 1] for number in moment.sent]
    odd = [each for each in messages if each.sent[0] == moment.number and each.fate != "delivered"]
    for (body, fate), group in groupby(odd, key=lambda each: (short(each.body), each.fate)):
        receivers = ", ".join(short(each.to) for each in group)
        what = {
            "lost": "is lost",
            "duplicated": "arrives more than once",
            "discarded": "is discarded",
        }.get(fate, "stays in flight")
        yield Text.assemble((body, "bold"), (f" to {receivers} {what}", DIM))


def _bare(state: Json, status: str) -> str:
    return short(state) if status == "up" else plain(status)


def _flying(flying: Json) -> str:
    return f"{short(flying.get('message'))} from {plain(flying['source'])} to {plain(flying['to'])}"


# --- one step ----------------------------------------------------------------------------------


def headline(step: Json, sent: int | None = None) -> Text:
    """Say who does what, with the step that sent its message, and whether a fault cuts it short."""
    line = _deed(step)
    if sent is not None:
        line.append(f" (step {sent})", DIM)
    if step["error"] is not None:
        line.append(", and its handler raises", BAD)
    elif step["fault"] is not None and step["event"].get("$") != "Fail":
        fault = FAULTS.get(step["fault"], plain(step["fault"]))
        done = len(step["effects"])
        when = f"after {count(done, 'effect')}" if done else "before any effect"
        line.append(f", but {fault} {when}", BAD)
    return line


def _deed(step: Json) -> Text:
    node = (plain(step["node"]), WHO)
    source = step.get("source")
    message = (short(step.get("message")), "bold")
    match step["event"]:
        case {"$": "Ask", "command": command}:
            return Text.assemble(node, " takes up request ", (short(command), "bold"))
        case {"$": "Deliver"}:
            sender = "itself" if source == step["node"] else short(source)
            verb = "discards" if step["action"].startswith("discard ") else "receives"
            return Text.assemble(node, f" {verb} ", message, f" from {sender}")
        case {"$": "Lose"}:
            route = f" from {short(source)} to {plain(step['node'])}"
            return Text.assemble("the network loses ", message, route)
        case {"$": "Fire", "timer": {"$": _} as own}:  # a record: no alarm, but what it will do
            return Text.assemble(node, ": ", (short(own), "bold"))
        case {"$": "Fire", "timer": timer}:
            return Text.assemble("timer ", (short(timer), "bold"), " fires at ", node)
        case {"$": "Fail"} if step["fault"] is not None:
            fault = FAULTS.get(step["fault"], plain(step["fault"]))
            return Text.assemble(node, " ", (fault, BAD))
        case {"$": "Recover"}:
            return Text.assemble(node, " restarts")
        case _:
            return Text.assemble(node, " ", plain(step["action"]))


def _effects(step: Json, disks: dict[str, Json]) -> Iterator[Text]:
    """List the effects in their order; sends of one message to many in one line."""
    disk = disks.get(step["node"])
    told = [(change["path"], change.get("after")) for change in step["changes"]]
    for _, group in groupby(step["effects"], key=_alike):
        effects = list(group)
        match effects[0]:
            case {"$": "Persist", "record": record}:
                yield _persist(disk, effects[-1].get("record", record), told)
                disk = effects[-1].get("record", record)
            case {"$": "Send", "to": _, "message": message}:
                receivers = ", ".join(short(each["to"]) for each in effects)
                yield Text.assemble(("send ", DIM), (short(message), "bold"), f" to {receivers}")
            case _:
                yield from _effect(effects)


def _effect(effects: list[Json]) -> Iterator[Text]:
    """List effects of one kind that are neither sends nor writes to disk."""
    match effects[0]:
        case {"$": "Decide", "value": value}:
            line = Text.assemble(("decide ", DIM), (short(value), "bold green"))
            yield from [line] * len(effects)
        case _:
            yield from (Text.assemble(("do ", DIM), short(each)) for each in effects)


def _alike(effect: Json) -> tuple[Json, ...]:
    match effect:
        case {"$": "Send", "message": message, "to": _}:
            return ("send", short(message))
        case {"$": str(name)}:
            return (name, short(effect))
        case _:
            return ("", short(effect))


def _persist(disk: Json, record: Json, told: list[tuple[str, Json]]) -> Text:
    """Say what is new on disk; values that the step shows anyway by their names alone."""
    verb = ("persist ", DIM)
    if disk is None:
        return Text.assemble(verb, short(record))
    news = changes(disk, record)
    if not news:
        return Text.assemble(verb, "what is on disk already")
    parts = [
        plain(each["path"]) if (each["path"], each.get("after")) in told else _change(each).plain
        for each in news
    ]
    return Text.assemble(verb, ", ".join(parts))


def _outcome(step: Json) -> Iterator[Text]:
    """Say what an error, a fault or a restart left of the node."""
    if step["error"] is not None:
        yield Text(plain(step["error"]), BAD)
        return
    after = step["after"] or {}
    if step["event"].get("$") == "Recover" and after.get("status") == "up":
        yield Text.assemble(("now: ", DIM), short(after.get("state")))
    if after.get("status") == "down":
        disk = after.get("disk")
        yield Text.assemble(("left on disk: ", DIM), "nothing" if disk is None else short(disk))


def _change(change: Json) -> Text:
    path = plain(change["path"]) or "state"
    match change:
        case {"added": list(added), "removed": list(removed)}:
            signs = [f"+ {short(each)}" for each in added] + [
                f"- {short(each)}" for each in removed
            ]
            return Text.assemble((f"{path}: ", DIM), ", ".join(signs))
        case {"before": before, "after": after}:
            return Text.assemble((f"{path}: {_elided(before)} -> ", DIM), short(after))
        case {"after": after}:
            return Text.assemble((f"{path}: ", DIM), f"+ {short(after)}")
        case {"before": before}:
            return Text.assemble((f"{path}: ", DIM), f"- {_elided(before)}")
        case _:
            return Text(path)


def _elided(value: Json) -> str:
    text = short(value)
    match value:
        case {"$": str(name)} if len(text) > ELIDED:
            return f"{plain(name)}(...)"
    return text


# --- the end -----------------------------------------------------------------------------------


def _end(document: dict[str, Json], told: Story, width: int, view: View) -> Iterator[Text]:
    """Say why the property is violated; in detail, or where it cannot, show what it read."""
    if document["property"] is None:
        return
    last = len(document["steps"])
    where = f"after step {last}" if last else "in the initial state"
    raised = bool(last) and document["steps"][-1]["error"] is not None
    title = "The state in which it was raised" if raised else f"What breaks the property, {where}"
    yield from hang("", title, width)
    for sentence in told.why:
        yield from hang("  ", plain(sentence), width)
    if view.shown is Detail.DETAILS or not told.why:
        yield from _evidence(document, width)


def _evidence(document: dict[str, Json], width: int) -> Iterator[Text]:
    for each in document["evidence"]:
        name = plain(each["of"])
        style = "" if name == "history" else WHO
        if "before" in each:
            yield from _told(Text.assemble("  ", (name, style), " before  "), each["before"], width)
            yield from _told(
                Text.assemble("  ", (name, style), " after   "), each.get("value"), width
            )
        else:
            yield from _told(Text.assemble("  ", (name, style), "  "), each.get("value"), width)


def _rule(bug: Json, width: int) -> Iterator[Text]:
    """Name the rule that a bug of the zoo leaves out, with what it says."""
    yield Text.assemble(
        f"Without {plain(bug['rule'])}, as in {plain(bug['number'])}: {plain(bug['place'])}"
    )
    for paragraph in bug["rule_doc"].split("\n\n"):
        yield from hang("  ", Text(plain(" ".join(paragraph.split())), "italic"), width)


def _told(head: Text, value: Json, width: int) -> Iterator[Text]:
    """Show a record field by field, one a line, and anything else as it is."""
    parts = {}
    if isinstance(value, dict) and "$" in value and "$text" not in value:
        parts = {name: each for name, each in value.items() if not name.startswith("$")}
    if not parts:
        yield from hang(head, short(value), width)
        return
    indent = " " * head.cell_len
    for number, (name, each) in enumerate(parts.items()):
        label = Text.assemble(indent if number else head, (f"{plain(name)} = ", DIM))
        yield from hang(label, short(each), width)
