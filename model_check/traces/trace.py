"""Traces: steps from the initial state, each replayed through the real handlers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from paxiom.model_check.model import Model
from paxiom.model_check.world import Transition, World, initial_world, successors


@dataclass(frozen=True, slots=True)
class Trace:
    """A run: the initial state and the steps taken from it."""

    initial: World
    steps: tuple[Transition, ...]

    def __len__(self) -> int:
        """Count the steps."""
        return len(self.steps)


class ReplayError(Exception):
    """The handlers do not do what the search said they do: a bug of the checker."""


def replay(model: Model, goals: Sequence[Callable[[World, Transition], bool]]) -> Trace:
    """Run the real handlers from the start, taking at each step the first that meets its goal."""
    world = initial = initial_world(model)
    steps: list[Transition] = []
    for number, goal in enumerate(goals, start=1):
        chosen = next(
            (each for each in successors(model, world) if not each.cut and goal(world, each)), None
        )
        if chosen is None or (chosen.world is None and number < len(goals)):
            msg = f"{model.name}: no step {number} of {len(goals)} leads where the search went"
            raise ReplayError(msg)
        steps.append(chosen)
        world = chosen.world or world
    return Trace(initial, tuple(steps))
