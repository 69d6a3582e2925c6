"""What may be done next in a run that is chosen step by step: the moves of random testing.

Nothing here says what a step does: every move but two picks one of the steps that
:mod:`paxiom.model_check.world` allows. A partition and its healing change no state at all. A
partition hides the messages between two groups of nodes for a while, which is a way of choosing
among steps: every run under partitions is a run of the model without them.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import count

from paxiom.impl.names import NodeId
from paxiom.model_check import result
from paxiom.model_check.budgets import Cost
from paxiom.model_check.codec import order, to_json
from paxiom.model_check.environment import (
    Ask,
    Deliver,
    Envelope,
    Event,
    Fail,
    Fire,
    Local,
    Lose,
    Outcome,
    Recover,
    local_events,
    outcomes,
)
from paxiom.model_check.model import Delivery, Faults, Model
from paxiom.model_check.result import Violation
from paxiom.model_check.traces.trace import Trace
from paxiom.model_check.world import (
    Transition,
    World,
    arrivals,
    initial_world,
    satisfied,
    shown,
    transition,
    violated_by_state,
    violated_by_step,
)
from paxiom.spec.property import Kind

Choice = tuple[Event, Outcome]
REMEMBERED = 20_000  # local states whose outcomes are kept


class Move(Enum):
    """A kind of step, as a scheduler sees it."""

    DELIVER = "deliver"
    DUPLICATE = "duplicate"  # deliver once more what was delivered already
    DROP = "drop"
    TIMER = "timer"
    REQUEST = "request"
    CRASH = "crash"  # between two steps, or after any effect of one
    STOP = "stop"
    AMNESIA = "amnesia"
    RECOVER = "recover"
    DELAY = "delay"  # hold back the messages that are on their way to a node
    PARTITION = "partition"
    HEAL = "heal"  # end the partition and all delays


COSTS = {Move.CRASH: Cost.CRASH, Move.STOP: Cost.STOP, Move.AMNESIA: Cost.AMNESIA}
HIDING = (Move.PARTITION, Move.DELAY, Move.HEAL)
KINDS: dict[type[Event], Move] = {
    Fire: Move.TIMER,
    Ask: Move.REQUEST,
    Recover: Move.RECOVER,
}


def possible_moves(model: Model) -> tuple[Move, ...]:
    """Name the moves that ``model`` can ever allow, the everyday ones first."""
    faults, network = model.faults, model.network
    allowed = {
        Move.DELIVER: True,
        Move.REQUEST: model.requests is not None,
        Move.TIMER: True,
        Move.RECOVER: bool(faults.crashes or faults.amnesias),
        Move.HEAL: True,
        Move.DELAY: True,
        Move.DUPLICATE: network.delivery is Delivery.DUPLICATING,
        Move.DROP: network.lossy,
        Move.CRASH: bool(faults.crashes),
        Move.STOP: bool(faults.stops),
        Move.AMNESIA: bool(faults.amnesias),
        Move.PARTITION: len(model.nodes) > 1,
    }
    return tuple(move for move, possible in allowed.items() if possible)


def unbounded(model: Model, steps: int) -> Model:
    """``model`` without what only keeps its state space small, for runs of at most ``steps``.

    Bounds go, the network's too; crashes and requests are as many as there are steps; any number
    of messages may be lost, if any may. Stops and amnesias stay: how many a protocol survives is
    part of what it claims. What the model does not allow at all stays forbidden.
    """
    faults = model.faults
    return replace(
        model,
        bounds=(),
        faults=Faults(
            crashes=max(steps, faults.crashes) if faults.crashes else 0,
            stops=faults.stops,
            amnesias=faults.amnesias,
        ),
        network=replace(model.network, drops=None, capacity=None),
        requests=model.requests and replace(model.requests, each=max(steps, model.requests.each)),
    )


@dataclass(slots=True)
class Memory:
    """What comes, without faults, of the events at a node in one local state."""

    events: tuple[Event, ...]  # apart from the network's
    outcomes: dict[Event, tuple[Outcome, ...]]


@dataclass(slots=True)
class Letter:
    """What the schedule knows of a message in flight."""

    age: int  # of the last copy: how many messages were sent before it
    delivered: bool = False  # since then
    delayed: bool = False


class Schedule:
    """A run in the making: where it is, the steps taken so far, and what may come next.

    ``memories`` may be shared by the runs of one model: handlers are pure, so they are asked once.
    """

    def __init__(
        self, model: Model, memories: dict[tuple[int, Local], Memory] | None = None
    ) -> None:
        """Boot all nodes; no partition."""
        self.model = model
        self.calm = replace(model, faults=Faults())
        self.memories = {} if memories is None else memories
        self.initial = self.world = initial_world(model)
        self.steps: list[Transition] = []
        self.apart: frozenset[NodeId] = frozenset()  # one side of the partition, if any
        self.letters: dict[Envelope, Letter] = {}
        self.sent = count()
        self._send(sorted(self._flight(), key=lambda envelope: order(to_json(envelope))))
        self.offers: dict[int, dict[Move, list[Choice]]] = {}  # of a place; made when asked for

    # What may come next.

    def choices(self, move: Move, place: int) -> list[Choice]:
        """List the steps of kind ``move``, no fault, at this node; the latest message first."""
        if place not in self.offers:
            self.offers[place] = self._offers(place)
        return [each for each in self.offers[place].get(move, ()) if self._allowed(place, *each)]

    def _offers(self, place: int) -> dict[Move, list[Choice]]:
        """Everything that may come, without faults, of any event at a node."""
        node, local = self.model.nodes[place], self.world.locals[place]
        memory, found = self._memory(place, local), defaultdict[Move, list[Choice]](list)
        for event in (*memory.events, *self._arrivals(node)):
            if event not in memory.outcomes:
                memory.outcomes[event] = tuple(outcomes(self.calm, node, local, event))
            found[self._kind(event)] += [(event, each) for each in memory.outcomes[event]]
        return found

    def _kind(self, event: Event) -> Move:
        match event:
            case Deliver(envelope):
                again = self.letters[envelope].delivered
                return Move.DUPLICATE if again else Move.DELIVER
            case Lose():
                return Move.DROP
            case _:
                return KINDS[type(event)]

    def faults(self, move: Move, place: int, pick: int) -> list[Choice]:
        """List how the fault ``move`` may strike at this node in one event that ``pick`` chooses.

        The event may be that fault alone, between two steps.
        """
        node, local = self.model.nodes[place], self.world.locals[place]
        events = [*local_events(self.model, local), *self._arrivals(node)]
        events.sort(key=lambda event: not isinstance(event, Fail))
        start = pick % len(events) if events else 0
        for event in (*events[start:], *events[:start]):
            found = [
                (event, outcome)
                for outcome in outcomes(self.model, node, local, event)
                if outcome.fault is COSTS[move] and self._allowed(place, event, outcome)
            ]
            if found:
                return found
        return []

    def _arrivals(self, node: NodeId) -> list[Event]:
        """What the network may do at this node's door, latest message first, if not hidden."""
        found = [
            (self.letters[event.envelope].age, event)
            for event in arrivals(self.model, self.world.flight, node)
            if isinstance(event, Deliver | Lose) and not self._hidden(event.envelope)
        ]
        return [event for _, event in sorted(found, key=lambda each: -each[0])]

    def _hidden(self, envelope: Envelope) -> bool:
        apart = (envelope.source in self.apart) != (envelope.to in self.apart)
        return apart or self.letters[envelope].delayed

    def _memory(self, place: int, local: Local) -> Memory:
        key = place, local
        if key not in self.memories:
            if len(self.memories) >= REMEMBERED:
                self.memories.clear()
            self.memories[key] = Memory(tuple(local_events(self.calm, local)), {})
        return self.memories[key]

    def _allowed(self, place: int, event: Event, outcome: Outcome) -> bool:
        """Whether the budgets can pay for a step, and no bound cuts it off."""
        if self.world.budgets.spend(outcome.costs) is None:
            return False
        return not self.model.bound_names or self._step(place, event, outcome).cut is None

    def _step(self, place: int, event: Event, outcome: Outcome) -> Transition:
        budgets = self.world.budgets.spend(outcome.costs)
        assert budgets is not None, f"{event} was offered at a price that cannot be paid"
        return transition(self.model, self.world, place, event, outcome, budgets)

    # Going on.

    def make(self, move: Move, place: int, pick: int) -> bool:
        """Do ``move``: at the node in this place or the next that can, its choice number ``pick``.

        Both numbers may be any; they wrap around. False if the move is not possible now.
        """
        if self.failed:
            return False
        if move in HIDING:
            return self._hide(move, self.model.nodes[place], pick)
        nodes = len(self.model.nodes)
        for each in range(place, place + nodes):
            at = each % nodes
            found = self.faults(move, at, pick) if move in COSTS else self.choices(move, at)
            if found:
                self._take(at, *found[pick % len(found)])
                return True
        return False

    def _hide(self, move: Move, node: NodeId, pick: int) -> bool:
        """Cut the nodes in two, hold back what is on its way to ``node``, or end all that."""
        before, late = self.apart, [each for each in self.letters.values() if each.delayed]
        match move:
            case Move.PARTITION if len(self.model.nodes) > 1:
                _, *others = self.model.nodes
                cut = pick % (2 ** len(others) - 1) + 1  # counts through the ways to cut
                self.apart = frozenset(each for bit, each in enumerate(others) if cut >> bit & 1)
            case Move.DELAY:
                coming = [self.letters[each] for each in self._flight() if each.to == node]
                late = [each for each in coming if not each.delayed]
                for letter in late:
                    letter.delayed = True
            case Move.HEAL:
                self.apart = frozenset()
                for letter in late:
                    letter.delayed = False
            case _:  # one node cannot be cut in two
                return False
        self.offers.clear()
        return self.apart != before or bool(late)

    def _take(self, place: int, event: Event, outcome: Outcome) -> None:
        step = self._step(place, event, outcome)
        self.steps.append(step)
        if step.world is None:
            return
        self.world = step.world
        for each in (self.model.nodes[place], *(envelope.to for envelope in outcome.sent)):
            self.offers.pop(self.model.nodes.index(each), None)
        if isinstance(event, Deliver) and self.model.network.delivery is Delivery.DUPLICATING:
            self.letters[event.envelope].delivered = True
        self._send(outcome.sent)

    def _send(self, envelopes: Iterable[Envelope]) -> None:
        self.letters.update((envelope, Letter(next(self.sent))) for envelope in envelopes)

    def _flight(self) -> Iterator[Envelope]:
        for key, content in self.world.flight:
            if self.model.network.delivery is Delivery.FIFO:
                source, to = key
                yield from (Envelope(source, to, message) for message in content)
            else:
                yield key

    # What came of it.

    @property
    def failed(self) -> bool:
        """Whether the last step raised, so that there is no state to go on from."""
        return bool(self.steps) and self.steps[-1].world is None

    @property
    def last_moved(self) -> tuple[Hashable, Hashable] | None:
        """What the node that took the last step showed before it and shows after it."""
        if not self.steps or self.failed:
            return None
        place = self.model.nodes.index(self.steps[-1].node)
        before = shown(self.model, self._before().locals[place])
        return before, shown(self.model, self.world.locals[place])

    @property
    def observations(self) -> tuple[Hashable, ...]:
        """What each node shows."""
        return tuple(shown(self.model, local) for local in self.world.locals)

    def reached(self) -> set[str]:
        """Name the ``reachable`` properties that are true here."""
        return {
            prop.name
            for prop in self.model.properties
            if prop.kind is Kind.REACHABLE and satisfied(self.model, self.world, prop)
        }

    def violation(self) -> Violation | None:
        """Judge the last step and the state it leads to, as the reference explorer does."""
        trace = Trace(self.initial, tuple(self.steps))
        if self.failed:
            return Violation(result.RAISED, str(self.steps[-1].outcome.error), trace)
        violated = violated_by_state(self.model, self.world)
        if self.steps:
            violated += violated_by_step(self.model, self._before(), self.steps[-1])
        if not violated:
            return None
        prop = min(violated, key=self.model.properties.index)
        return Violation.of(prop, trace)

    def _before(self) -> World:
        earlier = self.steps[-2].world if len(self.steps) > 1 else None
        return earlier or self.initial
