"""Smaller bounds for a counterexample: what is found falls, and what is said of less is true."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from paxiom.model_check import reference, zoo
from paxiom.model_check.engine import explore
from paxiom.model_check.engine.simulator import simulate
from paxiom.model_check.model import Faults, Model, Network
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.result import INTERRUPTED, Result, Verdict, Violation
from paxiom.model_check.run import SearchOptions, nothing_known
from paxiom.model_check.traces.origin import family_of
from paxiom.model_check.traces.replay import replay
from paxiom.model_check.traces.shrink import Seen, Shrinking
from paxiom.model_check.traces.trace_file import parse
from support.command import Run, refused
from support.zoo_runs import zoo_run

# As a user has them: a bug and what it has as options.
MINE = """
from paxiom.model_check import zoo
from paxiom.model_check.model import Faults, Network
from paxiom.model_check.models.raft import raft

def model(nodes: int = 4, terms: int = 3, log: int = 2, asks: int = 1,
          network: Network = Network(lossy=True), faults: Faults = Faults(crashes=2)):
    return raft(protocol=zoo.bug("R05").protocol, nodes=nodes, terms=terms, log=log, asks=asks,
                network=network, faults=faults)

fixed = zoo.bug("R05").broken()
"""
Find = Callable[..., None]
SMALL = ("--nodes=3", "--terms=2", "--log=1", "--asks=0", "--no-lossy", "--capacity=2")


def search(model: Model) -> Result:
    return explore(model, max_states=200_000)


def shrunk(document: dict[str, Any], violation: Violation, *words: str) -> Shrinking:
    done = Shrinking(family_of(document, None, words), search, violation)
    done.run()
    return done


def values_of(done: Shrinking) -> dict[str, object]:
    return {option.name: value for option, value in done.values.items()}


def alone(model: Model, name: str) -> Model:
    return replace(model, properties=tuple(p for p in model.properties if p.name == name))


# Weak quorums at bounds far above what it takes to see them disagree.
WIDE: dict[str, Any] = {"nodes": 3, "ballots": 3, "phase1": 1, "phase2": 1}


@pytest.fixture(scope="module")
def weak() -> tuple[dict[str, Any], Shrinking]:
    model = paxos(**WIDE, network=Network(lossy=True), faults=Faults(crashes=1), value_count=2)
    violation = simulate(model, walks=3000, depth=60, seed=1).violation
    assert violation is not None
    options = {**WIDE, "lossy": True, "crashes": 1}
    document = {"model": {"made_by": {"target": "paxos", "options": options}}}
    return document, shrunk(document, violation)


def test_the_smallest_bounds_show_it_and_no_smaller_do(
    weak: tuple[dict[str, Any], Shrinking],
) -> None:
    """By the reference explorer, which shares no search with what found them."""
    _, done = weak
    found, name = values_of(done), done.violation.name

    assert done.is_smallest
    assert done.is_shortest
    assert name == "agreement"
    assert (found["nodes"], found["ballots"], found["values"]) == (2, 2, 2)
    assert (found["lossy"], found["crashes"]) == (False, 0)
    assert (found["phase1"], found["phase2"]) == (1, 1)
    result = reference.explore(alone(done.model(), name))
    assert result.violation is not None
    assert len(result.violation.trace) == len(done.violation.trace)
    for option, values in done.values.items():
        for tried in done.tried.get(option.name, ()):
            if tried.seen is Seen.HOLDS:
                less = done.family.make({**done.values, option: tried.value})
                assert reference.explore(alone(less, name)).verdict is Verdict.HOLDS
        assert values is not None or option.nullable


def test_what_is_found_is_a_run_within_the_bounds_that_are_named(
    weak: tuple[dict[str, Any], Shrinking],
) -> None:
    _, done = weak

    assert done.violation.trace.initial.budgets.crashes == 0
    assert len(done.violation.trace.initial.locals) == 2


@pytest.mark.parametrize("number", ["P03", "R07", "R31b", "Q6"])
def test_the_bounds_of_the_zoo_hold_nothing_that_is_not_needed(number: str) -> None:
    """Or they are larger for a reason: no fault, term, node or entry less shows the bug."""
    bug = zoo.bug(number)
    violation = replay(bug.broken(), zoo_run(number))
    assert violation is not None
    done = shrunk(zoo_run(number), violation)
    found = values_of(done)

    assert done.is_smallest
    assert len(done.violation.trace) == bug.length
    for axis in ("nodes", "terms", "ballots", "log", "crashes"):
        if axis in bug.shown:
            assert found[axis] == bug.shown[axis]


def test_a_search_that_is_not_finished_is_no_proof(weak: tuple[dict[str, Any], Shrinking]) -> None:
    document, wide = weak
    done = Shrinking(
        family_of(document, None), lambda model: explore(model, max_states=50), wide.violation
    )
    done.run()

    assert not done.is_smallest
    assert not done.is_shortest
    assert any(each.seen is Seen.UNKNOWN for tried in done.tried.values() for each in tried)


# --- the command -------------------------------------------------------------------------------


@pytest.fixture
def run_of(paxiom: Run) -> Callable[..., None]:
    """A run of the user's model, found by a search."""

    def find(*words: str) -> None:
        Path("mine.py").write_text(MINE)
        assert paxiom("check", *words, "--trace=run", "-q").code == 1

    return find


