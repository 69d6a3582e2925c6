"""Protocols as relational transition systems, proved for any number of nodes in paxiom.proofs."""

from collections.abc import Mapping

from paxiom.spec.logic.system import Spec
from paxiom.spec.relational.consensus import Consensus, ReplicatedLog
from paxiom.spec.relational.lamport_paxos import LamportPaxos
from paxiom.spec.relational.multi_paxos import FlexibleMultiPaxos, MultiPaxos
from paxiom.spec.relational.paxos import FlexiblePaxos, Paxos
from paxiom.spec.relational.pbft import Pbft
from paxiom.spec.relational.raft import Raft
from paxiom.spec.relational.view_change import ViewChange

SPECS: Mapping[str, type[Spec]] = {
    "consensus": Consensus,
    "replicated-log": ReplicatedLog,
    "paxos": Paxos,
    "flexible-paxos": FlexiblePaxos,
    "lamport-paxos": LamportPaxos,
    "multi-paxos": MultiPaxos,
    "flexible-multi-paxos": FlexibleMultiPaxos,
    "raft": Raft,
    "view-change": ViewChange,
    "pbft": Pbft,
}
