"""Traces and results as documents: plain JSON, versioned, enough to show them without the model.

A trace file::

    {"format": "paxiom trace", "version": 1, "paxiom": "0.1.0",
     "model": {...},            # the claim: protocol, nodes, network, faults, requests, bounds
     "verdict": "VIOLATED",
     "shortest": false,         # of a random run; missing of a search
     "property": {"name", "sentence", "kind", "subject"},
     "initial": {"nodes": [{"node", "status", "state", "disk"}], "flight": [...], "history": ...},
     "steps": [{"number", "node", "action",
                "event",        # Ask, Deliver, Lose, Fire, Fail or Recover
                "source", "message",              # of a message delivered or lost, else null
                "effects": [...],                 # carried out, in order
                "fault": "crash" | "stop" | "amnesia" | null,   # struck after those effects
                "error": "..." | null,            # what the handler raised
                "changes": [...],                 # of the node's state: codec.changes
                "after": {"status", "state", "disk"} | null,    # the node; null after an error
                "flight": [{"source", "to", "message", "copies"}], "history": ...}],
     "evidence": [{"of", "before"?, "value"}]}    # what the property read when it was violated

Values are in the JSON form of :mod:`paxiom.model_check.codec`. A file without ``version`` 1 is
refused, and so is one in which anything that is shown is missing or of the wrong type.
"""

import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, BinaryIO

from paxiom.impl.names import NodeId
from paxiom.model_check.codec import Json, changes, order, to_json
from paxiom.model_check.environment import Deliver, Local, Lose
from paxiom.model_check.model import Delivery, Model
from paxiom.model_check.result import Violation
from paxiom.model_check.trace import Trace
from paxiom.model_check.world import Flight, Transition, World, asked, shown
from paxiom.spec.property import Kind, Property, Subject

FORMAT = "paxiom trace"
RESULT_FORMAT = "paxiom result"
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


def trace_document(model: Model, violation: Violation) -> dict[str, Json]:
    """Write down a counterexample."""
    prop = next((each for each in model.properties if each.name == violation.name), None)
    return {
        "format": FORMAT,
        "version": VERSION,
        "paxiom": own_version(),
        "model": claim(model),
        "verdict": "VIOLATED",
        "property": {
            "name": violation.name,
            "sentence": violation.sentence,
            "kind": prop.kind.value if prop else Kind.STEP.value,
            "subject": prop.subject.value if prop else Subject.NODE.value,
        },
        "initial": _initial(model, violation.trace.initial),
        "steps": _steps(model, violation.trace),
        "evidence": _evidence(model, violation.trace, prop),
    }


def _initial(model: Model, world: World) -> dict[str, Json]:
    return {
        "nodes": [
            {"node": str(node), **_local(local)}
            for node, local in zip(model.nodes, world.locals, strict=True)
        ],
        "flight": _flight(model, world.flight),
        "history": to_json(world.history),
    }


def _steps(model: Model, trace: Trace) -> list[Json]:
    world, found = trace.initial, []
    for number, transition in enumerate(trace.steps, start=1):
        found.append(_step(model, number, world, transition))
        world = transition.world or world
    return found


def _step(model: Model, number: int, before: World, transition: Transition) -> dict[str, Json]:
    event, outcome, after = transition.event, transition.outcome, transition.world
    envelope = event.envelope if isinstance(event, Deliver | Lose) else None
    local = before.locals[model.nodes.index(transition.node)]
    both = local.state is not None and outcome.local.state is not None
    world = after or before
    return {
        "number": number,
        "node": str(transition.node),
        "action": outcome.action,
        "event": to_json(event),
        "source": to_json(envelope and envelope.source),
        "message": to_json(envelope and envelope.message),
        "effects": [to_json(effect) for effect in outcome.done],
        "fault": outcome.fault and outcome.fault.value,
        "error": outcome.error,
        "changes": changes(to_json(local.state), to_json(outcome.local.state)) if both else [],
        "after": _local(outcome.local) if after else None,
        "flight": _flight(model, world.flight),
        "history": to_json(world.history),
    }


def _local(local: Local) -> dict[str, Json]:
    return {
        "status": local.status.value,
        "state": to_json(local.state),
        "disk": to_json(local.disk),
    }


def _flight(model: Model, flight: Flight) -> list[Json]:
    if model.network.delivery is Delivery.FIFO:
        return [  # the order within a pair is that of the queue
            {"source": str(pair[0]), "to": str(pair[1]), "message": to_json(message), "copies": 1}
            for pair, queue in sorted(flight, key=lambda each: order(to_json(each[0])))
            for message in queue
        ]
    return sorted(
        (
            {
                "source": str(e.source),
                "to": str(e.to),
                "message": to_json(e.message),
                "copies": copies,
            }
            for e, copies in flight
        ),
        key=order,
    )


