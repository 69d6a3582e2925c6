# ruff: noqa: ARG002, D102 - a rule left out need not look at what it is given; the class says which
"""Raft without one of its rules of elections, or of what a node remembers of them.

Numbers are those of the project's list of published bugs; Q6 is a question of the source document.
Lengths are counted by hand in the notes, but for the losses that make room for messages, which
are measured. An election takes three steps with three nodes: the candidate's timeout, one vote
cast, and the same vote counted.
"""

from collections.abc import Mapping
from dataclasses import replace

from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Effect, Persist, Step
from paxiom.impl.raft import (
    Candidate,
    Log,
    Raft,
    RequestVote,
    Server,
    Stable,
    Vote,
    term_at,
)
from paxiom.model_check.model import Delivery, Faults, Network
from paxiom.model_check.models.raft import raft
from paxiom.model_check.zoo.bug import Bug


def without_vote(server: Server) -> Server:
    """Make ``server`` forget whom it voted for."""
    return replace(server, stable=replace(server.stable, vote=None))


class ComparesLengthsOnly(Raft):
    """R03: a voter compares the lengths of the logs, not the terms of their last entries."""

    def is_up_to_date(self, log: Log, request: RequestVote) -> bool:
        return request.last_index >= len(log)


class ComparesLastTermsOnly(Raft):
    """R04: a voter compares the terms of the last entries, not the lengths of the logs."""

    def is_up_to_date(self, log: Log, request: RequestVote) -> bool:
        return request.last_term >= term_at(log, len(log))


class VotesForAnyLog(Raft):
    """R05: a voter does not look at the candidate's log."""

    def is_up_to_date(self, log: Log, request: RequestVote) -> bool:
        return True


class ForgetsVote(Raft):
    """R07: the vote is not on disk."""

    def persist(self, before: Stable, after: Stable) -> tuple[Persist, ...]:
        return super().persist(before, replace(after, vote=None))


class ForgetsTerm(Raft):
    """R08: the term is not on disk."""

    def persist(self, before: Stable, after: Stable) -> tuple[Persist, ...]:
        return super().persist(before, replace(after, term=0))


class WritesVoteThenTerm(Raft):
    """R09: vote and term are written one after the other, the vote first.

    A crash between the two leaves a vote of the new term, or none, in the old one.
    """

    def persist(self, before: Stable, after: Stable) -> tuple[Persist, ...]:
        half = replace(before, vote=after.vote)
        return (*super().persist(before, half), *super().persist(half, after))


class WritesTermThenVote(Raft):
    """R09b: vote and term are written one after the other, the term first.

    A crash between the two leaves the old vote in the new term, in which nothing was said yet.
    """

    def persist(self, before: Stable, after: Stable) -> tuple[Persist, ...]:
        half = replace(before, term=after.term)
        return (*super().persist(before, half), *super().persist(half, after))


class ClearsVoteForLeader(Raft):
    """R10: a node that hears from the leader of its term forgets whom it voted for."""

    def yields_to(self, server: Server, leader: NodeId) -> Server:
        return without_vote(super().yields_to(server, leader))


class FormerCandidateVotes(Raft):
    """CCF5891: a candidate that hears from its term's leader forgets that it voted for itself.

    It may then vote a second time, but its first vote elected nobody.
    """

    def yields_to(self, server: Server, leader: NodeId) -> Server:
        follower = super().yields_to(server, leader)
        return without_vote(follower) if isinstance(server.role, Candidate) else follower


class CountsOldVotes(Raft):
    """R11: a candidate counts votes of earlier terms.

    So does a node that asks its peers one after the other and then leads without another look at
    its term.
    """

    def counts(self, server: Server, vote: Vote) -> bool:
        return vote.granted


class CountsVotesTwice(Raft):
    """R12: a candidate counts a vote again when it arrives again.

    A counter would do that. Here votes are a set, and the one that arrives again is counted as
    somebody else's where that decides the election.
    """

    def on_vote(self, server: Server, source: NodeId, vote: Vote) -> Step[Server] | None:
        match server.role:
            case Candidate(votes) if source in votes and self.counts(server, vote):
                one_more = [Candidate(votes | {node}) for node in self.nodes]
                return self.lead(server) if any(map(self.wins, one_more)) else None
        return super().on_vote(server, source, vote)


class AnswersBeforeDisk(Raft):
    """R13: a node answers before what it says is on disk."""

    def in_order(
        self, durable: tuple[Persist, ...], others: tuple[Effect, ...]
    ) -> tuple[Effect, ...]:
        return (*others, *durable)


