"""What a protocol is: an immutable configuration with pure handlers.

A handler takes a node's state and one event and returns a :class:`Step`: the next state and the
effects to carry out, in order. It does no I/O, reads no clock and draws no random number, so the
same object is explored by the checker and driven by a real cluster.

States, messages, timers, commands and records are immutable values, compared by ``==``: frozen
dataclasses, enums, tuples, frozensets. No field may hold a list, a dict or a set.
"""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from paxiom.impl.names import NodeId

State = TypeVar("State", bound=Hashable)
Message = TypeVar("Message", bound=Hashable)


class Effect:
    """Something a handler asks its surroundings to do; carried out in the order of the step."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Send(Effect):
    """Hand ``message`` to the network for node ``to``, which may be the sender itself."""

    to: NodeId
    message: Hashable


@dataclass(frozen=True, slots=True)
class Persist(Effect):
    """Make ``record`` the whole of what survives a crash, before any later effect of the step."""

    record: Hashable


@dataclass(frozen=True, slots=True)
class Decide(Effect):
    """Tell the application that ``value`` is decided."""

    value: Hashable


@dataclass(frozen=True, slots=True)
class Apply(Effect):
    """Hand ``entry``, committed at ``index`` of the log, to the state machine.

    ``term`` is the term (view, epoch) in which the node learnt that it is committed.
    """

    index: int
    entry: Hashable
    term: int


@dataclass(frozen=True, slots=True)
class Lead(Effect):
    """Tell the application that this node leads from now on, in ``term``."""

    term: int


@dataclass(frozen=True, slots=True)
class Reply(Effect):
    """Return ``value`` to the client whose request this node has taken up."""

    value: Hashable


@dataclass(frozen=True, slots=True)
class Step(Generic[State]):
    """What a handler returns: the next state, and the effects in order."""

    state: State
    effects: tuple[Effect, ...] = ()


class Protocol(ABC, Generic[State, Message]):
    """A protocol: subclass it as a frozen dataclass that has a field ``nodes``.

    ``receive`` and ``request`` may return None: the node takes no notice. An unnoticed message is
    lost in a real network; the checker leaves it in flight (unordered networks) or discards it
    (FIFO), which no node can tell apart.
    """

    nodes: tuple[NodeId, ...]

    @abstractmethod
    def start(self, node: NodeId) -> Step[State]:
        """First boot of ``node``."""

    @abstractmethod
    def receive(self, state: State, source: NodeId, message: Message) -> Step[State] | None:
        """React to ``message`` from ``source``, or take no notice."""

    def timers(self, state: State) -> Iterable[Hashable]:  # noqa: ARG002 - for overriding
        """Name the timers that may fire in ``state``; the checker lets each fire at any time."""
        return ()

    def fire(self, state: State, timer: Hashable) -> Step[State]:
        """React to ``timer``, one of ``timers(state)``."""
        raise NotImplementedError

    def request(self, state: State, command: Hashable) -> Step[State] | None:
        """React to a client's ``command``, or take no notice."""
        raise NotImplementedError

    def tick(self, state: State) -> Step[State]:
        """React to a tick of the node's clock, where the model has clocks."""
        raise NotImplementedError

    def recover(self, node: NodeId, record: Hashable) -> Step[State]:
        """Restart after a crash with the last persisted record, or None where the disk is lost.

        A node that persists something in ``start`` can tell its first boot from a lost disk.
        """
        raise NotImplementedError


def broadcast(nodes: Iterable[NodeId], message: Hashable) -> tuple[Send, ...]:
    """Send ``message`` to each of ``nodes``, in their order (a crash may cut it short)."""
    return tuple(Send(node, message) for node in nodes)