def _evidence(model: Model, trace: Trace, prop: Property | None) -> list[Json]:
    """Show what ``prop`` read when it was violated; for an error, the state it was raised in."""
    worlds = [trace.initial, *(each.world for each in trace.steps if each.world)]
    after = worlds[-1]
    before = worlds[-2] if len(worlds) > 1 else after
    if prop is None:
        node = trace.steps[-1].node
        return [{"of": str(node), "value": to_json(after.locals[model.nodes.index(node)].state)}]
    nodes = _nodes_read(model, trace, prop, after)
    found = []
    for node in nodes:
        place = model.nodes.index(node)
        values = [to_json(shown(model, world.locals[place])) for world in (before, after)]
        found.append(_read(str(node), values, prop.kind))
    if prop.subject.reads_history:
        found.append(_read("history", [to_json(w.history) for w in (before, after)], prop.kind))
    return found


def _nodes_read(model: Model, trace: Trace, prop: Property, after: World) -> tuple[NodeId, ...]:
    """Name the nodes that ``prop`` was asked about when it was violated."""
    if prop.kind is Kind.STEP:
        return (trace.steps[-1].node,) if prop.subject is Subject.NODE else ()
    seen = [shown(model, local) for local in after.locals]
    for group in prop.subject.groups(len(seen)):
        questions = prop.subject.questions(tuple(seen[at] for at in group), after.history)
        if not all(asked(prop, *question) for question in questions):
            return tuple(model.nodes[at] for at in group)
    return ()


def _read(what: str, values: list[Json], kind: Kind) -> dict[str, Json]:
    before, after = values
    return {"of": what, **({"before": before} if kind is Kind.STEP else {}), "value": after}


def save(document: Mapping[str, Json], path: Path) -> None:
    """Write ``document`` to a file."""
    path.write_text(dumps(document), encoding="ascii")


def dumps(document: Mapping[str, Json]) -> str:
    """Write ``document`` as text that any terminal, editor and encoding survives."""
    return json.dumps(document, indent=1) + "\n"


# --- reading -----------------------------------------------------------------------------------

Shape = Any  # a type, a dict of Shapes, or a list of the Shape of its members

LOCAL = {"status": str}
FLYING = {"source": str, "to": str}
STEP = {
    "number": int,
    "node": str,
    "action": str,
    "event": dict,
    "effects": [dict],
    "fault": str | NoneType,
    "error": str | NoneType,
    "changes": [{"path": str}],
    "after": dict | NoneType,
}
TRACE = {
    "model": {"name": str, "nodes": list},
    "verdict": str,
    "property": {"name": str, "sentence": str, "kind": str, "subject": str},
    "initial": {"nodes": [{"node": str, **LOCAL}], "flight": [FLYING]},
    "steps": [STEP],
    "evidence": [{"of": str}],
}


def load(path: Path | None, stdin: BinaryIO) -> dict[str, Json]:
    """Read a trace from a file, or from ``stdin`` if there is no path."""
    name = "standard input" if path is None else str(path)
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
    return parse(name, content)


def parse(name: str, content: bytes) -> dict[str, Json]:
    """Read a trace document, or the result of a check that has one in it."""
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        msg = f"{name} is not a trace: it is not UTF-8 text"
        raise TraceFileError(msg) from None
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        msg = f"{name} is not a trace, or only a part of one: it is not JSON ({reason})"
        raise TraceFileError(msg) from None
    document = _trace_in(name, document)
    if document["version"] != VERSION or isinstance(document["version"], bool):
        found = json.dumps(document["version"])[:20]
        msg = f"{name} has version {found} of the trace format; this paxiom reads {VERSION}"
        raise TraceFileError(msg)
    _require(name, document, TRACE)
    return document


def _trace_in(name: str, document: Json) -> dict[str, Json]:
    match document:
        case {"format": str(form), "trace": dict(trace)} if form == RESULT_FORMAT:
            return _trace_in(name, trace)
        case {"format": str(form), "verdict": verdict} if form == RESULT_FORMAT:
            msg = f"{name} is a result without a trace: its verdict is {verdict}"
            raise TraceFileError(msg)
        case {"format": str(form), "version": _} if form == FORMAT:
            return dict(document)
    msg = f'{name} is not a trace: it does not say "format": "{FORMAT}" and its "version"'
    raise TraceFileError(msg)


def _require(where: str, value: Json, shape: Shape) -> None:
    """Refuse ``value`` unless it has ``shape``; further fields are ignored."""
    kind = dict if isinstance(shape, dict) else list if isinstance(shape, list) else shape
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        msg = f"{where}: must be {_called(kind)}, not {_called(type(value))}"
        raise TraceFileError(msg)
    if isinstance(shape, list):
        for place, each in enumerate(value, start=1):
            _require(f"{where} {place}", each, shape[0])
    if isinstance(shape, dict):
        for key, each in shape.items():
            if key not in value:
                msg = f"{where}: {key!r} is missing"
                raise TraceFileError(msg)
            _require(f"{where}: {key}", value[key], each)


def _called(kind: type | UnionType) -> str:
    names = {
        str: "text",
        int: "a whole number",
        dict: "an object",
        list: "a list",
        NoneType: "null",
    }
    if isinstance(kind, UnionType):
        return " or ".join(_called(each) for each in kind.__args__)
    return names.get(kind, kind.__name__)
