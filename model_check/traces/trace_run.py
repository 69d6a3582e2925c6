"""A run as part of a trace document: its beginning, its steps, and what its property read.

Beside what happened it says what properties make of it: what each node shows, which properties
each state or step violates, which states are the witnesses that some state is reachable; and the
quorums that the handler of a step found, in the protocol's own quorum systems.
"""

import copy
from collections.abc import Hashable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from paxiom.impl.names import NodeId
from paxiom.impl.quorum import QuorumSystem
from paxiom.model_check.codec import Json, changes, order, to_json
from paxiom.model_check.environment import Deliver, Local, Lose, outcomes
from paxiom.model_check.model import Delivery, Model, ModelError
from paxiom.model_check.result import RAISED
from paxiom.model_check.rules import guarded
from paxiom.model_check.traces.trace import Trace
from paxiom.model_check.world import (
    Flight,
    Transition,
    World,
    asked,
    satisfied,
    shown,
    violated_by_state,
    violated_by_step,
)
from paxiom.spec.property import Kind, Property, Subject


def run(model: Model, trace: Trace) -> dict[str, Json]:
    """Write down the initial state and the steps."""
    missing = [prop for prop in model.properties if prop.kind is Kind.REACHABLE]
    initial = {**_initial(model, trace.initial), "witnesses": _met(model, trace.initial, missing)}
    world, steps = trace.initial, []
    for number, transition in enumerate(trace.steps, start=1):
        told = _step(model, number, world, transition)
        world = transition.world or world
        steps.append({**told, "witnesses": _met(model, world, missing)})
    return {"initial": initial, "steps": steps}


def _met(model: Model, world: World, missing: list[Property]) -> list[Json]:
    """Name the properties that ``world`` is the first to satisfy; they are missing no more."""
    met = [prop for prop in missing if satisfied(model, world, prop)]
    for prop in met:
        missing.remove(prop)
    return [prop.name for prop in met]


def _initial(model: Model, world: World) -> dict[str, Json]:
    return {
        "nodes": [
            {"node": str(node), **_local(local), "shows": to_json(shown(model, local))}
            for node, local in zip(model.nodes, world.locals, strict=True)
        ],
        "flight": _flight(model, world.flight),
        "history": to_json(world.history),
        "violates": [prop.name for prop in violated_by_state(model, world)],
    }


def _step(model: Model, number: int, before: World, transition: Transition) -> dict[str, Json]:
    event, outcome, after = transition.event, transition.outcome, transition.world
    envelope = event.envelope if isinstance(event, Deliver | Lose) else None
    local = before.locals[model.nodes.index(transition.node)]
    both = local.state is not None and outcome.local.state is not None
    world = after or before
    return {
        "number": number,
        "node": str(transition.node),
        "action": outcome.action,
        "event": to_json(event),
        "source": to_json(envelope and envelope.source),
        "message": to_json(envelope and envelope.message),
        "effects": [to_json(effect) for effect in outcome.done],
        "fault": outcome.fault and outcome.fault.value,
        "error": outcome.error,
        "changes": changes(to_json(local.state), to_json(outcome.local.state)) if both else [],
        "after": _local(outcome.local) if after else None,
        "flight": _flight(model, world.flight),
        "history": to_json(world.history),
        "shows": to_json(shown(model, outcome.local)),
        "quorums": _quorums(model, local, transition),
        "violates": _violated(model, before, transition),
    }


def _violated(model: Model, before: World, step: Transition) -> list[Json]:
    if step.world is None:
        return [RAISED]
    violated = [*violated_by_state(model, step.world), *violated_by_step(model, before, step)]
    return [prop.name for prop in violated]


def _local(local: Local) -> dict[str, Json]:
    return {
        "status": local.status.value,
        "state": to_json(local.state),
        "disk": to_json(local.disk),
    }


def _flight(model: Model, flight: Flight) -> list[Json]:
    if model.network.delivery is Delivery.FIFO:
        return [  # the order within a pair is that of the queue
            {"source": str(pair[0]), "to": str(pair[1]), "message": to_json(message), "copies": 1}
            for pair, queue in sorted(flight, key=lambda each: order(to_json(each[0])))
            for message in queue
        ]
    return sorted(
        (
            {
                "source": str(e.source),
                "to": str(e.to),
                "message": to_json(e.message),
                "copies": copies,
            }
            for e, copies in flight
        ),
        key=order,
    )


