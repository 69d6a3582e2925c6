"""Multi-Paxos, sentence by sentence: a step at a time, without a network."""

from collections.abc import Iterable

import pytest

from paxiom.impl.ballots import Ballot, ballot_above
from paxiom.impl.multi_paxos import (
    NOOP,
    Accept,
    Accepted,
    Acceptor,
    Candidate,
    Decided,
    Follower,
    Leader,
    Message,
    MultiPaxos,
    Prepare,
    Promise,
    Retired,
    Server,
    Stable,
    Timer,
    Vote,
)
from paxiom.impl.names import NodeId, Value, node_ids
from paxiom.impl.protocol import Apply, Effect, Lead, Persist, Send, Step
from paxiom.impl.quorum import majority

N1, N2, N3 = NODES = node_ids(3)
A, B, C = Value("a"), Value("b"), Value("c")
FIRST, SECOND = Ballot(1, N1), Ballot(1, N2)
THREE = MultiPaxos(nodes=NODES, phase1=majority(NODES), phase2=majority(NODES))


def sent(effects: Iterable[Effect]) -> list[tuple[NodeId, object]]:
    return [(each.to, each.message) for each in effects if isinstance(each, Send)]


def told(effects: Iterable[Effect]) -> list[object]:
    """Each message once, whoever it is for."""
    return list(dict.fromkeys(message for _, message in sent(effects)))


def step(server: Server, source: NodeId, message: Message, of: MultiPaxos = THREE) -> Step[Server]:
    found = of.receive(server, source, message)
    assert found is not None
    return found


def vote(slot: int, command: Value | None, ballot: Ballot = FIRST) -> Vote:
    return Vote(slot, ballot, command)


def accept(slot: int, command: Value | None, ballot: Ballot = FIRST) -> Accept:
    return Accept(slot, ballot, command)


def acceptor(*votes: Vote, promised: Ballot | None = None) -> Server:
    return Server(N1, Stable(Acceptor(promised, frozenset(votes))))


def candidate(*, first: int = 1, ballot: Ballot = SECOND, decided: Iterable[Vote] = ()) -> Server:
    return Server(N2, role=Candidate(ballot, first), decided=frozenset(decided))


def leader(*, ahead: int = 1, opened: Iterable[Accept] = ()) -> Server:
    return Server(N1, role=Leader(FIRST, ahead, frozenset(opened)))


def elected(server: Server, *reports: frozenset[Vote]) -> Step[Server]:
    """Let a candidate have promises with these reports, of which the last makes a quorum."""
    assert isinstance(server.role, Candidate)
    promises = [Promise(server.role.ballot, votes) for votes in reports]
    for source, promise in zip(NODES, promises[:-1], strict=False):
        server = step(server, source, promise).state
    return step(server, N3, promises[-1])


# --- phase 1, once for all slots ------------------------------------------------------------------


def test_a_node_that_stands_asks_about_all_slots_from_the_first_undecided_one() -> None:
    """PMS §3: a new leader knows most of the commands that have been chosen, with gaps."""
    server = Server(N1, decided=frozenset({vote(1, A), vote(3, C)}), applied=1)

    stood = THREE.fire(server, Timer.STAND)

    assert stood.effects[0] == Persist(Stable(Acceptor(), FIRST))
    assert told(stood.effects) == [Prepare(FIRST, 2)]
    assert stood.state.role == Candidate(FIRST, 2)


def test_an_acceptor_promises_durably_and_reports_its_votes_in_those_slots() -> None:
    server = acceptor(vote(1, A), vote(2, B), vote(3, C), promised=FIRST)

    promised = step(server, N2, Prepare(SECOND, 2))

    kept = Stable(Acceptor(SECOND, server.acceptor.votes))
    report = frozenset({vote(2, B), vote(3, C)})
    assert promised.effects == (Persist(kept), Send(N2, Promise(SECOND, report)))


@pytest.mark.parametrize("ballot", [FIRST, SECOND])
def test_an_acceptor_takes_no_notice_of_a_ballot_that_is_not_above_its_promise(
    ballot: Ballot,
) -> None:
    assert THREE.receive(acceptor(promised=SECOND), N2, Prepare(ballot, 1)) is None


