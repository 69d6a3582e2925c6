"""A saved run as a test: what the tests call that ``paxiom trace to-test`` writes.

Such a test takes the recorded steps through the real handlers and fails if the property falls. Once
the bug is fixed some of the steps may not be possible any more; the others are taken all the same.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from paxiom.model_check import load_spec
from paxiom.model_check.codec import Json
from paxiom.model_check.layout import count
from paxiom.model_check.model import Model
from paxiom.model_check.schedule import unbounded
from paxiom.model_check.traces.replay import MisfitError, retake
from paxiom.model_check.traces.trace_file import trace_document
from paxiom.model_check.traces.trace_text import trace_lines

WIDTH = 80


def model_of(target: str, *options: str, beside: str | None = None) -> Model:
    """Make a model as the command does; a file of the user's is sought ``beside`` another."""
    place = str(Path(beside).parent / target) if beside else target
    return load_spec.target(place).model(options, ())


def stands(model: Model, name: str, steps: Sequence[Mapping[str, Json]]) -> None:
    """Take ``steps`` in ``model``, without its bounds; fail if the property ``name`` falls.

    A step is the ``node`` and ``event`` of a trace file, and if a fault struck, ``fault`` and the
    ``effects`` that were carried out before it. Raises MisfitError if no step at all is possible:
    the test then says nothing.
    """
    __tracebackhide__ = True  # for pytest: the trace says more than these lines
    whole = [{"fault": None, "effects": [], **step} for step in steps]
    free = unbounded(model, len(steps))
    replayed = retake(free, {"property": {"name": name}, "steps": whole}, going_on=True)
    if replayed.violation:
        shown = trace_document(free, replayed.violation) | {"shortest": False}
        text = "\n".join(line.plain for line in trace_lines(shown, WIDTH))
        raise AssertionError(text)
    if steps and not replayed.trace.steps:
        msg = (
            f"none of {count(len(steps), 'step')} is possible in {model.name}: record the run anew"
        )
        raise MisfitError(msg)
