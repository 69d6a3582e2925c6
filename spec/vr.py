"""Viewstamped Replication's properties: those of any log, and what views add to them.

After Liskov and Cowling, "Viewstamped Replication Revisited", MIT-CSAIL-TR-2012-021 (2012),
section 8. Terms are views here, leaders primaries. The log of a view has no stamps: which log a
replica has is told by the last view in which it was normal.
"""

from dataclasses import dataclass
from typing import ClassVar

from paxiom.spec import replication
from paxiom.spec.property import Finding, Subject, always, reachable
from paxiom.spec.replication import (
    History,
    Names,
    applied_was_asked_for,
    commit_is_committed,
    commit_within_log,
    committed_is_kept,
    durability,
    election_safety,
    first_unlike,
    has,
    leader_append_only,
    leader_completeness,
    monotone_commit,
    monotone_term,
    some_commit,
    state_machine_safety,
    told,
)


@dataclass(frozen=True, slots=True)
class Replica(replication.Replica):
    """What a node shows; its log is of the view ``normal``."""

    era: ClassVar[str] = "view"

    normal: int
    primary: bool = False

    @property
    def leads(self) -> bool:
        """Whether it is the primary of its view, which has begun."""
        return self.primary


def _logs_part(names: Names, one: Replica, other: Replica) -> Finding:
    at = first_unlike(one.log, other.log)
    return Finding(
        f"In view {one.normal}, {names[0]} has {told(one.log, at)} at index {at}, and {names[1]} "
        f"{told(other.log, at)}."
    )


@always(Subject.PAIR, explain=_logs_part)
def one_log_in_a_view(one: Replica, other: Replica) -> bool:
    """Of two logs of the same view, one continues the other."""
    common = min(len(one.log), len(other.log))
    return one.normal != other.normal or one.log[:common] == other.log[:common]


def _executed_again(history: History) -> Finding:
    entries = [each.entry for each in history.committed]
    again = sorted((each for each in history.committed if entries.count(each.entry) > 1), key=str)
    indexes = " and ".join(str(each.index) for each in again if each.entry == again[0].entry)
    return Finding(f"{again[0].entry} was executed at the indexes {indexes}.", (*again,))


@always(Subject.HISTORY, explain=_executed_again)
def executed_once(history: History) -> bool:
    """No request is executed at two indexes, however often its client sends it."""
    entries = [each.entry for each in history.committed]
    return len(entries) == len(set(entries))


@reachable(Subject.HISTORY)
def a_commit_in_a_later_view(history: History) -> bool:
    """A request is first known to be committed in a view after the first."""
    return any(each.term > 0 for each in history.committed)


@reachable(Subject.NODE_AND_HISTORY)
def a_log_is_carried(replica: Replica, history: History) -> bool:
    """A primary has what was committed in an earlier view."""
    earlier = (each for each in history.committed if each.term < replica.term)
    return replica.leads and any(has(replica, each) for each in earlier)


SAFETY = (
    election_safety,
    leader_append_only,
    one_log_in_a_view,
    leader_completeness,
    state_machine_safety,
    durability,
    applied_was_asked_for,
    executed_once,
    monotone_term,
    monotone_commit,
    committed_is_kept,
    commit_within_log,
    commit_is_committed,
)
WITNESSES = (some_commit, a_log_is_carried, a_commit_in_a_later_view)
