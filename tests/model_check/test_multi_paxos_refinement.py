"""Multi-Paxos refines its spec, and without one of its rules it does not."""

from typing import Any

import pytest

from paxiom.impl.multi_paxos import Acceptor, Candidate, MultiPaxos, Promise, Vote
from paxiom.model_check.engine import explore
from paxiom.model_check.model import Faults
from paxiom.model_check.models.multi_paxos import multi_paxos
from paxiom.model_check.reference import explore as explore_by_reference
from paxiom.model_check.result import Verdict
from paxiom.model_check.traces.trace_file import trace_document

REFINES = "refines FlexibleMultiPaxos"


@pytest.mark.parametrize(
    "bounds",
    [
        {"ballots": 1, "asks": 2},
        {"nodes": 2, "slots": 1, "learners": 2, "value_count": 2},
        {"nodes": 2, "phase1": 1, "slots": 1},
        {"nodes": 2, "ballots": 1, "slots": 1, "faults": Faults(crashes=1)},
        pytest.param({"slots": 1}, marks=pytest.mark.slow),
        pytest.param({"nodes": 2, "asks": 2}, marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_multi_paxos_refines_its_spec(bounds: dict[str, Any]) -> None:
    """Every step an action or a few; and every relation comes to hold of something."""
    result = explore(multi_paxos(refinement=True, **bounds))

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())
    assert len(result.witnesses) == 6


def test_both_explorers_agree() -> None:
    model = multi_paxos(nodes=2, ballots=1, slots=1, refinement=True)
    one, other = explore(model, symmetry=False), explore_by_reference(model)

    assert one.verdict is other.verdict is Verdict.HOLDS
    assert (one.states, one.transitions) == (other.states, other.transitions)


class VotesWithoutLooking(MultiPaxos):
    """An acceptor votes whatever it has promised."""

    def may_vote(self, acceptor: Acceptor, ballot: object) -> bool:
        return True


class ReportsNothing(MultiPaxos):
    """A promise tells of no vote."""

    def votes_to_report(self, acceptor: Acceptor, first: int) -> frozenset[Vote]:
        return frozenset()


class CountsAnyPromise(MultiPaxos):
    """Promises for any ballot count."""

    def answers(self, candidate: Candidate, promise: Promise) -> bool:
        return True


class DecidesByOneVote(MultiPaxos):
    """A vote is enough."""

    def is_chosen(self, heard: object, vote: Vote) -> bool:
        return True


@pytest.mark.parametrize(
    ("mutant", "bounds", "says"),
    [
        (VotesWithoutLooking, {"slots": 1}, "cast("),
        (ReportsNothing, {"slots": 1, "value_count": 2}, "propose("),
        (CountsAnyPromise, {"slots": 1, "ballots": 3, "leaders": 2}, "propose("),
        (DecidesByOneVote, {"slots": 1, "ballots": 1}, "decide("),
    ],
)
def test_a_mutant_breaks_a_guard(
    mutant: type[MultiPaxos], bounds: dict[str, Any], says: str
) -> None:
    """The action that its step would be has a guard that fails: the rule left out."""
    model = multi_paxos(protocol=mutant, refinement=True, **bounds)
    violation = explore(model).violation

    assert violation is not None
    assert violation.name == REFINES
    explanation = trace_document(model, violation)["property"]["explanation"]
    assert explanation.startswith(says)
    assert "the guard" in explanation
