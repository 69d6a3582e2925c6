"""The pytest plugin: what a user's test run shows, saves and exits with."""

import json
import subprocess
import sys
from pathlib import Path
from runpy import run_path

import pytest

# Before any run inside this process: what such a run imports is forgotten after it, and imported
# again by the next. Numba does not survive that.
from paxiom.model_check.engine import explore
from support.command import ENDLESS, spawn
from support.counter import COUNTER
from support.junit_schema import properties

pytest_plugins = ["pytester"]

HEAD = f"""{COUNTER}
import pytest
from dataclasses import replace

@always(Subject.NODE)
def tiny(count):
    "No count is above 2."
    return count <= 2

SMALL = model()
BROKEN = replace(SMALL, properties=(tiny,))
"""
HOLDS = "def test_it(model_check):\n    model_check(SMALL)\n"
FALLS = "def test_it(model_check):\n    model_check(BROKEN)\n"


def run(pytester: pytest.Pytester, text: str, *words: str) -> pytest.RunResult:
    pytester.makepyfile(test_mine=HEAD + text)
    return pytester.runpytest_inprocess(*words)


# --- verdicts ----------------------------------------------------------------------------------


def test_a_model_that_holds_passes_and_gives_its_result(pytester: pytest.Pytester) -> None:
    ran = run(
        pytester, "def test_it(model_check):\n    assert model_check(SMALL).witnesses['three']\n"
    )

    ran.assert_outcomes(passed=1)
    assert not (pytester.path / ".paxiom").exists()


def test_a_violation_fails_with_the_trace_and_nothing_of_ours(pytester: pytest.Pytester) -> None:
    ran = run(pytester, FALLS)
    text = ran.stdout.str()
    (saved,) = (pytester.path / ".paxiom").glob("*.json")
    shown = spawn("trace", "show", str(saved), cwd=pytester.path).out

    ran.assert_outcomes(failed=1)
    assert shown.startswith("Shortest counterexample to tiny: 3 steps of counter\n")
    page = saved.with_suffix(".html")
    assert f"\n{shown}\nSaved: paxiom trace show .paxiom/{saved.name}\n" in text
    assert f"\nTo look at: .paxiom/{page.name}\n" in text
    assert page.read_text().startswith("<!doctype html>")
    assert "Traceback" not in text
    assert "pytest_fixture" not in text
    assert "def test_it" not in text


@pytest.mark.parametrize(
    "text",
    [
        "def test_it(model_check):\n    model_check(SMALL, max_states=5)\n",
        "@pytest.mark.model_check(max_states='5')\n" + HOLDS,
        "pytestmark = pytest.mark.model_check(max_states=5)\n" + HOLDS,
        "@pytest.mark.model_check(max_states=9000)\n" + HOLDS.replace("L)", "L, max_states=5)"),
    ],
    ids=["call", "marker", "module", "call over marker"],
)
def test_a_search_cut_short_fails(pytester: pytest.Pytester, text: str) -> None:
    ran = run(pytester, text)

    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(["INCOMPLETE  counter: reached 5 states; nothing is claimed of *"])


def test_a_search_cut_short_passes_if_that_is_allowed(pytester: pytest.Pytester) -> None:
    text = """
@pytest.mark.model_check(max_states=5)
class TestIt:
    def test_it(self, model_check):
        assert model_check(SMALL, allow_incomplete=True).verdict.value == "INCOMPLETE"

    @pytest.mark.model_check(max_states=1000)
    def test_nearer(self, model_check):
        assert model_check(SMALL).verdict.value == "HOLDS"
"""
    run(pytester, text).assert_outcomes(passed=2)


def test_what_makes_a_result_weaker_is_a_warning_at_the_line_of_the_call(
    pytester: pytest.Pytester,
) -> None:
    text = HOLDS.replace("SMALL", "replace(SMALL, bounds=(Bound('<', (2).__ge__),))")
    ran = run(pytester, text, "-W", "default")
    line = (HEAD + text).strip().count("\n") + 1

    ran.assert_outcomes(passed=1, warnings=1)
    ran.stdout.fnmatch_lines(
        [f"*test_mine.py:{line}: ModelCheckWarning: counter: three was never reached*"]
    )
    run(pytester, text, "-W", "error").assert_outcomes(failed=1)


