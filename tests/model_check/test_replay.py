"""Saved runs are taken again: by the command, and before the random runs of a stateful test."""

import json
import unittest
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from paxiom.model_check import reference, zoo
from paxiom.model_check.engine import explore
from paxiom.model_check.engine.simulator import simulate
from paxiom.model_check.model import Faults, Model
from paxiom.model_check.replay import MisfitError, replay
from paxiom.model_check.result import RAISED, Result
from paxiom.model_check.schedule import unbounded
from paxiom.model_check.stateful import Plan, machine
from paxiom.model_check.trace_file import TraceFileError, dumps, load, parse, trace_document
from support.command import Run, refused
from support.random_protocols import random_models

# Crashes between steps and within them, lost disks, losses, queues; a run of no protocol's fault.
SLOW = pytest.param("P07", marks=pytest.mark.slow)  # millions of states
BUGS = ("P01", SLOW, "R05", "R07", "R09", "R13b", "R25", "R29", "R31b")


def saved(model: Model, result: Result) -> dict[str, Any]:
    """The counterexample as it comes back from a file."""
    assert result.violation is not None
    return parse("saved", dumps(trace_document(model, result.violation)).encode())


def of(number: str) -> dict[str, Any]:
    return saved(zoo.bug(number).broken(), explore(zoo.bug(number).broken()))


# --- the same run ------------------------------------------------------------------------------


@pytest.mark.parametrize("number", BUGS)
def test_what_a_search_has_found_falls_again(number: str) -> None:
    """In the same steps, within its bounds or without them."""
    model = zoo.bug(number).broken()
    result = explore(model)

    assert replay(model, saved(model, result)) == result.violation
    free = replay(unbounded(model, 100), saved(model, result))
    assert free is not None
    assert free.name == zoo.bug(number).breaks
    assert len(free.trace) == zoo.bug(number).length


def test_what_a_random_walk_has_found_falls_again() -> None:
    model = zoo.bug("R18").broken()
    result = simulate(model, walks=20_000, depth=40, seed=1)

    assert replay(model, saved(model, result)) == result.violation


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(random_models())
def test_whatever_is_found_in_any_protocol_falls_again(model: Model) -> None:
    """Handlers that raise, too: to the same property, in as many steps, after the same fashion."""
    result = reference.explore(model, max_states=500)
    assume(result.violation is not None)
    document = saved(model, result)
    again = replay(model, document)

    assert again is not None
    assert result.violation is not None
    assert again.name == result.violation.name
    assert again == result.violation


# --- a protocol that has changed ---------------------------------------------------------------


@pytest.mark.parametrize("number", ["R21", "R22", "R23"])
def test_the_repaired_protocol_passes(number: str) -> None:
    """The last step does no harm any more, or the node takes no notice of its message."""
    assert replay(zoo.bug(number).correct(), of(number)) is None


def test_a_run_that_is_not_possible_any_more_names_the_step() -> None:
    """Two votes that Raft would not give: the first of them cannot be counted."""
    with pytest.raises(MisfitError, match=r"step \d of 8 is not possible in raft: n\d receives"):
        replay(zoo.bug("R05").correct(), of("R05"))


def test_a_fault_that_the_model_does_not_allow_is_no_step() -> None:
    model = replace(zoo.bug("R07").broken(), faults=Faults())

    with pytest.raises(MisfitError, match=r"step \d of 7 is not possible in raft: n\d .*crashes"):
        replay(model, of("R07"))


def test_a_step_that_the_bounds_cut_off_is_none() -> None:
    with pytest.raises(MisfitError, match="timer ELECTION fires"):
        replay(zoo.bug("R05").too_small(), of("R05"))


def test_a_fault_after_other_effects_is_another_step() -> None:
    """The answer leaves, then the crash: not so where the write comes first."""
    with pytest.raises(MisfitError, match="but crashes after 1 effect"):
        replay(zoo.bug("R13b").correct(), of("R13b"))


