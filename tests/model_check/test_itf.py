"""Traces in ITF: as its specification has them, readable by itf-py, and back."""

import copy
import json
from pathlib import Path
from typing import Any

import itf_py
import jsonschema_rs
import pytest

from paxiom.model_check import zoo
from paxiom.model_check.codec import to_json
from paxiom.model_check.export.formats import FORMATS
from paxiom.model_check.export.itf import expression, from_itf, to_itf
from paxiom.model_check.traces.trace_file import TraceFileError, checked
from support.command import Run, refused
from support.zoo_runs import zoo_run

# ADR-015 of Apalache, "The ITF Format" and "Expressions"; a variant of Quint's is a record.
EXPRESSION: dict[str, Any] = {
    "oneOf": [
        {"type": ["boolean", "string"]},
        {"type": "integer", "minimum": -(2**53) + 1, "maximum": 2**53 - 1},
        {"type": "array", "items": {"$ref": "#/$defs/expression"}},
        *(
            {
                "type": "object",
                "properties": {form: {"type": "array", "items": items}},
                "required": [form],
                "additionalProperties": False,
            }
            for form, items in {
                "#tup": {"$ref": "#/$defs/expression"},
                "#set": {"$ref": "#/$defs/expression"},
                "#map": {
                    "type": "array",
                    "items": {"$ref": "#/$defs/expression"},
                    "minItems": 2,
                    "maxItems": 2,
                },
            }.items()
        ),
        {
            "type": "object",
            "properties": {"#bigint": {"type": "string", "pattern": "^-?[0-9]+$"}},
            "required": ["#bigint"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "propertyNames": {"pattern": "^(?!#)"},
            "additionalProperties": {"$ref": "#/$defs/expression"},
        },
    ]
}
ITF = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$defs": {"expression": EXPRESSION},
    "type": "object",
    "properties": {
        "#meta": {"type": "object"},
        "params": {"type": "array", "items": {"type": "string"}},
        "vars": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        "states": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {"#meta": {"type": "object"}},
                "additionalProperties": {"$ref": "#/$defs/expression"},
            },
        },
        "loop": {"type": "integer", "minimum": 0},
    },
    "required": ["vars", "states"],
    "additionalProperties": False,
}
VALID = jsonschema_rs.validator_for(ITF)
BUGS = [bug.number for bug in zoo.BUGS]

# What Apalache and Quint write, by the example of the ADR and by hand.
CANNIBALS = {
    "#meta": {"source": "MC_MissionariesAndCannibalsTyped.tla"},
    "vars": ["bank_of_boat", "who_is_on_bank"],
    "states": [
        {
            "#meta": {"index": 0},
            "bank_of_boat": "E",
            "who_is_on_bank": {"#map": [["E", {"#set": ["c1", "m1"]}], ["W", {"#set": []}]]},
        },
        {
            "#meta": {"index": 1},
            "bank_of_boat": "W",
            "who_is_on_bank": {"#map": [["E", {"#set": []}], ["W", {"#set": ["m1", "c1"]}]]},
        },
    ],
}
QUINT = {
    "#meta": {"format": "ITF", "source": "vote.qnt", "status": "violation"},
    "vars": ["ballot", "sent", "mbt::actionTaken"],
    "states": [
        {"ballot": {"#bigint": "0"}, "sent": {"#set": []}, "mbt::actionTaken": "init"},
        {
            "ballot": {"#bigint": "12345678901234567890"},
            "sent": {"#set": [{"tag": "Vote", "value": {"from": "p1", "round": {"#bigint": "1"}}}]},
            "mbt::actionTaken": "vote",
        },
    ],
    "loop": 0,
}


# --- ours --------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", BUGS)
def test_every_bug_of_the_zoo_is_written_as_the_format_demands_and_read_back(number: str) -> None:
    document = zoo_run(number)
    written = json.loads(json.dumps(to_itf(document)))

    VALID.validate(written)
    assert all(state.keys() == {"#meta", *written["vars"]} for state in written["states"])
    assert len(written["states"]) == len(document["steps"]) + 1
    assert from_itf("file", copy.deepcopy(written)) == document


