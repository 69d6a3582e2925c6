"""A saved run, taken again, to see whether it still goes wrong.

A trace file holds values in their JSON form only, so a step is found again among those that are
possible: the one of the same node and event, and if a fault struck, of the same fault after the
same effects. What comes of it is up to the handlers as they are now; if a node now takes no notice
of a message, the run goes on without that step. Traces of the explorers, of
random walks and of the stateful tests are all taken alike.
"""

from collections.abc import Iterator, Mapping

from paxiom.model_check.codec import Json, to_json
from paxiom.model_check.environment import Deliver, Event, Outcome, local_events, outcomes
from paxiom.model_check.model import Model
from paxiom.model_check.result import RAISED, Violation
from paxiom.model_check.shorten import fallen
from paxiom.model_check.trace import Trace
from paxiom.model_check.trace_text import headline
from paxiom.model_check.world import Transition, World, arrivals, initial_world, transition


class MisfitError(Exception):
    """A saved run is not one of the model; the message names what does not fit."""


def replay(model: Model, document: Mapping[str, Json]) -> Violation | None:
    """Take the steps of a trace document; return the violation if the same property falls.

    None says that every step was taken and the property stood. A handler that raises ends the run,
    and is a violation whatever the property. The model's bounds count: see
    :func:`paxiom.model_check.schedule.unbounded`. Raises MisfitError if a step is not possible.
    """
    name = document["property"]["name"]
    if name not in {RAISED, *(prop.name for prop in model.properties)}:
        msg = f"{model.name} has no property {name!r}"
        raise MisfitError(msg)
    here = initial = initial_world(model)
    trace = Trace(initial, ())
    if found := fallen(model, here, trace, name):
        return found
    for number, wanted in enumerate(document["steps"], start=1):
        try:
            step = _same_step(model, here, wanted)
        except MisfitError as error:
            msg = f"step {number} of {len(document['steps'])} {error}: {headline(wanted).plain}"
            raise MisfitError(msg) from None
        if step is None:
            continue
        trace = Trace(initial, (*trace.steps, step))
        if found := fallen(model, here, trace, name):
            return found
        assert step.world is not None, "only a handler that raises leaves no state"
        here = step.world
    return None


def _same_step(model: Model, here: World, wanted: Json) -> Transition | None:
    """Find the step that is as ``wanted`` in everything but what comes of it.

    None if all that comes of it now is that the node takes no notice of the message.
    """
    place = {str(node): at for at, node in enumerate(model.nodes)}.get(wanted["node"])
    impossible = MisfitError(f"is not possible in {model.name}")
    if place is None:
        raise impossible
    for event in _events(model, here, place):
        if to_json(event) != wanted["event"]:
            continue
        found = list(outcomes(model, model.nodes[place], here.locals[place], event))
        if not found and isinstance(event, Deliver) and wanted["fault"] is None:
            return None
        for outcome in found:
            budgets = here.budgets.spend(outcome.costs)
            if budgets is not None and _struck_alike(outcome, wanted):
                step = transition(model, here, place, event, outcome, budgets)
                if step.cut is None:
                    return step
    raise impossible


def _events(model: Model, here: World, place: int) -> Iterator[Event]:
    yield from local_events(model, here.locals[place])
    yield from arrivals(model, here.flight, model.nodes[place])


def _struck_alike(outcome: Outcome, wanted: Json) -> bool:
    """Whether no fault strikes in either, or the same fault after the same effects."""
    if outcome.fault is None:
        return wanted["fault"] is None
    done = [to_json(effect) for effect in outcome.done]
    return (outcome.fault.value, done) == (wanted["fault"], wanted["effects"])