def test_a_violation_can_be_expected(pytester: pytest.Pytester) -> None:
    run(pytester, "@pytest.mark.xfail(strict=True)\n" + FALLS).assert_outcomes(xfailed=1)


def test_ctrl_c_ends_the_whole_run(pytester: pytest.Pytester) -> None:
    text = ENDLESS + "def test_it(model_check):\n    model_check(model, reference=True)\n"
    pytester.makepyfile(test_mine=text)
    ran = pytester.runpytest_subprocess()

    assert ran.ret is pytest.ExitCode.INTERRUPTED


# --- mistakes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("    model_check(3)\n", ["takes a Model, not a value of type int"]),
        ("    model_check(Counter)\n", ["takes a Model, not the class Counter"]),
        ("    model_check(SMALL, max_state=3)\n", ["no option max_state", "max_states"]),
        ("    model_check(SMALL, max_states=0)\n", ["max_states takes a number above 0"]),
        ("    model_check(SMALL, workers=1, reference=True)\n", ["does not have --workers"]),
        (
            "    model_check(replace(SMALL, observe=lambda count: 1 / 0))\n",
            ["test_mine.py, line", "ZeroDivisionError"],
        ),
    ],
)
def test_a_mistake_is_told_in_a_line(
    pytester: pytest.Pytester, text: str, reasons: list[str]
) -> None:
    ran = run(pytester, f"def test_it(model_check):\n{text}")
    shown = ran.stdout.str()

    ran.assert_outcomes(failed=1)
    for reason in reasons:
        assert reason in shown
    assert "pytest_fixture.py" not in shown


def test_a_marker_takes_names(pytester: pytest.Pytester) -> None:
    ran = run(pytester, "@pytest.mark.model_check(1000)\n" + HOLDS)

    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(["*1000 has no name: model_check(**options)*"])


# --- what is kept ------------------------------------------------------------------------------


def test_artifacts_go_where_they_are_wanted_and_go_when_the_test_passes(
    pytester: pytest.Pytester,
) -> None:
    ran = run(pytester, FALLS, "--paxiom-artifacts", "kept/here")
    saved, page = sorted((pytester.path / "kept" / "here").iterdir(), reverse=True)

    assert f"paxiom trace show kept/here/{saved.name}" in ran.stdout.str()
    run(pytester, HOLDS, "--paxiom-artifacts", "kept/here").assert_outcomes(passed=1)
    assert not saved.exists()
    assert not page.exists()


def test_each_search_has_a_file_of_its_own_whatever_the_test_is_called(
    pytester: pytest.Pytester,
) -> None:
    """Names that differ only in what no file name may have, and a very long one."""
    text = f"""
@pytest.mark.parametrize("name", ["a/b", "a:b", "a b", "{"x" * 300}"])
def test_it(model_check, name):
    with pytest.raises(pytest.fail.Exception):
        model_check(BROKEN)
    model_check(BROKEN)
"""
    run(pytester, text).assert_outcomes(failed=4)

    assert len(list((pytester.path / ".paxiom").glob("*.json"))) == 8


def test_a_trace_that_cannot_be_saved_is_shown(pytester: pytest.Pytester) -> None:
    (pytester.path / "file").write_text("")
    ran = run(pytester, FALLS, "--paxiom-artifacts", "file")

    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(["Shortest counterexample to tiny*", "Not saved: *"])


def test_counts_are_listed_with_v_and_in_the_junit_file(pytester: pytest.Pytester) -> None:
    text = """
def test_it(model_check):
    model_check(SMALL)
    model_check(SMALL, reference=True)
"""
    (pytester.path / "counter.py").write_text(COUNTER)
    found = explore(run_path("counter.py")["model"]())
    counts = f"{found.states} states, {found.transitions} transitions, {found.depth} steps deep"
    ran = run(pytester, text, "-v", "--junitxml", "report.xml")
    known = properties((pytester.path / "report.xml").read_bytes())

    ran.stdout.fnmatch_lines(
        [
            "*= model checking =*",
            f"test_mine.py::test_it  HOLDS  counter: {counts}",
            f"test_mine.py::test_it  HOLDS  counter: {counts}",
        ]
    )
    for prefix, explorer in (("paxiom.", "engine"), ("paxiom.2.", "reference")):
        assert known[f"{prefix}verdict"] == "HOLDS"
        assert known[f"{prefix}states"] == str(found.states)
        assert known[f"{prefix}transitions"] == str(found.transitions)
        assert known[f"{prefix}explorer"] == explorer
    assert "model checking" not in run(pytester, text).stdout.str()


