"""Looking for the nearest violation or witness, in a thread that can be told to stop.

From the initial state the engine looks, from any other a search over whole states like that of the
reference explorer, which is slow, so that it is bounded by a number of states.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from paxiom.model_check.codec import Json
from paxiom.model_check.explorer.session import Path, Session
from paxiom.model_check.model import Model, ModelError
from paxiom.model_check.progress import Told
from paxiom.model_check.result import RAISED
from paxiom.model_check.run import SearchError, SearchOptions
from paxiom.model_check.world import (
    Transition,
    World,
    satisfied,
    successors,
    violated_by_state,
    violated_by_step,
)
from paxiom.spec.property import Kind, Property

STATES_FROM_HERE = 20_000
STATES_FROM_START = 5_000_000
TOLD_EVERY = 100  # states, from here


class StoppedError(Exception):
    """The reader does not want to wait any longer."""


class UnknownGoalError(Exception):
    """The model has no such property."""


@dataclass
class Search:
    """A search under way: what it looks for, how far it is, how it ended."""

    goal: str
    states: int = 0
    depth: int = 0
    path: list[int] | None = None
    outcome: str | None = None  # None while it runs
    stop: threading.Event = field(default_factory=threading.Event)

    def told(self) -> dict[str, Json]:
        """Say how far it is."""
        return {
            "goal": self.goal,
            "states": self.states,
            "depth": self.depth,
            "path": self.path,
            "outcome": self.outcome,
        }

    def see(self, states: int, depth: int) -> None:
        """Take note of progress; raise if it is to stop."""
        self.states, self.depth = states, depth
        if self.stop.is_set():
            raise StoppedError


def goals(model: Model) -> list[str]:
    """Name all that can be looked for."""
    return [*(prop.name for prop in model.properties), RAISED]


def begin(session: Session, goal: str, start: Path) -> Search:
    """Look for the nearest state in which ``goal`` is violated, or witnessed, in a thread."""
    prop = next((each for each in session.model.properties if each.name == goal), None)
    if prop is None and goal != RAISED:
        msg = f"{session.model.name} has no property {goal!r}"
        raise UnknownGoalError(msg)
    search = Search(goal)
    look = _from_here if start else _from_start
    threading.Thread(target=_run, args=(search, session, prop, start, look), daemon=True).start()
    return search


Found = tuple[Sequence[Transition] | None, str]
Look = Callable[[Search, Session, Property | None, Path], Found]  # None: a handler that raises


def _run(search: Search, session: Session, prop: Property | None, start: Path, look: Look) -> None:
    try:
        steps, outcome = look(search, session, prop, start)
        search.path = None if steps is None else session.path_of(start, steps)
        search.outcome = outcome
    except StoppedError:
        search.outcome = "stopped"
    except (ModelError, SearchError) as error:
        search.outcome = f"failed: {error}"
    except BaseException as error:
        search.outcome = f"failed: {type(error).__name__}: {error}"
        raise


def _from_start(search: Search, session: Session, prop: Property | None, start: Path) -> Found:
    """Let the engine look; the property looked for is the only one it knows."""
    del start

    def watch(told: Told) -> None:
        search.see(getattr(told, "states", 0), told.depth)

    model = replace(session.model, properties=(_to_be_violated(prop),) if prop else ())
    how = SearchOptions(max_states=STATES_FROM_START)
    result = how.explore(model, watch)
    search.states, search.depth = result.states, result.depth
    if result.violation:
        raised = result.violation.name == RAISED
        return result.violation.trace.steps, RAISED if raised else "found"
    return None, f"not found: {result.stopped}" if result.stopped else "nowhere within the bounds"


def _to_be_violated(prop: Property) -> Property:
    """A property that is violated where ``prop`` is witnessed; others are violated as they are."""
    if prop.kind is not Kind.REACHABLE:
        return prop
    return replace(prop, kind=Kind.ALWAYS, predicate=lambda *seen: not prop(*seen))


def _from_here(search: Search, session: Session, prop: Property | None, start: Path) -> Found:
    """Look level by level from the end of a path."""
    model, first = session.model, session.end(start)
    if first is None:
        return None, "nothing follows a handler that raises"
    parents: dict[World, tuple[World, Transition] | None] = {first: None}
    waiting = deque([(first, 0)])
    while waiting:
        world, depth = waiting.popleft()
        for step in successors(model, world):
            if step.cut:
                continue
            if step.world is None or _meets(model, prop, world, step):
                outcome = RAISED if step.world is None else "found"
                return [*_way_to(parents, world), step], outcome
            if step.world not in parents:
                parents[step.world] = world, step
                waiting.append((step.world, depth + 1))
        if len(parents) >= STATES_FROM_HERE:
            return None, f"not found: reached {len(parents):,} states"
        if len(parents) % TOLD_EVERY == 0 or search.stop.is_set():
            search.see(len(parents), depth)
    search.see(len(parents), search.depth)
    return None, "nowhere from here within the bounds"


def _meets(model: Model, prop: Property | None, before: World, step: Transition) -> bool:
    assert step.world is not None
    if prop is None:
        return False
    if prop.kind is Kind.REACHABLE:
        return satisfied(model, step.world, prop)
    alone = replace(model, properties=(prop,))
    return bool(violated_by_state(alone, step.world) or violated_by_step(alone, before, step))


def _way_to(
    parents: dict[World, tuple[World, Transition] | None], world: World
) -> list[Transition]:
    steps = []
    while (origin := parents[world]) is not None:
        world, step = origin
        steps.append(step)
    return steps[::-1]