def meant(value: Any) -> Any:  # noqa: ANN401
    """What is left of a form of ours: None and enums as text, no text of a record's own."""
    match value:
        case None:
            return "None"
        case {"$enum": _, "name": name}:
            return name
        case {"$": name, **fields}:
            parts = [each for field, each in fields.items() if field != "$text"]
            return (name, *map(meant, parts)) if parts else name
        case {"$set": members}:
            return frozenset(map(meant, members))
        case list():
            return tuple(map(meant, value))
        case _:
            return value


def understood(value: Any) -> Any:  # noqa: ANN401
    """What itf-py reads, with the name of each variant."""
    match value:
        case tuple() if hasattr(value, "_fields"):
            return (type(value).__name__, *map(understood, value))
        case tuple():
            return tuple(map(understood, value))
        case frozenset():
            return frozenset(map(understood, value))
        case _:
            return value


@pytest.mark.parametrize("number", BUGS)
def test_what_we_write_means_to_itf_py_what_it_means_to_us(number: str) -> None:
    """Each node's state, field by field, and the history."""
    document = zoo_run(number)
    written = json.loads(json.dumps(to_itf(document)))
    states = itf_py.trace_from_json(written).states

    for node in document["initial"]["nodes"]:
        read = states[0].values["nodes"][node["node"]]
        assert understood(read.state) == meant(node["state"])
    for step, state in zip(document["steps"], states[1:], strict=True):
        read = state.values["nodes"][step["node"]]
        assert understood(read.state) == meant(step["after"]["state"])
        assert understood(state.values["history"]) == meant(step["history"])
    # In the file: to itf-py, messages of two kinds are equal if their fields are.
    for step, raw in zip(document["steps"], written["states"][1:], strict=True):
        flight = raw["flight"] if isinstance(raw["flight"], list) else raw["flight"]["#set"]
        assert len(flight) == len(step["flight"])


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, True),
        (-7, {"#bigint": "-7"}),
        (2**80, {"#bigint": str(2**80)}),
        ((1,), {"#tup": [{"#bigint": "1"}]}),
        (frozenset({"b", "a"}), {"#set": ["a", "b"]}),
        ({("x", "y"): True}, {"#map": [[{"#tup": ["x", "y"]}, True]]}),
        (None, "None"),
        (1.5, "1.5"),
        (b"\x00\xff", "0x00ff"),
        ("\x1b[2J\n", "\\x1b[2J\\n"),
    ],
)
def test_a_value_has_the_expression_of_the_format(value: object, written: object) -> None:
    assert expression(to_json(value)) == written


def test_no_name_in_a_record_looks_like_a_form_of_the_format() -> None:
    hostile = {"$": "#set", "#set": [1], "$text": "x", "#bigint": {"#tup": 5}}

    VALID.validate({"vars": ["x"], "states": [{"x": expression(hostile)}]})


def test_a_file_that_was_changed_is_refused_or_read_without_what_is_ours() -> None:
    written = to_itf(zoo_run("R31b"))
    changed = copy.deepcopy(written)
    changed["states"][1]["nodes"] = "none"

    with pytest.raises(TraceFileError, match=r"file was changed since paxiom wrote it: .*"):
        from_itf("file", changed)
    del changed["#meta"]["paxiom"]
    assert from_itf("file", changed)["steps"][0]["after"]["state"]["nodes"] == "none"


# --- of other tools ----------------------------------------------------------------------------


def test_the_example_of_the_specification_is_a_run_of_one_node() -> None:
    VALID.validate(CANNIBALS)
    document = checked("file", from_itf("file", copy.deepcopy(CANNIBALS)))

    assert document["model"]["name"] == "MC_MissionariesAndCannibalsTyped.tla"
    assert (document["verdict"], document["property"]) == ("RUN", None)
    assert document["initial"]["nodes"][0]["state"] == {
        "$": "State",
        "bank_of_boat": "E",
        "who_is_on_bank": {"$map": [["E", {"$set": ["c1", "m1"]}], ["W", {"$set": []}]]},
    }
    (step,) = document["steps"]
    assert step["changes"][0] == {"path": "bank_of_boat", "before": "E", "after": "W"}
    assert {change["path"] for change in step["changes"][1:]} == {
        "who_is_on_bank[E]",
        "who_is_on_bank[W]",
    }


