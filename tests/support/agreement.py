"""Comparing two explorers on one model, and what is asked of a search that is to hold."""

from typing import Any

from paxiom.model_check import reference
from paxiom.model_check.engine import explore
from paxiom.model_check.model import Model
from paxiom.model_check.result import Result, Verdict


def essence(result: Result) -> dict[str, Any]:
    """All that two explorers must agree on."""
    violation = result.violation
    return {
        "verdict": result.verdict,
        "states": result.states,
        "transitions": result.transitions,
        "depth": result.depth,
        "actions": result.actions,
        "cuts": result.cuts,
        "witnesses": result.witnesses,
        "violated": violation.name if violation else None,
        "length": len(violation.trace) if violation else None,
    }


def exhausted(result: Result) -> bool:
    """Whether the search got to its end."""
    return result.verdict is not Verdict.INCOMPLETE


def both_hold(model: Model, **limits: int) -> None:
    """Check that it holds, by the oracle within limits, and by the engine alike."""
    oracle = reference.explore(model, **limits)

    assert oracle.verdict is Verdict.HOLDS
    assert essence(explore(model, symmetry=False)) == essence(oracle)


def holds(model: Model) -> int:
    """Check that it holds, and not for want of steps; return how many states there are."""
    result = explore(model)

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())
    return result.states
