"""Comparing two explorers on one model."""

from typing import Any

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
