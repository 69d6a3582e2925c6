"""Zab's properties: transactions are delivered in one order, which is that of their primaries.

After Junqueira, Reed and Serafini, "Zab: High-performance broadcast for primary-backup systems",
DSN 2011, which asks for integrity, total order, agreement, and local primary order, global primary
order and primary integrity. What is delivered at an index is committed there in a history of
:mod:`paxiom.spec.replication`, whose terms are epochs; total order and agreement are that no two
nodes ever deliver different transactions at an index, and none skips one.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar

from paxiom.spec import replication
from paxiom.spec.property import Finding, Subject, always, reachable, step
from paxiom.spec.replication import (
    Committed,
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
from paxiom.spec.replication import History as Past


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction: its zxid, which is its primary's epoch and a counter, and what it does."""

    epoch: int
    counter: int
    command: Hashable

    @property
    def zxid(self) -> tuple[int, int]:
        """Its name."""
        return self.epoch, self.counter

    def __str__(self) -> str:
        """Say what it is."""
        return f"transaction {self.epoch}.{self.counter} ({self.command})"


History = tuple[Transaction, ...]


@dataclass(frozen=True, slots=True)
class Replica(replication.Replica):
    """What a node shows; its term is the epoch joined, its log the history of that.

    What is committed it delivers at once. It is ``primary`` of the epoch joined, or is about to be,
    once it has chosen the history of it.
    """

    era: ClassVar[str] = "epoch"

    log: History
    promised: int
    primary: bool = False

    @property
    def leads(self) -> bool:
        """Whether it is primary."""
        return self.primary

    @property
    def delivery(self) -> History:
        """What it has delivered, in order."""
        return self.log[: self.applied]


# --- what the paper asks for ----------------------------------------------------------------------


def _transaction(committed: Committed) -> Transaction:
    assert isinstance(committed.entry, Transaction), f"{committed} is not of Zab"
    return committed.entry


def _not_broadcast(past: Past) -> Finding:
    strange = [each for each in past.committed if not _was_broadcast(past, each)]
    names = ", ".join(f"{each.entry} at index {each.index}" for each in sorted(strange, key=str))
    return Finding(f"Delivered, and broadcast by no primary: {names}.", (*strange,))


def _was_broadcast(past: Past, committed: Committed) -> bool:
    transaction = _transaction(committed)
    led = {epoch for epoch, _ in past.leaders}
    return transaction.command in past.proposed and transaction.epoch in led


@always(Subject.HISTORY, explain=_not_broadcast)
def integrity(past: Past) -> bool:
    """Every transaction delivered was asked for by a client, and broadcast in an epoch led."""
    return all(_was_broadcast(past, each) for each in past.committed)


def _counters(replica: Replica) -> dict[int, list[int]]:
    """Read which transactions of each epoch were delivered, in order."""
    found: dict[int, list[int]] = {}
    for each in replica.delivery:
        found.setdefault(each.epoch, []).append(each.counter)
    return found


def _in_order(counters: list[int]) -> bool:
    return counters == list(range(1, len(counters) + 1))


def _out_of_order(names: Names, replica: Replica) -> Finding:
    found = _counters(replica)
    epoch = min(each for each, counters in found.items() if not _in_order(counters))
    listed = ", ".join(f"{epoch}.{counter}" for counter in found[epoch])
    return Finding(f"Of epoch {epoch} {names[0]} has delivered {listed}, in this order.")


@always(Subject.NODE, explain=_out_of_order)
def local_primary_order(replica: Replica) -> bool:
    """Of a primary's transactions a node delivers none before all those broadcast before it."""
    return all(map(_in_order, _counters(replica).values()))


def _epochs_back(names: Names, replica: Replica) -> Finding:
    pairs = zip(replica.delivery, replica.delivery[1:], strict=False)
    first, second = next(pair for pair in pairs if pair[0].epoch > pair[1].epoch)
    return Finding(f"{names[0]} has delivered {first} before {second}.")


@always(Subject.NODE, explain=_epochs_back)
def global_primary_order(replica: Replica) -> bool:
    """A node delivers the transactions of a primary after those of primaries before it."""
    epochs = [each.epoch for each in replica.delivery]
    return epochs == sorted(epochs)


def _inherited(replica: Replica) -> int:
    """Count what precedes the first transaction of its own epoch; of all, if there is none."""
    own = (at for at, each in enumerate(replica.log) if each.epoch == replica.term)
    return next(own, len(replica.log))


