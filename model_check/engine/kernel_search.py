"""The inner loop: expand states into successors, insert successors into the visited set.

States are kept packed: component indices in bit fields of a few 64-bit words. A state's hash is
a mix of the weighted sum of its indices, so that a step updates both by what it changes. The hash
deals the states to shards. Expansion reads only the shard's own states and the shared tables, and
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
    NONE,
    NOTICE,
    ONE,
    RAISED,
    U32,
    U64,
    WORD,
    ZERO,
    find_result,
    mix,
)
from paxiom.model_check.engine.kernel_states import (
    BATCH,
    SHARD_MASK,
    SHARDS,
    prefetch,
    short_hash,
    unpack,
)

HEADER = 1  # words of a successor before its state: parent | notice << 31 | short hash << 32
PARENT = uint64(0x7FFFFFFF)  # its number within its shard
NOTICED_BIT = uint64(31)
AHEAD = uint64(32)  # words from where a buffer is written to where memory is fetched for writing


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
    out: U64  # the buffers of the target shards, one after the other
    filled: U64  # successors in the buffer of each target shard
    packed: U64  # scratch: a state
    ids: U32  # scratch: component indices, as are the following
    trial: U32
    following: U32


IO_CURSOR, IO_TODO, IO_DEFERRED, IO_OPERATIONS, IO_ROWS, IO_FATAL, IO_TRANSITIONS = range(7)


@njit(cache=True, _nrt=False)
def canonical(c, slot_origins, ids, best):
    """Put the least image of ``ids``, in the order of slots, into ``best``.

    Images are compared as they are computed: most differ in their first slot.
    """
    elements, slots = slot_origins.shape
    capacity = uint64(c.images.shape[0] // elements)
    for slot in range(slots):
        best[slot] = ids[slot]
    for element in range(1, elements):
        first = uint64(element) * capacity
        lower = False
        for slot in range(slots):
            origin = uint64(slot_origins[element, slot])
            image = c.images[first + uint64(ids[origin]) * uint64(slots) + origin]
            if image > best[slot] and not lower:
                break
            lower |= image < best[slot]
            best[slot] = image


@njit(cache=True, nogil=True, _nrt=False)
def expand(c, slots, slot_origins, layout, width, words, end, work):
    """Expand the deferred items, then states from the cursor on to ``end`` while there is room."""
    io = work.io
    room = uint64(work.out.shape[0]) // uint64(SHARDS) // uint64(HEADER + width)
    fullest = ZERO
    for into in range(SHARDS):
        fullest = max(fullest, work.filled[into])
    item = int64(0)
    while item < io[IO_TODO] or io[IO_CURSOR] < end:
        state, slot, last_slot, row = io[IO_CURSOR], int64(0), slots - 2, int64(-1)
        if item < io[IO_TODO]:
            state, slot, row = work.todo[item], work.todo[item + 1], work.todo[item + 2]
            last_slot = slot + 1
        base = unpack(words, state, width, layout, slots, work.ids)
        most = most_steps(c, slots, work.ids, slot, last_slot)
        if fullest + uint64(most) > room or is_short(work, most + slots, io[IO_TODO] - item):
            break
        if item < io[IO_TODO]:
            item += 3
        else:
            io[IO_CURSOR] += 1
        while slot < last_slot:
            fullest = take_steps(
                c, slots, slot_origins, layout, width, words, work, state, slot, row, base, fullest
            )
            slot += 1
    left = io[IO_TODO] - item
    for k in range(left):
        work.todo[k] = work.todo[item + k]
    io[IO_TODO] = left


@njit(cache=True, inline="always", _nrt=False)
def most_steps(c, slots, ids, first_slot, last_slot):
    """No fewer than the steps that the components of these slots can take."""
    most = int64(0)
    for slot in range(first_slot, last_slot):
        at = c.row_at[uint64(ids[slot]) * uint64(slots) + uint64(slot)]
        if at != NONE:
            most += int64(c.rows[at]) - int64(at)
    return most


@njit(cache=True, inline="always", _nrt=False)
def is_short(work, most, waiting):
    """Whether the lists, successors apart, might not hold what so many steps add to them."""
    io = work.io
    return (
        io[IO_DEFERRED] + waiting + 3 * most > work.todo.shape[0]
        or io[IO_OPERATIONS] + most > work.missing_operations.shape[0]
        or io[IO_ROWS] + most > work.missing_rows.shape[0]
        or io[IO_FATAL] + 3 * most > work.fatal.shape[0]
    )


@njit(cache=True, inline="always", _nrt=False)
def take_steps(
    c, slots, slot_origins, layout, width, words, work, state, slot, only_row, base, fullest
):
    """Take all steps of one component, or one; returns the successors in the fullest buffer.

    Indices are kept unsigned: Numba then leaves out the test for negative ones.
    """
    ids, packed, slot = work.ids, work.packed, uint64(slot)
    own = uint64(ids[slot])
    at = c.row_at[own * uint64(slots) + slot]
    if at == NONE:
        work.missing_rows[work.io[IO_ROWS]] = own * uint64(slots) + slot
        work.io[IO_ROWS] += 1
        defer(work, state, slot, int64(-1))
        return fullest
    row, row_end = uint64(at) + ONE, uint64(c.rows[at])
    if only_row >= 0:
        row, row_end = uint64(only_row), uint64(only_row) + ONE
    origin = uint64(state) * uint64(width)
    symmetric = slot_origins.shape[0] > 1
    taken = int64(0)
    while row < row_end:
        here, info, after = row, uint64(c.rows[row + ONE]), uint64(c.rows[row])
        flags = (info >> uint64(16)) & uint64(255)
        row += uint64(2)
        stop = row + (info >> uint64(24))
        if flags & uint64(CUT | RAISED):
            after = own  # there is no new state: the word names a bound, or nothing
        hashed = base + (after - own) * layout.weight[slot]
        for k in range(width):
            packed[k] = words[origin + uint64(k)]
        packed[layout.word[slot]] ^= (own ^ after) << layout.shift[slot]
        if symmetric:
            for k in range(slots):
                work.trial[k] = ids[k]
            work.trial[slot] = after
        missing, refused = False, False
        while row < stop:
            word = c.rows[row]
            row += ONE
            target = uint64(word >> uint32(28))
            now = after if target == slot else uint64(ids[target])
            there, operation = now * uint64(slots) + target, uint64(word & INDEX_MASK)
            value = find_result(c, there, operation)
            if value == ~ZERO:
                work.missing_operations[work.io[IO_OPERATIONS]] = (there << WORD) | operation
                work.io[IO_OPERATIONS] += 1
                missing = True
            elif value == uint64(NONE):
                refused = True
            else:
                index = value & uint64(INDEX_MASK)
                flags |= value >> uint64(28)
                hashed += (index - now) * layout.weight[target]
                packed[layout.word[target]] ^= (now ^ index) << layout.shift[target]
                if symmetric:
                    work.trial[target] = index
        if refused:
            continue
        if missing:
            defer(work, state, slot, here)
            continue
        if flags & uint64(CUT | RAISED | FATAL) and stops_at(c, work, state, slot, here, flags):
            continue
        taken += 1
        work.actions[info & uint64(0xFFFF)] += 1
        if symmetric:
            hashed = represent(c, slots, slot_origins, layout, width, work)
        elif hashed == base and is_unchanged(packed, words, origin, width):
            continue
        fullest = max(fullest, emit(work, width, state, mix(hashed), flags))
    work.io[IO_TRANSITIONS] += taken
    return fullest


@njit(cache=True, inline="always", _nrt=False)
def emit(work, width, state, hashed, flags):
    """Put the successor in ``work.packed`` into the buffer of its shard; returns how full it is."""
    into = hashed & SHARD_MASK
    room = uint64(work.out.shape[0]) // uint64(SHARDS)
    place = into * room + work.filled[into] * uint64(HEADER + width)
    prefetch(work.out, place + AHEAD)
    noticed = (flags & uint64(NOTICE)) << NOTICED_BIT
    work.out[place] = uint64(state) | noticed | (short_hash(hashed) << WORD)
    for k in range(width):
        work.out[place + uint64(HEADER + k)] = work.packed[k]
    work.filled[into] += ONE
    return work.filled[into]


@njit(cache=True, _nrt=False)
def stops_at(c, work, state, slot, row, flags):
    """Note a step that a bound cuts off or that is fatal; whether it leads nowhere.

    The bound is named by the row, or is the last one, on messages, if an operation cuts it off.
    """
    if flags & uint64(CUT):
        own = (uint64(c.rows[row + ONE]) >> uint64(16)) & uint64(CUT)
        work.cuts[c.rows[row] if own else uint64(work.cuts.shape[0] - 1)] += 1
        return True
    at = work.io[IO_FATAL]
    work.fatal[at], work.fatal[at + 1], work.fatal[at + 2] = state, slot, row
    work.io[IO_FATAL] += 3
    return bool(flags & uint64(RAISED))


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
def represent(c, slots, slot_origins, layout, width, work):
    """Pack the representative of ``work.trial``; returns its hash."""
    canonical(c, slot_origins, work.trial, work.following)
    for k in range(width):
        work.packed[k] = ZERO
    total = ZERO
    for slot in range(slots):
        index = work.following[slot]
        total += uint64(index) * layout.weight[slot]
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
    mask = uint64(table.shape[0] - 1)
    record, wide = uint64(HEADER + width), uint64(width)
    room = uint64(out.shape[0]) // uint64(SHARDS * SHARDS)
    count, seen = uint64(count), ZERO
    for origin in range(SHARDS):
        start = uint64(origin * SHARDS + target) * room
        stop = start + filled[origin, target] * record
        for begin in range(start, stop, uint64(BATCH) * record):
            end = min(begin + uint64(BATCH) * record, stop)
            for at in range(begin, end, record):
                prefetch(table, (out[at] >> WORD) & mask)
            for at in range(begin, end, record):
                hashed = out[at] >> WORD
                entry = uint64(table[hashed & mask])
                if (entry ^ hashed) <= mask:
                    prefetch(words, (entry & mask) * wide - wide)
            for at in range(begin, end, record):
                hashed = out[at] >> WORD
                place = hashed & mask
                while True:
                    entry = uint64(table[place])
                    if entry == ZERO:
                        table[place] = (hashed & ~mask) | (count + ONE)
                        for q in range(width):
                            words[count * wide + uint64(q)] = out[at + uint64(HEADER + q)]
                        parents[count] = (out[at] & PARENT) * uint64(SHARDS) + uint64(origin)
                        if (out[at] >> NOTICED_BIT) & ONE:
                            noticed[seen] = count
                            seen += ONE
                        count += ONE
                        break
                    if (entry ^ hashed) <= mask:
                        there = (entry & mask) * wide - wide
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
