"""Delays and messages, measured; expected figures are counted by hand from the papers' figures."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from paxiom.impl.names import Value, node_ids
from paxiom.impl.protocol import Decide
from paxiom.model_check.compare import ENTRIES, SIZES, line_through
from paxiom.model_check.delays import Price, Rounds
from support.command import spawn

# Of a value: delays, and messages among n nodes, without those to oneself. Paxos: two round trips.
# Multi-Paxos: one, and the decision told. Raft: one; the decision goes with the next heartbeat.
VALUE: Mapping[str, tuple[int, Callable[[int], int]]] = {
    "Paxos": (4, lambda n: 4 * (n - 1)),
    "Multi-Paxos": (2, lambda n: 3 * (n - 1)),
    "Flexible Multi-Paxos, n-1 and 2": (2, lambda n: 3 * (n - 1)),
    "Raft": (2, lambda n: 2 * (n - 1)),
}


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("name", ENTRIES)
def test_what_a_value_costs(name: str, count: int) -> None:
    delays, messages = VALUE[name]

    assert ENTRIES[name].value(count) == Price(delays, messages(count))


@pytest.mark.parametrize("name", ["Multi-Paxos", "Flexible Multi-Paxos, n-1 and 2", "Raft"])
def test_a_leader_takes_a_round_trip(name: str) -> None:
    assert {ENTRIES[name].led(count)[1].delays for count in SIZES} == {2}
    assert ENTRIES["Multi-Paxos"].led(5)[1].messages == 8


@pytest.mark.parametrize("name", ["Paxos", "Multi-Paxos", "Raft"])
@pytest.mark.parametrize("faults", [1, 2, 3])
def test_two_f_and_one_nodes_bear_f(name: str, faults: int) -> None:
    """And 2f do not."""
    assert ENTRIES[name].may_stop(2 * faults + 1) == faults
    assert ENTRIES[name].may_stop(2 * faults) == faults - 1


def test_a_new_leader_of_small_phase_2_quorums_bears_one() -> None:
    """All but one must promise, however many there are."""
    assert [ENTRIES["Flexible Multi-Paxos, n-1 and 2"].may_stop(n) for n in (3, 5, 7)] == [1, 1, 1]


def test_a_run_that_decides_nothing_says_so() -> None:
    protocol = ENTRIES["Paxos"].make(node_ids(3))
    rounds = Rounds(protocol, node_ids(3)[1:])

    assert rounds.request(node_ids(3)[0], Value("a"), Decide) == Price(None, 2)


def test_only_a_line_is_a_line() -> None:
    assert line_through({3: 8, 4: 12, 5: 16}) == (4, -4)
    assert line_through({3: 9, 4: 16, 5: 25}) is None


def test_the_command_prints_what_is_measured(tmp_path: Path) -> None:
    ran = spawn("compare", "--json", cwd=tmp_path)
    text = spawn("compare", cwd=tmp_path)
    found = {each["name"]: each for each in json.loads(ran.out)["protocols"]}

    assert ran.code == text.code == 0
    assert found["Paxos"]["messages"] == "4n-4"
    assert found["Raft"]["nodes_for_faults"] == [3, 5, 7]
    assert "3n-3" in text.out
