"""What may happen only so often, or only where clocks allow, and what of it is left."""

from dataclasses import dataclass
from enum import Enum

from paxiom.impl.names import NodeId
from paxiom.model_check.model import Model


class Cost(Enum):
    """What may happen only so often."""

    CRASH = "crash"
    STOP = "stop"
    AMNESIA = "amnesia"
    LOSS = "lose"


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a tick costs: the clock of ``node`` is ahead by one more."""

    node: NodeId


Price = Cost | NodeId | Ticked  # a NodeId: a request to it


@dataclass(frozen=True, slots=True)
class Clocks:
    """How many ticks each clock is ahead of the slowest; never more than ``skew``.

    How late it is makes no difference, only how far clocks are apart: so the states are finite.
    """

    skew: int
    ahead: frozenset[tuple[NodeId, int]]

    def tick(self, node: NodeId) -> "Clocks | None":
        """Let the clock of ``node`` go on by one, or refuse if it is too far ahead."""
        ahead = {each: ticks + (each == node) for each, ticks in self.ahead}
        slowest = min(ahead.values())
        if ahead[node] - slowest > self.skew:
            return None
        return Clocks(self.skew, frozenset((each, t - slowest) for each, t in ahead.items()))


@dataclass(frozen=True, slots=True)
class Budgets:
    """What may still happen; ``losses`` None means any number, ``clocks`` None that there are none.

    Clocks are no budget that is used up, but like one they may refuse what else is allowed.
    """

    crashes: int
    stops: int
    amnesias: int
    losses: int | None
    requests: frozenset[tuple[NodeId, int]]  # node, requests left (at least one)
    clocks: Clocks | None = None

    def spend(self, costs: tuple[Price, ...]) -> "Budgets | None":
        """What is left after ``costs``, or None if too little."""
        crashes = self.crashes - costs.count(Cost.CRASH)
        stops = self.stops - costs.count(Cost.STOP)
        amnesias = self.amnesias - costs.count(Cost.AMNESIA)
        losses = None if self.losses is None else self.losses - costs.count(Cost.LOSS)
        if min(crashes, stops, amnesias, losses or 0) < 0:
            return None
        requests = dict(self.requests)
        for node in costs:
            if isinstance(node, NodeId):
                if node not in requests:
                    return None
                requests[node] -= 1
        left = frozenset((node, count) for node, count in requests.items() if count)
        clocks = self.clocks
        for tick in (cost for cost in costs if isinstance(cost, Ticked)):
            clocks = clocks and clocks.tick(tick.node)
            if clocks is None:
                return None
        return Budgets(crashes, stops, amnesias, losses, left, clocks)


def initial_budgets(model: Model) -> Budgets:
    """All that the model allows."""
    asked = model.requests
    requests = frozenset((node, asked.each) for node in asked.nodes) if asked else frozenset()
    faults, skew = model.faults, model.skew
    clocks = skew and Clocks(skew, frozenset((node, 0) for node in model.nodes))
    return Budgets(
        faults.crashes, faults.stops, faults.amnesias, model.network.drops, requests, clocks or None
    )
