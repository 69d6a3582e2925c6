"""The zoo as a person reads it and as a machine reads it, both from the same documents."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import Enum
from typing import Any

from rich.text import Text

from paxiom.impl.protocol import Protocol
from paxiom.model_check import zoo
from paxiom.model_check.codec import Json, plain, to_json
from paxiom.model_check.layout import count, duration, hang
from paxiom.model_check.options import options_of
from paxiom.model_check.reports.report import result_document, result_lines
from paxiom.model_check.result import RAISED, Result, Verdict
from paxiom.model_check.traces.beside import part_lines
from paxiom.model_check.traces.trace_file import BUG_FORMAT, VERSION, own_version
from paxiom.model_check.traces.trace_text import DEFAULT, View, trace_lines
from paxiom.model_check.zoo.bug import Bug
from paxiom.model_check.zoo.finding import Finding
from paxiom.model_check.zoo.rules import Rule, name_of, rule_of, rules

HEAD = "bold"
DIM = "dim"
LABEL = 15  # width of the first column


# --- documents ---------------------------------------------------------------------------------


def zoo_document() -> dict[str, Json]:
    """Write down every bug, what is left out and why, and what is harmless."""
    return {
        "format": BUG_FORMAT,
        "version": VERSION,
        "paxiom": own_version(),
        "bugs": [bug_document(bug) for bug in zoo.BUGS],
        "omitted": [{"number": number, "reason": reason} for number, reason in zoo.OMITTED.items()],
        "controls": [
            {"number": each.number, "protocol": name_of(each), "title": each.title}
            for each in zoo.CONTROLS
        ],
    }


def bug_document(bug: Bug) -> dict[str, Json]:
    """Write down a bug; ``shown`` and ``hidden`` are options of the protocol's model."""
    return {
        "number": bug.number,
        "protocol": name_of(bug),
        "rule": bug.rule,
        "title": bug.title,
        "explanation": _explanation(bug),
        "breaks": bug.breaks,
        "length": bug.length,
        "source": bug.source,
        "wrong": settings(bug, bug.wrong),
        "shown": settings(bug, bug.shown),
        "hidden": settings(bug, bug.hidden),
        "examples": bug.examples,
        "unseen": bug.unseen,
        "note": bug.note,
        "slow": bug.slow,
    }


def found_document(bug: Bug, result: Result | None) -> dict[str, Json]:
    """Write down a bug and what a search for it has found, if there was one."""
    return {
        "format": BUG_FORMAT,
        "version": VERSION,
        "paxiom": own_version(),
        "bug": bug_document(bug),
        "as_recorded": None if result is None else is_as_recorded(bug, result),
        "result": None if result is None else result_document(bug.broken(), result),
    }


def settings(bug: Bug, given: Mapping[str, Any]) -> dict[str, Json]:
    """Spell arguments for the bug's model as options of the command, less those by default."""
    found: dict[str, Json] = {}
    known = options_of(bug.model)
    for option in known:
        if option.parameter not in given:
            continue
        value = given[option.parameter]
        if option.field is not None:
            value = getattr(value, option.field)
        if option.field is None or value != option.default:
            found[option.name] = value.value if isinstance(value, Enum) else to_json(value)
    others = set(given) - {option.parameter for option in known}
    return found | {name: to_json(given[name]) for name in sorted(others)}


def is_as_recorded(bug: Bug, result: Result) -> bool | None:
    """Say whether a search found what the zoo has on record; None if it was cut short."""
    if result.verdict is Verdict.INCOMPLETE:
        return None
    return not unlike_record(bug, result)


def unlike_record(bug: Bug, result: Result) -> str:
    """Say in what a search differs from what the zoo has on record; in nothing: no text."""
    violation = result.violation
    if violation is None:
        return "no property is violated"
    if violation.name != bug.breaks:
        return f"{violation.name} is violated, not {bug.breaks}"
    if len(violation.trace) != bug.length:
        return f"the shortest run takes {len(violation.trace)}, not {count(bug.length, 'step')}"
    return ""


def _explanation(bug: Bug) -> str:
    """Return what the mutant's docstring says beyond its first line."""
    _, _, rest = (bug.protocol.__doc__ or "").strip().partition("\n")
    return " ".join(rest.split()).replace("``", "")


# --- text --------------------------------------------------------------------------------------


def zoo_lines(document: dict[str, Json], width: int) -> Iterator[Text]:
    """List all bugs, by protocol."""
    bugs = document["bugs"]
    listed = [*bugs, *document["controls"], *document["omitted"]]
    digits = max((len(each["number"]) for each in listed), default=0)
    for protocol in dict.fromkeys(each["protocol"] for each in bugs):
        yield Text(protocol, HEAD)
        for each in bugs:
            if each["protocol"] == protocol:
                head = Text.assemble("  ", (f"{each['number']:<{digits}}", HEAD), "  ")
                yield from hang(head, f"{_change(each)}: {_breaks(each)}", width)
                yield from hang(" " * head.cell_len, Text(_sentence(each["title"]), DIM), width)
        yield Text()
    parts = {"harmless": ("controls", "title"), "left out": ("omitted", "reason")}
    for title, (part, text) in parts.items():
        if document[part]:
            yield Text(title, HEAD)
            for each in document[part]:
                yield from hang(f"  {each['number']:<{digits}}  ", _sentence(each[text]), width)
            yield Text()
    yield from hang("", "paxiom bugs NUMBER finds one and shows it, step by step.", width)


