"""Viewstamped Replication, step by step: Liskov and Cowling (2012), cited as VRR.

Each test calls handlers directly and is named for what the paper says, or what we do instead.
"""

from dataclasses import replace

import pytest

from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.protocol import Apply, Lead, Persist, Reply, Send, Step
from paxiom.impl.quorum import majority
from paxiom.impl.vr import (
    Client,
    Commit,
    DoViewChange,
    GetState,
    Message,
    NewState,
    Normal,
    Prepare,
    PrepareOk,
    Recovering,
    Recovery,
    RecoveryResponse,
    Replica,
    Request,
    Retired,
    Stable,
    StartView,
    StartViewChange,
    State,
    Status,
    Timer,
    ViewChange,
    ViewstampedReplication,
)

N1, N2, N3 = NODES = node_ids(3)
VR = ViewstampedReplication(nodes=NODES, quorum=majority(NODES))
C, D = Client("c"), Client("d")
A, B, X = Request(C, 1), Request(C, 2), Request(D, 1)
NORMAL = Normal()


def replica(
    node: NodeId = N2,
    *log: Request,
    view: int = 0,
    commit: int = 0,
    status: Status = NORMAL,
    normal: int | None = None,
    recoveries: int = 0,
) -> Replica:
    last = view if normal is None else normal
    return Replica(node, Stable(view, recoveries), status, last, log, commit)


def receive(state: Replica, message: Message, source: NodeId = N1) -> Step[Replica]:
    step = VR.receive(state, source, message)
    assert step is not None
    return step


def sent(step: Step[Replica]) -> list[tuple[NodeId, object]]:
    return [(each.to, each.message) for each in step.effects if isinstance(each, Send)]


def ignores(state: Replica, message: Message, source: NodeId = N1) -> bool:
    return VR.receive(state, source, message) is None


# --- normal operation (VRR 4.1) -------------------------------------------------------------------


def test_the_primary_of_the_first_view_is_the_first_node() -> None:
    assert VR.start(N1).effects == (Persist(Stable()), Lead(0))
    assert VR.start(N2).effects == (Persist(Stable()),)


def test_the_primary_numbers_a_request_and_has_it_prepared() -> None:
    step = VR.request(replica(N1, A, commit=1), X)

    assert step is not None
    assert step.state.log == (A, X)
    assert sent(step) == [(N2, Prepare(0, 2, X, 1)), (N3, Prepare(0, 2, X, 1))]


def test_whoever_is_not_primary_takes_no_notice_of_clients() -> None:
    assert VR.request(replica(N2), A) is None
    assert VR.request(replica(N1, status=ViewChange(), view=3), A) is None
    assert VR.leader_hint(replica(N2, view=1)) == N2


def test_a_request_that_is_sent_again_is_not_taken_up_again() -> None:
    """Its reply is sent again, if there is one and no later request."""
    once = replica(N1, A, B, commit=1)

    assert VR.request(once, B) is None
    assert VR.request(once, A) == Step(once, (Reply(A),))


def test_a_backup_prepares_requests_in_order() -> None:
    step = receive(replica(N2, A), Prepare(0, 2, B, 1))

    assert step.state.log == (A, B)
    assert step.effects == (Send(N1, PrepareOk(0, 2)), Apply(1, A, 0))


def test_a_backup_that_missed_a_request_asks_for_it() -> None:
    step = receive(replica(N2), Prepare(0, 2, B, 1))

    assert step == Step(replica(N2), (Send(N1, GetState(0, 0)),))


def test_a_backup_says_again_what_it_has_prepared() -> None:
    assert receive(replica(N2, A), Prepare(0, 1, A, 0)).effects == (Send(N1, PrepareOk(0, 1)),)


def test_the_primary_executes_what_f_backups_have_prepared_and_all_before_it() -> None:
    step = receive(replica(N1, A, B), PrepareOk(0, 2), N2)

    assert step.state.commit == 2
    assert step.effects == (Apply(1, A, 0), Reply(A), Apply(2, B, 0), Reply(B))


@pytest.mark.parametrize("ok", [PrepareOk(0, 1), PrepareOk(1, 1)])
def test_a_late_or_repeated_prepare_ok_changes_nothing(ok: PrepareOk) -> None:
    knows = Normal(frozenset({(N3, 1)}))

    assert ignores(replica(N2, A, view=4, status=knows), ok, N3)
    assert ignores(replica(N2, A, view=1, commit=1, status=knows), ok, N3)


