"""The shortest run that shows each bug of the zoo, without a search.

The schedules are kept in zoo_runs.json; what comes of them is up to the handlers as they are now.
``python -m support.zoo_runs``, from inside tests/, searches for them again: some minutes.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from paxiom.model_check import zoo
from paxiom.model_check.engine import explore
from paxiom.model_check.traces.replay import replay
from paxiom.model_check.traces.trace_file import dumps, parse, trace_document

KEPT = Path(__file__).with_suffix(".json")


@cache
def schedules() -> dict[str, dict[str, Any]]:
    """The steps that lead to each bug, by its number."""
    found: dict[str, dict[str, Any]] = json.loads(KEPT.read_text())
    return found


@cache
def _written(number: str) -> bytes:
    model = zoo.bug(number).broken()
    violation = replay(model, schedules()[number])
    assert violation is not None
    return dumps(trace_document(model, violation)).encode()


def zoo_run(number: str) -> dict[str, Any]:
    """The trace document of a bug, as it comes back from a file."""
    return parse(number, _written(number))


def _schedule(number: str) -> str:
    model = zoo.bug(number).broken()
    violation = explore(model).violation
    assert violation is not None
    document = trace_document(model, violation)
    kept = ("node", "event", "effects", "fault")
    steps = [{name: step[name] for name in kept} for step in document["steps"]]
    return json.dumps({"property": {"name": violation.name}, "steps": steps})


if __name__ == "__main__":
    runs = [f"{json.dumps(bug.number)}: {_schedule(bug.number)}" for bug in zoo.BUGS]
    KEPT.write_text("{\n" + ",\n".join(runs) + "\n}\n")
