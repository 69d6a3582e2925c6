"""Zab, step by step of the paper: a handler at a time, without a network."""

from collections.abc import Iterable

import pytest

from paxiom.impl.names import NodeId, Value, node_ids
from paxiom.impl.protocol import Apply, Effect, Lead, Persist, Send, Step
from paxiom.impl.quorum import majority
from paxiom.impl.zab import (
    NOTHING,
    Ack,
    AckEpoch,
    AckLeader,
    CEpoch,
    Commit,
    CommitLeader,
    Follower,
    History,
    Leader,
    Looking,
    Message,
    Named,
    NewEpoch,
    NewLeader,
    Peer,
    Propose,
    Prospective,
    Report,
    Retired,
    Role,
    Server,
    Stable,
    Transaction,
    Trust,
    Zab,
    Zxid,
)

N1, N2, N3 = NODES = node_ids(3)
ZAB = Zab(nodes=NODES, quorum=majority(NODES))
A1 = Transaction(Zxid(1, 1), Value("a"))
B1 = Transaction(Zxid(1, 2), Value("b"))
C2 = Transaction(Zxid(2, 1), Value("c"))


def step(server: Server, source: NodeId, message: Message, of: Zab = ZAB) -> Step[Server]:
    found = of.receive(server, source, message)
    assert found is not None
    return found


def sent(effects: Iterable[Effect]) -> list[tuple[NodeId, object]]:
    return [(each.to, each.message) for each in effects if isinstance(each, Send)]


def follower(
    *history: Transaction,
    current: int = 1,
    promised: int = 1,
    joined: bool = False,
    delivered: int = 0,
) -> Server:
    """A follower of n1, at n2."""
    return Server(N2, Stable(promised, current, history), Follower(N1, joined), delivered)


def leading(*peers: Peer, history: History = (), epoch: int = 1, delivered: int = 0) -> Server:
    """The leader of an epoch, at n1."""
    return Server(N1, Stable(epoch, epoch, history), Leader(epoch, frozenset(peers)), delivered)


def taken(role: Role) -> Server:
    """A node n1 in some role, that has promised epoch 1 and joined none."""
    return Server(N1, Stable(promised=1), role)


# --- the oracle -----------------------------------------------------------------------------------


def test_a_node_may_be_named_any_leader_at_any_time() -> None:
    for role in (Looking(), Follower(N2), Named(frozenset()), Leader(1, frozenset())):
        assert ZAB.timers(Server(N1, role=role)) == tuple(map(Trust, NODES))
    two = Zab(nodes=NODES, quorum=majority(NODES), leaders=(N1, N2))
    assert two.timers(Server(N1)) == (Trust(N1), Trust(N2))


def test_a_follower_tells_its_leader_what_it_has_promised() -> None:
    turned = ZAB.fire(follower(joined=True, promised=3), Trust(N3))

    assert turned.state.role == Follower(N3)
    assert turned.effects == (Send(N3, CEpoch(3)),)


def test_a_node_heeds_nobody_but_its_leader() -> None:
    for message in (
        NewEpoch(2),
        NewLeader(1, ()),
        Propose(1, A1),
        CommitLeader(1, NOTHING),
        Commit(1, A1.zxid),
    ):
        assert ZAB.receive(follower(joined=True), N3, message) is None
        assert ZAB.receive(leading(), N3, message) is None


# --- discovery ------------------------------------------------------------------------------------


def test_a_leader_picks_an_epoch_above_all_that_a_quorum_has_promised() -> None:
    """ZAB l.1.1. It promises it itself, durably, before it asks others to."""
    named = ZAB.fire(taken(Looking()), Trust(N1))
    picked = step(named.state, N3, CEpoch(4))

    assert (named.state.role, named.effects) == (Named(frozenset({(N1, 1)})), ())
    assert picked.effects == (Persist(Stable(promised=5)), Send(N3, NewEpoch(5)))
    assert picked.state.role == Prospective(5, frozenset({Report(N1, 0, ())}))


def test_a_follower_promises_a_higher_epoch_durably_and_tells_its_history() -> None:
    promised = step(follower(A1), N1, NewEpoch(2))

    stable = Stable(2, 1, (A1,))
    assert promised.effects == (Persist(stable), Send(N1, AckEpoch(2, 1, (A1,))))
    assert promised.state == Server(N2, stable, Follower(N1))


def test_a_follower_promises_an_epoch_once() -> None:
    """It waits for the history of an epoch that it has promised, and leaves a leader behind it."""
    assert ZAB.receive(follower(promised=2), N1, NewEpoch(2)) is None
    assert step(follower(promised=3), N1, NewEpoch(2)).state.role == Looking()


