"""Which property kills which bug of the zoo: the tables in model_check/zoo/README.md.

``make kill-table`` writes them again.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from paxiom.model_check.engine import explore
from paxiom.model_check.model import Model
from paxiom.model_check.models.multi_paxos import multi_paxos
from paxiom.model_check.models.raft import raft
from paxiom.model_check.models.vr import vr
from paxiom.model_check.result import Verdict
from paxiom.model_check.zoo import BUGS
from paxiom.model_check.zoo.bug import Bug
from paxiom.spec import multi_paxos as multi_paxos_spec
from paxiom.spec import raft as raft_spec
from paxiom.spec import vr as vr_spec
from paxiom.spec.property import Kind, Property

SOURCE = Path(os.environ.get("PAXIOM_SOURCE", Path(__file__).parents[2]))
README = SOURCE / "model_check" / "zoo" / "README.md"
END = "<!-- end of table -->\n"
MOST_STATES = 1_000_000  # beyond them, a property that has not fallen is not known to hold
UNKNOWN = "?"

Kills = dict[str, str]  # by property, as in the cells of a bug


def without(model: Model, fallen: Iterable[str]) -> Model:
    """Leave out the properties that have fallen, and those that are about reachability."""
    kept = [p for p in model.properties if p.kind is not Kind.REACHABLE and p.name not in fallen]
    return replace(model, properties=tuple(kept))


def parsed(text: str) -> dict[str, Kills]:
    """The table that was written as ``Table.lines``: by bug, the cells that are not empty."""
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


@dataclass(frozen=True)
class Table:
    """The bugs of a protocol, and the properties that might kill them."""

    protocol: str
    bugs: tuple[Bug, ...]
    safety: tuple[Property, ...]

    @property
    def names(self) -> list[str]:
        """What the properties are called."""
        return [prop.name for prop in self.safety]

    @property
    def begin(self) -> str:
        """The mark before the table."""
        return f"<!-- table: {self.protocol}, tests/support/kill_table.py -->\n"

    def kills(self, bug: Bug) -> Kills:
        """Length of the shortest run against each property that kills ``bug`` where it is shown.

        A search goes on past states in which a property is violated that it does not ask for. So
        to drop one property after the other, as they fall, gives what each gives alone: a search
        ends at the first level in which any of those left is violated.
        """
        found: Kills = {}
        while True:
            most = MOST_STATES if found else None  # the first one is known to fall
            result = explore(without(bug.broken(), found), max_states=most)
            if result.violation is None:
                break
            found[result.violation.name] = str(len(result.violation.trace))
        if result.verdict is not Verdict.HOLDS:
            found |= {name: UNKNOWN for name in self.names if name not in found}
        return found

    def lines(self, table: dict[str, Kills]) -> str:
        """A line for each property, a column for each bug: their names are too long for columns."""
        head = f"| | {' | '.join(table)} |\n|---|{'---:|' * len(table)}\n"
        return head + "".join(
            f"| {name} | {' | '.join(found.get(name, '') for found in table.values())} |\n"
            for name in self.names
        )

    def idle(self, table: Iterable[Kills]) -> list[str]:
        """Properties that are not known to kill any bug."""
        killers = {name for found in table for name, length in found.items() if length != UNKNOWN}
        return [name for name in self.names if name not in killers]

    def section(self, table: dict[str, Kills]) -> str:
        """Everything between the marks."""
        names = ", ".join(self.idle(table.values())) or "none"
        return f"\n{self.lines(table)}\nProperties that kill nothing here: {names}.\n\n"

    def written(self) -> str:
        """What stands between the marks now."""
        return README.read_text().split(self.begin)[1].split(END)[0]

    def write(self) -> None:
        """Make the table again."""
        table = {bug.number: self.kills(bug) for bug in self.bugs}
        before, rest = README.read_text().split(self.begin)
        after = rest.split(END, 1)[1]
        README.write_text(f"{before}{self.begin}{self.section(table)}{END}{after}")


def _bugs_of(model: object) -> tuple[Bug, ...]:
    return tuple(sorted((bug for bug in BUGS if bug.model is model), key=lambda bug: bug.number))


RAFT = Table("Raft", _bugs_of(raft), raft_spec.SAFETY)
MULTI_PAXOS = Table("Multi-Paxos", _bugs_of(multi_paxos), multi_paxos_spec.SAFETY)
VR = Table("Viewstamped Replication", _bugs_of(vr), vr_spec.SAFETY)
TABLES = (RAFT, MULTI_PAXOS, VR)


if __name__ == "__main__":
    for each in TABLES:
        each.write()
