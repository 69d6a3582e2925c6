"""Paxos refines its spec, and Paxos without one of its rules does not, for the reason it must."""

from typing import Any

import pytest

from paxiom.model_check.engine import explore
from paxiom.model_check.model import Delivery, Faults, Model, ModelError, Network
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.reference import explore as explore_by_reference
from paxiom.model_check.result import Verdict
from paxiom.model_check.traces.trace_file import trace_document
from paxiom.model_check.zoo.bug import Bug
from paxiom.model_check.zoo.paxos import BUGS

ZOO = {bug.number: bug for bug in BUGS}


def refining(bug: Bug) -> Model:
    """The bounds of a bug, asked for refinement."""
    return bug.model(protocol=bug.protocol, refinement=True, **bug.wrong, **bug.shown)


ENVIRONMENTS: dict[str, dict[str, Any]] = {
    "no fault": {},
    "a crash": {"faults": Faults(crashes=1)},
    "two crashes": {"faults": Faults(crashes=2), "ballots": 1},
    "a stop": {"faults": Faults(stops=1)},
    "a disk lost": {"faults": Faults(amnesias=1)},
    "duplicates": {"network": Network(delivery=Delivery.DUPLICATING)},
    "in order": {"network": Network(delivery=Delivery.FIFO, lossy=True, drops=1)},
    "any lost": {"network": Network(lossy=True)},
    "asked twice": {"asks": 2, "ballots": 1},
    "one proposer": {"proposers": 1, "ballots": 3},
    "one learner": {"learners": 1},
    "two learners": {"learners": 2},
    "a stranger": {"acceptors": 1},
    "small phase 1": {"phase1": 1, "phase2": 2},
    "small phase 2": {"phase1": 2, "phase2": 1},
}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_paxos_refines_its_spec(environment: str) -> None:
    """Every step an action or a stutter; and every relation comes to hold of something."""
    bounds = {"nodes": 2, "ballots": 2, **ENVIRONMENTS[environment]}
    result = explore(paxos(refinement=True, **bounds))

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())
    assert len(result.witnesses) == 6


def test_both_explorers_agree() -> None:
    """Refinement is a property like any other."""
    model = paxos(nodes=2, ballots=1, faults=Faults(crashes=1), refinement=True)
    one, other = explore(model, symmetry=False), explore_by_reference(model)

    assert one.verdict is other.verdict is Verdict.HOLDS
    assert (one.states, one.transitions) == (other.states, other.transitions)


# bug -> the action that its step would be, the guard that fails, and why, in parts.
BREAKS = {
    "P01": ("propose", "(guard 4 of 4)", ("vote(",)),  # a vote is passed over
    "P02": ("propose", "(guard 4 of 4)", ("vote(",)),  # the highest is
    "P03": ("cast", "\N{NOT SIGN}left(", ()),  # it votes where it had promised not to
    # The vote that it reports is the last that it cast, and no more the highest.
    "P04": ("propose", "(guard 4 of 4)", ("vote(",)),
    # Its promise forgotten, it promises less: sooner than a vote, which needs a proposal.
    "P05": ("promise", "\N{NOT SIGN}left(", ()),
    "P06": ("propose", "(guard 4 of 4)", ("vote(",)),  # a vote is forgotten, so not reported
    "P07": ("promise", "\N{NOT SIGN}left(", ()),  # as P05
    "P08": ("propose", "\N{FOR ALL} w: Value. \N{NOT SIGN}proposal(1, w)", ("proposal(1, ",)),
    "P09": ("propose", "promised(n, 3)", ("promises(", "\N{NOT SIGN}promised(")),
    "P11": ("decide", "vote(n, 3, a)", ("votes(", "\N{NOT SIGN}vote(")),  # of no one ballot
    "P12": ("decide", "vote(n, 2, a)", ("votes(", "\N{NOT SIGN}vote(")),  # of no acceptor
}
SLOW = {"P02", "P04", "P06", "P11"}  # a million states and more, but for P06


@pytest.mark.parametrize(
    "number", [pytest.param(each, marks=[pytest.mark.slow] * (each in SLOW)) for each in BREAKS]
)
def test_a_mutant_breaks_a_guard(number: str) -> None:
    """The guard is the rule that it is without, and shows sooner than agreement breaks."""
    bug, (action, guard, because) = ZOO[number], BREAKS[number]
    violation = explore(refining(bug)).violation

    assert violation is not None
    assert violation.name == "refines FlexiblePaxos"
    found = trace_document(refining(bug), violation)["property"]["explanation"]
    said, _, why = found.partition(" does not hold")
    assert said.startswith(f"{action}(")
    assert ": the guard " in said
    assert guard in said.partition(": the guard ")[2]
    assert why.startswith(", because ") == bool(because)
    assert all(each in why for each in because)
    assert len(found) < 300  # that guard of propose alone is longer
    assert len(violation.trace) < bug.length


@pytest.mark.parametrize(
    "number",
    ["P03", "P08", *(pytest.param(each, marks=pytest.mark.slow) for each in ("P05", "P07"))],
)
def test_paxos_refines_its_spec_where_the_mutant_falls(number: str) -> None:
    """Same bounds, the rule in place. Of P02, P04, P09 and P11 these are too large for a test."""
    bug = ZOO[number]
    result = explore(bug.model(protocol=bug.original, refinement=True, **bug.shown))

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())


def test_each_bug_breaks_refinement() -> None:
    """P13 in the way that comes next."""
    assert {*BREAKS, "P13"} == set(ZOO)


def test_quorums_that_do_not_meet_are_no_instance_of_the_spec() -> None:
    """P13 is refused before any search: the axiom is false."""
    with pytest.raises(ModelError, match="quorums meet"):
        refining(ZOO["P13"])