def test_who_comes_late_is_told_the_epoch() -> None:
    """Before the leader has a quorum of reports, and after it (ZAB l.3.3), with the history."""
    asked = step(taken(Prospective(1, frozenset())), N3, CEpoch(0))
    leader = leading(Peer(N2, 1), history=(A1,))
    late = step(leader, N3, CEpoch(0))

    assert sent(asked.effects) == [(N3, NewEpoch(1))]
    assert sent(late.effects) == [(N3, NewEpoch(1)), (N3, NewLeader(1, (A1,)))]
    assert late.state.role == Leader(1, frozenset({Peer(N2, 1), Peer(N3)}))
    assert step(late.state, N2, CEpoch(1)).state == late.state


def test_a_promise_that_comes_after_the_quorum_is_answered_with_the_history() -> None:
    leader = leading(Peer(N2), history=(A1,))
    late = step(leader, N3, AckEpoch(1, 0, ()))

    assert sent(late.effects) == [(N3, NewLeader(1, (A1,)))]
    assert ZAB.receive(late.state, N3, AckEpoch(1, 0, ())) is None
    assert ZAB.receive(leader, N3, AckEpoch(2, 0, ())) is None


@pytest.mark.parametrize(
    ("own", "theirs", "best"),
    [
        ((0, ()), (0, ()), ()),
        ((1, (A1,)), (1, (A1, B1)), (A1, B1)),
        ((1, (A1, B1)), (1, (A1,)), (A1, B1)),
        ((1, (A1, B1)), (2, (A1,)), (A1,)),
        ((2, (A1, C2)), (1, (A1, B1)), (A1, C2)),
    ],
)
def test_the_history_of_the_latest_epoch_then_the_longest_is_chosen(
    own: tuple[int, History], theirs: tuple[int, History], best: History
) -> None:
    """ZAB l.1.2, l.2.1. The leader takes it itself, durably, before it sends it."""
    server = Server(N1, Stable(3, *own), Prospective(3, frozenset({Report(N1, *own)})))

    begun = step(server, N2, AckEpoch(3, *theirs))

    assert begun.effects == (Persist(Stable(3, 3, best)), Send(N2, NewLeader(3, best)))
    assert begun.state.role == Leader(3, frozenset({Peer(N2)}))


def test_a_promise_of_another_epoch_does_not_count() -> None:
    server = taken(Prospective(1, frozenset({Report(N1, 0, ())})))

    assert ZAB.receive(server, N2, AckEpoch(2, 0, ())) is None


# --- synchronization ------------------------------------------------------------------------------


def test_a_follower_takes_the_history_in_place_of_its_own_and_delivers_none_of_it() -> None:
    """ZAB f.2.1."""
    joined = step(follower(A1, B1, promised=2), N1, NewLeader(2, (A1, C2)))

    stable = Stable(2, 2, (A1, C2))
    assert joined.effects == (Persist(stable), Send(N1, AckLeader(2, C2.zxid)))
    assert joined.state == Server(N2, stable, Follower(N1, joined=True))


@pytest.mark.parametrize("promised", [1, 3])
def test_a_follower_joins_only_the_epoch_that_it_promised_last(promised: int) -> None:
    """ZAB f.2.1."""
    left = step(follower(promised=promised), N1, NewLeader(2, (A1,)))

    assert left.effects == ()
    assert left.state.role == Looking()


def test_a_leader_leads_once_a_quorum_has_the_history_and_commits_it() -> None:
    """ZAB l.2.2."""
    server = leading(Peer(N2), Peer(N3), history=(A1,))
    assert ZAB.request(server, Value("b")) is None

    leads = step(server, N2, AckLeader(1, A1.zxid))

    assert leads.effects == (Send(N2, CommitLeader(1, A1.zxid)), Lead(1), Apply(1, A1, 1))
    assert leads.state.role == Leader(1, frozenset({Peer(N2, 1), Peer(N3)}))


def test_who_has_the_history_late_is_told_what_is_committed_by_now() -> None:
    """ZAB l.3.4. Its acknowledgement may commit more, of which the others are told."""
    five = node_ids(5)
    zab = Zab(nodes=five, quorum=majority(five))
    history = (A1, B1)
    peers = (Peer(five[1], 2), Peer(five[2], 1), Peer(five[3]))
    server = leading(*peers, history=history, delivered=1)

    behind = step(server, five[3], AckLeader(1, A1.zxid), zab)
    more = step(server, five[3], AckLeader(1, B1.zxid), zab)

    assert sent(behind.effects) == [(five[3], CommitLeader(1, A1.zxid))]
    assert sent(more.effects) == [
        (five[3], CommitLeader(1, B1.zxid)),
        (five[1], Commit(1, B1.zxid)),
        (five[2], Commit(1, B1.zxid)),
    ]
    assert more.effects[-1] == Apply(2, B1, 1)


