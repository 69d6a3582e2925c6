"""Native composition: rows of components, operations on them, their images under symmetry."""

import numpy as np
from numba import njit
from numpy import uint32, uint64

from paxiom.model_check.engine.kernel_maps import (
    CUT,
    DUPLICATING,
    ENOUGH,
    FIFO,
    LOCAL_EVENTS,
    NONE,
    RAISED,
    SHORT_SCRATCH,
    SIZE_ALL,
    SIZE_IMAGED,
    SIZE_ROWS,
    WORD,
    ZERO,
    find,
    intern_box,
    intern_component,
    put_result,
    shortage,
)


@njit(cache=True)
def deliverable(c, delivery, start, at):
    """Whether the envelope at ``at`` can come next: no copy of the last, or head of its queue."""
    if at == start:
        return True
    if delivery == FIFO:
        return c.source[c.pool[at]] != c.source[c.pool[at - 1]]
    return c.pool[at] != c.pool[at - 1]


@njit(cache=True)
def missing_outcomes(c, delivery, wanted):
    """Keys (local << 32 | envelope) that rows of the ``wanted`` components need from Python."""
    found = np.empty(64, np.uint64)
    count = 0
    for g in wanted:
        local = uint64(c.local[g])
        start, end = c.box_at[c.box[g]], c.box_at[c.box[g] + 1]
        for at in range(int(start) - 1, int(end)):
            if at < start:
                key = (local << WORD) | LOCAL_EVENTS
            elif deliverable(c, delivery, start, at):
                key = (local << WORD) | uint64(c.pool[at])
            else:
                continue
            if find(c.outcome_map, key) == ~ZERO:
                if count == found.shape[0]:
                    bigger = np.empty(count * 2, np.uint64)
                    bigger[:count] = found
                    found = bigger
                found[count] = key
                count += 1
    return found[:count]


@njit(cache=True)
def box_without(c, box, at, scratch):
    """Inbox ``box`` without its word at pool position ``at``."""
    start, end = c.box_at[box], c.box_at[box + 1]
    length = 0
    for k in range(start, end):
        if k != at:
            scratch[length] = c.pool[k]
            length += 1
    return intern_box(c, scratch, length)


@njit(cache=True)
def count_words(c, first):
    """How many outcomes start at ``first``, and how many words their rows take."""
    count = int(c.outcomes[first])
    at = int(first) + 1
    for _ in range(count):
        at += 2 + int(c.outcomes[at + 1] >> uint32(24))
    return count, at - int(first) - 1


@njit(cache=True)
def write_rows(c, slots, slot, box, first):
    """Append the outcomes that start at ``first`` as rows of a component of ``slot``."""
    count = int(c.outcomes[first])
    at = int(first) + 1
    row = c.sizes[SIZE_ROWS]
    for _ in range(count):
        local, info = c.outcomes[at], c.outcomes[at + 1]
        if (info >> uint32(16)) & (CUT | RAISED):
            c.rows[row] = local  # the number of the bound that cuts it off
        else:
            c.rows[row] = intern_component(c, slots, slot, local, box)
        c.rows[row + 1] = info
        operations = int(info >> uint32(24))
        for k in range(operations):
            c.rows[row + 2 + k] = c.outcomes[at + 2 + k]
        at += 2 + operations
        row += 2 + operations
    c.sizes[SIZE_ROWS] = row


@njit(cache=True)
def build_rows(c, slots, delivery, lossy, loss_operation, wanted, begin, scratch):
    """Build rows of ``wanted[begin:]``; return how far it got and what is short of room."""
    for position in range(begin, wanted.shape[0]):
        g = int(wanted[position])
        if c.row_at[g] != NONE:
            continue
        slot = g % slots
        local, box = c.local[g], c.box[g]
        start, end = int(c.box_at[box]), int(c.box_at[box + 1])
        fresh, words = count_words(c, find(c.outcome_map, (uint64(local) << WORD) | LOCAL_EVENTS))
        for at in range(start, end):
            if deliverable(c, delivery, start, at):
                key = (uint64(local) << WORD) | uint64(c.pool[at])
                more, more_words = count_words(c, find(c.outcome_map, key))
                fresh += more + 1
                words += more_words + 3
        short = shortage(c, slots, slot, fresh, fresh * (end - start), words + 1)
        if short != ENOUGH:
            return position, short
        first_row = c.sizes[SIZE_ROWS]
        c.sizes[SIZE_ROWS] += 1
        write_rows(c, slots, slot, box, find(c.outcome_map, (uint64(local) << WORD) | LOCAL_EVENTS))
        for at in range(start, end):
            if not deliverable(c, delivery, start, at):
                continue
            envelope = c.pool[at]
            first = find(c.outcome_map, (uint64(local) << WORD) | uint64(envelope))
            if c.outcomes[first] != 0:
                rest = box if delivery == DUPLICATING else box_without(c, box, at, scratch)
                write_rows(c, slots, slot, rest, first)
            if lossy:
                row = c.sizes[SIZE_ROWS]
                rest = box_without(c, box, at, scratch)
                c.rows[row] = intern_component(c, slots, slot, local, rest)
                c.rows[row + 1] = c.loss[envelope]
                if loss_operation != NONE:
                    c.rows[row + 1] |= uint32(1 << 24)
                    c.rows[row + 2] = loss_operation
                    row += 1
                c.sizes[SIZE_ROWS] = row + 2
        c.row_at[g] = first_row
        c.rows[first_row] = c.sizes[SIZE_ROWS]
    return wanted.shape[0], ENOUGH