class StaysCandidate(Raft):
    """R16: a candidate takes the entries of its term's leader, and stays a candidate.

    It cannot win any more: the leader has the votes of a quorum.
    """

    def yields_to(self, server: Server, leader: NodeId) -> Server:
        if isinstance(server.role, Candidate):
            return server
        return super().yields_to(server, leader)


class VotesAfterLosingTail(Raft):
    """R31: a node whose disk has lost the end of its log takes part as before."""

    def recovered(self, node: NodeId, stable: Stable) -> Server:
        return Server(node, replace(stable, log=stable.log[:-1]))


class RejoinsEmpty(Raft):
    """R31b: a node whose disk is lost takes part as if it were new."""

    def without_disk(self, node: NodeId) -> Server:
        return Server(node)


class HalfIsEnough(Raft):
    """Q6: half of the votes are enough."""

    def wins(self, candidate: Candidate) -> bool:
        return 2 * len(candidate.votes) >= len(self.nodes)


CRASH = Faults(crashes=1)
# One message at most waits for a node; others must be lost before. So three terms can be exhausted.
ONE_AT_A_TIME = Network(delivery=Delivery.FIFO, lossy=True, capacity=1)
# Elections alone: no entry is ever made.
ONE_TERM = {"nodes": 3, "terms": 1, "log": 0, "noop": False}
TWO_TERMS = {**ONE_TERM, "terms": 2}
TWO_IN_A_TERM = "An election whose winner crashes in its last step, a recovery, another election."

