"""Monitors: histories that properties read."""

from collections.abc import Callable, Hashable
from typing import Any

from paxiom.impl.protocol import Apply, Decide, Lead
from paxiom.model_check.model import Emitted, Happening, Monitor, Requested
from paxiom.spec import replication
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


class LogMonitor(Monitor):
    """Records leaders, commands taken up and entries applied."""

    def __init__(self, shown: Callable[[Any], Hashable] = lambda entry: entry) -> None:
        """Record of an entry what ``shown`` makes of it."""
        self.shown = shown

    def initial(self) -> replication.History:
        """Nothing has happened."""
        return replication.History()

    def watches(self, happening: Happening) -> bool:
        """Elections, requests and what is applied."""
        match happening:
            case Requested() | Emitted(effect=Lead() | Apply()):
                return True
            case _:
                return False

    def record(self, history: Hashable, happening: Happening) -> replication.History:
        """Add what has happened."""
        assert isinstance(history, replication.History)
        match happening:
            case Requested(_, command):
                return history.propose(command)
            case Emitted(node, Lead(term)):
                return history.lead(term, node)
            case Emitted(effect=Apply(index, entry, term)):
                return history.apply(index, self.shown(entry), term)
            case _:
                return history
