"""Stateright's Paxos example: a register that can be written once, by single-decree Paxos.

Source: github.com/stateright/stateright at ab8c8be (0.31.0), examples/paxos.rs; see
:mod:`support.stateright_register`. A server that is given a value starts a ballot at once, and
counts its own promise and vote without sending them. A decided server answers gets and nothing
else; an undecided one does not answer gets.
"""

from dataclasses import dataclass, replace
from typing import Any

from paxiom.impl.protocol import Send, Step, broadcast
from paxiom.model_check.model import Model
from support.stateright_register import Get, GetOk, Put, PutOk, RegisterSystem, register_model

Ballot = tuple[int, int]  # round, server
Proposal = tuple[int, int, str]  # request, client, value
Vote = tuple[Ballot, Proposal]


@dataclass(frozen=True, slots=True)
class Prepare:
    """1a."""

    ballot: Ballot


@dataclass(frozen=True, slots=True)
class Prepared:
    """1b, with the last vote cast."""

    ballot: Ballot
    accepted: Vote | None


@dataclass(frozen=True, slots=True)
class Accept:
    """2a."""

    ballot: Ballot
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Accepted:
    """2b."""

    ballot: Ballot


@dataclass(frozen=True, slots=True)
class Decided:
    """Leader to the other servers: this is the outcome."""

    ballot: Ballot
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Server:
    """A server: the ballot it is in; as a leader; as an acceptor."""

    number: int
    ballot: Ballot = (0, 0)
    proposal: Proposal | None = None
    prepares: frozenset[tuple[int, Vote | None]] = frozenset()
    accepts: frozenset[int] = frozenset()
    accepted: Vote | None = None
    decided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PaxosSystem(RegisterSystem):
    """Servers that run Paxos."""

    def boot(self, number: int) -> Server:
        """Nothing proposed, nothing accepted."""
        return Server(number)

    def serve(self, server: Server, source: int, message: Any) -> Step[Server] | None:  # noqa: ANN401
        """React to what is of interest in this state; all else is ignored."""
        if server.decided:
            return self._answer(server, source, message)
        match message:
            case Put(request, value) if server.proposal is None:
                return self._prepare(server, (request, source, value))
            case Prepare(ballot) if server.ballot < ballot:
                promise = Prepared(ballot, server.accepted)
                step = replace(server, ballot=ballot)
                return Step(step, (Send(self.nodes[source], promise),))
            case Prepared(ballot, accepted) if ballot == server.ballot:
                return self._on_prepared(server, source, accepted)
            case Accept(ballot, proposal) if server.ballot <= ballot:
                voted = replace(server, ballot=ballot, accepted=(ballot, proposal))
                return Step(voted, (Send(self.nodes[source], Accepted(ballot)),))
            case Accepted(ballot) if ballot == server.ballot:
                return self._on_accepted(server, source)
            case Decided(ballot, proposal):
                return Step(
                    replace(server, ballot=ballot, accepted=(ballot, proposal), decided=True)
                )
        return None

    def _answer(self, server: Server, source: int, message: Any) -> Step[Server] | None:  # noqa: ANN401
        """A decided server answers gets."""
        if not isinstance(message, Get) or server.accepted is None:
            return None
        _, (_, _, value) = server.accepted
        return Step(server, (Send(self.nodes[source], GetOk(message.request, value)),))

    def _prepare(self, server: Server, proposal: Proposal) -> Step[Server]:
        """Begin a ballot, with one's own promise."""
        ballot = (server.ballot[0] + 1, server.number)
        led = replace(
            server,
            ballot=ballot,
            proposal=proposal,
            prepares=frozenset({(server.number, server.accepted)}),
            accepts=frozenset(),
        )
        return Step(led, broadcast(self.others(server.number), Prepare(ballot)))

    def _on_prepared(self, server: Server, source: int, accepted: Vote | None) -> Step[Server]:
        """When a quorum has just promised, propose the highest vote's value."""
        prepares = frozenset((dict(server.prepares) | {source: accepted}).items())
        server = replace(server, prepares=prepares)
        if len(prepares) != self.majority:
            return Step(server)
        votes = [vote for _, vote in prepares if vote is not None]
        proposal = max(votes)[1] if votes else server.proposal
        assert proposal is not None, "a leader has a proposal of its own"
        server = replace(
            server,
            proposal=proposal,
            accepted=(server.ballot, proposal),
            accepts=server.accepts | {server.number},
        )
        accept = Accept(server.ballot, proposal)
        return Step(server, broadcast(self.others(server.number), accept))

    def _on_accepted(self, server: Server, source: int) -> Step[Server]:
        """When a quorum has just voted, tell the servers and the client."""
        server = replace(server, accepts=server.accepts | {source})
        if len(server.accepts) != self.majority:
            return Step(server)
        assert server.proposal is not None, "a leader has a proposal"
        request, client, _ = server.proposal
        decided = Decided(server.ballot, server.proposal)
        told = broadcast(self.others(server.number), decided)
        done = Send(self.nodes[client], PutOk(request))
        return Step(replace(server, decided=True), (*told, done))


def stateright_paxos(clients: int = 2, servers: int = 3) -> Model:
    """``paxos check CLIENTS``."""
    return register_model("Stateright's Paxos", PaxosSystem(servers=servers, clients=clients))