def test_an_idle_primary_says_what_is_committed() -> None:
    step = VR.fire(replica(N1, A, commit=1), Timer.COMMIT)

    assert sent(step) == [(N2, Commit(0, 1)), (N3, Commit(0, 1))]
    assert receive(replica(N2, A), Commit(0, 1)).effects == (Apply(1, A, 0),)
    assert ignores(replica(N2, A, commit=1), Commit(0, 1))
    assert sent(receive(replica(N2), Commit(0, 1))) == [(N1, GetState(0, 0))]


# --- view changes (VRR 4.2) -----------------------------------------------------------------------


def test_a_backup_that_hears_nothing_gives_up_on_the_view_on_disk_first() -> None:
    step = VR.fire(replica(N2, A), Timer.VIEW_CHANGE)

    assert step.state == replica(N2, A, view=1, normal=0, status=ViewChange())
    assert step.effects == (
        Persist(Stable(1)),
        Send(N1, StartViewChange(1)),
        Send(N3, StartViewChange(1)),
    )


def test_whoever_hears_of_it_gives_up_too_and_hands_in_its_log() -> None:
    """With one other, which is f of three."""
    step = receive(replica(N3, A, commit=1), StartViewChange(1))

    assert step.state.view == 1
    assert sent(step)[-1] == (N2, DoViewChange(1, (A,), 0, 1))


def test_a_log_is_handed_in_once() -> None:
    done = replica(N3, view=1, normal=0, status=ViewChange(frozenset({N1})))

    assert sent(receive(done, StartViewChange(1), N2)) == []
    assert ignores(done, StartViewChange(1), N1)
    assert ignores(done, StartViewChange(0), N2)


def begins(own: DoViewChange, other: DoViewChange) -> Step[Replica]:
    """What the primary does with the second report."""
    status = ViewChange(frozenset({N3}), frozenset({(N2, own)}))
    return receive(replica(N2, *own.log, view=4, normal=own.normal, status=status), other, N3)


def test_a_view_begins_with_the_log_of_the_latest_normal_view_not_the_longest() -> None:
    step = begins(DoViewChange(4, (A, B), 0, 0), DoViewChange(4, (X,), 3, 1))

    assert step.state == replica(N2, X, view=4, commit=1)
    assert step.effects == (
        Lead(4),
        Send(N1, StartView(4, (X,), 1)),
        Send(N3, StartView(4, (X,), 1)),
        Apply(1, X, 4),
        Reply(X),
    )


def test_of_the_same_normal_view_the_longest_log_is_taken() -> None:
    step = begins(DoViewChange(4, (A,), 3, 1), DoViewChange(4, (A, B), 3, 0))

    assert step.state.log == (A, B)
    assert step.state.commit == 1


def test_a_backup_takes_the_log_of_the_view_and_prepares_what_is_not_committed() -> None:
    changing = replica(N3, A, view=1, normal=0, status=ViewChange())

    step = receive(changing, StartView(1, (X, B), 1), N2)

    assert step.state == replica(N3, X, B, view=1, commit=1)
    assert step.effects == (Send(N2, PrepareOk(1, 2)), Apply(1, X, 1))


def test_a_view_begins_once() -> None:
    assert ignores(replica(N3, A, view=1), StartView(1, (), 0), N2)
    assert ignores(replica(N2, A, view=1), DoViewChange(1, (), 0, 0), N3)


def test_who_gave_up_a_view_prepares_nothing_in_it_any_more() -> None:
    """VRR 8.1: this is crucial."""
    assert ignores(replica(N3, view=1, normal=0, status=ViewChange()), Prepare(0, 1, A, 0))


# --- state transfer (VRR 5.2) ---------------------------------------------------------------------


@pytest.mark.parametrize("message", [Prepare(2, 2, B, 1), Commit(2, 1)])
@pytest.mark.parametrize("view", [1, 2])
def test_who_missed_a_view_keeps_its_log_and_asks_for_what_follows_its_commit(
    message: Message, view: int
) -> None:
    """VRR 5.2 cuts the log back first."""
    status = NORMAL if view == 1 else ViewChange()
    late = replica(N1, A, X, view=view, normal=1, commit=1, status=status)

    assert receive(late, message, N3) == Step(late, (Send(N3, GetState(2, 1)),))


def test_only_who_is_in_that_view_gives_its_state() -> None:
    has = replica(N3, A, B, view=2, commit=1)

    assert sent(receive(has, GetState(2, 1))) == [(N1, NewState(2, 1, (B,), 1))]
    assert ignores(has, GetState(1, 1))
    assert ignores(replace(has, status=ViewChange()), GetState(2, 1))


def test_the_new_state_replaces_what_is_not_committed() -> None:
    late = replica(N1, A, X, view=1, commit=1)

    step = receive(late, NewState(2, 1, (B,), 1), N3)

    assert step.state == replica(N1, A, B, view=2, commit=1)
    assert step.effects == (Persist(Stable(2)), Send(N3, PrepareOk(2, 2)))