# --- quorums -----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Watched:
    """A quorum system that keeps the quorums it is asked about."""

    name: str
    system: QuorumSystem
    found: dict[tuple[str, frozenset[NodeId]], None] = field(default_factory=dict)

    def is_quorum(self, nodes: AbstractSet[NodeId]) -> bool:
        """Answer as the system does."""
        if self.system.is_quorum(nodes):
            self.found[self.name, frozenset(nodes)] = None
            return True
        return False


def _quorums(model: Model, local: Local, step: Transition) -> list[Json]:
    """Ask the handler once more, and note the quorums that it finds."""
    found: dict[tuple[str, frozenset[NodeId]], None] = {}
    protocol = copy.copy(model.protocol)
    for name, system in _quorum_systems(model):
        # Not dataclasses.replace: what __post_init__ has worked out, or refuses, stays as it is.
        object.__setattr__(protocol, name, _Watched(name, system, found))
    watched = replace(model, protocol=protocol)
    for _ in outcomes(watched, step.node, local, step.event):
        break
    return [
        {"field": name, "members": [str(node) for node in model.nodes if node in members]}
        for name, members in found
    ]


def _quorum_systems(model: Model) -> Iterator[tuple[str, QuorumSystem]]:
    for name in getattr(model.protocol, "__dataclass_fields__", ()):
        system = getattr(model.protocol, name)
        if callable(getattr(system, "is_quorum", None)):
            yield name, system


# --- evidence ----------------------------------------------------------------------------------


def evidence(model: Model, trace: Trace, prop: Property | None) -> list[Json]:
    """Show what ``prop`` read when it was violated; for an error, the state it was raised in."""
    before, after = _last_two(trace)
    if prop is None:
        node = trace.steps[-1].node
        return [{"of": str(node), "value": to_json(after.locals[model.nodes.index(node)].state)}]
    nodes, _ = _violation(model, trace, prop)
    found = []
    for place in sorted(nodes):
        values = [to_json(shown(model, world.locals[place])) for world in (before, after)]
        found.append(_read(str(model.nodes[place]), values, prop.kind))
    if prop.subject.reads_history:
        found.append(_read("history", [to_json(w.history) for w in (before, after)], prop.kind))
    return found


def finding(model: Model, trace: Trace, prop: Property | None) -> dict[str, Json]:
    """Say why ``prop`` is false at the end of ``trace``, if it can."""
    if prop is None or prop.explain is None:
        return {}
    places, question = _violation(model, trace, prop)
    names = () if prop.subject is Subject.HISTORY else (tuple(model.nodes[at] for at in places),)
    told = guarded(lambda: f"explain of {prop.name!r}", prop.explain, *names, *question)
    return {"explanation": told.sentence, "parts": [to_json(part) for part in told.parts]}


def _violation(
    model: Model, trace: Trace, prop: Property
) -> tuple[tuple[int, ...], tuple[Hashable, ...]]:
    """Return the nodes that ``prop`` was asked about when it was violated, and the question."""
    before, after = _last_two(trace)
    if prop.kind is Kind.STEP and prop.subject is Subject.HISTORY:
        return (), (before.history, after.history)
    if prop.kind is Kind.STEP:
        place = model.nodes.index(trace.steps[-1].node)
        return (place,), tuple(shown(model, world.locals[place]) for world in (before, after))
    seen = [shown(model, local) for local in after.locals]
    for group in prop.subject.groups(len(seen)):
        questions = prop.subject.questions(tuple(seen[at] for at in group), after.history)
        for places, question in zip((group, group[::-1]), questions, strict=False):
            if not asked(prop, *question):
                return places, question
    msg = f"{model.name}: {prop.name!r} was violated, and is no more when it is asked again"
    raise ModelError(msg)


def _last_two(trace: Trace) -> tuple[World, World]:
    worlds = [trace.initial, *(each.world for each in trace.steps if each.world)]
    return worlds[-2:][0], worlds[-1]


def _read(what: str, values: list[Json], kind: Kind) -> dict[str, Json]:
    before, after = values
    return {"of": what, **({"before": before} if kind is Kind.STEP else {}), "value": after}
