"""Raft, sentence by sentence: Ongaro and Ousterhout, extended version (2014), cited as RAFT.

Each test calls handlers directly and is named for what the paper says.
"""

from dataclasses import replace

import pytest

from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.protocol import Apply, Lead, Persist, Send
from paxiom.impl.quorum import majority
from paxiom.impl.raft import (
    Appended,
    Candidate,
    Entry,
    Follower,
    Leader,
    Peer,
    Raft,
    RequestVote,
    Retired,
    Server,
    Stable,
    Timer,
    Vote,
)
from support.raft_servers import (
    E1,
    E2,
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

# --- elections (§5.2, §5.4.1) -------------------------------------------------------------------


def test_a_follower_that_hears_nothing_stands_for_election() -> None:
    step = RAFT.fire(server(1, (E1,)), Timer.ELECTION)

    assert step.state.stable == Stable(2, N1, (E1,))
    assert step.state.role == Candidate(frozenset({N1}))
    assert sent(step) == dict.fromkeys((N2, N3), RequestVote(2, 1, 1))


@pytest.mark.parametrize("term", [0, 1, 2, 5])
def test_an_election_is_for_the_next_term(term: int) -> None:
    assert RAFT.fire(server(term), Timer.ELECTION).state.term == term + 1


def test_term_and_vote_are_on_disk_before_anybody_is_asked() -> None:
    assert kinds(RAFT.fire(server(), Timer.ELECTION)) == [Persist, Send, Send]


def test_a_server_votes_once_in_a_term_first_come_first_served() -> None:
    granted = receive(server(1), RequestVote(1, 0, 0), N2)

    assert granted.effects == (Persist(Stable(1, N2)), Send(N2, Vote(1, granted=True)))
    assert RAFT.receive(granted.state, N3, RequestVote(1, 0, 0)) is None


def test_the_same_candidate_gets_the_same_vote_again() -> None:
    again = receive(server(1, vote=N2), RequestVote(1, 0, 0), N2)

    assert again.effects == (Send(N2, Vote(1, granted=True)),)


@pytest.mark.parametrize(
    ("last_index", "last_term", "granted"),
    [(2, 2, True), (1, 3, True), (3, 2, True), (1, 2, False), (9, 1, False), (0, 0, False)],
)
def test_the_vote_goes_to_a_log_that_is_no_older(
    last_index: int,
    last_term: int,
    granted: bool,  # noqa: FBT001 - parametrised
) -> None:
    """The own log ends with an entry of term 2 at index 2: later term, or equal and as long."""
    step = RAFT.receive(server(3, (E1, E2)), N2, RequestVote(3, last_index, last_term))

    assert (step is not None) is granted


def test_a_request_of_an_old_term_is_told_the_new_one() -> None:
    step = receive(server(3), RequestVote(2, 9, 9))

    assert sent(step) == {N2: Vote(3, granted=False)}


def test_a_higher_term_makes_a_follower_without_a_vote() -> None:
    deposed = receive(leader(1, (), Peer(N2, 1), Peer(N3, 1)), Vote(2, granted=False)).state

    assert (deposed.role, deposed.stable) == (Follower(), Stable(2))


def test_a_majority_of_votes_makes_a_leader_that_is_heard_at_once() -> None:
    candidate = server(2, (E1,), vote=N1, role=Candidate(frozenset({N1})))

    step = receive(candidate, Vote(2, granted=True))

    own = Entry(2)
    assert step.state.role == Leader(frozenset({Peer(N2, 2), Peer(N3, 2)}))
    assert step.state.log == (E1, own)
    assert kinds(step) == [Persist, Lead, Send, Send]
    assert sent(step) == dict.fromkeys((N2, N3), append(2, (1, 1), own))


def test_a_new_leader_expects_its_peers_to_lack_only_what_it_adds() -> None:
    candidate = server(3, (E1, E2), vote=N1, role=Candidate(frozenset({N1})))

    step = receive(candidate, Vote(3, granted=True))

    assert step.state.role == Leader(frozenset({Peer(N2, 3), Peer(N3, 3)}))


def test_without_the_no_op_a_new_leader_sends_heartbeats() -> None:
    candidate = server(2, (E1,), vote=N1, role=Candidate(frozenset({N1})))

    step = replace(RAFT, noop=False).receive(candidate, N2, Vote(2, granted=True))

    assert step is not None
    assert sent(step) == dict.fromkeys((N2, N3), append(2, (1, 1)))


def test_one_vote_counts_once_however_often_it_arrives() -> None:
    five = replace(RAFT, nodes=node_ids(5), quorum=majority(node_ids(5)))
    candidate = server(2, vote=N1, role=Candidate(frozenset({N1})))

    first = five.receive(candidate, N2, Vote(2, granted=True))

    assert first is not None
    assert first.state.role == Candidate(frozenset({N1, N2}))
    assert five.receive(first.state, N2, Vote(2, granted=True)) is None


@pytest.mark.parametrize("vote", [Vote(1, granted=True), Vote(2, granted=False)])
def test_old_votes_and_refusals_do_not_count(vote: Vote) -> None:
    candidate = server(2, vote=N1, role=Candidate(frozenset({N1})))

    assert RAFT.receive(candidate, N2, vote) is None


def test_a_candidate_yields_to_the_leader_of_its_term() -> None:
    candidate = server(2, vote=N1, role=Candidate(frozenset({N1})))

    assert receive(candidate, append(2, (0, 0))).state.role == Follower(N2)


def test_a_cluster_of_one_elects_itself_and_commits_alone() -> None:
    alone = Raft(nodes=(N1,), quorum=majority((N1,)))

    step = alone.fire(Server(N1), Timer.ELECTION)

    assert kinds(step) == [Persist, Lead, Apply]
    assert step.state.commit == 1


# --- crashes ------------------------------------------------------------------------------------


def test_term_vote_and_log_survive_and_nothing_else() -> None:
    disk = Stable(3, N2, (E1, E2))

    assert RAFT.recover(N1, disk).state == Server(N1, disk)


def test_a_server_without_its_disk_takes_no_part() -> None:
    lost = RAFT.recover(N1, None).state

    assert lost.role == Retired()
    assert RAFT.receive(lost, N2, RequestVote(9, 9, 9)) is None
    assert RAFT.timers(lost) == ()


def test_first_boot_leaves_a_record() -> None:
    assert RAFT.start(N1).effects == (Persist(Stable()),)


# --- terms and names are values: those in a message are never the very objects in the state ------


def far() -> int:
    """Return term 1000, another object each time: CPython shares only small numbers."""
    return int("1000")


def test_an_equal_term_is_a_term_to_vote_in() -> None:
    assert sent(receive(server(far()), RequestVote(far(), 0, 0))) == {N2: Vote(1000, granted=True)}


def test_a_second_candidate_of_an_equal_term_gets_no_answer() -> None:
    assert RAFT.receive(server(far(), vote=N3), N2, RequestVote(far(), 0, 0)) is None


def test_a_vote_of_an_equal_term_counts() -> None:
    candidate = server(far(), vote=N1, role=Candidate(frozenset({N1})))

    assert isinstance(receive(candidate, Vote(far(), granted=True)).state.role, Leader)


def test_entries_of_equal_terms_agree() -> None:
    log = Entry(far(), X), Entry(far(), Y), Entry(far(), X)

    step = receive(server(far(), log), append(far(), (1, far()), Entry(far(), Y)))

    assert step.state.log == log
    assert sent(step) == {N2: Appended(1000, success=True, index=2)}


def test_an_entry_of_an_equal_term_is_committed_by_an_answer_of_an_equal_term() -> None:
    state = leader(far(), (Entry(far(), X),), Peer(N2, 1), Peer(N3, 1))

    assert receive(state, Appended(far(), success=True, index=1)).state.commit == 1


def test_a_peer_is_known_by_its_name() -> None:
    state = leader(1, (E1,), Peer(N2, 1), Peer(N3, 1))

    step = receive(state, Appended(1, success=True, index=1), NodeId("n2"))

    assert step.state.role == Leader(frozenset({Peer(N2, 2, 1), Peer(N3, 1)}))


def test_nobody_writes_to_himself_under_his_own_name() -> None:
    step = RAFT.fire(replace(server(), id=NodeId("n1")), Timer.ELECTION)

    assert set(sent(step)) == {N2, N3}
