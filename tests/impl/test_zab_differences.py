"""Differences for Zab, a rule at a time."""

import pytest

from paxiom.impl.names import NodeId, Value, node_ids
from paxiom.impl.protocol import Persist, Send, Step
from paxiom.impl.quorum import majority
from paxiom.impl.zab import (
    NOTHING,
    Ack,
    AckEpoch,
    AckLeader,
    CEpoch,
    Follower,
    History,
    Leader,
    Message,
    NewEpoch,
    Propose,
    Retired,
    Server,
    Stable,
    Transaction,
    Trust,
    Zxid,
)
from paxiom.impl.zab.differences import (
    Difference,
    DifferencesZab,
    How,
    Learner,
    Rejoin,
    Synchronized,
    learning,
)

N1, N2, N3 = NODES = node_ids(3)
ZAB = DifferencesZab(nodes=NODES, quorum=majority(NODES))
A1, B1, C1 = (Transaction(Zxid(1, at), Value("abc"[at - 1])) for at in (1, 2, 3))
A2, B2 = (Transaction(Zxid(2, at), Value("ab"[at - 1])) for at in (1, 2))


def step(
    server: Server, source: NodeId, message: Message | Difference | Synchronized | Rejoin
) -> Step[Server]:
    found = ZAB.receive(server, source, message)
    assert found is not None
    return found


def leader(*history: Transaction, kept: History | None = None, delivered: int = 0) -> Learner:
    """One that leads epoch 2."""
    return Learner(
        N1,
        Stable(promised=2, current=2, history=history),
        Leader(2, frozenset()),
        delivered=delivered,
        log=history,
        kept=history if kept is None else kept,
    )


def follower(*history: Transaction, current: int = 1, joined: bool = False) -> Learner:
    """One that has promised epoch 2."""
    stable = Stable(promised=2, current=current, history=history)
    return Learner(N2, stable, Follower(N1, joined), log=history, kept=history)


def taking(server: Learner, difference: Difference) -> Learner:
    return learning(step(server, N1, difference).state)


# --- leaders --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("server", "theirs", "how", "base", "sent"),
    [
        (leader(A1), A1, How.DIFF, A1, ()),
        (leader(A1, B1), A1, How.DIFF, A1, (B1,)),
        (leader(A1), B1, How.TRUNC, A1, ()),
        (leader(A1, C1), B1, How.TRUNC, A1, (C1,)),
        (leader(A1, B2, delivered=2), B1, How.SNAP, None, (A1, B2)),
        (leader(A1, B1), None, How.SNAP, None, (A1, B1)),
        (leader(), None, How.DIFF, None, ()),
        (leader(A1, B1, C1, kept=(C1,)), A1, How.SNAP, None, (A1, B1, C1)),
        (leader(A1, B1, kept=()), A1, How.SNAP, None, (A1, B1)),
    ],
)
def test_what_a_follower_is_sent(
    server: Learner, theirs: Transaction | None, how: How, base: Transaction | None, sent: History
) -> None:
    """By the cases of ``syncFollower``: in step, behind, ahead, on another branch, too far back."""
    last = theirs.zxid if theirs else NOTHING
    expected = Difference(2, how, last, base.zxid if base else NOTHING, sent)

    assert ZAB.difference(server, 2, last) == expected


def test_what_is_proposed_is_forwarded_after_what_is_cut_off() -> None:
    expected = Difference(2, How.TRUNC, B1.zxid, A1.zxid, (A2,))

    assert ZAB.difference(leader(A1, A2, delivered=1), 2, B1.zxid) == expected


def test_what_is_proposed_is_not_cut_off() -> None:
    expected = Difference(2, How.DIFF, A2.zxid, A2.zxid, (B2,))

    assert ZAB.difference(leader(A1, A2, B2, delivered=1), 2, A2.zxid) == expected


