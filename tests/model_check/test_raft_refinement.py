"""Raft refines its spec, and Raft without one of its rules does not, for the reason it must."""

from typing import Any

import pytest

from paxiom.model_check.engine import explore
from paxiom.model_check.model import Faults
from paxiom.model_check.models.raft import raft
from paxiom.model_check.reference import explore as explore_by_reference
from paxiom.model_check.result import Verdict
from paxiom.model_check.trace_file import trace_document
from paxiom.model_check.zoo.raft_elections import BUGS as ELECTIONS
from paxiom.model_check.zoo.raft_logs import BUGS as LOGS

ZOO = {bug.number: bug for bug in (*ELECTIONS, *LOGS)}


@pytest.mark.parametrize(
    "bounds",
    [
        pytest.param({"nodes": 1, "terms": 1, "log": 2, "asks": 1}, id="alone"),
        pytest.param({"nodes": 2, "terms": 3, "log": 2}, id="three terms"),
        pytest.param({"nodes": 3, "terms": 1, "log": 2, "faults": Faults(crashes=1)}, id="a crash"),
        pytest.param(
            {"nodes": 3, "terms": 2, "log": 1}, id="three servers", marks=pytest.mark.slow
        ),
    ],
)
def test_raft_refines_its_spec(bounds: dict[str, Any]) -> None:
    """Every step a few actions or a stutter; and every relation comes to hold of something."""
    result = explore(raft(refinement=True, **bounds))

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())
    assert len(result.witnesses) == 11


def test_both_explorers_agree() -> None:
    model = raft(nodes=2, terms=1, log=1, faults=Faults(crashes=1), refinement=True)
    one, other = explore(model, symmetry=False), explore_by_reference(model)

    assert one.verdict is other.verdict is Verdict.HOLDS
    assert (one.states, one.transitions) == (other.states, other.transitions)


# bug -> the action that its step would be, and the guard that fails, in parts.
BREAKS = {
    "R03": ("grant", ("log(n2, j, x, v) \N{RIGHTWARDS ARROW} x < 1",)),  # a shorter, later log
    "R05": ("grant", ("x < 0", "because log(n1, 1, 1, None)")),  # any log is up to date
    "R07": ("grant", ("stood(n1, 1, 0, 0)",)),  # that it stood is not on disk
    "R08": ("stand", ("\N{NOT SIGN}seen(n1, 0)",)),  # its term is not
    "R10": ("grant", ("\N{FOR ALL} d: Node. vote(n3, 1, d)",)),  # votes twice
    "R11": ("elect", ("\N{NOT SIGN}vote(n2, 2, n1)",)),  # with a vote of an earlier term
    "R12": ("elect", ("\N{NOT SIGN}vote(n3, 1, n1)",)),  # with a vote counted twice
    "Q6": ("elect", ("\N{NOT SIGN}vote(",)),  # with too few
}
SLOW = {"R03"}


@pytest.mark.parametrize(
    "number", [pytest.param(each, marks=[pytest.mark.slow] * (each in SLOW)) for each in BREAKS]
)
def test_a_mutant_breaks_a_guard(number: str) -> None:
    """The guard is the rule that it is without; it fails no later than the property falls."""
    bug, (action, because) = ZOO[number], BREAKS[number]
    model = bug.model(protocol=bug.protocol, refinement=True, **bug.wrong, **bug.shown)
    violation = explore(model).violation

    assert violation is not None
    assert violation.name == "refines Raft"
    found = trace_document(model, violation)["property"]["explanation"]
    assert found.startswith(f"{action}(")
    for each in because:
        assert each in found.partition(": the guard ")[2]
    assert len(violation.trace) <= bug.length
