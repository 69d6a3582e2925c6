"""Which model the command checks: its options, and those of a user's own file."""

import json
import sys

import pytest

from paxiom.model_check import run
from support.command import ENDLESS, SMALL, STUBBORN, Run, refused, write

# --- options of a model ------------------------------------------------------------------------


def test_options_reach_the_model(paxiom: Run) -> None:
    options = ("--crashes=1", "--network", "fifo", "--lossy", "--drops", "2", "--values=1")
    ran = paxiom("check", *SMALL, *options, "--proposers", "1", "--max-states", "9", "--json")
    model = json.loads(ran.out)["model"]

    assert model["faults"] == {"crashes": 1, "stops": 0, "amnesias": 0}
    assert model["network"] == {"delivery": "fifo", "lossy": True, "drops": 2}
    assert model["requests"] == {"nodes": ["n1"], "commands": ["a"], "each": 1}


def test_set_gives_an_option_too(paxiom: Run) -> None:
    write("mine.py", STUBBORN)
    words = ("mine.py:model", "--reference", "--max-states=9", "--json")
    by_name = paxiom("check", *words, "--nodes", "3", "--crashes", "1")
    by_set = paxiom("check", *words, "--set", "nodes=3", "--set", "crashes = 1")

    assert json.loads(by_name.out)["model"] == json.loads(by_set.out)["model"]
    assert json.loads(by_set.out)["model"]["nodes"] == ["n1", "n2", "n3"]


@pytest.mark.parametrize(
    ("words", "reasons"),
    [
        (["paxos", "--nods", "3"], ["no option --nods", "did you mean --nodes?", "--amnesias"]),
        (["paxos", "--nodes"], ["--nodes INT"]),
        (["paxos", "--nodes", "--lossy"], ["--nodes INT"]),
        (["paxos", "--nodes", "three"], ["--nodes takes a whole number, not 'three'"]),
        (["paxos", "--network", "tcp"], ["once, duplicating, fifo", "'tcp'"]),
        (["paxos", "--lossy=maybe"], ["true or false"]),
        (["paxos", "--set", "nodes"], ["NAME=VALUE"]),
        (["paxos", "--set", "x=1"], ["no option --x", "--nodes"]),
        (["paxos", "3"], ["unexpected argument '3'"]),
        (["paxos", "--drops", "1"], ["lossy"]),
        (["paxos", "--phase1", "9"], ["a quorum of 9 out of 3 nodes"]),
        (["paxos", "--max-memory", "much"], ["--max-memory", "4GB", "'much'"]),
        (["paxos", "--max-states", "0"], ["--max-states"]),
        (["paxos", "--max-seconds", "-1"], ["--max-seconds"]),
        (["paxos", "--reference", "--workers", "2"], ["--workers", "leave out --reference"]),
        (["paxos", "--reference", "--max-memory", "1GB"], ["--max-memory"]),
        (["paxos", "--resume", "nowhere"], ["nowhere"]),
        (["--nodes", "3", "paxos"], ["name the model first"]),
        ([], ["which model?", "paxos"]),
        (["raft3"], ["no built-in model 'raft3'", "paxos", "my_protocol.py:model"]),
    ],
)
def test_a_wrong_command_is_told_what_is_right(
    paxiom: Run, words: list[str], reasons: list[str]
) -> None:
    message = refused(paxiom("check", *words))

    for reason in reasons:
        assert reason in message


def test_an_option_of_the_command_that_is_wrong_is_refused(paxiom: Run) -> None:
    assert "--workers" in refused(paxiom("check", "paxos", "--workers", "0"))
    assert refused(paxiom("chek"))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1000000", 1_000_000),
        ("1_000_000", 1_000_000),
        ("10M", 10_000_000),
        ("10m", 10_000_000),
        ("500MB", 500_000_000),
        ("4 GB", 4_000_000_000),
        ("1.5GiB", 1_610_612_736),
        ("64k", 64_000),
        (None, None),
    ],
)
def test_quantities_may_have_units(text: str | None, number: int | None) -> None:
    assert run.quantity("--max-memory", text) == number


# --- a user's own file -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "reasons"),
    [
        (["nowhere.py"], ["there is no file nowhere.py"]),
        (["."], ["no built-in model '.'"]),
        (["./"], ["is a directory"]),
        (["mine.py:nope"], ["mine.py has no 'nope'", "model", "made", "needy"]),
        (["mine.py:needy_default"], ["of type int", "not a Model"]),
        (["mine.py:Stubborn"], ["the class Stubborn", "not a Model"]),
        (["mine.py:wrong"], ["returned a value of type int", "not a Model"]),
        (["mine.py:needy"], ["--size INT (required)"]),
        (["mine.py:made", "--nodes", "3"], ["no option --nodes", "none of its own"]),
        (["mine.py", "--nope", "3"], ["no option --nope", "--nodes", "--ballots", "--crashes"]),
    ],
)
def test_a_wrong_name_is_told_what_is_there(
    paxiom: Run, words: list[str], reasons: list[str]
) -> None:
    write("mine.py", STUBBORN)
    message = refused(paxiom("check", *words))

    for reason in reasons:
        assert reason in message


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("def model(:\n", ["cannot import", "line 1", "invalid syntax", "^"]),
        ("\nimport no_such_module_at_all\n", ["line 2", "no_such_module_at_all"]),
        ("\n\n1 / 0\n", ["line 3", "ZeroDivisionError"]),
        ("import sys\nsys.exit(3)\n", ["line 2", "it exits"]),
        ("def model():\n    return [][1]\n", ["line 2", "IndexError"]),
        ("from paxiom.model_check.models.paxos import paxos\nmodel = paxos(nodes=0)\n", ["line 2"]),
        ("x = 1\n", ["has no 'model'", "defines no Model and no function"]),
        ("\0", ["cannot import"]),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_line(
    paxiom: Run, text: str, reasons: list[str]
) -> None:
    message = refused(paxiom("check", write("mine.py", text)))

    for reason in reasons:
        assert reason in message


def test_a_file_may_import_its_neighbour_and_hides_no_module(paxiom: Run) -> None:
    write("stubborn_neighbour.py", STUBBORN)
    write("json.py", "from stubborn_neighbour import made as model\n")
    ran = paxiom("check", "json.py", "--reference", "--max-states=9")

    assert ran.code == 3
    assert sys.modules["json"] is json


def test_a_property_that_raises_is_blamed_on_its_line(paxiom: Run) -> None:
    text = """
from dataclasses import replace
from paxiom.model_check.models.paxos import paxos
from paxiom.spec.property import Subject, always

@always(Subject.HISTORY)
def broken(history):
    'This cannot even be asked.'
    return history.nothing

model = replace(paxos(nodes=1), properties=(broken,))
"""
    message = refused(paxiom("check", write("mine.py", text), "--reference"))

    assert "mine.py, line 9" in message
    assert "nothing" in message


def test_a_value_with_a_bug_is_blamed_on_its_line(paxiom: Run) -> None:
    odd = """
class Odd:
    def __eq__(self, other):
        return True
    def __hash__(self):
        raise LookupError("no hash")
"""
    text = odd + ENDLESS.replace("Step(0)", "Step(Odd())")
    message = refused(paxiom("check", write("mine.py", text), "--reference"))

    assert "mine.py, line 6: LookupError: no hash" in message


def test_a_protocol_that_breaks_a_rule_is_refused(paxiom: Run) -> None:
    text = ENDLESS.replace("return Step(0)", "return Step([])")
    message = refused(paxiom("check", write("mine.py", text), "--reference"))

    assert "not an immutable value" in message
