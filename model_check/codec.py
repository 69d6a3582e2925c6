"""States, messages and effects as JSON, and that JSON as short text.

Everything that is shown goes through the JSON form, so that a live trace and one read from a file
are printed by the same code. The forms:

- None, booleans, numbers and text as themselves. A label is text: it equals its text in Python too.
- A tuple is a list; ``{"$set": [...]}`` and ``{"$map": [[key, value], ...]}`` are sorted.
- ``{"$": "Ballot", "round": 1, "proposer": "n1"}`` is a dataclass or a named tuple. One that
  defines ``__str__`` has its answer under ``"$text"``, which is then what is shown of it.
- ``{"$enum": "Timer", "name": "RETRY"}``, ``{"$bytes": "00ff"}``, ``{"$int": "0x..."}`` and
  ``{"$float": "nan"}`` where JSON has no such thing; ``{"$repr": "..."}`` for anything else.
"""

import math
import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

Json = Any  # None, bool, int, float, str, list of Json or dict from str to Json

LARGEST_INT = 2**53  # beyond it, other readers of JSON lose digits
POSITIONAL = 3  # a dataclass of so many fields is shown without their names
WHOLE = 40  # a longer value is compared field by field
BARE = re.compile(r"(?!(?:None|True|False)$)[^\W\d][\w.:@/-]*")
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def to_json(value: object) -> Json:
    """Turn any value into its JSON form; equal values give equal forms, whatever the hash seed."""
    match value:
        case Enum():
            return {"$enum": type(value).__name__, "name": value.name or str(value)}
        case None | bool():
            return value
        case int():
            return int(value) if abs(value) < LARGEST_INT else {"$int": hex(value)}
        case float():
            return float(value) if math.isfinite(value) else {"$float": repr(float(value))}
        case str():
            return str.__str__(value)
        case bytes():
            return {"$bytes": value.hex()}
        case AbstractSet():
            return {"$set": sorted(map(to_json, value), key=order)}
        case Mapping():
            pairs = [[to_json(key), to_json(each)] for key, each in value.items()]
            return {"$map": sorted(pairs, key=order)}
        case tuple() if hasattr(value, "_fields"):
            return {"$": type(value).__name__, **_fields(value, value._fields)}
        case tuple() | list():
            return [to_json(each) for each in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {**_head(value), **_fields(value, [each.name for each in fields(value)])}
        case _:
            return {"$repr": _repr(value)}


def _head(value: object) -> dict[str, Json]:
    kind = type(value)
    if kind.__str__ is object.__str__:
        return {"$": kind.__name__}
    try:
        return {"$": kind.__name__, "$text": str(value)}
    except Exception:  # noqa: BLE001 - a user's __str__ must not cost them the trace
        return {"$": kind.__name__}


def _fields(value: object, names: Iterable[str]) -> dict[str, Json]:
    return {name: to_json(getattr(value, name, None)) for name in names}


def _repr(value: object) -> str:
    try:
        return ADDRESS.sub("", repr(value))
    except Exception as error:  # noqa: BLE001 - a user's __repr__ must not cost them the trace
        return f"<{type(value).__name__}, whose repr raises {type(error).__name__}>"


def order(value: Json) -> tuple[Any, ...]:
    """Sort key of JSON forms: numbers by size, n2 before n10, alike beside alike."""
    match value:
        case None:
            return (0,)
        case bool():
            return (1, value)
        case int() | float():
            return (2, value)
        case str():
            parts = re.split(r"([0-9]{1,18})", value)
            return (3, tuple((0, int(p), "") if i % 2 else (1, 0, p) for i, p in enumerate(parts)))
        case list():
            return (4, tuple(order(each) for each in value))
        case dict():
            return (5, tuple((key, order(each)) for key, each in value.items()))
        case _:
            return (6, str(value))


# --- short text --------------------------------------------------------------------------------


def plain(text: str) -> str:
    """Escape whatever a terminal might obey: control, direction and other invisible characters."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def plain_lines(text: str) -> str:
    """Escape each line as :func:`plain` does."""
    return "\n".join(map(plain, text.split("\n")))


def short(value: Json) -> str:
    """Show a JSON form on one line, as briefly as it stays clear; accepts any JSON at all."""
    match value:
        case str():
            return value if BARE.fullmatch(value) and value.isprintable() else repr(value)
        case list():
            return "(" + _listed(value) + (",)" if len(value) == 1 else ")")
        case {"$set": list(members)}:
            return "{" + _listed(members) + "}"
        case {"$map": list(pairs)}:
            return "{" + ", ".join(_pair(pair) for pair in pairs) + "}"
        case {"$enum": _, "name": str(text)} | {"$": _, "$text": str(text)}:
            return plain(text)
        case {"$int": str(text)} | {"$float": str(text)} | {"$repr": str(text)}:
            return plain(text)
        case {"$bytes": str(digits)}:
            return plain(f"0x{digits}")
        case {"$": str(name)}:
            parts = {field: each for field, each in value.items() if field != "$"}
            return plain(name) + "(" + _arguments(parts) + ")"
        case dict():
            return (
                "{" + ", ".join(f"{plain(key)}: {short(each)}" for key, each in value.items()) + "}"
            )
        case _:
            return str(value)


def _listed(values: list[Json]) -> str:
    return ", ".join(map(short, values))


def _pair(pair: Json) -> str:
    match pair:
        case [key, value]:
            return f"{short(key)}: {short(value)}"
        case _:
            return short(pair)


def _arguments(parts: dict[str, Json]) -> str:
    """Show fields by position where that is clear, else by name and without the empty ones."""
    if len(parts) <= POSITIONAL and not any(isinstance(each, bool) for each in parts.values()):
        return _listed(list(parts.values()))
    told = {name: each for name, each in parts.items() if not _is_empty(each)}
    return ", ".join(f"{plain(name)}={short(each)}" for name, each in told.items())


def _is_empty(value: Json) -> bool:
    return value is None or value is False or value in ([], {"$set": []}, {"$map": []})


# --- differences -------------------------------------------------------------------------------


def changes(before: Json, after: Json, path: str = "") -> list[dict[str, Json]]:
    """List what differs between two JSON forms, each at the innermost field that says it well.

    A change has a ``path``, and ``before`` and ``after`` (one of them missing where a key of a map
    came or went), or ``added`` and ``removed`` for members of a set and the end of a list.
    """
    if order(before) == order(after):
        return []
    match before, after:
        case {"$": _}, {"$": _} if _alike(before, after) and not (path and _is_one(before, after)):
            return [
                change
                for field in _names(after)
                for change in changes(before[field], after[field], f"{path}.{field}".lstrip("."))
            ]
        case {"$set": list(old)}, {"$set": list(new)}:
            added = [each for each in new if each not in old]
            removed = [each for each in old if each not in new]
            return [{"path": path, "added": added, "removed": removed}]
        case {"$map": list(old)}, {"$map": list(new)}:
            return _map_changes(old, new, path)
        case list(), list() if after[: len(before)] == before:
            return [{"path": path, "added": after[len(before) :], "removed": []}]
        case list(), list() if len(before) == len(after):
            return [
                change
                for place, (old, new) in enumerate(zip(before, after, strict=True))
                for change in changes(old, new, f"{path}[{place}]")
            ]
        case _:
            return [{"path": path, "before": before, "after": after}]


def _alike(before: dict[str, Json], after: dict[str, Json]) -> bool:
    return bool(before["$"] == after["$"]) and _names(before) == _names(after)


def _is_one(before: dict[str, Json], after: dict[str, Json]) -> bool:
    """Whether a change is read best as a whole: ballot 1.n1 became 1.n2, not its proposer n2."""
    names = _names(after)
    if len(names) > POSITIONAL or len(short(after)) > WHOLE:
        return False
    atoms = all(isinstance(after[name], str | int | float) for name in names)
    return atoms or all(order(before[name]) != order(after[name]) for name in names)


def _names(value: dict[str, Json]) -> list[str]:
    return [name for name in value if not name.startswith("$")]


def _map_changes(old: list[Json], new: list[Json], path: str) -> list[dict[str, Json]]:
    found: list[dict[str, Json]] = []
    before, after = ({short(key): each for key, each in pairs} for pairs in (old, new))
    for key in [*before, *(key for key in after if key not in before)]:
        where = f"{path}[{key}]"
        if key not in after:
            found.append({"path": where, "before": before[key]})
        elif key not in before:
            found.append({"path": where, "after": after[key]})
        else:
            found += changes(before[key], after[key], where)
    return found
