"""A register kept by quorums, in a bounded environment."""

from collections.abc import Hashable

from paxiom.impl.names import node_ids, values
from paxiom.impl.protocol import Reply
from paxiom.impl.register import QuorumRegister, Read, Write
from paxiom.model_check.model import (
    Emitted,
    Faults,
    Happening,
    Model,
    ModelError,
    Monitor,
    Network,
    Requested,
    Requests,
)
from paxiom.model_check.phases import phases
from paxiom.spec import linearizability as spec
from paxiom.spec.property import Subject, reachable


class CallMonitor(Monitor):
    """Records the calls that nodes take up, and what they return."""

    def initial(self) -> spec.Calls:
        """No calls yet."""
        return spec.Calls()

    def watches(self, happening: Happening) -> bool:
        """Requests and replies."""
        match happening:
            case Requested() | Emitted(effect=Reply()):
                return True
            case _:
                return False

    def record(self, history: Hashable, happening: Happening) -> spec.Calls:
        """Add a call or what it returns."""
        assert isinstance(history, spec.Calls)
        match happening:
            case Requested(node, Write(value)):
                return history.invoke(node, spec.Write(value))
            case Requested(node, Read()):
                return history.invoke(node, spec.Read())
            case Emitted(node, Reply(value)):
                return history.respond(node, value)
            case _:
                return history


@reachable(Subject.HISTORY)
def some_value_is_read(calls: spec.Calls) -> bool:
    """A read returns a value that was written."""
    return any(
        call.operation == spec.Read() and call.result not in (None, spec.Returned(None))
        for _, own in calls.of
        for call in own
    )


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
    least = {"nodes": nodes, "values": value_count, "asks": asks}
    for what, count in least.items():
        if count < 1:
            msg = f"register: {what} must be at least 1, not {count}"
            raise ModelError(msg)
    for what, some in {"asking": asking, "writers": writers}.items():
        if some is not None and not 1 <= some <= nodes:
            msg = f"register: {what} must be 1 to {nodes}, the number of nodes, not {some}"
            raise ModelError(msg)
    names = node_ids(nodes)
    quorums = phases(names, ask, store, rows)
    commands = (*map(Write, values(value_count)), Read())
    return Model(
        name="register",
        protocol=protocol(
            nodes=names, asked=quorums.first, stored=quorums.second, writers=names[:writers]
        ),
        properties=(spec.linearizable(spec.Register()), some_value_is_read),
        network=network,
        faults=Faults(stops=stops),
        requests=Requests(nodes=names[:asking], commands=commands, each=asks),
        monitor=CallMonitor(),
        symmetry=(values(value_count), *([names[asking:]] if asking and not rows else [])),
    )
