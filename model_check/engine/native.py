"""The native tables: making them, and making room in them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from paxiom.model_check.engine import kernel_maps as maps
from paxiom.model_check.engine.memory import grown, zeros

FIRST_SIZE = 1 << 10
MOST_COMPONENTS = 1 << 28  # of a slot: their numbers share a word with flags
MOST_WORDS = 1 << 32  # of an array: offsets into it are 32 bits


class TablesFullError(Exception):
    """The native tables have reached their largest size; the search cannot go on."""


def larger(array: NDArray[Any], size: int) -> NDArray[Any]:
    """Copy ``array`` into one of at least twice the length and at least ``size``."""
    return grown(array, max(size, 2 * array.shape[0]))


class NativeTables:
    """What the kernel reads; ``c`` is replaced by a larger one to grow."""

    def __init__(self, slots: int, elements: int) -> None:
        """Start with the empty inbox alone."""
        self.slots, self.elements = slots, elements
        self._scratch = np.empty(1 << 12, np.uint32)
        self.c = self._empty()

    def _empty(self) -> maps.Components:
        size = FIRST_SIZE

        def words(count: int = size) -> NDArray[np.uint32]:
            return np.zeros(count, np.uint32)

        c = maps.Components(
            sizes=np.zeros(maps.PER_SLOT + self.slots, np.int64),
            local=words(size * self.slots),
            box=words(size * self.slots),
            row_at=words(size * self.slots),
            order=words(size * self.slots),
            rows=words(),
            component_map=np.zeros(4 * size, np.uint64),
            box_at=words(),
            pool=words(),
            box_map=words(4 * size),
            block=np.zeros(size * self.slots, np.uint64),
            block_fill=words(size * self.slots),
            results=np.zeros(4 * size, np.uint64),
            outcome_map=np.zeros(4 * size, np.uint64),
            outcomes=words(),
            operation_at=words(),
            operation_pool=words(),
            source=words(),
            loss=words(),
            images=words(size * self.slots * self.elements if self.elements > 1 else 1),
        )
        maps.intern_box(c, self._scratch, 0)
        return c

    def component(self, slot: int, local: int, box: int) -> int:
        """Index within ``slot`` of the component (local, box)."""
        while short := maps.shortage(self.c, self.slots, slot, 1, 0, 0):
            self._grow(short)
        return int(maps.intern_component(self.c, self.slots, slot, local, box))

    def _doubled(self, table: NDArray[np.uint64]) -> NDArray[np.uint64]:
        bigger = zeros(2 * table.shape[0], np.uint64)
        maps.copy_map(table, bigger)
        return bigger

    def _doubled_boxes(self) -> NDArray[np.uint32]:
        bigger = zeros(2 * self.c.box_map.shape[0], np.uint32)
        maps.enter_boxes(self.c, bigger)
        return bigger

    def _grow(self, short: int) -> None:
        """Make room where the kernel found too little."""
        c = self.c
        most = max(self.component_counts)
        if 2 * max(c.rows.shape[0], c.pool.shape[0]) > MOST_WORDS or 2 * most > MOST_COMPONENTS:
            msg = f"reached {most:,} components of one slot, about as many as can be numbered"
            raise TablesFullError(msg)
        match short:
            case maps.SHORT_COMPONENTS:
                c = c._replace(
                    local=larger(c.local, 0),
                    box=larger(c.box, 0),
                    row_at=larger(c.row_at, 0),
                    order=larger(c.order, 0),
                    block=larger(c.block, 0),
                    block_fill=larger(c.block_fill, 0),
                    component_map=self._doubled(c.component_map),
                )
                if self.elements > 1:
                    by_element = c.images.reshape(self.elements, -1)
                    c = c._replace(images=np.hstack([by_element, by_element]).reshape(-1))
            case maps.SHORT_BOXES:
                c = c._replace(box_at=larger(c.box_at, 0), box_map=self._doubled_boxes())
            case maps.SHORT_POOL:
                c = c._replace(pool=larger(c.pool, 0))
            case maps.SHORT_ROWS:
                c = c._replace(rows=larger(c.rows, 0))
            case maps.SHORT_RESULTS:
                c = c._replace(results=larger(c.results, 0))
            case maps.SHORT_SCRATCH:
                self._scratch = larger(self._scratch, 0)
            case _:
                return
        self.c = c

    @property
    def component_counts(self) -> list[int]:
        """Components of each slot."""
        return [int(count) for count in self.c.sizes[maps.PER_SLOT :]]
