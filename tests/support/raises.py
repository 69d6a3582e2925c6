"""A protocol with a handler that raises."""

from collections.abc import Hashable

from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.protocol import Protocol, Step
from paxiom.model_check.model import Bound, Model


class Raises(Protocol[int, None]):
    """A counter with a handler that raises."""

    nodes = node_ids(1)

    def start(self, node: NodeId) -> Step[int]:
        del node
        return Step(0)

    def receive(self, state: int, source: NodeId, message: None) -> None:
        """No message is ever sent."""

    def timers(self, state: int) -> tuple[str, ...]:
        del state
        return ("tick", "bang")

    def fire(self, state: int, timer: Hashable) -> Step[int]:
        if timer == "bang":
            msg = "<b>bang</b>"
            raise ValueError(msg)
        return Step(state + 1)


def raises() -> Model:
    """Count to three, or fail."""
    bound = Bound("count <= 3", lambda count: count <= 3)
    return Model(name="raises", protocol=Raises(), properties=(), bounds=(bound,))
