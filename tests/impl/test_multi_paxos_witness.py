"""Witnesses, handler by handler."""

from paxiom.impl.ballots import Ballot
from paxiom.impl.multi_paxos import (
    Accept,
    Accepted,
    Candidate,
    Decided,
    Leader,
    Prepare,
    Promise,
    Server,
    Stable,
    Timer,
    Vote,
)
from paxiom.impl.multi_paxos.witness import Withheld, WitnessedMultiPaxos
from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.protocol import Persist, Send, Step
from paxiom.impl.quorum import majority

NODES = N1, N2, N3 = node_ids(3)
FIRST, SECOND = Ballot(1, N1), Ballot(1, N2)
PAXOS = WitnessedMultiPaxos(
    nodes=NODES, phase1=majority(NODES), phase2=majority(NODES), witnesses=(N3,)
)
VOTE = Vote(1, FIRST, "a")
MEMORY = Vote(1, FIRST, Withheld.COMMAND)


def after(step: Step[Server] | None) -> Server:
    assert step is not None
    return step.state


def voted(node: NodeId) -> Step[Server]:
    step = PAXOS.receive(Server(node), N1, Accept(1, FIRST, "a"))
    assert step is not None
    return step


def told(*promises: tuple[NodeId, Vote]) -> Server:
    """The second node, that stands and is told of these votes."""
    server = after(PAXOS.fire(Server(N2), Timer.STAND))
    for source, vote in promises:
        server = after(PAXOS.receive(server, source, Promise(SECOND, frozenset({vote}))))
    return server


def test_a_witness_votes_and_forgets_the_command() -> None:
    step = voted(N3)

    assert Send(N1, Accepted(VOTE)) in step.effects
    assert step.state.acceptor.votes == {MEMORY}


def test_nor_is_it_on_disk() -> None:
    records = [each.record for each in voted(N3).effects if isinstance(each, Persist)]

    assert [record.acceptor.votes for record in records if isinstance(record, Stable)] == [{MEMORY}]


def test_a_node_with_data_keeps_it() -> None:
    assert voted(N2).state.acceptor.votes == {VOTE}


def test_a_witness_learns_nothing_and_does_not_stand() -> None:
    assert PAXOS.receive(Server(N3), N1, Decided(VOTE)) is None
    assert not PAXOS.timers(Server(N3))


def test_a_witness_reports_that_it_voted() -> None:
    step = PAXOS.receive(voted(N3).state, N2, Prepare(SECOND, 1))

    assert step is not None
    assert Send(N2, Promise(SECOND, frozenset({MEMORY}))) in step.effects


def test_a_leader_waits_for_the_command_of_the_highest_vote() -> None:
    older = Vote(1, Ballot(0, N2), "b")

    assert isinstance(told((N2, older), (N3, MEMORY)).role, Candidate)
    leader = told((N2, older), (N3, MEMORY), (N1, VOTE)).role
    assert isinstance(leader, Leader)
    assert leader.open == {Accept(1, SECOND, "a")}


def test_a_newer_command_is_enough() -> None:
    """Whatever the witness voted for was overtaken."""
    overtaken = Vote(1, Ballot(0, N1), Withheld.COMMAND)
    server = told((N2, VOTE), (N3, overtaken))

    assert isinstance(server.role, Leader)
    assert server.role.open == {Accept(1, SECOND, "a")}
