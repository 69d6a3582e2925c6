# ruff: noqa: ARG002, D102 - a rule left out need not look at what it is given; the class says which
"""Paxos without one of its rules.

Numbers are those of the project's list of published bugs. Lengths are counted by hand. A ballot
that decides takes nine steps with three acceptors: a request, two prepares, two promises, two
accepts and two acceptances. One that only plants a vote takes six: it stops after its first accept.
Each note adds up the rest.
"""

from collections.abc import Mapping

from paxiom.impl.ballots import Ballot
from paxiom.impl.names import NodeId, Value
from paxiom.impl.paxos import Acceptor, Paxos, Promise, Proposer, Server, Stable, Vote
from paxiom.impl.quorum import minimal_quorums
from paxiom.model_check.model import Delivery, Faults, Network
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.zoo.bug import Bug


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


class CountsStrangers(Paxos):
    """P12: a learner counts votes of nodes that are no acceptors."""

    def is_chosen(self, votes: frozenset[tuple[NodeId, Vote]], vote: Vote) -> bool:
        enough = min(map(len, minimal_quorums(self.phase2)))
        return len({node for node, cast in votes if cast == vote}) >= enough


class QuorumsDoNotMeet(Paxos):
    """P13: quorums of the two phases need not meet."""


DUPLICATING, FIFO = (Network(delivery=each) for each in (Delivery.DUPLICATING, Delivery.FIFO))
CRASH = Faults(crashes=1)

BUGS = (
    Bug(
        number="P01",
        protocol=IgnoresPromisedVotes,
        source="a classic error",
        model=paxos,
        shown={"ballots": 2},
        hidden={"ballots": 1},
        breaks="agreement",
        length=18,
        note="Two ballots decide.",
    ),
    Bug(
        number="P02",
        protocol=AdoptsLowestVote,
        source="a classic error",
        model=paxos,
        shown={"ballots": 3},
        hidden={"ballots": 2},
        breaks="agreement",
        length=24,
        note="Two ballots decide, one below them plants a vote.",
    ),
    Bug(
        number="P03",
        protocol=VotesWithoutLooking,
        source="a classic error",
        model=paxos,
        shown={"ballots": 2},
        hidden={"ballots": 1},
        breaks="agreement",
        length=18,
        note="Two ballots decide.",
    ),
    Bug(
        number="P04",
        protocol=VoteIsNoPromise,
        source="Brooker 2021, via apache/cassandra CASSANDRA-17162",
        model=paxos,
        shown={"ballots": 3},
        hidden={"ballots": 2},
        breaks="agreement",
        length=24,
        note="Two ballots decide, one between or above them plants a vote.",
        slow=True,
    ),
    Bug(
        number="P05",
        protocol=ForgetsPromises,
        source="a classic error",
        model=paxos,
        shown={"ballots": 2, "faults": CRASH},
        hidden={"ballots": 2},
        breaks="agreement",
        length=19,
        note="Two ballots decide; a crash within a step; a recovery.",
    ),
    Bug(
        number="P06",
        protocol=ForgetsVotes,
        source="a classic error",
        model=paxos,
        shown={"ballots": 2, "faults": CRASH},
        hidden={"ballots": 2},
        breaks="agreement",
        length=20,
        note="Two ballots decide; a crash after the vote is told; a recovery.",
    ),
    Bug(
        number="P07",
        protocol=RejoinsEmpty,
        source="Michael et al., Recovering Shared Objects Without Stable Storage, DISC 2017",
        model=paxos,
        shown={"ballots": 2, "faults": Faults(amnesias=1)},
        hidden={"ballots": 2},
        breaks="agreement",
        length=19,
        note="Two ballots decide; the disk is lost within a step; a recovery.",
    ),
    Bug(
        number="P08",
        protocol=ReusesBallots,
        source="phxpaxos#145",
        model=paxos,
        shown={"ballots": 1, "asks": 2, "faults": CRASH, "network": DUPLICATING},
        hidden={"ballots": 1, "asks": 2, "network": DUPLICATING},
        breaks="agreement",
        length=18,
        note=(
            "A ballot decides; crash and recovery; the same again without its two prepares (9 + "
            "2 + 7)."
        ),
    ),
    Bug(
        number="P09",
        protocol=CountsOldPromises,
        source="luohaha/MyPaxos#18",
        model=paxos,
        shown={"ballots": 3, "proposers": 2},
        hidden={"ballots": 2, "proposers": 2},
        breaks="agreement",
        length=19,
        note="Two ballots decide; the proposer of one has retried once before.",
    ),
    Bug(
        number="P11",
        protocol=CountsVotesAcrossBallots,
        source="booth#47",
        model=paxos,
        shown={"ballots": 4, "proposers": 2, "network": FIFO},
        hidden={"ballots": 3, "proposers": 2, "network": FIFO},
        breaks="agreement",
        length=31,
        note=(
            "Three ballots plant a vote each, the fourth decides, two of the votes are added up "
            "(18 + 9 + 2); two stale messages are discarded to get at those behind them."
        ),
        slow=True,
    ),
    Bug(
        number="P12",
        protocol=CountsStrangers,
        source="n2paxos, found by specula",
        model=paxos,
        shown={"nodes": 2, "acceptors": 1},
        hidden={"nodes": 2, "acceptors": 2},
        breaks="agreement",
        length=10,
        note="Two ballots decide, with one promise and one vote each, the first with a stranger's.",
    ),
    Bug(
        number="P13",
        protocol=QuorumsDoNotMeet,
        source="Whittaker et al. 2021, of DPaxos",
        model=paxos,
        wrong={"phase1": 1},
        shown={"ballots": 2},
        hidden={"ballots": 1},
        breaks="agreement",
        length=14,
        note="Two ballots decide, each with one prepare and one promise less.",
    ),
)

OMITTED: Mapping[str, str] = {
    "P10": "One ballot for promise and vote makes reported votes look alike, and which of them is "
    "taken is then left to the order of a set: no function of the state.",
    "P18": "EPaxos: dependencies between commands.",
}

CONTROLS: tuple[Bug, ...] = ()
