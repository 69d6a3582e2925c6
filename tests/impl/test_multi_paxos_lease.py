"""Leases, handler by handler: the rules where two readings are possible."""

import pytest

from paxiom.impl.ballots import Ballot
from paxiom.impl.multi_paxos import (
    Accept,
    Accepted,
    Leader,
    Prepare,
    Promise,
    Server,
    Stable,
    Timer,
    Vote,
)
from paxiom.impl.multi_paxos.lease import Grant, LeasedMultiPaxos, LeasedServer
from paxiom.impl.names import node_ids
from paxiom.impl.protocol import Apply, Reply, Step
from paxiom.impl.quorum import majority
from paxiom.impl.requests import Read, Write

NODES = N1, N2, N3 = node_ids(3)
FIRST, SECOND = Ballot(1, N1), Ballot(1, N2)
LEASED = LeasedMultiPaxos(
    nodes=NODES, phase1=majority(NODES), phase2=majority(NODES), term=5, margin=2
)


def after(step: Step[Server] | None) -> LeasedServer:
    assert step is not None
    assert isinstance(step.state, LeasedServer)
    return step.state


def ticked(server: LeasedServer, ticks: int) -> LeasedServer:
    for _ in range(ticks):
        server = after(LEASED.tick(server))
    return server


def elected(*, late: int = 0) -> LeasedServer:
    """A leader of the first ballot, after waiting so long for promises."""
    server = ticked(after(LEASED.fire(LeasedServer(N1), Timer.STAND)), late)
    for source in (N1, N2):
        server = after(LEASED.receive(server, source, Promise(FIRST, frozenset())))
    return server


def voted(server: LeasedServer, slot: int) -> Step[Server] | None:
    """What the second vote for a slot does."""
    vote = Vote(slot, FIRST, "a")
    server = after(LEASED.receive(server, N1, Accepted(vote)))
    return LEASED.receive(server, N2, Accepted(vote))


# --- who grants -----------------------------------------------------------------------------------


def test_a_promise_keeps_others_out_for_a_term() -> None:
    granter = after(LEASED.receive(LeasedServer(N3), N1, Prepare(FIRST, 1)))

    assert LEASED.receive(ticked(granter, 4), N2, Prepare(SECOND, 1)) is None
    assert LEASED.receive(ticked(granter, 5), N2, Prepare(SECOND, 1)) is not None


def test_a_grant_does_not_keep_out_whom_it_is_for() -> None:
    granter = after(LEASED.receive(LeasedServer(N3), N1, Prepare(FIRST, 1)))

    assert LEASED.receive(granter, N1, Prepare(Ballot(2, N1), 1)) is not None


def test_a_vote_grants_for_another_term() -> None:
    granter = ticked(after(LEASED.receive(LeasedServer(N3), N1, Prepare(FIRST, 1))), 4)

    granter = after(LEASED.receive(granter, N1, Accept(1, FIRST, "a")))

    assert granter.grant == Grant(N1, 5)


def test_whoever_restarts_promises_nobody_anything_for_a_term() -> None:
    server = after(LEASED.recover(N3, Stable()))

    assert LEASED.receive(ticked(server, 4), N1, Prepare(FIRST, 1)) is None
    assert LEASED.receive(ticked(server, 5), N1, Prepare(FIRST, 1)) is not None


def test_whoever_restarts_holds_no_lease() -> None:
    assert after(LEASED.recover(N1, elected().stable)).lease == 0


# --- who holds ------------------------------------------------------------------------------------


def test_a_leader_holds_its_lease_for_less_than_the_term() -> None:
    assert elected().lease == 3


@pytest.mark.parametrize(("late", "left"), [(1, 2), (3, 0), (9, 0)])
def test_it_counts_from_when_it_asked(late: int, left: int) -> None:
    assert elected(late=late).lease == left


def test_votes_renew_the_lease_as_of_the_proposal() -> None:
    leader = ticked(after(LEASED.request(ticked(elected(), 2), Write("a"))), 1)
    assert leader.lease == 0

    assert after(voted(leader, 1)).lease == 2


def test_late_votes_do_not_shorten_it() -> None:
    leader = after(LEASED.request(elected(), Write("a")))

    assert after(voted(leader, 1)).lease == 3


def test_a_leader_that_steps_down_holds_nothing() -> None:
    leader = elected()

    server = after(LEASED.receive(leader, N2, Prepare(SECOND, 1)))

    assert (server.lease, server.asked, server.call) == (0, frozenset(), None)


# --- reads and writes -----------------------------------------------------------------------------


def test_a_read_is_answered_without_a_message() -> None:
    leader = after(voted(after(LEASED.request(elected(), Write("a"))), 1))

    assert LEASED.request(leader, Read()) == Step(leader, (Reply("a"),))


def test_a_read_is_not_answered_when_the_lease_is_over() -> None:
    assert LEASED.request(ticked(elected(), 2), Read()) is not None
    assert LEASED.request(ticked(elected(), 3), Read()) is None


def test_a_new_leader_reads_once_it_has_applied_what_it_found() -> None:
    candidate = after(LEASED.fire(LeasedServer(N2), Timer.STAND))
    found = frozenset({Vote(1, FIRST, "a")})
    for source, votes in ((N2, frozenset()), (N3, found)):
        candidate = after(LEASED.receive(candidate, source, Promise(SECOND, votes)))
    assert isinstance(candidate.role, Leader)
    assert candidate.lease > 0

    assert LEASED.request(candidate, Read()) is None
    for source in (N2, N3):
        candidate = after(LEASED.receive(candidate, source, Accepted(Vote(1, SECOND, "a"))))
    assert LEASED.request(candidate, Read()) == Step(candidate, (Reply("a"),))


def test_a_write_is_answered_when_it_is_applied() -> None:
    step = voted(after(LEASED.request(elected(), Write("a"))), 1)

    assert step is not None
    assert step.effects[-2:] == (Apply(1, "a", 1), Reply(None))


def test_one_write_at_a_time() -> None:
    leader = after(LEASED.request(elected(), Write("a")))

    assert LEASED.request(leader, Write("b")) is None