def test_a_leader_proposes_again_what_may_have_been_chosen_and_fills_the_gaps() -> None:
    """PMS §3: commands 135 and 140 are constrained, 136 and 137 become no-ops."""
    high = vote(1, A, Ballot(2, N3))
    step_ = elected(
        candidate(ballot=Ballot(3, N2)), frozenset({vote(1, B), vote(4, C)}), frozenset({high})
    )

    ballot = Ballot(3, N2)
    again = [accept(s, c, ballot) for s, c in ((1, A), (2, NOOP), (3, NOOP), (4, C))]
    assert step_.state.role == Leader(ballot, 5, frozenset(again))
    assert step_.effects[0] == Lead(3)
    assert told(step_.effects) == again


def test_a_leader_fills_gaps_before_what_was_decided_meanwhile() -> None:
    """Its promises tell of no vote, and yet slot 2 is decided since it has asked."""
    step_ = elected(candidate(decided=[vote(2, B)]), frozenset(), frozenset())

    assert told(step_.effects) == [accept(1, NOOP, SECOND)]
    assert step_.state.role == Leader(SECOND, 3, frozenset({accept(1, NOOP, SECOND)}))


def test_a_leader_does_not_propose_where_it_knows_the_decision() -> None:
    step_ = elected(candidate(decided=[vote(1, A)]), frozenset({vote(1, A)}), frozenset())

    assert step_.state.role == Leader(SECOND, 2)
    assert told(step_.effects) == []


def test_promises_for_another_ballot_do_not_count() -> None:
    assert THREE.receive(candidate(), N3, Promise(FIRST, frozenset())) is None


def test_one_promise_is_no_quorum() -> None:
    step_ = step(candidate(), N3, Promise(SECOND, frozenset()))

    assert isinstance(step_.state.role, Candidate)
    assert step_.effects == ()


# --- phase 2, for one slot after the other --------------------------------------------------------


def test_a_leader_proposes_without_phase_1() -> None:
    asked = THREE.request(leader(), A)

    assert asked is not None
    assert sent(asked.effects) == [(node, accept(1, A)) for node in NODES]
    assert asked.state.role == Leader(FIRST, 2, frozenset({accept(1, A)}))


def test_a_leader_has_so_many_slots_open_at_a_time() -> None:
    """The window is 2: slot 3 must wait for slot 1."""
    two = leader(ahead=3, opened=[accept(1, A), accept(2, B)])
    after = step(two, N2, Accepted(vote(1, A))).state
    after = step(after, N3, Accepted(vote(1, A))).state

    assert THREE.request(two, C) is None
    assert THREE.request(after, C) is not None


def test_who_does_not_lead_takes_no_notice_of_clients() -> None:
    assert THREE.request(Server(N1), A) is None
    assert THREE.request(candidate(), A) is None
    assert THREE.leader_hint(acceptor(promised=SECOND)) == N2
    assert THREE.leader_hint(Server(N1)) is None


def test_an_acceptor_votes_durably_and_tells_the_leader() -> None:
    voted = step(acceptor(promised=FIRST), N1, accept(1, A))

    assert voted.effects == (
        Persist(Stable(Acceptor(FIRST, frozenset({vote(1, A)})))),
        Send(N1, Accepted(vote(1, A))),
    )


def test_an_acceptor_that_has_promised_a_higher_ballot_does_not_vote() -> None:
    assert THREE.receive(acceptor(promised=SECOND), N1, accept(1, A)) is None


def test_a_vote_replaces_that_in_its_slot_alone_and_is_a_promise() -> None:
    server = acceptor(vote(1, A), vote(2, B), promised=FIRST)

    voted = step(server, N2, accept(1, C, SECOND)).state

    assert voted.acceptor == Acceptor(SECOND, frozenset({vote(1, C, SECOND), vote(2, B)}))


def test_a_quorum_of_votes_decides_and_the_leader_tells_the_others() -> None:
    server = step(leader(ahead=2, opened=[accept(1, A)]), N2, Accepted(vote(1, A))).state

    decided = step(server, N3, Accepted(vote(1, A)))

    assert decided.state.decided == {vote(1, A)}
    assert decided.state.role == Leader(FIRST, 2)
    assert decided.state.heard == frozenset()
    assert decided.effects == (
        Send(N2, Decided(vote(1, A))),
        Send(N3, Decided(vote(1, A))),
        Apply(1, A, 1),
    )


