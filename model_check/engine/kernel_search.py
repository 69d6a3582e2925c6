"""The inner loop: expand states into successors, insert successors into the visited set.

States are kept packed: component indices in bit fields of a few 64-bit words. A state's hash is
the sum of its components' hashes, so that a step updates both by what it changes. The states are
dealt to shards by hash. Expansion reads only the shard's own states and the shared tables, and
writes successors into one buffer per target shard; insertion reads the buffers meant for its
shard and writes only there. Neither needs a lock, and the outcome does not depend on how many
threads do the work.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy import int64, uint32, uint64
from numpy.typing import NDArray

from paxiom.model_check.engine.kernel_maps import (
    CUT,
    FATAL,
    INDEX_MASK,
    LOW,
    NONE,
    NOTICE,
    ONE,
    RAISED,
    U32,
    U64,
    WORD,
    ZERO,
    find_result,
)
from paxiom.model_check.engine.kernel_states import (
    BATCH,
    SHARD_BITS,
    SHARD_MASK,
    SHARDS,
    component_hash,
    prefetch,
    tag_of,
    unpack,
)

HEADER = 2  # words of a successor before its state: hash, then parent | notice << 32


class Work(NamedTuple):
    """What one shard's expansion reads and writes besides the tables.

    A deferred item is (state, slot, row): one row of one component to be tried again once the
    missing table entries are there; row -1 stands for all rows of that component. ``io`` holds:
    cursor, items in, items out, missing operations, missing rows, fatal rows, transitions.
    """

    io: NDArray[np.int64]
    todo: NDArray[np.int64]  # deferred items in, three numbers each
    deferred: NDArray[np.int64]  # deferred items out
    missing_operations: U64  # g << 32 | operation
    missing_rows: U32  # g
    fatal: NDArray[np.int64]  # items whose row violates a step property or raised
    actions: NDArray[np.int64]  # action -> times taken
    cuts: NDArray[np.int64]  # bound -> steps cut off
    out: U64  # target shard, successor, words
    filled: U64  # successors in the buffer of each target shard
    packed: U64  # scratch: a state
    ids: U32  # scratch: component indices, as are the following
    trial: U32
    following: U32
    spare: U32


IO_CURSOR, IO_TODO, IO_DEFERRED, IO_OPERATIONS, IO_ROWS, IO_FATAL, IO_TRANSITIONS = range(7)


@njit(cache=True, _nrt=False)
def canonical(c, slot_images, ids, best, trial):
    """Put the least image of ``ids``, in the order of slots, into ``best``."""
    elements, slots = slot_images.shape
    capacity = c.images.shape[0] // elements
    for slot in range(slots):
        best[slot] = ids[slot]
    for element in range(1, elements):
        for slot in range(slots):
            g = int(ids[slot]) * slots + slot
            trial[slot_images[element, slot]] = c.images[element * capacity + g]
        for slot in range(slots):
            if trial[slot] != best[slot]:
                if trial[slot] < best[slot]:
                    for k in range(slots):
                        best[k] = trial[k]
                break


@njit(cache=True, nogil=True, _nrt=False)
def expand(c, slots, slot_images, layout, width, words, shard, end, work):
    """Expand the deferred items, then states from the cursor on to ``end`` while there is room.

    Indices are kept unsigned: Numba then leaves out the test for negative ones.
    """
    io, ids, packed, trial = work.io, work.ids, work.packed, work.trial
    symmetric = slot_images.shape[0] > 1
    record = uint64(HEADER + width)
    out_room = uint64(work.out.shape[1]) // record
    fullest = ZERO
    for into in range(SHARDS):
        fullest = max(fullest, work.filled[into])
    item = int64(0)
    while item < io[IO_TODO] or io[IO_CURSOR] < end:
        if item < io[IO_TODO]:
            state, first_slot, only_row = work.todo[item], work.todo[item + 1], work.todo[item + 2]
            last_slot = first_slot + 1
        else:
            state, first_slot, only_row, last_slot = io[IO_CURSOR], int64(0), int64(-1), slots - 2
        base = unpack(words, state, width, layout, slots, ids)
        room = int64(1)
        for slot in range(first_slot, last_slot):
            g = uint64(ids[slot]) * uint64(slots) + uint64(slot)
            if c.row_at[g] != NONE:
                room += int64(c.rows[c.row_at[g]]) - int64(c.row_at[g])
        if (
            fullest + uint64(room) > out_room
            or io[IO_DEFERRED] + io[IO_TODO] - item + 3 * (room + slots) > work.todo.shape[0]
            or io[IO_OPERATIONS] + room > work.missing_operations.shape[0]
            or io[IO_ROWS] + slots > work.missing_rows.shape[0]
            or io[IO_FATAL] + 3 * room > work.fatal.shape[0]
        ):
            break
        if item < io[IO_TODO]:
            item += 3
        else:
            io[IO_CURSOR] += 1
        origin = uint64(state) * uint64(width)
        for slot in range(first_slot, last_slot):
            g = uint64(ids[slot]) * uint64(slots) + uint64(slot)
            if c.row_at[g] == NONE:
                work.missing_rows[io[IO_ROWS]] = g
                io[IO_ROWS] += 1
                defer(work, state, slot, int64(-1))
                continue
            row = uint64(c.row_at[g]) + ONE
            row_end = uint64(c.rows[row - ONE])
            if only_row >= 0:
                row, row_end = uint64(only_row), uint64(only_row) + ONE
            own = ids[slot]
            rest = base - component_hash(own, slot, slots)
            while row < row_end:
                here = row
                info = uint64(c.rows[row + ONE])
                operations = info >> uint64(24)
                flags = (info >> uint64(16)) & uint64(255)
                if flags == uint64(CUT) and operations == ZERO:
                    work.cuts[c.rows[row]] += 1
                    row += uint64(2)
                    continue
                after = own if flags & uint64(CUT | RAISED) else c.rows[row]
                hashed = rest + component_hash(after, slot, slots)
                begin_change(packed, words, origin, width, layout, slot, own ^ after)
                if symmetric:
                    for k in range(slots):
                        trial[k] = ids[k]
                    trial[slot] = after
                row += uint64(2)
                missing, refused = False, False
                for _ in range(operations):
                    word = c.rows[row]
                    row += ONE
                    target = uint64(word >> uint32(28))
                    now = after if target == uint64(slot) else ids[target]
                    there = uint64(now) * uint64(slots) + target
                    operation = uint64(word & INDEX_MASK)
                    value = find_result(c, there, operation)
                    if value == ~ZERO:
                        work.missing_operations[io[IO_OPERATIONS]] = (there << WORD) | operation
                        io[IO_OPERATIONS] += 1
                        missing = True
                    elif value == uint64(NONE):
                        refused = True
                    else:
                        index = uint32(value) & INDEX_MASK
                        flags |= value >> uint64(28)
                        hashed += component_hash(index, target, slots)
                        hashed -= component_hash(now, target, slots)
                        packed[layout.word[target]] ^= uint64(now ^ index) << layout.shift[target]
                        if symmetric:
                            trial[target] = index
                if refused:
                    continue
                if missing:
                    defer(work, state, slot, int64(here))
                    continue
                if flags & uint64(CUT | RAISED | FATAL):
                    if flags & uint64(CUT):
                        work.cuts[c.rows[here]] += 1
                        continue
                    at = io[IO_FATAL]
                    work.fatal[at], work.fatal[at + 1], work.fatal[at + 2] = state, slot, here
                    io[IO_FATAL] += 3
                    if flags & uint64(RAISED):
                        continue
                io[IO_TRANSITIONS] += 1
                work.actions[info & uint64(0xFFFF)] += 1
                if symmetric:
                    hashed = represent(c, slots, slot_images, layout, width, work)
                elif hashed == base and is_unchanged(packed, words, origin, width):
                    continue
                into = hashed & SHARD_MASK
                at = work.filled[into] * record
                work.filled[into] += ONE
                fullest = max(fullest, work.filled[into])
                work.out[into, at] = hashed
                parent = uint64(state * SHARDS + shard)
                work.out[into, at + ONE] = parent | ((flags & uint64(NOTICE)) << WORD)
                for k in range(width):
                    work.out[into, at + uint64(HEADER + k)] = packed[k]
    left = io[IO_TODO] - item
    for k in range(left):
        work.todo[k] = work.todo[item + k]
    io[IO_TODO] = left


@njit(cache=True, inline="always", _nrt=False)
def begin_change(packed, words, origin, width, layout, slot, change):
    """Set ``packed`` to the state at ``origin`` with ``change`` to one slot."""
    for k in range(width):
        packed[k] = words[origin + uint64(k)]
    packed[layout.word[slot]] ^= uint64(change) << layout.shift[slot]


@njit(cache=True, inline="always", _nrt=False)
def is_unchanged(packed, words, origin, width):
    """Whether ``packed`` is the state at ``origin``."""
    difference = ZERO
    for k in range(width):
        difference |= packed[k] ^ words[origin + uint64(k)]
    return difference == ZERO


@njit(cache=True, _nrt=False)
def represent(c, slots, slot_images, layout, width, work):
    """Pack the representative of ``work.trial``; returns its hash."""
    canonical(c, slot_images, work.trial, work.following, work.spare)
    for k in range(width):
        work.packed[k] = ZERO
    total = ZERO
    for slot in range(slots):
        index = work.following[slot]
        total += component_hash(index, slot, slots)
        work.packed[layout.word[slot]] |= uint64(index) << layout.shift[slot]
    return total


@njit(cache=True, inline="always", _nrt=False)
def defer(work, state, slot, row):
    """Keep an item for when the tables have what it lacks."""
    at = work.io[IO_DEFERRED]
    work.deferred[at], work.deferred[at + 1], work.deferred[at + 2] = state, slot, row
    work.io[IO_DEFERRED] += 3


@njit(cache=True, nogil=True, _nrt=False)
def insert(out, filled, target, width, words, parents, table, count, noticed):
    """Insert what the shards have found for ``target``; return states and noticed states.

    The table holds, for each state, its number + 1 in the low bits and a tag from its hash in
    the bits above; a matching tag is confirmed by comparing the whole state. There must be room.
    """
    size_bits = uint32(0)
    while (int64(1) << size_bits) < table.shape[0]:
        size_bits += uint32(1)
    mask = uint64(table.shape[0] - 1)
    number_mask = uint32(mask)
    record, wide = uint64(HEADER + width), uint64(width)
    room = uint64(out.shape[0]) // uint64(SHARDS * SHARDS)
    count, seen = uint64(count), ZERO
    for origin in range(SHARDS):
        start = uint64(origin * SHARDS + target) * room
        stop = start + filled[origin, target] * record
        for begin in range(start, stop, uint64(BATCH) * record):
            end = min(begin + uint64(BATCH) * record, stop)
            for at in range(begin, end, record):
                prefetch(table, (out[at] >> uint64(SHARD_BITS)) & mask)
            for at in range(begin, end, record):
                entry = table[(out[at] >> uint64(SHARD_BITS)) & mask]
                if (entry ^ tag_of(out[at], size_bits)) <= number_mask:
                    prefetch(words, uint64(entry & number_mask) * wide - wide)
            for at in range(begin, end, record):
                tag = tag_of(out[at], size_bits)
                place = (out[at] >> uint64(SHARD_BITS)) & mask
                while True:
                    entry = table[place]
                    if entry == 0:
                        table[place] = tag | uint32(count + ONE)
                        for q in range(width):
                            words[count * wide + uint64(q)] = out[at + uint64(HEADER + q)]
                        parents[count] = uint32(out[at + ONE] & LOW)
                        if out[at + ONE] >> WORD:
                            noticed[seen] = count
                            seen += ONE
                        count += ONE
                        break
                    if (entry ^ tag) <= number_mask:
                        there = uint64(entry & number_mask) * wide - wide
                        same = True
                        for q in range(width):
                            if words[there + uint64(q)] != out[at + uint64(HEADER + q)]:
                                same = False
                                break
                        if same:
                            break
                    place = (place + ONE) & mask
        filled[origin, target] = ZERO
    return int64(count), int64(seen)
