"""Long runs, made at no cost: a token goes round a ring of nodes."""

from dataclasses import dataclass

from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.protocol import Protocol, Send, Step
from paxiom.model_check.codec import Json
from paxiom.model_check.model import Model
from paxiom.model_check.traces.trace import Trace
from paxiom.model_check.traces.trace_file import run_document
from paxiom.model_check.world import initial_world, successors


@dataclass(frozen=True)
class Token:
    """Passed on from node to node."""

    last: int
    round: int


@dataclass(frozen=True)
class Ring(Protocol[int, Token]):
    """The first node sends the token; each passes it on, and counts."""

    nodes: tuple[NodeId, ...]

    def start(self, node: NodeId) -> Step[int]:
        place = self.nodes.index(node)
        token = Token(1, 1)
        return Step(place, (Send(self.nodes[1], token),) if place == 0 else ())

    def receive(self, state: int, source: NodeId, message: Token) -> Step[int]:
        del source
        size = len(self.nodes)
        place = state % size
        following = Token((place + 1) % size, message.round + (place == size - 1))
        return Step(state + size, (Send(self.nodes[following.last], following),))


def ring(*, nodes: int, steps: int) -> dict[str, Json]:
    """Write down a run of a ring."""
    model = Model(name="ring", protocol=Ring(node_ids(nodes)), properties=())
    world = initial = initial_world(model)
    taken = []
    for _ in range(steps):
        (step,) = successors(model, world)
        assert step.world is not None
        taken.append(step)
        world = step.world
    return run_document(model, Trace(initial, tuple(taken)))
