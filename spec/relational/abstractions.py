"""Which specs are consensus, or a replicated log, whatever else they do.

The first step that decides a value chooses it; that it is decided again, in another round or by
another node, changes nothing.
"""

from collections.abc import Callable, Mapping

from paxiom.spec.logic.abstraction import Abstraction
from paxiom.spec.logic.formulas import Formula, Relation, exists
from paxiom.spec.relational import raft_protocol, view_change
from paxiom.spec.relational.consensus import Consensus, Index, ReplicatedLog, Value
from paxiom.spec.relational.lamport_paxos import LamportPaxos, Quorum
from paxiom.spec.relational.multi_paxos import FlexibleMultiPaxos, MultiPaxos
from paxiom.spec.relational.paxos import FlexiblePaxos, Paxos, Round
from paxiom.spec.relational.pbft import Node, Pbft, Slot, View
from paxiom.spec.relational.pbft import Value as Request
from paxiom.spec.relational.raft import Raft
from paxiom.spec.relational.view_change import Index as Place
from paxiom.spec.relational.view_change import Value as Entry
from paxiom.spec.relational.view_change import ViewChange


def consensus(paxos: FlexiblePaxos) -> Abstraction:
    """What is decided in any round is chosen."""
    one = Consensus()
    return Abstraction(
        one.system,
        (one.chosen.becomes(lambda v: exists(Round, lambda r: paxos.decision(r, v))),),
        {"decide": lambda _r, v, _q: ("choose", (v,))},
    )


def consensus_of_votes(paxos: LamportPaxos) -> Abstraction:
    """What a quorum has voted for in a round is chosen, by the vote that makes it one.

    As in Lamport's TLA+ module Voting, which is Consensus by this.
    """
    one = Consensus()
    chosen = one.chosen.becomes(
        lambda v: exists(Quorum, Round, lambda q, r: paxos.is_chosen(q, r, v))
    )
    return Abstraction(one.system, (chosen,), {"cast": lambda _n, _r, v: ("choose", (v,))})


def log(paxos: FlexibleMultiPaxos) -> Abstraction:
    """What is decided at an index, in any round, is chosen there."""
    one = ReplicatedLog()
    return Abstraction(
        one.system,
        (one.chosen.becomes(lambda i, v: exists(Round, lambda r: paxos.decision(i, r, v))),),
        {"decide": lambda i, _r, v, _q: ("choose", (i, v))},
    )


def log_applied(raft: Raft) -> Abstraction:
    """What any server has applied at an index is chosen there."""
    chosen: Relation[raft_protocol.Index, Value] = Relation("chosen", (raft_protocol.Index, Value))

    def applied(i: raft_protocol.Index, v: Value) -> Formula:
        return exists(
            *(raft_protocol.Node, raft_protocol.Term, raft_protocol.Term),
            lambda n, t, x: raft.applied(n, t, i, x, v),
        )

    return Abstraction(
        ReplicatedLog().system,
        (chosen.becomes(applied),),
        {"apply": lambda _n, _t, i, _x, v, _u, _k: ("choose", (i, v))},
        sorts={Index: raft_protocol.Index},
    )


def log_committed(views: ViewChange) -> Abstraction:
    """What is in the log of a view, up to an entry committed in it, is chosen there.

    Entries are committed in order, so that each commit chooses one of them, or none that is new.
    """
    chosen: Relation[Place, Entry] = Relation("chosen", (Place, Entry))

    def committed(i: Place, x: Entry) -> Formula:
        return exists(
            *(view_change.View, Place),
            lambda v, k: views.committed(v, k) & (i <= k) & views.entry(v, i, x),
        )

    return Abstraction(
        ReplicatedLog().system,
        (chosen.becomes(committed),),
        {"commit": lambda _v, i, x, _q: ("choose", (i, x))},
        sorts={Index: Place, Value: Entry},
    )


def log_of_honest(pbft: Pbft) -> Abstraction:
    """What an honest node decides at a slot, in any view, is chosen there."""
    chosen: Relation[Slot, Request] = Relation("chosen", (Slot, Request))
    return Abstraction(
        ReplicatedLog().system,
        (
            chosen.becomes(
                lambda s, v: exists(Node, View, lambda n, w: pbft.decision(n, w, s, v)),
            ),
        ),
        {"decide": lambda _n, _w, s, v, _q: ("choose", (s, v))},
        sorts={Index: Slot, Value: Request},
    )


# As in SPECS.
ABSTRACTIONS: Mapping[str, Callable[[], Abstraction]] = {
    "paxos": lambda: consensus(Paxos()),
    "flexible-paxos": lambda: consensus(FlexiblePaxos()),
    "lamport-paxos": lambda: consensus_of_votes(LamportPaxos()),
    "multi-paxos": lambda: log(MultiPaxos()),
    "flexible-multi-paxos": lambda: log(FlexibleMultiPaxos()),
    "raft": lambda: log_applied(Raft()),
    "view-change": lambda: log_committed(ViewChange()),
    "pbft": lambda: log_of_honest(Pbft()),
}
