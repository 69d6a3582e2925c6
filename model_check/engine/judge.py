"""State properties, asked once per distinct observation."""

import numpy as np
from numpy.typing import NDArray

from paxiom.model_check.engine import kernel_maps as maps
from paxiom.model_check.engine import kernel_states as packed
from paxiom.model_check.engine.store import Store
from paxiom.model_check.engine.tables import Tables
from paxiom.model_check.environment import Local
from paxiom.model_check.world import asked, shown
from paxiom.spec.property import Kind, Property, Subject

UNKNOWN = 0xFFFFFFFFFFFFFFFF  # what a native map answers for a key it does not have


class Judge:
    """What is known of tuples of observations, and which reachable properties were seen.

    The tuples form a trie: a map from (node, next observation) to node, the root being 0; a flag
    says of each leaf whether a property fails there.
    """

    def __init__(self, tables: Tables) -> None:
        """Know nothing."""
        self.tables, self.model = tables, tables.model
        self.witnesses = {
            prop.name: False for prop in self.model.properties if prop.kind is Kind.REACHABLE
        }
        self._pairs = np.zeros(1 << 10, np.uint64)
        self._bad = np.zeros(1 << 10, np.bool_)
        self._nodes = 1
        self._verdicts: dict[tuple[int, ...], list[int]] = {}

    def judge(
        self, store: Store, shard: int, noticed: NDArray[np.int64], seen: int
    ) -> list[tuple[int, int]]:
        """Find (rank of property, local number of state) violations among ``noticed[:seen]``."""
        if not seen:
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
        key = tuple(int(tables.shown[each]) for each in locals_)
        if key not in self._verdicts:
            nodes = tuple(self._shown(each) for each in locals_[:-1])
            history = tables.locals[locals_[-1]][1]
            self._verdicts[key] = [
                rank
                for rank, prop in enumerate(self.model.properties)
                if self._fails(prop, nodes, history)
            ]
            self._remember(key)
        return self._verdicts[key]

    def _shown(self, local: int) -> object:
        value = self.tables.locals[local][1]
        assert isinstance(value, Local)
        return shown(self.model, value)

    def _fails(self, prop: Property, nodes: tuple[object, ...], history: object) -> bool:
        if prop.kind is Kind.STEP or (prop.kind is Kind.REACHABLE and self.witnesses[prop.name]):
            return False
        observed = {
            Subject.HISTORY: (history,),
            Subject.NODES: (nodes,),
            Subject.ALL: (nodes, history),
        }[prop.subject]
        answer = asked(prop, *observed)
        if self.tables.symmetry:
            self.tables.symmetry.check_property(prop, *observed)
        if prop.kind is Kind.REACHABLE:
            self.witnesses[prop.name] = answer
            return False
        return not answer

    def _remember(self, key: tuple[int, ...]) -> None:
        """Enter a judged tuple into the native map."""
        if 4 * (self._nodes + len(key)) > self._bad.shape[0]:
            pairs = np.zeros(2 * self._pairs.shape[0], np.uint64)
            maps.copy_map(self._pairs, pairs)
            self._pairs = pairs
            self._bad = np.concatenate([self._bad, np.zeros_like(self._bad)])
        node = 0
        for observation in key:
            pair = np.uint64(node << 32 | observation)
            node = int(maps.find(self._pairs, pair))
            if node == UNKNOWN:
                node, self._nodes = self._nodes, self._nodes + 1
                maps.put(self._pairs, pair, np.uint64(node))
        self._bad[node] = bool(self._verdicts[key])