def test_a_node_or_a_property_that_is_not_there_is_named() -> None:
    document = of("R31b")
    fewer = replace(zoo.bug("R31b").broken(), properties=())
    document["steps"][0]["node"] = "n9"

    with pytest.raises(MisfitError, match="raft has no property 'election safety'"):
        replay(fewer, document)
    with pytest.raises(MisfitError, match=r"step 1 of 7 is not possible in raft: .* at n9"):
        replay(zoo.bug("R31b").broken(), document)


def test_a_handler_that_raises_ends_the_run() -> None:
    """Whatever the property: there is no state to go on from."""

    class Refuses(zoo.bug("R21").protocol):  # type: ignore[misc]
        def commit_of_follower(self, server: Any, append: Any) -> int:  # noqa: ANN401
            raise LookupError(append.commit)

    found = replay(zoo.bug("R21").model(protocol=Refuses, **zoo.bug("R21").shown), of("R21"))

    assert found is not None
    assert (found.name, found.sentence) == (RAISED, "LookupError: 0")


# --- the command -------------------------------------------------------------------------------

MINE = """
from paxiom.model_check import zoo

bug = zoo.bug("R21")

def model(correct: bool = False):
    return bug.correct() if correct else bug.broken()
"""


@pytest.fixture
def mine() -> str:
    """A user's model, with an option that mends it."""
    Path("mine.py").write_text(MINE)
    return "mine.py"


@pytest.mark.parametrize("found", ["--trace=found", "--json"])
def test_the_command_takes_what_check_and_simulate_write(
    paxiom: Run, mine: str, tmp_path: Path, found: str
) -> None:
    for search in (["check"], ["simulate", "--walks=20k"]):
        told = paxiom(*search, mine, found)
        if found == "--json":
            (tmp_path / "found").write_text(told.out)
        again = paxiom("trace", "replay", "found", mine)
        mended = paxiom("trace", "replay", "found", mine, "--correct")

        assert told.code == again.code == 1
        assert again.out.startswith('Counterexample to "monotone commit": ')
        assert again.out.splitlines()[1:] == paxiom("trace", "show", "found").out.splitlines()[1:]
        assert mended.code == 0
        assert mended.out.startswith("monotone commit stood: ")
        assert mended.out.endswith(" steps of raft\n")


def test_it_reads_standard_input(paxiom: Run, mine: str) -> None:
    told = paxiom("check", mine, "--json")

    assert paxiom("trace", "replay", "-", mine, stdin=told.out.encode()).code == 1


def test_it_refuses_a_run_of_something_else(paxiom: Run, mine: str) -> None:
    paxiom("check", mine, "--trace=found")

    message = refused(paxiom("trace", "replay", "found", "raft", "--nodes=1"))
    assert "step 2 of 8 is not possible in raft: n" in message
    message = refused(paxiom("trace", "replay", "found", "paxos"))
    assert "paxos has no property 'monotone commit'" in message


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["missing", "paxos"], "cannot read missing"),
        (["mine.py", "paxos"], "mine.py is not a trace"),
        (["holds", "paxos"], "a result without a trace: its verdict is HOLDS"),
        (["found"], "which model? Name one of"),
        (["found", "frobnicate"], "no built-in model 'frobnicate'"),
        (["found", "paxos", "--frobnicate=1"], "frobnicate"),
        ([], "FILE"),
    ],
)
def test_it_refuses_what_is_wrong_politely(
    paxiom: Run, mine: str, words: list[str], reason: str
) -> None:
    paxiom("check", mine, "--trace=found")
    Path("holds").write_text(paxiom("check", "raft", "--nodes=1", "--json").out)

    assert reason in refused(paxiom("trace", "replay", *words))


def test_what_goes_wrong_in_a_users_file_names_its_line(paxiom: Run, mine: str) -> None:
    paxiom("check", mine, "--trace=found")
    broken = "import dataclasses\n" + MINE.replace("bug.broken()", "worse()")
    broken += "\ndef worse():\n"
    broken += "    return dataclasses.replace(bug.broken(), observe=lambda server: 1 // 0)\n"
    Path("mine.py").write_text(broken)

    assert "mine.py, line 11: " in refused(paxiom("trace", "replay", "found", mine))


# --- before random runs ------------------------------------------------------------------------


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


R18 = zoo.bug("R18")


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
