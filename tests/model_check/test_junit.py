"""``paxiom check --junit``: what a dashboard is told, and that it can read it."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.reference import explore
from paxiom.model_check.reports.junit import junit
from paxiom.model_check.reports.report import result_document
from paxiom.model_check.reports.suites import Outcome, suite_of, suite_of_proofs, suite_of_quorums
from paxiom.spec.consensus import agreement
from support.command import Run, refused
from support.junit_schema import read

SMALL = ("paxos", "--nodes", "2", "--ballots", "1", "--reference")
EXAMPLE = Path(__file__).parents[2] / "examples" / "two_phase_commit.py"
HOSTILE = "a<b>&\"'\x00\x1b[31m\ud800\ufffe]]>\N{RIGHT-TO-LEFT OVERRIDE}é"
SHOWN = "a<b>&\"'\\x00\\x1b[31m\\ud800\\ufffe]]>\\u202eé"


def properties(suite: ET.Element) -> dict[str, str]:
    return {each.attrib["name"]: each.attrib["value"] for each in suite.iter("property")}


def test_a_model_that_holds_is_a_suite_that_passes(paxiom: Run) -> None:
    ran = paxiom("check", *SMALL, "--junit", "report.xml")
    (suite,) = read(Path("report.xml").read_bytes())
    expected = explore(paxos(nodes=2, ballots=1))
    known = properties(suite)

    assert ran.code == 0
    assert ran.out.startswith("HOLDS")
    assert suite.get("name") == "paxos --nodes 2 --ballots 1"
    assert [case.get("name") for case in suite.iter("testcase")] == [
        "agreement",
        "validity",
        "integrity",
        "irrevocability",
        "some decision",
        "no handler raises",
    ]
    assert (suite.get("failures"), suite.get("errors"), suite.get("skipped")) == ("0", "0", "0")
    assert known["verdict"] == "HOLDS"
    assert known["states"] == str(expected.states)
    assert known["transitions"] == str(expected.transitions)
    assert known["depth"] == str(expected.depth)
    assert known["explorer"] == "reference"
    assert known["bound"].startswith("ballots <= 1 (cut off ")
    assert known["network"] == "in any order, each message at most once, none lost"


def test_a_violation_is_one_failure_with_its_trace(paxiom: Run) -> None:
    """The other properties were not asked to the end: they have not passed."""
    ran = paxiom("check", f"{EXAMPLE}:broken", "--reference", "--junit", "report.xml")
    (suite,) = read(Path("report.xml").read_bytes())
    cases = {case.attrib["name"]: case for case in suite.iter("testcase")}
    (failure,) = suite.iter("failure")

    assert ran.code == 1
    assert failure in cases["atomicity"]
    assert failure.get("message") == "violated: No node commits while another aborts."
    assert failure.text is not None
    assert failure.text.startswith("Shortest counterexample to atomicity: 7 steps of 2PC\n")
    assert failure.text.strip() in ran.out
    assert {name for name, case in cases.items() if case.find("skipped") is not None} == {
        "finality",
        "end",
        "no handler raises",
    }
    lines = EXAMPLE.read_text().splitlines()
    at = lines.index("class TwoPhaseCommit(Protocol[State, str]):")
    file, _, line = properties(suite)["source"].rpartition(":")
    assert file == str(EXAMPLE)
    assert int(line) in (at, at + 1)  # of the decorator, or of the class


def test_a_search_cut_short_has_errors_and_nothing_that_passed(paxiom: Run) -> None:
    ran = paxiom("check", *SMALL, "--max-states", "5", "--junit", "report.xml")
    (suite,) = read(Path("report.xml").read_bytes())

    assert ran.code == 3
    assert suite.get("errors") == suite.get("tests")
    assert "5 states" in properties(suite)["stopped"]


def test_what_was_never_reached_has_not_passed_and_is_warned_of() -> None:
    """Nobody is asked for anything, so nothing is ever decided."""
    model = replace(paxos(nodes=2), requests=None)
    suite = suite_of("mute", result_document(model, explore(model)))
    (root,) = read(junit([suite]))

    assert [case.name for case in suite.having(Outcome.SKIPPED)] == ["some decision"]
    assert suite.verdict == "HOLDS"
    assert "some decision was never reached" in root.findtext("system-out", "")


def test_hostile_names_are_shown_and_obeyed_by_nobody() -> None:
    prop = replace(agreement, name=HOSTILE, sentence=f"{HOSTILE}\nand on.")
    model = replace(paxos(nodes=1), name=HOSTILE, properties=(prop,))
    suite = suite_of(HOSTILE, result_document(model, explore(model, max_states=1)))
    content = junit([suite])
    (root,) = read(content)
    (case, _) = root.iter("testcase")
    (error, _) = root.iter("error")

    assert root.get("name") == SHOWN
    assert case.get("name") == SHOWN
    assert error.get("message") == f"holds so far: {SHOWN}\nand on."
    assert all(byte >= 0x20 or byte == 0x0A for byte in content)


def test_a_report_that_cannot_be_written_is_refused_before_the_search(paxiom: Run) -> None:
    assert "cannot write" in refused(paxiom("check", *SMALL, "--junit", "nowhere/report.xml"))


@pytest.mark.parametrize("word", ["--set", "--nodes"])
def test_a_suite_is_named_by_what_was_asked(paxiom: Run, word: str) -> None:
    words = ("--set", "nodes=1") if word == "--set" else ("--nodes=1",)
    paxiom("check", "paxos", *words, "--reference", "--junit", "report.xml")

    assert read(Path("report.xml").read_bytes())[0].get("name") == "paxos --nodes=1"


def test_an_obligation_is_a_case(paxiom: Run) -> None:
    ran = paxiom("prove", "consensus", "--audit", "--junit", "report.xml", "--json", "--quiet")
    (spec,) = json.loads(ran.out)["specs"]
    (suite,) = read(Path("report.xml").read_bytes())
    names = [case.attrib["name"] for case in suite.iter("testcase")]

    assert ran.code == 0
    assert names[: spec["obligations"]] == [each["name"] for each in spec["proofs"]]
    assert len(names) == len(spec["proofs"]) + len(spec["checks"]) + len(spec["audit"])
    assert (suite.get("failures"), suite.get("errors"), suite.get("skipped")) == ("0", "0", "0")
    assert properties(suite)["proved"] == str(spec["obligations"])


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"outcome": "proved", "second": "unsat"}, Outcome.PASSED),
        ({"outcome": "proved", "second": None}, Outcome.PASSED),
        ({"outcome": "proved", "second": "unknown"}, Outcome.UNKNOWN),
        ({"outcome": "proved", "second": "sat"}, Outcome.FAILED),
        ({"outcome": "unknown", "second": None}, Outcome.UNKNOWN),
        ({"outcome": "refuted", "second": None}, Outcome.FAILED),
    ],
)
def test_a_proof_passes_only_if_every_solver_that_was_asked_says_so(
    answer: dict[str, str], outcome: Outcome
) -> None:
    rest = {"name": "p", "seconds": 0.1, "reason": None, "counterexample": None}
    document = {"name": "s", "verdict": "?", "obligations": 2, "proved": 1, "seconds": 0.1}
    document |= {"seeds": 0, "second": None, "checks": [], "audit": None, "complete": False}
    suite = suite_of_proofs({**document, "proofs": [rest | answer]})

    assert [case.outcome for case in suite.cases] == [outcome, Outcome.UNKNOWN]
    assert suite.cases[1].verdict == "interrupted"


def test_a_theorem_about_quorums_is_a_case_and_so_is_a_mistake_that_must_be_refuted(
    paxiom: Run,
) -> None:
    ran = paxiom("prove", "quorum", "--junit", "report.xml", "--json", "--quiet")
    told = json.loads(ran.out)["quorums"]
    (suite,) = read(Path("report.xml").read_bytes())
    names = [case.attrib["name"] for case in suite.iter("testcase")]

    assert ran.code == 0
    assert names[: len(told["theorems"])] == [each["name"] for each in told["theorems"]]
    assert sum(name.startswith("mistake: ") for name in names) == len(told["mistakes"])
    assert (suite.get("failures"), suite.get("errors")) == ("0", "0")


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        ("proved", Outcome.PASSED),
        ("unknown", Outcome.UNKNOWN),
        ("refuted", Outcome.FAILED),
        ("not tight", Outcome.FAILED),
        ("no mistake", Outcome.FAILED),
    ],
)
def test_a_theorem_passes_only_if_it_is_proved_and_tight(verdict: str, outcome: Outcome) -> None:
    told = {"name": "t", "sentence": "T.", "statement": "2 > 1", "outcome": "proved"}
    told |= {"counterexample": "n = 1", "verdict": verdict}
    document = {"name": "quorum", "verdict": verdict, "seconds": 0.1, "second": None}
    document |= {"count": {"theorems": 1, "mistakes": 0}, "complete": True}
    suite = suite_of_quorums({**document, "theorems": [told | {"seconds": 0.1}], "mistakes": []})
    (case,) = suite.cases

    assert case.outcome is outcome
    assert ("n = 1" in case.detail) == (outcome is not Outcome.PASSED)
