"""The inner loop: expand states into successors, insert successors into the visited set.

States are kept packed: component indices in bit fields of a few 64-bit words. A state's hash is
the sum of its components' hashes, so that a step updates both by what it changes. The states are
dealt to shards by hash. Expansion reads only the shard's own states and the shared tables, and
writes successors into one buffer per target shard; insertion reads the buffers meant for its
shard and writes only there. Neither needs a lock, and the outcome does not depend on how many
threads do the work.
"""

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np import arrayobj
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
    find,
    mix,
)

SHARD_BITS = 3
SHARDS = 1 << SHARD_BITS
SHARD_MASK = uint64(SHARDS - 1)
HEADER = 2  # words of a successor before its state: hash, then parent | notice << 32
BATCH = 32  # successors whose memory is fetched ahead of their insertion


class Layout(NamedTuple):
    """Where each slot's component index lies in a packed state."""

    word: NDArray[np.int64]
    shift: U64
    mask: U64


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
    filled: NDArray[np.int64]  # successors in the buffer of each target shard
    ids: U32  # scratch, one place for each slot and one more, as are the following
    following: U32
    trial: U32
    spare: U32
    changed_slot: NDArray[np.int64]
    changed_to: U32


IO_CURSOR, IO_TODO, IO_DEFERRED, IO_OPERATIONS, IO_ROWS, IO_FATAL, IO_TRANSITIONS = range(7)


