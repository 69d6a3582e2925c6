"""Raft's log, sentence by sentence: Ongaro and Ousterhout, extended version (2014), cited as RAFT.

Each test calls handlers directly and is named for what the paper says.
"""

from dataclasses import replace

import pytest

from paxiom.impl.names import node_ids
from paxiom.impl.protocol import Apply, Persist, Send
from paxiom.impl.quorum import majority
from paxiom.impl.raft import (
    Appended,
    Candidate,
    Entry,
    Follower,
    Leader,
    Peer,
    Retired,
    Role,
    Timer,
)
from support.raft_servers import (
    E1,
    E2,
    E3,
    N1,
    N2,
    N3,
    RAFT,
    X,
    Y,
    append,
    kinds,
    leader,
    receive,
    sent,
    server,
)

# --- replication (§5.3) --------------------------------------------------------------------------


def test_a_leader_appends_a_command_and_sends_it_on() -> None:
    step = RAFT.request(leader(1, (E1,), Peer(N2, 2), Peer(N3, 1)), Y)

    assert step is not None
    assert step.state.log == (E1, Entry(1, Y))
    assert sent(step) == {
        N2: append(1, (1, 1), Entry(1, Y)),
        N3: append(1, (0, 0), E1, Entry(1, Y)),
    }


@pytest.mark.parametrize("role", [Follower(N2), Candidate(frozenset({N1})), Retired()])
def test_only_a_leader_takes_commands(role: Role) -> None:
    assert RAFT.request(server(role=role), X) is None


def test_who_does_not_lead_knows_whom_to_ask() -> None:
    assert RAFT.leader_hint(leader(1, ())) == N1
    assert RAFT.leader_hint(server(role=Follower(N2))) == N2
    assert RAFT.leader_hint(server(role=Candidate(frozenset({N1})))) is None


def test_a_message_carries_no_more_than_a_batch() -> None:
    long = leader(3, (E1, E2, E3), Peer(N2, 1), Peer(N3, 3, 2))

    step = RAFT.fire(long, Timer.HEARTBEAT)

    assert sent(step) == {N2: append(3, (0, 0), E1, E2), N3: append(3, (2, 2), E3)}


def test_entries_are_taken_after_an_entry_that_agrees() -> None:
    step = receive(server(2, (E1,)), append(2, (1, 1), E2))

    assert step.state.log == (E1, E2)
    assert kinds(step) == [Persist, Send]
    assert sent(step) == {N2: Appended(2, success=True, index=2)}


@pytest.mark.parametrize("prev", [(2, 2), (1, 2)])
def test_entries_after_a_gap_or_a_conflict_are_refused(prev: tuple[int, int]) -> None:
    step = receive(server(2, (E1,)), append(2, prev, E2))

    assert step.state.log == (E1,)
    assert sent(step) == {N2: Appended(2, success=False, index=prev[0])}


def test_an_entry_of_a_later_term_than_the_leaders_does_not_agree_either() -> None:
    step = receive(server(4, (E1, E3)), append(4, (2, 2), Entry(4, X)))

    assert step.state.log == (E1, E3)
    assert sent(step) == {N2: Appended(4, success=False, index=2)}


def test_a_conflicting_entry_is_deleted_with_all_that_follow() -> None:
    assert receive(server(2, (E1, E1, E1)), append(2, (1, 1), E2)).state.log == (E1, E2)


def test_a_conflicting_entry_is_deleted_though_its_term_is_the_later_one() -> None:
    assert receive(server(4, (E1, E3)), append(4, (1, 1), E2)).state.log == (E1, E2)


def test_a_late_message_deletes_nothing_that_agrees() -> None:
    step = receive(server(2, (E1, E2)), append(2, (0, 0), E1))

    assert step.state.log == (E1, E2)
    assert sent(step) == {N2: Appended(2, success=True, index=1)}


def test_a_conflict_may_come_after_entries_that_agree() -> None:
    """The first two are kept, from the third on the leader's are taken."""
    step = receive(server(3, (E1, E1, E1, E1)), append(3, (1, 1), E1, E3))

    assert step.state.log == (E1, E1, E3)


def test_a_conflict_after_the_first_entry_of_all_leaves_that_one() -> None:
    assert receive(server(2, (E1, E1)), append(2, (0, 0), E1, E2)).state.log == (E1, E2)


def test_nor_does_one_that_begins_further_on() -> None:
    step = receive(server(3, (E1, E2, E3)), append(3, (1, 1), E2))

    assert step.state.log == (E1, E2, E3)


def test_nor_does_one_whose_entries_are_of_a_later_term_than_the_one_before_them() -> None:
    step = receive(server(2, (E1, E2, E2, E2)), append(2, (1, 1), E2, E2))

    assert step.state.log == (E1, E2, E2, E2)


