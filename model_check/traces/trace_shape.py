"""What a trace document must look like before anything of it is shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any

from paxiom.model_check.codec import Json

# A type, a dict of Shapes, a list of the Shape of its members, or a tuple of the texts allowed.
Shape = Any

COPIES_MAX = 9_999


class ShapeError(Exception):
    """A document lacks something, or has it of the wrong type; the message says where."""


@dataclass(frozen=True)
class OrNull:
    """Of this shape, or null."""

    shape: Shape


@dataclass(frozen=True)
class IfThere:
    """A field that may be missing, as in files of older versions, or null."""

    shape: Shape


LOCAL = {"status": str}
SHOWN = {
    "violates": IfThere([str]),
    "witnesses": IfThere([str]),
}
PROPERTY = {"name": str, "sentence": str, "kind": str, "subject": str}
STEP = {
    "number": int,
    "node": str,
    "action": str,
    "event": dict,
    "source": IfThere(str),
    "effects": [dict],
    "fault": str | NoneType,
    "error": str | NoneType,
    "changes": [{"path": str}],
    "after": OrNull(LOCAL),
    "quorums": IfThere([{"field": str, "members": [str]}]),
    **SHOWN,
}
TRACE = {
    "model": {
        "name": str,
        "nodes": list,
        "network": {"delivery": ("once", "duplicating", "fifo")},
    },
    "verdict": ("VIOLATED", "RUN"),
    "property": OrNull({**PROPERTY, "explanation": IfThere(str), "parts": IfThere(list)}),
    "properties": IfThere([PROPERTY]),
    "bug": IfThere(dict.fromkeys(("number", "title", "rule", "rule_doc", "place", "source"), str)),
    "loop": IfThere(int),
    "initial": {
        "nodes": [{"node": str, **LOCAL}],
        "flight": [{"source": str, "to": str, "message": object, "copies": int}],
        **SHOWN,
    },
    "steps": [STEP],
    "evidence": [{"of": str}],
}


def require_trace(where: str, document: Json) -> None:
    """Refuse a document in which anything that is shown is missing or of the wrong type."""
    require(where, document, TRACE)
    for complaint in _complaints(document):
        msg = f"{where}: {complaint}"
        raise ShapeError(msg)


def _complaints(document: Json) -> Iterator[str]:
    """Say what is wrong with a document of the right shape."""
    count = len(document["steps"])
    if [step["number"] for step in document["steps"]] != list(range(1, count + 1)):
        yield f"steps: must be numbered from 1 to {count}"
    if not all(1 <= each["copies"] <= COPIES_MAX for each in document["initial"]["flight"]):
        yield f"initial: flight: copies must be from 1 to {COPIES_MAX:,}"
    if (document["property"] is None) != (document["verdict"] == "RUN"):
        yield "property: must be null if the verdict is RUN, and only then"
    loop = document.get("loop")
    if loop is not None and not 0 <= loop <= count:
        yield f"loop: must be from 0 to {count}, a step to go back to"


def require(where: str, value: Json, shape: Shape) -> None:
    """Refuse ``value`` unless it has ``shape``; further fields are ignored."""
    if isinstance(shape, OrNull | IfThere):
        if value is None:
            return
        shape = shape.shape
    if isinstance(shape, tuple):
        if value not in shape:
            msg = f"{where}: must be {' or '.join(shape)}"
            raise ShapeError(msg)
        return
    kind = dict if isinstance(shape, dict) else list if isinstance(shape, list) else shape
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        msg = f"{where}: must be {_called(kind)}, not {_called(type(value))}"
        raise ShapeError(msg)
    if isinstance(shape, list):
        for place, each in enumerate(value, start=1):
            require(f"{where} {place}", each, shape[0])
    if isinstance(shape, dict):
        for key, each in shape.items():
            if key in value:
                require(f"{where}: {key}", value[key], each)
            elif not isinstance(each, IfThere):
                msg = f"{where}: {key!r} is missing"
                raise ShapeError(msg)


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
