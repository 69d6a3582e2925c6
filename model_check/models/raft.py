"""Raft in a bounded environment."""

from paxiom.impl.names import MOST_LABELS, node_ids, values
from paxiom.impl.quorum import majority
from paxiom.impl.raft import Entry, Leader, Raft, Retired, Server
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
from paxiom.model_check.refinement import refined
from paxiom.model_check.refinements.raft import RaftFacts
from paxiom.model_check.refinements.raft import refinement as refinement_of
from paxiom.spec import raft as spec
from paxiom.spec.replication import some_commit, some_leader


def shown(entry: Entry) -> spec.Entry:
    """What properties see of an entry."""
    return spec.Entry(entry.term, entry.command)


def replica(server: Server) -> spec.Replica | None:
    """What a server shows to properties; one that has lost its disk counts as down."""
    if isinstance(server.role, Retired):
        return None
    log = tuple(map(shown, server.log))
    progress = None
    if isinstance(server.role, Leader):
        progress = frozenset(spec.Progress(p.node, p.next, p.match) for p in server.role.peers)
    return spec.Replica(server.term, log, server.commit, server.applied, progress)


def raft(
    *,
    protocol: type[Raft] = Raft,
    nodes: int = 3,
    terms: int = 2,
    log: int = 2,
    value_count: int = 1,
    asks: int = 0,
    batch: int = 2,
    noop: bool = True,
    network: Network = Network(delivery=Delivery.DUPLICATING),
    faults: Faults = Faults(),
    refinement: bool = False,
) -> Model:
    """Raft among ``nodes`` servers, up to so many terms and log entries.

    With ``noop`` leaders begin with an entry of their own, and clients are not needed to fill
    logs; otherwise, or on top, each server may be asked ``asks`` times for one of so many values.
    ``refinement`` asks, in place of Raft's properties, that every step is one of the spec that is
    proved for any number of servers.
    """
    require_counts("raft", 1, MOST_LABELS, nodes=nodes, values=value_count)
    require_counts("raft", 1, terms=terms, batch=batch)
    require_counts("raft", 0, log=log, asks=asks)
    names = node_ids(nodes)
    bounds = (
        Bound(f"terms <= {terms}", lambda server: server.term <= terms),
        Bound(f"log <= {log}", lambda server: server.last_index <= log),
    )
    commands = values(value_count)
    model = Model(
        name="raft",
        protocol=protocol(nodes=names, quorum=majority(names), batch=batch, noop=noop),
        properties=(*spec.SAFETY, some_leader, some_commit),
        network=network,
        faults=faults,
        requests=Requests(nodes=names, commands=commands, each=asks) if asks else None,
        monitor=LogMonitor(shown),
        observe=replica,
        bounds=bounds,
        symmetry=(names, commands) if asks else (names,),
    )
    if not refinement:
        return model
    assert isinstance(model.protocol, Raft)
    # A step beyond the bounds is looked at before it is cut off.
    return refined(
        model,
        RaftFacts(model.protocol),
        refinement_of(model.protocol, commands if asks else (), terms + 1, log + 1),
    )
