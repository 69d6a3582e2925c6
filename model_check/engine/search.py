"""Breadth-first search in rounds: expand, insert, fill in what the tables lacked.

Each round every shard expands what it can, in parallel; then every shard inserts what was found
for it, in parallel; then, alone, Python and the native composition fill in the missing entries.
The level is over when nothing is left to expand. The number of shards is fixed and rounds end at
fixed places, so nothing depends on the number of workers.
"""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import psutil

from paxiom.model_check.engine import kernel_search as kernel
from paxiom.model_check.engine import kernel_states as packed
from paxiom.model_check.engine.judge import Judge
from paxiom.model_check.engine.memory import zeros
from paxiom.model_check.engine.native import TablesFullError
from paxiom.model_check.engine.store import Store
from paxiom.model_check.engine.tables import Tables
from paxiom.model_check.model import Model
from paxiom.model_check.result import INTERRUPTED
from paxiom.model_check.symmetry import Symmetry

BUFFER = 1024
WATCH_SECONDS = 0.15
MOST_STATES = 4_200_000_000  # parents are 32 bits, and shards are not filled quite evenly


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is; ``phase`` is compiling, exploring or tracing."""

    phase: str
    seconds: float = 0.0
    states: int = 0
    transitions: int = 0
    depth: int = 0
    frontier: int = 0
    memory: int = 0  # bytes resident
    handler_calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When to give up; None means never."""

    states: int | None = None
    seconds: float | None = None
    memory: int | None = None  # bytes resident


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation: the rank of the property (-1: a handler raised) and where.

    ``state`` is the violating state, or the one whose step violates if ``row`` is given.
    """

    rank: int
    state: int
    item: tuple[int, int] | None = None  # slot and row of the step


@dataclass
class Search:
    """The state of a search, level by level."""

    model: Model
    tables: Tables
    store: Store
    judge: Judge
    workers: int
    depth: int = -1  # of the level being expanded
    transitions: int = 0
    findings: list[Finding] = field(default_factory=list)
    stopped: str | None = None

    def __post_init__(self) -> None:
        """Set up buffers and threads."""
        self._pool = ThreadPoolExecutor(self.workers)
        self._rows_at_once = BUFFER
        self.actions = np.zeros((packed.SHARDS, 256), np.int64)
        self.cuts = np.zeros((packed.SHARDS, len(self.model.bounds) + 1), np.int64)
        self._make_buffers()

    def _make_buffers(self) -> None:
        """Allocate successors' buffers and work lists for the present layout."""
        room, record = self._rows_at_once, kernel.HEADER + self.store.width
        shards, slots = packed.SHARDS, self.store.slots
        stride = room * record + 8  # not a power of two: buffers are filled side by side
        self._out = zeros(shards * shards * stride, np.uint64).reshape(shards, shards, -1)
        self._filled = np.zeros((shards, shards), np.uint64)
        self._noticed = np.empty((shards, shards * room), np.int64)
        self._work = [
            kernel.Work(
                io=np.zeros(7, np.int64),
                todo=np.empty(6 * room, np.int64),
                deferred=np.empty(6 * room, np.int64),
                missing_operations=np.empty(4 * room, np.uint64),
                missing_rows=np.empty(2 * room, np.uint32),
                fatal=np.empty(3 * room, np.int64),
                actions=self.actions[shard],
                cuts=self.cuts[shard],
                out=self._out[shard].reshape(-1),
                filled=self._filled[shard],
                packed=np.empty(self.store.width, np.uint64),
                ids=np.empty(slots, np.uint32),
                trial=np.empty(slots, np.uint32),
                following=np.empty(slots, np.uint32),
            )
            for shard in range(shards)
        ]

    def begin(self) -> None:
        """Enter the initial state."""
        ids = self.tables.initial()
        if self.tables.symmetry:
            best = np.empty_like(ids)
            kernel.canonical(self.tables.c, self.tables.slot_origins, ids, best)
            ids = best
        self._fit_layout()
        hashed, words = self.store.pack(ids)
        target = hashed % packed.SHARDS
        first = int(packed.short_hash(np.uint64(hashed))) << 32 | 1 << int(kernel.NOTICED_BIT)
        self._out[target, target, : kernel.HEADER + self.store.width] = [np.uint64(first), *words]
        self._filled[target, target] = 1
        self._insert()

    @property
    def frontier(self) -> int:
        """States found since this level began, which make the next one."""
        return sum(shard.count - shard.level_end for shard in self.store.shards)

    @property
    def deepest(self) -> int:
        """Steps to the farthest state found."""
        return self.depth + bool(self.frontier)

    def next_level(self) -> bool:
        """Turn to the states found last; False if there are none."""
        if not self.frontier:
            return False
        self.depth += 1
        for shard in self.store.shards:
            shard.level_end = shard.count
        return True

    def level_is_done(self) -> bool:
        """Whether no state of this level is left to expand."""
        return all(self._done(shard) for shard in range(packed.SHARDS))

    def finish_level(self, interrupted: Callable[[], str | None]) -> None:
        """Expand what is left of this level, or stop before its end if told why."""
        while not self.level_is_done():
            busy = [shard for shard in range(packed.SHARDS) if not self._done(shard)]
            self._run(self._expand, busy)
            self._insert()
            self._collect(busy)
            if not (self.level_is_done() or self.stopped):
                self.stopped = interrupted()
            if self.stopped:
                return

    def _done(self, shard: int) -> bool:
        """Whether a shard has nothing left to expand on this level."""
        io = self._work[shard].io
        place = self.store.shards[shard]
        return place.cursor == place.level_end and not io[kernel.IO_TODO]

    def _run(self, task: Callable[[int], None], shards: list[int]) -> None:
        """Do ``task`` for each of ``shards``, dealt to the workers."""

        def share(worker: int) -> None:
            for shard in shards[worker :: self.workers]:
                task(shard)

        for _ in self._pool.map(share, range(self.workers)):
            pass

    def _expand(self, shard: int) -> None:
        work, place, tables = self._work[shard], self.store.shards[shard], self.tables
        work.io[kernel.IO_CURSOR] = place.cursor
        kernel.expand(
            tables.c,
            tables.slots,
            tables.slot_origins,
            self.store.layout,
            self.store.width,
            place.words,
            place.level_end,
            work,
        )
        place.cursor = int(work.io[kernel.IO_CURSOR])

    def _insert(self) -> None:
        """Insert all successors; judge the new states that show something new."""
        seen = [0] * packed.SHARDS

        def task(shard: int) -> None:
            place = self.store.shards[shard]
            self.store.make_room(place, int(self._filled[:, shard].sum()))
            place.count, seen[shard] = kernel.insert(
                self._out.reshape(-1),
                self._filled,
                shard,
                self.store.width,
                place.words,
                place.parents,
                place.table,
                place.count,
                self._noticed[shard],
            )

        found = np.flatnonzero(self._filled.sum(axis=0)).tolist()
        self._run(task, found)
        for shard in found:
            for rank, state in self.judge.judge(
                self.store, shard, self._noticed[shard], seen[shard]
            ):
                self.findings.append(Finding(rank, state * packed.SHARDS + shard))

    def _collect(self, busy: list[int]) -> None:
        """Fill in what the expansions missed, and hand the deferred items back to them."""
        rows, operations = [], []
        tight = False
        for shard in busy:
            work = self._work[shard]
            io = work.io
            rows.append(work.missing_rows[: io[kernel.IO_ROWS]].copy())
            operations.append(work.missing_operations[: io[kernel.IO_OPERATIONS]].copy())
            for at in range(0, int(io[kernel.IO_FATAL]), 3):
                state, slot, row = (int(each) for each in work.fatal[at : at + 3])
                self.findings += self._step_findings(state * packed.SHARDS + shard, slot, row)
            left, deferred = int(io[kernel.IO_TODO]), int(io[kernel.IO_DEFERRED])
            idle = not (deferred or io[kernel.IO_TRANSITIONS] or io[kernel.IO_ROWS])
            tight |= idle and not self._done(shard)
            work.todo[left : left + deferred] = work.deferred[:deferred]
            self.transitions += int(io[kernel.IO_TRANSITIONS])
            io[:] = 0
            io[kernel.IO_TODO] = left + deferred
        missing_rows, missing_operations = np.concatenate(rows), np.concatenate(operations)
        if len(missing_rows) or len(missing_operations):
            try:
                self.tables.fill(missing_rows, missing_operations)
            except TablesFullError as error:
                self.stopped = str(error)
            self._fit_layout()
        if tight:
            self._widen()

    def _fit_layout(self) -> None:
        """Repack all states if a slot has outgrown its bits; make room for new actions."""
        counts = self.tables.component_counts
        if not self.store.fits(counts):
            self.store.relayout(counts)
            self._keep_work(self._make_buffers)
        if len(self.tables.actions) > self.actions.shape[1]:
            self.actions = np.hstack([self.actions, np.zeros_like(self.actions)])
            self._keep_work(self._make_buffers)

    def _widen(self) -> None:
        """Some state has more successors than the buffers hold: make them larger."""
        self._rows_at_once *= 2
        self._keep_work(self._make_buffers)

    def _keep_work(self, change: Callable[[], None]) -> None:
        """Make new buffers without losing deferred items; successors are all inserted by now."""
        waiting = [work.todo[: work.io[kernel.IO_TODO]].copy() for work in self._work]
        change()
        for work, items in zip(self._work, waiting, strict=True):
            work.todo[: len(items)] = items
            work.io[kernel.IO_TODO] = len(items)

    def _step_findings(self, state: int, slot: int, row: int) -> list[Finding]:
        ranks = self.tables.violated_by_row(self.store.ids(state), slot, row)
        return [Finding(rank, state, (slot, row)) for rank in ranks]

    def waiting(self) -> list[list[int]]:
        """Deferred items of each shard, for a checkpoint."""
        return [work.todo[: work.io[kernel.IO_TODO]].tolist() for work in self._work]

    def restore(self, todo: list[list[int]], actions: list[int], cuts: list[int]) -> None:
        """Take over what a checkpoint kept of the work and of the counts."""
        while self._work[0].todo.shape[0] < 2 * max(map(len, todo)):
            self._rows_at_once *= 2
            self._make_buffers()
        self.actions = np.zeros((packed.SHARDS, len(actions)), np.int64)
        self.actions[0], self.cuts[0] = actions, cuts
        self._make_buffers()
        for work, items in zip(self._work, todo, strict=True):
            work.todo[: len(items)] = items
            work.io[kernel.IO_TODO] = len(items)

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown()


