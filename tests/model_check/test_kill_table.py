"""The tables of which property kills which bug are those that are made, and agree with the zoo."""

import pytest

from paxiom.model_check.zoo.bug import Bug
from support.kill_table import MULTI_PAXOS, TABLES, UNKNOWN, VR, Table, parsed

HOW = "make it again: make kill-table"
# Those whose column is not made in two seconds.
LONG = {
    *("R01", "R03", "R04", "R05", "R12", "R15", "R19", "R20", "R24"),
    *(bug.number for bug in MULTI_PAXOS.bugs if bug.number not in {"MP07", "MP16", "P14", "P14c"}),
    *(bug.number for bug in VR.bugs if bug.shown["views"] > 1),
}


def number(of: Table | Bug) -> str:
    """Name a test."""
    return of.protocol if isinstance(of, Table) else of.number


@pytest.mark.parametrize("table", TABLES, ids=number)
def test_a_table_has_every_bug_with_what_is_on_record(table: Table) -> None:
    """The property on record has the shortest run of all."""
    written = parsed(table.written())

    assert list(written) == [bug.number for bug in table.bugs], HOW
    for bug in table.bugs:
        found = written[bug.number]
        assert found[bug.breaks] == str(bug.length), HOW
        assert bug.length == min(int(length) for length in found.values() if length != UNKNOWN)


@pytest.mark.parametrize("table", TABLES, ids=number)
def test_a_table_is_written_as_it_is_made(table: Table) -> None:
    """Its heading, its order of properties, and the line on those that kill nothing."""
    assert table.written() == table.section(parsed(table.written())), HOW


@pytest.mark.parametrize(
    ("table", "bug"),
    [
        pytest.param(
            table, bug, id=bug.number, marks=[pytest.mark.slow] if bug.number in LONG else []
        )
        for table in TABLES
        for bug in table.bugs
    ],
)
def test_a_table_is_up_to_date(table: Table, bug: Bug) -> None:
    """Each property alone, until it falls or the space is exhausted."""
    assert table.kills(bug) == parsed(table.written())[bug.number], HOW
