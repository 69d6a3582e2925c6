"""A replicated log: what every protocol that keeps one must show, whatever it is made of.

The state machine approach: Fred Schneider, "Implementing Fault-Tolerant Services Using the State
Machine Approach", ACM Computing Surveys 22(4), 1990. The names are those of Ongaro and Ousterhout,
"In Search of an Understandable Consensus Algorithm (Extended Version)" (2014), Figure 3.
"""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, replace

from paxiom.spec.property import Finding, Subject, always, reachable


@dataclass(frozen=True, slots=True)
class Committed:
    """``entry`` is committed at ``index``, and was first known to be in ``term``."""

    index: int
    entry: Hashable
    term: int


@dataclass(frozen=True, slots=True)
class History:
    """All leaders, commands asked for and entries applied so far, by nodes that crashed too."""

    leaders: frozenset[tuple[int, Hashable]] = frozenset()  # term, node
    proposed: frozenset[Hashable] = frozenset()
    committed: frozenset[Committed] = frozenset()

    def lead(self, term: int, node: Hashable) -> "History":
        """Record that ``node`` became leader in ``term``."""
        return replace(self, leaders=self.leaders | {(term, node)})

    def propose(self, command: Hashable) -> "History":
        """Record a command that a leader took up."""
        return replace(self, proposed=self.proposed | {command})

    def apply(self, index: int, entry: Hashable, term: int) -> "History":
        """Record an entry applied; of one applied before keep the lowest term."""
        same = {each for each in self.committed if (each.index, each.entry) == (index, entry)}
        lowest = min([term, *(each.term for each in same)])
        return replace(self, committed=self.committed - same | {Committed(index, entry, lowest)})


def _applied_apart(history: History) -> Finding:
    count = Counter(each.index for each in history.committed)
    index = min(at for at, entries in count.items() if entries > 1)
    both = sorted((each for each in history.committed if each.index == index), key=str)
    names = " and ".join("a no-op" if c.entry is None else str(c.entry) for c in both)
    return Finding(f"At index {index} were applied: {names}.", (*both,))


@always(Subject.HISTORY, explain=_applied_apart)
def state_machine_safety(history: History) -> bool:
    """No two nodes ever apply different entries at the same index."""
    applied = {(each.index, each.entry) for each in history.committed}
    return len({index for index, _ in applied}) == len(applied)


@reachable(Subject.HISTORY)
def some_leader(history: History) -> bool:
    """Some node leads."""
    return bool(history.leaders)


@reachable(Subject.HISTORY)
def some_commit(history: History) -> bool:
    """Some entry is applied."""
    return bool(history.committed)
