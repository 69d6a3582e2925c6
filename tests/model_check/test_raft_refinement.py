"""Raft refines its spec, and Raft without one of its rules does not, for the reason it must."""

from typing import Any

import pytest

from paxiom.model_check.engine import explore
from paxiom.model_check.model import Faults, Model
from paxiom.model_check.models.raft import raft
from paxiom.model_check.reference import explore as explore_by_reference
from paxiom.model_check.result import Verdict
from paxiom.model_check.traces.trace_file import trace_document
from paxiom.model_check.zoo.bug import Bug
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


def refining(bug: Bug) -> Model:
    """The bounds of a bug, asked for refinement."""
    return bug.model(protocol=bug.protocol, refinement=True, **bug.wrong, **bug.shown)


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
    "R01": ("commit", ("term_log(2, 1, 2, None)",)),  # Figure 8: the entry is of an earlier term
    "R13b": ("acknowledge", ("log(n2, 1, 1, None)",)),  # what is not on disk
    "R18": ("store", ("term_log(1, 0, 0, None)",)),  # nothing: it only truncates
    "R19": ("apply", ("2 \N{LESS-THAN OR EQUAL TO} 1",)),  # beyond the commit index
    "R24": ("commit", ("\N{NOT SIGN}acked(n1, 2, 1)",)),  # what another vouched for in vain
}
SLOW = {"R01", "R03"}

# No action takes entries that do not follow, makes entries anew after a crash, or applies what is
# not on disk: what these do is like nothing in the spec.
NOTHING_LIKE_IT = ("R14", "R27", "R29")

# The spec has no such thing as a follower's commit index, nextIndex or matchIndex: where only these
# go wrong, and nothing is committed or applied by them, there is nothing to see.
UNSEEN = ("R20", "R21", "R22", "R23", "R25")


@pytest.mark.parametrize(
    "number", [pytest.param(each, marks=[pytest.mark.slow] * (each in SLOW)) for each in BREAKS]
)
def test_a_mutant_breaks_a_guard(number: str) -> None:
    """The guard is the rule that it is without; it fails no later than the property falls."""
    bug, (action, because) = ZOO[number], BREAKS[number]
    model = refining(bug)
    violation = explore(model).violation

    assert violation is not None
    assert violation.name == "refines Raft"
    found = trace_document(model, violation)["property"]["explanation"]
    assert found.startswith(f"{action}(")
    for each in because:
        assert each in found.partition(": the guard ")[2]
    assert len(violation.trace) <= bug.length


@pytest.mark.parametrize("number", NOTHING_LIKE_IT)
def test_what_no_action_does_is_told(number: str) -> None:
    model = refining(ZOO[number])
    violation = explore(model).violation

    assert violation is not None
    found = trace_document(model, violation)["property"]["explanation"]
    assert found.startswith("No action of Raft changes this: ")


@pytest.mark.parametrize("number", UNSEEN)
def test_bookkeeping_that_the_spec_does_not_have_is_not_seen(number: str) -> None:
    assert explore(refining(ZOO[number])).verdict is Verdict.HOLDS