# --- the baseline ------------------------------------------------------------------------------


def test_counts_are_compared_with_the_baseline(pytester: pytest.Pytester) -> None:
    words = ("--paxiom-baseline", "counts.json")
    ran = run(pytester, HOLDS, *words)
    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(["*no counts of test_mine.py::test_it*--paxiom-bless*"])

    run(pytester, HOLDS, *words, "--paxiom-bless").assert_outcomes(passed=1)
    run(pytester, HOLDS, *words).assert_outcomes(passed=1)
    ran = run(pytester, HOLDS.replace("SMALL", "model(nodes=1)"), *words)
    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(
        ["test_mine.py::test_it does not count what counts.json has:", "*nodes: - n2*"]
    )
    ran.stdout.fnmatch_lines(["What is claimed has changed*"])


def test_a_damaged_baseline_fails_and_is_left_as_it_is(pytester: pytest.Pytester) -> None:
    (pytester.path / "counts.json").write_text("{")
    for more in ((), ("--paxiom-bless",)):
        ran = run(pytester, HOLDS, "--paxiom-baseline", "counts.json", *more)
        ran.assert_outcomes(failed=1)
        ran.stdout.fnmatch_lines(["*counts.json is no baseline*"])
    assert (pytester.path / "counts.json").read_text() == "{"


def test_blessing_counts_that_go_nowhere_is_refused(pytester: pytest.Pytester) -> None:
    ran = run(pytester, HOLDS, "--paxiom-bless")

    assert ran.ret is pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(["*--paxiom-baseline FILE*"])


def test_workers_of_xdist_bless_one_file_and_report_what_they_found(
    pytester: pytest.Pytester,
) -> None:
    text = """
@pytest.mark.parametrize("number", range(12))
def test_it(model_check, number):
    model_check(SMALL, reference=True)

def test_broken(model_check):
    model_check(BROKEN, reference=True)
"""
    pytester.makepyfile(test_mine=HEAD + text)
    words = ("-n2", "--paxiom-baseline", "counts.json", "--junitxml", "report.xml", "-v")
    ran = pytester.runpytest_subprocess(*words, "--paxiom-bless")
    models = json.loads((pytester.path / "counts.json").read_text())["models"]

    ran.assert_outcomes(passed=12, failed=1)
    ran.stdout.fnmatch_lines(["Shortest counterexample to tiny: 3 steps of counter"])
    ran.stdout.fnmatch_lines(["test_mine.py::test_it*  HOLDS  counter: *"])
    assert set(models) == {f"test_mine.py::test_it[{number}]" for number in range(12)}
    assert len({entry["found"]["states"] for entry in models.values()}) == 1
    assert properties((pytester.path / "report.xml").read_bytes())["paxiom.states"]


# --- those who do not use it -------------------------------------------------------------------


def test_loading_the_plugin_imports_nothing_else_of_ours() -> None:
    script = """
import sys, pytest
before = set(sys.modules)
import paxiom.model_check.pytest_plugin
print(*sorted(set(sys.modules) - before))
"""
    ran = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True
    )

    assert ran.stdout.split() == [
        "paxiom",
        "paxiom.model_check",
        "paxiom.model_check.pytest_plugin",
    ]


def test_those_who_do_not_use_it_see_nothing_of_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_mine="def test_it():\n    pass\n")
    ran = pytester.runpytest_inprocess("-v", "-W", "error", "--strict-markers")

    ran.assert_outcomes(passed=1)
    assert "model checking" not in ran.stdout.str()
    assert not Path(pytester.path / ".paxiom").exists()
