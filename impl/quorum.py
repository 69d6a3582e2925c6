"""Quorum systems: which sets of nodes are enough.

A protocol that compares what two quorums know needs them to meet. What they must share depends on
the faults: one node if nodes only crash; one more than may lie, if nodes lie; one that stores
data, if some do not. "More than half" is one way to make that true, and not the only one: phases
may have quorums of different kinds, as long as one of each meet.

Sources: Thomas, "A majority consensus approach to concurrency control", TODS 1979; Gifford,
"Weighted voting for replicated data", SOSP 1979; Pâris, "Voting with witnesses", ICDCS 1986;
Cheung, Ammar and Ahamad, "The grid protocol", ICDE 1990; Malkhi and Reiter, "Byzantine quorum
systems", Distributed Computing 1998; Howard, Malkhi and Spiegelman, "Flexible Paxos", 2016.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import Protocol

from paxiom.impl.names import NodeId

Nodes = tuple[NodeId, ...]


class QuorumSystem(Protocol):
    """Any rule that says which sets of nodes are quorums; supersets of quorums are quorums."""

    @property
    def members(self) -> Nodes:
        """Whoever counts."""
        ...

    def is_quorum(self, nodes: AbstractSet[NodeId]) -> bool:
        """Whether ``nodes`` contain a quorum."""
        ...


class QuorumError(ValueError):
    """Two quorums do not share what they must; the message names them."""


# --- systems ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Threshold:
    """Any ``size`` of ``members`` are a quorum; others do not count."""

    members: Nodes
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

    def __str__(self) -> str:
        """Say how many of whom."""
        return f"{self.size} of {_set(self.members)}"


@dataclass(frozen=True, slots=True)
class Weighted:
    """Members whose ``weights`` add up to ``least`` are a quorum (Gifford 1979)."""

    weights: tuple[tuple[NodeId, int], ...]
    least: int

    def __post_init__(self) -> None:
        """Refuse weights below 0, and a least weight that everybody or nobody has."""
        total = sum(weight for _, weight in self.weights)
        if light := [str(node) for node, weight in self.weights if weight < 0]:
            msg = f"{', '.join(light)} weighs less than 0"
            raise ValueError(msg)
        if not 1 <= self.least <= total:
            msg = (
                f"a quorum of weight {self.least} out of {total}: choose 1 to {total}, none below 0"
            )
            raise ValueError(msg)

    @property
    def members(self) -> Nodes:
        """Whoever has a weight, 0 included."""
        return tuple(node for node, _ in self.weights)

    def is_quorum(self, nodes: AbstractSet[NodeId]) -> bool:
        """Whether ``nodes`` weigh enough."""
        return sum(weight for node, weight in self.weights if node in nodes) >= self.least


@dataclass(frozen=True, slots=True)
class WholeLine:
    """All nodes of one of ``lines``, the rows or the columns of a grid, are a quorum."""

    lines: tuple[Nodes, ...]

    @property
    def members(self) -> Nodes:
        """Whoever stands in a line."""
        return tuple(chain.from_iterable(self.lines))

    def is_quorum(self, nodes: AbstractSet[NodeId]) -> bool:
        """Whether a whole line is among ``nodes``."""
        return any(nodes >= set(line) for line in self.lines)


@dataclass(frozen=True, slots=True)
class EachLine:
    """A node of each of ``lines``, the rows or the columns of a grid, are a quorum together."""

    lines: tuple[Nodes, ...]

    @property
    def members(self) -> Nodes:
        """Whoever stands in a line."""
        return tuple(chain.from_iterable(self.lines))

    def is_quorum(self, nodes: AbstractSet[NodeId]) -> bool:
        """Whether each line has a node among ``nodes``."""
        return all(nodes & set(line) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Both:
    """A quorum of ``one`` and of ``other`` together are a quorum."""

    one: QuorumSystem
    other: QuorumSystem

    @property
    def members(self) -> Nodes:
        """The members of both."""
        return tuple(dict.fromkeys((*self.one.members, *self.other.members)))

    def is_quorum(self, nodes: AbstractSet[NodeId]) -> bool:
        """Whether ``nodes`` are enough for both."""
        return self.one.is_quorum(nodes) and self.other.is_quorum(nodes)


def majority(members: Nodes) -> Threshold:
    """More than half of ``members``: any two such sets share a node."""
    return Threshold(members, len(members) // 2 + 1)


# --- pairs of systems ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QuorumPair:
    """Quorums of two kinds; what one of each have in common must be a quorum of ``shared``.

    ``first`` is for phase 1, for reads, for whoever asks; ``second`` for phase 2, for writes.
    Nothing is checked until it is asked for, so that a pair may be broken on purpose.
    """

    first: QuorumSystem
    second: QuorumSystem
    shared: QuorumSystem

    @property
    def members(self) -> Nodes:
        """The members of both."""
        return Both(self.first, self.second).members

    def misfit(self) -> tuple[frozenset[NodeId], frozenset[NodeId]] | None:
        """Find a quorum of each kind that do not share enough, or None; the first is smallest."""
        for ours, theirs in product(minimal_quorums(self.first), minimal_quorums(self.second)):
            if not self.shared.is_quorum(ours & theirs):
                return ours, theirs
        return None

    def require_meeting(self) -> None:
        """Refuse a pair with a misfit."""
        if found := self.misfit():
            ours, theirs = found
            common = f"only {_set(ours & theirs)}" if ours & theirs else "no node"
            msg = f"the quorums {_set(ours)} and {_set(theirs)} share {common}, not {self.shared}"
            raise QuorumError(msg)

    def tolerates(self) -> int:
        """How many members may stop, whichever they are, with a quorum of each kind left."""
        return min(tolerates(self.first), tolerates(self.second))


def majorities(members: Nodes) -> QuorumPair:
    """More than half, for both (Thomas 1979)."""
    return QuorumPair(majority(members), majority(members), Threshold(members, 1))


def flexible(members: Nodes, first: int, second: int) -> QuorumPair:
    """So many for phase 1 and for phase 2 (Howard et al. 2016), or for reads and for writes.

    They meet if ``first + second`` exceeds the members.
    """
    return QuorumPair(Threshold(members, first), Threshold(members, second), Threshold(members, 1))


def row_and_column(rows: tuple[Nodes, ...]) -> QuorumPair:
    """A whole row for phase 1, a whole column for phase 2: they cross (Howard et al. 2016)."""
    return QuorumPair(WholeLine(rows), WholeLine(columns(rows)), Threshold(_all(rows), 1))


def grid_protocol(rows: tuple[Nodes, ...]) -> QuorumPair:
    """Reads ask a node in each column; writes such a cover and a whole column (Cheung 1990)."""
    cover, column = EachLine(columns(rows)), WholeLine(columns(rows))
    return QuorumPair(cover, Both(cover, column), Threshold(_all(rows), 1))


def weighted_majorities(weights: tuple[tuple[NodeId, int], ...]) -> QuorumPair:
    """More than half of all weight, for both (Gifford 1979)."""
    heavy = Weighted(weights, sum(weight for _, weight in weights) // 2 + 1)
    return QuorumPair(heavy, heavy, Threshold(heavy.members, 1))


def with_witnesses(data: Nodes, witnesses: Nodes) -> QuorumPair:
    """Majorities, in which ``witnesses`` vote but store no data (Pâris 1986).

    A quorum has a node with data, and what two quorums share must have one: what was written to
    the one is in the other then. Where it has none, a protocol must wait for more than a quorum.
    """
    system = Both(majority((*data, *witnesses)), Threshold(data, 1))
    return QuorumPair(system, system, Threshold(data, 1))


def byzantine(members: Nodes) -> QuorumPair:
    """With up to f liars of n > 3f nodes: quorums of (n+f+1)/2, rounded up, share an honest one.

    Of 3f+1 nodes these are 2f+1, the quorums of PBFT (Malkhi and Reiter 1998; Castro and Liskov,
    OSDI 1999).
    """
    faulty = liars(len(members))
    enough = Threshold(members, (len(members) + faulty) // 2 + 1)
    return QuorumPair(enough, enough, Threshold(members, faulty + 1))


def liars(count: int) -> int:
    """How many of ``count`` nodes may lie: fewer than a third."""
    return (count - 1) // 3


# --- what is asked of systems -------------------------------------------------------------------


def minimal_quorums(system: QuorumSystem) -> tuple[frozenset[NodeId], ...]:
    """List the quorums that contain no other, the smallest first.

    Tries every set of members: for clusters of ordinary size.
    """
    found: list[frozenset[NodeId]] = []
    for size in range(len(system.members) + 1):
        for chosen in map(frozenset, combinations(system.members, size)):
            if system.is_quorum(chosen) and not any(chosen >= less for less in found):
                found.append(chosen)
    return tuple(found)


def tolerates(system: QuorumSystem) -> int:
    """How many members may stop, whichever they are, with a quorum left."""
    members = frozenset(system.members)
    for lost in range(1, len(members) + 1):
        if not all(system.is_quorum(members - set(gone)) for gone in combinations(members, lost)):
            return lost - 1
    return len(members)


def columns(rows: tuple[Nodes, ...]) -> tuple[Nodes, ...]:
    """Turn rows of the same length into columns."""
    return tuple(zip(*rows, strict=True))


def _all(rows: tuple[Nodes, ...]) -> Nodes:
    return tuple(chain.from_iterable(rows))


def _set(nodes: Iterable[NodeId]) -> str:
    return f"{{{', '.join(sorted(nodes))}}}"
