"""The trace format is as its schema and its documentation have it, and readers hold to both."""

import copy
import json
import os
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paxiom.model_check import reference, zoo
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.traces.replay import replay
from paxiom.model_check.traces.trace_file import (
    TraceFileError,
    checked,
    run_document,
    trace_document,
)
from support.random_protocols import random_models
from support.zoo_runs import zoo_run

SOURCE = Path(os.environ.get("PAXIOM_SOURCE", Path(__file__).parents[2]))
TEXT = (SOURCE / "docs" / "trace-format.md").read_text()
SCHEMA: dict[str, Any] = json.loads(
    files("paxiom.model_check.traces").joinpath("trace.schema.json").read_text()
)
VALID = jsonschema_rs.validator_for(SCHEMA)
BUGS = [bug.number for bug in zoo.BUGS]


def parts(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The schemas in a schema, and itself."""
    inner = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    inner += [schema["items"]] if "items" in schema else []
    inner += schema.get("anyOf", [])
    return [schema, *(part for each in inner for part in parts(each))]


def strict() -> dict[str, Any]:
    """The schema without leave for fields that it does not name."""
    found = copy.deepcopy(SCHEMA)
    for part in parts(found):
        if "properties" in part:
            part["additionalProperties"] = False
    return found


STRICT = jsonschema_rs.validator_for(strict())
FIELDS = {name for part in parts(SCHEMA) for name in part.get("properties", {})}


# --- what is written ---------------------------------------------------------------------------


@pytest.mark.parametrize("number", BUGS)
def test_every_bug_of_the_zoo_is_written_as_the_schema_says(number: str) -> None:
    """And no field is written that it does not name."""
    STRICT.validate(zoo_run(number))


@given(random_models())
@settings(max_examples=10)
def test_so_is_what_goes_wrong_in_any_protocol(model: Any) -> None:  # noqa: ANN401
    """Handlers that raise, queues, nodes that are down."""
    violation = reference.explore(model, max_states=100).violation
    if violation is not None:
        document = json.loads(json.dumps(trace_document(model, violation)))
        STRICT.validate(document)


def test_so_is_a_run_that_violates_nothing() -> None:
    bug = zoo.bug("R31b")
    violation = replay(bug.broken(), zoo_run("R31b"))
    assert violation is not None
    document = run_document(bug.broken(), violation.trace)

    STRICT.validate(json.loads(json.dumps(document)))


def test_so_is_a_model_made_by_the_command() -> None:
    model = paxos(nodes=1, ballots=1)
    document = zoo_run("P03")
    document["model"]["made_by"] = {"target": "paxos", "options": {"nodes": 3, "lossy": True}}

    assert model.made_by is None
    STRICT.validate(document)


def test_the_documentation_names_every_field() -> None:
    """As code, by itself or at the end of a path, or in an example."""
    shown = set(re.findall(r"[`.\"](\w+)[`\"]", TEXT))

    assert FIELDS - shown == set()


# --- what is read ------------------------------------------------------------------------------


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401
    """Every place in a document above the values of the protocol."""
    found = [path] if path else []
    match value:
        case dict() if not any(name.startswith("$") for name in value):
            for name, each in value.items():
                found += places(each, (*path, name))
        case list():
            for at, each in enumerate(value[:2]):
                found += places(each, (*path, at))
        case _:
            pass
    return found


DOCUMENT = zoo_run("R07")
SCALARS = st.none() | st.booleans() | st.integers(-1, 3) | st.sampled_from(["", "up", "RUN"])
ANYTHING = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.just("path"), SCALARS)


@given(st.sampled_from(places(DOCUMENT)), st.just(...) | ANYTHING)
@settings(max_examples=500)
def test_what_the_schema_allows_is_read(path: tuple[Any, ...], value: Any) -> None:  # noqa: ANN401
    """With a field left out, or something else in its place; but for what a schema cannot say."""
    document = copy.deepcopy(DOCUMENT)
    inner: Any = document
    for key in path[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    if not VALID.is_valid(document):
        return
    try:
        checked("file", document)
    except TraceFileError as error:
        told = str(error)
        assert "numbered" in told or "only then" in told or "a step to go back to" in told


@pytest.mark.parametrize("field", SCHEMA["required"])
def test_a_field_that_the_schema_demands_is_demanded_of_a_file(field: str) -> None:
    """All but the version that wrote it, which no reader needs."""
    document = zoo_run("R07")
    del document[field]

    assert not VALID.is_valid(document)
    if field != "paxiom":
        with pytest.raises(TraceFileError):
            checked("file", document)
