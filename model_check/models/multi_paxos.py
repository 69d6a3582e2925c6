"""Multi-Paxos in a bounded environment."""

from paxiom.impl.ballots import Ballot
from paxiom.impl.multi_paxos import Leader, MultiPaxos, Retired, Server
from paxiom.impl.names import MOST_LABELS, node_ids, values
from paxiom.model_check.model import (
    Bound,
    Delivery,
    Faults,
    Model,
    Network,
    Requests,
    require_counts,
)
from paxiom.model_check.monitors import LogMonitor
from paxiom.model_check.phases import phases
from paxiom.model_check.refinement import refined
from paxiom.model_check.refinements.multi_paxos import MultiPaxosFacts
from paxiom.model_check.refinements.multi_paxos import refinement as refinement_of
from paxiom.spec import multi_paxos as spec
from paxiom.spec.replication import some_commit, some_leader


def replica(server: Server) -> spec.Replica | None:
    """What a node shows to properties; one that has lost its disk counts as down."""
    if isinstance(server.role, Retired):
        return None
    decided = frozenset((vote.slot, vote.command) for vote in server.decided)
    leading = None
    if isinstance(server.role, Leader):
        proposed = frozenset((accept.slot, accept.command) for accept in server.role.open)
        leading = spec.Leading(server.role.ballot.round, server.role.next, proposed)
    return spec.Replica(server.acceptor.promised, decided, server.applied, leading)


def multi_paxos(
    *,
    protocol: type[MultiPaxos] = MultiPaxos,
    nodes: int = 3,
    leaders: int | None = None,
    ballots: int = 2,
    slots: int = 2,
    value_count: int = 1,
    asks: int = 1,
    window: int = 2,
    learners: int = 0,
    acceptors: int | None = None,
    phase1: int | None = None,
    phase2: int | None = None,
    rows: int | None = None,
    network: Network = Network(delivery=Delivery.DUPLICATING),
    faults: Faults = Faults(),
    refinement: bool = False,
) -> Model:
    """Multi-Paxos among ``nodes``, over the first ``ballots`` ballots and ``slots`` slots.

    The first ``leaders`` nodes (by default as many as there are ballots, at most all) may lead, and
    are each asked ``asks`` times for one of so many values. With L leaders, ballot number
    (r - 1) * L + i is the i-th leader's ballot in round r. A leader proposes for up to ``window``
    undecided slots. ``learners`` 0: it tells all what is decided; otherwise the first so many nodes
    learn of all votes, besides it. Quorums are those of the first ``acceptors`` nodes, by default
    of all; others answer, too, and must not count. ``phase1`` and ``phase2`` are quorum sizes, a
    majority by default; where acceptors stand in a grid of so many ``rows``, a quorum of phase 1 is
    a whole row, and one of phase 2 a whole column. ``refinement`` asks, in place of these
    properties, that every step is one of the spec that is proved for any number of nodes.
    """
    require_counts("multi-paxos", 1, MOST_LABELS, nodes=nodes, values=value_count)
    require_counts("multi-paxos", 1, ballots=ballots, slots=slots, asks=asks, window=window)
    require_counts("multi-paxos", 0, nodes, leaders=leaders, learners=learners)
    names = node_ids(nodes)
    asked = names[: leaders or min(ballots, nodes)]
    require_counts("multi-paxos", 1, nodes, acceptors=acceptors)
    quorums = phases(names[:acceptors], phase1, phase2, rows)
    ranked = sorted(asked)  # as ballots order them

    def number(ballot: Ballot) -> int:
        return (ballot.round - 1) * len(ranked) + ranked.index(ballot.proposer) + 1

    def ballot_in_bounds(server: Server) -> bool:
        return server.stable.used is None or number(server.stable.used) <= ballots

    def slot_in_bounds(server: Server) -> bool:
        return not isinstance(server.role, Leader) or server.role.next <= slots + 1

    model = Model(
        name="multi-paxos",
        protocol=protocol(
            nodes=names,
            phase1=quorums.first,
            phase2=quorums.second,
            leaders=asked,
            learners=names[:learners],
            window=window,
        ),
        properties=(*spec.SAFETY, some_leader, some_commit),
        network=network,
        faults=faults,
        requests=Requests(nodes=asked, commands=values(value_count), each=asks),
        monitor=LogMonitor(),
        observe=replica,
        bounds=(
            Bound(f"ballots <= {ballots}", ballot_in_bounds),
            Bound(f"slots <= {slots}", slot_in_bounds),
        ),
        symmetry=(values(value_count),),
    )
    if not refinement:
        return model
    assert isinstance(model.protocol, MultiPaxos)
    # As in Paxos, each fault may let out what the bounds would have cut off: a ballot of the next
    # round, and a slot.
    count = faults.crashes + faults.stops + faults.amnesias
    return refined(
        model,
        MultiPaxosFacts(model.protocol, number),
        refinement_of(
            model.protocol,
            values(value_count),
            ballots + (len(ranked) * (count + 1) if count else 0),
            slots + (count + 1 if count else 0),
        ),
    )