@pytest.mark.parametrize("other", [vote(2, A), vote(1, B), vote(1, A, SECOND)])
def test_votes_in_another_slot_or_ballot_do_not_add_up(other: Vote) -> None:
    server = step(leader(), N2, Accepted(other)).state

    assert step(server, N3, Accepted(vote(1, A))).state.decided == frozenset()


def test_learners_are_told_of_votes_and_not_of_decisions() -> None:
    told_all = MultiPaxos(
        nodes=NODES, phase1=majority(NODES), phase2=majority(NODES), learners=NODES
    )
    voted = step(Server(N1), N1, accept(1, A), told_all)
    server = step(leader(), N2, Accepted(vote(1, A)), told_all).state
    decided = step(server, N3, Accepted(vote(1, A)), told_all)

    assert [to for to, _ in sent(voted.effects)] == [N1, N2, N3]
    assert sent(decided.effects) == []
    assert decided.state.decided


# --- order ----------------------------------------------------------------------------------------


def test_slots_are_decided_in_any_order_and_applied_in_that_of_their_numbers() -> None:
    later = step(Server(N3), N1, Decided(vote(2, B)))
    both = step(later.state, N1, Decided(vote(1, A)))

    assert later.effects == ()
    assert later.state.applied == 0
    assert both.effects == (Apply(1, A, 1), Apply(2, B, 1))
    assert both.state.applied == 2


def test_a_decision_is_learnt_once() -> None:
    server = step(Server(N3), N1, Decided(vote(1, A))).state

    assert THREE.receive(server, N1, Decided(vote(1, A))) is None
    assert THREE.receive(server, N2, Accepted(vote(1, A))) is None


# --- leaders come and go --------------------------------------------------------------------------


def test_a_leader_follows_when_its_acceptor_promises_a_higher_ballot() -> None:
    assert step(leader(), N2, Prepare(SECOND, 1)).state.role == Follower()
    assert step(leader(), N2, accept(1, B, SECOND)).state.role == Follower()


def test_a_candidate_keeps_standing_when_it_promises_itself() -> None:
    server = Server(N2, role=Candidate(SECOND, 1))

    assert isinstance(step(server, N2, Prepare(SECOND, 1)).state.role, Candidate)


def test_ballots_are_ones_own_and_above_all_known() -> None:
    assert ballot_above(N1, (None, None)) == FIRST
    assert ballot_above(N2, (FIRST, None)) == SECOND
    assert ballot_above(N1, (FIRST, SECOND)) == Ballot(2, N1)
    assert ballot_above(N1, (FIRST,)) == Ballot(2, N1)


def test_who_may_lead_may_stand_at_any_time_and_a_leader_may_repeat() -> None:
    one = MultiPaxos(nodes=NODES, phase1=majority(NODES), phase2=majority(NODES), leaders=(N1,))

    assert [*one.timers(Server(N1))] == [Timer.STAND]
    assert [*one.timers(Server(N2))] == []
    assert [*THREE.timers(Server(N2))] == [Timer.STAND]
    assert [*THREE.timers(leader())] == [Timer.REPEAT]


def test_a_leader_repeats_what_is_open_and_what_its_ballot_decided() -> None:
    server = Server(
        N1,
        role=Leader(FIRST, 4, frozenset({accept(3, C)})),
        decided=frozenset({vote(1, A, Ballot(0, N2)), vote(2, B)}),
    )

    repeated = THREE.fire(server, Timer.REPEAT)

    assert repeated.state == server
    assert told(repeated.effects) == [accept(3, C), Decided(vote(2, B))]


# --- disks ----------------------------------------------------------------------------------------


def test_a_node_comes_back_with_its_promise_and_votes() -> None:
    record = Stable(Acceptor(SECOND, frozenset({vote(1, A)})), FIRST)

    assert THREE.recover(N1, record).state == Server(N1, record)


def test_a_node_without_its_disk_takes_no_part() -> None:
    lost = THREE.recover(N1, None).state

    assert lost.role == Retired()
    assert [*THREE.timers(lost)] == []
    assert THREE.receive(lost, N2, Prepare(SECOND, 1)) is None
    assert THREE.request(lost, A) is None


def test_a_node_says_on_its_disk_that_it_has_booted() -> None:
    assert THREE.start(N1) == Step(Server(N1), (Persist(Stable()),))
