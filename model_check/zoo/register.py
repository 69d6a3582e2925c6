"""The register without one of its rules."""

from collections.abc import Mapping

from paxiom.impl.names import NodeId
from paxiom.impl.register import QuorumRegister, Stamped
from paxiom.model_check.models.register import register
from paxiom.model_check.zoo.bug import Bug


class ReadsWithoutWritingBack(QuorumRegister):
    """P16: a read does not write back what it has seen at less than a quorum.

    There, values are decided by Paxos, in which a read must finish what it finds begun.
    """

    def must_write_back(self, told: frozenset[tuple[NodeId, Stamped]]) -> bool:  # noqa: ARG002, D102
        return False


BUGS = (
    Bug(
        number="P16",
        protocol=ReadsWithoutWritingBack,
        source="apache/cassandra CASSANDRA-12126; Attiya, Bar-Noy, Dolev, JACM 1995",
        model=register,
        shown={"asking": 3, "writers": 1},
        hidden={"asking": 2, "writers": 1},
        breaks="linearizability",
        length=16,
        note="One node writes, at one replica so far; a second reads it, then a third does not.",
    ),
)

OMITTED: Mapping[str, str] = {}

CONTROLS: tuple[Bug, ...] = ()
