"""Paxos without one of its rules: each mutant of the bug zoo overrides exactly one.

Numbers and sources are those of research/bugs.md, section A5. Each mutant comes with the
environment that shows what breaks, and a smaller one that does not.
"""

from dataclasses import dataclass
from typing import Any

from paxiom.impl.names import NodeId, Value
from paxiom.impl.paxos import Acceptor, Ballot, Paxos, Promise, Proposer, Server, Stable, Vote
from paxiom.model_check.model import Delivery, Faults, Model, Network
from paxiom.model_check.models.paxos import paxos


class IgnoresPromisedVotes(Paxos):
    """P01: the proposer proposes its own value whatever the acceptors report."""

    def value_to_propose(self, proposer: Proposer) -> Value:
        return proposer.value


class AdoptsLowestVote(Paxos):
    """P02: the proposer adopts the lowest vote reported, not the highest."""

    def value_to_propose(self, proposer: Proposer) -> Value:
        votes = [vote for _, vote in proposer.promises if vote is not None]
        return min(votes, key=lambda vote: vote.ballot).value if votes else proposer.value


class VotesWithoutLooking(Paxos):
    """P03: an acceptor votes without checking its promise."""

    def may_vote(self, acceptor: Acceptor, ballot: Ballot) -> bool:
        return True


class VoteIsNoPromise(Paxos):
    """P04: voting does not raise the promise."""

    def promise_of_vote(self, acceptor: Acceptor, ballot: Ballot) -> Ballot | None:
        return acceptor.promised


class ForgetsPromises(Paxos):
    """P05: the promise is not on disk."""

    def stable(self, server: Server) -> Stable:
        accepted = server.acceptor.accepted if server.acceptor else None
        return Stable(Acceptor(None, accepted), server.used)


class ForgetsVotes(Paxos):
    """P06: the vote is not on disk."""

    def stable(self, server: Server) -> Stable:
        promised = server.acceptor.promised if server.acceptor else None
        return Stable(Acceptor(promised, None), server.used)


class RejoinsEmpty(Paxos):
    """P07: a node whose disk is lost votes again as if it had never voted."""

    def acceptor_without_disk(self) -> Acceptor | None:
        return Acceptor()


class ReusesBallots(Paxos):
    """P08: a proposer forgets in a crash which ballots it has used, and uses one again.

    Two proposers that share a ballot are harmless here: an acceptor promises a ballot once, and
    tells only the proposer that asked, so one of them at most gets a majority of promises.
    """

    def stable(self, server: Server) -> Stable:
        return Stable(server.acceptor or Acceptor(), None)


class CountsOldPromises(Paxos):
    """P09: promises for an earlier ballot count towards the current one."""

    def answers(self, proposer: Proposer, promise: Promise) -> bool:
        return promise.ballot <= proposer.ballot


class CountsVotesAcrossBallots(Paxos):
    """P11: a learner adds up votes for a value that were cast in different ballots."""

    def is_chosen(self, votes: frozenset[tuple[NodeId, Vote]], vote: Vote) -> bool:
        return self.phase2.is_quorum({node for node, cast in votes if cast.value == vote.value})


@dataclass(frozen=True)
class Mutant:
    """A mutant, the bounds that show it, smaller ones that do not, the length of the trace."""

    number: str
    protocol: type[Paxos]
    shown: dict[str, Any]
    hidden: dict[str, Any]
    length: int
    breaks: str = "agreement"

    def model(self, bounds: dict[str, Any], protocol: type[Paxos] | None = None) -> Model:
        return paxos(protocol=protocol or self.protocol, **bounds)
