"""Viewstamped Replication refines the view change; without one of its rules it does not."""

from typing import Any

import pytest

from paxiom.model_check.engine import explore
from paxiom.model_check.model import Faults, Model, ModelError
from paxiom.model_check.models.vr import vr
from paxiom.model_check.reference import explore as explore_by_reference
from paxiom.model_check.result import Verdict
from paxiom.model_check.traces.trace_file import trace_document
from paxiom.model_check.zoo.bug import Bug
from paxiom.model_check.zoo.vr import BUGS

ZOO = {bug.number: bug for bug in BUGS}


@pytest.mark.parametrize(
    "bounds",
    [
        pytest.param({}, id="three nodes"),
        pytest.param({"nodes": 2, "views": 3}, id="three views"),
        pytest.param({"nodes": 2, "requests": 2, "asks": 2}, id="two requests"),
        pytest.param({"faults": Faults(stops=1)}, id="a stop", marks=pytest.mark.slow),
        pytest.param({"faults": Faults(amnesias=1)}, id="a lost disk", marks=pytest.mark.slow),
    ],
)
def test_viewstamped_replication_refines_its_spec(bounds: dict[str, Any]) -> None:
    """Every step a few actions or a stutter; and every relation comes to hold of something."""
    result = explore(vr(refinement=True, **bounds))

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())
    assert len(result.witnesses) == 9


def test_both_explorers_agree() -> None:
    model = vr(nodes=2, refinement=True)
    one, other = explore(model, symmetry=False), explore_by_reference(model)

    assert one.verdict is other.verdict is Verdict.HOLDS
    assert (one.states, one.transitions) == (other.states, other.transitions)


@pytest.mark.parametrize(
    ("bounds", "why"),
    [({"nodes": 1}, "give it 2 or more"), ({"faults": Faults(crashes=1)}, "has no recovery")],
)
def test_what_the_spec_leaves_out_is_refused(bounds: dict[str, Any], why: str) -> None:
    with pytest.raises(ModelError, match=why):
        vr(refinement=True, **bounds)


def refining(bug: Bug) -> Model:
    """The bounds of a bug, asked for refinement; a replica that recovers is beyond the spec."""
    shown = {name: value for name, value in bug.shown.items() if name != "faults"}
    return bug.model(protocol=bug.protocol, refinement=True, **shown)


# bug -> the action that its step would be, and the guard that fails, in parts.
BREAKS = {
    "VR1": ("acknowledge", "normal(n3, 1)"),  # in a view that it has no log of
    "VR2": ("start_view", "\N{NOT SIGN}seen(n1, 1)"),  # that it gave up the view is not on disk
    "VR3": ("start_view", "0 < 1"),  # another of the quorum was normal in a later view
    "VR3b": ("start_view", "\N{NOT SIGN}acked(n2, 0, 1)"),  # another has more of that view
    "VR8": ("commit", "\N{NOT SIGN}acked(n1, 0, 1)"),  # what no quorum has
    "VR10": ("start_view", "\N{NOT SIGN}acked(n2, 0, 1)"),  # with too few logs
    "VR12": ("acknowledge", "filled(1, 1)"),  # what is not in the log of the view
    "VR16": ("acknowledge", "\N{NOT SIGN}left("),  # in a view that it gave up
}

# The spec has no client table, and all know at once what is committed; recovery is beyond it.
UNSEEN = ("VR6", "VR9", "VR4", "VR4d", "VR13", "VR14")


@pytest.mark.parametrize(
    "number", [pytest.param(n, marks=[pytest.mark.slow] * ZOO[n].slow) for n in BREAKS]
)
def test_a_mutant_breaks_a_guard(number: str) -> None:
    """The guard is the rule that it is without; it fails no later than the property falls."""
    bug, (action, because) = ZOO[number], BREAKS[number]
    model = refining(bug)
    violation = explore(model).violation

    assert violation is not None
    assert violation.name == "refines ViewChange"
    found = trace_document(model, violation)["property"]["explanation"]
    assert found.startswith(f"{action}(")
    assert because in found.partition(": the guard ")[2]
    assert len(violation.trace) <= bug.length


def test_what_no_action_does_is_told() -> None:
    """VR11: a replica that is in a view, though the view has not begun."""
    model = refining(ZOO["VR11"])
    violation = explore(model).violation

    assert violation is not None
    found = trace_document(model, violation)["property"]["explanation"]
    assert found.startswith("No action of ViewChange changes this: normal(")


def test_a_log_with_gaps_is_seen_when_it_is_taken_over() -> None:
    """VR7: PrepareOk says more than is in the log, which the next view shows."""
    mutant = ZOO["VR7"].protocol
    violation = explore(
        vr(protocol=mutant, nodes=2, requests=2, asks=2, refinement=True)  # type: ignore[arg-type]
    ).violation

    assert violation is not None
    assert violation.name == "refines ViewChange"


@pytest.mark.parametrize("number", UNSEEN)
def test_what_the_spec_does_not_have_is_not_seen(number: str) -> None:
    assert explore(refining(ZOO[number])).verdict is Verdict.HOLDS
