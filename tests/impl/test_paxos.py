"""Paxos, sentence by sentence: Leslie Lamport, "Paxos Made Simple" (2001), cited as PMS.

Each test calls handlers directly and is named for what the paper says.
"""

from dataclasses import replace
from itertools import product

import pytest

from paxiom.impl.ballots import Ballot
from paxiom.impl.names import NodeId, Value, node_ids
from paxiom.impl.paxos import (
    Accept,
    Accepted,
    Acceptor,
    Message,
    Paxos,
    Prepare,
    Promise,
    Server,
    Stable,
    Timer,
    Vote,
)
from paxiom.impl.protocol import Decide, Effect, Persist, Send, Step
from paxiom.impl.quorum import Threshold, majority

N1, N2, N3 = NODES = node_ids(3)
A, B, C = Value("a"), Value("b"), Value("c")
PAXOS = Paxos(nodes=NODES, phase1=majority(NODES), phase2=majority(NODES))


def ballot(number: int, proposer: NodeId = N1) -> Ballot:
    return Ballot(number, proposer)


def acceptor(promised: Ballot | None = None, accepted: Vote | None = None) -> Server:
    return Server(N2, acceptor=Acceptor(promised, accepted))


def taken(step: Step[Server] | None) -> Step[Server]:
    assert step is not None, "the node took no notice"
    return step


def after(
    server: Server, *received: tuple[NodeId, Message], protocol: Paxos = PAXOS
) -> Step[Server]:
    """The last of these steps."""
    step = Step(server)
    for source, message in received:
        step = taken(protocol.receive(step.state, source, message))
    return step


def preparing(value: Value = A) -> Server:
    """A proposer that has asked for promises to its ballot 1."""
    return taken(PAXOS.request(Server(N1), value)).state


def kinds(effects: tuple[Effect, ...]) -> list[type[Effect]]:
    return [type(effect) for effect in effects]


# --- §2.2, choosing a value: acceptors ---------------------------------------------------------


def test_p1_an_acceptor_must_accept_the_first_proposal_that_it_receives() -> None:
    voted = after(acceptor(), (N1, Accept(ballot(1), A))).state.acceptor

    assert voted is not None
    assert voted.accepted == Vote(ballot(1), A)


@pytest.mark.parametrize("promised", [None, ballot(1), ballot(2)])
def test_phase_1b_an_acceptor_promises_a_ballot_above_every_one_it_has_promised(
    promised: Ballot | None,
) -> None:
    step = after(acceptor(promised), (N3, Prepare(ballot(2, N3))))

    assert step.state.acceptor == Acceptor(promised=ballot(2, N3))
    assert step.effects[-1] == Send(N3, Promise(ballot(2, N3), None))


@pytest.mark.parametrize("promised", [ballot(2, N3), ballot(3)])
def test_phase_1b_an_acceptor_ignores_a_prepare_that_is_not_above_its_promise(
    promised: Ballot,
) -> None:
    assert PAXOS.receive(acceptor(promised), N3, Prepare(ballot(2, N3))) is None


def test_phase_1b_the_promise_reports_the_highest_ballot_vote_cast() -> None:
    first, second = Accept(ballot(1), A), Accept(ballot(2), B)

    step = after(acceptor(), (N1, first), (N1, second), (N3, Prepare(ballot(2, N3))))

    assert step.effects[-1] == Send(N3, Promise(ballot(2, N3), Vote(ballot(2), B)))


@pytest.mark.parametrize("promised", [None, ballot(1), ballot(2)])
def test_p1a_an_acceptor_accepts_if_it_has_promised_no_higher_ballot(
    promised: Ballot | None,
) -> None:
    step = after(acceptor(promised), (N1, Accept(ballot(2), A)))

    assert step.state.acceptor is not None
    assert step.state.acceptor.accepted == Vote(ballot(2), A)


@pytest.mark.parametrize("promised", [ballot(2, N2), ballot(3)])
def test_p1a_an_acceptor_does_not_accept_if_it_has_promised_a_higher_ballot(
    promised: Ballot,
) -> None:
    assert PAXOS.receive(acceptor(promised), N1, Accept(ballot(2), A)) is None


def test_departure_a_vote_is_a_promise_too() -> None:
    voted = after(acceptor(), (N1, Accept(ballot(2), A))).state

    assert voted.acceptor == Acceptor(promised=ballot(2), accepted=Vote(ballot(2), A))
    assert PAXOS.receive(voted, N1, Accept(ballot(1), B)) is None
    assert PAXOS.receive(voted, N3, Prepare(ballot(1, N3))) is None


# --- §2.2, choosing a value: proposers ---------------------------------------------------------


def test_phase_1a_a_proposer_selects_a_number_and_asks_the_acceptors_to_promise() -> None:
    step = taken(PAXOS.request(Server(N1), A))

    assert step.effects[1:] == tuple(Send(node, Prepare(ballot(1))) for node in NODES)


