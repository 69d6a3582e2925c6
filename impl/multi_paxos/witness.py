"""Witnesses for Multi-Paxos: acceptors that vote, and keep no commands.

Source: Jehan-François Pâris, "Voting with Witnesses: A Consistency Scheme for Replicated Files",
ICDCS 1986, where a witness keeps a version number in place of a file; here, a ballot.

A witness promises and votes like any acceptor, so that any majority will do, but of its vote it
keeps the slot and the ballot alone. A leader-to-be that is told of such a vote knows that a command
was voted for, and when, but not which. So it waits for more promises than a quorum, until for each
slot the highest vote that it is told of comes with its command.

Why it is safe: it proposes the command of the highest vote in a quorum, as in Multi-Paxos. What is
lost is progress: a command for which one node with data has voted, and witnesses, waits for that
node. Where any two quorums share a node with data (:func:`paxiom.impl.quorum.with_witnesses`) the
highest vote that comes with its command would be enough.

Departures: a leader sends witnesses whole commands; they drop them. Left out: reads, as before; to
turn a witness into a node with data when one of these is lost (Pâris does so).
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from enum import Enum

from paxiom.impl.multi_paxos.core import MultiPaxos
from paxiom.impl.multi_paxos.vocabulary import Acceptor, Candidate, Server, Vote, Votes
from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Step


class Withheld(Enum):
    """In place of a command that its voter did not keep."""

    COMMAND = "withheld"


@dataclass(frozen=True, kw_only=True)  # no slots: they make a new class, which super() misses
class WitnessedMultiPaxos(MultiPaxos):
    """Multi-Paxos in which some nodes, the ``witnesses``, vote but store no data."""

    witnesses: tuple[NodeId, ...]

    # The rules.

    def memory_of(self, vote: Vote) -> Votes:
        """Of its vote a witness keeps the slot and the ballot (Pâris 1986: version numbers)."""
        return frozenset({replace(vote, command=Withheld.COMMAND)})

    def knows_enough(self, candidate: Candidate) -> bool:
        """Wait until each highest vote has come with its command (Pâris 1986: a current copy)."""
        told = {vote for _, votes in candidate.promises for vote in votes}
        return all(
            any(
                vote.slot == high.slot and vote.ballot >= high.ballot for vote in told if kept(vote)
            )
            for high in told
        )

    def command_to_propose(self, votes: Votes) -> Hashable:
        """Take the command of the highest vote that has one."""
        return super().command_to_propose(frozenset(filter(kept, votes)))

    def may_learn(self, server: Server) -> bool:
        """A witness stores nothing: it takes no notice of what is decided."""
        return server.id not in self.witnesses

    # Handlers.

    def timers(self, state: Server) -> Iterable[Hashable]:
        """A witness never stands: it has nothing to lead with."""
        return () if state.id in self.witnesses else super().timers(state)

    def lead(self, server: Server, candidate: Candidate) -> Step[Server]:
        """Lead, or wait for the promise of a node that has what is missing."""
        if not self.knows_enough(candidate):
            return Step(replace(server, role=candidate))
        return super().lead(server, candidate)

    def learn(self, server: Server, vote: Vote) -> Step[Server] | None:
        """Note what is decided, or take no notice."""
        return super().learn(server, vote) if self.may_learn(server) else None

    def obeying(self, server: Server, acceptor: Acceptor) -> Server:
        """Give ``server`` what its acceptor remembers: a witness, less than it was told."""
        if server.id in self.witnesses:
            votes = frozenset[Vote]().union(*map(self.memory_of, acceptor.votes))
            acceptor = replace(acceptor, votes=votes)
        return super().obeying(server, acceptor)


def kept(vote: Vote) -> bool:
    """Whether a vote comes with its command."""
    return vote.command is not Withheld.COMMAND