@njit(cache=True)
def add_message(c, delivery, words, length, envelope):
    """Put an envelope into its place in the inbox ``words[:length]``; returns the new length."""
    at = length
    if delivery == FIFO:
        while at > 0 and c.source[words[at - 1]] > c.source[envelope]:
            at -= 1
    else:
        while at > 0 and words[at - 1] > envelope:
            at -= 1
        if delivery == DUPLICATING and at > 0 and words[at - 1] == envelope:
            return length
    for q in range(length, at, -1):
        words[q] = words[q - 1]
    words[at] = envelope
    return length + 1


@njit(cache=True)
def box_with(c, delivery, box, first, last, scratch):
    """Inbox ``box`` with the envelopes ``operation_pool[first:last]`` added."""
    start, end = c.box_at[box], c.box_at[box + 1]
    length = 0
    for k in range(start, end):
        scratch[length] = c.pool[k]
        length += 1
    for k in range(first, last):
        length = add_message(c, delivery, scratch, length, c.operation_pool[k])
    return intern_box(c, scratch, length)


@njit(cache=True)
def apply_operations(c, slots, delivery, capacity, keys, begin, scratch):
    """Carry out operations ``keys[begin:]`` (g << 32 | operation) on components of nodes."""
    for position in range(begin, keys.shape[0]):
        key = keys[position]
        g = int(key >> WORD)
        operation = int(key & uint64(0xFFFFFFFF))
        slot = g % slots
        box = c.box[g]
        first, last = int(c.operation_at[operation]), int(c.operation_at[operation + 1])
        length = int(c.box_at[box + 1] - c.box_at[box]) + last - first
        if length > scratch.shape[0]:
            return position, SHORT_SCRATCH
        short = shortage(c, slots, slot, 1, length, 0)
        if short != ENOUGH:
            return position, short
        after = box_with(c, delivery, box, first, last, scratch)
        if c.box_at[after + 1] - c.box_at[after] > capacity:
            result = CUT << uint32(28)
        else:
            result = intern_component(c, slots, slot, c.local[g], after)
        short = put_result(c, g, operation, result)
        if short != ENOUGH:
            return position, short
    return keys.shape[0], ENOUGH


@njit(cache=True)
def image_of_box(c, delivery, box, envelope_images, scratch):
    """Inbox ``box`` with every envelope replaced by its image."""
    start, end = c.box_at[box], c.box_at[box + 1]
    length = 0
    for k in range(start, end):
        length = add_message(c, delivery, scratch, length, envelope_images[c.pool[k]])
    return intern_box(c, scratch, length)


@njit(cache=True)
def make_images(c, slots, delivery, local_images, envelope_images, slot_images, scratch):
    """Give every component its image under every element; return what is short of room."""
    elements = slot_images.shape[0]
    capacity = c.images.shape[0] // elements
    while c.sizes[SIZE_IMAGED] < c.sizes[SIZE_ALL]:
        g = int(c.order[c.sizes[SIZE_IMAGED]])
        length = int(c.box_at[c.box[g] + 1] - c.box_at[c.box[g]])
        for slot in range(slots):
            short = shortage(c, slots, slot, elements, elements * length, 0)
            if short != ENOUGH:
                return short
        for element in range(elements):
            slot = slot_images[element, g % slots]
            local = local_images[element, c.local[g]]
            box = image_of_box(c, delivery, c.box[g], envelope_images[element], scratch)
            image = intern_component(c, slots, slot, local, box)
            c.images[element * capacity + g] = image
        c.sizes[SIZE_IMAGED] += 1
    return ENOUGH
