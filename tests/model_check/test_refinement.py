"""Paxos refines its spec, and Paxos without one of its rules does not, for the reason it must."""

import pytest

from paxiom.model_check.engine import explore
from paxiom.model_check.model import Faults, Model, ModelError
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.reference import explore as explore_by_reference
from paxiom.model_check.result import Verdict
from paxiom.model_check.zoo.bug import Bug
from paxiom.model_check.zoo.paxos import BUGS

ZOO = {bug.number: bug for bug in BUGS}


def refining(bug: Bug) -> Model:
    """The bounds of a bug, asked for refinement."""
    return bug.model(protocol=bug.protocol, refinement=True, **bug.wrong, **bug.shown)


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param(Faults(), id="no fault"),
        pytest.param(Faults(crashes=1), id="a crash", marks=pytest.mark.slow),
    ],
)
def test_paxos_refines_its_spec(faults: Faults) -> None:
    """Every step an action or a stutter; and every relation comes to hold of something."""
    result = explore(paxos(nodes=2, ballots=2, faults=faults, refinement=True))

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())
    assert len(result.witnesses) == 6


def test_both_explorers_agree() -> None:
    """Refinement is a property like any other."""
    model = paxos(nodes=2, ballots=1, faults=Faults(crashes=1), refinement=True)
    one, other = explore(model, symmetry=False), explore_by_reference(model)

    assert one.verdict is other.verdict is Verdict.HOLDS
    assert (one.states, one.transitions) == (other.states, other.transitions)


@pytest.mark.parametrize(
    ("number", "action", "guard"),
    [
        # The one guard of propose about votes: one is passed over.
        pytest.param("P01", "propose(", " vote(", marks=pytest.mark.slow),
        ("P03", "cast(", "the guard \N{NOT SIGN}left("),  # it votes where it had promised not to
        # Its promise forgotten, it promises less: sooner than a vote, which needs a proposal.
        ("P05", "promise(", "the guard \N{NOT SIGN}left("),
    ],
)
def test_a_mutant_breaks_a_guard(number: str, action: str, guard: str) -> None:
    """The guard is the rule that it is without, and shows sooner than agreement breaks."""
    bug = ZOO[number]
    violation = explore(refining(bug)).violation

    assert violation is not None
    assert violation.name == "refines FlexiblePaxos"
    assert action in violation.sentence
    assert guard in violation.sentence
    assert len(violation.sentence) < 400  # that guard of propose alone is longer
    assert len(violation.trace) < bug.length


def test_quorums_that_do_not_meet_are_no_instance_of_the_spec() -> None:
    """P13 is refused before any search: the axiom is false."""
    with pytest.raises(ModelError, match="quorums meet"):
        refining(ZOO["P13"])
