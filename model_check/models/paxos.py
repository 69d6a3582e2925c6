"""Single-decree Paxos in a bounded environment."""

from paxiom.impl.ballots import Ballot
from paxiom.impl.names import MOST_LABELS, node_ids, values
from paxiom.impl.paxos import Paxos, Server
from paxiom.model_check.model import Bound, Faults, Model, Network, Requests, require_counts
from paxiom.model_check.monitors import ConsensusMonitor
from paxiom.model_check.phases import phases
from paxiom.model_check.refinement import refined
from paxiom.model_check.refinements.paxos import PaxosFacts
from paxiom.model_check.refinements.paxos import refinement as refinement_of
from paxiom.spec.consensus import agreement, integrity, irrevocability, some_decision, validity


def paxos(
    *,
    protocol: type[Paxos] = Paxos,
    nodes: int = 3,
    ballots: int = 2,
    proposers: int | None = None,
    value_count: int = 2,
    asks: int = 1,
    learners: int = 0,
    acceptors: int | None = None,
    phase1: int | None = None,
    phase2: int | None = None,
    rows: int | None = None,
    network: Network = Network(),
    faults: Faults = Faults(),
    refinement: bool = False,
) -> Model:
    """Paxos among ``nodes``, over the first ``ballots`` ballots.

    The first ``proposers`` nodes (by default as many as there are ballots, at most all) are each
    asked ``asks`` times for one of so many values and may retry. With P proposers, ballot number
    (r - 1) * P + i is the i-th proposer's ballot in round r. ``learners`` 0: the proposer of a
    ballot learns its outcome; otherwise the first so many nodes learn of all votes. Quorums are
    those of the first ``acceptors`` nodes, by default of all; others answer, too, and must not
    count. ``phase1`` and ``phase2`` are quorum sizes, a majority by default; where acceptors stand
    in a grid of so many ``rows``, a quorum of phase 1 is a whole row, and one of phase 2 a whole
    column. ``refinement`` asks, in place of the properties of consensus, that every step is one of
    the spec that is proved for any number of nodes.
    """
    require_counts("paxos", 1, MOST_LABELS, nodes=nodes, values=value_count)
    require_counts("paxos", 1, ballots=ballots, asks=asks)
    require_counts("paxos", 0, nodes, proposers=proposers, learners=learners)
    names = node_ids(nodes)
    asked = names[: proposers or min(ballots, nodes)]
    ranked = sorted(asked)  # as ballots order them
    require_counts("paxos", 1, nodes, acceptors=acceptors)
    quorums = phases(names[:acceptors], phase1, phase2, rows)

    def ballot_in_bounds(server: Server) -> bool:
        used = server.used
        if used is None:
            return True
        return (used.round - 1) * len(asked) + ranked.index(used.proposer) < ballots

    model = Model(
        name="paxos",
        protocol=protocol(
            nodes=names,
            phase1=quorums.first,
            phase2=quorums.second,
            learners=names[:learners],
        ),
        properties=(agreement, validity, integrity, irrevocability, some_decision),
        network=network,
        faults=faults,
        requests=Requests(nodes=asked, commands=values(value_count), each=asks),
        monitor=ConsensusMonitor(),
        bounds=(Bound(f"ballots <= {ballots}", ballot_in_bounds),),
        symmetry=(values(value_count),),
    )
    if not refinement:
        return model
    assert isinstance(model.protocol, Paxos)

    def number(ballot: Ballot) -> int:
        return (ballot.round - 1) * len(ranked) + ranked.index(ballot.proposer) + 1

    # A node that sends beyond the bound and fails within the same step is not cut off: each fault
    # may let out one more ballot, of at most the next round. The engine also looks at a step with
    # one fault too many before it finds that there is none left.
    count = faults.crashes + faults.stops + faults.amnesias
    rounds = ballots + (len(ranked) * (count + 1) if count else 0)
    return refined(
        model,
        PaxosFacts(model.protocol, number),
        refinement_of(model.protocol, values(value_count), rounds),
    )
