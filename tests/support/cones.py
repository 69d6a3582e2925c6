"""A counterexample by its causal cone alone: the steps that matter, taken again."""

from paxiom.model_check.model import Model
from paxiom.model_check.result import Violation
from paxiom.model_check.schedule import unbounded
from paxiom.model_check.traces.shorten import rerun
from paxiom.model_check.traces.story import story
from paxiom.model_check.traces.trace_file import trace_document


def by_what_matters(model: Model, violation: Violation) -> Violation | None:
    """Take only the steps that matter; what falls must be the same property, at the last.

    The model's bounds are set aside: of some runs only the losses keep the network within its own.
    """
    moments = story(trace_document(model, violation)).moments
    steps = [
        step for step, moment in zip(violation.trace.steps, moments, strict=True) if moment.matters
    ]
    found = rerun(unbounded(model, len(steps)), steps, violation.name)
    assert found is None or len(found.trace) == len(steps), "a step that matters was not possible"
    return found
