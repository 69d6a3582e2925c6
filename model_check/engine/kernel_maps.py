"""Native building blocks: mixing, an exact map of 64-bit keys, interned inboxes and components.

Everything here is compiled by Numba and works on flat arrays. Functions that append to an array
first check that there is room; if not they return and say which array is short, the caller grows
it and calls again.

Numba turns arithmetic between signed and unsigned 64-bit integers into floats: every value below
is kept unsigned by casting at the border.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy import uint32, uint64
from numpy.typing import NDArray

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]

NONE = uint32(0xFFFFFFFF)
ZERO, ONE, WORD = uint64(0), uint64(1), uint64(32)
LOW = uint64(0xFFFFFFFF)
GOLDEN = uint64(0x9E3779B97F4A7C15)

# Result of an operation on a component: new index in the low bits, flags above.
INDEX_MASK = uint32((1 << 28) - 1)
REFUSED = NONE
# Flags, at bit 28 of the result of an operation and at bit 16 of the info word of a row.
NOTICE, FATAL, CUT, RAISED = uint32(1), uint32(2), uint32(4), uint32(8)

ONCE, DUPLICATING, FIFO = 0, 1, 2


class Components(NamedTuple):
    """All interned things, shared by the shards; read-only while they expand.

    A component is (local state, inbox) of a slot; slot ``s``'s component number ``i`` has the
    global number ``g = i * slots + s``. ``sizes`` counts: rows, boxes, pool, components in all,
    components with images; from 8 on: components of each slot.
    """

    sizes: NDArray[np.int64]
    local: U32  # g -> local state
    box: U32  # g -> inbox
    row_at: U32  # g -> where its rows are, NONE if not built: first a word that says where they end
    order: U32  # k-th component made -> g
    rows: U32  # [end, then each: new index, action | flags << 16 | count << 24, operations ...]
    component_map: U64  # local << 32 | box -> index
    box_at: U32  # inbox -> first word in pool; its end is the next one's start
    pool: U32  # envelopes, sorted (unordered) or grouped by source (FIFO)
    box_map: U32  # open addressing over inbox contents, number + 1
    block: U64  # g -> its block in results, first entry << 5 | log2 of its size; 0: none
    block_fill: U32  # g -> entries taken in its block
    results: U64  # (operation + 1) << 32 | result; open addressing within each block
    outcome_map: U64  # local << 32 | envelope -> first word in outcomes
    outcomes: U32  # [how many, then each: new local, info as in rows, operations ...]
    operation_at: U32  # operation -> first word in operation_pool
    operation_pool: U32  # envelopes to add
    source: U32  # envelope -> sending slot
    loss: U32  # envelope -> action of losing it
    images: U32  # element * capacity + g -> index of the image


SIZE_ROWS, SIZE_BOXES, SIZE_POOL, SIZE_ALL, SIZE_IMAGED, SIZE_RESULTS = 0, 1, 2, 3, 4, 5
PER_SLOT = 8
LOCAL_EVENTS = uint64(0xFFFFFFFF)


@njit(cache=True, inline="always")
def mix(x):
    """Spread a 64-bit number over all 64 bits."""
    x = x * uint64(0xFF51AFD7ED558CCD)
    x = (x ^ (x >> WORD)) * uint64(0xC4CEB9FE1A85EC53)
    return x ^ (x >> WORD)


@njit(cache=True, inline="always", _nrt=False)
def home(table, key):
    """Where the search for ``key`` begins, counted in pairs."""
    x = key * GOLDEN
    return (x ^ (x >> WORD)) & uint64(table.shape[0] // 2 - 1)


@njit(cache=True, inline="always")
def find(table, key):
    """Value of ``key`` in an interleaved [key + 1, value] table, or all ones."""
    mask = uint64(table.shape[0] // 2 - 1)
    stored = key + ONE
    at = home(table, key)
    while True:
        there = table[at + at]
        if there == stored:
            return table[at + at + ONE]
        if there == ZERO:
            return ~ZERO
        at = (at + ONE) & mask


@njit(cache=True)
def put(table, key, value):
    """Set ``key`` to ``value``; the table must have room."""
    mask = uint64(table.shape[0] // 2 - 1)
    stored = key + ONE
    at = home(table, key)
    while table[at + at] != ZERO and table[at + at] != stored:
        at = (at + ONE) & mask
    table[at + at] = stored
    table[at + at + ONE] = value


@njit(cache=True)
def copy_map(table, bigger):
    """Enter all of a map into a larger, empty one."""
    for at in range(0, table.shape[0], 2):
        if table[at] != ZERO:
            put(bigger, table[at] - ONE, table[at + 1])


@njit(cache=True)
def box_hash(words, start, end):
    """Hash of an inbox's contents."""
    total = GOLDEN
    for at in range(start, end):
        total = mix(total ^ uint64(words[at])) + GOLDEN
    return total


@njit(cache=True)
def enter_boxes(c, bigger):
    """Enter all inboxes into a larger, empty table."""
    mask = uint64(bigger.shape[0] - 1)
    for box in range(c.sizes[SIZE_BOXES]):
        at = box_hash(c.pool, c.box_at[box], c.box_at[box + 1]) & mask
        while bigger[at] != 0:
            at = (at + ONE) & mask
        bigger[at] = box + 1


