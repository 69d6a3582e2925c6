"""State properties, asked once per distinct observation."""

from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray

from paxiom.model_check.engine import kernel_maps as maps
from paxiom.model_check.engine import kernel_states as packed
from paxiom.model_check.engine.store import Store
from paxiom.model_check.engine.tables import Tables
from paxiom.model_check.environment import Local
from paxiom.model_check.world import asked, shown
from paxiom.spec.property import Kind, Subject

UNKNOWN = 0xFFFFFFFFFFFFFFFF  # what a native map answers for a key it does not have


class Judge:
    """What is known of groups of observations, and which reachable properties were seen.

    The properties of one subject are asked together, of each group of slots that the subject
    names. What a group shows is a path in a trie that starts at the subject's root: a map from
    (node, next observation) to node; a flag says of each leaf whether a property fails there.
    """

    def __init__(self, tables: Tables) -> None:
        """Know nothing."""
        self.tables, self.model = tables, tables.model
        self.witnesses = {
            prop.name: False for prop in self.model.properties if prop.kind is Kind.REACHABLE
        }
        self._asked: dict[Subject, list[int]] = {}  # ranks of the properties of each subject
        for rank, prop in enumerate(self.model.properties):
            if prop.kind is not Kind.STEP:
                self._asked.setdefault(prop.subject, []).append(rank)
        history = (tables.history_slot,)
        self._groups = [
            (root, subject, group + history * subject.reads_history)
            for root, subject in enumerate(self._asked)
            for group in subject.groups(len(self.model.nodes))
        ]
        longest = max((len(slots) for _, _, slots in self._groups), default=0)
        self._native_groups = np.full((len(self._groups), 1 + longest), -1, np.int64)
        for row, (root, _, slots) in zip(self._native_groups, self._groups, strict=True):
            row[: 1 + len(slots)] = (root, *slots)
        self._pairs = np.zeros(1 << 10, np.uint64)
        self._bad = np.zeros(1 << 10, np.bool_)
        self._nodes = len(self._asked)
        self._verdicts: dict[tuple[int, ...], list[int]] = {}

    def judge(
        self, store: Store, shard: int, noticed: NDArray[np.int64], seen: int
    ) -> list[tuple[int, int]]:
        """Find (rank of property, local number of state) violations among ``noticed[:seen]``."""
        if not seen or not self._groups:
            return []
        words = store.shards[shard].words
        unknown, guilty = np.empty(seen, np.int64), np.empty(seen, np.int64)
        strange, convicted = packed.judge(
            self.tables.c,
            store.slots,
            store.layout,
            store.width,
            words,
            noticed,
            seen,
            self.tables.shown,
            self._native_groups,
            self._pairs,
            self._bad,
            unknown,
            guilty,
            np.empty(store.slots, np.uint32),
        )
        suspects = [*unknown[:strange], *guilty[:convicted]]
        return [
            (rank, int(state))
            for state in suspects
            for rank in self._violated(store.ids(int(state) * packed.SHARDS + shard))
        ]

    def _violated(self, ids: NDArray[np.uint32]) -> list[int]:
        """Ranks of the properties that fail in a state, asking Python if not known yet."""
        tables = self.tables
        locals_ = [int(tables.c.local[int(i) * tables.slots + s]) for s, i in enumerate(ids[:-1])]
        ranks: set[int] = set()
        for root, subject, slots in self._groups:
            key = (root, *(int(tables.shown[locals_[slot]]) for slot in slots))
            if key not in self._verdicts:
                seen = tuple(
                    self._shown(locals_[slot]) for slot in slots if slot != tables.history_slot
                )
                history = tables.locals[locals_[-1]][1]
                self._verdicts[key] = [
                    rank for rank in self._asked[subject] if self._fails(rank, seen, history)
                ]
                self._remember(key)
            ranks.update(self._verdicts[key])
        return sorted(ranks)

    def _shown(self, local: int) -> Hashable:
        value = self.tables.locals[local][1]
        assert isinstance(value, Local)
        return shown(self.model, value)

    def _fails(self, rank: int, seen: tuple[Hashable, ...], history: Hashable) -> bool:
        prop = self.model.properties[rank]
        if prop.kind is Kind.REACHABLE and self.witnesses[prop.name]:
            return False
        answers = []
        for question in prop.subject.questions(seen, history):
            answers.append(asked(prop, *question))
            if self.tables.symmetry:
                self.tables.symmetry.check_property(prop, *question)
        if prop.kind is Kind.REACHABLE:
            self.witnesses[prop.name] = any(answers)
            return False
        return not all(answers)

    def _remember(self, key: tuple[int, ...]) -> None:
        """Enter a judged tuple into the native map."""
        if 4 * (self._nodes + len(key)) > self._bad.shape[0]:
            pairs = np.zeros(2 * self._pairs.shape[0], np.uint64)
            maps.copy_map(self._pairs, pairs)
            self._pairs = pairs
            self._bad = np.concatenate([self._bad, np.zeros_like(self._bad)])
        node = key[0]
        for observation in key[1:]:
            pair = np.uint64(node << 32 | observation)
            node = int(maps.find(self._pairs, pair))
            if node == UNKNOWN:
                node, self._nodes = self._nodes, self._nodes + 1
                maps.put(self._pairs, pair, np.uint64(node))
        self._bad[node] = bool(self._verdicts[key])
