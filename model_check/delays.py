"""Message delays and message counts, by running: every message takes one delay, none is lost.

Time goes in rounds: all that was sent in one arrives in the next. What a node sends to itself
arrives at once and is no message. Timers fire only when they are told to, so the same run gives the
same figures.
"""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Effect, Protocol, Send, Step


@dataclass(frozen=True, slots=True)
class Price:
    """What something took: ``delays`` until the effect that was waited for, ``messages`` in all.

    ``delays`` is None where it did not come about before all was quiet.
    """

    delays: int | None
    messages: int

    def __add__(self, other: "Price") -> "Price":
        """One thing after the other."""
        messages = self.messages + other.messages
        if self.delays is None or other.delays is None:
            return Price(None, messages)
        return Price(self.delays + other.delays, messages)


class Rounds:
    """A run of a protocol, in rounds. A node without a state is stopped: it takes no part."""

    def __init__(self, protocol: Protocol[Any, Any], states: Mapping[NodeId, Any]) -> None:
        """Go on from these states, with nothing in flight."""
        self.protocol, self.states = protocol, dict(states)

    @classmethod
    def booted(cls, protocol: Protocol[Any, Any], stopped: Collection[NodeId] = ()) -> "Rounds":
        """Boot all nodes but those that are stopped from the first."""
        up = (node for node in protocol.nodes if node not in stopped)
        return cls(protocol, {node: protocol.start(node).state for node in up})

    def stop(self, node: NodeId) -> None:
        """Have a node stop for good."""
        del self.states[node]

    def fire(
        self, timers: Mapping[NodeId, Hashable], at: NodeId | None, awaited: type[Effect]
    ) -> Price:
        """Fire timers at once, those of nodes that run, and run until all is quiet.

        What is awaited may come about at any node if ``at`` is None.
        """
        begun = [
            (node, self.protocol.fire(self.states[node], timer))
            for node, timer in timers.items()
            if node in self.states
        ]
        return self._run(begun, at, awaited)

    def request(self, node: NodeId, command: Hashable, awaited: type[Effect]) -> Price:
        """Ask a node for something, and run until all is quiet."""
        step = self.protocol.request(self.states[node], command)
        return self._run([(node, step)], node, awaited) if step else Price(None, 0)

    def _run(
        self, begun: list[tuple[NodeId, Step[Any]]], at: NodeId | None, awaited: type[Effect]
    ) -> Price:
        """Count rounds until ``at``, or anybody, carries out the first effect that is awaited."""
        flight: list[tuple[NodeId, NodeId, Hashable]] = []
        seen: list[tuple[NodeId, Effect]] = []
        for node, step in begun:
            sent, done = self._carry_out(node, step)
            flight, seen = flight + sent, seen + done
        delays = 0 if self._shows(seen, at, awaited) else None
        rounds = messages = 0
        while flight:
            rounds, messages, arriving, flight = rounds + 1, messages + len(flight), flight, []
            for source, to, message in arriving:
                answer = self._receive(source, to, message)
                more, seen = self._carry_out(to, answer) if answer else ([], [])
                flight += more
                if delays is None and self._shows(seen, at, awaited):
                    delays = rounds
        return Price(delays, messages)

    def _receive(self, source: NodeId, to: NodeId, message: Hashable) -> Step[Any] | None:
        if to not in self.states:
            return None
        return self.protocol.receive(self.states[to], source, message)

    def _carry_out(
        self, node: NodeId, step: Step[Any]
    ) -> tuple[list[tuple[NodeId, NodeId, Hashable]], list[tuple[NodeId, Effect]]]:
        """Give what leaves for others, and the effects, those of messages to oneself included."""
        waiting, flight, seen = [step], [], []
        while waiting:
            step = waiting.pop(0)
            self.states[node] = step.state
            for effect in step.effects:
                seen.append((node, effect))
                if isinstance(effect, Send) and effect.to == node:
                    own = self.protocol.receive(self.states[node], node, effect.message)
                    waiting += [own] if own else []
                elif isinstance(effect, Send):
                    flight.append((node, effect.to, effect.message))
        return flight, seen

    @staticmethod
    def _shows(seen: list[tuple[NodeId, Effect]], at: NodeId | None, awaited: type[Effect]) -> bool:
        return any(at in (None, node) and isinstance(effect, awaited) for node, effect in seen)
