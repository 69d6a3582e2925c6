"""Traces and results as documents: plain JSON, versioned, enough to show them without the model.

docs/trace-format.md says what a trace file holds, trace.schema.json beside this module says it as
a JSON Schema; tests hold what is written and what is read to both.

Values are in the JSON form of :mod:`paxiom.model_check.codec`. A run that violates nothing has the
verdict RUN, null for its property and no evidence. A file without ``version`` 1 is refused, and so
is one in which anything that is shown is missing or of the wrong type. Files of older versions lack
``explanation``, ``parts``, ``properties``, ``bug``, ``shows``, ``quorums``, ``violates`` and
``witnesses``.
"""

import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import BinaryIO

from paxiom.model_check import zoo
from paxiom.model_check.codec import Json, to_json
from paxiom.model_check.model import Model
from paxiom.model_check.result import Violation
from paxiom.model_check.traces import trace_run
from paxiom.model_check.traces.trace import Trace
from paxiom.model_check.traces.trace_shape import ShapeError, require_trace
from paxiom.model_check.zoo.rules import rule_of
from paxiom.spec.property import Kind, Property, Subject

FORMAT = "paxiom trace"
RESULT_FORMAT = "paxiom result"
BUG_FORMAT = "paxiom bugs"
VERSION = 1
SIZE_MAX = 32_000_000  # far above any trace that a person would read


class TraceFileError(Exception):
    """A file is not a trace that this version can show; the message says why."""


def own_version() -> str:
    """Name the version installed."""
    try:
        return version("paxiom")
    except PackageNotFoundError:
        return "unknown"


# --- writing -----------------------------------------------------------------------------------


def claim(model: Model) -> dict[str, Json]:
    """Say what is checked and within which bounds: the part of a claim that is no result."""
    requests = model.requests
    network = model.network
    return {
        "name": model.name,
        "protocol": type(model.protocol).__name__,
        "nodes": to_json(model.nodes),
        "network": {
            "delivery": network.delivery.value,
            "lossy": network.lossy,
            "drops": network.drops,
        },
        "faults": {
            "crashes": model.faults.crashes,
            "stops": model.faults.stops,
            "amnesias": model.faults.amnesias,
        },
        **({"skew": model.skew} if model.skew else {}),
        "requests": requests
        and {
            "nodes": to_json(requests.nodes),
            "commands": to_json(requests.commands),
            "each": requests.each,
        },
        "scope": list(model.scope),
        "bounds": list(model.bound_names),
        "symmetry": to_json(model.symmetry),
    }


def is_of(model: Model, document: Mapping[str, Json]) -> bool:
    """Whether a trace makes the claim that ``model`` is, whatever made it."""
    return {**document["model"], "made_by": None} == {**claim(model), "made_by": None}


def trace_document(model: Model, violation: Violation) -> dict[str, Json]:
    """Write down a counterexample."""
    prop = next((each for each in model.properties if each.name == violation.name), None)
    kind, subject = (prop.kind, prop.subject) if prop else (Kind.STEP, Subject.NODE)
    told = {
        "name": violation.name,
        "sentence": violation.sentence,
        "kind": kind.value,
        "subject": subject.value,
        **trace_run.finding(model, violation.trace, prop),
    }
    evidence = trace_run.evidence(model, violation.trace, prop)
    return _document(model, violation.trace, "VIOLATED", told, evidence)


def run_document(model: Model, trace: Trace) -> dict[str, Json]:
    """Write down a run that need not violate anything."""
    return _document(model, trace, "RUN", None, [])


def _document(
    model: Model, trace: Trace, verdict: str, prop: Json, evidence: list[Json]
) -> dict[str, Json]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "paxiom": own_version(),
        "model": {**claim(model), **({"made_by": model.made_by} if model.made_by else {})},
        "verdict": verdict,
        "property": prop,
        "properties": [_property(each) for each in model.properties],
        **_bug(model),
        **trace_run.run(model, trace),
        "evidence": evidence,
    }


def _property(prop: Property) -> dict[str, Json]:
    return {
        "name": prop.name,
        "sentence": prop.sentence,
        "kind": prop.kind.value,
        "subject": prop.subject.value,
    }


