"""Raft's properties: one leader per term, logs that agree, entries that are never lost.

After Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm (Extended
Version)" (2014), Figure 3; the invariants on indices are those that published bugs broke
(etcd, PySyncObj, RaftOS, WRaft: see the bug zoo).
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace

from paxiom.spec.property import Subject, always, reachable, step


@dataclass(frozen=True, slots=True)
class Entry:
    """A log entry; the command of a no-op is None."""

    term: int
    command: Hashable = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What a leader believes of a peer: the next index to send, the last it surely stores."""

    node: Hashable
    next: int
    match: int


@dataclass(frozen=True, slots=True)
class Replica:
    """What a node shows. ``progress`` is None unless it leads."""

    term: int
    log: tuple[Entry, ...]
    commit: int
    applied: int
    progress: frozenset[Progress] | None = None


@dataclass(frozen=True, slots=True)
class Committed:
    """``entry`` is committed at ``index``, and was first known to be in ``term``."""

    index: int
    entry: Entry
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

    def apply(self, index: int, entry: Entry, term: int) -> "History":
        """Record an entry applied; of one applied before keep the lowest term."""
        same = {each for each in self.committed if (each.index, each.entry) == (index, entry)}
        lowest = min([term, *(each.term for each in same)])
        return replace(self, committed=self.committed - same | {Committed(index, entry, lowest)})


def has(replica: Replica, committed: Committed) -> bool:
    """Whether a log holds the entry where it is committed."""
    return replica.log[committed.index - 1 : committed.index] == (committed.entry,)


# --- Figure 3 ---------------------------------------------------------------------------------


@always(Subject.HISTORY)
def election_safety(history: History) -> bool:
    """No term ever has two leaders."""
    terms = [term for term, _ in history.leaders]
    return len(terms) == len(set(terms))


@step(Subject.NODE)
def leader_append_only(before: Replica | None, after: Replica | None) -> bool:
    """A leader never overwrites or deletes entries in its log."""
    if before is None or after is None or before.progress is None or after.progress is None:
        return True
    return after.term != before.term or after.log[: len(before.log)] == before.log


@always(Subject.PAIR)
def log_matching(one: Replica, other: Replica) -> bool:
    """Two logs that have the same term at an index are the same up to that index."""
    common = range(min(len(one.log), len(other.log)), 0, -1)
    last = next((n for n in common if one.log[n - 1].term == other.log[n - 1].term), 0)
    return one.log[:last] == other.log[:last]


@always(Subject.NODE_AND_HISTORY)
def leader_completeness(replica: Replica, history: History) -> bool:
    """An entry committed in one term is in the logs of the leaders of all later terms."""
    return replica.progress is None or all(
        has(replica, each) for each in history.committed if each.term < replica.term
    )


@always(Subject.HISTORY)
def state_machine_safety(history: History) -> bool:
    """No two nodes ever apply different entries at the same index."""
    applied = {(each.index, each.entry) for each in history.committed}
    return len({index for index, _ in applied}) == len(applied)


@always(Subject.ALL)
def durability(replicas: tuple[Replica | None, ...], history: History) -> bool:
    """A committed entry is never lost: a majority of nodes has it, or is down meanwhile."""
    return all(
        2 * sum(r is None or has(r, each) for r in replicas) > len(replicas)
        for each in history.committed
    )


@always(Subject.HISTORY)
def log_validity(history: History) -> bool:
    """Every command applied was asked for by a client."""
    commands = {each.entry.command for each in history.committed}
    return commands <= history.proposed | {None}


# --- nothing goes back ------------------------------------------------------------------------


@step(Subject.NODE)
def monotone_term(before: Replica | None, after: Replica | None) -> bool:
    """A node's term never goes back while it runs."""
    return before is None or after is None or before.term <= after.term


@step(Subject.NODE)
def monotone_commit(before: Replica | None, after: Replica | None) -> bool:
    """A node's commit index never goes back while it runs."""
    return before is None or after is None or before.commit <= after.commit


@step(Subject.NODE)
def committed_is_kept(before: Replica | None, after: Replica | None) -> bool:
    """A node never changes its log up to its commit index."""
    if before is None or after is None:
        return True
    return after.log[: before.commit] == before.log[: before.commit]


@step(Subject.NODE)
def monotone_match(before: Replica | None, after: Replica | None) -> bool:
    """What a leader believes a peer to store never shrinks in its term."""
    if before is None or after is None or before.term != after.term:
        return True
    now = {each.node: each.match for each in after.progress or ()}
    return all(each.match <= now.get(each.node, each.match) for each in before.progress or ())


# --- indices ----------------------------------------------------------------------------------


@always(Subject.NODE)
def commit_within_log(replica: Replica) -> bool:
    """A node applies only what is committed, and commits only what is in its log."""
    return replica.applied <= replica.commit <= len(replica.log)


@always(Subject.NODE)
def next_above_match(replica: Replica) -> bool:
    """A leader never goes back to sending what a peer surely stores."""
    return all(each.next > each.match for each in replica.progress or ())


@always(Subject.NODE_AND_HISTORY)
def commit_is_committed(replica: Replica, history: History) -> bool:
    """What a node holds up to its commit index is what was committed there."""
    committed = {each.index: each.entry for each in history.committed}
    own = replica.log[: replica.commit]
    return all(committed.get(index, entry) == entry for index, entry in enumerate(own, start=1))


# --- and something happens --------------------------------------------------------------------


@reachable(Subject.HISTORY)
def some_leader(history: History) -> bool:
    """Some node leads."""
    return bool(history.leaders)


@reachable(Subject.HISTORY)
def some_commit(history: History) -> bool:
    """Some entry is applied."""
    return bool(history.committed)


SAFETY = (
    election_safety,
    leader_append_only,
    log_matching,
    leader_completeness,
    state_machine_safety,
    durability,
    log_validity,
    monotone_term,
    monotone_commit,
    committed_is_kept,
    monotone_match,
    commit_within_log,
    next_above_match,
    commit_is_committed,
)
