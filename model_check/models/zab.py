"""Zab in a bounded environment."""

from dataclasses import replace

from paxiom.impl.names import MOST_LABELS, node_ids, values
from paxiom.impl.quorum import majority
from paxiom.impl.zab import Leader, Retired, Server, Transaction, Zab
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
from paxiom.model_check.refinements.zab import EpochFacts
from paxiom.model_check.refinements.zab import refinement as refinement_of
from paxiom.spec import zab as spec
from paxiom.spec.replication import some_commit, some_leader


def shown(transaction: Transaction) -> spec.Transaction:
    """What properties see of a transaction."""
    zxid = transaction.zxid
    return spec.Transaction(zxid.epoch, zxid.counter, transaction.command)


def replica(server: Server) -> spec.Replica | None:
    """What a node shows to properties; one that has lost its disk counts as down."""
    if isinstance(server.role, Retired):
        return None
    stable = server.stable
    return spec.Replica(
        term=stable.current,
        log=tuple(map(shown, stable.history)),
        commit=server.delivered,
        applied=server.delivered,
        promised=stable.promised,
        primary=isinstance(server.role, Leader),
    )


def zab(
    *,
    protocol: type[Zab] = Zab,
    nodes: int = 3,
    leaders: int = 2,
    epochs: int = 2,
    elections: int = 2,
    asks: int = 1,
    value_count: int = 1,
    network: Network = Network(delivery=Delivery.FIFO),
    faults: Faults = Faults(),
    refinement: bool = False,
) -> Model:
    """Zab among ``nodes``, over so many epochs.

    The oracle names one of the first ``leaders`` nodes to each node, up to ``elections`` times
    after each start of it. Each of these may be asked ``asks`` times for one of so many values.
    ``refinement`` asks, in place of Zab's properties, that every step is one of the spec that is
    proved for any number of nodes.
    """
    require_counts("zab", 1, MOST_LABELS, nodes=nodes, values=value_count)
    require_counts("zab", 1, epochs=epochs, elections=elections, asks=asks)
    require_counts("zab", 1, nodes, leaders=leaders)
    names, commands = node_ids(nodes), values(value_count)
    named = names[:leaders]
    model = Model(
        name="zab",
        protocol=protocol(nodes=names, quorum=majority(names), leaders=named),
        properties=(
            *spec.SAFETY,
            some_leader,
            some_commit,
            *(spec.LATER if epochs > 1 else ()),
        ),
        network=network,
        faults=faults,
        requests=Requests(nodes=named, commands=commands, each=asks),
        monitor=LogMonitor(shown),
        observe=replica,
        bounds=(
            Bound(f"epochs <= {epochs}", lambda server: server.stable.promised <= epochs),
            Bound(f"elections <= {elections}", lambda server: server.elections <= elections),
        ),
        symmetry=(named, names[leaders:], commands),
    )
    if not refinement:
        return model
    assert isinstance(model.protocol, Zab)
    # The views of an epoch have an order, and so have their leaders. A step beyond the bounds is
    # looked at before it is cut off.
    return refined(
        replace(model, symmetry=(names[leaders:], commands)),
        EpochFacts(model.protocol),
        refinement_of(model.protocol, commands, epochs + 1, asks),
    )