def test_variants_large_numbers_names_that_python_keeps_and_a_loop() -> None:
    VALID.validate(QUINT)
    document = checked("file", from_itf("file", copy.deepcopy(QUINT)))
    (step,) = document["steps"]

    assert step["action"] == "vote"
    assert step["after"]["state"]["ballot"] == {"$int": hex(12345678901234567890)}
    assert step["after"]["state"]["sent"] == {"$set": [{"$": "Vote", "from_": "p1", "round": 1}]}
    assert document["loop"] == 0


@pytest.mark.parametrize(
    ("states", "reason"),
    [
        ([], "it has no states"),
        ([1], "AttributeError"),
        ([{"x": {"#map": 7}}], "TypeError"),
        ([{"x": {"#bigint": "seven"}}], "ValueError"),
        ([{"x": {"#set": [{"#unserializable": "?"}]}}], "TypeError"),
        ([{"x": {"a b": 1, "a_b": 2}}], "ValueError"),
    ],
)
def test_what_is_no_itf_is_refused_with_the_reason(states: object, reason: str) -> None:
    with pytest.raises(TraceFileError, match=rf"file is no trace in ITF .*{reason}"):
        from_itf("file", {"vars": ["x"], "states": states})


def test_what_is_nested_too_deeply_is_refused() -> None:
    nested: Any = []
    for _ in range(20_000):
        nested = [nested]

    with pytest.raises(TraceFileError, match="nested too deeply"):
        from_itf("file", {"vars": ["x"], "states": [{"x": nested}]})


# --- the command -------------------------------------------------------------------------------


def test_the_command_goes_there_and_back(paxiom: Run) -> None:
    document = zoo_run("R31b")
    Path("run.json").write_text(json.dumps(document))

    assert paxiom("trace", "convert", "run.json", "-o", "run.itf.json").code == 0
    VALID.validate(json.loads(Path("run.itf.json").read_text()))
    back = paxiom("trace", "convert", "run.itf.json", "--to", "json")
    assert json.loads(back.out) == document


def test_the_command_shows_a_run_of_another_tool(paxiom: Run) -> None:
    Path("quint.itf.json").write_text(json.dumps(QUINT))
    assert paxiom("trace", "convert", "quint.itf.json", "-o", "run.json").code == 0
    shown = paxiom("trace", "show", "run.json")

    assert shown.code == 0
    assert "ballot: 0 -> 0xab54a98ceb1f0ad2" in shown.out
    assert "trace convert quint.itf.json --to json" in refused(
        paxiom("trace", "show", "quint.itf.json")
    )


@pytest.mark.parametrize("form", FORMATS)
def test_a_run_of_another_tool_is_written_in_every_format(form: str) -> None:
    assert FORMATS[form].write(checked("file", from_itf("file", copy.deepcopy(CANNIBALS))))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["missing", "--to=itf"], "cannot read missing"),
        (["run.json", "--to=pdf"], "there is no format 'pdf'; there is json, itf"),
        (["run.json"], "in which format? Say --to with one of json, itf"),
        (["run.json", "-o", "run.pdf"], "no format ends as run.pdf does; say --to with one of"),
        (["run.json", "-o", "nowhere/run.itf"], "cannot write nowhere/run.itf: No such file"),
        (["half.json", "--to=itf"], "half.json is not a trace, or only a part of one"),
        (["half.itf.json", "--to=json"], "half.itf.json is no trace in ITF"),
    ],
)
def test_the_command_refuses_politely(paxiom: Run, words: list[str], reason: str) -> None:
    text = json.dumps(zoo_run("R31b"))
    Path("run.json").write_text(text)
    Path("half.json").write_text(text[: len(text) // 2])
    Path("half.itf.json").write_text('{"vars": ["x"], "states": []}')

    assert reason in refused(paxiom("trace", "convert", *words))
