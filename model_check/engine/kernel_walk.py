"""Random walks: many walkers, each advanced until it needs something from Python.

Walkers share with the explorer what comes of an event at a local state, and of an operation on a
history or on budgets. They carry their inboxes with them: most inboxes that a walk comes through
are seen once, and to make components of them would take most of the time.

A walker chooses among the steps that the explorers would take from its state: one for each outcome
of each event at each node, crashes within a step among them, that no spent budget refuses and no
bound cuts off. It chooses by weight, uniformly if all weigh the same; a step that changes nothing
weighs as little as a fault. (A 32-bit random number is scaled down to the weight w of all: no step
is preferred by more than w in four thousand million.) Its random numbers depend on its key and on
how many steps it has taken, and none is used up before its step is taken: a walker that has to wait
for an answer goes on as if nothing had happened.
"""

from numba import njit
from numpy import int64, uint8, uint32, uint64

from paxiom.model_check.engine.kernel_maps import (
    CUT,
    DUPLICATING,
    FATAL,
    FIFO,
    GOLDEN,
    INDEX_MASK,
    LOCAL_EVENTS,
    NONE,
    NOTICE,
    ONE,
    RAISED,
    WORD,
    ZERO,
    find,
    find_result,
    mix,
)
from paxiom.model_check.engine.kernel_tables import add_message
from paxiom.model_check.engine.kernel_walkers import (
    ALL_STEPS,
    ENDED,
    FAILED,
    IO_OPERATIONS,
    IO_OPTIONS,
    IO_QUESTIONS,
    IO_SHORT,
    IO_STEPS,
    LOOKS,
    LOST,
    QUESTIONS,
    STUCK,
    UNKNOWN,
    WALKING,
    fingerprint_of,
    note,
)

# --- one step ----------------------------------------------------------------------------------


@njit(cache=True, inline="always", _nrt=False)
def result_of(c, rules, walkers, walker, word, tally):
    """What an operation does to the history or the budgets; UNKNOWN if that is to be asked."""
    target = uint64(word >> uint32(28))
    g = uint64(walkers.ids[walker, target]) * uint64(rules.slots) + target
    operation = uint64(word & INDEX_MASK)
    value = find_result(c, g, operation)
    if value == UNKNOWN:
        tally.operations[tally.io[IO_OPERATIONS]] = (g << WORD) | operation
        tally.io[IO_OPERATIONS] += 1
    return value


@njit(cache=True, inline="always", _nrt=False)
def is_refused(c, rules, walkers, walker, begin, end, tally):
    """Whether the budgets refuse these operations: ONE if so, UNKNOWN if that is to be asked.

    Nothing but a budget ever refuses, so nothing else has to be looked up to know what is possible.
    """
    for at in range(begin, end):
        if int64(c.outcomes[at] >> uint32(28)) == rules.slots - 1:
            value = result_of(c, rules, walkers, walker, c.outcomes[at], tally)
            if value == UNKNOWN:
                return UNKNOWN
            if value == uint64(NONE):
                return ONE
    return ZERO


@njit(cache=True, _nrt=False)
def overflows(c, rules, walkers, walker, slot, place, begin, end):
    """Whether these operations put more messages into an inbox than there is room for."""
    for at in range(begin, end):
        word = c.outcomes[at]
        target, operation = int64(word >> uint32(28)), word & INDEX_MASK
        if target >= rules.slots - 2:
            continue
        gone = target == slot and place >= 0 and rules.delivery != DUPLICATING
        count = walkers.held[walker, target] - int64(gone)
        first, last = c.operation_at[operation], c.operation_at[operation + 1]
        for k in range(first, last):
            new = True
            if rules.delivery == DUPLICATING:
                new = k == first or c.operation_pool[k] != c.operation_pool[k - 1]
                for q in range(walkers.held[walker, target]):
                    new &= walkers.boxes[walker, target, q] != c.operation_pool[k]
            count += int64(new)
        if count > rules.capacity:
            return True
    return False


@njit(cache=True, _nrt=False)
def is_idle(c, rules, walkers, walker, begin, end, tally):
    """Whether these operations change nothing: ONE if so, UNKNOWN if that is to be asked."""
    for at in range(begin, end):
        word = c.outcomes[at]
        target, operation = int64(word >> uint32(28)), word & INDEX_MASK
        if target >= rules.slots - 2:
            value = result_of(c, rules, walkers, walker, word, tally)
            if value == UNKNOWN:
                return UNKNOWN
            if value & uint64(INDEX_MASK) != uint64(walkers.ids[walker, target]):
                return ZERO
            continue
        for k in range(c.operation_at[operation], c.operation_at[operation + 1]):
            there = False
            for q in range(walkers.held[walker, target]):
                there |= walkers.boxes[walker, target, q] == c.operation_pool[k]
            if not there or rules.delivery != DUPLICATING:
                return ZERO
    return ONE


@njit(cache=True, inline="always", _nrt=False)
def can_come(c, rules, box, at):
    """Whether the message at ``at`` can come next: no copy of the last, or head of its queue."""
    if at == 0:
        return True
    if rules.delivery == FIFO:
        return c.source[box[at - ONE]] != c.source[box[at]]
    return box[at - ONE] != box[at]


