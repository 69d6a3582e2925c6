"""Values as JSON, JSON as short text, and what changed between two values."""

import json
from collections import namedtuple
from dataclasses import dataclass
from enum import Enum, IntEnum
from random import Random
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paxiom.impl.ballots import Ballot
from paxiom.impl.names import NodeId, Value
from paxiom.impl.paxos import Accept, Acceptor, Prepare, Promise, Server, Stable, Vote
from paxiom.impl.protocol import Persist
from paxiom.model_check.codec import changes, plain, short, to_json

N1, N2, N10 = NodeId("n1"), NodeId("n2"), NodeId("n10")
A, B = Value("a"), Value("b")


class Colour(Enum):
    """An enum."""

    RED = "red"


class Level(IntEnum):
    """An enum that is a number too."""

    LOW = 1


Point = namedtuple("Point", "x y")  # noqa: PYI024 - a user may write it so


@dataclass(frozen=True)
class Zxid:
    """A value that says itself how it is best read."""

    epoch: int
    counter: int

    def __str__(self) -> str:
        """Show it as Zab does."""
        return f"{self.epoch}.{self.counter}"


@dataclass(frozen=True)
class Unspeakable:
    """A value that cannot be printed."""

    number: int

    def __str__(self) -> str:
        """Fail."""
        raise RuntimeError

    __repr__ = __str__


class Opaque:
    """No value at all."""


class Unspeakably(Opaque):
    """No value, and no words for it."""

    def __repr__(self) -> str:
        """Fail."""
        raise RuntimeError


# --- to JSON -----------------------------------------------------------------------------------


def test_a_dataclass_keeps_its_type_and_its_field_names() -> None:
    assert to_json(Prepare(Ballot(1, N1))) == {
        "$": "Prepare",
        "ballot": {"$": "Ballot", "round": 1, "proposer": "n1"},
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (-7, -7),
        (0.5, 0.5),
        ("text", "text"),
        (N1, "n1"),
        (b"\x00\xff", {"$bytes": "00ff"}),
        (2**60, {"$int": "0x1000000000000000"}),
        (float("nan"), {"$float": "nan"}),
        (float("-inf"), {"$float": "-inf"}),
        (Colour.RED, {"$enum": "Colour", "name": "RED"}),
        (Level.LOW, {"$enum": "Level", "name": "LOW"}),
        ((1, (2,), ()), [1, [2], []]),
        (Point(1, 2), {"$": "Point", "x": 1, "y": 2}),
        (frozenset(), {"$set": []}),
        (MappingProxyType({N2: 1, N1: 2}), {"$map": [["n1", 2], ["n2", 1]]}),
        (Zxid(3, 4), {"$": "Zxid", "$text": "3.4", "epoch": 3, "counter": 4}),
        (Unspeakable(1), {"$": "Unspeakable", "number": 1}),
    ],
)
def test_each_kind_of_value_has_its_form(value: object, expected: object) -> None:
    found = to_json(value)

    assert found == expected
    assert type(found) is type(expected)
    assert json.loads(json.dumps(found)) == expected


def test_sets_are_sorted_as_people_count() -> None:
    members = [N10, N2, N1, None, 10, 9, (N2,), (N1, B), (N1, A)]

    assert to_json(frozenset(members)) == {
        "$set": [None, 9, 10, "n1", "n2", "n10", ["n1", "a"], ["n1", "b"], ["n2"]]
    }


def test_what_is_no_value_is_named_without_its_address() -> None:
    form = to_json(Opaque())

    assert "Opaque" in form["$repr"]
    assert "0x" not in form["$repr"]
    assert "Unspeakably" in to_json(Unspeakably())["$repr"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.sampled_from([N1, A]),
    lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_every_form_survives_being_written_and_read(value: Any) -> None:  # noqa: ANN401
    form = to_json(value)

    assert json.loads(json.dumps(form)) == form


@given(st.lists(st.integers() | st.text(), unique=True), st.randoms())
def test_the_form_of_a_set_does_not_depend_on_how_it_was_made(
    members: list[Any], random: Random
) -> None:
    shuffled = random.sample(members, len(members))

    assert json.dumps(to_json(frozenset(members))) == json.dumps(to_json(frozenset(shuffled)))


# --- short text --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "None"),
        (N1, "n1"),
        ("two words", "'two words'"),
        ("", "''"),
        ("None", "'None'"),
        ("1", "'1'"),
        ((), "()"),
        ((1,), "(1,)"),
        ((N1, None), "(n1, None)"),
        (frozenset({N2, N1}), "{n1, n2}"),
        (MappingProxyType({N1: A}), "{n1: a}"),
        (Colour.RED, "RED"),
        (b"\x01", "0x01"),
        (2**60, "0x1000000000000000"),
        (Accept(Ballot(1, N1), A), "Accept(Ballot(1, n1), a)"),
        (Promise(Ballot(1, N1), None), "Promise(Ballot(1, n1), None)"),
        (Zxid(3, 4), "3.4"),
        ((Zxid(3, 4), A), "(3.4, a)"),
    ],
)
def test_values_print_short(value: object, expected: str) -> None:
    assert short(to_json(value)) == expected


