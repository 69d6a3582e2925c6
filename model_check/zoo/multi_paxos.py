# ruff: noqa: ARG002, D102 - a rule left out need not look at what it is given; the class says which
"""Multi-Paxos without one of its rules.

P14 and P15 are numbers of the project's list of published bugs. Those that begin with MP are the
other rules, each left out, for which there is no report; many are bugs of Paxos in every slot.
"""

from collections.abc import Hashable, Mapping
from functools import partial

from paxiom.impl.ballots import Ballot
from paxiom.impl.multi_paxos import (
    NOOP,
    Acceptor,
    Candidate,
    Leader,
    MultiPaxos,
    Promise,
    Server,
    Stable,
    Vote,
)
from paxiom.impl.names import NodeId
from paxiom.impl.protocol import Persist
from paxiom.impl.quorum import minimal_quorums
from paxiom.model_check.model import Faults
from paxiom.model_check.models.multi_paxos import multi_paxos
from paxiom.model_check.zoo.bug import left_out

Votes = frozenset[Vote]


class StartsAfresh(MultiPaxos):
    """P14: a new leader proposes no-ops in all slots, whatever was voted for."""

    def command_to_propose(self, votes: Votes) -> Hashable:
        return NOOP


class LeavesGaps(MultiPaxos):
    """P14b: a new leader proposes again what was voted for, and nothing in the gaps between."""

    def slots_to_settle(self, server: Server, candidate: Candidate) -> set[int]:
        decided = {vote.slot for vote in server.decided}
        return {vote.slot for _, votes in candidate.promises for vote in votes} - decided


class AppliesPastGaps(MultiPaxos):
    """P14c: a node applies what is decided, though not what is before it."""

    def may_apply(self, server: Server, slot: int) -> bool:
        return True


class MergesByPlace(MultiPaxos):
    """P15: the votes that acceptors report are merged by their place in the report."""

    def votes_in(self, candidate: Candidate, slot: int) -> Votes:
        lists = [sorted(votes, key=lambda vote: vote.slot) for _, votes in candidate.promises]
        place = slot - candidate.first
        return frozenset(votes[place] for votes in lists if place < len(votes))


class ForgetsItsBallots(MultiPaxos):
    """MP01: a leader forgets in a crash which ballots it has used, and uses one again."""

    def persist(self, before: Stable, after: Stable) -> tuple[Persist, ...]:
        return (Persist(Stable(after.acceptor)),) if after != before else ()


class PromisesAnything(MultiPaxos):
    """MP02: an acceptor promises a lower ballot after a higher one."""

    def may_promise(self, server: Server, ballot: Ballot) -> bool:
        return True


class ReportsItsLastVote(MultiPaxos):
    """MP03: an acceptor reports its vote in the last slot alone."""

    def votes_to_report(self, acceptor: Acceptor, first: int) -> Votes:
        last = max((vote.slot for vote in acceptor.votes), default=0)
        return frozenset(vote for vote in acceptor.votes if vote.slot == last >= first)


class CountsOldPromises(MultiPaxos):
    """MP04: promises for an earlier ballot count towards the current one."""

    def answers(self, candidate: Candidate, promise: Promise) -> bool:
        return promise.ballot <= candidate.ballot


class AsksAfterTheLastDecision(MultiPaxos):
    """MP05: a leader-to-be asks about slots after the last that is decided, not from a gap on."""

    def first_to_prepare(self, server: Server) -> int:
        return max((vote.slot for vote in server.decided), default=0) + 1


class AdoptsTheLowestVote(MultiPaxos):
    """MP06: a new leader proposes the command of the lowest vote reported in a slot."""

    def command_to_propose(self, votes: Votes) -> Hashable:
        return min(votes, key=lambda vote: vote.ballot).command if votes else NOOP


class FillsASlotTwice(MultiPaxos):
    """MP07: a leader proposes two commands for one slot."""

    def next_free(self, leader: Leader) -> int:
        return leader.next


