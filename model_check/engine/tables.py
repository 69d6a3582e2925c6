"""The border between Python objects and native tables.

Every local state, message, history and budget that occurs is interned here once and known to the
kernel by number. Each handler is called once per distinct (local state, event); what comes of it
is written down as numbers and never asked again.
"""

from collections.abc import Hashable, Iterable

import numpy as np
from numpy.typing import NDArray

from paxiom.impl.names import NodeId
from paxiom.model_check.budgets import Budgets, Cost, initial_budgets
from paxiom.model_check.engine import kernel_maps as maps
from paxiom.model_check.engine import kernel_tables as kernel
from paxiom.model_check.engine.native import MOST_WORDS, NativeTables, larger
from paxiom.model_check.engine.steps import StepJudge
from paxiom.model_check.environment import (
    Deliver,
    Envelope,
    Event,
    Local,
    Outcome,
    cut_off,
    first_boot,
    label,
    local_events,
    outcomes,
)
from paxiom.model_check.model import Delivery, Happening, Model, ModelError
from paxiom.model_check.rules import require_value
from paxiom.model_check.symmetry import Symmetry
from paxiom.model_check.world import initial_world, recorded, shown
from paxiom.spec.property import Subject

MOST_NODES = 14  # slots take four bits of an operation's word; history and budgets need two
MOST_OPERATIONS = 1 << 28
MOST_ACTIONS = 1 << 16
_DELIVERY = {
    Delivery.ONCE: maps.ONCE,
    Delivery.DUPLICATING: maps.DUPLICATING,
    Delivery.FIFO: maps.FIFO,
}
_LOCAL_EVENTS = int(maps.LOCAL_EVENTS)
_NONE = int(maps.NONE)


