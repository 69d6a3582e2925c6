"""Walking through a model with whole states in plain Python, to compare simulations with."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from math import sqrt

import numpy as np

from paxiom.model_check.engine import kernel_walkers as kernel
from paxiom.model_check.engine.walking import Batch, Counts, Ground, world_of
from paxiom.model_check.model import Model
from paxiom.model_check.result import RAISED, Violation
from paxiom.model_check.world import (
    Transition,
    World,
    initial_world,
    satisfied,
    successors,
    violated_by_step,
)


def walked(model: Model, *, walks: int, depth: int, rarity: int = 1) -> list[list[World]]:
    """The states that random walks come through, in order."""
    ground = Ground(model, rarity)
    keys = np.arange(1, walks + 1, dtype=np.uint64) << np.uint64(40)
    batch = Batch(ground, Counts(model, 2), keys, 0)
    paths: list[list[World]] = [[] for _ in range(walks)]
    with ThreadPoolExecutor(2) as pool:
        for limit in range(depth + 1):
            batch.limit = limit
            batch.walkers.status[batch.walkers.status == kernel.ENDED] = kernel.WALKING
            while not batch.is_over:
                batch.round(pool, 2)
            for number, path in enumerate(paths):
                if batch.walkers.length[number] == limit:
                    path.append(world_of(ground, batch.walkers, number))
    return paths


def possible(model: Model, world: World) -> list[Transition]:
    """The steps that a walker may take: those that no bound cuts off."""
    return [step for step in successors(model, world) if not step.cut]


def chances(model: Model, depth: int) -> dict[World, float]:
    """How likely each state is after ``depth`` uniformly chosen steps, or at an end before."""
    now = {initial_world(model): 1.0}
    for _ in range(depth):
        following: dict[World, float] = {}
        for world, chance in now.items():
            worlds = [step.world for step in possible(model, world)] or [world]
            for after in worlds:
                assert after is not None, "no handler raises"
                following[after] = following.get(after, 0.0) + chance / len(worlds)
        now = following
    return now


def assert_uniform(model: Model, depth: int) -> None:
    """Compare 20,000 walks with what is to be expected.

    A frequency is off by five standard deviations once in two million times; the walks are the
    same each time.
    """
    walks = 20_000
    ends = Counter(path[-1] for path in walked(model, walks=walks, depth=depth))
    expected = chances(model, depth)

    assert set(ends) <= set(expected)
    for world, chance in expected.items():
        deviation = sqrt(walks * chance * (1 - chance))
        assert abs(ends[world] - walks * chance) <= 5 * deviation + 1e-6


def is_shown(model: Model, violation: Violation) -> bool:
    """Whether the trace is a run of ``model`` that ends by violating the property."""
    world, steps = initial_world(model), violation.trace.steps
    before = world
    for step in steps:
        if step not in possible(model, world):
            return False
        before, world = world, step.world or world
    if violation.name == RAISED:
        return steps[-1].outcome.error is not None
    prop = next(each for each in model.properties if each.name == violation.name)
    if steps and prop in violated_by_step(model, before, steps[-1]):
        return True
    return not satisfied(model, world, prop)
