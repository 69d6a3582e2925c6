"""A baseline: the counts that searches had when somebody last looked at them and blessed them.

A change of behaviour changes the state space, even where no property speaks of it. So the counts of
a search are kept in a file, beside what it claims, and one that moves is a failure until it is
blessed. Only a search that ran to its end has counts to keep. The file::

    {"format": "paxiom baseline", "version": 1,
     "models": {"paxos --nodes 3": {
         "claim": {...},          # as in a trace; properties; the size of the symmetry group used
         "found": {"verdict": "HOLDS", "states": 62305, ...},
         "paxiom": "0.1.0"}}}     # the version that counted
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from paxiom.model_check.codec import Json, plain, short
from paxiom.model_check.reports.suites import Case, Outcome, ReportError
from paxiom.model_check.traces.trace_file import dumps

FORMAT = "paxiom baseline"
VERSION = 1
FOUND = ("verdict", "states", "transitions", "depth", "local_states", "actions", "cuts")
BLESS = "--bless (with pytest: --paxiom-bless)"
COMPARED = ("claim", "found")
SAME_CLAIM = "What is claimed is the same, so the protocol has changed, or the model around it."
OTHER_CLAIM = "What is claimed has changed, so the counts are those of another search."
OTHER_VERSION = "They were counted by paxiom {old}, and this is {new}: that may be why."


def entry_of(document: Mapping[str, Json]) -> dict[str, Json]:
    """Make an entry of the document of a search."""
    properties = document["properties"]
    claim = {
        **document["model"],
        "properties": [each["name"] for each in properties],
        "permutations": document["symmetry"],
    }
    found = {name: document[name] for name in FOUND}
    found["properties"] = {each["name"]: each["verdict"] for each in properties}
    entry: dict[str, Json] = _sorted({"paxiom": document["paxiom"], "claim": claim, "found": found})
    return entry


# --- comparing ---------------------------------------------------------------------------------


def compared(path: Path, name: str, document: Mapping[str, Json]) -> Case:
    """Say whether a search that holds has counted what is on record."""
    return _case(path, recorded(path, name), entry_of(document), blessed=False)


def blessed(path: Path, name: str, document: Mapping[str, Json]) -> Case:
    """Put on record what a search that holds has counted, and say what is new about it."""
    new = entry_of(document)
    with _alone(path.resolve()) as target:
        known = entries(path)
        old = known.get(name)
        if old != new:
            document = {"format": FORMAT, "version": VERSION, "models": known | {name: new}}
            beside = target.with_name(f".{target.name}.new")
            beside.write_text(dumps(_sorted(document)), encoding="ascii")
            beside.replace(target)
    return _case(path, old, new, blessed=True)


def _case(path: Path, old: Json, new: Json, *, blessed: bool) -> Case:
    moved = list(_moved(old, new)) if old else ["not on record before"]
    if moved and not blessed:
        moved += _meaning(old, new)
    return Case(
        name="baseline",
        outcome=Outcome.FAILED if moved and not blessed else Outcome.PASSED,
        verdict=("blessed" if blessed else "moved") if moved else "as recorded",
        sentence=f"The counts are those in {path}.",
        detail="\n".join(moved),
    )


def _moved(old: Json, new: Json) -> Iterator[str]:
    """List what differs, claims first; the reference explorer counts no local states."""
    were, are = (dict(_leaves({name: each[name] for name in COMPARED})) for each in (old, new))
    for path in sorted(were | are, key=lambda path: (path[0], len(path), path)):
        before, after = were.get(path), are.get(path)
        unknown = path[-1] == "local_states" and not (before and after)
        if before != after and not unknown:
            what = plain(" ".join(path[1:]).replace("_", " "))
            yield f"{what}: {_change(before, after)}"


def _leaves(value: Json, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Json]]:
    if not isinstance(value, dict) or any(name.startswith("$") for name in value):
        yield path, value
    else:
        for name, each in value.items():
            yield from _leaves(each, (*path, name))


def _change(before: Json, after: Json) -> str:
    if isinstance(before, list) and isinstance(after, list):
        signs = [f"+ {short(each)}" for each in after if each not in before]
        signs += [f"- {short(each)}" for each in before if each not in after]
        return ", ".join(signs) or f"{short(before)} -> {short(after)}"
    return f"{_told(before)} -> {_told(after)}"


def _told(value: Json) -> str:
    return f"{value:,}" if type(value) is int else short(value)


def _meaning(old: Json, new: Json) -> list[str]:
    said = [SAME_CLAIM if old["claim"] == new["claim"] else OTHER_CLAIM]
    if old["paxiom"] != new["paxiom"]:
        said.append(OTHER_VERSION.format(old=plain(old["paxiom"]), new=new["paxiom"]))
    return [*said, f"If this is meant: {BLESS}"]


# --- the file ----------------------------------------------------------------------------------


def recorded(path: Path, name: str) -> Json:
    """Find an entry; refuse, before any search, if there is none to compare it with."""
    known = entries(path)
    if name not in known:
        has = f"it has {', '.join(known)}" if known else "it has none"
        msg = f"{path} has no counts of {name}; {has}. To add them: {BLESS}"
        raise ReportError(msg)
    return known[name]


def entries(path: Path) -> dict[str, Json]:
    """Read a baseline, by what was asked for; there need not be a file."""
    try:
        document = json.loads(path.read_bytes(), object_pairs_hook=_once)
    except FileNotFoundError:
        return {}
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}"
        raise ReportError(msg) from None
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        msg = f"{path} is no baseline, or a damaged one, and is left as it is: {reason}"
        raise ReportError(msg) from None
    match document:
        case {"format": str(form), "version": 1, "models": dict(models)} if form == FORMAT:
            for name, entry in models.items():
                _require_entry(path, name, entry)
            return dict(models)
    msg = (
        f"{path} is no baseline, and is left as it is: it does not say "
        f'"format": "{FORMAT}", "version": {VERSION} and its "models"'
    )
    raise ReportError(msg)


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """Refuse a name that stands twice, as after a merge: the later one would win unseen."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        msg = f"{twice!r} stands there twice"
        raise ValueError(msg)
    return found


def _require_entry(path: Path, name: str, entry: Json) -> None:
    match entry:
        case {"paxiom": str(), "claim": dict(), "found": dict()}:
            return
        case _:
            pass
    msg = f"{path} is damaged, and is left as it is: the entry {name!r} is not one of a baseline"
    raise ReportError(msg)


@contextmanager
def _alone(path: Path) -> Iterator[Path]:
    """Let no other process write the file meanwhile; its directory is what is locked."""
    import fcntl  # noqa: PLC0415 - not on every system, and only blessing needs it

    try:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield path
        finally:
            os.close(folder)
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror}"
        raise ReportError(msg) from None


def _sorted(value: Json) -> Json:
    """Sort by name, so that a change of one entry changes its lines only."""
    if not isinstance(value, dict):
        return value
    return {name: _sorted(value[name]) for name in sorted(value)}
