"""A saved run, taken again, to see whether it still goes wrong, and where it departs.

A trace file holds values in their JSON form only, so a step is found again among those that are
possible: the one of the same node and event, and if a fault struck, of the same fault after the
same effects. What comes of it is up to the handlers as they are now; if a node now takes no notice
of a message, the run goes on without that step. Traces of the explorers, of
random walks and of the stateful tests are all taken alike.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from paxiom.model_check.codec import Json, to_json
from paxiom.model_check.environment import Deliver, Event, Outcome, local_events, outcomes
from paxiom.model_check.model import Model
from paxiom.model_check.result import RAISED, Violation
from paxiom.model_check.traces import trace_run
from paxiom.model_check.traces.shorten import fallen
from paxiom.model_check.traces.trace import Trace
from paxiom.model_check.traces.trace_text import headline
from paxiom.model_check.world import Transition, World, arrivals, initial_world, transition

# What comes of a step, in the order in which it is compared.
COMPARED = ("error", "effects", "after", "flight", "history")


class MisfitError(Exception):
    """A saved run is not one of the model; the message names what does not fit."""


@dataclass(frozen=True, slots=True)
class Departure:
    """The first place at which a run is not as it was recorded; step 0 is its beginning.

    ``recorded`` and ``now`` have what differs, by the names of a trace document; of the beginning,
    ``after`` has all nodes. Both are empty where the node takes no notice of the message now.
    """

    step: int
    recorded: Mapping[str, Json]
    now: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a run: how far it went, and the violation it ended with, if any.

    ``misfit`` says which step was not possible, ``unnoticed`` is the first of those of which the
    node took no notice.
    """

    trace: Trace
    violation: Violation | None
    misfit: str | None
    unnoticed: int | None


def replay(model: Model, document: Mapping[str, Json]) -> Violation | None:
    """Take the steps of a trace document; return the violation if the same property falls.

    None says that every step was taken and the property stood, if the run had one. A handler that
    raises ends the run, and is a violation whatever the property. The model's bounds count: see
    :func:`paxiom.model_check.schedule.unbounded`. Raises MisfitError if a step is not possible.
    """
    replayed = retake(model, document)
    if replayed.misfit:
        raise MisfitError(replayed.misfit)
    return replayed.violation


def retake(model: Model, document: Mapping[str, Json], *, going_on: bool = False) -> Replayed:
    """Take the steps of a trace document up to one that is not possible.

    If ``going_on``, take all that are possible, and faults after as many other effects.
    """
    name = document["property"]["name"] if document["property"] else RAISED
    if name not in {RAISED, *(prop.name for prop in model.properties)}:
        msg = f"{model.name} has no property {name!r}"
        raise MisfitError(msg)
    here = initial = initial_world(model)
    trace, unnoticed = Trace(initial, ()), None
    found = fallen(model, here, trace, name)
    for number, wanted in enumerate(document["steps"], start=1):
        if found:
            break
        try:
            step = _same_step(model, here, wanted, loosely=going_on)
        except MisfitError as error:
            if going_on:
                continue
            misfit = f"step {number} of {len(document['steps'])} {error}: {headline(wanted).plain}"
            return Replayed(trace, None, misfit, unnoticed)
        if step is None:
            unnoticed = unnoticed or number
            continue
        trace = Trace(initial, (*trace.steps, step))
        found = fallen(model, here, trace, name)
        here = step.world or here
    return Replayed(trace, found, None, unnoticed)


def departure(model: Model, replayed: Replayed, document: Mapping[str, Json]) -> Departure | None:
    """Find the first difference between a run as it was taken again and as it was recorded."""
    run = trace_run.run(model, replayed.trace)
    recorded = [_beginning(document["initial"]), *document["steps"]]
    now = [_beginning(run["initial"]), *run["steps"]]
    for number, (was, is_now) in enumerate(zip(recorded, now, strict=False)):
        if number == replayed.unnoticed:
            break
        other = [name for name in COMPARED if name in was and not _same(was[name], is_now[name])]
        if other:
            parts = [{name: each[name] for name in other} for each in (was, is_now)]
            return Departure(number, *parts)
    return Departure(replayed.unnoticed, {}, {}) if replayed.unnoticed else None


def _beginning(initial: Mapping[str, Json]) -> dict[str, Json]:
    """Write the initial state as what comes of a step, of all nodes."""
    after = {
        each["node"]: {name: each.get(name) for name in ("status", "state", "disk")}
        for each in initial["nodes"]
    }
    return {**initial, "after": after, "error": None, "effects": []}


def _same(one: Json, other: Json) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _same_step(model: Model, here: World, wanted: Json, *, loosely: bool) -> Transition | None:
    """Find the step that is as ``wanted`` in everything but what comes of it.

    If ``loosely``, a fault after as many other effects will do. None if all that comes of the
    event now is that the node takes no notice of the message.
    """
    place = {str(node): at for at, node in enumerate(model.nodes)}.get(wanted["node"])
    impossible = MisfitError(f"is not possible in {model.name}")
    if place is None:
        raise impossible
    near = []
    for event in _events(model, here, place):
        if to_json(event) != wanted["event"]:
            continue
        found = list(outcomes(model, model.nodes[place], here.locals[place], event))
        if not found and isinstance(event, Deliver) and wanted["fault"] is None:
            return None
        for outcome in found:
            budgets = here.budgets.spend(outcome.costs)
            if budgets is None or not _struck_alike(outcome, wanted):
                continue
            step = transition(model, here, place, event, outcome, budgets)
            if step.cut is None:
                near.append(step)
    exact = [step for step in near if not step.outcome.fault or _done(step) == wanted["effects"]]
    for step in [*exact, *(near if loosely else [])]:
        return step
    raise impossible


def _events(model: Model, here: World, place: int) -> Iterator[Event]:
    yield from local_events(model, here.locals[place])
    yield from arrivals(model, here.flight, model.nodes[place])


def _struck_alike(outcome: Outcome, wanted: Json) -> bool:
    """Whether no fault strikes in either, or the same fault after as many effects."""
    if outcome.fault is None:
        return wanted["fault"] is None
    done = len(outcome.done)
    return (outcome.fault.value, done) == (wanted["fault"], len(wanted["effects"]))


def _done(step: Transition) -> list[Json]:
    return [to_json(effect) for effect in step.outcome.done]
