"""The reference explorer: breadth-first search on whole states, and nothing clever.

The oracle of the engine. Slow, obvious, and to be kept under a hundred lines.
"""

import time
from collections import Counter

from paxiom.model_check.model import Model
from paxiom.model_check.result import Result, Verdict, Violation
from paxiom.model_check.trace import Trace
from paxiom.model_check.world import (
    Transition,
    World,
    initial_world,
    satisfied,
    successors,
    violated_by_state,
    violated_by_step,
)
from paxiom.spec.property import Kind

RAISED = "no handler raises"
Found = tuple[int, str, str, World, Transition | None]  # rank, name, sentence, where, last step


def explore(model: Model, *, max_states: int | None = None, max_seconds: float | None = None) -> Result:
    """Visit every state of ``model``, level by level; stop after the level of a violation."""
    began = time.monotonic()
    start = initial_world(model)
    parents: dict[World, tuple[World, Transition] | None] = {start: None}
    frontier, depth, transitions = [start], 0, 0
    actions: Counter[str] = Counter()
    cuts: Counter[str] = Counter()
    found = [_found(model, prop, start, None) for prop in violated_by_state(model, start)]
    stopped = None
    while frontier and not found and not stopped:
        following: list[World] = []
        for world in frontier:
            for each in successors(model, world):
                if each.cut:
                    cuts[each.cut] += 1
                    continue
                if each.world is None:
                    found.append((-1, RAISED, str(each.outcome.error), world, each))
                    continue
                transitions += 1
                actions[each.outcome.action] += 1
                found += [_found(model, p, world, each) for p in violated_by_step(model, world, each)]
                if each.world not in parents:
                    parents[each.world] = (world, each)
                    following.append(each.world)
                    found += [
                        _found(model, p, each.world, None)
                        for p in violated_by_state(model, each.world)
                    ]
            if max_states and len(parents) >= max_states:
                stopped = f"reached {max_states:,} states"
            if max_seconds and time.monotonic() - began > max_seconds:
                stopped = f"reached {max_seconds:g} seconds"
            if stopped:
                break
        depth += bool(following)
        frontier = following
    wanted = [prop for prop in model.properties if prop.kind is Kind.REACHABLE]
    verdict = Verdict.VIOLATED if found else Verdict.INCOMPLETE if stopped else Verdict.HOLDS
    return Result(
        model=model.name,
        explorer="reference",
        verdict=verdict,
        states=len(parents),
        transitions=transitions,
        depth=depth,
        violation=_violation(parents, min(found, key=lambda each: each[0])) if found else None,
        stopped=None if found else stopped,
        witnesses={p.name: any(satisfied(model, each, p) for each in parents) for p in wanted},
        actions=dict(actions),
        cuts=dict(cuts),
        seconds=time.monotonic() - began,
    )


def _found(model: Model, prop: object, world: World, last: Transition | None) -> Found:
    rank = model.properties.index(prop)  # type: ignore[arg-type]
    return rank, model.properties[rank].name, model.properties[rank].sentence, world, last


def _violation(
    parents: dict[World, tuple[World, Transition] | None], found: Found
) -> Violation:
    _, name, sentence, world, last = found
    steps = [last] if last else []
    while (origin := parents[world]) is not None:
        world, transition = origin
        steps.append(transition)
    return Violation(name=name, sentence=sentence, trace=Trace(world, tuple(reversed(steps))))
