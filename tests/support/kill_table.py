"""Which property kills which bug of the zoo: the table in model_check/zoo/README.md.

``make kill-table`` writes it again.
"""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from paxiom.model_check.engine import explore
from paxiom.model_check.model import Model
from paxiom.model_check.models.raft import raft
from paxiom.model_check.result import Verdict
from paxiom.model_check.zoo import BUGS
from paxiom.model_check.zoo.bug import Bug
from paxiom.spec import raft as spec
from paxiom.spec.property import Kind

SOURCE = Path(os.environ.get("PAXIOM_SOURCE", Path(__file__).parents[2]))
README = SOURCE / "model_check" / "zoo" / "README.md"
BEGIN, END = "<!-- table: tests/support/kill_table.py -->\n", "<!-- end of table -->\n"
MOST_STATES = 1_000_000  # beyond them, a property that has not fallen is not known to hold
UNKNOWN = "?"

RAFT_BUGS = sorted((bug for bug in BUGS if bug.model is raft), key=lambda bug: bug.number)
NAMES = [prop.name for prop in spec.SAFETY]


def without(model: Model, fallen: Iterable[str]) -> Model:
    """Leave out the properties that have fallen, and those that are about reachability."""
    kept = [p for p in model.properties if p.kind is not Kind.REACHABLE and p.name not in fallen]
    return replace(model, properties=tuple(kept))


def kills(bug: Bug) -> dict[str, str]:
    """Length of the shortest run against each property that kills ``bug`` where it is shown.

    A search goes on past states in which a property is violated that it does not ask for. So to
    drop one property after the other, as they fall, gives what each gives alone: a search ends at
    the first level in which any of those left is violated.
    """
    found: dict[str, str] = {}
    while True:
        result = explore(without(bug.broken(), found), max_states=MOST_STATES)
        if result.violation is None:
            break
        found[result.violation.name] = str(len(result.violation.trace))
    if result.verdict is not Verdict.HOLDS:
        found |= {name: UNKNOWN for name in NAMES if name not in found}
    return found


def lines(table: dict[str, dict[str, str]]) -> str:
    """A line for each property, a column for each bug: property names are too long for columns."""
    head = f"| | {' | '.join(table)} |\n|---|{'---:|' * len(table)}\n"
    return head + "".join(
        f"| {name} | {' | '.join(found.get(name, '') for found in table.values())} |\n"
        for name in NAMES
    )


def parsed(text: str) -> dict[str, dict[str, str]]:
    """The table that was written as ``lines``: by bug, the cells that are not empty."""
    cells = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    (_, *numbers), _, *rows = cells
    return {
        number: {row[0]: row[column] for row in rows if row[column]}
        for column, number in enumerate(numbers, start=1)
    }


def idle(table: Iterable[dict[str, str]]) -> list[str]:
    """Properties that are not known to kill any bug."""
    killers = {name for found in table for name, length in found.items() if length != UNKNOWN}
    return [name for name in NAMES if name not in killers]


def section(table: dict[str, dict[str, str]]) -> str:
    """Everything between the marks."""
    names = ", ".join(idle(table.values())) or "none"
    return f"\n{lines(table)}\nProperties that kill nothing here: {names}.\n\n"


def written() -> str:
    """What stands between the marks now."""
    return README.read_text().split(BEGIN)[1].split(END)[0]


def main() -> None:
    """Write the table again."""
    table = {bug.number: kills(bug) for bug in RAFT_BUGS}
    text = README.read_text()
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    README.write_text(f"{before}{BEGIN}{section(table)}{END}{after}")


if __name__ == "__main__":
    main()
