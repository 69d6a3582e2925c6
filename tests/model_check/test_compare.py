"""Delays and messages, measured; expected figures are counted by hand from the papers' figures."""

import json
from collections.abc import Callable, Mapping
from fractions import Fraction

import pytest

from paxiom.impl.names import Value, node_ids
from paxiom.impl.protocol import Decide
from paxiom.model_check.compare import SIZES, polynomial_through, written
from paxiom.model_check.delays import Price, Rounds
from paxiom.model_check.entries import ENTRIES
from support.command import Run

# Of a value: delays, and messages among n nodes, without those to oneself. Paxos: two round trips.
# Multi-Paxos, Zab: one, and the decision told. Raft, VR: one; it is told with what comes next.
VALUE: Mapping[str, tuple[int, Callable[[int], int]]] = {
    "Paxos": (4, lambda n: 4 * (n - 1)),
    "Multi-Paxos": (2, lambda n: 3 * (n - 1)),
    "Flexible Multi-Paxos, n-1 and 2": (2, lambda n: 3 * (n - 1)),
    "Raft": (2, lambda n: 2 * (n - 1)),
    "Viewstamped Replication": (2, lambda n: 2 * (n - 1)),
    "Zab": (2, lambda n: 3 * (n - 1)),
}

# When the leader is gone: delays, and messages, to the n - 2 others that run or to all n - 1.
# Multi-Paxos: phase 1, then a value, which is told. Raft: votes, the no-op, the value.
# VR: each gives up and says so to all; with three nodes, the first word makes a quorum. Then the
# logs, the new view and what each has of it, and the value.
# Zab: six messages with each follower until it has joined, and three for the value.
CHANGE: Mapping[str, tuple[Callable[[int], int], Callable[[int], int]]] = {
    "Multi-Paxos": (lambda _: 4, lambda n: 3 * (n - 1) + 2 * (n - 2)),
    "Flexible Multi-Paxos, n-1 and 2": (lambda _: 4, lambda n: 3 * (n - 1) + 2 * (n - 2)),
    "Raft": (lambda _: 4, lambda n: 3 * (n - 1) + 3 * (n - 2)),
    "Viewstamped Replication": (
        lambda n: 4 if n == 3 else 5,
        lambda n: (n - 1) ** 2 + 2 * (n - 1) + 3 * (n - 2),
    ),
    "Zab": (lambda _: 7, lambda n: 9 * (n - 2)),
}


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("name", ENTRIES)
def test_what_a_value_costs(name: str, count: int) -> None:
    delays, messages = VALUE[name]

    assert ENTRIES[name].value(count) == Price(delays, messages(count))


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("name", CHANGE)
def test_what_it_costs_to_lose_a_leader(name: str, count: int) -> None:
    delays, messages = CHANGE[name]

    assert ENTRIES[name].change(count) == Price(delays(count), messages(count))


@pytest.mark.parametrize("name", ["Multi-Paxos", "Flexible Multi-Paxos, n-1 and 2", "Raft"])
def test_a_leader_takes_a_round_trip(name: str) -> None:
    assert {ENTRIES[name].led(count)[1].delays for count in SIZES} == {2}
    assert ENTRIES["Multi-Paxos"].led(5)[1].messages == 8


def test_a_leader_of_zab_takes_two_round_trips_and_a_half() -> None:
    """Which epochs were promised, the new one and the histories, the history and who has it."""
    assert ENTRIES["Zab"].led(5)[1] == Price(5, 6 * 4)


def test_no_protocol_is_left_out_of_the_table_by_hand() -> None:
    assert list(ENTRIES) == list(VALUE)
    assert [name for name, entry in ENTRIES.items() if entry.leading] == list(CHANGE)


@pytest.mark.parametrize("name", ["Paxos", "Multi-Paxos", "Raft", "Viewstamped Replication", "Zab"])
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
    rounds = Rounds.booted(protocol, node_ids(3)[1:])

    assert rounds.request(node_ids(3)[0], Value("a"), Decide) == Price(None, 2)


def test_a_polynomial_goes_through_all_points_or_there_is_none() -> None:
    def fitted(points: Mapping[int, int]) -> str | None:
        found = polynomial_through(points)
        return written(found) if found else None

    assert fitted({3: 8, 4: 12, 5: 16, 6: 20}) == "4n-4"
    assert fitted({3: 11, 4: 21, 5: 33, 6: 47}) == "n²+3n-7"
    assert fitted({2: 1, 4: 6, 6: 15, 7: 21}) == "1/2n²-1/2n"
    assert fitted({3: 8, 4: 12, 5: 16, 6: 21}) is None


@pytest.mark.parametrize(
    ("polynomial", "text"),
    [
        ((0, 4, -4), "4n-4"),
        ((1, 3, -7), "n²+3n-7"),
        ((-1, -1, 0), "-n²-n"),
        ((Fraction(1, 2), 0, 1), "1/2n²+1"),
        ((0, 0, 0), "0"),
    ],
)
def test_a_polynomial_is_written_as_one_would(
    polynomial: tuple[Fraction, Fraction, Fraction], text: str
) -> None:
    assert written(polynomial) == text


def test_the_command_prints_what_is_measured(paxiom: Run) -> None:
    ran = paxiom("compare", "--json")
    text = paxiom("compare")
    found = {each["name"]: each for each in json.loads(ran.out)["protocols"]}

    assert ran.code == text.code == 0
    assert found["Paxos"]["messages"] == "4n-4"
    assert found["Raft"]["nodes_for_faults"] == [3, 5, 7]
    assert found["Paxos"]["change_messages"] is None
    assert found["Viewstamped Replication"]["change_messages"] == "n²+3n-7"
    assert "3n-3" in text.out
