"""The reference explorer: breadth-first search on whole states, and nothing clever.

The oracle of the engine. Slow, obvious, and to be kept under a hundred lines.
"""

import time
from collections import Counter, deque

from paxiom.model_check import result, world
from paxiom.model_check.model import Model
from paxiom.model_check.result import Result, Verdict, Violation
from paxiom.model_check.traces.trace import Trace
from paxiom.model_check.world import Transition, World
from paxiom.spec.property import Kind, Property


class _Search:
    def __init__(self, model: Model) -> None:
        self.model, start = model, world.initial_world(model)
        self.parents: dict[World, tuple[World, Transition] | None] = {start: None}
        self.frontier, self.following = deque([start]), deque[World]()
        self.depth = self.transitions = 0
        self.actions, self.cuts = Counter[str](), Counter[str]()
        self.found: list[tuple[int, World, Transition | None]] = []  # property, where, its step
        self._judge(world.violated_by_state(model, start), start, None)

    def visit_next(self) -> None:
        """Take every step from the next state of the frontier."""
        here = self.frontier.popleft()
        for step in world.successors(self.model, here):
            if step.cut:
                self.cuts[step.cut] += 1
            elif step.world is None:  # the handler raised
                self.found.append((-1, here, step))
            else:
                self.transitions += 1
                self.actions[step.outcome.action] += 1
                self._judge(world.violated_by_step(self.model, here, step), here, step)
                if step.world not in self.parents:
                    self.parents[step.world] = here, step
                    self.following.append(step.world)
                    self._judge(world.violated_by_state(self.model, step.world), step.world, None)

    def _judge(self, violated: list[Property], where: World, last: Transition | None) -> None:
        self.found += [(self.model.properties.index(prop), where, last) for prop in violated]

    def violation(self) -> Violation | None:
        """The violation of the first property in the model's order, with a shortest trace."""
        if not self.found:
            return None
        rank, where, last = min(self.found, key=lambda found: found[0])
        steps = [last] if last else []
        while (origin := self.parents[where]) is not None:
            where, step = origin
            steps.append(step)
        trace = Trace(where, tuple(reversed(steps)))
        if rank < 0:
            return Violation(result.RAISED, str(trace.steps[-1].outcome.error), trace)
        prop = self.model.properties[rank]
        return Violation.of(prop, trace)


def explore(
    model: Model, *, max_states: int | None = None, max_seconds: float | None = None
) -> Result:
    """Visit every state of ``model``, level by level; stop after the level of a violation."""
    began, search, stopped = time.monotonic(), _Search(model), None
    try:
        while search.frontier and not search.found and not stopped:
            while search.frontier and not stopped:
                search.visit_next()
                if max_states and len(search.parents) >= max_states:
                    stopped = f"reached {max_states:,} states"
                if max_seconds and time.monotonic() - began > max_seconds:
                    stopped = f"reached {max_seconds:g} seconds"
            search.depth += bool(search.following)
            search.frontier, search.following = search.frontier + search.following, deque()
            stopped = stopped if search.frontier else None
    except KeyboardInterrupt:
        stopped = result.INTERRUPTED
    violation = search.violation()
    whole = Verdict.INCOMPLETE if stopped else Verdict.HOLDS
    wanted = [prop for prop in model.properties if prop.kind is Kind.REACHABLE]
    return Result(
        model=model.name,
        explorer="reference",
        verdict=Verdict.VIOLATED if violation else whole,
        states=len(search.parents),
        transitions=search.transitions,
        depth=search.depth,
        violation=violation,
        stopped=None if violation else stopped,
        witnesses={
            p.name: any(world.satisfied(model, w, p) for w in search.parents) for p in wanted
        },
        actions=dict(search.actions),
        cuts=dict(search.cuts),
        seconds=time.monotonic() - began,
    )
