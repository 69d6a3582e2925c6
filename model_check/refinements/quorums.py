"""Quorum systems as relations of a spec."""

from itertools import combinations

from paxiom.impl.names import NodeId
from paxiom.impl.quorum import QuorumSystem
from paxiom.model_check.model import require_counts
from paxiom.spec.logic.structure import Rows

MOST_NODES = 12  # have 4,096 sets, of which the quorums are compared in pairs

Quorums = tuple[frozenset[NodeId], ...]


def quorums(nodes: tuple[NodeId, ...], system: QuorumSystem) -> Quorums:
    """Enumerate the quorums of a system, not only its smallest."""
    require_counts("refinement, which looks at all sets of nodes", 1, MOST_NODES, nodes=len(nodes))
    sets = (frozenset(some) for size in range(len(nodes) + 1) for some in combinations(nodes, size))
    return tuple(each for each in sets if system.is_quorum(each))


def members(nodes: tuple[NodeId, ...], found: Quorums) -> Rows:
    """Say which node, by place, is in which quorum."""
    return frozenset(
        (at, place)
        for place, quorum in enumerate(found)
        for at, node in enumerate(nodes)
        if node in quorum
    )
