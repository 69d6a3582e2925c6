"""A counterexample without the steps that it does not need.

A run found at random has steps that have nothing to do with what went wrong. They are left out,
many at a time and then one by one, as long as what remains is a run that violates the same
property: "delta debugging" (Zeller and Hildebrandt, IEEE TSE 28(2), 2002). No step of the result
can be left out alone; a shorter counterexample of another kind may exist.
"""

from collections.abc import Sequence

from paxiom.model_check import result
from paxiom.model_check.environment import Deliver, Event, Lose, local_events, outcomes
from paxiom.model_check.model import Model
from paxiom.model_check.result import Violation
from paxiom.model_check.traces.trace import Trace
from paxiom.model_check.world import (
    Transition,
    World,
    arrivals,
    initial_world,
    transition,
    violated_by_state,
    violated_by_step,
)


def shortened(model: Model, violation: Violation) -> Violation:
    """Leave out every step that can be left out alone."""
    best, chunk = violation, max(1, len(violation.trace) // 2)
    while True:
        start, before = 0, best
        while start < len(best.trace):
            steps = best.trace.steps
            fewer = rerun(model, (*steps[:start], *steps[start + chunk :]), best.name)
            if fewer is not None and len(fewer.trace) < len(best.trace):
                best = fewer
            else:
                start += chunk
        if chunk > 1:
            chunk //= 2
        elif best is before:
            return best


def rerun(model: Model, wanted: Sequence[Transition], name: str) -> Violation | None:
    """Take those ``wanted`` steps that are possible, until the property ``name`` is violated."""
    here = initial = initial_world(model)
    taken: list[Transition] = []
    for like in wanted:
        step = same_step(model, here, like)
        if step is None:
            continue
        taken.append(step)
        found = fallen(model, here, Trace(initial, tuple(taken)), name)
        if found or step.world is None:
            return found if found and found.name == name else None
        here = step.world
    return None


def fallen(model: Model, before: World, trace: Trace, name: str) -> Violation | None:
    """Say whether the last step of ``trace``, from ``before``, violates the property ``name``.

    A handler that raises is a violation whatever the property. With no step, judge the beginning.
    """
    if not trace.steps:
        violated = violated_by_state(model, before)
    elif (last := trace.steps[-1]).world is None:
        return Violation(result.RAISED, str(last.outcome.error), trace)
    else:
        violated = [*violated_by_state(model, last.world), *violated_by_step(model, before, last)]
    named = [prop for prop in violated if prop.name == name]
    return Violation.of(named[0], trace) if named else None


def same_step(model: Model, here: World, like: Transition) -> Transition | None:
    """Find the step of the same node and event, struck by the same fault after as many effects.

    Where an earlier step is missing, numbers in messages may differ. So if the message is not
    there, one of its kind from the same node will do.
    """
    place = model.nodes.index(like.node)
    local = here.locals[place]
    events = [*local_events(model, local), *arrivals(model, here.flight, like.node)]
    for event in sorted(events, key=lambda each: each != like.event):
        if not alike(event, like.event):
            continue
        found = outcomes(model, like.node, local, event)
        for outcome in sorted(found, key=lambda each: each.done != like.outcome.done):
            budgets = here.budgets.spend(outcome.costs)
            struck = outcome.fault, len(outcome.done) if outcome.fault else None
            wanted = like.outcome.fault, len(like.outcome.done) if like.outcome.fault else None
            if struck == wanted and budgets is not None:
                step = transition(model, here, place, event, outcome, budgets)
                if step.cut is None:
                    return step
    return None


def alike(one: Event, other: Event) -> bool:
    """Whether two events are equal, or messages of a kind from one node to another."""
    if not isinstance(one, Deliver | Lose) or type(one) is not type(other):
        return one == other
    assert isinstance(other, Deliver | Lose)
    kinds = [(e.envelope.source, e.envelope.to, type(e.envelope.message)) for e in (one, other)]
    return kinds[0] == kinds[1]
