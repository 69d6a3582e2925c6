"""Raft's properties: one leader per term, logs that agree, entries that are never lost.

After Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm (Extended
Version)" (2014), Figure 3; the invariants on indices are those that published bugs broke
(etcd, PySyncObj, RaftOS, WRaft: see the bug zoo).
"""

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from paxiom.spec.property import Finding, Subject, always, step
from paxiom.spec.replication import Committed, History, state_machine_safety


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
class Replica:
    """What a node shows. ``progress`` is None unless it leads."""

    term: int
    log: tuple[Entry, ...]
    commit: int
    applied: int
    progress: frozenset[Progress] | None = None


def has(replica: Replica, committed: Committed) -> bool:
    """Whether a log holds the entry where it is committed."""
    return replica.log[committed.index - 1 : committed.index] == (committed.entry,)


Names = tuple[Hashable, ...]  # of the nodes that a property was asked about


def told(log: tuple[Entry, ...], index: int) -> str:
    """Say what a log has at ``index``."""
    return str(log[index - 1]) if 1 <= index <= len(log) else "nothing"


def _first_unlike(one: tuple[Entry, ...], other: tuple[Entry, ...]) -> int:
    """Index of the first entry in which two logs differ, or that one of them lacks."""
    pairs = enumerate(zip(one, other, strict=False), start=1)
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)) + 1)


# --- Figure 3 ---------------------------------------------------------------------------------


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
    at = _first_unlike(before.log, after.log)
    had, has_now = told(before.log, at), told(after.log, at)
    return Finding(
        f"{names[0]}, leader of term {after.term}, had {had} at index {at}, and now {has_now}."
    )


@step(Subject.NODE, explain=_leader_overwrote)
def leader_append_only(before: Replica | None, after: Replica | None) -> bool:
    """A leader never overwrites or deletes entries in its log."""
    if before is None or after is None or before.progress is None or after.progress is None:
        return True
    return after.term != before.term or after.log[: len(before.log)] == before.log


def _logs_differ(names: Names, one: Replica, other: Replica) -> Finding:
    common = range(min(len(one.log), len(other.log)), 0, -1)
    last = next(n for n in common if one.log[n - 1].term == other.log[n - 1].term)
    at = _first_unlike(one.log, other.log)
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


def _leader_lacks(names: Names, replica: Replica, history: History) -> Finding:
    lacking = (c for c in history.committed if c.term < replica.term and not has(replica, c))
    first = min(lacking, key=lambda each: (each.index, each.term))
    return Finding(
        f"At index {first.index} {first.entry} is committed since term {first.term}, but "
        f"{names[0]}, leader of term {replica.term}, has {told(replica.log, first.index)} there.",
        (first,),
    )


@always(Subject.NODE_AND_HISTORY, explain=_leader_lacks)
def leader_completeness(replica: Replica, history: History) -> bool:
    """An entry committed in one term is in the logs of the leaders of all later terms."""
    return replica.progress is None or all(
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
    at = _first_unlike(before.log, after.log)
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


def _indices(names: Names, replica: Replica) -> Finding:
    return Finding(
        f"{names[0]} has applied up to index {replica.applied} and committed up to "
        f"{replica.commit}; its log ends at {len(replica.log)}."
    )


@always(Subject.NODE, explain=_indices)
def commit_within_log(replica: Replica) -> bool:
    """A node applies only what is committed, and commits only what is in its log."""
    return replica.applied <= replica.commit <= len(replica.log)


def _sends_again(names: Names, replica: Replica) -> Finding:
    wrong = (each for each in replica.progress or () if each.next <= each.match)
    told = (f"{p.node} from index {p.next} on, which stores up to {p.match}" for p in wrong)
    return Finding(f"{names[0]} would send to {'; to '.join(sorted(told))}.")


@always(Subject.NODE, explain=_sends_again)
def next_above_match(replica: Replica) -> bool:
    """A leader never goes back to sending what a peer surely stores."""
    return all(each.next > each.match for each in replica.progress or ())


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
    committed = {each.index: each.entry for each in history.committed}
    own = replica.log[: replica.commit]
    return all(committed.get(index, entry) == entry for index, entry in enumerate(own, start=1))


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