def test_an_old_leader_is_told_the_new_term() -> None:
    step = receive(server(3), append(2, (0, 0), E1))

    assert step.state.log == ()
    assert sent(step) == {N2: Appended(3, success=False, index=0)}


def test_a_refusal_makes_the_leader_go_back_and_try_again() -> None:
    step = receive(
        leader(2, (E1, E2), Peer(N2, 3), Peer(N3, 3)), Appended(2, success=False, index=2)
    )

    assert isinstance(step.state.role, Leader)
    assert Peer(N2, 2) in step.state.role.peers
    assert sent(step) == {N2: append(2, (1, 1), E2)}


def test_a_peer_that_lacks_several_entries_is_sent_them_at_once() -> None:
    step = receive(
        leader(3, (E1, E2, E3), Peer(N2, 4), Peer(N3, 4)), Appended(3, success=False, index=2)
    )

    assert sent(step) == {N2: append(3, (1, 1), E2, E3)}


def test_a_late_refusal_does_not_make_it_forget_what_is_stored() -> None:
    known = leader(2, (E1, E2), Peer(N2, 3, 2), Peer(N3, 3))

    assert RAFT.receive(known, N2, Appended(2, success=False, index=1)) is None


def test_a_success_moves_what_is_stored_and_what_is_next_of_that_peer_alone() -> None:
    step = receive(
        leader(2, (E1, E2), Peer(N2, 1), Peer(N3, 3)), Appended(2, success=True, index=2)
    )

    assert step.state.role == Leader(frozenset({Peer(N2, 3, 2), Peer(N3, 3)}))


def test_a_refusal_stops_at_what_is_stored() -> None:
    step = receive(
        leader(3, (E1, E2, E3), Peer(N2, 4, 1), Peer(N3, 4)), Appended(3, success=False, index=1)
    )

    assert step.state.role == Leader(frozenset({Peer(N2, 2, 1), Peer(N3, 4)}))


def test_answers_of_an_old_term_say_nothing_of_this_one() -> None:
    known = leader(3, (E1, E2), Peer(N2, 1), Peer(N3, 3))

    assert RAFT.receive(known, N2, Appended(2, success=True, index=2)) is None


def test_a_late_success_does_not_either() -> None:
    known = leader(2, (E1, E2), Peer(N2, 3, 2), Peer(N3, 3))

    assert RAFT.receive(known, N2, Appended(2, success=True, index=1)) is None


# --- committing (§5.3, §5.4.2) -------------------------------------------------------------------


def test_an_entry_stored_by_a_majority_is_committed_and_applied() -> None:
    step = receive(leader(1, (E1,), Peer(N2, 1), Peer(N3, 1)), Appended(1, success=True, index=1))

    assert (step.state.commit, step.state.applied) == (1, 1)
    assert step.effects == (Apply(1, E1, 1),)


@pytest.mark.parametrize("stored", [1, 2, 3])
def test_the_last_entry_that_a_majority_stores_is_committed(stored: int) -> None:
    state = leader(1, (E1, E1, E1), Peer(N2, 1), Peer(N3, 1))

    assert receive(state, Appended(1, success=True, index=stored)).state.commit == stored


def test_who_stores_more_counts_for_less_too() -> None:
    five = replace(RAFT, nodes=node_ids(5), quorum=majority(node_ids(5)))
    _, _, _, n4, n5 = five.nodes
    state = leader(1, (E1, E1), Peer(N2, 3, 2), Peer(N3, 1), Peer(n4, 1), Peer(n5, 1))

    step = five.receive(state, N3, Appended(1, success=True, index=1))

    assert step is not None
    assert step.state.commit == 1


def test_an_entry_of_an_earlier_term_is_not_committed_by_counting() -> None:
    step = receive(leader(2, (E1,), Peer(N2, 1), Peer(N3, 1)), Appended(2, success=True, index=1))

    assert step.state.commit == 0


def test_it_is_committed_with_an_entry_of_the_present_term() -> None:
    step = receive(
        leader(2, (E1, E2), Peer(N2, 1), Peer(N3, 1)), Appended(2, success=True, index=2)
    )

    assert step.effects == (Apply(1, E1, 2), Apply(2, E2, 2))


def test_what_is_applied_is_not_applied_again() -> None:
    step = receive(
        leader(3, (E1, E2, E3), Peer(N2, 1), Peer(N3, 1), commit=1),
        Appended(3, success=True, index=3),
    )

    assert step.effects == (Apply(2, E2, 3), Apply(3, E3, 3))


def test_a_follower_commits_no_further_than_the_last_new_entry() -> None:
    step = receive(server(2, (E1, E1)), append(2, (0, 0), E1, commit=2))

    assert step.state.commit == 1


def test_a_commit_index_never_goes_back() -> None:
    assert receive(server(2, (E1, E2), commit=2), append(2, (0, 0), commit=1)).state.commit == 2
