"""Monitors: histories that properties read."""

from collections.abc import Hashable

from paxiom.impl.protocol import Decide
from paxiom.model_check.model import Emitted, Happening, Monitor, Requested
from paxiom.spec.consensus import History


class ConsensusMonitor(Monitor):
    """Records what was proposed and what was decided, by whom."""

    def initial(self) -> History:
        """Nothing proposed, nothing decided."""
        return History()

    def watches(self, happening: Happening) -> bool:
        """Requests and decisions."""
        match happening:
            case Requested() | Emitted(effect=Decide()):
                return True
            case _:
                return False

    def record(self, history: Hashable, happening: Happening) -> History:
        """Add a proposal or a decision."""
        assert isinstance(history, History)
        match happening:
            case Requested(_, command):
                return history.propose(command)
            case Emitted(node, Decide(value)):
                return history.decide(node, value)
            case _:
                return history
