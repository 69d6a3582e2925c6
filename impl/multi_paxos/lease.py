"""Leases for Multi-Paxos: a leader that holds one answers reads by itself, without a round.

Sources: Tushar Chandra, Robert Griesemer and Joshua Redstone, "Paxos Made Live: An Engineering
Perspective", PODC 2007, section 5.2 (cited as PML); the idea is that of Cary Gray and David
Cheriton, "Leases: An Efficient Fault-Tolerant Mechanism for Distributed File Cache Consistency",
SOSP 1989.

An acceptor that answers a leader, by a promise or a vote, *grants*: for ``term`` ticks of its own
clock it promises nobody else anything. A leader counts ``margin`` ticks less, by its clock and from
the moment it asked; as long as that it *holds* the lease that the answers of a quorum give.

Why it is safe: the granters are a quorum of phase 2, which every quorum of phase 1 meets, so nobody
else is elected before one of them has counted all its ticks. Until then nothing is decided but what
the holder proposes, and once it knows what was decided before it was elected, its own state is the
newest there is. Clocks that are never more than ``skew`` ticks apart may gain twice that on each
other, from so far behind to so far ahead; so the margin must be at least ``2 * skew``.

Departures. In PML votes alone grant, and an acceptor takes no message at all from others; here it
only promises them nothing, as a vote for another leader comes of promises. A restarted acceptor,
which has forgotten to whom it granted, promises nobody anything for a whole term.

Left out: to renew a lease when there is nothing to write (PML proposes a value that means nothing);
to give one up; several clients at a time: a node takes one write after the other.
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace

from paxiom.impl.ballots import Ballot
from paxiom.impl.multi_paxos.core import MultiPaxos
from paxiom.impl.multi_paxos.vocabulary import (
    NOOP,
    Acceptor,
    Candidate,
    Leader,
    Retired,
    Server,
    Stable,
    Vote,
)
from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Effect, Persist, Reply, Step
from paxiom.impl.requests import Read, Write

PROMISES = 0  # what promises answer, as slots are numbered from 1


@dataclass(frozen=True, slots=True)
class Grant:
    """For ``left`` more ticks this acceptor promises nobody but ``to``; if None, nobody at all."""

    to: NodeId | None
    left: int


@dataclass(frozen=True, slots=True)
class LeasedServer(Server):
    """One node. All that is added here is counted down by its clock or forgotten with its role.

    ``asked`` tells for how many ticks more an answer for a slot, or a promise, gives a lease;
    ``lease`` for how many the lease is held. ``found`` is the last slot that was in use when this
    leader was elected. ``call`` is the slot in which it has proposed what its client waits for.
    """

    grant: Grant | None = None
    asked: frozenset[tuple[int, int]] = frozenset()
    lease: int = 0
    found: int = 0
    call: int | None = None

    @property
    def value(self) -> Hashable:
        """What was last written, as far as this node has applied."""
        written = {v.slot: v.command for v in self.decided if v.command != NOOP}
        return written.get(max((slot for slot in written if slot <= self.applied), default=0))


@dataclass(frozen=True, kw_only=True)  # no slots: they make a new class, which super() misses
class LeasedMultiPaxos(MultiPaxos):
    """Multi-Paxos with leases of ``term`` ticks, held for ``margin`` ticks less.

    The margin must be twice the ``skew`` of clocks, or more.
    """

    term: int
    margin: int

    # The rules.

    def may_promise(self, server: Server, ballot: Ballot) -> bool:
        """Promise nobody else anything while a grant lasts (PML §5.2)."""
        grant = leased(server).grant
        free = grant is None or grant.to == ballot.proposer
        return free and super().may_promise(server, ballot)

    def grant_after_restart(self) -> Grant | None:
        """Whoever has forgotten its grants waits until the last of them is over."""
        return Grant(None, self.term)

    def time_to_hold(self) -> int:
        """Hold a lease for less time than it is granted for, as clocks drift (PML §5.2)."""
        return self.term - self.margin

    def gained(self, server: LeasedServer, slot: int) -> int:
        """Count from the moment of asking, which is before any acceptor grants."""
        return dict(server.asked).get(slot, 0)

    def binds(self, granters: set[NodeId]) -> bool:
        """A lease is granted by a quorum that every quorum of promises meets."""
        return self.phase2.is_quorum(granters)

    def holds(self, server: LeasedServer) -> bool:
        """Read only under a lease that is not over (PML §5.2)."""
        return server.lease > 0

    def has_caught_up(self, server: LeasedServer) -> bool:
        """Read only when all is applied that may have been decided under earlier leaders."""
        return server.applied >= server.found

    # Life, death and time.

    def start(self, node: NodeId) -> Step[Server]:
        """Boot as any node of Multi-Paxos does; nothing is granted."""
        return Step(LeasedServer(node), (Persist(Stable()),))

    def recover(self, node: NodeId, record: Hashable) -> Step[Server]:
        """Restart without any lease."""
        if isinstance(record, Stable):
            return Step(LeasedServer(node, record, grant=self.grant_after_restart()))
        return Step(self.without_disk(node))

    def without_disk(self, node: NodeId) -> Server:
        """Take no part any more."""
        return LeasedServer(node, role=Retired())

    def tick(self, state: Server) -> Step[Server]:
        """Count down."""
        server = leased(state)
        grant = server.grant and replace(server.grant, left=server.grant.left - 1)
        asked = frozenset((slot, left - 1) for slot, left in server.asked if left > 1)
        return Step(
            replace(
                server,
                grant=grant if grant and grant.left else None,
                asked=asked,
                lease=max(0, server.lease - 1),
            )
        )

    # Leaders.

    def prepare(self, server: Server) -> Step[Server]:
        """Ask for promises, and for a lease with them."""
        step = super().prepare(server)
        asked = frozenset({(PROMISES, self.time_to_hold())})
        return Step(replace(leased(step.state), asked=asked), step.effects)

    def lead(self, server: Server, candidate: Candidate) -> Step[Server]:
        """Hold the lease that the promises give; ask for more with each proposal."""
        step = super().lead(server, candidate)
        leader, after = step.state.role, leased(step.state)
        assert isinstance(leader, Leader)
        granted = self.binds({node for node, _ in candidate.promises})
        after = replace(
            after,
            asked=frozenset((accept.slot, self.time_to_hold()) for accept in leader.open),
            lease=self.gained(leased(server), PROMISES) if granted else 0,
            found=leader.next - 1,
        )
        return Step(after, step.effects)

    def request(self, state: Server, command: Hashable) -> Step[Server] | None:
        """Answer a read at once, or not at all; propose a write, if no other is waited for."""
        server = leased(state)
        match command:
            case Write(value) if server.call is None:
                return self.propose(server, value)
            case Read() if isinstance(server.role, Leader):
                may_read = self.holds(server) and self.has_caught_up(server)
                return Step(server, (Reply(server.value),)) if may_read else None
            case _:
                return None

    def propose(self, server: LeasedServer, command: Hashable) -> Step[Server] | None:
        """Propose for the next slot, and ask for a new lease with that."""
        step = super().request(server, command)
        if step is None:
            return None
        assert isinstance(server.role, Leader)
        slot = server.role.next
        asked = server.asked | {(slot, self.time_to_hold())}
        return Step(replace(leased(step.state), asked=asked, call=slot), step.effects)

    def on_accepted(self, server: Server, source: NodeId, vote: Vote) -> Step[Server] | None:
        """With votes from a quorum, hold the lease for as long as they give."""
        step = super().on_accepted(server, source, vote)
        leader = server.role
        if step is None or not isinstance(leader, Leader) or vote.ballot != leader.ballot:
            return step
        if vote not in step.state.decided - server.decided:
            return step
        lease = max(leased(server).lease, self.gained(leased(server), vote.slot))
        asked = frozenset(each for each in leased(server).asked if each[0] != vote.slot)
        return Step(replace(leased(step.state), lease=lease, asked=asked), step.effects)

    def apply(self, server: Server) -> tuple[Server, tuple[Effect, ...]]:
        """Answer the client whose command is applied, if it is this leader's that was decided."""
        after, effects = super().apply(server)
        after, leader = leased(after), server.role
        if after.call is None or after.applied < after.call:
            return after, effects
        assert isinstance(leader, Leader)
        slots = {vote.slot for vote in after.decided if vote.ballot == leader.ballot}
        answer = (Reply(None),) if after.call in slots else ()
        return replace(after, call=None), (*effects, *answer)

    # Acceptors.

    def obeying(self, server: Server, acceptor: Acceptor) -> Server:
        """Grant to whom the promise or vote is for; who has stepped down holds nothing."""
        after = leased(super().obeying(server, acceptor))
        if after.role != server.role:
            after = LeasedServer(
                after.id, after.stable, after.role, after.heard, after.decided, after.applied
            )
        to = acceptor.promised.proposer if acceptor.promised else None
        return replace(after, grant=Grant(to, self.term))


def leased(server: Server) -> LeasedServer:
    """Know a server for one of this protocol's."""
    assert isinstance(server, LeasedServer), f"{server.id} is no LeasedServer"
    return server