class VotesWithoutLooking(MultiPaxos):
    """MP08: an acceptor votes without checking its promise."""

    def may_vote(self, acceptor: Acceptor, ballot: Ballot) -> bool:
        return True


class VoteIsNoPromise(MultiPaxos):
    """MP09: voting does not raise the promise."""

    def promise_of_vote(self, acceptor: Acceptor, ballot: Ballot) -> Ballot | None:
        return acceptor.promised


class KeepsOneVote(MultiPaxos):
    """MP10: an acceptor keeps its last vote alone, of whatever slot."""

    def votes_after(self, acceptor: Acceptor, vote: Vote) -> Votes:
        return frozenset({vote})


class CountsVotesAcrossSlots(MultiPaxos):
    """MP11: a learner adds up votes for a command that were cast in different slots."""

    def is_chosen(self, heard: frozenset[tuple[NodeId, Vote]], vote: Vote) -> bool:
        same = (vote.ballot, vote.command)
        alike = {node for node, cast in heard if (cast.ballot, cast.command) == same}
        return self.phase2.is_quorum(alike)


class ForgetsPromises(MultiPaxos):
    """MP12: the promise is not on disk."""

    def persist(self, before: Stable, after: Stable) -> tuple[Persist, ...]:
        record = Stable(Acceptor(None, after.acceptor.votes), after.used)
        return (Persist(record),) if after != before else ()


class ForgetsVotes(MultiPaxos):
    """MP13: the votes are not on disk."""

    def persist(self, before: Stable, after: Stable) -> tuple[Persist, ...]:
        record = Stable(Acceptor(after.acceptor.promised), after.used)
        return (Persist(record),) if after != before else ()


class RejoinsEmpty(MultiPaxos):
    """MP14: a node whose disk is lost votes again as if it had never voted."""

    def without_disk(self, node: NodeId) -> Server:
        return Server(node)


class ReusesBallots(MultiPaxos):
    """A leader takes the same ballot each time: acceptors promise it once, so it may be stuck."""

    def next_ballot(self, server: Server) -> Ballot:
        return Ballot(1, server.id)


class QuorumsDoNotMeet(MultiPaxos):
    """MP15: quorums of the two phases need not meet."""


class CountsStrangers(MultiPaxos):
    """MP16: a learner counts votes of nodes that are no acceptors."""

    def is_chosen(self, heard: frozenset[tuple[NodeId, Vote]], vote: Vote) -> bool:
        enough = min(map(len, minimal_quorums(self.phase2)))
        return len({node for node, cast in heard if cast == vote}) >= enough


class NeverStepsDown(MultiPaxos):
    """A leader goes on when it hears of a higher ballot: its proposals find no quorum."""

    def steps_down(self, server: Server, ballot: Ballot) -> bool:
        return False


class NoWindow(MultiPaxos):
    """A leader proposes for any number of slots at a time."""

    def may_propose(self, server: Server, slot: int) -> bool:
        return True


