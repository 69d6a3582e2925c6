"""A replicated log: what every protocol that keeps one must show, whatever it is made of.

The state machine approach: Fred Schneider, "Implementing Fault-Tolerant Services Using the State
Machine Approach", ACM Computing Surveys 22(4), 1990. The names are those of Ongaro and Ousterhout,
"In Search of an Understandable Consensus Algorithm (Extended Version)" (2014), Figure 3.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import ClassVar

from paxiom.spec.property import Finding, Subject, always, reachable, step


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


def _not_asked_for(history: History) -> Finding:
    known = history.proposed | {None}
    strange = sorted((each for each in history.committed if each.entry not in known), key=str)
    names = (f"{'a no-op' if c.entry is None else c.entry} at index {c.index}" for c in strange)
    return Finding(f"Applied: {', '.join(names)}.", (*strange,))


@always(Subject.HISTORY, explain=_not_asked_for)
def applied_was_asked_for(history: History) -> bool:
    """Every command applied was asked for by a client, or is a no-op."""
    return {each.entry for each in history.committed} <= history.proposed | {None}


@reachable(Subject.HISTORY)
def some_leader(history: History) -> bool:
    """Some node leads."""
    return bool(history.leaders)


@reachable(Subject.HISTORY)
def some_commit(history: History) -> bool:
    """Some entry is applied."""
    return bool(history.committed)


# --- what a node shows --------------------------------------------------------------------------


Log = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Replica(ABC):
    """What a node that keeps a log shows; ``era`` is what its term is called."""

    era: ClassVar[str] = "term"

    term: int
    log: Log
    commit: int
    applied: int

    @property
    @abstractmethod
    def leads(self) -> bool:
        """Whether it leads its term."""


def has(replica: Replica, committed: Committed) -> bool:
    """Whether a log holds the entry where it is committed."""
    return replica.log[committed.index - 1 : committed.index] == (committed.entry,)


Names = tuple[Hashable, ...]  # of the nodes that a property was asked about


def told(log: Log, index: int) -> str:
    """Say what a log has at ``index``."""
    return str(log[index - 1]) if 1 <= index <= len(log) else "nothing"


def first_unlike(one: Log, other: Log) -> int:
    """Index of the first entry in which two logs differ, or that one of them lacks."""
    pairs = enumerate(zip(one, other, strict=False), start=1)
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)) + 1)


# --- leaders ------------------------------------------------------------------------------------


def _leaders_of_one_term(history: History) -> Finding:
    terms = Counter(term for term, _ in history.leaders)
    term = min(term for term, count in terms.items() if count > 1)
    leaders = sorted((each for each in history.leaders if each[0] == term), key=str)
    names = " and ".join(str(node) for _, node in leaders)
    return Finding(f"{names} both became leader in term {term}.", (*leaders,))


@always(Subject.HISTORY, explain=_leaders_of_one_term)
def election_safety(history: History) -> bool:
    """No term ever has two leaders."""
    terms = [term for term, _ in history.leaders]
    return len(terms) == len(set(terms))


def _leader_overwrote(names: Names, before: Replica, after: Replica) -> Finding:
    at = first_unlike(before.log, after.log)
    return Finding(
        f"{names[0]}, leader of {after.era} {after.term}, had {told(before.log, at)} at index "
        f"{at}, and now {told(after.log, at)}."
    )


@step(Subject.NODE, explain=_leader_overwrote)
def leader_append_only(before: Replica | None, after: Replica | None) -> bool:
    """A leader never overwrites or deletes entries in its log."""
    if before is None or after is None or not (before.leads and after.leads):
        return True
    return after.term != before.term or after.log[: len(before.log)] == before.log


def _leader_lacks(names: Names, replica: Replica, history: History) -> Finding:
    lacking = (c for c in history.committed if c.term < replica.term and not has(replica, c))
    first = min(lacking, key=lambda each: (each.index, each.term))
    return Finding(
        f"At index {first.index} {first.entry} is committed since {replica.era} {first.term}, "
        f"but {names[0]}, leader of {replica.era} {replica.term}, has "
        f"{told(replica.log, first.index)} there.",
        (first,),
    )


@always(Subject.NODE_AND_HISTORY, explain=_leader_lacks)
def leader_completeness(replica: Replica, history: History) -> bool:
    """An entry committed in one term is in the logs of the leaders of all later terms."""
    return not replica.leads or all(
        has(replica, each) for each in history.committed if each.term < replica.term
    )


def _not_stored(names: Names, replicas: tuple[Replica | None, ...], history: History) -> Finding:
    def holders(each: Committed) -> list[str]:
        return [str(n) for n, r in zip(names, replicas, strict=True) if r and has(r, each)]

    def kept(each: Committed) -> int:
        return len(holders(each)) + replicas.count(None)

    lost = (each for each in history.committed if 2 * kept(each) <= len(replicas))
    first = min(lost, key=lambda each: (each.index, each.term))
    having = " and ".join(holders(first))
    down = f", and {replicas.count(None)} may" if None in replicas else ""
    return Finding(
        f"At index {first.index} {first.entry} is committed, but of {len(names)} nodes "
        f"{f'only {having} has' if having else 'none has'} it there{down}.",
        (first,),
    )


@always(Subject.ALL, explain=_not_stored)
def durability(replicas: tuple[Replica | None, ...], history: History) -> bool:
    """A committed entry is never lost: a majority of nodes has it, or is down meanwhile."""
    return all(
        2 * sum(r is None or has(r, each) for r in replicas) > len(replicas)
        for each in history.committed
    )


# --- nothing goes back --------------------------------------------------------------------------


def _back(what: str, called: str) -> Callable[[Names, Replica, Replica], Finding]:
    """Explain a number that went back."""

    def explain(names: Names, before: Replica, after: Replica) -> Finding:
        values = getattr(before, what), getattr(after, what)
        return Finding(f"The {called} of {names[0]} went from {values[0]} back to {values[1]}.")

    return explain


@step(Subject.NODE, explain=_back("term", "term"))
def monotone_term(before: Replica | None, after: Replica | None) -> bool:
    """A node's term never goes back while it runs."""
    return before is None or after is None or before.term <= after.term


