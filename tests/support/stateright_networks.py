"""The small systems on which Stateright tests its networks.

Sources: github.com/stateright/stateright at ab8c8be (0.31.0), src/actor/actor_test_util.rs (ping
and pong) and the tests of src/actor/model.rs (the other two).
"""

from dataclasses import dataclass
from itertools import permutations

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Protocol, Send, Step
from paxiom.model_check.model import Bound, Model, Network
from paxiom.spec.property import Kind, Property, Subject, always, reachable

ONE, TWO = NODES = NodeId("one"), NodeId("two")


@dataclass(frozen=True, slots=True)
class Ping:
    """From one to two."""

    number: int


@dataclass(frozen=True, slots=True)
class Pong:
    """From two to one."""

    number: int


@dataclass(frozen=True, slots=True)
class PingPong(Protocol[int, Ping | Pong]):
    """Each counts the messages that carry its own count, and answers them; one begins."""

    nodes: tuple[NodeId, ...] = NODES

    def start(self, node: NodeId) -> Step[int]:
        """Count nothing; one sends the first ping."""
        return Step(0, (Send(TWO, Ping(0)),) if node == ONE else ())

    def receive(self, state: int, source: NodeId, message: Ping | Pong) -> Step[int] | None:
        """Count and answer; take no notice of another number."""
        if message.number != state:
            return None
        answer = Pong(state) if isinstance(message, Ping) else Ping(state + 1)
        return Step(state + 1, (Send(source, answer),))


@always(Subject.NODES)
def delta_within_one(counts: tuple[int, ...]) -> bool:
    """The two counts differ by at most one."""
    return max(counts) - min(counts) <= 1


def ping_pong(highest: int, network: Network) -> Model:
    """Both count up to ``highest``."""

    @reachable(Subject.NODES)
    def can_reach_max(counts: tuple[int, ...]) -> bool:
        """Both count as far as they may."""
        return set(counts) == {highest}

    return Model(
        name="ping and pong",
        protocol=PingPong(),
        properties=(delta_within_one, can_reach_max),
        network=network,
        observe=lambda count: count,
        bounds=(Bound(f"count <= {highest}", lambda count: bool(count <= highest)),),
    )


@dataclass(frozen=True, slots=True)
class Mailing(Protocol[tuple[str, ...], str]):
    """One sends ``letters`` to two, who keeps those it wants in the order in which they come."""

    letters: tuple[str, ...]
    wanted: frozenset[str]
    nodes: tuple[NodeId, ...] = NODES

    def start(self, node: NodeId) -> Step[tuple[str, ...]]:
        """One sends all at once."""
        return Step((), tuple(Send(TWO, each) for each in self.letters) if node == ONE else ())

    def receive(
        self,
        state: tuple[str, ...],
        source: NodeId,
        message: str,
    ) -> Step[tuple[str, ...]] | None:
        """Keep one copy of what is wanted, take no notice of the rest."""
        if message not in self.wanted:
            return None
        return Step(state if message in state else (*state, message))


def mailing(letters: tuple[str, ...], wanted: frozenset[str], network: Network) -> Model:
    """Two can keep, as far as anyone knows, any of the letters in any order: which, is seen."""
    orders = [order for size in range(len(letters) + 1) for order in permutations(letters, size)]
    return Model(
        name="mailing",
        protocol=Mailing(letters, wanted),
        properties=tuple(keeps(order) for order in orders),
        network=network,
        observe=lambda kept: kept,
    )


def keeps(order: tuple[str, ...]) -> Property:
    """Make the property that two can keep exactly these letters in this order."""
    name = " ".join(order)
    sentence = f"Two has kept: {name}."
    return Property(
        name, sentence, Kind.REACHABLE, Subject.NODES, lambda kept: bool(kept[1] == order)
    )
