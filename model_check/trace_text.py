"""A trace document as text: numbered steps, each saying who did what and what changed.

Reads the document only, so that a live counterexample and one from a file look the same.
"""

from collections.abc import Iterator
from itertools import groupby

from rich.text import Text

from paxiom.model_check.codec import Json, changes, plain, short
from paxiom.model_check.layout import count, hang
from paxiom.model_check.story import story
from paxiom.model_check.trace_file import TraceFileError

ELIDED = 40  # a longer old value is shown by its kind alone: it stands in an earlier step
FAULTS = {"crash": "crashes", "stop": "stops for good", "amnesia": "crashes and loses its disk"}
WHO = "bold cyan"
BAD = "bold red"
DIM = "dim"


def trace_lines(document: dict[str, Json], width: int) -> list[Text]:
    """Show a trace document; refuse one that only a machine could have nested so deeply."""
    try:
        return list(_lines(document, width))
    except RecursionError:
        msg = "the values of this trace are nested too deeply to be shown"
        raise TraceFileError(msg) from None


def _lines(document: dict[str, Json], width: int) -> Iterator[Text]:
    prop, steps = document["property"], document["steps"]
    name = plain(prop["name"])
    title = Text.assemble(
        "Shortest counterexample to " if document.get("shortest", True) else "Counterexample to ",
        (f'"{name}"' if " " in name else name, "bold"),
        f": {count(len(steps), 'step')} of {plain(document['model']['name'])}",
    )
    yield from hang("", title, width)
    yield from hang("  ", Text(plain(prop["sentence"]), "italic"), width)
    yield Text()
    digits = len(str(len(steps)))
    margin = " " * (digits + 2)
    for each in document["initial"]["nodes"]:
        head = Text.assemble(margin, (plain(each["node"]), WHO), " starts as ")
        yield from hang(head, _bare(each["state"], each["status"]), width)
    if flight := document["initial"]["flight"]:
        yield from hang(f"{margin}in flight: ", ", ".join(map(_flying, flight)), width)
    if steps:
        yield Text()
    disks = {each["node"]: each.get("disk") for each in document["initial"]["nodes"]}
    for step in steps:
        head = Text(f"{step['number']:>{digits}}. ", "bold")
        yield from hang(head, headline(step), width)
        lines = [*map(_change, step["changes"]), *_effects(step, disks), *_outcome(step)]
        for line in lines:
            yield from hang(margin + "  ", line, width)
        if after := step["after"]:
            disks[step["node"]] = after.get("disk")
    yield Text()
    yield from _evidence(document, width)


def _bare(state: Json, status: str) -> str:
    return short(state) if status == "up" else plain(status)


def _flying(flying: Json) -> str:
    return f"{short(flying.get('message'))} from {plain(flying['source'])} to {plain(flying['to'])}"


# --- one step ----------------------------------------------------------------------------------


def headline(step: Json) -> Text:
    """Say who does what, and whether a fault cuts it short."""
    line = _deed(step)
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


def _evidence(document: dict[str, Json], width: int) -> Iterator[Text]:
    """Show what the property read when it was violated."""
    last = len(document["steps"])
    where = f"after step {last}" if last else "in the initial state"
    raised = bool(document["steps"]) and document["steps"][-1]["error"] is not None
    title = "The state in which it was raised" if raised else f"What breaks the property, {where}"
    yield from hang("", title, width)
    for sentence in story(document).why:
        yield from hang("  ", plain(sentence), width)
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
