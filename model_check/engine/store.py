"""The visited set: packed states dealt to shards, their parents, and an exact hash table each."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from paxiom.model_check.engine import kernel_states as packed
from paxiom.model_check.engine.kernel_maps import mix
from paxiom.model_check.engine.memory import grown, zeros

FULL = 0.7  # a hash table fuller than this is doubled
OVERFULL = 0.9  # or one that could become fuller than this if all that is to come were new
WORD_BITS = 64
FIRST_STATES = 1 << 10


def bits_for(counts: list[int]) -> list[int]:
    """Bits that the indices of so many components take; one component takes none."""
    return [(count - 1).bit_length() for count in counts]


def weights(slots: int) -> NDArray[np.uint64]:
    """Odd numbers without a pattern, one for each slot."""
    return np.array([mix(np.uint64(slot + 1)) | 1 for slot in range(slots)], np.uint64)


def layout_for(bits: list[int]) -> tuple[int, packed.Layout]:
    """Fields of at least so many bits for the slots: few words, spare bits shared out.

    Returns the number of words and the layout. No field crosses a word.
    """
    words: list[list[int]] = []
    for slot in sorted(range(len(bits)), key=lambda slot: (-bits[slot], slot)):
        for word in words:
            if sum(bits[each] for each in word) + bits[slot] <= WORD_BITS:
                word.append(slot)
                break
        else:
            words.append([slot])
    place = np.zeros(len(bits), np.uint64)
    shift = np.zeros(len(bits), np.uint64)
    mask = np.zeros(len(bits), np.uint64)
    for number, word in enumerate(words):
        growing = [slot for slot in word if bits[slot]]
        spare = WORD_BITS - sum(bits[slot] for slot in word)
        at = 0
        for slot in word:
            share = spare // len(growing) if bits[slot] else 0
            width = min(bits[slot] + share, 28)
            place[slot], shift[slot], mask[slot] = number, at, (1 << width) - 1
            at += width
    return len(words), packed.Layout(place, shift, mask, weights(len(bits)))


@dataclass
class Shard:
    """The states of one shard, in the order found, and the table that knows them."""

    words: NDArray[np.uint64]
    parents: NDArray[np.uint32]
    table: NDArray[np.uint32] = field(default_factory=lambda: zeros(FIRST_STATES * 2, np.uint32))
    count: int = 0
    cursor: int = 0  # next state to expand
    level_end: int = 0  # states before this one belong to the level being expanded

    def memory(self, width: int) -> int:
        """Bytes in use: the room after the last state has not been touched yet."""
        return self.count * (8 * width + 4) + self.table.nbytes


class Store:
    """All shards. State number ``i`` of shard ``s`` is globally known as ``i * SHARDS + s``."""

    def __init__(self, slots: int) -> None:
        """Start empty."""
        self.slots = slots
        self.bits = [0] * slots
        self.width, self.layout = layout_for(self.bits)
        self.shards = [
            Shard(zeros(FIRST_STATES * self.width, np.uint64), zeros(FIRST_STATES, np.uint32))
            for _ in range(packed.SHARDS)
        ]

    @property
    def count(self) -> int:
        """States in all."""
        return sum(shard.count for shard in self.shards)

    @property
    def memory(self) -> int:
        """Bytes in use."""
        return sum(shard.memory(self.width) for shard in self.shards)

    def fits(self, counts: list[int]) -> bool:
        """Whether so many components of each slot fit the layout."""
        return all(
            count - 1 <= int(mask) for count, mask in zip(counts, self.layout.mask, strict=True)
        )

    def relayout(self, counts: list[int]) -> None:
        """Make the fields wide enough for so many components of each slot."""
        self.bits = bits_for(counts)
        width, layout = layout_for(self.bits)
        for shard in self.shards:
            room = shard.words.shape[0] // self.width
            words = zeros(room * width, np.uint64)
            packed.repack(
                shard.words,
                self.width,
                self.layout,
                self.slots,
                shard.count,
                words,
                width,
                layout,
                np.empty(self.slots, np.uint32),
            )
            shard.words = words
        self.width, self.layout = width, layout

    def make_room(self, shard: Shard, more: int) -> None:
        """Make sure that ``more`` states can be inserted."""
        needed = shard.count + more
        room = shard.words.shape[0] // self.width
        if needed > room:
            room = max(needed, 2 * room)
            shard.words = grown(shard.words, room * self.width)
            shard.parents = grown(shard.parents, room)
        size = max(shard.table.shape[0], FIRST_STATES * 2)
        while shard.count > FULL * size or needed > OVERFULL * size:
            size *= 2
        if size > shard.table.shape[0]:
            shard.table = np.zeros(0, np.uint32)  # let go of the old one first
            shard.table = zeros(size, np.uint32)
            packed.rehash(
                shard.words,
                self.width,
                self.layout,
                self.slots,
                shard.count,
                shard.table,
                np.empty(self.slots, np.uint32),
                np.empty(packed.BATCH, np.uint64),
            )

    def restore(self, shard: Shard, words: NDArray[np.uint64], parents: NDArray[np.uint32]) -> None:
        """Give an empty shard its states back."""
        shard.words, shard.parents, shard.count = words.copy(), parents.copy(), len(parents)
        shard.table = np.zeros(0, np.uint32)
        self.make_room(shard, 1)

    def pack(self, ids: NDArray[np.uint32]) -> tuple[int, NDArray[np.uint64]]:
        """Hash and packed words of a state given by component indices."""
        words = np.zeros(self.width, np.uint64)
        for slot, index in enumerate(ids):
            words[self.layout.word[slot]] |= np.uint64(index) << self.layout.shift[slot]
        scratch = np.empty(self.slots, np.uint32)
        total = packed.unpack(words, 0, self.width, self.layout, self.slots, scratch)
        return int(mix(np.uint64(total))), words

    def ids(self, state: int) -> NDArray[np.uint32]:
        """Component indices of a state, by global number."""
        shard = self.shards[state % packed.SHARDS]
        ids = np.empty(self.slots, np.uint32)
        at = state // packed.SHARDS
        packed.unpack(shard.words, at, self.width, self.layout, self.slots, ids)
        return ids

    def path(self, state: int) -> list[int]:
        """Global numbers of the states on a shortest path from the initial state."""
        path = [state]
        while True:
            shard = self.shards[path[-1] % packed.SHARDS]
            parent = int(shard.parents[path[-1] // packed.SHARDS])
            if parent == path[-1]:
                return path[::-1]
            path.append(parent)
