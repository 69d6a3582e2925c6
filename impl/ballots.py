"""Ballots: proposal numbers of the Paxos family, of which no two proposers share one."""

from collections.abc import Iterable
from dataclasses import dataclass

from paxiom.impl.names import NodeId


@dataclass(frozen=True, slots=True, order=True)
class Ballot:
    """A proposal number: by round, then by proposer (PMS §2.2: disjoint sets of numbers)."""

    round: int
    proposer: NodeId


def ballot_above(node: NodeId, known: Iterable[Ballot | None]) -> Ballot:
    """Give the lowest ballot of ``node`` that is above all known."""
    highest = max((ballot for ballot in known if ballot), default=None)
    if highest is None:
        return Ballot(1, node)
    own = Ballot(highest.round, node)
    return own if own > highest else Ballot(highest.round + 1, node)
