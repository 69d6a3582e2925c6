"""The point of no return: the step of a counterexample after which it is too late.

A state is *doomed* if every state that can be reached from it can still reach a violation: whatever
happens, the violation stays possible, and if everything that is possible again and again happens
at some time, it comes. Where a step leads out of danger for good, the state is not doomed. Once a
run is doomed it stays so; the point of no return is the first of its states that is.

All of this is within the model's bounds: a step outside of them does not count as a way out. A
state that violates the property is not left again. The states are visited depth first, by the
parts of the reference explorer, so that a way out is found without visiting the rest: the first
component (Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1(2), 1972)
that is complete and from which no violation can be reached is one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from rich.text import Text

from paxiom.model_check.layout import count, hang
from paxiom.model_check.model import Model
from paxiom.model_check.result import Violation
from paxiom.model_check.traces.shorten import fallen
from paxiom.model_check.traces.trace import Trace
from paxiom.model_check.world import World, successors

STATES_MAX = 20_000


@dataclass(frozen=True, slots=True)
class NoReturn:
    """``step``: after it the violation can no longer be avoided; None if that is not determined.

    0 is the beginning. ``doomed`` is the earliest step known to be too late: the same, or a later
    one. ``states`` is how many were visited.
    """

    step: int | None
    doomed: int
    states: int

    def sentence(self, steps: int) -> str:
        """Say it, of a run of so many steps."""
        visited = count(self.states, "state")
        if self.step is None:
            return (
                f"Where it became too late is not determined within {visited}: "
                f"after step {self.doomed} at the latest."
            )
        if self.step == steps:
            return f"Up to the last step it can be avoided ({visited} visited)."
        where = f"After step {self.step}" if self.step else "From the beginning"
        return (
            f"{where} it can no longer be avoided within the bounds: every state that can be "
            f"reached can still reach it ({visited} visited)."
        )

    def lines(self, steps: int, width: int) -> Iterator[Text]:
        """Show it."""
        return hang(Text("Too late: ", "bold"), self.sentence(steps), width)


def no_return(model: Model, violation: Violation, limit: int = STATES_MAX) -> NoReturn:
    """Find the point of no return of a counterexample, visiting at most ``limit`` states.

    The run's states are asked from the last backwards: what is found doomed stays so.
    """
    asked = tuple(prop for prop in model.properties if prop.name == violation.name)
    search = _Search(replace(model, properties=asked), violation.name, limit)
    worlds = [violation.trace.initial, *(step.world for step in violation.trace.steps)]
    doomed = len(worlds) - 1
    while doomed:
        before = worlds[doomed - 1]
        assert before is not None, "only the last step of a run leads nowhere"
        match search.is_doomed(before):
            case True:
                doomed -= 1
            case False:
                return NoReturn(doomed, doomed, search.states)
            case None:
                return NoReturn(None, doomed, search.states)
    return NoReturn(0, 0, search.states)


@dataclass(slots=True)
class _Frame:
    """A state on the path of the search, and what is known of its component so far."""

    world: World
    steps: Iterator[World | None]  # None: a step that violates
    index: int
    lowest: int  # the lowest index on the path that can be reached
    fatal: bool = False  # whether a violation can be reached


@dataclass(slots=True)
class _Search:
    """A depth-first search that ends at the first component that cannot reach a violation.

    States of complete components can all reach one, or the search would have ended there.
    """

    model: Model
    name: str
    limit: int
    states: int = 0
    indices: dict[World, int] = field(default_factory=dict)
    open: list[World] = field(default_factory=list)  # of components that are not complete yet
    complete: set[World] = field(default_factory=set)

    def is_doomed(self, start: World) -> bool | None:
        """Whether all that can be reached from ``start`` can reach a violation; None: unknown."""
        if start in self.complete:
            return True
        path: list[_Frame] = []
        after: World | None = start
        while path or after:
            if after:
                if self.states >= self.limit:
                    return None
                path.append(self._frame(after))
            elif (frame := path.pop()).lowest < frame.index:  # its component goes on above it
                path[-1].lowest = min(path[-1].lowest, frame.lowest)
                path[-1].fatal |= frame.fatal
            elif not frame.fatal:
                return False
            else:
                self._complete(frame.world)
                if path:
                    path[-1].fatal = True
            after = self._next(path[-1]) if path else None
        return True

    def _frame(self, world: World) -> _Frame:
        self.states += 1
        self.open.append(world)
        self.indices[world] = self.states
        return _Frame(world, self._steps(world), self.states, self.states)

    def _next(self, frame: _Frame) -> World | None:
        """Return the next state that is new, and note what the others tell; None at the end."""
        for after in frame.steps:
            if after is None or after in self.complete:
                frame.fatal = True
            elif after in self.indices:
                frame.lowest = min(frame.lowest, self.indices[after])
            else:
                return after
        return None

    def _complete(self, root: World) -> None:
        """Close the component that was entered at ``root``."""
        while root not in self.complete:
            self.complete.add(self.open.pop())

    def _steps(self, world: World) -> Iterator[World | None]:
        for step in successors(self.model, world):
            if step.cut is None:
                found = fallen(self.model, world, Trace(world, (step,)), self.name)
                yield None if found else step.world
