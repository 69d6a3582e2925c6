"""Simulating a model: random walks from the initial state, for state spaces too large to exhaust.

The same numbers of walks, depth, seed and rarity give the same result, however many workers there
are. Only a limit of time, or Ctrl-C, makes a difference.
"""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import psutil

from paxiom.model_check.engine.compiling import compiled_before
from paxiom.model_check.engine.explorer import interruptible
from paxiom.model_check.engine.kernel_maps import GOLDEN, mix
from paxiom.model_check.engine.native import TablesFullError
from paxiom.model_check.engine.search import WATCH_SECONDS
from paxiom.model_check.engine.walking import Batch, Counts, Found, Ground, worlds_of
from paxiom.model_check.engine.warming import warm_up
from paxiom.model_check.model import MOST, Model
from paxiom.model_check.result import INTERRUPTED, RAISED, Verdict, Violation
from paxiom.model_check.simulation import Simulation
from paxiom.model_check.traces.shorten import shortened
from paxiom.model_check.traces.trace import replay
from paxiom.model_check.world import Transition, World, violated_by_step

FIRST_BATCH, LARGEST_BATCH = 64, 4096  # walks at a time: few while the tables know nothing
BATCH_STEPS = 1 << 20  # about as many as one batch may take
MOST_TABLES = 1 << 28  # bytes: larger tables are forgotten between two batches
MOST_RARITY = 1_000  # with more, 32 random bits would not do for a choice
STRIDE = np.uint64(0xD1342543DE82EF95)  # between keys; odd, and unlike GOLDEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much to walk; ``seconds`` None means as long as it takes."""

    walks: int
    depth: int  # steps of one walk
    seed: int
    rarity: int = 1
    seconds: float | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense."""
        for name, most in (("walks", None), ("depth", MOST), ("rarity", MOST_RARITY)):
            value = getattr(self, name)
            if value < 1:
                msg = f"{name}={value}: it takes at least 1"
                raise ValueError(msg)
            if most and value > most:
                msg = f"{name}={value}: it takes at most {most}"
                raise ValueError(msg)
        if not 0 <= self.seed < 1 << 64:
            msg = f"seed={self.seed}: a seed is a whole number from 0 to 2**64 - 1"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Walked:
    """How far a simulation is; see engine.Progress."""

    phase: str
    walks: int = 0
    steps: int = 0
    depth: int = 0
    memory: int = 0  # bytes resident


def simulate(
    model: Model,
    *,
    walks: int = 10_000,
    depth: int = 100,
    seed: int = 0,
    rarity: int = 20,
    workers: int | None = None,
    max_seconds: float | None = None,
    watch: Callable[[Walked], None] | None = None,
) -> Simulation:
    """Walk through ``model`` at random, ``walks`` times, up to ``depth`` steps each time.

    Each step is chosen among all that are possible: every outcome of every event, as the explorers
    count them. Steps in which a fault strikes, a message is lost or nothing changes are ``rarity``
    times rarer than others, so 1 means uniformly. The verdict is VIOLATED or INCOMPLETE. A
    violation ends the simulation with the batch of walks that it is in; the trace is that of its
    shortest walk, without the steps that it can do without. ``max_seconds`` and Ctrl-C end it
    early. ``watch`` is told of progress a few times a second.

    Raises ValueError for numbers that make no sense, and ModelError as ``explore`` does.
    """
    limits = Limits(walks=walks, depth=depth, seed=seed, rarity=rarity, seconds=max_seconds)
    began = time.monotonic()
    if watch and not compiled_before():
        watch(Walked("compiling"))
    warm_up()
    compiled = time.monotonic() - began
    simulator = Simulator(model, limits, workers or os.cpu_count() or 1, watch)
    with interruptible(simulator), simulator.pool:
        simulator.run()
    return simulator.result(compiled)


class Simulator:
    """A simulation under way."""

    def __init__(
        self,
        model: Model,
        limits: Limits,
        workers: int,
        watch: Callable[[Walked], None] | None,
    ) -> None:
        """Stand at the start."""
        self.model, self.limits, self.workers, self.watch = model, limits, workers, watch
        self.began, self._told = time.monotonic(), 0.0
        self.interrupted = False
        self.pool = ThreadPoolExecutor(workers)
        self.ground, self.counts = Ground(model, limits.rarity), Counts(model, workers)
        self.ended = self.stuck = self.deepest = 0
        self.stopped: str | None = None
        self.violation: Violation | None = None
        self._key = mix(np.uint64(limits.seed) + GOLDEN)

    @property
    def seconds(self) -> float:
        """Time since the start."""
        return time.monotonic() - self.began

    def run(self) -> None:
        """Walk, batch by batch, until there is a violation or a reason to stop."""
        if ranks := self.ground.violated_at_start():
            self.violation = self._violation(Found(0, by_step=False, rank=min(ranks), key=0))
        walks, depth, begun, size = self.limits.walks, self.limits.depth, 0, FIRST_BATCH
        while begun < walks and not (self.violation or self.stopped):
            if self.ground.tables.memory > MOST_TABLES:
                self.ground = self.ground.anew()
            size = min(size, walks - begun, max(1, BATCH_STEPS // depth))
            keys = np.arange(begun, begun + size, dtype=np.uint64) * STRIDE + self._key
            self._walk(Batch(self.ground, self.counts, keys, depth))
            begun, size = begun + size, min(4 * size, LARGEST_BATCH)

    def _walk(self, batch: Batch) -> None:
        """Walk one batch to its end, and turn the shortest violation into a trace."""
        try:
            while not (batch.is_over or self.stopped):
                batch.round(self.pool, self.workers, lambda: self._reason_to_stop() is not None)
                self.stopped = self._reason_to_stop()
                self._tell(batch)
        except TablesFullError as error:
            self.stopped = str(error)
        self.ended, self.stuck = self.ended + batch.ended, self.stuck + batch.stuck
        self.deepest = max(self.deepest, batch.deepest)
        self.counts.collect(self.ground.tables.actions)
        if batch.found:
            self.violation = self._violation(min(batch.found))

    def _reason_to_stop(self) -> str | None:
        if self.interrupted:
            return INTERRUPTED
        most = self.limits.seconds
        return f"reached {most:g} seconds" if most and self.seconds > most else None

    def _tell(self, batch: Batch) -> None:
        """Report progress now and then."""
        seconds = self.seconds
        if self.watch and seconds - self._told > WATCH_SECONDS:
            self._told = seconds
            self.watch(
                Walked(
                    "walking",
                    walks=self.ended + batch.ended,
                    steps=self.counts.steps,
                    depth=max(self.deepest, batch.deepest),
                    memory=psutil.Process().memory_info().rss,
                )
            )

    def _violation(self, found: Found) -> Violation:
        """Turn a walk into a trace, as short as it can be made."""
        if self.watch:
            self.watch(Walked("tracing"))
        model, worlds = self.model, worlds_of(self.ground, found.key, found.length)
        path = _direct(worlds[:-1] if found.by_step else worlds)
        goals = [_reaches(world) for world in path[1:]]
        if found.by_step:
            goals.append(_violates(model, worlds[-1]))
        trace = replay(model, goals)
        prop = None if found.by_step else model.properties[found.rank]
        if found.by_step and trace.steps[-1].world:
            before = trace.steps[-2].world if len(trace) > 1 else trace.initial
            assert before is not None
            prop = violated_by_step(model, before, trace.steps[-1])[0]
        if prop is None:
            return shortened(model, Violation(RAISED, str(trace.steps[-1].outcome.error), trace))
        return shortened(model, Violation.of(prop, trace))

    def result(self, compiled: float) -> Simulation:
        """What has come of it."""
        limits, tables = self.limits, self.ground.tables
        states, exact = self.counts.distinct()
        whole = f"{limits.walks:,} random walks of up to {limits.depth:,} steps"
        stopped = self.stopped if self.ended < limits.walks else whole
        return Simulation(
            model=self.model.name,
            explorer="simulation",
            verdict=Verdict.VIOLATED if self.violation else Verdict.INCOMPLETE,
            violation=self.violation,
            stopped=None if self.violation else stopped,
            states=max(states, 1),
            exact=exact,
            transitions=self.counts.steps,
            depth=self.deepest,
            walks=self.ended,
            stuck=self.stuck,
            limit=limits.depth,
            seed=limits.seed,
            rarity=limits.rarity,
            witnesses=dict(self.ground.judge.witnesses),
            actions=dict(self.counts.actions),
            cuts=self.counts.cuts,
            workers=self.workers,
            seconds=self.seconds,
            compile_seconds=compiled,
            memory=tables.memory,
            handler_calls=tables.handler_calls,
            local_states=len(self.ground.locals.known),
            components=sum(tables.component_counts),
        )


Goal = Callable[[World, Transition], bool]


def _reaches(goal: World) -> Goal:
    return lambda _, step: step.world == goal


def _violates(model: Model, goal: World) -> Goal:
    """Raise, or lead to ``goal`` and violate a step property."""
    return lambda world, step: (
        step.outcome.error is not None
        or (step.world == goal and bool(violated_by_step(model, world, step)))
    )


def _direct(worlds: list[World]) -> list[World]:
    """Leave out the detours that lead back to where they began."""
    path: dict[World, None] = {}  # in the order of the walk
    for world in worlds:
        while world in path:
            path.popitem()
        path[world] = None
    return list(path)