def test_a_users_model_is_shrunk_along_its_options(paxiom: Run, run_of: Find) -> None:
    """To the bounds and the length that the zoo has of the same bug."""
    run_of("mine.py", "--nodes=3", "--terms=3", "--capacity=3", "--crashes=1")
    told = paxiom("trace", "shrink", "run", "mine.py", "-q", "-o", "small", "--max-states=20k")
    bug = zoo.bug("R05")
    small = parse("small", Path("small").read_bytes())

    assert told.code == 0, told.err
    for axis, was in {"terms": 3, "log": 2}.items():
        assert re.search(rf"^  {axis} +{was} -> {bug.shown[axis]} ", told.out, re.MULTILINE)
    assert "No smaller value of any one of these shows it" in told.out
    assert len(small["steps"]) == bug.length
    assert small["model"]["made_by"]["options"]["nodes"] == bug.shown["nodes"]
    assert paxiom("trace", "replay", "small", "mine.py").code == 1


def test_an_interrupted_search_ends_the_others(
    paxiom: Run, run_of: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_of("mine.py", *SMALL, "--crashes=0")
    asked: list[Model] = []

    def interrupted(model: Model, how: SearchOptions, *, quiet: bool) -> Result:  # noqa: ARG001
        asked.append(model)
        return nothing_known(model, how, INTERRUPTED)

    monkeypatch.setattr("paxiom.model_check.run.search", interrupted)

    assert paxiom("trace", "shrink", "run", "mine.py", "-q").code == 130
    assert len(asked) == 1


def test_one_axis_may_be_asked_for(paxiom: Run, run_of: Find) -> None:
    run_of("mine.py", *SMALL, "--crashes=1")
    told = paxiom("trace", "shrink", "run", "mine.py", "-q", "--axis=crashes")
    report, trace = told.out.split("\n\n", 1)

    assert re.search(r"^  crashes +1 -> 0 ", report, re.MULTILINE)
    assert "nodes" not in report
    assert "ounterexample to " in trace.splitlines()[0]


def test_a_model_without_options_loses_steps_alone(paxiom: Run, run_of: Find) -> None:
    run_of("mine.py:fixed")
    told = paxiom("trace", "shrink", "run", "mine.py:fixed", "-q")

    assert "only steps were left out" in told.out
    assert f"falls in {zoo.bug('R05').length} steps" in told.out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["stands"], "violates nothing now: there is nothing to shrink"),
        (["run"], "which model? The trace says 'mine.py:model'"),
        (["run", "mine.py", "--axis=colour"], "there is no axis 'colour'; the model has nodes"),
        (["run", "mine.py", "--terms=1"], "within the bounds of this model: holds ("),
        (["run", "mine.py", "--max-states=no"], "--max-states takes a number above 0"),
    ],
)
def test_it_refuses_what_cannot_be_shrunk(
    paxiom: Run, run_of: Find, words: list[str], reason: str
) -> None:
    run_of("mine.py", *SMALL, "--crashes=0")
    document = zoo_run("R21")
    document["model"]["made_by"] = {"target": "raft", "options": {}}
    Path("stands").write_text(json.dumps(document))

    assert reason in refused(paxiom("trace", "shrink", *words))