@intrinsic
def prefetch(typing_context: Any, array: Any, index: Any) -> Any:  # noqa: ARG001 - Numba's protocol
    """Ask the processor to fetch ``array[index]`` into its cache."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = arrayobj.make_array(signature.args[0])(context, builder, arguments[0])
        pointer = builder.gep(view.data, [arguments[1]])
        pointer = builder.bitcast(pointer, ir.IntType(8).as_pointer())
        flag = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer.type, flag, flag, flag])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(function, [pointer, flag(0), flag(3), flag(1)])
        return context.get_dummy_value()

    return types.void(array, index), generate


@njit(cache=True, inline="always", _nrt=False)
def component_hash(index, slot, slots):
    """Hash of a component, to be summed over slots."""
    return mix(uint64(index) * uint64(slots) + uint64(slot) + ONE)


@njit(cache=True, inline="always", _nrt=False)
def unpack(words, state, width, layout, slots, ids):
    """Component indices of a packed state; returns its hash."""
    total = ZERO
    for slot in range(slots):
        packed = words[state * width + layout.word[slot]]
        ids[slot] = uint32((packed >> layout.shift[slot]) & layout.mask[slot])
        total += component_hash(ids[slot], slot, slots)
    return total


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
    """Expand the deferred items, then states from the cursor on to ``end`` while there is room."""
    io, ids, following, trial = work.io, work.ids, work.following, work.trial
    changed_slot, changed_to = work.changed_slot, work.changed_to
    record = HEADER + width
    out_room = work.out.shape[1] // record
    fullest = int64(0)
    for target in range(SHARDS):
        fullest = max(fullest, work.filled[target])
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
            g = int64(ids[slot]) * slots + slot
            if c.row_at[g] != NONE:
                room += int64(c.row_end[g]) - int64(c.row_at[g])
        if (
            fullest + room > out_room
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
        for slot in range(first_slot, last_slot):
            g = int64(ids[slot]) * slots + slot
            if c.row_at[g] == NONE:
                work.missing_rows[io[IO_ROWS]] = g
                io[IO_ROWS] += 1
                defer(work, state, slot, int64(-1))
                continue
            row, row_end = int64(c.row_at[g]), int64(c.row_end[g])
            if only_row >= 0:
                row, row_end = only_row, only_row + 1
            own = component_hash(ids[slot], slot, slots)
            while row < row_end:
                here = row
                info = c.rows[row + 1]
                operations = int64(info >> uint32(24))
                flags = (info >> uint32(16)) & uint32(255)
                after = ids[slot] if flags & (CUT | RAISED) else c.rows[row]
                hashed = base - own + component_hash(after, slot, slots)
                changed_slot[0], changed_to[0] = slot, after
                changes = 1
                missing, refused = False, False
                for k in range(operations):
                    word = c.rows[row + 2 + k]
                    target = int64(word >> uint32(28))
                    now = after if target == slot else ids[target]
                    key = (uint64(int64(now) * slots + target) << WORD) | uint64(word & INDEX_MASK)
                    value = find(c.operation_map, key)
                    if value == ~ZERO:
                        work.missing_operations[io[IO_OPERATIONS]] = key
                        io[IO_OPERATIONS] += 1
                        missing = True
                    elif value == uint64(NONE):
                        refused = True
                    else:
                        index = uint32(value) & INDEX_MASK
                        flags |= uint32(value) >> uint32(28)
                        hashed += component_hash(index, target, slots) - component_hash(
                            now, target, slots
                        )
                        changed_slot[changes], changed_to[changes] = target, index
                        changes += 1
                row += 2 + operations
                if refused:
                    continue
                if missing:
                    defer(work, state, slot, here)
                    continue
                if flags & CUT:
                    work.cuts[c.rows[here]] += 1
                    continue
                if flags & FATAL:
                    work.fatal[io[IO_FATAL]] = state
                    work.fatal[io[IO_FATAL] + 1] = slot
                    work.fatal[io[IO_FATAL] + 2] = here
                    io[IO_FATAL] += 3
                if flags & RAISED:
                    continue
                io[IO_TRANSITIONS] += 1
                work.actions[info & uint32(0xFFFF)] += 1
                if slot_images.shape[0] > 1:
                    hashed = emit_representative(
                        c, slots, slot_images, ids, changed_slot, changed_to, changes, following, trial, work.spare
                    )
                elif hashed == base and unchanged(ids, changed_slot, changed_to, changes):
                    continue
                into = int64(hashed & SHARD_MASK)
                at = work.filled[into] * record
                work.filled[into] += 1
                fullest = max(fullest, work.filled[into])
                out = work.out
                out[into, at] = hashed
                out[into, at + 1] = uint64(state * SHARDS + shard) | (uint64(flags & NOTICE) << WORD)
                if slot_images.shape[0] > 1:
                    for k in range(width):
                        out[into, at + HEADER + k] = ZERO
                    for k in range(slots):
                        place = at + HEADER + layout.word[k]
                        out[into, place] |= uint64(following[k]) << layout.shift[k]
                    continue
                for k in range(width):
                    out[into, at + HEADER + k] = words[state * width + k]
                for k in range(changes):
                    target = changed_slot[k]
                    old = ids[target] if k == 0 or target != slot else after
                    delta = uint64(old ^ changed_to[k]) << layout.shift[target]
                    out[into, at + HEADER + layout.word[target]] ^= delta
    left = io[IO_TODO] - item
    for k in range(left):
        work.todo[k] = work.todo[item + k]
    io[IO_TODO] = left


@njit(cache=True, inline="always", _nrt=False)
def defer(work, state, slot, row):
    """Keep an item for when the tables have what it lacks."""
    at = work.io[IO_DEFERRED]
    work.deferred[at], work.deferred[at + 1], work.deferred[at + 2] = state, slot, row
    work.io[IO_DEFERRED] += 3


@njit(cache=True, inline="always", _nrt=False)
def unchanged(ids, changed_slot, changed_to, changes):
    """Whether a step leads back to where it started; a slot's last change counts."""
    slot = changed_slot[0]
    own = changed_to[0]
    for k in range(1, changes):
        if changed_slot[k] == slot:
            own = changed_to[k]
        elif changed_to[k] != ids[changed_slot[k]]:
            return False
    return own == ids[slot]


