"""Walkers and what they count: the states they have seen among it, if need be by a sample."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy import int64, uint64
from numpy.typing import NDArray

from paxiom.model_check.engine.kernel_maps import FIFO, ONE, U32, U64, ZERO, mix

WALKING, ENDED, STUCK, FAILED = range(4)  # on its way, at its limit, no step left, fatal step
LOOKS = 16  # states that a walker keeps for the properties before it waits for them to be judged
QUESTIONS = 32  # that a walker asks Python before it waits for the answers
UNKNOWN, TWO = ~ZERO, uint64(2)
ALL_STEPS = int64(1 << 62)  # above any weight: to weigh all steps and choose none
LOST = -1  # instead of the place of an outcome: the message is lost


class Rules(NamedTuple):
    """What the network does, and how many words a packed state has."""

    slots: int
    delivery: int
    lossy: bool
    loss_operation: int  # what a loss costs, or NONE
    capacity: int  # of an inbox
    width: int


class Facts(NamedTuple):
    """What walkers know of local states, envelopes and actions, by number."""

    local_prints: U64  # fingerprints
    envelope_prints: U64
    weights: NDArray[np.int64]  # of a kind of step, in a choice


class Walkers(NamedTuple):
    """Walks under way: each array has a row for each walker."""

    ids: U32  # local states of the nodes, then components of history and budgets
    boxes: U32  # inbox of each node, as in the tables' pool
    held: NDArray[np.int64]  # messages in each
    key: U64  # what its random numbers are made of
    length: NDArray[np.int64]  # steps taken
    status: NDArray[np.uint8]
    looks: NDArray[np.int64]  # how many states it keeps for the properties
    when: NDArray[np.int64]  # after how many steps it was in each of them
    words: U64  # those states with all inboxes empty, packed, all walkers' one after the other


class Tally(NamedTuple):
    """What one worker counts, and its scratch.

    ``io`` holds: questions, operations asked for, steps, level and size of the sample, whether an
    inbox is too small, and how many steps are listed in ``options``. The sample is a set of
    fingerprints of states (row 0; row 1 is scratch). At level k it keeps those that begin with k
    zero bits: one in 2**k states.
    """

    io: NDArray[np.int64]
    questions: U64  # local << 32 | event
    operations: U64  # g << 32 | operation
    actions: NDArray[np.int64]
    cuts: NDArray[np.int64]  # bound -> steps that it cut off from states walked through
    sample: U64
    cut: NDArray[np.int64]  # scratch: bound -> steps that it cuts off from the present state
    options: NDArray[np.int64]  # scratch: as many possible steps as fit, and the weight up to each
    chosen: NDArray[np.int64]  # scratch: slot, place in the inbox or -1, place of the outcome


IO_QUESTIONS, IO_OPERATIONS, IO_STEPS, IO_LEVEL, IO_KEPT, IO_SHORT, IO_OPTIONS = range(7)
IO_COUNT = 7


@njit(cache=True, _nrt=False)
def note(tally, fingerprint):
    """Take a state into the sample, if it is one of those kept; thin the sample if it is full."""
    level, room = uint64(tally.io[IO_LEVEL]), tally.sample.shape[1]
    fingerprint = max(fingerprint, ONE)  # zero is an empty place
    if level and fingerprint >> (uint64(64) - level):
        return
    if not enter(tally.sample, fingerprint):
        return
    tally.io[IO_KEPT] += 1
    while 2 * tally.io[IO_KEPT] > room:
        level += ONE
        for at in range(room):
            tally.sample[1, at], tally.sample[0, at] = tally.sample[0, at], ZERO
        tally.io[IO_LEVEL], tally.io[IO_KEPT] = level, 0
        for at in range(room):
            kept = tally.sample[1, at]
            if kept and not kept >> (uint64(64) - level):
                enter(tally.sample, kept)
                tally.io[IO_KEPT] += 1


@njit(cache=True, inline="always", _nrt=False)
def enter(sample, fingerprint):
    """Enter a fingerprint into the set; whether it is new."""
    mask = uint64(sample.shape[1] - 1)
    at = fingerprint & mask
    while sample[0, at] != ZERO:
        if sample[0, at] == fingerprint:
            return False
        at = (at + ONE) & mask
    sample[0, at] = fingerprint
    return True


@njit(cache=True, _nrt=False)
def fingerprint_of(c, rules, facts, walkers, walker):
    """Fingerprint of the state of a walker, made of what the state is made of."""
    total, ids, slots = ZERO, walkers.ids[walker], uint64(rules.slots)
    for slot in range(slots - TWO):
        part, box = facts.local_prints[ids[slot]], walkers.boxes[walker, slot]
        for at in range(uint64(walkers.held[walker, slot])):
            word = facts.envelope_prints[box[at]]
            part = mix(part ^ word) if rules.delivery == FIFO else part + word
        total += mix(part)
    for slot in range(slots - TWO, slots):
        total += mix(facts.local_prints[c.local[uint64(ids[slot]) * slots + slot]])
    return mix(total)
