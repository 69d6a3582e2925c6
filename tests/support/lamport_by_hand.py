"""How many states Lamport's Paxos has, counted without taking a step.

What an acceptor may have done is, for each ballot, to have sent 1b or not, and 2b or not, all
combinations alike: it can always have done so in the order of the ballots, 1b before 2b. A ballot
has no 1a, or a 1a and no 2a, or a 2a for one value. A 2a needs a quorum whose 1b messages allow
it, and what they report is what their senders have voted for in lower ballots. Nothing else ties
the parts of a state together, and no part has to come before itself.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations_with_replacement, product
from math import comb, factorial, prod

NOT_BEGUN, BEGUN = -2, -1  # a ballot without 1a, without 2a; else the value of its 2a
Ballots = tuple[int, ...]
Deeds = tuple[tuple[bool, ...], ...]  # of an acceptor, in each ballot: has it sent 1b, 2b?


def states(acceptors: int, values: int, ballots: int, quorum: int) -> int:
    """Count the distinct states, any ``quorum`` of the acceptors being a quorum."""
    found = 0
    for begun in product((NOT_BEGUN, BEGUN, *range(values)), repeat=ballots):
        for group in combinations_with_replacement(tuple(_deeds(begun)), acceptors):
            if all(_allowed(begun, at, group, quorum) for at in range(ballots)):
                alike = Counter(group).values()
                found += factorial(acceptors) // prod(map(factorial, alike))
    return found


def _deeds(begun: Ballots) -> Iterator[Deeds]:
    """List what an acceptor may have done."""
    choices = {NOT_BEGUN: [(False, False)], BEGUN: [(False, False), (True, False)]}
    both = list(product((False, True), repeat=2))
    return product(*(choices.get(each, both) for each in begun))


def _allowed(begun: Ballots, at: int, group: tuple[Deeds, ...], quorum: int) -> bool:
    """Whether some quorum's 1b messages allow the 2a of a ballot, if there is one."""
    if begun[at] in (NOT_BEGUN, BEGUN):
        return True
    reported = [_last_vote(deeds, at) for deeds in group if deeds[at][0]]
    for highest in set(reported):
        enough = sum(each <= highest for each in reported) >= quorum
        if enough and (highest == -1 or begun[highest] == begun[at]):
            return True
    return False


def _last_vote(deeds: Deeds, before: int) -> int:
    return max((at for at in range(before) if deeds[at][1]), default=-1)


def states_of_one_ballot(acceptors: int, values: int, quorum: int) -> int:
    """Count in closed form: nothing, 1a alone, or 2a after a quorum has sent 1b."""
    promising = sum(comb(acceptors, some) for some in range(quorum, acceptors + 1))
    count: int = 1 + 2**acceptors * (1 + values * promising)
    return count


def states_of_two_ballots(acceptors: int, values: int, quorum: int) -> int:
    """Count in closed form: the ballots by themselves, but for two values that exclude each other.

    Another value is allowed in the second ballot only by a quorum that has sent 1b of it and no 2b
    of the first; each other acceptor has sent neither, the one, the other, or both.
    """
    sizes = range(quorum, acceptors + 1)
    either: int = 2**acceptors * sum(comb(acceptors, some) for some in sizes)
    free: int = sum(comb(acceptors, some) * 3 ** (acceptors - some) for some in sizes)
    excluded = values * (values - 1) * either * (either - free)
    return states_of_one_ballot(acceptors, values, quorum) ** 2 - excluded
