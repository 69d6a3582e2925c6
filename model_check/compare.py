"""The protocols side by side, as measured: what a value and a new leader cost, who may stop."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from rich.text import Text

from paxiom.model_check import run
from paxiom.model_check.codec import Json
from paxiom.model_check.delays import Price
from paxiom.model_check.entries import ENTRIES, Entry
from paxiom.model_check.layout import hang
from paxiom.model_check.reports.proof_report import table
from paxiom.model_check.stops import around, explored

SIZES = range(3, 16)  # nodes that figures are measured for
MOST_FAULTS = 3

Polynomial = tuple[Fraction, Fraction, Fraction]


def polynomial_through(points: Mapping[int, int]) -> Polynomial | None:
    """Give a, b and c where each point is (n, a n² + b n + c), or None where they are on none."""
    (x, at_x), (y, at_y), (z, at_z), *_ = points.items()
    slope, next_slope = Fraction(at_y - at_x, y - x), Fraction(at_z - at_y, z - y)
    a = (next_slope - slope) / (z - x)
    b = slope - a * (x + y)
    c = at_x - b * x - a * x * x
    on_it = all(found == a * n * n + b * n + c for n, found in points.items())
    return (a, b, c) if on_it else None


def written(polynomial: Polynomial) -> str:
    """Write it as in "n²+3n-7"."""
    terms = zip(polynomial, ("n²", "n", ""), strict=True)
    parts = [_term(factor, power) for factor, power in terms if factor]
    return "".join(parts).removeprefix("+") or "0"


def _term(factor: Fraction, power: str) -> str:
    size = "" if power and abs(factor) == 1 else str(abs(factor))
    return f"{'-' if factor < 0 else '+'}{size}{power}"


def compare_document() -> dict[str, Json]:
    """Measure every protocol."""
    return {"protocols": [_measured(name, entry) for name, entry in ENTRIES.items()]}


def _measured(name: str, entry: Entry) -> dict[str, Json]:
    leaders = entry.leading is not None
    bears = {count: entry.may_stop(count) for count in range(2, 2 * MOST_FAULTS + 2)}
    needed = [
        next((count for count, most in bears.items() if most >= faults), None)
        for faults in range(1, MOST_FAULTS + 1)
    ]
    return {
        "name": name,
        "fault": entry.fault,
        "nodes_for_faults": needed,
        **_prices("", {count: entry.value(count) for count in SIZES}),
        **_prices("leader_", {count: entry.led(count)[1] for count in SIZES} if leaders else {}),
        **_prices("change_", {count: entry.change(count) for count in SIZES} if leaders else {}),
        "concepts": dict(entry.concepts),
    }


def _prices(of: str, prices: Mapping[int, Price]) -> dict[str, Json]:
    """Give all delays that were measured, and what the messages are for n nodes; None of none."""
    if not prices:
        return {f"{of}delays": None, f"{of}messages": None}
    fitted = polynomial_through({count: price.messages for count, price in prices.items()})
    return {
        f"{of}delays": sorted({price.delays for price in prices.values()}, key=str),
        f"{of}messages": written(fitted) if fitted else "irregular",
    }


def explore_all(
    document: dict[str, Json], faults: int, rounds: int, how: run.SearchOptions, *, quiet: bool
) -> None:
    """Add to the document what exploring says of nodes for up to so many faults."""
    for each in document["protocols"]:
        entry, fewest = ENTRIES[each["name"]], each["nodes_for_faults"]
        each["explored"] = [
            explored(entry, nodes, stops, rounds, how, quiet=quiet).document()
            | {"expected": expected}
            for most in range(1, faults + 1)
            if entry.model and fewest[most - 1]
            for nodes, stops, expected in around(fewest[most - 1], most)
        ]


# --- text --------------------------------------------------------------------------------------


def compare_lines(document: Mapping[str, Json], width: int) -> Iterator[Text]:
    """Show what was measured, and what the protocols call the same things."""
    found = document["protocols"]
    yield from _table(
        ("protocol", "faults", "nodes for 1, 2, 3", "delays", "messages"),
        (
            (
                each["name"],
                each["fault"],
                ", ".join("more" if n is None else str(n) for n in each["nodes_for_faults"]),
                _listed(each["delays"]),
                each["messages"],
            )
            for each in found
        ),
    )
    told = (
        f"Measured with {SIZES[0]} to {SIZES[-1]} nodes, a message taking one delay. Delays are "
        "until who was asked knows the value decided; messages are until all is quiet. Nodes for f "
        "faults: the fewest with which a value is decided when f are down from the first, and with "
        "one more down it is not; that what is decided stays so is for paxiom check to say."
    )
    yield from hang("", told, width)
    yield Text()
    names = ("leader_delays", "leader_messages", "change_delays", "change_messages")
    yield from _table(
        ("a new leader", "to lead", "messages", "leader lost to next value", "messages"),
        (
            (each["name"], *(_listed(each[name]) for name in names))
            for each in found
            if each["leader_delays"]
        ),
    )
    told = (
        "From when a node stands, or the others notice that the leader is gone: how long they wait "
        "before they do is for those who run it to choose. The first view of Viewstamped "
        "Replication has its leader from the beginning."
    )
    yield from hang("", told, width)
    yield Text()
    concepts = list(found[0]["concepts"])
    rows = [(each["name"], *(each["concepts"][one] for one in concepts)) for each in found]
    yield from table(("protocol", *concepts), rows, [True] * len(rows))


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[Text]:
    """Print rows, and an empty line after them."""
    shown = list(rows)
    yield from table(heads, shown, [True] * len(shown))
    yield Text()


def _listed(found: Json) -> str:
    return found if isinstance(found, str) else ", ".join(map(str, found))
