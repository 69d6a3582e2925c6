"""Quorum systems."""

from collections.abc import Callable
from itertools import combinations, product

import pytest

from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.quorum import (
    Both,
    EachLine,
    Nodes,
    QuorumError,
    QuorumPair,
    QuorumSystem,
    Threshold,
    Weighted,
    WholeLine,
    byzantine,
    flexible,
    grid_protocol,
    liars,
    majorities,
    majority,
    minimal_quorums,
    row_and_column,
    tolerates,
    weighted_majorities,
    with_witnesses,
)

STRANGER = NodeId("stranger")


def grid(rows: int, wide: int) -> tuple[Nodes, ...]:
    names = node_ids(rows * wide)
    return tuple(names[row * wide : (row + 1) * wide] for row in range(rows))


SYSTEMS: dict[str, QuorumSystem] = {
    "threshold": Threshold(node_ids(4), 2),
    "weighted": Weighted(tuple(zip(node_ids(4), (0, 1, 2, 3), strict=True)), 3),
    "a whole row": WholeLine(grid(2, 3)),
    "one of each row": EachLine(grid(2, 3)),
    "both": Both(EachLine(grid(2, 3)), Threshold(node_ids(6), 3)),
}
each_system = pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS)


def all_sets(members: Nodes) -> list[set[NodeId]]:
    return [set(each) for size in range(len(members) + 1) for each in combinations(members, size)]


@pytest.mark.parametrize(("members", "least"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (6, 4)])
def test_a_majority_is_more_than_half(members: int, least: int) -> None:
    names = node_ids(members)

    assert majority(names).is_quorum(set(names[:least]))
    assert not majority(names).is_quorum(set(names[: least - 1]))


@pytest.mark.parametrize("members", range(1, 7))
def test_any_two_majorities_share_a_node(members: int) -> None:
    names = node_ids(members)
    quorums = [each for each in all_sets(names) if majority(names).is_quorum(each)]

    assert all(one & other for one in quorums for other in quorums)
    assert majorities(names).misfit() is None


@each_system
def test_strangers_do_not_count(system: QuorumSystem) -> None:
    for each in all_sets(system.members):
        assert system.is_quorum(each | {STRANGER}) == system.is_quorum(each)


@each_system
def test_supersets_of_quorums_are_quorums(system: QuorumSystem) -> None:
    sets = all_sets(system.members)
    quorums = [each for each in sets if system.is_quorum(each)]

    assert all(system.is_quorum(more) for less in quorums for more in sets if less <= more)
    assert 0 < len(quorums) < len(sets)


@each_system
def test_quorums_are_what_contains_a_minimal_one(system: QuorumSystem) -> None:
    minimal = minimal_quorums(system)

    assert all(not one < other for one in minimal for other in minimal)
    for each in all_sets(system.members):
        assert system.is_quorum(each) == any(each >= less for less in minimal)


@pytest.mark.parametrize("size", [0, -1, 4])
def test_a_threshold_must_leave_a_choice(size: int) -> None:
    with pytest.raises(ValueError, match=f"a quorum of {size} out of 3 nodes: choose 1 to 3"):
        Threshold(node_ids(3), size)


def test_a_weight_is_not_negative() -> None:
    with pytest.raises(ValueError, match="n2 weighs less than 0"):
        Weighted(tuple(zip(node_ids(2), (3, -1), strict=True)), 1)


@pytest.mark.parametrize(("weights", "least"), [((1, 1), 0), ((1, 1), 3), ((0, 0), 1)])
def test_a_weight_must_leave_a_choice(weights: tuple[int, ...], least: int) -> None:
    with pytest.raises(ValueError, match=f"a quorum of weight {least} out of {sum(weights)}"):
        Weighted(tuple(zip(node_ids(2), weights, strict=True)), least)


# --- pairs --------------------------------------------------------------------------------------


def test_half_is_not_enough() -> None:
    """The two halves of four nodes: a smallest pair of quorums without a common node."""
    pair = flexible(node_ids(4), 2, 2).misfit()

    assert pair == (frozenset(node_ids(4)[:2]), frozenset(node_ids(4)[2:]))


def test_a_pair_that_does_not_meet_is_named() -> None:
    with pytest.raises(
        QuorumError, match=r"\{n1, n2\} and \{n3, n4\} share no node, not 1 of \{n1, n2, n3, n4\}"
    ):
        flexible(node_ids(4), 2, 2).require_meeting()


def test_what_is_shared_must_have_data() -> None:
    """Two nodes and a witness: the witness alone is in both quorums, and stores nothing."""
    n1, n2, n3 = node_ids(3)
    with pytest.raises(
        QuorumError, match=r"\{n1, n3\} and \{n2, n3\} share only \{n3\}, not 1 of \{n1, n2\}"
    ):
        with_witnesses((n1, n2), (n3,)).require_meeting()


def test_what_is_shared_must_not_be_liars_alone() -> None:
    members = node_ids(4)
    pair = QuorumPair(Threshold(members, 3), Threshold(members, 2), Threshold(members, 2))

    assert pair.misfit() == (frozenset(members[:3]), frozenset({members[0], members[3]}))
    byzantine(members).require_meeting()


