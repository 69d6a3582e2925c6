"""Renaming labels inside values, and values that refuse it."""

from collections import namedtuple
from collections.abc import Hashable
from dataclasses import InitVar, dataclass, field, replace
from enum import Enum
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paxiom.impl.ballots import Ballot
from paxiom.impl.names import NodeId, Value, node_ids, values
from paxiom.impl.paxos import Accepted, Vote
from paxiom.impl.protocol import Send
from paxiom.model_check.budgets import Budgets, Cost
from paxiom.model_check.environment import Deliver, Envelope, Local, Status
from paxiom.model_check.model import Emitted, ModelError, Received
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.symmetry import Symmetry
from paxiom.spec.consensus import Decision, History
from support.rumours import Gossip, Rumour, Tell, rumours
from support.symmetric import element

N1, N2, N3 = node_ids(3)
A, B = values(2)
REMEDY = "Remove symmetry= from the model or run with --no-symmetry"
SWAP_NODES = "n1 to n2 and n2 to n1"
SWAP_BOTH = "n1 to n2, n2 to n1, a to b and b to a"


class Colour(Enum):
    """An atom."""

    RED = "red"


@dataclass(frozen=True)
class Plain:
    """Without slots; keeps its members sorted."""

    members: tuple[NodeId, ...]
    size: int = field(init=False)

    def __post_init__(self) -> None:
        """Sort."""
        object.__setattr__(self, "members", tuple(sorted(self.members)))
        object.__setattr__(self, "size", len(self.members))


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """Keeps its members sorted."""

    members: tuple[NodeId, ...]

    def __post_init__(self) -> None:
        """Sort."""
        object.__setattr__(self, "members", tuple(sorted(self.members)))


@dataclass(frozen=True, slots=True)
class Built:
    """Is not called with its fields."""

    holder: NodeId = field(init=False)
    text: InitVar[str]

    def __post_init__(self, text: str) -> None:
        """Make the field."""
        object.__setattr__(self, "holder", NodeId(text))


Pair = namedtuple("Pair", "left right")  # noqa: PYI024 - as users may write it


@pytest.mark.parametrize(
    ("value", "renamed"),
    [
        (N1, N2),
        ((N1, (A, 7)), (N2, (B, 7))),
        (frozenset({(N1, A), (N2, A)}), frozenset({(N2, B), (N1, B)})),
        (Pair(N1, b"n1"), Pair(N2, b"n1")),
        (
            Local(Status.UP, Gossip(N1, A, frozenset({N2}), frozenset({(N2, B)})), A),
            Local(Status.UP, Gossip(N2, B, frozenset({N1}), frozenset({(N1, A)})), B),
        ),
        (Deliver(Envelope(N1, N2, Rumour(A))), Deliver(Envelope(N2, N1, Rumour(B)))),
        (
            Envelope(N1, N1, Accepted(Vote(Ballot(1, N3), A))),
            Envelope(N2, N2, Accepted(Vote(Ballot(1, N3), B))),
        ),
        (
            Budgets(1, 0, 0, None, frozenset({(N1, 2), (N2, 1)})),
            Budgets(1, 0, 0, None, frozenset({(N2, 2), (N1, 1)})),
        ),
        (
            History(frozenset({A}), frozenset({Decision(N1, A)})),
            History(frozenset({B}), frozenset({Decision(N2, B)})),
        ),
        ((Received(N1, N2, Rumour(A)), Tell(N1)), (Received(N2, N1, Rumour(B)), Tell(N2))),
        ((Emitted(N1, Send(N2, A)), Cost.LOSS), (Emitted(N2, Send(N1, B)), Cost.LOSS)),
        (Normal(members=(N1, N3)), Normal(members=(N2, N3))),
    ],
    ids=lambda value: type(value).__name__,
)
def test_labels_are_renamed_wherever_they_are(value: object, renamed: object) -> None:
    symmetry = Symmetry.of(rumours(2))
    both = element(symmetry, SWAP_BOTH)

    found = symmetry.rename(value, both)

    assert (found, type(found)) == (renamed, type(renamed))
    assert symmetry.rename(found, both) == value
    assert symmetry.rename(value, both) is found
    assert symmetry.rename(value, 0) is value


