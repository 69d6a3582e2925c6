"""What may happen to one node, and what comes of it.

The meaning of effects, crashes and recovery is defined here once, for one node at a time. The
reference explorer composes it over whole states, the engine over tables of components; the two
compositions are written independently, so that each can accuse the other.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import combinations
from typing import Any

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Effect, Persist, Send, Step
from paxiom.model_check.budgets import Cost, Price, Ticked
from paxiom.model_check.model import (
    Delivery,
    Emitted,
    Happening,
    Model,
    ModelError,
    Received,
    Requested,
)
from paxiom.model_check.rules import check_step, guarded, twice

# --- a node and its surroundings ---------------------------------------------------------------


class Status(Enum):
    """Whether a node runs."""

    UP = "up"
    DOWN = "down"
    STOPPED = "stopped"  # down for good


@dataclass(frozen=True, slots=True)
class Local:
    """A node as the environment sees it: running state (None while down) and disk."""

    status: Status
    state: Any
    disk: Hashable = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message in flight."""

    source: NodeId
    to: NodeId
    message: Hashable


class Clock(Enum):
    """The timer of whatever has a clock: it fires where the clocks' skew allows, always."""

    TICK = "tick"


# --- events and outcomes -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Deliver:
    """A message arrives."""

    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Lose:
    """The network loses a message."""

    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Fire:
    """A timer fires."""

    timer: Hashable


@dataclass(frozen=True, slots=True)
class Ask:
    """A client asks for something."""

    command: Hashable


@dataclass(frozen=True, slots=True)
class Fail:
    """A fault strikes between two steps."""

    cost: Cost


@dataclass(frozen=True, slots=True)
class Recover:
    """A crashed node restarts."""


Event = Deliver | Lose | Fire | Ask | Fail | Recover


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that may come of an event at a node."""

    action: str  # the kind of step, for coverage: "receive Prepare"
    local: Local
    sent: tuple[Envelope, ...] = ()
    seen: tuple[Happening, ...] = ()  # what the monitor watches, in order
    costs: tuple[Price, ...] = ()
    done: tuple[Effect, ...] = ()  # the effects carried out
    fault: Cost | None = None  # struck after those effects
    error: str | None = None  # the handler raised this; there is no next state


def label(value: object) -> str:
    """Name the kind of ``value`` in an action: its class, or itself if it is an enum or text."""
    if isinstance(value, Enum):
        return value.name.lower()
    return str(value) if isinstance(value, str) else type(value).__name__


def local_events(model: Model, local: Local) -> Iterator[Event]:
    """What may happen at a node apart from the network; clocks go on while it is down, too."""
    if model.skew:
        yield Fire(Clock.TICK)
    if local.status is Status.DOWN:
        yield Recover()
    if local.status is not Status.UP:
        return
    for timer in _ordered(model, local):
        yield Fire(timer)
    if model.requests:
        yield from map(Ask, model.requests.commands)
    yield from map(Fail, _possible_faults(model))


def _ordered(model: Model, local: Local) -> Iterable[Hashable]:
    """Enumerate the timers in an order that does not depend on the hash seed."""

    def where() -> str:
        return f"timers({local.state!r})"

    def ask() -> tuple[Hashable, ...] | frozenset[Hashable]:
        return _frozen(model.protocol.timers(local.state))

    timers = twice(where, lambda: guarded(where, ask))
    return sorted(timers, key=repr) if isinstance(timers, frozenset) else timers


def _frozen(timers: Iterable[Hashable]) -> tuple[Hashable, ...] | frozenset[Hashable]:
    if isinstance(timers, str):
        msg = f"text is no tuple of timers: write ({timers!r},), with a comma"
        raise TypeError(msg)
    return frozenset(timers) if isinstance(timers, (set, frozenset)) else tuple(timers)


def _possible_faults(model: Model) -> tuple[Cost, ...]:
    faults = model.faults
    counts = (
        (Cost.CRASH, faults.crashes),
        (Cost.STOP, faults.stops),
        (Cost.AMNESIA, faults.amnesias),
    )
    return tuple(cost for cost, count in counts if count)


def outcomes(model: Model, node: NodeId, local: Local, event: Event) -> Iterator[Outcome]:
    """Everything that may come of ``event`` at ``node``; nothing if it takes no notice."""
    protocol, state = model.protocol, local.state
    match event:
        case Lose():
            costs = () if model.network.drops is None else (Cost.LOSS,)
            yield Outcome(f"lose {label(event.envelope.message)}", local, costs=costs)
        case Fail(cost):
            yield Outcome(cost.value, _after(cost, local.disk), costs=(cost,), fault=cost)
        case Recover():
            yield from _run(
                model, node, local, "recover", lambda: protocol.recover(node, local.disk)
            )
        case Fire(Clock.TICK):
            yield from _tick(model, node, local)
        case Fire(timer):
            yield from _run(
                model, node, local, f"fire {label(timer)}", lambda: protocol.fire(state, timer)
            )
        case Ask(command):
            requests = model.requests
            if requests and node in requests.nodes:
                yield from _run(
                    model,
                    node,
                    local,
                    "request",
                    lambda: protocol.request(state, command),
                    cause=Requested(node, command),
                    costs=(node,),
                )
        case Deliver(Envelope(source, _, message)):
            if local.status is not Status.UP:
                return
            noticed = False
            for outcome in _run(
                model,
                node,
                local,
                f"receive {label(message)}",
                lambda: protocol.receive(state, source, message),
                cause=Received(node, source, message),
            ):
                noticed = True
                yield outcome
            if not noticed and model.network.delivery is Delivery.FIFO:
                yield Outcome(f"discard {label(message)}", local)


def _tick(model: Model, node: NodeId, local: Local) -> Iterator[Outcome]:
    """Let the clock of ``node`` tick; a node that is down does not notice."""
    action, costs = f"fire {label(Clock.TICK)}", (Ticked(node),)
    if local.status is not Status.UP:
        yield Outcome(action, local, costs=costs)
        return
    yield from _run(
        model, node, local, action, lambda: model.protocol.tick(local.state), costs=costs
    )


def first_boot(model: Model, node: NodeId) -> Outcome:
    """Boot ``node`` for the first time; nothing can go wrong yet, or the model is at fault."""
    down = Local(Status.DOWN, None)
    start = next(_run(model, node, down, "start", lambda: model.protocol.start(node)), None)
    if start is None:
        msg = f"start({node}) must return a Step, not None"
        raise ModelError(msg)
    if start.error:
        msg = f"start({node}) raised {start.error}"
        raise ModelError(msg)
    if bound := cut_off(model, start.local):
        msg = f"start({node}) is outside the bound {bound!r}: {start.local.state!r}"
        raise ModelError(msg)
    return start


def cut_off(model: Model, local: Local) -> str | None:
    """Name the bound that a running node's state is outside of, if any."""
    if local.status is not Status.UP:
        return None
    for bound in model.bounds:
        if not guarded(lambda: f"a bound, of {local.state!r},", bound.within, local.state):
            return bound.name
    return None


