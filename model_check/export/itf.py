"""Traces in the Informal Trace Format of Apalache and Quint, to and fro.

After ADR-015 of Apalache (docs/src/adr/015adr-trace.md in its repository). The variables of a
state are ``action`` (what led to it), ``nodes``, ``flight`` and ``history``. The forms of
:mod:`paxiom.model_check.codec` become expressions:

- a tuple is a tuple, a set a set, a map a map, a whole number a bigint;
- a dataclass is a variant ``{"tag": its name, "value": {its fields}}``, as Quint writes them;
- the format has no null, floats, enums or bytes: they are text; so is a dataclass without fields.

That is too little to read a trace back. So every ``#meta`` holds the rest, under ``paxiom``: that
of the file all but the steps, that of a state its step. A file without it, of another tool, is read
by itf-py and becomes a run of one node that has the variables for its state. (itf-py does not write
here: its sets come in another order on each run.)
"""

import re
from collections.abc import Mapping
from keyword import iskeyword
from typing import Any

import itf_py

from paxiom.model_check.codec import Json, changes, plain, short, to_json
from paxiom.model_check.model import Delivery
from paxiom.model_check.traces.trace_file import FORMAT, VERSION, TraceFileError, own_version
from paxiom.model_check.traces.trace_text import headline

SPECIFICATION = "https://apalache-mc.org/docs/adr/015adr-trace.html"
OURS = "paxiom"  # what is ours in a "#meta"
VARIABLES = ["action", "flight", "history", "nodes"]
ACTION_OF_QUINT = "mbt::actionTaken"
SYSTEM = "system"  # the one node of a run of another tool
HEXADECIMAL = re.compile(r"-?0x[0-9a-f]{1,1000}")


# --- writing -----------------------------------------------------------------------------------


def to_itf(document: Mapping[str, Json]) -> dict[str, Json]:
    """Write a trace document as a trace in ITF."""
    prop = document["property"]
    what = f"{plain(prop['name'])} is violated" if prop else "a run"
    return {
        "#meta": {
            "format": "ITF",
            "format-description": SPECIFICATION,
            "description": f"{what}: {plain(document['model']['name'])}, written by paxiom",
            OURS: {name: each for name, each in document.items() if name != "steps"},
        },
        "vars": VARIABLES,
        "states": _states(document),
        **({"loop": document["loop"]} if isinstance(document.get("loop"), int) else {}),
    }


def _states(document: Mapping[str, Json]) -> list[Json]:
    initial = document["initial"]
    in_order = document["model"]["network"]["delivery"] == Delivery.FIFO.value
    nodes = {
        each["node"]: {field: each[field] for field in each if field != "node"}
        for each in initial["nodes"]
    }
    states = [_state({"index": 0}, "start", nodes, initial, in_order=in_order)]
    for index, step in enumerate(document["steps"], start=1):
        if step["after"] is not None:
            nodes = {**nodes, step["node"]: step["after"]}
        meta, action = {"index": index, OURS: step}, headline(step).plain
        states.append(_state(meta, action, nodes, step, in_order=in_order))
    return states


def _state(meta: Json, action: str, nodes: Json, where: Json, *, in_order: bool) -> dict[str, Json]:
    flight = [_record(each) for each in where.get("flight") or ()]
    return {
        "#meta": meta,
        "action": action,
        "flight": flight if in_order else {"#set": flight},
        "history": expression(where.get("history")),
        "nodes": {"#map": [[plain(node), _record(local)] for node, local in nodes.items()]},
    }


def expression(value: Json) -> Json:
    """Write a JSON form of the codec as an expression of ITF."""
    match value:
        case bool():
            return value
        case int():
            return {"#bigint": str(value)}
        case str():
            return plain(value)
        case list():
            return {"#tup": [expression(each) for each in value]}
        case {"$set": list(members)}:
            return {"#set": [expression(each) for each in members]}
        case {"$map": list(pairs)} if all(isinstance(p, list) and len(p) == 2 for p in pairs):  # noqa: PLR2004 - pairs
            return {"#map": [[expression(key), expression(each)] for key, each in pairs]}
        case {"$int": str(digits)} if HEXADECIMAL.fullmatch(digits):
            return {"#bigint": str(int(digits, 16))}
        case {"$": str(name), **fields}:
            record = _record(fields)
            return {"tag": plain(name), "value": record} if record else plain(name)
        case dict() if not any(field.startswith("$") for field in value):
            return _record(value)
        case _:  # what the format has no expression for
            return short(value)