def test_many_fields_are_named_and_empty_ones_left_out() -> None:
    server = Server(N1, used=Ballot(2, N1))

    assert (
        short(to_json(server)) == "Server(id=n1, acceptor=Acceptor(None, None), used=Ballot(2, n1))"
    )


def test_a_bare_truth_value_would_say_nothing() -> None:
    @dataclass(frozen=True)
    class Reply:
        term: int
        granted: bool

    assert short(to_json(Reply(3, granted=True))) == "Reply(term=3, granted=True)"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["$", "$set", "$map", "$enum", "$repr", "$text", "$int", "name"])
            | st.text(),
            inner,
            max_size=3,
        )
    ),
    max_leaves=10,
)


@given(JSON)
def test_any_json_at_all_prints_on_one_line_that_no_terminal_obeys(form: Any) -> None:  # noqa: ANN401
    assert short(form).isprintable()


@given(st.text(st.characters()))
def test_plain_text_has_nothing_invisible(text: str) -> None:
    assert plain(text).isprintable()


@pytest.mark.parametrize("visible", ["agreement", "[bold]x[/bold]", "naïve 合意 →"])
def test_plain_text_stays_as_it_is(visible: str) -> None:
    assert plain(visible) == visible


@pytest.mark.parametrize(
    ("hostile", "expected"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31m", "\\x9b31m"),
        ("a\rb\nc", "a\\rb\\nc"),
        ("\u202eright to left", "\\u202eright to left"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(hostile: str, expected: str) -> None:
    assert plain(hostile) == expected
    assert expected in short(hostile)


# --- differences -------------------------------------------------------------------------------


def difference(before: object, after: object) -> list[dict[str, Any]]:
    return changes(to_json(before), to_json(after))


def test_a_change_is_told_at_its_field() -> None:
    before = Server(N1)
    after = Server(N1, acceptor=Acceptor(promised=Ballot(1, N2)), decided=A)

    assert difference(before, after) == [
        {"path": "acceptor.promised", "before": None, "after": to_json(Ballot(1, N2))},
        {"path": "decided", "before": None, "after": "a"},
    ]


def test_a_value_whose_every_part_changed_is_told_as_a_whole() -> None:
    before = Acceptor(Ballot(1, N1), Vote(Ballot(1, N1), A))
    after = Acceptor(Ballot(2, N1), Vote(Ballot(2, N1), B))

    assert [each["path"] for each in difference(Stable(before), Stable(after))] == [
        "acceptor.promised",  # not acceptor.promised.round
        "acceptor.accepted",
    ]


def test_members_that_came_and_went_are_told_of_a_set() -> None:
    before = Server(N1, votes=frozenset({(N1, Vote(Ballot(1, N1), A))}))
    after = Server(N1, votes=frozenset({(N2, Vote(Ballot(1, N1), A))}))
    vote = to_json(Vote(Ballot(1, N1), A))

    assert difference(before, after) == [
        {"path": "votes", "added": [["n2", vote]], "removed": [["n1", vote]]}
    ]


def test_a_log_that_grew_is_told_by_what_was_added() -> None:
    assert difference((1, 2), (1, 2, 3)) == [{"path": "", "added": [3], "removed": []}]
    assert difference(("a", "b"), ("a", "c")) == [{"path": "[1]", "before": "b", "after": "c"}]
    assert difference((1, 2), (3,)) == [{"path": "", "before": [1, 2], "after": [3]}]


def test_keys_that_came_and_went_are_told_of_a_map() -> None:
    before = MappingProxyType({N1: 1, N2: 2})
    after = MappingProxyType({N2: 3, N10: 4})

    assert difference(before, after) == [
        {"path": "[n1]", "before": 1},
        {"path": "[n2]", "before": 2, "after": 3},
        {"path": "[n10]", "after": 4},
    ]


def test_another_type_is_another_value() -> None:
    assert difference(Persist(1), Zxid(1, 1)) == [
        {"path": "", "before": to_json(Persist(1)), "after": to_json(Zxid(1, 1))}
    ]


@given(VALUES, VALUES)
def test_there_is_a_change_exactly_if_the_forms_differ(before: Any, after: Any) -> None:  # noqa: ANN401
    found = difference(before, after)

    assert bool(found) == (json.dumps(to_json(before)) != json.dumps(to_json(after)))
