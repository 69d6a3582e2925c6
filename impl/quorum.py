"""Quorum systems: which sets of nodes are enough.

Consensus assumes only that the quorums it compares intersect; "more than half" is one way to make
that true.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

from paxiom.impl.names import NodeId


class QuorumSystem(Protocol):
    """Any rule that says which sets of nodes are quorums; supersets of quorums are quorums."""

    def is_quorum(self, nodes: AbstractSet[NodeId]) -> bool:
        """Whether ``nodes`` contain a quorum."""
        ...


@dataclass(frozen=True, slots=True)
class Threshold:
    """Any ``size`` of ``members`` are a quorum; others do not count."""

    members: tuple[NodeId, ...]
    size: int

    def __post_init__(self) -> None:
        """Refuse a size that makes everything or nothing a quorum."""
        if not 1 <= self.size <= len(self.members):
            count = len(self.members)
            msg = f"a quorum of {self.size} out of {count} nodes: choose 1 to {count}"
            raise ValueError(msg)

    def is_quorum(self, nodes: AbstractSet[NodeId]) -> bool:
        """Whether at least ``size`` members are among ``nodes``."""
        return len(nodes & set(self.members)) >= self.size


def majority(members: tuple[NodeId, ...]) -> Threshold:
    """More than half of ``members``: any two such sets share a node."""
    return Threshold(members, len(members) // 2 + 1)


def disjoint_quorums(
    members: tuple[NodeId, ...], one: QuorumSystem, other: QuorumSystem
) -> tuple[frozenset[NodeId], frozenset[NodeId]] | None:
    """Find a quorum of ``one`` that shares no node with a quorum of ``other``, or None.

    Tries every subset of ``members`` against its complement: exponential, for clusters of
    ordinary size. The pair found is one with the smallest first set.
    """
    for size in range(len(members) + 1):
        for chosen in combinations(members, size):
            ours = frozenset(chosen)
            theirs = frozenset(members) - ours
            if one.is_quorum(ours) and other.is_quorum(theirs):
                return ours, theirs
    return None