def _change(bug: Json) -> str:
    return f"with {_words(bug['wrong'])}" if bug["wrong"] else f"without {bug['rule']}"


def _breaks(bug: Json) -> str:
    slow = ", slow to find" if bug["slow"] else ""
    return f"{bug['breaks']} breaks in {count(bug['length'], 'step')}{slow}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def bug_lines(bug: Bug, width: int) -> Iterator[Text]:
    """Show what is on record of a bug."""
    told = bug_document(bug)
    head = Text.assemble((f"{bug.number}  ", HEAD), f"{told['protocol']}: ")
    yield from hang(head, bug.title, width)
    if told["explanation"]:
        yield from hang("  ", told["explanation"], width)
    yield Text()
    yield from _row("breaks", f"{bug.breaks}: {_property(bug)}", width)
    yield from _row("shortest run", count(bug.length, "step"), width)
    yield from _row("shown by", _bounds(bug, bug.shown), width)
    yield from _row("not shown by", _bounds(bug, bug.hidden), width)
    if bug.examples is not None:
        yield from _row("random tests", f"find it within {count(bug.examples, 'example')}", width)
    elif bug.unseen:
        yield from _row("random tests", f"do not find it: {bug.unseen}", width)
    yield from _row("source", bug.source, width)
    if bug.note:
        yield from _row("note", bug.note, width)
    yield from _row("rule", f"{bug.rule}, {rule_of(bug).place}", width)
    yield from rule_text(rule_of(bug), " " * (LABEL + 2), width)
    check = f"paxiom check {told['protocol']} {_words(told['shown'])}"
    yield from _row("with the rule", check, width)


def rule_text(rule: Rule, indent: str, width: int) -> Iterator[Text]:
    """Show what a rule says, paragraph by paragraph."""
    for paragraph in rule.text.split("\n\n"):
        text = plain(" ".join(paragraph.split()))
        yield from hang(indent, Text(text, "italic"), width)


def why_lines(name: str, rule: Rule, width: int) -> Iterator[Text]:
    """Show a rule, and which bugs leave it out."""
    yield Text.assemble((f"{name}.{rule.name}", HEAD), f"  {rule.place}")  # never wrapped: a path
    yield from rule_text(rule, "  ", width)
    yield Text()
    for each in rule.controls:
        told = f"{each.number} does it otherwise, and does no harm: {each.title}"
        yield from hang("", told, width)
    found = rule.without_it
    if not rule.bugs:
        rest = " itself, but one leaves out a part of it:" if found else "."
        yield from hang("", f"No bug of the zoo leaves out {name}.{rule.name}{rest}", width)
    if not found:
        return
    easiest, *others = found
    head = Text.assemble(f"Without {name}.{easiest.rule}, as in ", (easiest.number, HEAD), ": ")
    yield from hang("", head + Text(easiest.title), width)
    if others:
        numbers = ", ".join(f"{bug.number} ({_sentence(bug.title).rstrip('.')})" for bug in others)
        yield from hang("", f"See also {numbers}.", width)
    yield from _row("shown by", _bounds(easiest, easiest.shown), width)


def found_lines(found: Finding, width: int, view: View = DEFAULT) -> list[Text]:
    """Show what a search for a bug has found: its run, or why that is not the one on record."""
    bug, result = found.bug, found.result
    if result.verdict is Verdict.INCOMPLETE:
        return [Text(), *result_lines(found.document, width, view)]
    if unlike := unlike_record(bug, result):
        notice = Text.assemble(("NOT AS RECORDED", "bold red"), f"  {bug.number}: {unlike}")
        return [Text(), *hang("", notice, width), *result_lines(found.document, width, view)]
    states = count(result.states, "orbit" if result.symmetry > 1 else "state")
    cost = f"as recorded, among {states} in {duration(result.seconds)}"
    lines = trace_lines(found.document["trace"], width, replace(view, rule=False))
    second = part_lines(found.document["trace"], found.second, width)
    late = found.late.lines(len(found.violation.trace), width)
    return [*_row("found", cost, width), Text(), *lines, Text(), *second, *late]


def rules_lines(name: str, protocol: type[Protocol[Any, Any]], width: int) -> Iterator[Text]:
    """List the rules of a protocol, with the bugs that leave them out."""
    for rule in rules(protocol):
        numbers = ", ".join(bug.number for bug in rule.bugs)
        head = Text.assemble((f"{name}.{rule.name}", HEAD), f"  {numbers or 'no bug'}")
        yield from hang("", head, width)
        first = rule.text.split("\n\n")[0]
        yield from hang("  ", Text(plain(" ".join(first.split())), DIM), width)


def _row(label: str, body: str, width: int) -> Iterator[Text]:
    return hang(Text(f"  {label:<{LABEL}}", DIM), plain(body), width)


def _property(bug: Bug) -> str:
    if bug.breaks == RAISED:
        return "No handler raises an exception."
    named = {each.name: each.sentence for each in bug.broken().properties}
    return named.get(bug.breaks, "")


def _bounds(bug: Bug, bounds: Mapping[str, Any]) -> str:
    """Write bounds of a bug's model, and what is wrong with it if that is an option too."""
    return _words(settings(bug, {**bug.wrong, **bounds}))


def _words(found: Mapping[str, Json]) -> str:
    """Write options as they are typed."""
    words = []
    for name, value in found.items():
        if isinstance(value, bool):
            words.append(f"--{name}" if value else f"--no-{name}")
        else:
            words.append(f"--{name} {'none' if value is None else value}")
    return " ".join(words) or "the model's defaults"
