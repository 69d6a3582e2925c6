# ruff: noqa: ARG002, D102 - a rule left out need not look at what it is given; the class says which
"""Witnesses of Multi-Paxos without one of their rules; of none is a report known."""

from collections.abc import Hashable, Mapping
from typing import Any

from paxiom.impl.multi_paxos import Candidate, MultiPaxos, Server, Vote
from paxiom.impl.multi_paxos.witness import WitnessedMultiPaxos, kept
from paxiom.model_check.models.multi_paxos_witness import multi_paxos_witness
from paxiom.model_check.zoo.bug import Bug

Votes = frozenset[Vote]


class WitnessesHoldData(WitnessedMultiPaxos):
    """WN01: a leader counts a witness as one that would have told the command, had there been one.

    Where any two quorums share a node with data, as of three such nodes and one witness, this does
    no harm: one of them does tell it.
    """

    def knows_enough(self, candidate: Candidate) -> bool:
        return True


class WitnessForgetsItsVote(WitnessedMultiPaxos):
    """WN02: a witness keeps nothing at all of its vote."""

    def memory_of(self, vote: Vote) -> Votes:
        return frozenset()


class ProposesWhatIsMissing(WitnessedMultiPaxos):
    """WN03: a leader proposes what a witness tells in place of the command."""

    def command_to_propose(self, votes: Votes) -> Hashable:
        withheld = frozenset(vote for vote in votes if not kept(vote))
        return MultiPaxos.command_to_propose(self, withheld or votes)


class LearnsAnyway(WitnessedMultiPaxos):
    """A witness learns what is decided, as other nodes do."""

    def may_learn(self, server: Server) -> bool:
        return True


def _bug(
    number: str,
    protocol: type[WitnessedMultiPaxos],
    breaks: str,
    length: int,
    shown: Mapping[str, Any],
    hidden: Mapping[str, Any],
) -> Bug:
    return Bug(
        number=number,
        protocol=protocol,
        source="no report known: the rule left out",
        model=multi_paxos_witness,
        shown=shown,
        hidden=hidden,
        breaks=breaks,
        length=length,
    )


SAFETY = "state machine safety"
BUGS = (
    _bug("WN01", WitnessesHoldData, SAFETY, 19, {"nodes": 3}, {"nodes": 4}),
    _bug("WN02", WitnessForgetsItsVote, SAFETY, 20, {"value_count": 2}, {"value_count": 1}),
    _bug(
        "WN03", ProposesWhatIsMissing, "applied was asked for", 17, {"ballots": 2}, {"ballots": 1}
    ),
)

OMITTED: Mapping[str, str] = {}

CONTROLS = (_bug("WNC1", LearnsAnyway, "", 0, {}, {}),)
