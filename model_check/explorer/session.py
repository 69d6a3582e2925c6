"""What can be asked of a model step by step: where a path leads, and what can happen there.

A path is a sequence of numbers, each the place of a step among the successors of its state; the
order of successors does not depend on luck, so that a path says the same tomorrow.
"""

from collections.abc import Sequence
from functools import lru_cache

from paxiom.model_check.codec import Json
from paxiom.model_check.model import Model
from paxiom.model_check.page import Shown, page_data
from paxiom.model_check.traces.trace import Trace
from paxiom.model_check.traces.trace_file import run_document
from paxiom.model_check.world import Transition, World, initial_world, successors

Path = Sequence[int]
REMEMBERED = 2_000  # states whose successors are kept
LONGEST = 5_000  # steps of a path


class PathError(Exception):
    """A path is none of the model's; the message says where it ends."""


class Session:
    """Answers for the paths of one model."""

    def __init__(self, model: Model) -> None:
        """Boot the nodes."""
        self.model = model
        self.initial = initial_world(model)
        self._successors = lru_cache(REMEMBERED)(self._ask)

    def _ask(self, world: World) -> tuple[Transition, ...]:
        return tuple(successors(self.model, world))

    def trace(self, path: Path) -> Trace:
        """Take the steps of a path."""
        world, steps = self.initial, list[Transition]()
        if len(path) > LONGEST:
            msg = f"a path of {len(path):,} steps is too long to be shown"
            raise PathError(msg)
        for number, place in enumerate(path, start=1):
            possible = self._successors(world)
            step = possible[place] if 0 <= place < len(possible) else None
            if step is None or step.cut or (steps and steps[-1].world is None):
                msg = f"step {number} of this path is not possible in {self.model.name}"
                raise PathError(msg)
            steps.append(step)
            world = step.world or world
        return Trace(self.initial, tuple(steps))

    def end(self, path: Path) -> World | None:
        """Where a path leads; nowhere, once a handler has raised."""
        steps = self.trace(path).steps
        return steps[-1].world if steps else self.initial

    def shown(self, path: Path) -> dict[str, Json]:
        """The run along a path, as page data."""
        document = run_document(self.model, self.trace(path))
        return page_data([Shown(title=self.model.name, document=document)])

    def choices(self, path: Path) -> list[Json]:
        """What can happen at the end of a path; ``cut`` names the bound that forbids a step."""
        world = self.end(path)
        if world is None:
            return []
        return [
            self._choice(world, place, step) for place, step in enumerate(self._successors(world))
        ]

    def _choice(self, world: World, place: int, step: Transition) -> dict[str, Json]:
        document = run_document(self.model, Trace(world, (step,)))
        found: dict[str, Json] = document["steps"][0] | {"place": place, "cut": step.cut}
        return found | {"violates": []} if step.cut else found

    def path_of(self, start: Path, steps: Sequence[Transition]) -> list[int]:
        """Number steps that are taken from the end of ``start``."""
        world, path = self.end(start), list(start)
        for step in steps:
            assert world is not None, "nothing follows a handler that raises"
            path.append(self._successors(world).index(step))
            world = step.world
        return path
