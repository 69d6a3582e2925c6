"""Packed states: bit fields of component indices in a few 64-bit words, dealt to shards by hash."""

from typing import Any, NamedTuple

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np import arrayobj
from numpy import int64, uint32, uint64

from paxiom.model_check.engine.kernel_maps import ONE, U64, WORD, ZERO, find, mix

SHARD_BITS = 6
SHARDS = 1 << SHARD_BITS
SHARD_MASK = uint64(SHARDS - 1)
BATCH = 64  # successors whose memory is fetched ahead of their insertion


class Layout(NamedTuple):
    """Where each slot's component index lies in a packed state."""

    word: U64
    shift: U64
    mask: U64


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
        field = words[uint64(state) * uint64(width) + layout.word[slot]] >> layout.shift[slot]
        ids[slot] = uint32(field & layout.mask[slot])
        total += component_hash(ids[slot], slot, slots)
    return total


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
            prefetch(table, (hashed >> uint64(SHARD_BITS)) & mask)
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

    ``pairs`` is a trie: (node, next observation) -> node, from the root 0. States whose
    observations have not been judged go to ``unknown``, those known to be bad to ``guilty``;
    returns how many of each.
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