@step(Subject.NODE, explain=_back("commit", "commit index"))
def monotone_commit(before: Replica | None, after: Replica | None) -> bool:
    """A node's commit index never goes back while it runs."""
    return before is None or after is None or before.commit <= after.commit


def _committed_changed(names: Names, before: Replica, after: Replica) -> Finding:
    at = first_unlike(before.log, after.log)
    return Finding(
        f"{names[0]} had committed up to index {before.commit}; at index {at} it had "
        f"{told(before.log, at)}, and now {told(after.log, at)}."
    )


@step(Subject.NODE, explain=_committed_changed)
def committed_is_kept(before: Replica | None, after: Replica | None) -> bool:
    """A node never changes its log up to its commit index."""
    if before is None or after is None:
        return True
    return after.log[: before.commit] == before.log[: before.commit]


# --- indexes ------------------------------------------------------------------------------------


def _indices(names: Names, replica: Replica) -> Finding:
    return Finding(
        f"{names[0]} has applied up to index {replica.applied} and committed up to "
        f"{replica.commit}; its log ends at {len(replica.log)}."
    )


@always(Subject.NODE, explain=_indices)
def commit_within_log(replica: Replica) -> bool:
    """A node applies only what is committed, and commits only what is in its log."""
    return replica.applied <= replica.commit <= len(replica.log)


def _commits_another(names: Names, replica: Replica, history: History) -> Finding:
    own = replica.log[: replica.commit]
    wrong = (c for c in history.committed if c.index <= len(own) and own[c.index - 1] != c.entry)
    first = min(wrong, key=lambda each: (each.index, each.term))
    return Finding(
        f"{names[0]} has committed {told(own, first.index)} at index {first.index}, where "
        f"{first.entry} was applied.",
        (first,),
    )


@always(Subject.NODE_AND_HISTORY, explain=_commits_another)
def commit_is_committed(replica: Replica, history: History) -> bool:
    """What a node holds up to its commit index is what was committed there."""
    own = replica.log[: replica.commit]
    return all(own[c.index - 1] == c.entry for c in history.committed if c.index <= len(own))