@njit(cache=True, _nrt=False)
def weigh(c, rules, facts, walkers, walker, number, tally):
    """Weight of the possible steps, or -1 if Python has to be asked something first.

    It goes on until the steps weigh more than ``number``, and puts the last one into
    ``tally.chosen``. With ALL_STEPS it lists the steps, and counts what bounds cut off.
    """
    total, known, whole = int64(0), True, number == ALL_STEPS
    if whole:
        tally.io[IO_OPTIONS] = 0
        for bound in range(tally.cut.shape[0]):
            tally.cut[bound] = 0
    most = tally.io[IO_QUESTIONS] + QUESTIONS
    for slot in range(rules.slots - 2):
        local, box = uint64(walkers.ids[walker, slot]) << WORD, walkers.boxes[walker, slot]
        for place in range(-1, walkers.held[walker, slot]):
            event = LOCAL_EVENTS
            if place >= 0:
                if not can_come(c, rules, box, uint64(place)):
                    continue
                event = uint64(box[uint64(place)])
            first = find(c.outcome_map, local | event)
            if first == UNKNOWN:
                if tally.io[IO_QUESTIONS] < most:
                    tally.questions[tally.io[IO_QUESTIONS]] = local | event
                    tally.io[IO_QUESTIONS] += 1
                known = False
            if not known:
                continue
            at = first + ONE
            for _ in range(uint64(c.outcomes[first])):
                info = uint64(c.outcomes[at + ONE])
                flags = (info >> uint64(16)) & uint64(255)
                begin = at + uint64(2)
                end = begin + (info >> uint64(24))
                refused = is_refused(c, rules, walkers, walker, begin, end, tally)
                if refused == UNKNOWN:
                    return int64(-1)
                if refused:
                    pass
                elif flags & uint64(CUT):
                    tally.cut[c.outcomes[at]] += int64(whole)
                elif overflows(c, rules, walkers, walker, slot, place, begin, end):
                    tally.cut[tally.cut.shape[0] - 1] += int64(whole)
                else:
                    weight = facts.weights[info & uint64(0xFFFF)]
                    stays = c.outcomes[at] == walkers.ids[walker, slot]
                    if weight > 1 and stays and (place < 0 or rules.delivery == DUPLICATING):
                        idle = is_idle(c, rules, walkers, walker, begin, end, tally)
                        if idle == UNKNOWN:
                            return int64(-1)
                        weight = int64(1) if idle else weight
                    total += weight
                    if whole:
                        list_option(tally, slot, place, int64(at), total)
                    elif total > number:
                        choose(tally, slot, place, int64(at))
                        return total
                at = end
            if place >= 0 and rules.lossy:
                if rules.loss_operation != int64(NONE):
                    word = uint32(rules.loss_operation)
                    value = result_of(c, rules, walkers, walker, word, tally)
                    if value == UNKNOWN:
                        return int64(-1)
                    if value == uint64(NONE):
                        continue
                total += facts.weights[c.loss[event]]
                if whole:
                    list_option(tally, slot, place, int64(LOST), total)
                elif total > number:
                    choose(tally, slot, place, int64(LOST))
                    return total
    return total if known else int64(-1)


@njit(cache=True, inline="always", _nrt=False)
def list_option(tally, slot, place, outcome, total):
    """List a possible step, if there is room."""
    at = tally.io[IO_OPTIONS]
    if at < tally.options.shape[0]:
        tally.options[at, 0], tally.options[at, 1] = slot, place
        tally.options[at, 2], tally.options[at, 3] = outcome, total
        tally.io[IO_OPTIONS] += 1


@njit(cache=True, _nrt=False)
def pick(c, rules, facts, walkers, walker, number, tally):
    """Choose the step that ``number`` falls on: from the list, or beyond it by weighing again."""
    for at in range(tally.io[IO_OPTIONS]):
        if tally.options[at, 3] > number:
            choose(tally, tally.options[at, 0], tally.options[at, 1], tally.options[at, 2])
            return
    weigh(c, rules, facts, walkers, walker, number, tally)


@njit(cache=True, inline="always", _nrt=False)
def choose(tally, slot, place, outcome):
    """Write down which step is taken."""
    tally.chosen[0], tally.chosen[1], tally.chosen[2] = slot, place, outcome


@njit(cache=True, _nrt=False)
def can_be_taken(c, rules, walkers, walker, begin, end, tally):
    """Whether there is room for what operations add, and all else that they do is known."""
    possible = True
    for at in range(begin, end):
        word = c.outcomes[at]
        target, operation = int64(word >> uint32(28)), word & INDEX_MASK
        if target >= rules.slots - 2:
            possible &= result_of(c, rules, walkers, walker, word, tally) != UNKNOWN
            continue
        added = int64(c.operation_at[operation + 1]) - int64(c.operation_at[operation])
        if walkers.held[walker, target] + added > walkers.boxes.shape[2]:
            tally.io[IO_SHORT] = 1
            possible = False
    return possible