ONE_SLOT = {"slots": 1, "value_count": 2}
# Two nodes, both needed to vote, and either alone to lead: less to go wrong, and to search.
TWO_NODES = {"nodes": 2, "phase1": 1, **ONE_SLOT}
CRASH, AMNESIA, NO_FAULT = Faults(crashes=1), Faults(amnesias=1), Faults()
CLASSIC, UNREPORTED = "a classic error", "no report known: the rule left out"
SAFETY, LOST = "state machine safety", "leader has what is applied"
GAP = "leader leaves no gap"
_bug = partial(left_out, multi_paxos)
TWO_SLOTS = {"slots": 2, "asks": 2}
P14 = "Lamport, Paxos Made Simple, section 3; palantir/atlasdb#1504"
BUGS = (
    _bug("P14", StartsAfresh, P14, SAFETY, 19, {"slots": 1, "ballots": 2}, {"ballots": 1}),
    _bug("P14b", LeavesGaps, P14, GAP, 13, TWO_SLOTS, {"slots": 1}),
    _bug(
        *("P14c", AppliesPastGaps, P14, "applied without gaps", 11),
        {"ballots": 1, **TWO_SLOTS},
        {"slots": 1},
    ),
    _bug(
        "P15", MergesByPlace, "Cjen1/OCons#21", "agreement in a slot", 20, TWO_SLOTS, {"slots": 1}
    ),
    _bug(
        *("MP01", ForgetsItsBallots, "as P08", SAFETY, 20),
        {**ONE_SLOT, "ballots": 1, "asks": 2, "faults": CRASH},
        {"faults": NO_FAULT},
    ),
    _bug(
        *("MP02", PromisesAnything, CLASSIC, "monotone promise", 4),
        {"slots": 1, "ballots": 2},
        {"ballots": 1},
    ),
    _bug("MP03", ReportsItsLastVote, UNREPORTED, SAFETY, 21, TWO_SLOTS, {"slots": 1}),
    _bug(
        *("MP04", CountsOldPromises, "as P09", LOST, 16),
        {"slots": 1, "leaders": 2, "ballots": 3},
        {"ballots": 2},
    ),
    _bug("MP05", AsksAfterTheLastDecision, UNREPORTED, GAP, 17, TWO_SLOTS, {"slots": 1}),
    _bug(
        *("MP06", AdoptsTheLowestVote, "as P02", LOST, 22),
        {**ONE_SLOT, "leaders": 2, "ballots": 3},
        {"ballots": 2},
    ),
    _bug(
        *("MP07", FillsASlotTwice, UNREPORTED, SAFETY, 15),
        {**ONE_SLOT, "ballots": 1, "learners": 2, "asks": 2},
        {"asks": 1},
    ),
    _bug(
        *("MP08", VotesWithoutLooking, "as P03", "monotone promise", 9),
        {"slots": 1, "ballots": 2},
        {"ballots": 1},
    ),
    _bug("MP09", VoteIsNoPromise, "as P04", LOST, 16, {**TWO_NODES, "ballots": 3}, {"ballots": 2}),
    _bug("MP10", KeepsOneVote, UNREPORTED, SAFETY, 21, TWO_SLOTS, {"slots": 1}),
    _bug(
        *("MP11", CountsVotesAcrossSlots, "as P11", SAFETY, 20),
        {**TWO_SLOTS, "ballots": 2},
        {"ballots": 1},
    ),
    _bug(
        *("MP12", ForgetsPromises, "as P05", SAFETY, 18),
        {**TWO_NODES, "faults": CRASH},
        {"faults": NO_FAULT},
    ),
    _bug(
        *("MP13", ForgetsVotes, "as P06", SAFETY, 18),
        {**TWO_NODES, "faults": CRASH},
        {"faults": NO_FAULT},
    ),
    _bug(
        *("MP14", RejoinsEmpty, "as P07", SAFETY, 18),
        {**TWO_NODES, "faults": AMNESIA},
        {"faults": NO_FAULT},
    ),
    _bug(
        *("MP15", QuorumsDoNotMeet, "as P13", SAFETY, 16),
        {**ONE_SLOT, "ballots": 2},
        {"ballots": 1},
        wrong={"phase1": 1},
    ),
    _bug(
        *("MP16", CountsStrangers, "as P12", SAFETY, 12),
        {"nodes": 2, "acceptors": 1, **ONE_SLOT},
        {"acceptors": 2},
    ),
)

OMITTED: Mapping[str, str] = {}

CONTROLS = (
    _bug("MPC1", NeverStepsDown, "ours", "", 0, {"slots": 1}, {}),
    _bug("MPC2", NoWindow, "ours", "", 0, {"ballots": 1, "asks": 2, "window": 1}, {}),
    _bug("MPC3", ReusesBallots, "ours", "", 0, {"slots": 1, "asks": 2}, {}),
)
