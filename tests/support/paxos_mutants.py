"""Paxos without one of its rules: each mutant of the bug zoo overrides exactly one.

Numbered as in the project's bug list, with its sources: classic errors (P01-P03, P05, P06); P04
Brooker 2021, via CASSANDRA-17162; P07 Michael et al., DISC 2017; P08 phxpaxos#145; P09
luohaha/MyPaxos#18; P11 booth#47; P13 Whittaker et al. 2021. Each mutant comes with the
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
    """A mutant, bounds that show it, bounds below them that do not, and the shortest trace.

    ``length`` is counted by hand. A ballot that decides takes nine steps with three acceptors:
    a request, two prepares, two promises, two accepts and two acceptances. One that only plants a
    vote takes six: it stops after its first accept. ``why`` adds up the rest.
    """

    number: str
    protocol: type[Paxos]
    length: int
    why: str
    shown: dict[str, Any]
    hidden: dict[str, Any]
    slow: bool = False


DUPLICATING, FIFO = (Network(delivery=each) for each in (Delivery.DUPLICATING, Delivery.FIFO))
CRASH = Faults(crashes=1)

MUTANTS = [
    Mutant(
        "P01",
        IgnoresPromisedVotes,
        18,
        "two ballots decide",
        shown={"ballots": 2},
        hidden={"ballots": 1},
    ),
    Mutant(
        "P02",
        AdoptsLowestVote,
        24,
        "two ballots decide, one below them plants a vote",
        shown={"ballots": 3},
        hidden={"ballots": 2},
    ),
    Mutant(
        "P03",
        VotesWithoutLooking,
        18,
        "two ballots decide",
        shown={"ballots": 2},
        hidden={"ballots": 1},
    ),
    Mutant(
        "P04",
        VoteIsNoPromise,
        24,
        "two ballots decide, one between or above them plants a vote",
        shown={"ballots": 3},
        hidden={"ballots": 2},
        slow=True,
    ),
    Mutant(
        "P05",
        ForgetsPromises,
        19,
        "two ballots decide; a crash within a step; a recovery",
        shown={"ballots": 2, "faults": CRASH},
        hidden={"ballots": 2},
    ),
    Mutant(
        "P06",
        ForgetsVotes,
        20,
        "two ballots decide; a crash after the vote is told; a recovery",
        shown={"ballots": 2, "faults": CRASH},
        hidden={"ballots": 2},
    ),
    Mutant(
        "P07",
        RejoinsEmpty,
        19,
        "two ballots decide; the disk is lost within a step; a recovery",
        shown={"ballots": 2, "faults": Faults(amnesias=1)},
        hidden={"ballots": 2},
    ),
    Mutant(
        "P08",
        ReusesBallots,
        18,
        "a ballot decides; crash and recovery; the same again without its two prepares (9 + 2 + 7)",
        shown={"ballots": 1, "asks": 2, "faults": CRASH, "network": DUPLICATING},
        hidden={"ballots": 1, "asks": 2, "network": DUPLICATING},
    ),
    Mutant(
        "P09",
        CountsOldPromises,
        19,
        "two ballots decide; the proposer of one has retried once before",
        shown={"ballots": 3, "proposers": 2},
        hidden={"ballots": 2, "proposers": 2},
    ),
    Mutant(
        "P11",
        CountsVotesAcrossBallots,
        31,
        "three ballots plant a vote each, the fourth decides, two of the votes are added up "
        "(18 + 9 + 2); two stale messages are discarded to get at those behind them",
        shown={"ballots": 4, "proposers": 2, "network": FIFO},
        hidden={"ballots": 3, "proposers": 2, "network": FIFO},
        slow=True,
    ),
    Mutant(
        "P13",
        Paxos,
        14,
        "two ballots decide, each with one prepare and one promise less",
        shown={"ballots": 2, "phase1": 1, "phase2": 2},
        hidden={"ballots": 1, "phase1": 1, "phase2": 2},
    ),
]


def correct_bounds(bounds: dict[str, Any]) -> dict[str, Any]:
    """The same bounds with quorums that intersect."""
    return {name: value for name, value in bounds.items() if name not in ("phase1", "phase2")}


def mutant_model(bounds: dict[str, Any], protocol: type[Paxos]) -> Model:
    """Three acceptors within ``bounds``."""
    return paxos(protocol=protocol, **bounds)
