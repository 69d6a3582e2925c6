"""A register kept by quorums, in a bounded environment."""

from paxiom.impl.names import MOST_LABELS, node_ids, values
from paxiom.impl.register import QuorumRegister
from paxiom.impl.requests import Read, Write
from paxiom.model_check.model import Faults, Model, Network, Requests, require_counts
from paxiom.model_check.monitors import CallMonitor
from paxiom.model_check.phases import phases
from paxiom.spec import linearizability as spec


def register(
    *,
    protocol: type[QuorumRegister] = QuorumRegister,
    nodes: int = 3,
    asking: int | None = None,
    writers: int | None = None,
    value_count: int = 1,
    asks: int = 1,
    ask: int | None = None,
    store: int | None = None,
    rows: int | None = None,
    network: Network = Network(),
    stops: int = 0,
) -> Model:
    """A register kept by so many nodes, linearizable for all clients.

    The first ``asking`` nodes (by default all) are each asked ``asks`` times, to write one of so
    many values or to read; the first ``writers`` of them may write. ``ask`` and ``store`` are
    quorum sizes, a majority by default: each call asks the one and then stores at the other. With
    ``rows``, nodes stand in a grid, of which calls ask a row and store at a column. Up to so many
    nodes stop.
    """
    require_counts("register", 1, MOST_LABELS, nodes=nodes, values=value_count)
    require_counts("register", 1, asks=asks)
    require_counts("register", 1, nodes, asking=asking, writers=writers)
    names = node_ids(nodes)
    quorums = phases(names, ask, store, rows)
    commands = (*map(Write, values(value_count)), Read())
    return Model(
        name="register",
        protocol=protocol(
            nodes=names, asked=quorums.first, stored=quorums.second, writers=names[:writers]
        ),
        properties=(spec.linearizable(spec.Register()), spec.some_value_is_read),
        network=network,
        faults=Faults(stops=stops),
        requests=Requests(nodes=names[:asking], commands=commands, each=asks),
        monitor=CallMonitor(),
        symmetry=(values(value_count), *([names[asking:]] if asking and not rows else [])),
    )
