"""Monitors: histories that properties read."""

from collections.abc import Callable, Hashable, Iterator
from functools import partial
from itertools import count, takewhile
from typing import Any

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Apply, Decide, Lead, Reply
from paxiom.impl.requests import Read, Write
from paxiom.model_check.model import Emitted, Happening, Monitor, Requested
from paxiom.spec import linearizability, replication
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


class CallMonitor(Monitor):
    """Records the calls that nodes take up for clients, and what they return.

    A node may take up a call while an earlier one is open, or was lost in a crash: it then comes of
    another client, for each has one call at a time. What a node returns is for its last open call.
    """

    def initial(self) -> linearizability.Calls:
        """No calls yet."""
        return linearizability.Calls()

    def watches(self, happening: Happening) -> bool:
        """Requests and replies."""
        match happening:
            case Requested() | Emitted(effect=Reply()):
                return True
            case _:
                return False

    def record(self, history: Hashable, happening: Happening) -> linearizability.Calls:
        """Add a call or what it returns."""
        assert isinstance(history, linearizability.Calls)
        match happening:
            case Requested(node, Write(value)):
                return history.invoke(_idle(history, node), linearizability.Write(value))
            case Requested(node, Read()):
                return history.invoke(_idle(history, node), linearizability.Read())
            case Emitted(node, Reply(value)):
                return history.respond(_waiting(history, node), value)
            case _:
                return history


def _clients(node: NodeId) -> Iterator[Hashable]:
    yield node
    yield from ((node, number) for number in count(2))


def _waits(calls: linearizability.Calls, client: Hashable) -> bool:
    own = dict(calls.of).get(client)
    return own is not None and own[-1].result is None


def _idle(calls: linearizability.Calls, node: NodeId) -> Hashable:
    return next(client for client in _clients(node) if not _waits(calls, client))


def _waiting(calls: linearizability.Calls, node: NodeId) -> Hashable:
    waiting = [*takewhile(partial(_waits, calls), _clients(node))]
    return waiting[-1] if waiting else node
