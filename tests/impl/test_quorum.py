"""Quorum systems."""

from itertools import combinations

import pytest

from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.quorum import Threshold, disjoint_quorums, majority

STRANGER = NodeId("stranger")


@pytest.mark.parametrize(("members", "least"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (6, 4)])
def test_a_majority_is_more_than_half(members: int, least: int) -> None:
    names = node_ids(members)

    assert majority(names).is_quorum(set(names[:least]))
    assert not majority(names).is_quorum(set(names[: least - 1]))


@pytest.mark.parametrize("members", range(1, 7))
def test_any_two_majorities_share_a_node(members: int) -> None:
    names = node_ids(members)
    sets = [set(each) for size in range(members + 1) for each in combinations(names, size)]
    quorums = [each for each in sets if majority(names).is_quorum(each)]

    assert all(one & other for one in quorums for other in quorums)
    assert disjoint_quorums(names, majority(names), majority(names)) is None


def test_strangers_do_not_count() -> None:
    names = node_ids(3)

    assert not majority(names).is_quorum({names[0], STRANGER})
    assert majority(names).is_quorum({*names[:2], STRANGER})


def test_supersets_of_quorums_are_quorums() -> None:
    names = node_ids(4)
    two = Threshold(names, 2)
    sets = [set(each) for size in range(5) for each in combinations(names, size)]

    assert all(
        two.is_quorum(more) for less in sets if two.is_quorum(less) for more in sets if less <= more
    )


@pytest.mark.parametrize("size", [0, -1, 4])
def test_a_threshold_must_leave_a_choice(size: int) -> None:
    with pytest.raises(ValueError, match=f"a quorum of {size} out of 3 nodes: choose 1 to 3"):
        Threshold(node_ids(3), size)


def test_half_is_not_enough() -> None:
    """The two halves of four nodes: a smallest pair of quorums without a common node."""
    names = node_ids(4)
    halves = Threshold(names, 2)

    pair = disjoint_quorums(names, halves, halves)

    assert pair is not None
    assert not pair[0] & pair[1]
    assert halves.is_quorum(pair[0])
    assert halves.is_quorum(pair[1])
    assert len(pair[0]) == 2


@pytest.mark.parametrize("members", range(1, 7))
def test_flexible_quorums_meet_exactly_if_their_sizes_exceed_the_members(members: int) -> None:
    """Howard, Malkhi and Spiegelman, "Flexible Paxos" (2016): sizes q1 + q2 > n."""
    names = node_ids(members)
    for one in range(1, members + 1):
        for other in range(1, members + 1):
            pair = disjoint_quorums(names, Threshold(names, one), Threshold(names, other))
            assert (pair is None) == (one + other > members)