def test_a_follower_delivers_what_is_committed_of_the_history() -> None:
    told = step(follower(A1, B1, joined=True), N1, CommitLeader(1, A1.zxid))

    assert told.effects == (Apply(1, A1, 1),)
    assert told.state.delivered == 1
    assert ZAB.receive(told.state, N1, CommitLeader(1, A1.zxid)) is None
    assert ZAB.receive(told.state, N1, CommitLeader(1, NOTHING)) is None


# --- broadcast ------------------------------------------------------------------------------------


def test_a_primary_numbers_its_transactions_and_proposes_them_to_all_that_have_the_history() -> (
    None
):
    """ZAB l.3.1: also to those who have not acknowledged it yet. It stores them itself first."""
    server = leading(Peer(N2, 1), Peer(N3), history=(A1,), epoch=2, delivered=1)

    first = ZAB.request(server, Value("c"))
    assert first is not None
    second = ZAB.request(first.state, Value("d"))
    assert second is not None

    stable = Stable(2, 2, (A1, C2))
    assert first.effects == (
        Persist(stable),
        Send(N2, Propose(2, C2)),
        Send(N3, Propose(2, C2)),
    )
    assert second.state.history[-1] == Transaction(Zxid(2, 2), Value("d"))


def test_a_follower_stores_a_transaction_durably_and_acknowledges_it() -> None:
    stored = step(follower(A1, joined=True), N1, Propose(1, B1))

    assert stored.effects == (Persist(Stable(1, 1, (A1, B1))), Send(N1, Ack(1, B1.zxid)))


@pytest.mark.parametrize("server", [follower(), follower(joined=True, promised=2)])
def test_who_has_not_joined_the_epoch_takes_no_transactions(server: Server) -> None:
    assert ZAB.receive(server, N1, Propose(1, A1)) is None
    assert ZAB.receive(server, N1, Commit(1, A1.zxid)) is None
    assert ZAB.receive(server, N1, CommitLeader(1, A1.zxid)) is None


def test_a_primary_commits_what_a_quorum_stores() -> None:
    """ZAB l.3.2: and tells those that have the history; once."""
    server = leading(Peer(N2, 0), Peer(N3), history=(A1, B1))

    commits = step(server, N2, Ack(1, B1.zxid))
    again = step(commits.state, N2, Ack(1, A1.zxid))

    assert commits.effects == (
        Send(N2, Commit(1, B1.zxid)),
        Apply(1, A1, 1),
        Apply(2, B1, 1),
    )
    assert (again.state, again.effects) == (commits.state, ())


@pytest.mark.parametrize("message", [Ack(2, A1.zxid), AckLeader(2, NOTHING)])
def test_an_acknowledgement_of_another_epoch_does_not_count(message: Message) -> None:
    assert ZAB.receive(leading(Peer(N2)), N2, message) is None
    assert ZAB.receive(follower(), N2, message) is None


# --- life and death -------------------------------------------------------------------------------


def test_a_node_that_recovers_has_its_promises_and_history_and_no_leader() -> None:
    stable = Stable(2, 1, (A1,))

    assert ZAB.recover(N2, stable) == Step(Server(N2, stable))


def test_a_node_that_has_lost_its_disk_takes_no_part() -> None:
    """It cannot tell what it has promised. At its first boot it writes that it has not."""
    lost = ZAB.recover(N2, None).state

    assert ZAB.start(N2).effects == (Persist(Stable()),)
    assert lost.role == Retired()
    assert ZAB.timers(lost) == ()
    assert ZAB.receive(lost, N1, NewEpoch(1)) is None
    assert ZAB.receive(lost, N3, CEpoch(0)) is None
    assert ZAB.request(lost, Value("a")) is None


def test_one_node_is_a_quorum_of_itself() -> None:
    alone = Zab(nodes=(N1,), quorum=majority((N1,)))

    named = alone.fire(Server(N1), Trust(N1))
    asked = alone.request(named.state, Value("a"))

    assert named.effects == (Persist(Stable(1, 1)), Lead(1))
    assert asked is not None
    assert asked.effects == (Persist(Stable(1, 1, (A1,))), Apply(1, A1, 1))


def test_whom_to_ask() -> None:
    assert ZAB.leader_hint(leading()) == N1
    assert ZAB.leader_hint(follower()) == N1
    assert ZAB.leader_hint(Server(N3)) is None