@njit(cache=True, _nrt=False)
def lose_or_take_out(walkers, walker, slot, place):
    """Remove a message from an inbox."""
    walkers.held[walker, slot] -= 1
    for at in range(place, walkers.held[walker, slot]):
        walkers.boxes[walker, slot, at] = walkers.boxes[walker, slot, at + 1]


@njit(cache=True, _nrt=False)
def operate(c, rules, walkers, walker, word, tally):
    """Carry out an operation that can be; returns the flags that it adds."""
    target, operation = int64(word >> uint32(28)), word & INDEX_MASK
    if target >= rules.slots - 2:
        value = result_of(c, rules, walkers, walker, word, tally)
        walkers.ids[walker, target] = uint32(value & uint64(INDEX_MASK))
        return value >> uint64(28)
    box = walkers.boxes[walker, target]
    for k in range(c.operation_at[operation], c.operation_at[operation + 1]):
        held = walkers.held[walker, target]
        envelope = c.operation_pool[k]
        walkers.held[walker, target] = add_message(c, rules.delivery, box, held, envelope)
    return ZERO


@njit(cache=True, _nrt=False)
def take(c, rules, walkers, walker, tally):
    """Take the chosen step; its flags, or UNKNOWN if it cannot be taken yet. Counts it."""
    slot, place, at = tally.chosen[0], tally.chosen[1], uint64(tally.chosen[2])
    if tally.chosen[2] == LOST:
        if rules.loss_operation != int64(NONE):
            operate(c, rules, walkers, walker, uint32(rules.loss_operation), tally)
        tally.actions[c.loss[walkers.boxes[walker, slot, place]]] += 1
        lose_or_take_out(walkers, walker, slot, place)
        tally.io[IO_STEPS] += 1
        return ZERO
    info = uint64(c.outcomes[at + ONE])
    flags = (info >> uint64(16)) & uint64(255)
    if flags & uint64(RAISED):
        return flags
    begin = at + uint64(2)
    end = begin + (info >> uint64(24))
    if not can_be_taken(c, rules, walkers, walker, begin, end, tally):
        return UNKNOWN
    walkers.ids[walker, slot] = c.outcomes[at]
    if place >= 0 and rules.delivery != DUPLICATING:
        lose_or_take_out(walkers, walker, slot, place)
    for k in range(begin, end):
        flags |= operate(c, rules, walkers, walker, c.outcomes[k], tally)
    tally.actions[info & uint64(0xFFFF)] += 1
    tally.io[IO_STEPS] += 1
    return flags


# --- walks -------------------------------------------------------------------------------------


@njit(cache=True, _nrt=False)
def keep_for_judgement(c, rules, layout, walkers, walker):
    """Keep a state that shows something new to the properties; they do not see its inboxes."""
    look = walkers.looks[walker]
    origin = uint64((walker * LOOKS + look) * rules.width)
    for k in range(rules.width):
        walkers.words[origin + uint64(k)] = ZERO
    for slot in range(rules.slots):
        index = uint64(walkers.ids[walker, slot])
        if slot < rules.slots - 2:
            index = find(c.component_map, index << WORD)  # with the empty inbox, number 0
        walkers.words[origin + layout.word[slot]] |= index << layout.shift[slot]
    walkers.when[walker, look] = walkers.length[walker]
    walkers.looks[walker] += 1


@njit(cache=True, _nrt=False)
def advance(c, rules, facts, layout, walkers, walker, limit, tally):
    """Advance one walker as far as it can go; returns its status then."""
    if walkers.length[walker] == 0:
        note(tally, fingerprint_of(c, rules, facts, walkers, walker))
    while walkers.length[walker] < limit:
        if walkers.looks[walker] == LOOKS:
            return WALKING
        total = weigh(c, rules, facts, walkers, walker, ALL_STEPS, tally)
        if total < 0:
            return WALKING
        flags = ZERO
        if total > 0:
            drawn = mix(walkers.key[walker] + uint64(walkers.length[walker] + 1) * GOLDEN) >> WORD
            number = int64((drawn * uint64(total)) >> WORD)
            pick(c, rules, facts, walkers, walker, number, tally)
            flags = take(c, rules, walkers, walker, tally)
        if flags == UNKNOWN:
            return WALKING
        for bound in range(tally.cut.shape[0]):
            tally.cuts[bound] += tally.cut[bound]
        if total == 0:
            return STUCK
        walkers.length[walker] += 1
        if flags & uint64(FATAL):
            return FAILED
        note(tally, fingerprint_of(c, rules, facts, walkers, walker))
        if flags & uint64(NOTICE):
            keep_for_judgement(c, rules, layout, walkers, walker)
    return ENDED


@njit(cache=True, nogil=True, _nrt=False)
def walk(c, rules, facts, layout, walkers, begin, end, limit, tally):
    """Advance walkers ``begin`` to ``end`` until each is done, or waits for Python.

    They wait where an answer is missing, where an inbox is too small, and where they have kept as
    many states for the properties as they may.
    """
    for walker in range(begin, end):
        if walkers.status[walker] == WALKING:
            walkers.status[walker] = uint8(
                advance(c, rules, facts, layout, walkers, walker, limit, tally)
            )
