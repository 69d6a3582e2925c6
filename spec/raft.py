"""Raft's properties: one leader per term, logs that agree, entries that are never lost.

After Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm (Extended
Version)" (2014), Figure 3; the invariants on indices are those that published bugs broke
(etcd, PySyncObj, RaftOS, WRaft: see the bug zoo).
"""

from collections.abc import Hashable
from dataclasses import dataclass

from paxiom.spec import replication
from paxiom.spec.property import Finding, Subject, always, step
from paxiom.spec.replication import (
    Committed,
    History,
    Names,
    commit_is_committed,
    commit_within_log,
    committed_is_kept,
    durability,
    election_safety,
    first_unlike,
    leader_append_only,
    leader_completeness,
    monotone_commit,
    monotone_term,
    state_machine_safety,
    told,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A log entry; the command of a no-op is None."""

    term: int
    command: Hashable = None

    def __str__(self) -> str:
        """Say what it is."""
        what = "a no-op" if self.command is None else f"entry {self.command}"
        return f"{what} of term {self.term}"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a leader believes of a peer: the next index to send, the last it surely stores."""

    node: Hashable
    next: int
    match: int


@dataclass(frozen=True, slots=True)
class Replica(replication.Replica):
    """What a node shows. ``progress`` is None unless it leads."""

    log: tuple[Entry, ...]
    progress: frozenset[Progress] | None = None

    @property
    def leads(self) -> bool:
        """Whether it leads its term."""
        return self.progress is not None


# --- logs -----------------------------------------------------------------------------------------


def _logs_differ(names: Names, one: Replica, other: Replica) -> Finding:
    common = range(min(len(one.log), len(other.log)), 0, -1)
    last = next(n for n in common if one.log[n - 1].term == other.log[n - 1].term)
    at = first_unlike(one.log, other.log)
    where = "" if at == last else f"at index {at} "
    return Finding(
        f"At index {last} both logs have an entry of term {one.log[last - 1].term}, but {where}"
        f"{names[0]} has {told(one.log, at)} and {names[1]} has {told(other.log, at)}."
    )


@always(Subject.PAIR, explain=_logs_differ)
def log_matching(one: Replica, other: Replica) -> bool:
    """Two logs that have the same term at an index are the same up to that index."""
    common = range(min(len(one.log), len(other.log)), 0, -1)
    last = next((n for n in common if one.log[n - 1].term == other.log[n - 1].term), 0)
    return one.log[:last] == other.log[:last]


def _command(committed: Committed) -> Hashable:
    assert isinstance(committed.entry, Entry), f"{committed} is not of Raft"
    return committed.entry.command


def _not_asked_for(history: History) -> Finding:
    known = history.proposed | {None}
    strange = sorted((each for each in history.committed if _command(each) not in known), key=str)
    names = ", ".join(f"{each.entry} at index {each.index}" for each in strange)
    proposed = ", ".join(sorted(map(str, history.proposed))) or "nothing"
    return Finding(f"Applied: {names}. Asked for: {proposed}.", (*strange,))


@always(Subject.HISTORY, explain=_not_asked_for)
def log_validity(history: History) -> bool:
    """Every command applied was asked for by a client."""
    return {_command(each) for each in history.committed} <= history.proposed | {None}


# --- nothing goes back ------------------------------------------------------------------------


def _match_shrank(names: Names, before: Replica, after: Replica) -> Finding:
    now = {each.node: each.match for each in after.progress or ()}
    shrunk = (each for each in before.progress or () if now.get(each.node, each.match) < each.match)
    told = (f"{each.node} up to index {each.match}, now {now[each.node]}" for each in shrunk)
    listed = "; ".join(sorted(told))
    return Finding(f"{names[0]}, leader of term {after.term}, believed to be stored by {listed}.")


@step(Subject.NODE, explain=_match_shrank)
def monotone_match(before: Replica | None, after: Replica | None) -> bool:
    """What a leader believes a peer to store never shrinks in its term."""
    if before is None or after is None or before.term != after.term:
        return True
    now = {each.node: each.match for each in after.progress or ()}
    return all(each.match <= now.get(each.node, each.match) for each in before.progress or ())


# --- indices ----------------------------------------------------------------------------------


def _sends_again(names: Names, replica: Replica) -> Finding:
    wrong = (each for each in replica.progress or () if each.next <= each.match)
    told = (f"{p.node} from index {p.next} on, which stores up to {p.match}" for p in wrong)
    return Finding(f"{names[0]} would send to {'; to '.join(sorted(told))}.")


@always(Subject.NODE, explain=_sends_again)
def next_above_match(replica: Replica) -> bool:
    """A leader never goes back to sending what a peer surely stores."""
    return all(each.next > each.match for each in replica.progress or ())


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
