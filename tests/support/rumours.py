"""A protocol without a leader or an order, symmetric in nodes and values: the good example.

Each node hears a value from its client and tells it to each other node, in any order; it decides
once it has heard its own value from all others.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace

from paxiom.impl.names import NodeId, Value, node_ids, values
from paxiom.impl.protocol import Decide, Persist, Protocol, Send, Step
from paxiom.model_check.model import Faults, Model, Network, Requests
from paxiom.model_check.monitors import ConsensusMonitor
from paxiom.spec.consensus import agreement, some_decision, validity

RELIABLE = Network()
NO_FAULTS = Faults()


@dataclass(frozen=True, slots=True)
class Gossip:
    """One node: its own value, whom it has told, and what it has heard from whom."""

    id: NodeId
    value: Value | None = None
    told: frozenset[NodeId] = frozenset()
    heard: frozenset[tuple[NodeId, Value]] = frozenset()


@dataclass(frozen=True, slots=True)
class Rumour:
    """Somebody's value."""

    value: Value


@dataclass(frozen=True, slots=True)
class Tell:
    """The timer to tell ``peer``."""

    peer: NodeId


@dataclass(frozen=True, slots=True)
class Rumours(Protocol[Gossip, Rumour]):
    """Nodes that tell each other what they heard."""

    nodes: tuple[NodeId, ...]

    def start(self, node: NodeId) -> Step[Gossip]:
        """Know nothing."""
        return Step(Gossip(node))

    def recover(self, node: NodeId, record: Hashable) -> Step[Gossip]:
        """Remember one's own value."""
        return Step(Gossip(node, record if isinstance(record, Value) else None))

    def request(self, state: Gossip, command: Hashable) -> Step[Gossip] | None:
        """Take the first value."""
        if state.value is not None or not isinstance(command, Value):
            return None
        return Step(replace(state, value=command), (Persist(command),))

    def timers(self, state: Gossip) -> Iterable[Tell]:
        """Tell anybody who has not been told."""
        if state.value is None:
            return frozenset()
        return frozenset(map(Tell, set(self.nodes) - state.told - {state.id}))

    def fire(self, state: Gossip, timer: Hashable) -> Step[Gossip]:
        """Tell one."""
        assert isinstance(timer, Tell)
        assert state.value is not None
        told = replace(state, told=state.told | {timer.peer})
        return Step(told, (Persist(state.value), Send(timer.peer, Rumour(state.value))))

    def receive(self, state: Gossip, source: NodeId, message: Rumour) -> Step[Gossip] | None:
        """Remember who said what; decide when all others say what this node says."""
        if state.value is None:
            return None
        heard = state.heard | {(source, message.value)}
        unanimous = {(node, state.value) for node in set(self.nodes) - {state.id}} <= heard
        return Step(replace(state, heard=heard), (Decide(state.value),) if unanimous else ())


def rumours(
    nodes: int = 2,
    *,
    protocol: type[Rumours] = Rumours,
    network: Network = RELIABLE,
    faults: Faults = NO_FAULTS,
) -> Model:
    """All nodes are asked for one of two values, and all nodes and both values are alike."""
    names = node_ids(nodes)
    return Model(
        name="rumours",
        protocol=protocol(names),
        properties=(agreement, validity, some_decision),
        network=network,
        faults=faults,
        requests=Requests(nodes=names, commands=values(2)),
        monitor=ConsensusMonitor(),
        symmetry=(names, values(2)),
    )