BUGS = (
    Bug(
        number="R03",
        protocol=ComparesLengthsOnly,
        source="sile/noraft#22; liferaft#8",
        model=raft,
        shown={"nodes": 3, "terms": 3, "log": 2, "network": ONE_AT_A_TIME},
        hidden={"nodes": 3, "terms": 2, "log": 2, "network": ONE_AT_A_TIME},
        breaks="leader completeness",
        length=17,
        note="Two elections, an entry committed; the first leader's next (6 + 2 + 4, five losses).",
    ),
    Bug(
        number="R04",
        protocol=ComparesLastTermsOnly,
        source="a classic error, the opposite of R03",
        model=raft,
        shown={"nodes": 3, "terms": 2, "log": 2, "asks": 1, "network": ONE_AT_A_TIME},
        hidden={"nodes": 3, "terms": 2, "log": 1, "asks": 1, "network": ONE_AT_A_TIME},
        breaks="leader completeness",
        length=15,
        note="Without a client's entry no log has two of one term. Ten steps, and five losses.",
    ),
    Bug(
        number="R05",
        protocol=VotesForAnyLog,
        source="a classic error",
        model=raft,
        shown={"nodes": 3, "terms": 2, "log": 1},
        hidden={"nodes": 3, "terms": 1, "log": 1},
        breaks="leader completeness",
        length=8,
        note="An election, an entry stored and committed; another election (3 + 2 + 3).",
    ),
    Bug(
        number="R07",
        protocol=ForgetsVote,
        source="tikv/tikv#8381; sofastack/sofa-jraft#1241",
        model=raft,
        shown={**ONE_TERM, "faults": CRASH},
        hidden=ONE_TERM,
        breaks="election safety",
        length=7,
        note=TWO_IN_A_TERM,
    ),
    Bug(
        number="R08",
        protocol=ForgetsTerm,
        source="sofastack/sofa-jraft, by specula: a lost file of terms is read as term 0",
        model=raft,
        shown={**ONE_TERM, "faults": CRASH},
        hidden=ONE_TERM,
        breaks="election safety",
        length=7,
        note=f"{TWO_IN_A_TERM} That a term never goes back is said of a node while it runs.",
    ),
    Bug(
        number="R09",
        protocol=WritesVoteThenTerm,
        source="sofastack/sofa-jraft#1241; baidu/braft, by specula: two files for term and vote",
        model=raft,
        shown={**TWO_TERMS, "faults": CRASH, "network": ONE_AT_A_TIME},
        hidden={**ONE_TERM, "faults": CRASH, "network": ONE_AT_A_TIME},
        breaks="election safety",
        length=15,
        note=(
            "An election; a voter times out, refuses the leader's heartbeat, and from that the "
            "leader learns of the new term, but crashes between the two writes; a recovery; it has "
            "its old term and no vote; another election (3 + 3 + 1 + 3, five losses). In the other "
            "order, R09b, it is harmless."
        ),
    ),
    Bug(
        number="R10",
        protocol=ClearsVoteForLeader,
        source="ktoso/akka-raft#56; camunda/camunda#5368; microsoft/CCF#8094",
        model=raft,
        shown=ONE_TERM,
        hidden={**ONE_TERM, "nodes": 2},
        breaks="election safety",
        length=7,
        note="An election, a heartbeat, another election. A heartbeat with entries would hide it.",
    ),
    Bug(
        number="R11",
        protocol=CountsOldVotes,
        source=(
            "xnnyygn/xraft#33, found by SandTable (EuroSys 2024) in 8 steps of its own; the source "
            "document's naive node, error (a)"
        ),
        model=raft,
        shown=TWO_TERMS,
        hidden=ONE_TERM,
        breaks="election safety",
        length=7,
        note=(
            "A candidate times out again before it counts a vote; an election in the new term (4 + "
            "3). The naive node would lead even if it is no candidate any more; ours would not."
        ),
    ),
    Bug(
        number="R12",
        protocol=CountsVotesTwice,
        source="microsoft/coyote-samples#8",
        model=raft,
        shown={**ONE_TERM, "nodes": 4},
        hidden=ONE_TERM,
        breaks="election safety",
        length=8,
        note=(
            "Two elections in which one vote is counted twice (4 + 4). Of three nodes the first "
            "vote of another is enough, so that a second one never counts."
        ),
    ),
    Bug(
        number="R13",
        protocol=AnswersBeforeDisk,
        source="sofastack/sofa-jraft, by specula; the source document's naive node, error (d)",
        model=raft,
        shown={**ONE_TERM, "faults": CRASH},
        hidden=ONE_TERM,
        breaks="election safety",
        length=7,
        note="As R07, but the voter crashes. Where there are entries, durability falls first.",
    ),
    Bug(
        number="R31",
        protocol=VotesAfterLosingTail,
        source="eBay/NuRaft#185",
        model=raft,
        shown={"nodes": 3, "terms": 1, "log": 1, "faults": CRASH},
        hidden={"nodes": 3, "terms": 1, "log": 1},
        breaks="durability",
        length=7,
        note=(
            "An election, an entry stored and committed, a crash, a recovery (3 + 2 + 2). Leader "
            "completeness falls only when the node has voted, in another term."
        ),
    ),
    Bug(
        number="R31b",
        protocol=RejoinsEmpty,
        source="eBay/NuRaft#185, with an empty disk",
        model=raft,
        shown={**ONE_TERM, "faults": Faults(amnesias=1)},
        hidden=ONE_TERM,
        breaks="election safety",
        length=7,
        note=TWO_IN_A_TERM,
    ),
    Bug(
        number="Q6",
        protocol=HalfIsEnough,
        source="the source document, question 6: two of four nodes",
        model=raft,
        shown={**ONE_TERM, "nodes": 2},
        hidden={**ONE_TERM, "nodes": 1},
        breaks="election safety",
        length=2,
        note=(
            "Of two nodes each elects itself. Of four, two elections: 6 steps. Half of three, "
            "rounded up, is a majority: harmless."
        ),
    ),
)

OMITTED: Mapping[str, str] = {
    "R06": "Orders logs by the leader's name before the index. Here a term has one leader, so that "
    "its name adds nothing; the maintainers of openraft, where a term may have several, answered "
    "the report (databendlabs/openraft#1722) that it cannot happen there either.",
    "R16": "Costs time alone; among the harmless ones (the naive node's error (c)).",
    "R17": "Costs liveness alone: a follower that voted for another refuses its leader's entries.",
}


def harmless(number: str, protocol: type[Raft], bounds: Mapping[str, object], source: str) -> Bug:
    """Describe a deviation that breaks nothing within ``bounds``."""
    return Bug(
        number=number,
        protocol=protocol,
        source=source,
        model=raft,
        shown=bounds,
        hidden=bounds,
        breaks="",
        length=0,
    )


CONTROLS = (
    harmless(
        "R09b",
        WritesTermThenVote,
        {**TWO_TERMS, "faults": CRASH, "network": ONE_AT_A_TIME},
        "willemt/raft#47 forbids it",
    ),
    harmless("CCF5891", FormerCandidateVotes, TWO_TERMS, "microsoft/CCF#5891"),
    harmless(
        "R16",
        StaysCandidate,
        {"nodes": 3, "terms": 2, "log": 2, "network": ONE_AT_A_TIME},
        "goraft#53; adjoint-io/raft#121; sile/noraft#24; the source document's error (c)",
    ),
)
