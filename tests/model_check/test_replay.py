"""Saved runs are taken again."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from paxiom.model_check import reference, zoo
from paxiom.model_check.engine import explore
from paxiom.model_check.engine.simulator import simulate
from paxiom.model_check.model import Faults, Model
from paxiom.model_check.result import RAISED, Result
from paxiom.model_check.schedule import unbounded
from paxiom.model_check.traces.replay import Departure, MisfitError, departure, replay, retake
from paxiom.model_check.traces.trace_file import dumps, parse, trace_document
from support.command import Run, refused
from support.random_protocols import random_models
from support.zoo_runs import zoo_run

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
        assert mended.out.startswith("Departs at step ")
        assert "\nmonotone commit stood: " in mended.out
        assert mended.out.endswith(" steps of raft\n")


def test_it_reads_standard_input(paxiom: Run, mine: str) -> None:
    told = paxiom("check", mine, "--json")

    assert paxiom("trace", "replay", "-", mine, stdin=told.out.encode()).code == 1


def test_it_refuses_a_run_of_something_else(paxiom: Run, mine: str) -> None:
    paxiom("check", mine, "--trace=found")

    message = refused(paxiom("trace", "replay", "found", "raft", "--nodes=1"))
    assert message.startswith("Departs at the beginning state")
    assert "step 2 of 8 is not possible in raft: n" in message
    message = refused(paxiom("trace", "replay", "found", "paxos"))
    assert "paxos has no property 'monotone commit'" in message


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["missing", "paxos"], "cannot read missing"),
        (["mine.py", "paxos"], "mine.py is not a trace"),
        (["holds", "paxos"], "a result without a trace: its verdict is HOLDS"),
        (["found"], "which model? The trace says 'mine.py:model', but paxiom runs no file"),
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


# --- where a run departs -------------------------------------------------------------------------


def departed(model: Model, document: dict[str, Any]) -> Departure | None:
    free = unbounded(model, len(document["steps"]))
    return departure(free, retake(free, document), document)


@pytest.mark.parametrize("number", [bug.number for bug in zoo.BUGS])
def test_the_same_protocol_departs_nowhere(number: str) -> None:
    assert departed(zoo.bug(number).broken(), zoo_run(number)) is None


@pytest.mark.parametrize("number", [bug.number for bug in zoo.BUGS])
def test_the_repaired_protocol_departs_somewhere(number: str) -> None:
    """Before the property falls, or the run would go wrong all the same."""
    model, document = zoo.bug(number).correct(), zoo_run(number)
    replayed = retake(model, document)

    assert departure(model, replayed, document) or replayed.misfit
    assert replayed.violation is None


def test_a_departure_has_what_differs_and_nothing_else() -> None:
    """A vote that goes to disk now: the same messages, and another disk after the crash."""
    found = departed(zoo.bug("R07").correct(), zoo_run("R07"))
    assert found is not None
    step = zoo_run("R07")["steps"][found.step - 1]
    was, is_now = found.recorded["effects"], found.now["effects"]

    assert was == step["effects"]
    assert [each["$"] for each in was] == [each["$"] for each in is_now]
    assert {each["$"] for each in is_now if each not in was} == {"Persist"}
    assert found.recorded["after"]["disk"]["vote"] is None
    assert found.now["after"]["disk"]["vote"] == step["node"]
    assert found.recorded.keys() == {"effects", "after"}


def test_a_departure_is_shown_beside_what_was_recorded(paxiom: Run) -> None:
    Path("found").write_text(json.dumps(zoo_run("R07")))
    told = paxiom("trace", "replay", "found", "raft", "--crashes=1", "--terms=1")

    assert told.code == 2
    assert told.err.splitlines()[:7] == [
        "Departs at step 1 of 7: timer ELECTION fires at n1",
        "  effects",
        "    recorded  Persist(Stable(1, None, ()))",
        "    now       Persist(Stable(1, n1, ()))",
        "  state: disk.vote",
        "    recorded  None",
        "    now       n1",
    ]
    assert "error: step 3 of 7 is not possible in raft" in told.err


def test_a_message_of_which_a_node_takes_no_notice_now_is_a_departure() -> None:
    found = departed(zoo.bug("R22").correct(), zoo_run("R22"))

    assert found is not None
    assert found.recorded == found.now == {}


def test_a_departure_at_the_beginning_is_found_first() -> None:
    document = zoo_run("R07")
    document["initial"]["nodes"][0]["state"]["commit"] = 7
    found = departed(zoo.bug("R07").broken(), document)

    assert found is not None
    assert found.step == 0
    assert found.recorded["after"]["n1"]["state"]["commit"] == 7


def test_an_older_file_is_compared_in_what_it_has() -> None:
    document = zoo_run("R07")
    for step in document["steps"]:
        del step["flight"], step["history"], step["shows"], step["violates"], step["quorums"]

    assert departed(zoo.bug("R07").broken(), document) is None


# --- which model a run is of ---------------------------------------------------------------------


def test_a_run_of_a_built_in_model_or_of_the_zoo_says_which(paxiom: Run) -> None:
    """Broken by its options alone: quorums that need not meet."""
    words = ["paxos", "--nodes=2", "--ballots=2", "--phase1=1", "--phase2=1", "--lossy"]
    assert paxiom("check", *words, "--trace=found").code == 1
    Path("bug").write_text(json.dumps(zoo_run("R31b")))

    assert json.loads(Path("found").read_text())["model"]["made_by"] == {
        "target": "paxos",
        "options": {"nodes": 2, "ballots": 2, "phase1": 1, "phase2": 1, "lossy": True},
    }
    for name in ("found", "bug"):
        again = paxiom("trace", "replay", name)
        assert again.code == 1
        assert again.out.startswith("Counterexample to ")


def test_options_count_on_top_of_those_of_the_run(paxiom: Run) -> None:
    words = ["paxos", "--nodes=2", "--ballots=2", "--phase1=1", "--phase2=1"]
    assert paxiom("check", *words, "--trace=found").code == 1

    assert paxiom("trace", "replay", "found", "paxos", "--ballots=3").code == 1
    mended = paxiom("trace", "replay", "found", "paxos", "--phase2=2")
    assert (mended.code, mended.out.split()[0]) == (0, "Departs")


def test_a_file_that_only_the_trace_names_is_never_run(paxiom: Run) -> None:
    """Not even if the name of a built-in model, or of a spec, is a part of it."""
    Path("evil.py").write_text("raise SystemExit('run')")
    document = zoo_run("R31b")
    for target in ("evil.py", "evil.py:model", "./evil.py:paxos", "spec:evil.py", "spec:evil.py:x"):
        document["model"]["made_by"] = {"target": target, "options": {}}
        Path("found").write_text(json.dumps(document))
        message = refused(paxiom("trace", "replay", "found"))
        assert "which model? The trace says" in message


@pytest.mark.parametrize(
    ("made_by", "reason"),
    [
        (None, "which model? The trace does not say; name it after the trace, one of"),
        ("paxos", "which model? The trace does not say"),
        ({"bug": "R999"}, "there is no bug 'R999'"),
        ({"bug": 7}, "which model? The trace does not say"),
        ({"target": "paxos", "options": {"x": 1}}, "paxos has no option --x"),
        ({"target": "paxos", "options": {"nodes": [1]}}, "--nodes takes a whole number"),
    ],
)
def test_an_origin_that_makes_no_sense_is_refused(
    paxiom: Run, made_by: object, reason: str
) -> None:
    document = zoo_run("P03")
    document["model"]["made_by"] = made_by
    Path("found").write_text(json.dumps(document))

    assert reason in refused(paxiom("trace", "replay", "found"))


def test_a_bug_takes_no_options(paxiom: Run) -> None:
    Path("found").write_text(json.dumps(zoo_run("R31b")))

    message = refused(paxiom("trace", "replay", "found", "--set", "nodes=3"))
    assert "bug R31b of the zoo has no options" in message
