"""Whole states and the steps between them, in obvious Python.

This is what the engine must agree with, and what every trace is replayed through.
"""

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from paxiom.impl.names import NodeId
from paxiom.model_check.budgets import Budgets, initial_budgets
from paxiom.model_check.environment import (
    Deliver,
    Envelope,
    Event,
    Local,
    Lose,
    Outcome,
    Status,
    cut_off,
    first_boot,
    local_events,
    outcomes,
)
from paxiom.model_check.model import Delivery, Happening, Model, ModelError
from paxiom.model_check.rules import guarded
from paxiom.spec.property import Kind, Property, Subject

# Messages in flight. Unordered: (envelope, copies) pairs. FIFO: (pair of nodes, queue) pairs.
Flight = frozenset[tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class World:
    """A global state: every node, every message in flight, the history, the budgets."""

    locals: tuple[Local, ...]
    flight: Flight
    history: Hashable
    budgets: Budgets


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of one node, or of the network at its door.

    ``world`` is None where the handler raised. ``cut`` names the bound that the new state is
    outside of; the step then does not count as one.
    """

    node: NodeId
    event: Event
    outcome: Outcome
    world: World | None
    cut: str | None = None


def initial_world(model: Model) -> World:
    """All nodes booted, their first effects carried out."""
    boots = [first_boot(model, node) for node in model.nodes]
    flight: Flight = frozenset()
    history = model.monitor.initial()
    for boot in boots:
        flight = sent(model, flight, boot.sent)
        history = recorded(model, history, boot.seen)
    if overfull(model, flight):
        msg = f"the first boots are outside the bound {model.network.bound!r}"
        raise ModelError(msg)
    return World(tuple(boot.local for boot in boots), flight, history, initial_budgets(model))


def successors(model: Model, world: World) -> Iterator[Transition]:
    """Every step that ``world`` allows."""
    for position, node in enumerate(model.nodes):
        local = world.locals[position]
        events: list[Event] = [*local_events(model, local), *arrivals(model, world.flight, node)]
        for event in events:
            for outcome in outcomes(model, node, local, event):
                budgets = world.budgets.spend(outcome.costs)
                if budgets is not None:
                    yield transition(model, world, position, event, outcome, budgets)


def transition(
    model: Model, world: World, position: int, event: Event, outcome: Outcome, budgets: Budgets
) -> Transition:
    """The step that an outcome of an event at a node makes of the whole state."""
    node = model.nodes[position]
    if outcome.error:
        return Transition(node, event, outcome, None)
    if cut := cut_off(model, outcome.local):
        return Transition(node, event, outcome, None, cut)
    flight = world.flight
    if isinstance(event, Lose) or (
        isinstance(event, Deliver) and model.network.delivery is not Delivery.DUPLICATING
    ):
        flight = removed(model, flight, event.envelope)
    flight = sent(model, flight, outcome.sent)
    if overfull(model, flight):
        return Transition(node, event, outcome, None, model.network.bound)
    after = World(
        (*world.locals[:position], outcome.local, *world.locals[position + 1 :]),
        flight,
        recorded(model, world.history, outcome.seen),
        budgets,
    )
    return Transition(node, event, outcome, after)


# --- messages in flight ------------------------------------------------------------------------


def arrivals(model: Model, flight: Flight, node: NodeId) -> Iterator[Event]:
    """What the network may do at ``node``'s door: deliver or lose each message that can come."""
    if model.network.delivery is Delivery.FIFO:
        heads = [Envelope(source, to, queue[0]) for (source, to), queue in flight if to == node]
    else:
        heads = [envelope for envelope, _ in flight if envelope.to == node]
    for envelope in sorted(heads, key=_order):
        yield Deliver(envelope)
        if model.network.lossy:
            yield Lose(envelope)


@cache
def _order(envelope: Envelope) -> tuple[str, str]:
    """Sort messages the same way under every hash seed."""
    return envelope.source, repr(envelope.message)


def sent(model: Model, flight: Flight, envelopes: tuple[Envelope, ...]) -> Flight:
    """Messages in flight after ``envelopes`` were sent."""
    match model.network.delivery:
        case Delivery.ONCE:
            return frozenset((Counter(dict(flight)) + Counter(envelopes)).items())
        case Delivery.DUPLICATING:
            return flight | {(envelope, 1) for envelope in envelopes}
        case Delivery.FIFO:
            queues = dict(flight)
            for each in envelopes:
                pair = (each.source, each.to)
                queues[pair] = (*queues.get(pair, ()), each.message)
            return frozenset(queues.items())


def overfull(model: Model, flight: Flight) -> bool:
    """Whether more messages are on their way to one node than the network's capacity."""
    return model.network.capacity is not None and crowd(flight) > model.network.capacity


def crowd(flight: Flight) -> int:
    """Count the messages on their way to the node that most are on their way to."""
    waiting = Counter[NodeId]()
    for what, held in flight:
        if isinstance(what, Envelope):
            waiting[what.to] += held
        else:
            waiting[what[1]] += len(held)
    return max(waiting.values(), default=0)


def removed(model: Model, flight: Flight, envelope: Envelope) -> Flight:
    """Messages in flight without one copy of ``envelope``, the head of its queue if FIFO."""
    if model.network.delivery is not Delivery.FIFO:
        return frozenset((Counter(dict(flight)) - Counter([envelope])).items())
    queues = dict(flight)
    queues[envelope.source, envelope.to] = queues[envelope.source, envelope.to][1:]
    return frozenset((pair, queue) for pair, queue in queues.items() if queue)


def recorded(model: Model, history: Hashable, happenings: tuple[Happening, ...]) -> Hashable:
    """History after ``happenings``."""
    for happening in happenings:
        history = guarded(
            lambda: f"the monitor's record of {happenings!r}",
            model.monitor.record,
            history,
            happening,
        )
    return history


# --- properties of whole states ----------------------------------------------------------------


def shown(model: Model, local: Local) -> Hashable:
    """What a node shows: None while it is down."""
    if local.status is not Status.UP:
        return None
    return guarded(lambda: f"observe({local.state!r})", model.observe, local.state)


def asked(prop: Property, *observed: Any) -> bool:  # noqa: ANN401 - whatever the subject gives
    """Ask a property."""
    return bool(guarded(lambda: f"property {prop.name!r}", prop, *observed))


def satisfied(model: Model, world: World, prop: Property) -> bool:
    """Whether a state property is true of ``world``: of all it is asked about, or of any."""
    nodes = tuple(shown(model, local) for local in world.locals)
    answers = (
        asked(prop, *question)
        for group in prop.subject.groups(len(nodes))
        for question in prop.subject.questions(tuple(nodes[at] for at in group), world.history)
    )
    return any(answers) if prop.kind is Kind.REACHABLE else all(answers)


def violated_by_state(model: Model, world: World) -> list[Property]:
    """Name the properties that ``world`` violates."""
    return [
        prop
        for prop in model.properties
        if prop.kind is Kind.ALWAYS and not satisfied(model, world, prop)
    ]


def violated_by_step(model: Model, before: World, transition: Transition) -> list[Property]:
    """Name the properties that a step violates."""
    after = transition.world
    if after is None:
        return []
    position = model.nodes.index(transition.node)
    pairs = {
        Subject.HISTORY: (before.history, after.history),
        Subject.NODE: tuple(shown(model, each.locals[position]) for each in (before, after)),
    }
    return [
        prop
        for prop in model.properties
        if prop.kind is Kind.STEP and not asked(prop, *pairs[prop.subject])
    ]