class Tables(NativeTables):
    """Interned objects of one model and the native tables over them.

    Slots are numbered: the nodes in their order, then the history, then the budgets.
    """

    def __init__(self, model: Model, symmetry: Symmetry | None) -> None:
        """Start empty."""
        nodes = model.nodes
        if len(nodes) > MOST_NODES:
            msg = (
                f"model {model.name!r}: {len(nodes)} nodes; the engine takes up to {MOST_NODES}, "
                "and only paxiom check --reference, which is slow, takes more"
            )
            raise ModelError(msg)
        super().__init__(len(nodes) + 2, symmetry.order if symmetry else 1)
        self.model, self.symmetry = model, symmetry
        self._steps = StepJudge(model, symmetry)
        self.slot_of = {node: slot for slot, node in enumerate(nodes)}
        self.history_slot, self.budget_slot = len(nodes), len(nodes) + 1
        self.delivery = _DELIVERY[model.network.delivery]
        self.capacity = model.network.capacity or MOST_WORDS
        self.locals: list[tuple[int, Hashable]] = []
        self.envelopes: list[Envelope] = []
        self.actions: list[str] = []
        self.handler_calls = 0
        self.asked: list[tuple[bool, int]] = []  # every question to Python: (handler?, key)
        self._local_ids: dict[tuple[int, Hashable], int] = {}
        self._envelope_ids: dict[Envelope, int] = {}
        self._action_ids: dict[str, int] = {}
        self._shown_ids: dict[Hashable, int] = {}
        self._operation_ids: dict[tuple[str, tuple[Hashable, ...]], int] = {}
        self._operations: list[tuple[Hashable, ...]] = []
        self.shown = np.zeros(256, np.uint32)  # local -> what properties see of it
        self._outcome_words = 0
        self._operation_words = 0
        self._outcome_count = 0
        self.slot_images = np.tile(np.arange(self.slots), (self.elements, 1))
        if symmetry:
            self.slot_images[:, : len(nodes)] = symmetry.node_position
        self.slot_origins = np.argsort(self.slot_images, axis=1)
        self.local_images = np.zeros((self.elements, 256), np.uint32)
        self.envelope_images = np.zeros((self.elements, 256), np.uint32)
        budgeted = model.network.drops is not None
        self.loss_operation = np.uint32(
            self._operation("cost", (Cost.LOSS,), self.budget_slot) if budgeted else _NONE
        )

    # Interning.

    def local(self, slot: int, value: Hashable) -> int:
        """Number of what a slot holds: a node's local state, the history, or the budgets."""
        known = self._local_ids.get((slot, value))
        if known is not None:
            return known
        number = self._local_ids[slot, value] = len(self.locals)
        self.locals.append((slot, value))
        if number == self.shown.shape[0]:
            self.shown = larger(self.shown, 0)
            self.local_images = np.hstack([self.local_images, np.zeros_like(self.local_images)])
        if slot < self.history_slot:
            assert isinstance(value, Local)
            seen = shown(self.model, value)
            require_value(lambda: "what observe= shows", seen)
            self.shown[number] = self._shown_ids.setdefault(seen, len(self._shown_ids))
        elif slot == self.history_slot:
            require_value(lambda: "the monitor's history", value)
            self.shown[number] = number
        if self.symmetry:
            for element in range(self.symmetry.order):
                image = self.symmetry.rename(value, element)
                moved = int(self.slot_images[element, slot])
                self.local_images[element, number] = self.local(moved, image)
        return number

    def envelope(self, value: Envelope) -> int:
        """Number of a message with its sender and receiver."""
        known = self._envelope_ids.get(value)
        if known is not None:
            return known
        number = self._envelope_ids[value] = len(self.envelopes)
        self.envelopes.append(value)
        if number == self.c.source.shape[0]:
            self.c = self.c._replace(source=larger(self.c.source, 0), loss=larger(self.c.loss, 0))
        self.c.source[number] = self.slot_of[value.source]
        self.c.loss[number] = self.action(f"lose {label(value.message)}")
        if self.symmetry:
            if number >= self.envelope_images.shape[1]:
                self.envelope_images = np.hstack([self.envelope_images] * 2)
            for element in range(self.symmetry.order):
                image = self.symmetry.rename(value, element)
                self.envelope_images[element, number] = self.envelope(image)
        return number

    def action(self, name: str) -> int:
        """Number of a kind of step."""
        known = self._action_ids.get(name)
        if known is None:
            known = self._action_ids[name] = len(self.actions)
            if known >= MOST_ACTIONS:
                msg = (
                    f"model {self.model.name!r}: more than {MOST_ACTIONS:,} kinds of steps, such "
                    f"as {name!r}: each text is a kind of its own; use dataclasses as messages"
                )
                raise ModelError(msg)
            self.actions.append(name)
        return known

    def _operation(self, kind: str, content: tuple[Hashable, ...], slot: int) -> int:
        """Word that stands for doing ``content`` to the component of ``slot``."""
        number = self._operation_ids.get((kind, content))
        if number is None:
            number = self._operation_ids[kind, content] = len(self._operations)
            if number >= MOST_OPERATIONS:
                msg = f"model {self.model.name!r}: more than {MOST_OPERATIONS} kinds of effects"
                raise ModelError(msg)
            self._operations.append(content)
            added = content if kind == "add" else ()
            c, end = self.c, self._operation_words + len(added)
            if number + 2 > c.operation_at.shape[0]:
                c = c._replace(operation_at=larger(c.operation_at, 0))
            if end > c.operation_pool.shape[0]:
                c = c._replace(operation_pool=larger(c.operation_pool, end))
            c.operation_pool[self._operation_words : end] = np.array(added, np.uint32)
            c.operation_at[number + 1] = self._operation_words = end
            self.c = c
        return slot << 28 | number

    # Handlers.

    def resolve(self, key: int) -> None:
        """Ask Python what comes of an event at a local state, and write it down."""
        words = self._answer(key)
        start, end = self._outcome_words, self._outcome_words + len(words)
        if end > self.c.outcomes.shape[0]:
            self.c = self.c._replace(outcomes=larger(self.c.outcomes, end))
        if 4 * (self._outcome_count + 1) > self.c.outcome_map.shape[0]:
            self.c = self.c._replace(outcome_map=self._doubled(self.c.outcome_map))
        self.c.outcomes[start:end] = words
        maps.put(self.c.outcome_map, np.uint64(key), np.uint64(start))
        self._outcome_words, self._outcome_count = end, self._outcome_count + 1

    def _answer(self, key: int) -> list[int]:
        """What comes of an event at a local state, as the kernel reads it."""
        self.asked.append((True, key))
        number, event_number = key >> 32, key & 0xFFFFFFFF
        slot, local = self.locals[number]
        assert isinstance(local, Local)
        events: Iterable[Event]
        if event_number == _LOCAL_EVENTS:
            if self.symmetry:
                self.symmetry.check_local(self.model, local)
            events = local_events(self.model, local)
        else:
            events = (Deliver(self.envelopes[event_number]),)
        words, count = [0], 0
        for event in events:
            self.handler_calls += 1
            for outcome in self._outcomes(slot, local, event):
                words += self._outcome_as_words(number, slot, local, outcome)
                count += 1
        words[0] = count
        return words

    def _outcomes(self, slot: int, local: Local, event: Event) -> list[Outcome]:
        node = self.model.nodes[slot]
        found = list(outcomes(self.model, node, local, event))
        if self.symmetry:
            self.symmetry.check_handler(self.model, node, local, event, found)
        return found

    def _outcome_as_words(
        self, number: int, slot: int, local: Local, outcome: Outcome
    ) -> list[int]:
        """Encode as the kernel reads it: new local, action | flags | count, operations."""
        operations: list[int] = []
        if outcome.costs:
            operations.append(self._operation("cost", outcome.costs, self.budget_slot))
        action = self.action(outcome.action)
        if outcome.error:
            return self._encoded(0, action, int(maps.RAISED | maps.FATAL), operations)
        if cut := cut_off(self.model, outcome.local):
            names = [bound.name for bound in self.model.bounds]
            return self._encoded(names.index(cut), action, int(maps.CUT), operations)
        if outcome.seen:
            operations.append(self._operation("see", outcome.seen, self.history_slot))
        inboxes: dict[NodeId, list[int]] = {}
        for envelope in outcome.sent:
            require_value(lambda: "a message", envelope.message)
            inboxes.setdefault(envelope.to, []).append(self.envelope(envelope))
        for node, added in inboxes.items():
            content = tuple(added) if self.delivery == maps.FIFO else tuple(sorted(added))
            operations.append(self._operation("add", content, self.slot_of[node]))
        after = self.local(slot, outcome.local)
        flags = int(maps.NOTICE) if self.shown[after] != self.shown[number] else 0
        pair = shown(self.model, local), shown(self.model, outcome.local)
        flags |= int(maps.FATAL) if self._steps.violated(Subject.NODE, *pair) else 0
        return self._encoded(after, action, flags, operations)

    def _encoded(self, first: int, action: int, flags: int, operations: list[int]) -> list[int]:
        return [first, action | flags << 16 | len(operations) << 24, *operations]

    def _operate(self, key: int) -> None:
        """Carry out an operation on a history or on budgets."""
        result = self._operation_result(key)
        while short := maps.put_result(self.c, key >> 32, key & 0xFFFFFFFF, result):
            self._grow(short)

    def _known_result(self, key: int) -> int:
        g, operation = np.uint64(key >> 32), np.uint64(key & 0xFFFFFFFF)
        return int(maps.find_result(self.c, g, operation))

    def _operation_result(self, key: int) -> int:
        self.asked.append((False, key))
        g, operation = key >> 32, key & 0xFFFFFFFF
        slot, value = self.locals[int(self.c.local[g])]
        content = self._operations[operation]
        if slot == self.budget_slot:
            assert isinstance(value, Budgets)
            left = value.spend(content)  # type: ignore[arg-type]
            return _NONE if left is None else self.component(slot, self.local(slot, left), 0)
        happenings: tuple[Happening, ...] = content  # type: ignore[assignment]
        if self.symmetry:
            self.symmetry.check_record(self.model, value, happenings)
        after = recorded(self.model, value, happenings)
        flags = int(maps.NOTICE) if after != value else 0
        flags |= int(maps.FATAL) if self._steps.violated(Subject.HISTORY, value, after) else 0
        return self.component(slot, self.local(slot, after), 0) | flags << 28

    def recall(self, c: maps.Components, asked: list[tuple[bool, int]]) -> None:
        """Take over native tables saved earlier, and ask again all that was asked for them.

        Raises ModelError if an answer differs: the protocol is not the one that was checked.
        """
        self.c = c
        self.initial()
        self.asked.clear()
        for is_handler, key in asked:
            if is_handler:
                start = int(maps.find(c.outcome_map, np.uint64(key)))
                words = self._answer(key)
                self._outcome_words += len(words)
                self._outcome_count += 1
                same = c.outcomes[start : start + len(words)].tolist() == words
            else:
                same = self._known_result(key) == self._operation_result(key)
            if not same:
                msg = f"model {self.model.name!r} has changed since the checkpoint was written"
                raise ModelError(msg)

    def fill(self, rows: NDArray[np.uint32], operations: NDArray[np.uint64]) -> None:
        """Build rows of components and results of operations that the kernel asked for."""
        wanted = np.unique(rows)
        for key in np.unique(kernel.missing_outcomes(self.c, self.delivery, wanted)):
            self.resolve(int(key))
        at = 0
        while at < len(wanted):
            at, short = kernel.build_rows(
                self.c,
                self.slots,
                self.delivery,
                self.model.network.lossy,
                self.loss_operation,
                wanted,
                at,
                self._scratch,
            )
            self._grow(short)
        self._apply(np.unique(operations))
        self._make_images()

    def _apply(self, keys: NDArray[np.uint64]) -> None:
        slots = (keys >> np.uint64(32)) % np.uint64(self.slots)
        ghostly = slots >= self.history_slot
        for key in keys[ghostly]:
            self._operate(int(key))
        inboxes, at = keys[~ghostly], 0
        while at < len(inboxes):
            at, short = kernel.apply_operations(
                self.c, self.slots, self.delivery, self.capacity, inboxes, at, self._scratch
            )
            self._grow(short)

    def _make_images(self) -> None:
        if not self.symmetry:
            return
        while short := kernel.make_images(
            self.c,
            self.slots,
            self.delivery,
            self.local_images,
            self.envelope_images,
            self.slot_images,
            self._scratch,
        ):
            self._grow(short)

    def initial(self) -> NDArray[np.uint32]:
        """Component indices of the initial state."""
        initial_world(self.model)  # refuses a start outside a bound
        history = self.model.monitor.initial()
        boots = [first_boot(self.model, node) for node in self.model.nodes]
        ids = np.zeros(self.slots, np.uint32)
        for slot, boot in enumerate(boots):
            ids[slot] = self.component(slot, self.local(slot, boot.local), 0)
            history = recorded(self.model, history, boot.seen)
        ids[self.history_slot] = self.component(
            self.history_slot, self.local(self.history_slot, history), 0
        )
        budgets = self.local(self.budget_slot, initial_budgets(self.model))
        ids[self.budget_slot] = self.component(self.budget_slot, budgets, 0)
        for boot in boots:
            for each in boot.sent:
                slot = self.slot_of[each.to]
                word = self._operation("add", (self.envelope(each),), slot)
                g = int(ids[slot]) * self.slots + slot
                key = np.uint64(g << 32 | word & (MOST_OPERATIONS - 1))
                self._apply(np.array([key]))
                ids[slot] = self._known_result(int(key))
        self._make_images()
        return ids

    def violated_by_row(self, ids: NDArray[np.uint32], slot: int, row: int) -> list[int]:
        """Ranks of the step properties that taking ``row`` violates; -1 if the handler raises."""
        c = self.c
        info = int(c.rows[row + 1])
        if info >> 16 & int(maps.RAISED):
            return [-1]
        before = self.locals[int(c.local[int(ids[slot]) * self.slots + slot])][1]
        after = self.locals[int(c.local[int(c.rows[row]) * self.slots + slot])][1]
        assert isinstance(before, Local)
        assert isinstance(after, Local)
        past = future = self.locals[
            int(c.local[int(ids[self.history_slot]) * self.slots + self.history_slot])
        ][1]
        for word in c.rows[row + 2 : row + 2 + (info >> 24)]:
            if int(word) >> 28 == self.history_slot:
                happenings = self._operations[int(word) & (MOST_OPERATIONS - 1)]
                future = recorded(self.model, past, happenings)  # type: ignore[arg-type]
        pair = shown(self.model, before), shown(self.model, after)
        return self._steps.violated(Subject.NODE, *pair) + self._steps.violated(
            Subject.HISTORY, past, future
        )

    @property
    def memory(self) -> int:
        """Bytes in native tables."""
        return sum(array.nbytes for array in self.c) + self.shown.nbytes
