"""What shrinking has found, as a person reads it."""

from collections.abc import Iterator
from enum import Enum

from rich.text import Text

from paxiom.model_check.codec import plain
from paxiom.model_check.layout import count, hang
from paxiom.model_check.traces.shrink import Seen, Shrinking, Tried

DIM = "dim"
TOLD = (Seen.HOLDS, Seen.UNKNOWN)


def shrink_lines(done: Shrinking, before: int, width: int) -> Iterator[Text]:
    """Show the smallest bounds found, and what is known of the values below."""
    name, steps = plain(done.violation.name), len(done.violation.trace)
    yield from hang(
        "", Text.assemble((name, "bold"), f" falls in {count(steps, 'step')}, were {before}"), width
    )
    rows = list(_rows(done))
    room = max((len(name) for name, _, _ in rows), default=0)
    for name, change, below in rows:
        head = Text.assemble(f"  {name:<{room}}  ", (f"{change:<12}", "bold"), "  ")
        yield from hang(head, Text(below, DIM), width)
    yield from hang("", Text(_verdict(done)), width)


def _rows(done: Shrinking) -> Iterator[tuple[str, str, str]]:
    """Of each axis that changed, or that has values below: its name, its change, what is there."""
    for option in done.values:
        old, new = _spelled(done.family.values[option]), _spelled(done.values[option])
        tried = [each for each in done.tried.get(option.name, ()) if each.seen in TOLD]
        if tried or old != new:
            below = "; ".join(map(_below, tried)) or "nothing below"
            yield option.name, new if old == new else f"{old} -> {new}", below


def _below(tried: Tried) -> str:
    more = f" ({tried.note})" if tried.note else ""
    return f"{_spelled(tried.value)}: {tried.seen.value}{plain(more)}"


def _verdict(done: Shrinking) -> str:
    if not done.tried:
        return "The model has no options that are bounds: only steps were left out."
    if done.is_smallest:
        return "No smaller value of any one of these shows it: all states were visited there."
    return "Smaller ones may show it too: not every search below was finished."


def _spelled(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case Enum():
            return str(value.value)
        case _:
            return str(value)