def test_phase_2a_with_promises_from_a_majority_it_asks_for_votes() -> None:
    promise = Promise(ballot(1), None)

    one = after(preparing(), (N1, promise))
    two = after(preparing(), (N1, promise), (N2, promise))

    assert one.effects == ()
    assert two.effects == tuple(Send(node, Accept(ballot(1), A)) for node in NODES)


def test_phase_2a_a_promise_counts_once_for_each_acceptor() -> None:
    promise = Promise(ballot(1), None)

    assert after(preparing(), (N2, promise), (N2, promise)).effects == ()


def test_phase_2a_it_asks_for_votes_once() -> None:
    promise = Promise(ballot(1), None)
    asked = after(preparing(), (N1, promise), (N2, promise)).state

    assert PAXOS.receive(asked, N3, promise) is None


@pytest.mark.parametrize(
    ("reported", "value"),
    [
        pytest.param((None, None), A, id="any value if no votes are reported"),
        pytest.param((None, Vote(ballot(1, N3), B)), B, id="the one vote"),
        pytest.param((Vote(ballot(1, N3), B), Vote(ballot(1, N2), C)), B, id="the higher, first"),
        pytest.param((Vote(ballot(1, N2), C), Vote(ballot(1, N3), B)), B, id="the higher, last"),
    ],
)
def test_p2c_the_value_is_that_of_the_highest_vote_reported_or_else_its_own(
    reported: tuple[Vote | None, Vote | None], value: Value
) -> None:
    known = Server(N1, used=ballot(1))
    proposing = taken(PAXOS.request(known, A)).state
    promises = [Promise(ballot(2), vote) for vote in reported]

    step = after(proposing, (N2, promises[0]), (N3, promises[1]))

    assert step.effects == tuple(Send(node, Accept(ballot(2), value)) for node in NODES)


def test_phase_2a_promises_to_another_ballot_do_not_count() -> None:
    retried = taken(PAXOS.fire(preparing(), Timer.RETRY)).state

    assert PAXOS.receive(retried, N2, Promise(ballot(1), None)) is None
    assert PAXOS.receive(Server(N1), N2, Promise(ballot(1), None)) is None


def test_a_proposer_can_abandon_a_proposal_at_any_time() -> None:
    """It starts again in a higher ballot, and remembers nothing of what it was promised."""
    promised = after(preparing(), (N2, Promise(ballot(1), None))).state
    assert PAXOS.timers(promised) == (Timer.RETRY,)

    step = taken(PAXOS.fire(promised, Timer.RETRY))

    assert step.state.proposer is not None
    assert step.state.proposer.promises == frozenset()
    assert step.effects[1:] == tuple(Send(node, Prepare(ballot(2))) for node in NODES)


def test_a_node_that_does_not_propose_or_has_decided_has_no_timer() -> None:
    assert PAXOS.timers(Server(N1)) == ()
    assert PAXOS.timers(replace(preparing(), decided=A)) == ()


def test_a_client_is_served_one_value_at_a_time() -> None:
    assert PAXOS.request(preparing(A), B) is None
    assert PAXOS.request(Server(N1, decided=A), B) is None
    assert PAXOS.request(Server(N1), "not a value") is None


# --- §2.3, learning a chosen value -------------------------------------------------------------


def test_an_acceptor_tells_the_distinguished_learner_of_its_vote() -> None:
    step = after(acceptor(), (N1, Accept(ballot(1, N3), A)))

    assert step.effects[1:] == (Send(N3, Accepted(Vote(ballot(1, N3), A))),)


def test_an_acceptor_tells_all_learners_of_its_vote_if_there_are_any() -> None:
    protocol = replace(PAXOS, learners=(N1, N2))

    step = after(acceptor(), (N3, Accept(ballot(1, N3), A)), protocol=protocol)

    told = Accepted(Vote(ballot(1, N3), A))
    assert step.effects[1:] == (Send(N1, told), Send(N2, told))


def test_a_value_is_chosen_when_a_majority_has_voted_for_it() -> None:
    accepted = Accepted(Vote(ballot(1), A))

    one = after(Server(N1), (N1, accepted))
    two = after(Server(N1), (N1, accepted), (N3, accepted))

    assert one.state.decided is None
    assert one.effects == ()
    assert two.state.decided == A
    assert two.effects == (Decide(A),)


def test_votes_in_different_ballots_do_not_add_up_even_for_one_value() -> None:
    step = after(Server(N1), (N1, Accepted(Vote(ballot(1), A))), (N2, Accepted(Vote(ballot(2), A))))

    assert step.state.decided is None


def test_a_vote_counts_once_for_each_acceptor() -> None:
    accepted = Accepted(Vote(ballot(1), A))
    heard = after(Server(N1), (N2, accepted)).state

    assert PAXOS.receive(heard, N2, accepted) is None