def _bug(model: Model) -> dict[str, Json]:
    """Name the bug of the zoo that ``model`` has, if it is a mutant."""
    for bug in zoo.BUGS:
        if bug.protocol is type(model.protocol):
            rule = rule_of(bug)
            told = {
                "number": bug.number,
                "title": bug.title,
                "rule": bug.rule,
                "rule_doc": rule.text,
                "place": rule.place,
                "source": bug.source,
            }
            return {"bug": told}
    return {}


def save(document: Mapping[str, Json], path: Path) -> None:
    """Write ``document`` to a file."""
    path.write_text(dumps(document), encoding="ascii")


def dumps(document: Mapping[str, Json]) -> str:
    """Write ``document`` as text that any terminal, editor and encoding survives."""
    return json.dumps(document, indent=1) + "\n"


# --- reading -----------------------------------------------------------------------------------


def load(path: Path | None, stdin: BinaryIO) -> dict[str, Json]:
    """Read a trace from a file, or from ``stdin`` if there is no path."""
    return parse(name_of(path), content_of(path, stdin))


def name_of(path: Path | None) -> str:
    """Name a place that a trace is read from."""
    return "standard input" if path is None else str(path)


def content_of(path: Path | None, stdin: BinaryIO) -> bytes:
    """Read a file, or ``stdin`` if there is no path, if it is not too large for a trace."""
    name = name_of(path)
    try:
        if path is None:
            content = stdin.read(SIZE_MAX + 1)
        else:
            with path.open("rb") as file:
                content = file.read(SIZE_MAX + 1)
    except OSError as error:
        msg = f"cannot read {name}: {error.strerror or error}"
        raise TraceFileError(msg) from None
    except ValueError as error:  # a path with a null byte
        msg = f"cannot read {name}: {error}"
        raise TraceFileError(msg) from None
    if len(content) > SIZE_MAX:
        msg = f"{name} is larger than {SIZE_MAX // 1_000_000} MB: that is no trace"
        raise TraceFileError(msg)
    return content


def parse(name: str, content: bytes) -> dict[str, Json]:
    """Read a trace document, or the result of a check that has one in it."""
    return checked(name, parsed(name, content))


def parsed(name: str, content: bytes) -> Json:
    """Read JSON."""
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError:
        msg = f"{name} is not a trace: it is not UTF-8 text"
        raise TraceFileError(msg) from None
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        msg = f"{name} is not a trace, or only a part of one: it is not JSON ({reason})"
        raise TraceFileError(msg) from None


def _no_number(constant: str) -> Json:
    """Refuse NaN and Infinity: Python writes and reads them, but they are no JSON."""
    msg = f"{constant} is no number of JSON"
    raise ValueError(msg)


def checked(name: str, document: Json) -> dict[str, Json]:
    """Find the trace in a document, and refuse one that cannot be shown."""
    found = _trace_in(name, document)
    if found["version"] != VERSION or isinstance(found["version"], bool):
        told = json.dumps(found["version"])[:20]
        msg = f"{name} has version {told} of the trace format; this paxiom reads {VERSION}"
        raise TraceFileError(msg)
    try:
        require_trace(name, found)
    except ShapeError as error:
        raise TraceFileError(str(error)) from None
    return found


def _trace_in(name: str, document: Json) -> dict[str, Json]:
    match document:
        case {"format": str(form), "result": dict(result)} if form == BUG_FORMAT:
            return _trace_in(name, result)
        case {"format": str(form), "trace": dict(trace)} if form == RESULT_FORMAT:
            return _trace_in(name, trace)
        case {"format": str(form), "verdict": verdict} if form == RESULT_FORMAT:
            msg = f"{name} is a result without a trace: its verdict is {verdict}"
            raise TraceFileError(msg)
        case {"format": str(form), "version": _} if form == FORMAT:
            return dict(document)
        case {"vars": list(), "states": list()}:
            msg = f"{name} is in ITF: paxiom trace convert {name} --to json makes a trace of it"
        case _:
            msg = f'{name} is not a trace: it does not say "format": "{FORMAT}" and its "version"'
    raise TraceFileError(msg)
