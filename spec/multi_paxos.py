"""Multi-Paxos's properties: one command in a slot, applied in order, and never lost.

After Lamport, "Paxos Made Simple" (2001), section 3, and van Renesse and Altinbuken, "Paxos Made
Moderately Complex" (2015), which states them as invariants of acceptors, commanders and replicas.
What is applied is a history of :mod:`paxiom.spec.replication`, whose terms are rounds of ballots.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from paxiom.spec.property import Finding, Subject, always, step
from paxiom.spec.replication import History, Names, applied_was_asked_for, state_machine_safety

Commands = frozenset[tuple[int, Hashable]]  # slot, command; a no-op is None


@dataclass(frozen=True, slots=True)
class Leading:
    """A leader's round, the slot that it proposes for next, and what it has proposed besides."""

    round: int
    next: int
    open: Commands


@dataclass(frozen=True, slots=True)
class Replica:
    """What a node shows. ``promised`` is any value that is ordered as ballots are, or None."""

    promised: Any
    decided: Commands
    applied: int
    leading: Leading | None = None


def told(slot: int, command: Hashable) -> str:
    """Name a command in its slot."""
    return f"{'a no-op' if command is None else command} in slot {slot}"


def _apart(names: Names, one: Replica, other: Replica) -> Finding:
    theirs = dict(other.decided)
    slot, command = min(
        ((s, c) for s, c in one.decided if theirs.get(s, c) != c), key=lambda each: each[0]
    )
    return Finding(
        f"{names[0]} knows {told(slot, command)} to be decided, and {names[1]} "
        f"{told(slot, theirs[slot])}."
    )


@always(Subject.PAIR, explain=_apart)
def agreement_in_a_slot(one: Replica, other: Replica) -> bool:
    """No two nodes know different commands to be decided in a slot, applied or not."""
    theirs = dict(other.decided)
    return all(theirs.get(slot, command) == command for slot, command in one.decided)


def _skipped(names: Names, replica: Replica) -> Finding:
    missing = sorted(set(range(1, replica.applied + 1)) - {slot for slot, _ in replica.decided})
    return Finding(
        f"{names[0]} has applied up to slot {replica.applied} and knows of no decision in slot "
        f"{missing[0]}."
    )


@always(Subject.NODE, explain=_skipped)
def applied_without_gaps(replica: Replica) -> bool:
    """A node applies slots in order, each once the one before it is decided."""
    return set(range(1, replica.applied + 1)) <= {slot for slot, _ in replica.decided}


def _left_open(names: Names, replica: Replica) -> Finding:
    assert replica.leading is not None
    return Finding(
        f"{names[0]} leads in round {replica.leading.round} and is to propose for slot "
        f"{replica.leading.next}, but has proposed nothing for slot {_gaps(replica)[0]}."
    )


def _gaps(replica: Replica) -> list[int]:
    if replica.leading is None:
        return []
    settled = {slot for slot, _ in (*replica.decided, *replica.leading.open)}
    return sorted(set(range(1, replica.leading.next)) - settled)


@always(Subject.NODE, explain=_left_open)
def leader_leaves_no_gap(replica: Replica) -> bool:
    """A leader has proposed, or knows decided, something for every slot before its next."""
    return not _gaps(replica)


def _lost(names: Names, replica: Replica, history: History) -> Finding:
    assert replica.leading is not None
    lost = next(each for each in history.committed if _is_lost(replica, each.index, each.entry))
    return Finding(
        f"{names[0]} leads in round {replica.leading.round} and neither knows nor proposes "
        f"{told(lost.index, lost.entry)}, applied in round {lost.term}.",
        (lost,),
    )


def _is_lost(replica: Replica, slot: int, command: Hashable) -> bool:
    leading = replica.leading
    return leading is not None and (slot, command) not in replica.decided | leading.open


@always(Subject.NODE_AND_HISTORY, explain=_lost)
def leader_has_what_is_applied(replica: Replica, history: History) -> bool:
    """What was applied in one round, every leader of a later round knows or proposes again."""
    leading = replica.leading
    return leading is None or not any(
        _is_lost(replica, each.index, each.entry)
        for each in history.committed
        if each.term < leading.round
    )


# --- nothing goes back ------------------------------------------------------------------------


def _unpromised(names: Names, before: Replica, after: Replica) -> Finding:
    return Finding(f"{names[0]} had promised {before.promised}, and now {after.promised}.")


@step(Subject.NODE, explain=_unpromised)
def monotone_promise(before: Replica | None, after: Replica | None) -> bool:
    """What a node has promised never goes back while it runs."""
    if before is None or after is None or before.promised is None:
        return True
    return after.promised is not None and bool(before.promised <= after.promised)


def _forgotten(names: Names, before: Replica, after: Replica) -> Finding:
    if before.decided <= after.decided:
        return Finding(
            f"{names[0]} had applied up to slot {before.applied}, and now up to {after.applied}."
        )
    gone = sorted((before.decided - after.decided), key=str)
    return Finding(f"{names[0]} knew {', '.join(told(*each) for each in gone)} to be decided.")


@step(Subject.NODE, explain=_forgotten)
def decided_is_kept(before: Replica | None, after: Replica | None) -> bool:
    """A node never changes what it knows to be decided, nor applies less, while it runs."""
    if before is None or after is None:
        return True
    return before.decided <= after.decided and before.applied <= after.applied


SAFETY = (
    state_machine_safety,
    agreement_in_a_slot,
    applied_without_gaps,
    leader_has_what_is_applied,
    leader_leaves_no_gap,
    applied_was_asked_for,
    monotone_promise,
    decided_is_kept,
)