def test_a_state_that_does_not_fit_or_adds_nothing_is_ignored() -> None:
    late = replica(N1, A, X, view=1, commit=1)

    assert ignores(late, NewState(2, 2, (B,), 1), N3)
    assert ignores(late, NewState(1, 1, (X,), 1), N2)
    assert ignores(late, NewState(0, 1, (B,), 1), N2)


# --- recovery (VRR 4.3) ---------------------------------------------------------------------------


def test_who_has_crashed_asks_all_with_a_nonce_that_is_on_disk_first() -> None:
    step = VR.recover(N3, Stable(1, 4))

    assert step.state == Replica(N3, Stable(1, 5), Recovering())
    assert step.effects == (Persist(Stable(1, 5)), Send(N1, Recovery(5)), Send(N2, Recovery(5)))
    assert [*VR.timers(step.state)] == [Timer.RECOVER]
    assert sent(VR.fire(step.state, Timer.RECOVER)) == [(N1, Recovery(5)), (N2, Recovery(5))]


def test_the_primary_answers_with_its_state_and_others_with_their_view() -> None:
    primary, backup = replica(N2, A, view=1, commit=1), replica(N1, A, view=1)

    assert sent(receive(primary, Recovery(5), N3)) == [(N3, RecoveryResponse(1, 5, State((A,), 1)))]
    assert sent(receive(backup, Recovery(5), N3)) == [(N3, RecoveryResponse(1, 5))]
    assert ignores(replace(primary, status=ViewChange()), Recovery(5), N3)


def recovering(*answers: tuple[NodeId, RecoveryResponse], view: int = 0) -> Replica:
    status = Recovering(frozenset(answers))
    return Replica(N3, Stable(view, 5), status)


STATE = RecoveryResponse(1, 5, State((A, B), 1))


def test_who_recovers_takes_the_state_of_the_primary_once_f_plus_1_have_answered() -> None:
    alone = receive(recovering(), STATE, N2)
    both = receive(alone.state, RecoveryResponse(1, 5), N1)

    assert isinstance(alone.state.status, Recovering)
    assert both.state == replica(N3, A, B, view=1, commit=1, recoveries=5)
    assert both.effects == (Persist(Stable(1, 5)), Send(N2, PrepareOk(1, 2)), Apply(1, A, 1))


def test_it_waits_for_the_primary_of_the_latest_view() -> None:
    old = RecoveryResponse(0, 5, State((), 0))
    waits = receive(recovering((N1, old)), RecoveryResponse(1, 5), N2)

    assert isinstance(waits.state.status, Recovering)
    assert receive(waits.state, STATE, N2).state.log == (A, B)


def test_it_ignores_answers_to_an_earlier_recovery_and_all_else() -> None:
    assert ignores(recovering(), RecoveryResponse(1, 4, State((), 0)), N2)
    assert ignores(recovering((N2, STATE)), RecoveryResponse(1, 5), N2)
    assert ignores(recovering(), StartViewChange(1), N2)
    assert ignores(recovering(), StartView(1, (), 0), N2)
    assert ignores(recovering(), Recovery(1), N2)
    assert ignores(replica(), STATE)


def test_it_does_not_recover_into_an_earlier_view_than_it_was_in() -> None:
    """Its log is that of the view before; it goes on with the change."""
    step = receive(recovering((N2, STATE), view=2), RecoveryResponse(1, 5), N1)

    change = StartViewChange(2)
    expected = replica(N3, A, B, view=2, normal=1, commit=1, status=ViewChange(), recoveries=5)
    assert step.state == expected
    assert step.effects == (Send(N1, change), Send(N2, change), Apply(1, A, 2))


def test_who_has_lost_its_disk_takes_no_part() -> None:
    lost = VR.recover(N3, None).state

    assert lost == Replica(N3, status=Retired())
    assert [*VR.timers(lost)] == []
    assert ignores(lost, StartViewChange(1))
    assert ignores(lost, STATE, N2)
    assert VR.request(lost, A) is None


# --- one node alone -------------------------------------------------------------------------------


def test_a_single_replica_needs_nobody() -> None:
    alone = ViewstampedReplication(nodes=(N1,), quorum=majority((N1,)))
    asked = alone.request(Replica(N1), A)
    changed = alone.fire(Replica(N1, status=ViewChange()), Timer.VIEW_CHANGE)

    assert asked is not None
    assert asked.effects == (Apply(1, A, 0), Reply(A))
    assert changed.effects == (Persist(Stable(1)), Lead(1))