@pytest.mark.parametrize(
    "value",
    [
        N3,
        Value("n1"),  # a value, though it has the text of a node
        ("other", None, True, 1.5, Colour.RED, (N3, Vote(Ballot(2, N3), Value("c")))),
        (frozenset({N1, N2}), frozenset({Rumour(A), Rumour(B)})),
    ],
)
def test_what_does_not_change_is_the_same_object(value: object) -> None:
    symmetry = Symmetry.of(rumours(2))

    assert symmetry.rename(value, element(symmetry, SWAP_BOTH)) is value


def test_records_that_are_not_called_with_their_fields_are_renamed_field_by_field() -> None:
    symmetry = Symmetry.of(rumours(2))
    swap = element(symmetry, SWAP_NODES)

    assert symmetry.rename(Built("n1"), swap) == Built("n2")
    assert symmetry.rename(Plain((N3, N1)), swap).members == (N2, N3)
    assert symmetry.rename(Plain((N3, N1)), swap).size == 2


labels = st.sampled_from([N1, N2, N3, A, B, Value("c")])
nested = st.recursive(
    labels | st.integers() | st.none() | st.sampled_from(Colour),
    lambda parts: (
        st.lists(parts, max_size=3).map(tuple)
        | st.frozensets(parts, max_size=3)
        | st.builds(Pair, parts, parts)
        | st.builds(Decision, parts, parts)
        | st.builds(Local, st.sampled_from(Status), parts, parts)
    ),
    max_leaves=12,
)


@given(nested, st.integers(0, 11), st.integers(0, 11))
def test_renaming_by_one_and_then_another_is_renaming_by_both(
    value: Hashable, one: int, other: int
) -> None:
    symmetry = Symmetry.of(rumours(3))

    both = symmetry.rename(value, symmetry.then(one, other))

    assert both == symmetry.rename(symmetry.rename(value, one), other)
    assert symmetry.rename(symmetry.rename(value, one), symmetry.inverse(one)) == value
    assert symmetry.rename(value, 0) is value


@dataclass
class Mutable:
    """Not frozen."""

    node: NodeId

    __hash__ = object.__hash__


@dataclass(frozen=True, order=True)
class Entry:
    """Ordered."""

    index: int
    command: Hashable


@dataclass(frozen=True)
class Choosy:
    """Allows only some orders of its fields."""

    low: NodeId
    high: NodeId

    def __post_init__(self) -> None:
        """Compare."""
        if self.low > self.high:
            msg = "low must be below high"
            raise ValueError(msg)


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (("x", Fraction(1, 2)), "symmetry cannot look inside Fraction values"),
        (Mutable(N1), "symmetry cannot look inside Mutable values"),
        (range(2), "symmetry cannot look inside range values"),
        (("x", ["y"]), "is not an immutable value"),
        (("vote", "a"), "the text 'a' cannot be told from the interchangeable label a"),
        (Entry(1, A), r"Entry values are ordered, .*alike: renaming .* changes Entry\(.*1, .*a\)"),
        (Choosy(N1, N2), "cannot be renamed: ValueError: low must be below high"),
    ],
)
def test_values_that_cannot_be_renamed_are_refused(value: object, complaint: str) -> None:
    symmetry = Symmetry.of(rumours(2))

    with pytest.raises(ModelError, match=complaint) as refused:
        symmetry.rename(value, element(symmetry, SWAP_BOTH))

    assert REMEDY in str(refused.value) or "frozen dataclasses" in str(refused.value)


def test_ordered_classes_may_hold_what_stays() -> None:
    symmetry = Symmetry.of(rumours(2))

    swap = element(symmetry, SWAP_NODES)

    assert symmetry.rename((Entry(1, A), N1), swap) == (Entry(1, A), N2)


def test_paxos_is_not_symmetric_in_its_nodes() -> None:
    model = replace(paxos(nodes=2, ballots=1), symmetry=(node_ids(2),))

    with pytest.raises(ModelError, match=rf"'paxos': Ballot values are ordered.*NodeId\. {REMEDY}"):
        Symmetry.of(model)


def test_paxos_is_not_symmetric_in_some_proposers() -> None:
    """The types do not tell whose ballots there are, but the first ballot met does."""
    model = replace(paxos(nodes=3, ballots=3), symmetry=((N2, N3),))
    symmetry = Symmetry.of(model)

    with pytest.raises(ModelError, match=r"Ballot values are ordered.* changes Ballot\(.*n2\)"):
        symmetry.rename(Vote(Ballot(1, N2), A), 1)