def _record(value: Mapping[Any, Json]) -> dict[str, Json]:
    """Write the fields of a record; no name may begin as the forms of ITF do."""
    return {
        plain(field).lstrip("#"): expression(each)
        for field, each in value.items()
        if not field.startswith("$")
    }


# --- reading -----------------------------------------------------------------------------------


def is_itf(document: Json) -> bool:
    """Whether a JSON document is a trace in ITF."""
    return isinstance(document, dict) and {"vars", "states"} <= document.keys()


def from_itf(name: str, document: dict[str, Json]) -> dict[str, Json]:
    """Read a trace in ITF, ours or another tool's; ``name`` is that of its file.

    The answer is yet to be checked as any trace document is.
    """
    meta = document.get("#meta")
    if isinstance(meta, dict) and OURS in meta:
        return _ours(name, document, meta[OURS])
    try:
        states = [
            {var: _speakable(each) for var, each in state.items()} for state in document["states"]
        ]
        return _foreign(name, itf_py.trace_from_json({**document, "states": states}))
    except RecursionError:
        msg = f"{name} is no trace in ITF: it is nested too deeply"
        raise TraceFileError(msg) from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        msg = f"{name} is no trace in ITF that itf-py can read: {type(error).__name__}: {error}"
        raise TraceFileError(msg) from None


def _ours(name: str, document: dict[str, Json], head: Json) -> dict[str, Json]:
    """Put a trace together again; its states must still be those that its steps tell of."""
    try:
        steps = [state["#meta"][OURS] for state in document["states"][1:]]
        whole: dict[str, Json] = {**head, "steps": steps}
        if to_itf(whole) == document:
            return whole
    except (AttributeError, LookupError, TypeError):
        pass  # no trace of ours, as below
    msg = (
        f"{name} was changed since paxiom wrote it: its states are not those that its #meta tell "
        f'of. Without "{OURS}" in the first #meta its states alone are read'
    )
    raise TraceFileError(msg)


def _speakable(value: Json) -> Json:
    """Rename fields and tags that itf-py cannot give to a named tuple, such as ``from``."""
    match value:
        case list():
            return [_speakable(each) for each in value]
        case {"tag": str(tag), "value": inner} if len(value) == 2:  # noqa: PLR2004 - a variant
            return {"tag": _identifier(tag), "value": _speakable(inner)}
        case dict():
            renamed = {_identifier(name): _speakable(each) for name, each in value.items()}
            if len(renamed) < len(value):
                msg = f"these fields cannot be told apart: {', '.join(value)}"
                raise ValueError(msg)
            return renamed
        case _:
            return value


def _identifier(name: str) -> str:
    if name.startswith("#"):
        return name
    found = re.sub(r"\W", "_", name).lstrip("_0123456789") or "field"
    return f"{found}_" if iskeyword(found) else found


def _foreign(name: str, trace: Any) -> dict[str, Json]:  # noqa: ANN401 - itf-py is not typed
    """Make a run of one node of a trace of another tool."""
    states = [_variables(state.values) for state in trace.states]
    if not states:
        msg = "it has no states"
        raise ValueError(msg)
    source = trace.meta.get("source")
    node = {"node": SYSTEM, "status": "up", "state": states[0], "disk": None}
    found = {
        "format": FORMAT,
        "version": VERSION,
        "paxiom": own_version(),
        "model": {
            "name": source if isinstance(source, str) else name,
            "nodes": [SYSTEM],
            "network": {"delivery": Delivery.ONCE.value},
        },
        "verdict": "RUN",
        "property": None,
        "initial": {"nodes": [node], "flight": [], "history": None},
        "steps": [
            _step(number, states[number - 1], states[number]) for number in range(1, len(states))
        ],
        "evidence": [],
    }
    return found if trace.loop is None else found | {"loop": trace.loop}


def _variables(values: Mapping[str, Any]) -> dict[str, Json]:
    return {"$": "State", **{name.lstrip("$"): to_json(each) for name, each in values.items()}}


def _step(number: int, before: dict[str, Json], after: dict[str, Json]) -> dict[str, Json]:
    """Make a step of two states, named as Quint names it if it does."""
    named = after.get(ACTION_OF_QUINT)
    return {
        "number": number,
        "node": SYSTEM,
        "action": named if isinstance(named, str) and named else "step",
        "event": {"$": "Step"},
        "source": None,
        "message": None,
        "effects": [],
        "fault": None,
        "error": None,
        "changes": changes(before, after),
        "after": {"status": "up", "state": after, "disk": None},
        "flight": [],
        "history": None,
    }