# --- carrying out a step -----------------------------------------------------------------------


def _run(
    model: Model,
    node: NodeId,
    local: Local,
    action: str,
    handler: Callable[[], Step[Any] | None],
    *,
    cause: Happening | None = None,
    costs: tuple[Price, ...] = (),
) -> Iterator[Outcome]:
    """Call ``handler`` and carry out its step: wholly, or cut short by each possible fault."""

    def where() -> str:
        return f"{action} at {node} in state {local.state!r}"

    mark = hash(local.state)
    try:
        step = twice(where, handler)
    except ModelError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a user's handler raises is a finding
        yield Outcome(action, local, costs=costs, error=f"{type(error).__name__}: {error}")
        return
    if hash(local.state) != mark:
        msg = f"{where()}: the handler changed the state it was given; use frozen dataclasses"
        raise ModelError(msg)
    if step is None:
        return
    check_step(model, where, step)
    whole = _carry_out(model, node, local.disk, step.effects, cause)
    up = Local(Status.UP, step.state, whole[0])
    yield Outcome(action, up, whole[1], whole[2], costs, step.effects)
    if action == "start":
        return
    for fault in _possible_faults(model):
        seen = set()
        for done in interruptions(step.effects):
            part = _carry_out(model, node, local.disk, done, cause)
            if part not in seen:
                seen.add(part)
                after = _after(fault, part[0])
                yield Outcome(
                    f"{action}, {fault.value}",
                    after,
                    part[1],
                    part[2],
                    (*costs, fault),
                    done,
                    fault,
                )


def interruptions(effects: tuple[Effect, ...]) -> Iterator[tuple[Effect, ...]]:
    """What may be done of ``effects`` when a fault strikes between them.

    Effects are carried out one after the other, but messages to different nodes side by side:
    where the fault strikes among them, any of them may have left.
    """
    for first, last in _runs(effects):
        for count in range(last - first):
            for some in combinations(effects[first:last], count):
                yield (*effects[:first], *some)


def _runs(effects: tuple[Effect, ...]) -> Iterator[tuple[int, int]]:
    """Where the effects that are carried out side by side begin and end."""
    first = 0
    while first < len(effects):
        last, to = first, set[NodeId]()
        while last < len(effects) and isinstance(each := effects[last], Send) and each.to not in to:
            to.add(each.to)
            last += 1
        yield first, max(last, first + 1)
        first = max(last, first + 1)


def _carry_out(
    model: Model,
    node: NodeId,
    disk: Hashable,
    effects: tuple[Effect, ...],
    cause: Happening | None,
) -> tuple[Hashable, tuple[Envelope, ...], tuple[Happening, ...]]:
    """The disk, the messages sent and the happenings watched, after ``effects``."""
    sent = tuple(
        Envelope(node, each.to, each.message) for each in effects if isinstance(each, Send)
    )
    for effect in effects:
        disk = effect.record if isinstance(effect, Persist) else disk
    happenings = (*((cause,) if cause else ()), *(Emitted(node, effect) for effect in effects))
    return disk, sent, tuple(each for each in happenings if model.monitor.watches(each))


def _after(fault: Cost, disk: Hashable) -> Local:
    """A node that ``fault`` has struck."""
    match fault:
        case Cost.STOP:
            return Local(Status.STOPPED, None)
        case Cost.AMNESIA:
            return Local(Status.DOWN, None)
        case _:
            return Local(Status.DOWN, None, disk)
