"""Where a run that is taken again departs from its record, as a person reads it."""

from collections.abc import Iterator, Mapping

from rich.text import Text

from paxiom.model_check.codec import Json, changes, plain, short
from paxiom.model_check.layout import hang
from paxiom.model_check.traces.replay import Departure
from paxiom.model_check.traces.trace_text import headline

LABELS = {
    "error": "error",
    "effects": "effects",
    "after": "state",
    "flight": "in flight",
    "history": "history",
}


def departure_lines(
    departure: Departure, document: Mapping[str, Json], width: int
) -> Iterator[Text]:
    """Say at which step a run departs, and show what was recorded beside what comes of it now."""
    if departure.step:
        step = document["steps"][departure.step - 1]
        where = f"Departs at step {departure.step} of {len(document['steps'])}: "
        yield from hang("", Text.assemble((where, "bold"), headline(step)), width)
    else:
        yield Text("Departs at the beginning", "bold")
    if not departure.recorded:
        yield from hang("  ", "the node takes no notice of the message now", width)
    for name, recorded in departure.recorded.items():
        for path, was, is_now in _differences(name, recorded, departure.now[name]):
            yield Text(f"  {path}")
            yield from hang("    recorded  ", was, width)
            yield from hang("    now       ", is_now, width)


def _differences(name: str, recorded: Json, now: Json) -> Iterator[tuple[str, str, str]]:
    """Give each difference: where, as recorded, as it is now."""
    label = LABELS[name]
    if isinstance(recorded, list) and isinstance(now, list):
        lost = [short(each) for each in recorded if each not in now]
        new = [short(each) for each in now if each not in recorded]
        if lost or new:
            yield label, "; ".join(lost) or "nothing more", "; ".join(new) or "nothing more"
        else:
            yield f"{label}, in another order", _all(recorded), _all(now)
        return
    for change in changes(_record(recorded), _record(now)):
        path = f"{label}: {plain(change['path'])}" if change["path"] else label
        if "added" in change:
            yield path, _all(change["removed"]), _all(change["added"])
        else:
            was, is_now = (short(change[k]) if k in change else "-" for k in ("before", "after"))
            yield path, was, is_now


def _all(values: Json) -> str:
    return "; ".join(map(short, values)) or "nothing more"


def _record(value: Json) -> Json:
    """Make a record of an object of the trace format, so that it is compared field by field."""
    if not isinstance(value, dict) or any(name.startswith("$") for name in value):
        return value
    return {"$": "", **{name: _record(each) for name, each in value.items()}}