def met(pair: QuorumPair, enough: Callable[[set[NodeId]], bool]) -> bool:
    """By brute force over all sets, what ``misfit`` says of minimal quorums."""
    sets = all_sets(pair.members)
    first = [each for each in sets if pair.first.is_quorum(each)]
    second = [each for each in sets if pair.second.is_quorum(each)]
    return all(enough(one & other) for one, other in product(first, second))


@pytest.mark.parametrize("members", range(1, 8))
def test_flexible_quorums_meet_exactly_if_their_sizes_exceed_the_members(members: int) -> None:
    """Howard, Malkhi and Spiegelman, "Flexible Paxos" (2016): sizes q1 + q2 > n."""
    names = node_ids(members)
    for one, other in product(range(1, members + 1), repeat=2):
        assert (flexible(names, one, other).misfit() is None) == (one + other > members)


@pytest.mark.parametrize("members", range(1, 8))
def test_byzantine_quorums_share_more_than_may_lie(members: int) -> None:
    pair, faulty = byzantine(node_ids(members)), liars(members)

    assert pair.misfit() is None
    assert met(pair, lambda common: len(common) > faulty)
    if members == 3 * faulty + 1:
        assert {len(each) for each in minimal_quorums(pair.first)} == {2 * faulty + 1}


@pytest.mark.parametrize(
    ("members", "witnesses"), [(n, w) for n in range(2, 8) for w in (1, 2) if w < n]
)
def test_majorities_share_data_if_the_witnesses_leave_room(members: int, witnesses: int) -> None:
    """Twice a majority must exceed the nodes, witnesses twice: one is enough for even numbers."""
    names = node_ids(members)
    data = names[witnesses:]
    pair = with_witnesses(data, names[:witnesses])

    shares = met(pair, lambda common: bool(common & set(data)))
    assert (pair.misfit() is None) == shares
    if members > 2 * witnesses:  # else a majority of witnesses is no quorum, as it has no data
        assert shares == (2 * (members // 2 + 1) > members + witnesses)


@pytest.mark.parametrize(("rows", "wide"), [(1, 3), (2, 2), (2, 3), (3, 2), (3, 3)])
def test_rows_cross_columns(rows: int, wide: int) -> None:
    crossing, covering = row_and_column(grid(rows, wide)), grid_protocol(grid(rows, wide))

    assert crossing.misfit() is None
    assert covering.misfit() is None
    assert {len(each) for each in minimal_quorums(crossing.first)} == {wide}
    assert {len(each) for each in minimal_quorums(crossing.second)} == {rows}
    assert {len(each) for each in minimal_quorums(covering.second)} == {rows + wide - 1}
    # Two rows need not meet; two writes of the grid protocol must, and do.
    two_rows = QuorumPair(crossing.first, crossing.first, crossing.shared)
    two_writes = QuorumPair(covering.second, covering.second, covering.shared)
    assert (two_rows.misfit() is None) == (rows == 1)
    assert two_writes.misfit() is None


@pytest.mark.parametrize("weights", [(1, 1, 1), (3, 1, 1), (2, 1, 1, 0), (3, 2, 2, 1, 1)])
def test_weighted_majorities_meet(weights: tuple[int, ...]) -> None:
    pair = weighted_majorities(tuple(zip(node_ids(len(weights)), weights, strict=True)))

    assert pair.misfit() is None
    assert met(pair, bool)


# --- availability -------------------------------------------------------------------------------


def test_how_many_may_stop() -> None:
    """Counted by hand; the source document has two for four nodes."""
    assert [majorities(node_ids(n)).tolerates() for n in range(1, 10)] == [
        *(0, 0, 1, 1, 2, 2, 3, 3, 4)
    ]
    assert [byzantine(node_ids(n)).tolerates() for n in range(1, 10)] == [
        *(0, 0, 1, 1, 1, 2, 2, 2, 3)
    ]


@pytest.mark.parametrize("members", range(1, 8))
def test_a_threshold_tolerates_what_it_does_not_need(members: int) -> None:
    names = node_ids(members)
    for size in range(1, members + 1):
        assert tolerates(Threshold(names, size)) == members - size


def test_a_grid_is_as_available_as_its_weaker_part() -> None:
    """A node of each row lost: no row is whole; a column lost: no cover."""
    rows = grid(2, 3)
    assert tolerates(row_and_column(rows).first) == 1
    assert tolerates(row_and_column(rows).second) == 2
    assert tolerates(grid_protocol(rows).first) == 1
    assert grid_protocol(rows).tolerates() == 1


def test_a_heavy_member_is_missed() -> None:
    weights = tuple(zip(node_ids(4), (3, 1, 1, 1), strict=True))
    assert weighted_majorities(weights).tolerates() == 0  # without n1, half of the weight is left
    weights = tuple(zip(node_ids(4), (2, 1, 1, 1), strict=True))
    assert weighted_majorities(weights).tolerates() == 1


@pytest.mark.parametrize("members", range(2, 8))
def test_a_witness_bears_what_a_node_less_does(members: int) -> None:
    """Where majorities share data at all, a witness among 2m nodes is worth no more than none."""
    *data, witness = node_ids(members)
    pair = with_witnesses(tuple(data), (witness,))
    if pair.misfit() is None:
        assert pair.tolerates() == majorities(tuple(data)).tolerates()
