"""Walkers in batches: walk, judge, fill in what the tables lacked, and walk on.

Walkers do not see each other, and the tables are filled only between two rounds of a whole batch,
in the order of what is missing. So nothing depends on how walkers are dealt to workers.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paxiom.model_check.budgets import Cost
from paxiom.model_check.engine import kernel_maps as maps
from paxiom.model_check.engine import kernel_walk
from paxiom.model_check.engine import kernel_walkers as kernel
from paxiom.model_check.engine.judge import Judge
from paxiom.model_check.engine.memory import zeros
from paxiom.model_check.engine.native import larger
from paxiom.model_check.engine.store import Store
from paxiom.model_check.engine.tables import Tables
from paxiom.model_check.engine.tracing import composed
from paxiom.model_check.model import Model
from paxiom.model_check.world import World

OPTIONS = 1 << 10  # possible steps that are listed
BOX = 16  # messages that an inbox has room for at first
SAMPLE = 1 << 18  # places
EXACT = SAMPLE // 2  # distinct states counted one by one; of more, a sample is


Stop = Callable[[], bool]


def never() -> bool:
    """Do not stop."""
    return False


def goes_wrong(action: str) -> bool:
    """Whether a fault strikes in steps of this kind, or a message is lost."""
    *_, last = action.split(", ")
    return action.startswith(f"{Cost.LOSS.value} ") or last in {cost.value for cost in Cost}


class Numbers:
    """A number and a fingerprint for each local state or message, whatever tables it is in."""

    def __init__(self, known: dict[Hashable, int], parity: int) -> None:
        """Go on after those ``known`` already; those of other ``parity`` are of another kind."""
        self.known, self.parity = known, parity
        self.prints = np.zeros(256, np.uint64)
        self.count = 0

    def extend(self, values: Sequence[Hashable]) -> None:
        """Number the values that have come since the last time."""
        for value in values[self.count :]:
            if self.count == self.prints.shape[0]:
                self.prints = larger(self.prints, 0)
            number = self.known.setdefault(value, len(self.known))
            self.prints[self.count] = maps.mix(np.uint64(2 * number + 1 + self.parity))
            self.count += 1


class Ground:
    """What walkers walk on: what is known of a model's handlers, monitor and properties.

    A fingerprint says what a state is made of, not which number that has here: states can be told
    apart across grounds that number local states and messages alike.
    """

    def __init__(
        self,
        model: Model,
        rarity: int = 1,
        locals_: dict[Hashable, int] | None = None,
        envelopes: dict[Hashable, int] | None = None,
    ) -> None:
        """Know the initial state alone, and how local states and messages are numbered."""
        self.tables, self.rarity = Tables(model, None), rarity
        self.start = self.tables.initial()
        self.judge, self.store = Judge(self.tables), Store(self.tables.slots)
        self.locals = Numbers({} if locals_ is None else locals_, 0)
        self._envelopes = Numbers({} if envelopes is None else envelopes, 1)
        self._weights = np.zeros(256, np.int64)
        self._weighed = 0
        self._keep_up()

    def anew(self) -> "Ground":
        """Forget the tables, but nothing that was found out about the model."""
        fresh = Ground(self.tables.model, self.rarity, self.locals.known, self._envelopes.known)
        fresh.judge.witnesses.update(self.judge.witnesses)
        fresh.tables.handler_calls += self.tables.handler_calls
        return fresh

    @property
    def facts(self) -> kernel.Facts:
        """What walkers know by number."""
        return kernel.Facts(self.locals.prints, self._envelopes.prints, self._weights)

    @property
    def rules(self) -> kernel.Rules:
        """What the network does."""
        tables = self.tables
        return kernel.Rules(
            slots=tables.slots,
            delivery=tables.delivery,
            lossy=tables.model.network.lossy,
            loss_operation=int(tables.loss_operation),
            capacity=tables.capacity,
            width=self.store.width,
        )

    def answer(
        self, questions: NDArray[np.uint64], operations: NDArray[np.uint64], stop: Stop
    ) -> None:
        """Ask Python what walkers have to know, in an order that does not depend on them."""
        for question in np.unique(questions):
            if stop():
                return
            self.tables.resolve(int(question))
        self.tables.fill(np.empty(0, np.uint32), operations)
        self._keep_up()

    def _keep_up(self) -> None:
        """Take note of new local states, messages and actions."""
        tables, nodes = self.tables, self.tables.history_slot
        for number in range(self.locals.count, len(tables.locals)):
            slot = tables.locals[number][0]
            if slot < nodes:
                tables.component(slot, number, 0)  # for Walkers.words
        self.locals.extend(tables.locals)
        self._envelopes.extend(tables.envelopes)
        if not self.store.fits(tables.component_counts):
            self.store.relayout([2 * count for count in tables.component_counts])
        if len(tables.actions) > self._weights.shape[0]:
            self._weights = larger(self._weights, len(tables.actions))
        for number in range(self._weighed, len(tables.actions)):
            self._weights[number] = 1 if goes_wrong(tables.actions[number]) else self.rarity
        self._weighed = len(tables.actions)

    def violated_at_start(self) -> list[int]:
        """Ranks of the properties that fail in the initial state."""
        _, words = self.store.pack(self.start)
        return [rank for rank, _ in self.judge_all(words, np.zeros(1, np.int64))]

    def judge_all(
        self, words: NDArray[np.uint64], places: NDArray[np.int64]
    ) -> list[tuple[int, int]]:
        """Find (rank of property, place) violations among packed states."""
        self.store.shards[0].words = words
        return self.judge.judge(self.store, 0, places, len(places))


@dataclass(frozen=True, order=True, slots=True)
class Found:
    """A walk that violates: after how many steps, by its last step or else by its state, and whose.

    ``rank`` is that of the property, and -1 if it is to be found out which one the step violates.
    """

    length: int
    by_step: bool
    rank: int
    key: int


class Counts:
    """What was covered, over all workers and grounds."""

    def __init__(self, model: Model, workers: int) -> None:
        """Nothing is, yet."""
        self.actions: Counter[str] = Counter()
        self._cuts = [np.zeros(len(model.bounds) + 1, np.int64) for _ in range(workers)]
        self._samples = [zeros(2 * SAMPLE, np.uint64).reshape(2, -1) for _ in range(workers)]
        self._io = [np.zeros(kernel.IO_COUNT, np.int64) for _ in range(workers)]
        self._actions = [np.zeros(256, np.int64) for _ in range(workers)]
        self._bounds = model.bound_names

    def tally(self, worker: int, walkers: int) -> kernel.Tally:
        """What one worker counts in, what it asks, and its scratch."""
        return kernel.Tally(
            io=self._io[worker],
            questions=np.empty(walkers * kernel.QUESTIONS, np.uint64),
            operations=np.empty(walkers * 4, np.uint64),
            actions=self._actions[worker],
            cuts=self._cuts[worker],
            sample=self._samples[worker],
            cut=np.empty_like(self._cuts[worker]),
            options=np.empty((OPTIONS, 4), np.int64),
            chosen=np.empty(3, np.int64),
        )

    def make_room(self, actions: int) -> None:
        """Have room for so many kinds of steps."""
        if actions > self._actions[0].shape[0]:
            self._actions = [larger(each, actions) for each in self._actions]

    def collect(self, actions: list[str]) -> None:
        """Put what was counted down by name: numbers may mean something else on another ground."""
        for taken in self._actions:
            for number in np.flatnonzero(taken):
                self.actions[actions[number]] += int(taken[number])
            taken[:] = 0

    @property
    def steps(self) -> int:
        """Steps taken."""
        return sum(int(io[kernel.IO_STEPS]) for io in self._io)

    @property
    def cuts(self) -> dict[str, int]:
        """How often a walker was where a bound cut a step off."""
        sums = np.sum(self._cuts, axis=0)
        return {name: int(cut) for name, cut in zip(self._bounds, sums, strict=False) if cut}

    def distinct(self) -> tuple[int, bool]:
        """How many distinct states were seen, and whether that is exact.

        All states are counted as long as there are not more than EXACT. Of more, those are whose
        fingerprints begin with so many zero bits that no more are left. It does not matter
        in which order they came or which worker saw them.
        """
        level = max(int(io[kernel.IO_LEVEL]) for io in self._io)
        states = np.unique(np.concatenate([sample[0] for sample in self._samples]))
        states = states[states > 0]
        while True:
            kept = states[states >> np.uint64(64 - level) == 0] if level else states
            if len(kept) <= EXACT:
                return len(kept) << level, level == 0
            level += 1


def walkers_at(ground: Ground, keys: NDArray[np.uint64]) -> kernel.Walkers:
    """Put a walker with each of ``keys`` at the start."""
    c, size, slots = ground.tables.c, len(keys), ground.tables.slots
    ids, boxes, held = ground.start.copy(), np.zeros((slots - 2, BOX), np.uint32), []
    for slot in range(slots - 2):
        g = int(ids[slot]) * slots + slot
        ids[slot] = c.local[g]
        inbox = c.pool[c.box_at[c.box[g]] : c.box_at[c.box[g] + 1]]
        if len(inbox) > boxes.shape[1]:
            boxes = np.pad(boxes, ((0, 0), (0, len(inbox))))
        boxes[slot, : len(inbox)] = inbox
        held.append(len(inbox))
    return kernel.Walkers(
        ids=np.tile(ids, (size, 1)),
        boxes=np.tile(boxes, (size, 1, 1)),
        held=np.tile(np.array(held, np.int64), (size, 1)),
        key=keys,
        length=np.zeros(size, np.int64),
        status=np.full(size, kernel.WALKING, np.uint8),
        looks=np.zeros(size, np.int64),
        when=np.empty((size, kernel.LOOKS), np.int64),
        words=np.empty(size * kernel.LOOKS * ground.store.width, np.uint64),
    )


class Batch:
    """Some walkers that start together."""

    def __init__(
        self, ground: Ground, counts: Counts, keys: NDArray[np.uint64], depth: int
    ) -> None:
        """Put a walker with each of ``keys`` at the start."""
        self.ground, self.counts, self.limit = ground, counts, depth
        self.walkers = walkers_at(ground, keys)
        self.found: list[Found] = []

    @property
    def is_over(self) -> bool:
        """Whether no walker is on its way."""
        return not (self.walkers.status == kernel.WALKING).any()

    @property
    def stuck(self) -> int:
        """Walks that ended where no step was possible."""
        return int((self.walkers.status == kernel.STUCK).sum())

    @property
    def ended(self) -> int:
        """Walks that have come to their end."""
        return int((self.walkers.status != kernel.WALKING).sum())

    @property
    def deepest(self) -> int:
        """Steps of the longest walk."""
        return int(self.walkers.length.max())

    def round(self, pool: ThreadPoolExecutor, workers: int, stop: Stop = never) -> None:
        """Let every walker go as far as it can; judge where they were; answer what they ask.

        The answers are left out once ``stop`` says so; there must be no other round then.
        """
        size = len(self.walkers.key)
        share = -(-size // workers)
        self.counts.make_room(len(self.ground.tables.actions))
        tallies = [self.counts.tally(worker, share) for worker in range(workers)]
        rules, facts = self.ground.rules, self.ground.facts
        needed = size * kernel.LOOKS * rules.width
        if self.walkers.words.shape[0] < needed:
            self.walkers = self.walkers._replace(words=np.empty(needed, np.uint64))

        def task(worker: int) -> None:
            kernel_walk.walk(
                self.ground.tables.c,
                rules,
                facts,
                self.ground.store.layout,
                self.walkers,
                min(worker * share, size),
                min((worker + 1) * share, size),
                self.limit,
                tallies[worker],
            )

        for _ in pool.map(task, range(workers)):
            pass
        self._judge()
        self._answer(tallies, stop)

    def _judge(self) -> None:
        """Note the walks that violate something; none need go further than they did."""
        walkers = self.walkers
        kept = np.arange(kernel.LOOKS) < walkers.looks[:, None]
        for rank, place in self.ground.judge_all(walkers.words, np.flatnonzero(kept)):
            walker, look = divmod(place, kernel.LOOKS)
            length, key = int(walkers.when[walker, look]), int(walkers.key[walker])
            self.found.append(Found(length, by_step=False, rank=rank, key=key))
        walkers.looks[:] = 0
        failed = walkers.status == kernel.FAILED
        for length, key in zip(walkers.length[failed], walkers.key[failed], strict=True):
            self.found.append(Found(int(length), by_step=True, rank=-1, key=int(key)))
        walkers.status[failed] = kernel.ENDED
        if self.found:
            self.limit = min(self.limit, min(each.length for each in self.found) - 1)

    def _answer(self, tallies: list[kernel.Tally], stop: Stop) -> None:
        """Ask Python what the walkers ask, and make room for their messages."""
        asked = [tally.questions[: tally.io[kernel.IO_QUESTIONS]] for tally in tallies]
        operations = [tally.operations[: tally.io[kernel.IO_OPERATIONS]] for tally in tallies]
        if any(tally.io[kernel.IO_SHORT] for tally in tallies):
            boxes = self.walkers.boxes
            wider = np.pad(boxes, ((0, 0), (0, 0), (0, boxes.shape[2])))
            self.walkers = self.walkers._replace(boxes=wider)
        for tally in tallies:
            tally.io[[kernel.IO_QUESTIONS, kernel.IO_OPERATIONS, kernel.IO_SHORT]] = 0
        self.ground.answer(np.concatenate(asked), np.concatenate(operations), stop)


def worlds_of(ground: Ground, key: int, length: int) -> list[World]:
    """States that the walker with this key comes through in so many steps, all known already."""
    counts = Counts(ground.tables.model, 1)
    batch = Batch(ground, counts, np.array([key], np.uint64), 0)
    worlds = []
    with ThreadPoolExecutor(1) as pool:
        for limit in range(length + 1):
            batch.limit = limit
            batch.walkers.status[0] = kernel.WALKING
            while batch.walkers.length[0] < limit:
                batch.round(pool, 1)
            worlds.append(world_of(ground, batch.walkers, 0))
    return worlds


def world_of(ground: Ground, walkers: kernel.Walkers, walker: int) -> World:
    """The state that a walker is in."""
    tables = ground.tables
    *nodes, history, budgets = walkers.ids[walker].tolist()
    ghosts = ((history, tables.history_slot), (budgets, tables.budget_slot))
    numbers = [*nodes, *(int(tables.c.local[i * tables.slots + slot]) for i, slot in ghosts)]
    boxes = zip(walkers.boxes[walker], walkers.held[walker], strict=True)
    return composed(tables, numbers, [box[:held].tolist() for box, held in boxes])