def test_one_that_comes_late_is_asked_first() -> None:
    """And then sent what it lacks, and told that this was all."""
    asked = step(leader(A1), N2, CEpoch(1))
    told = step(asked.state, N2, AckEpoch(2, 1, ()))

    assert asked.effects == (Send(N2, NewEpoch(2)),)
    assert told.effects == (
        Send(N2, Difference(2, How.SNAP, NOTHING, NOTHING, (A1,))),
        Send(N2, Synchronized(2, A1.zxid)),
    )
    assert step(asked.state, N2, Rejoin(2, ())).effects == told.effects
    assert ZAB.react(asked.state, N2, Rejoin(1, ())) is None


# --- followers ------------------------------------------------------------------------------------


def test_one_that_has_promised_says_what_it_has() -> None:
    """Once it has joined there is nothing to say."""
    assert step(follower(A1), N1, NewEpoch(2)).effects == (Send(N1, Rejoin(2, (A1,))),)
    assert ZAB.receive(follower(A1, joined=True), N1, NewEpoch(2)) is None


@pytest.mark.parametrize(
    ("difference", "log", "kept"),
    [
        (Difference(2, How.DIFF, B1.zxid, B1.zxid, (A2,)), (A1, B1), (A1, B1, A2)),
        (Difference(2, How.TRUNC, B1.zxid, A1.zxid, (A2,)), (A1,), (A1, A2)),
        (Difference(2, How.SNAP, B1.zxid, NOTHING, (A1, A2)), (A1, B1), ()),
    ],
    ids=lambda each: each.how.name if isinstance(each, Difference) else "",
)
def test_a_difference_goes_to_memory_and_then_to_the_log(
    difference: Difference, log: History, kept: History
) -> None:
    """What is cut off, is cut off at once; between the two, memory is lost with the leader."""
    taken = taking(follower(A1, B1), difference)
    joined = step(taken, N1, Synchronized(2, A2.zxid))
    lost = learning(ZAB.fire(taken, Trust(N3)).state)

    whole = taken.history
    assert whole[-1] == A2
    assert (taken.log, taken.kept) == (log, kept)
    assert joined.effects == (Persist(Stable(2, 2, whole)), Send(N1, AckLeader(2, A2.zxid)))
    assert learning(joined.state).log == whole
    assert (lost.history, lost.log, lost.kept) == (log, log, log)


def test_one_whose_leader_begins_anew_says_what_is_on_disk() -> None:
    """A leader that crashes between its two messages is lost too, and may come back as such."""
    taken = taking(follower(A1), Difference(2, How.DIFF, A1.zxid, A1.zxid, (B1,)))

    assert taken.history == (A1, B1)
    assert step(taken, N1, NewEpoch(3)).effects[1:] == (Send(N1, AckEpoch(3, 1, (A1,))),)


def test_a_difference_from_what_one_had_once_is_left() -> None:
    """And what was left does not come to an end."""
    late = Difference(2, How.DIFF, A1.zxid, A1.zxid, (B1,))

    assert ZAB.react(follower(A1, B1), N1, late) is None
    assert ZAB.react(follower(A1, B1), N1, Synchronized(2, B1.zxid)) is None
    assert ZAB.react(follower(A1), N3, late) is None


def test_what_is_proposed_goes_to_memory_and_log() -> None:
    joined = step(follower(A1, current=2, joined=True), N1, Propose(2, A2))

    assert learning(joined.state).log == learning(joined.state).kept == (A1, A2)
    assert joined.effects == (Persist(Stable(2, 2, (A1, A2))), Send(N1, Ack(2, A2.zxid)))


# --- life and death -------------------------------------------------------------------------------


def test_the_log_is_what_remains() -> None:
    """All of it can be sent."""
    restarted = learning(ZAB.recover(N2, Stable(2, 1, (A1,))).state)

    assert restarted.history == restarted.log == restarted.kept == (A1,)
    assert isinstance(ZAB.recover(N2, None).state.role, Retired)
    assert ZAB.start(N2) == Step(Learner(N2), (Persist(Stable()),))