def test_a_learner_keeps_the_last_vote_of_each_acceptor() -> None:
    heard = after(Server(N1), (N2, Accepted(Vote(ballot(2), B)))).state

    assert PAXOS.receive(heard, N2, Accepted(Vote(ballot(1), A))) is None
    assert heard.votes == {(N2, Vote(ballot(2), B))}


def test_a_learner_decides_once() -> None:
    decided = Server(N1, decided=A)

    assert PAXOS.receive(decided, N2, Accepted(Vote(ballot(2), A))) is None


def test_what_is_chosen_is_a_matter_of_the_phase_2_quorums_alone() -> None:
    flexible = Paxos(nodes=NODES, phase1=Threshold(NODES, 3), phase2=Threshold(NODES, 1))

    step = after(Server(N1), (N2, Accepted(Vote(ballot(1), A))), protocol=flexible)

    assert step.effects == (Decide(A),)


# --- §2.5, the implementation: stable storage and numbers --------------------------------------


def test_an_acceptor_records_its_promise_before_it_sends_it() -> None:
    step = after(acceptor(), (N3, Prepare(ballot(1, N3))))

    assert kinds(step.effects) == [Persist, Send]
    assert step.effects[0] == Persist(Stable(Acceptor(promised=ballot(1, N3))))


def test_an_acceptor_records_its_vote_before_it_tells_of_it() -> None:
    step = after(acceptor(), (N1, Accept(ballot(1), A)))

    assert kinds(step.effects) == [Persist, Send]
    recorded = Acceptor(promised=ballot(1), accepted=Vote(ballot(1), A))
    assert step.effects[0] == Persist(Stable(recorded))


def test_a_proposer_records_the_highest_number_it_has_used_before_it_uses_it() -> None:
    step = taken(PAXOS.request(Server(N1), A))

    assert kinds(step.effects) == [Persist, Send, Send, Send]
    assert step.effects[0] == Persist(Stable(used=ballot(1)))


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        pytest.param(Server(N2), ballot(1, N2), id="the first"),
        pytest.param(Server(N2, used=ballot(1, N2)), ballot(2, N2), id="above those used"),
        pytest.param(acceptor(ballot(1, N1)), ballot(1, N2), id="above a lower name's"),
        pytest.param(acceptor(ballot(1, N3)), ballot(2, N2), id="above a higher name's"),
        pytest.param(
            Server(N2, acceptor=Acceptor(ballot(4, N3)), used=ballot(2, N2)),
            ballot(5, N2),
            id="above both",
        ),
    ],
)
def test_a_proposer_begins_with_a_higher_number_than_any_it_has_used_or_promised(
    server: Server, expected: Ballot
) -> None:
    assert PAXOS.next_ballot(server) == expected


def test_different_proposers_choose_their_numbers_from_disjoint_sets() -> None:
    known = [None, *(Ballot(number, node) for number in (1, 2) for node in NODES)]
    chosen = {
        node: {
            PAXOS.next_ballot(Server(node, acceptor=Acceptor(promised), used=used))
            for promised, used in product(known, known)
        }
        for node in NODES
    }

    assert all(each.proposer == node for node, ballots in chosen.items() for each in ballots)


def test_a_first_boot_leaves_a_record() -> None:
    """So that no record, later, means a lost disk."""
    assert PAXOS.start(N1) == Step(Server(N1), (Persist(Stable()),))


def test_an_acceptor_remembers_its_promise_and_vote_even_if_it_fails_and_restarts() -> None:
    recorded = Stable(Acceptor(ballot(2), Vote(ballot(1), A)), used=ballot(1, N2))

    step = PAXOS.recover(N2, recorded)

    assert step == Step(Server(N2, acceptor=recorded.acceptor, used=ballot(1, N2)))


def test_a_proposer_may_forget_its_proposal_and_a_learner_what_it_heard() -> None:
    proposing = replace(preparing(), votes=frozenset({(N2, Vote(ballot(1), A))}), decided=A)

    server = PAXOS.recover(N1, PAXOS.stable(proposing)).state

    assert (server.proposer, server.votes, server.decided) == (None, frozenset(), None)
    assert PAXOS.next_ballot(server) == ballot(2)


def test_a_node_that_has_lost_its_disk_is_no_acceptor() -> None:
    lost = PAXOS.recover(N2, None).state

    assert PAXOS.receive(lost, N1, Prepare(ballot(1))) is None
    assert PAXOS.receive(lost, N1, Accept(ballot(1), A)) is None


def test_a_node_that_has_lost_its_disk_does_not_propose() -> None:
    """It does not know the numbers it has used, and no two proposals may have one number."""
    lost = PAXOS.recover(N2, None).state

    assert PAXOS.request(lost, A) is None