def new_search(model: Model, symmetry: Symmetry | None, workers: int | None) -> Search:
    """Set up a search with nothing visited yet."""
    tables = Tables(model, symmetry)
    count = min(workers or os.cpu_count() or 1, packed.SHARDS)
    return Search(model, tables, Store(tables.slots), Judge(tables), count)


class Watch:
    """Looks at the clock and the memory between rounds."""

    def __init__(
        self,
        search: Search,
        limits: Limits,
        tell: Callable[[Progress], None] | None,
        save: Callable[[], None],
    ) -> None:
        """Start the clock; ``save`` is called between rounds, and decides if it is time."""
        self.search, self.limits, self.tell, self.save = search, limits, tell, save
        self.began = time.monotonic()
        self.interrupted = False
        self._last = 0.0
        self._process = psutil.Process()

    @property
    def seconds(self) -> float:
        """Time since the start."""
        return time.monotonic() - self.began

    def __call__(self) -> str | None:
        """Report progress now and then; say why the search must stop, if it must."""
        limits, store = self.limits, self.search.store
        if self.interrupted:
            return INTERRUPTED
        if store.count > MOST_STATES:
            return f"reached {store.count:,} states, about as many as can be numbered"
        if limits.states and store.count >= limits.states:
            return f"reached {limits.states:,} states"
        if limits.seconds and self.seconds > limits.seconds:
            return f"reached {limits.seconds:g} seconds"
        if self.seconds - self._last < WATCH_SECONDS:
            return None
        self._last = self.seconds
        resident = self._process.memory_info().rss
        if self.tell:
            self.tell(self.progress("exploring", resident))
        self.save()
        if limits.memory and resident > limits.memory:
            return f"reached {limits.memory / 1e9:.2f} GB of memory"
        return None

    def progress(self, phase: str, resident: int = 0) -> Progress:
        """Where the search is."""
        search = self.search
        return Progress(
            phase=phase,
            seconds=self.seconds,
            states=search.store.count,
            transitions=search.transitions,
            depth=search.deepest,
            frontier=search.frontier,
            memory=resident or self._process.memory_info().rss,
            handler_calls=search.tables.handler_calls,
        )