@njit(cache=True)
def intern_box(c, words, length):
    """Number of the inbox ``words[:length]``; there must be room for a new one."""
    mask = uint64(c.box_map.shape[0] - 1)
    at = box_hash(words, 0, length) & mask
    while c.box_map[at] != 0:
        box = c.box_map[at] - 1
        start = c.box_at[box]
        if c.box_at[box + 1] - start == length:
            same = True
            for k in range(length):
                if c.pool[start + k] != words[k]:
                    same = False
                    break
            if same:
                return uint32(box)
        at = (at + ONE) & mask
    box = c.sizes[SIZE_BOXES]
    start = c.sizes[SIZE_POOL]
    for k in range(length):
        c.pool[start + k] = words[k]
    c.box_at[box + 1] = start + length
    c.box_map[at] = box + 1
    c.sizes[SIZE_BOXES] += 1
    c.sizes[SIZE_POOL] += length
    return uint32(box)


@njit(cache=True)
def intern_component(c, slots, slot, local, box):
    """Index within ``slot`` of the component (local, box); there must be room for a new one."""
    key = (uint64(local) << WORD) | uint64(box)
    known = find(c.component_map, key)
    if known != ~ZERO:
        return uint32(known)
    index = c.sizes[PER_SLOT + slot]
    g = index * slots + slot
    c.local[g] = local
    c.box[g] = box
    c.row_at[g] = NONE
    c.order[c.sizes[SIZE_ALL]] = g
    c.sizes[SIZE_ALL] += 1
    c.sizes[PER_SLOT + slot] += 1
    put(c.component_map, key, uint64(index))
    return uint32(index)


# What may be short of room, as the caller is told.
ENOUGH, SHORT_COMPONENTS, SHORT_BOXES, SHORT_POOL, SHORT_ROWS, SHORT_RESULTS, SHORT_SCRATCH = range(
    7
)


@njit(cache=True)
def shortage(c, slots, slot, fresh, words, row_words):
    """Which array lacks room for ``fresh`` components and inboxes of ``words`` words in all."""
    if (c.sizes[PER_SLOT + slot] + fresh + 1) * slots >= c.local.shape[0]:
        return SHORT_COMPONENTS
    if (c.sizes[SIZE_ALL] + fresh) * 4 >= c.component_map.shape[0]:
        return SHORT_COMPONENTS
    if (c.sizes[SIZE_BOXES] + fresh) * 2 >= c.box_map.shape[0]:
        return SHORT_BOXES
    if c.sizes[SIZE_BOXES] + fresh + 2 >= c.box_at.shape[0]:
        return SHORT_BOXES
    if c.sizes[SIZE_POOL] + words >= c.pool.shape[0]:
        return SHORT_POOL
    if c.sizes[SIZE_ROWS] + row_words >= c.rows.shape[0]:
        return SHORT_ROWS
    return ENOUGH


@njit(cache=True, inline="always", _nrt=False)
def find_result(c, g, operation):
    """Result of an operation on a component, or all ones."""
    block = c.block[g]
    first, mask = block >> uint64(5), (ONE << (block & uint64(31))) - ONE
    wanted = operation + ONE
    at = operation & mask
    while block != ZERO:
        entry = c.results[first + at]
        if entry >> WORD == wanted:
            return entry & LOW
        if entry == ZERO:
            return ~ZERO
        at = (at + ONE) & mask
    return ~ZERO


FIRST_BLOCK = 4  # entries


@njit(cache=True)
def put_result(c, g, operation, result):
    """Set the result of an operation; says what is short of room if it cannot."""
    if find_result(c, uint64(g), uint64(operation)) != ~ZERO:
        return ENOUGH
    block = uint64(c.block[g])
    size = (ONE << (block & uint64(31))) if block else ZERO
    if uint64(4) * (uint64(c.block_fill[g]) + ONE) > uint64(3) * size:
        wider = max(uint64(2) * size, uint64(FIRST_BLOCK))
        first = (uint64(c.sizes[SIZE_RESULTS]) + wider) // wider * wider
        if first + wider > uint64(c.results.shape[0]):
            return SHORT_RESULTS
        c.sizes[SIZE_RESULTS] = first + wider
        bits = ZERO
        while (ONE << bits) < wider:
            bits += ONE
        c.block[g] = (first << uint64(5)) | bits
        for at in range(size):
            entry = c.results[(block >> uint64(5)) + uint64(at)]
            if entry:
                enter_result(c, g, entry)
    enter_result(c, g, ((uint64(operation) + ONE) << WORD) | uint64(result))
    c.block_fill[g] += 1
    return ENOUGH


@njit(cache=True)
def enter_result(c, g, entry):
    """Put an entry into a block that has room."""
    block = uint64(c.block[g])
    first, mask = block >> uint64(5), (ONE << (block & uint64(31))) - ONE
    at = ((entry >> WORD) - ONE) & mask
    while c.results[first + at]:
        at = (at + ONE) & mask
    c.results[first + at] = entry