@njit(cache=True, _nrt=False)
def emit_representative(
    c, slots, slot_images, ids, changed_slot, changed_to, changes, following, trial, spare
):
    """Put the representative of a step's target into ``following``; returns its hash."""
    for slot in range(slots):
        trial[slot] = ids[slot]
    for k in range(changes):
        trial[changed_slot[k]] = changed_to[k]
    canonical(c, slot_images, trial, following, spare)
    total = ZERO
    for slot in range(slots):
        total += component_hash(following[slot], slot, slots)
    return total


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
    record = HEADER + width
    room = out.shape[0] // (SHARDS * SHARDS)
    seen = int64(0)
    for origin in range(SHARDS):
        start = (origin * SHARDS + target) * room
        total = filled[origin, target]
        for begin in range(0, total, BATCH):
            end = min(begin + BATCH, total)
            for k in range(begin, end):
                prefetch(table, int64((out[start + k * record] >> uint64(SHARD_BITS)) & mask))
            for k in range(begin, end):
                hashed = out[start + k * record]
                entry = table[(hashed >> uint64(SHARD_BITS)) & mask]
                if entry != 0 and (entry ^ tag_of(hashed, size_bits)) <= number_mask:
                    prefetch(words, int64((entry & number_mask) - uint32(1)) * width)
            for k in range(begin, end):
                at = k * record
                hashed = out[start + at]
                tag = tag_of(hashed, size_bits)
                place = (hashed >> uint64(SHARD_BITS)) & mask
                while True:
                    entry = table[place]
                    if entry == 0:
                        table[place] = tag | uint32(count + 1)
                        for q in range(width):
                            words[count * width + q] = out[start + at + HEADER + q]
                        parents[count] = uint32(out[start + at + 1] & uint64(0xFFFFFFFF))
                        if out[start + at + 1] >> WORD:
                            noticed[seen] = count
                            seen += 1
                        count += 1
                        break
                    if (entry ^ tag) <= number_mask:
                        there = (int64(entry & number_mask) - 1) * width
                        same = True
                        for q in range(width):
                            if words[there + q] != out[start + at + HEADER + q]:
                                same = False
                                break
                        if same:
                            break
                    place = (place + ONE) & mask
        filled[origin, target] = 0
    return count, seen


@njit(cache=True, inline="always", _nrt=False)
def tag_of(hashed, size_bits):
    """The bits of a hash that a table of 2 ** size_bits entries keeps beside the number."""
    return uint32(uint64(hashed >> uint64(uint32(32) + size_bits)) << uint64(size_bits))


@njit(cache=True, nogil=True, _nrt=False)
def rehash(words, width, layout, slots, count, table, ids, hashes):
    """Enter the first ``count`` states into an empty table."""
    size_bits = uint32(0)
    while (int64(1) << size_bits) < table.shape[0]:
        size_bits += uint32(1)
    mask = uint64(table.shape[0] - 1)
    for begin in range(0, count, BATCH):
        end = min(begin + BATCH, count)
        for state in range(begin, end):
            hashed = unpack(words, state, width, layout, slots, ids)
            hashes[state - begin] = hashed
            prefetch(table, int64((hashed >> uint64(SHARD_BITS)) & mask))
        for state in range(begin, end):
            hashed = hashes[state - begin]
            place = (hashed >> uint64(SHARD_BITS)) & mask
            while table[place] != 0:
                place = (place + ONE) & mask
            table[place] = tag_of(hashed, size_bits) | uint32(state + 1)


@njit(cache=True, nogil=True, _nrt=False)
def repack(words, width, layout, slots, count, into, new_width, new_layout, ids):
    """Copy states into another layout."""
    for state in range(count):
        unpack(words, state, width, layout, slots, ids)
        for k in range(new_width):
            into[state * new_width + k] = ZERO
        for slot in range(slots):
            place = state * new_width + new_layout.word[slot]
            into[place] |= uint64(ids[slot]) << new_layout.shift[slot]


@njit(cache=True, nogil=True, _nrt=False)
def judge(c, slots, layout, width, words, noticed, seen, shown, pairs, bad, unknown, guilty, ids):
    """Look up what is known of the observations of ``noticed[:seen]``.

    ``pairs`` is a trie: (node, next observation) -> node, from the root 0. States whose observations have
    not been judged go to ``unknown``, those known to be bad to ``guilty``; returns how many.
    """
    strange, convicted = 0, 0
    for k in range(seen):
        unpack(words, noticed[k], width, layout, slots, ids)
        folded = ZERO
        for slot in range(slots - 1):
            other = uint64(shown[c.local[int64(ids[slot]) * slots + slot]])
            folded = find(pairs, (folded << WORD) | other)
            if folded == ~ZERO:
                break
        if folded == ~ZERO:
            unknown[strange] = noticed[k]
            strange += 1
        elif bad[folded]:
            guilty[convicted] = noticed[k]
            convicted += 1
    return strange, convicted