def _has_broadcast(replica: Replica) -> bool:
    return replica.leads and _inherited(replica) < len(replica.log)


def _missed(replica: Replica, past: Past) -> list[Committed]:
    """List what of lower epochs was delivered, and not by this primary before it broadcast."""
    begun = replica.log[: min(_inherited(replica), replica.applied)]
    return [
        each
        for each in past.committed
        if _transaction(each).epoch < replica.term
        and begun[each.index - 1 : each.index] != (each.entry,)
    ]


def _broadcast_too_early(names: Names, replica: Replica, past: Past) -> Finding:
    if missed := _missed(replica, past):
        first = min(missed, key=lambda each: each.index)
        what = f"{first.entry} was delivered at index {first.index}"
        return Finding(
            f"{names[0]}, primary of epoch {replica.term}, has broadcast; {what}, and not by "
            f"{names[0]} before.",
            (first,),
        )
    return Finding(
        f"{names[0]}, primary of epoch {replica.term}, has broadcast, but delivered only "
        f"{replica.applied} of the {_inherited(replica)} transactions that it began with."
    )


@always(Subject.NODE_AND_HISTORY, explain=_broadcast_too_early)
def primary_integrity(replica: Replica, past: Past) -> bool:
    """A primary delivers all that is delivered of lower epochs, before it broadcasts."""
    return not _has_broadcast(replica) or (
        replica.applied >= _inherited(replica) and not _missed(replica, past)
    )


# --- what it rests on -----------------------------------------------------------------------------


def _last_common(one: Replica, other: Replica) -> int:
    """Find the last index at which both histories have the same zxid."""
    common = range(min(len(one.log), len(other.log)), 0, -1)
    return next((n for n in common if one.log[n - 1].zxid == other.log[n - 1].zxid), 0)


def _histories_differ(names: Names, one: Replica, other: Replica) -> Finding:
    last = _last_common(one, other)
    at = first_unlike(one.log, other.log)
    epoch, counter = one.log[last - 1].zxid
    return Finding(
        f"Both histories have a transaction {epoch}.{counter} at index {last}, but at index {at} "
        f"{names[0]} has {told(one.log, at)} and {names[1]} {told(other.log, at)}."
    )


@always(Subject.PAIR, explain=_histories_differ)
def one_history_for_a_zxid(one: Replica, other: Replica) -> bool:
    """Two histories that have the same zxid at an index are the same up to that index."""
    last = _last_common(one, other)
    return one.log[:last] == other.log[:last]


def _joined_more(names: Names, replica: Replica) -> Finding:
    return Finding(f"{names[0]} has joined epoch {replica.term}, and promised {replica.promised}.")


@always(Subject.NODE, explain=_joined_more)
def joined_was_promised(replica: Replica) -> bool:
    """A node joins no epoch that it has not promised."""
    return replica.term <= replica.promised


def _unpromised(names: Names, before: Replica, after: Replica) -> Finding:
    return Finding(f"{names[0]} had promised epoch {before.promised}, and now {after.promised}.")


@step(Subject.NODE, explain=_unpromised)
def monotone_promise(before: Replica | None, after: Replica | None) -> bool:
    """The epoch that a node has promised never goes back while it runs."""
    return before is None or after is None or before.promised <= after.promised


SAFETY = (
    election_safety,
    integrity,
    state_machine_safety,
    commit_is_committed,
    local_primary_order,
    global_primary_order,
    primary_integrity,
    leader_completeness,
    durability,
    leader_append_only,
    one_history_for_a_zxid,
    commit_within_log,
    joined_was_promised,
    monotone_promise,
    monotone_term,
    monotone_commit,
    committed_is_kept,
)


# --- what must be possible ------------------------------------------------------------------------


@reachable(Subject.HISTORY)
def delivered_in_a_later_epoch(past: Past) -> bool:
    """A transaction is first delivered in a later epoch than that of its primary."""
    return any(each.term > _transaction(each).epoch for each in past.committed)


@reachable(Subject.NODE)
def history_carried_over(replica: Replica) -> bool:
    """A leader begins an epoch with a history that is not empty."""
    return replica.leads and _inherited(replica) > 0


LATER = (delivered_in_a_later_epoch, history_carried_over)  # where there are two epochs
