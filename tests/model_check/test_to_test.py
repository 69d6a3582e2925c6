"""Saved runs as tests: they fail while the bug is there, pass when it is not, and read well."""

import json
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from paxiom.model_check import zoo
from paxiom.model_check.export.pytest_file import to_pytest
from paxiom.model_check.traces.replay import MisfitError
from paxiom.model_check.traces.trace_file import parse
from support.command import Run, refused
from support.zoo_runs import zoo_run

BUGS = [bug.number for bug in zoo.BUGS]

MINE = """
from paxiom.model_check import zoo

bug = zoo.bug("R21")

def mine(correct: bool = False):
    return bug.correct() if correct else bug.broken()
"""


def written(number: str) -> str:
    return to_pytest(zoo_run(number), {"bug": number}, Path())


def taken_from(text: str, tmp_path: Path) -> Callable[[], None]:
    """The test in a file with this text."""
    file = tmp_path / "test_written.py"
    file.write_text(text)
    ((_, function),) = [each for each in runpy.run_path(str(file)).items() if "test" in each[0]]
    found: Callable[[], None] = function
    return found


@pytest.mark.parametrize("number", BUGS)
def test_it_fails_with_the_bug_and_passes_with_the_rule(number: str, tmp_path: Path) -> None:
    bug, text = zoo.bug(number), written(number)
    name = f'"{bug.breaks}"' if " " in bug.breaks else bug.breaks
    broken = f'zoo.bug("{number}").broken()'

    with pytest.raises(AssertionError, match=f"Counterexample to {name}: {bug.length} step"):
        taken_from(text, tmp_path)()
    assert broken in text
    taken_from(text.replace(broken, broken.replace("broken", "correct")), tmp_path)()


def test_ruff_has_nothing_to_say_of_it(tmp_path: Path) -> None:
    """Nor of one whose names are meant to break out of it."""
    pytest.importorskip("ruff")
    for number in BUGS:
        (tmp_path / f"test_{number.lower()}.py").write_text(written(number))
    (tmp_path / "test_hostile.py").write_text(to_pytest(hostile(), {"bug": "R07"}, tmp_path))
    long = {"target": f"{'x' * 60}.py:model", "options": {"nodes": 3, "network": "once"}}
    (tmp_path / "test_long.py").write_text(to_pytest(zoo_run("R07"), long, tmp_path))

    for words in (["check", "--extend-select=I,N,PT,RUF,UP,W"], ["format", "--check"]):
        ran = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "ruff", *words, "--isolated", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout


def hostile() -> dict[str, Any]:
    document = zoo_run("R07")
    evil = '"""\nraise SystemExit("run")\n"""\\'
    document["property"] |= {"name": "election safety", "sentence": evil}
    document["model"]["name"] = evil
    document["steps"][0]["event"]["timer"] = {"$enum": evil, "name": f"'{evil}'\x1b\ud800"}
    return parse("hostile", json.dumps(document).encode())


def test_nothing_in_a_trace_breaks_out_of_the_test(tmp_path: Path) -> None:
    """The first step is not possible under its new name; so the run does not go wrong."""
    taken_from(to_pytest(hostile(), {"bug": "R07"}, Path()), tmp_path)()


def test_a_test_of_which_no_step_is_possible_says_so(tmp_path: Path) -> None:
    text = written("R07").replace('zoo.bug("R07").broken()', 'model_of("paxos")')
    text = text.replace("import stands", "import model_of, stands").replace(
        '"election safety"', '"agreement"'
    )

    with pytest.raises(MisfitError, match="none of 7 steps is possible in paxos"):
        taken_from(text, tmp_path)()


# --- the command -------------------------------------------------------------------------------


def run_pytest(file: Path) -> subprocess.CompletedProcess[str]:
    """Run a test as a person does who has been given it."""
    words = ["-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(file.parent)]
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *words, str(file)],
        capture_output=True,
        text=True,
        cwd=file.parent,
        check=False,
        timeout=120,
    )


def test_a_users_protocol_fails_its_test_until_it_is_mended(paxiom: Run, tmp_path: Path) -> None:
    """The file is found from the folder of the test, wherever pytest is started."""
    Path("mine.py").write_text(MINE)
    Path("tests").mkdir()
    paxiom("check", "mine.py:mine", "--trace=found")
    told = paxiom("trace", "to-test", "found", "mine.py:mine", "-o", "tests/test_mine.py")
    test = tmp_path / "tests" / "test_mine.py"

    assert (told.code, told.err) == (0, "")
    assert 'model_of("../mine.py:mine", beside=__file__)' in test.read_text()
    ran = run_pytest(test)
    assert ran.returncode == 1, ran.stdout
    assert "def test_monotone_commit" in ran.stdout
    assert 'Counterexample to "monotone commit": 8 steps of raft' in ran.stdout
    assert "regression.py" not in ran.stdout.split("short test summary")[0].split("_ test_")[1]

    Path("mine.py").write_text(MINE.replace("bool = False", "bool = True"))
    assert run_pytest(test).returncode == 0


def test_a_built_in_model_is_made_with_its_options(paxiom: Run, tmp_path: Path) -> None:
    words = ["paxos", "--nodes=2", "--ballots=2", "--phase1=1", "--phase2=1", "--lossy"]
    paxiom("check", *words, "--trace=found")
    text = paxiom("trace", "to-test", "found").out

    for word in ("--nodes=2", "--phase1=1", "--lossy=true"):
        assert f'"{word}"' in text
    with pytest.raises(AssertionError, match="Counterexample to agreement"):
        taken_from(text, tmp_path)()
    mended = paxiom("trace", "to-test", "found", "paxos", "--phase1=2", "--phase2=2")
    assert "agreement stands in this run as the model is now" in mended.err
    taken_from(mended.out, tmp_path)()


def test_it_refuses_what_is_no_counterexample(paxiom: Run) -> None:
    document = zoo_run("R07") | {"property": None, "verdict": "RUN", "evidence": []}
    Path("run").write_text(json.dumps(document))
    Path("mine.py").write_text(MINE)
    paxiom("check", "mine.py:mine", "--trace=found")

    assert "this run violates nothing" in refused(paxiom("trace", "to-test", "run"))
    assert "which model? The trace says 'mine.py:mine'" in refused(
        paxiom("trace", "to-test", "found")
    )
    words = ["found", "mine.py:mine", "-o", "nowhere/test_it.py"]
    assert "cannot write nowhere/test_it.py" in refused(paxiom("trace", "to-test", *words))
