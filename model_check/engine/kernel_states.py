"""Packed states: bit fields of component indices in a few 64-bit words, dealt to shards by hash."""

from typing import Any, NamedTuple

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np import arrayobj
from numpy import int64, uint32, uint64

from paxiom.model_check.engine.kernel_maps import LOW, ONE, U64, WORD, ZERO, find, mix

SHARD_BITS = 6
SHARDS = 1 << SHARD_BITS
SHARD_MASK = uint64(SHARDS - 1)
BATCH = 64  # successors whose memory is fetched ahead of their insertion


class Layout(NamedTuple):
    """Where each slot's component index lies in a packed state, and what it weighs in its hash."""

    word: U64
    shift: U64
    mask: U64
    weight: U64  # the same in every layout


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
def unpack(words, state, width, layout, slots, ids):
    """Component indices of a packed state; returns the weighted sum that makes its hash."""
    total = ZERO
    for slot in range(slots):
        field = words[uint64(state) * uint64(width) + layout.word[slot]] >> layout.shift[slot]
        ids[slot] = uint32(field & layout.mask[slot])
        total += uint64(ids[slot]) * layout.weight[slot]
    return total


@njit(cache=True, inline="always", _nrt=False)
def short_hash(hashed):
    """The bits of a state's hash, next to those that choose its shard, that the table uses."""
    return (hashed >> uint64(SHARD_BITS)) & LOW


@njit(cache=True, nogil=True, _nrt=False)
def rehash(words, width, layout, slots, count, table, ids, hashes):
    """Enter the first ``count`` states into an empty table."""
    mask = uint64(table.shape[0] - 1)
    for begin in range(0, count, BATCH):
        end = min(begin + BATCH, count)
        for state in range(begin, end):
            hashed = short_hash(mix(unpack(words, state, width, layout, slots, ids)))
            hashes[state - begin] = hashed
            prefetch(table, hashed & mask)
        for state in range(begin, end):
            hashed = hashes[state - begin]
            place = hashed & mask
            while table[place] != 0:
                place = (place + ONE) & mask
            table[place] = (hashed & ~mask) | uint64(state + 1)


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
def judge(
    c, slots, layout, width, words, noticed, seen, shown, groups, pairs, bad, unknown, guilty, ids
):
    """Look up what is known of the observations of ``noticed[:seen]``.

    A row of ``groups`` is a root and the slots that are asked about together, filled up with -1.
    ``pairs`` is a trie: (node, next observation) -> node. States with a group that has not been
    judged go to ``unknown``, others with one known to be bad to ``guilty``; returns how many of
    each.
    """
    strange, convicted = 0, 0
    for k in range(seen):
        unpack(words, noticed[k], width, layout, slots, ids)
        new, wrong = False, False
        for group in range(groups.shape[0]):
            folded = uint64(groups[group, 0])
            for place in range(1, groups.shape[1]):
                slot = groups[group, place]
                if slot < 0:
                    break
                other = uint64(shown[c.local[int64(ids[slot]) * slots + slot]])
                folded = find(pairs, (folded << WORD) | other)
                if folded == ~ZERO:
                    break
            new |= folded == ~ZERO
            wrong |= folded != ~ZERO and bad[folded]
        if new:
            unknown[strange] = noticed[k]
            strange += 1
        elif wrong:
            guilty[convicted] = noticed[k]
            convicted += 1
    return strange, convicted
