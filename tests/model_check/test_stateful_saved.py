"""A stateful test takes the run again that failed last, before it runs at random."""

import json
import unittest
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from paxiom.model_check import zoo
from paxiom.model_check.model import Model
from paxiom.model_check.schedule import unbounded
from paxiom.model_check.stateful import Plan, machine
from paxiom.model_check.traces.replay import replay
from paxiom.model_check.traces.trace_file import TraceFileError, load

R18 = zoo.bug("R18")


def run_case(model: Model, directory: Path, *, runs: int = 60) -> tuple[Plan, unittest.TestResult]:
    """Run the test case of a model as unittest does; without Hypothesis's own memory."""
    made = machine(model, directory=directory, steps=60)
    usual: settings = made.TestCase.settings
    phases = [each for each in usual.phases if each is not Phase.shrink]
    made.TestCase.settings = settings(
        usual, max_examples=runs, database=None, phases=phases, derandomize=True
    )
    outcome = made.TestCase().run()
    assert outcome is not None
    assert not outcome.errors
    return made.plan, outcome


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What the test case of a mutant leaves behind."""
    directory = tmp_path_factory.mktemp("failed")
    _, outcome = run_case(R18.broken(), directory, runs=350)
    assert outcome.failures
    return (directory / "raft.json").read_bytes()


@pytest.fixture
def file(tmp_path: Path, failed: bytes) -> Path:
    """Where the test case of Raft looks for its last failure."""
    path = tmp_path / "raft.json"
    path.write_bytes(failed)
    return path


def test_a_saved_run_that_still_fails_is_all_that_is_run(file: Path, failed: bytes) -> None:
    plan, outcome = run_case(R18.broken(), file.parent)
    ((_, told),) = outcome.failures

    assert plan.tally.runs == 0
    assert f"Saved: paxiom trace show {file}" in told
    assert f"{len(json.loads(failed)['steps'])} steps of raft" in told
    assert file.read_bytes() == failed


def test_what_a_stateful_test_has_saved_falls_again(file: Path) -> None:
    document = load(file, BytesIO())
    found = replay(unbounded(R18.broken(), 60), document)

    assert found is not None
    assert len(found.trace) == len(document["steps"])


def test_a_saved_run_that_passes_is_removed_after_the_others_pass(file: Path) -> None:
    """The mended protocol has the name of the one that failed."""
    mended = type(R18.protocol.__name__, (R18.original,), {})
    plan, outcome = run_case(R18.model(protocol=mended, **R18.shown), file.parent, runs=5)

    assert outcome.wasSuccessful()
    assert plan.tally.runs >= 5
    assert not file.exists()


def test_a_saved_run_of_another_model_stays(file: Path, failed: bytes) -> None:
    """Here one of the same name but of three nodes: it fits, or it does not, but is not settled."""
    other = R18.model(**{**R18.shown, "nodes": 3})
    _, outcome = run_case(other, file.parent, runs=5)

    assert outcome.wasSuccessful()
    assert file.read_bytes() == failed


def test_what_is_no_trace_stays_and_stops_nothing(file: Path) -> None:
    file.write_bytes(b"notes of mine")
    with pytest.raises(TraceFileError):
        load(file, BytesIO())
    plan, outcome = run_case(R18.correct(), file.parent, runs=5)

    assert outcome.wasSuccessful()
    assert plan.tally.runs >= 5
    assert file.read_bytes() == b"notes of mine"


def test_without_a_directory_nothing_is_read(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.chdir(file.parent)
    made = machine(R18.broken(), directory=None, steps=1)
    made.TestCase.settings = settings(made.TestCase.settings, max_examples=1, database=None)
    outcome = made.TestCase().run()

    assert outcome is not None
    assert outcome.wasSuccessful()
    assert file.exists()
