"""``paxiom check --github``: what GitHub Actions is told, and that it understands it."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.reference import explore
from paxiom.model_check.reports.github import MESSAGE_MAX, annotations, summary
from paxiom.model_check.reports.places import Place
from paxiom.model_check.reports.report import result_document
from paxiom.model_check.reports.suites import Case, Outcome, Suite, suite_of
from support.command import Run, refused

SMALL = ("paxos", "--nodes", "2", "--ballots", "1", "--reference")
COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")

STUBBORN = """
from paxiom.impl.paxos import Paxos
from paxiom.model_check.models.paxos import paxos

class Stubborn(Paxos):
    '''Paxos without P2c.'''

    def value_to_propose(self, proposer):
        return proposer.value

model = paxos(protocol=Stubborn, nodes=2, ballots=2)
"""
RULE = STUBBORN.splitlines().index("    def value_to_propose(self, proposer):") + 1

TOY = """
from paxiom.spec.logic.formulas import *
from paxiom.spec.logic.system import *

class Member(Sort):
    '''A member.'''

class Careless(Spec):
    '''One holder at a time.'''

    holds: Relation[Member]

    @action
    def take(self, m: Member) -> Action:
        return when().then(self.holds.add(m))

    @safety
    def exclusion(self, m: Member, other: Member) -> Formula:
        return implies(self.holds(m) & self.holds(other), m == other)
"""


def understood(line: str) -> tuple[str, dict[str, str], str]:
    """Read a workflow command as actions/runner does (src/Runner.Common/ActionCommand.cs)."""
    match = COMMAND.fullmatch(line)
    assert match, line
    kind, given, message = match.groups()
    pairs = dict(each.split("=", 1) for each in given.split(","))
    for name, value in pairs.items():
        for mark, escape in ((":", "%3A"), (",", "%2C"), ("\n", "%0A"), ("%", "%25")):
            value = value.replace(escape, mark)  # noqa: PLW2901 - one mark after the other
        pairs[name] = value
    return kind, pairs, message.replace("%0A", "\n").replace("%25", "%")


@pytest.fixture(autouse=True)
def on_github(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Put every command into a step of a job, and give the file of its summary."""
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    return tmp_path / "summary.md"


def test_the_counts_of_a_model_that_holds_are_a_notice(paxiom: Run, on_github: Path) -> None:
    ran = paxiom("check", *SMALL, "--github")
    expected = explore(paxos(nodes=2, ballots=1))
    (line,) = ran.err.splitlines()
    kind, pairs, message = understood(line)

    assert ran.code == 0
    assert kind == "notice"
    assert pairs == {"title": "paxos --nodes 2 --ballots 1: HOLDS"}
    assert message.startswith(f"{expected.states:,} states, {expected.transitions:,} transitions")
    assert r"\| agreement" not in on_github.read_text()
    assert (
        "| agreement | holds | No two nodes decide different values\\. |" in on_github.read_text()
    )


def test_a_violation_is_an_error_at_the_rule_that_was_changed(paxiom: Run, on_github: Path) -> None:
    Path("mine.py").write_text(STUBBORN)
    ran = paxiom("check", "mine.py", "--reference", "--github")
    (line,) = ran.err.splitlines()
    kind, pairs, message = understood(line)

    assert ran.code == 1
    assert kind == "error"
    assert pairs["file"] == "mine.py"
    assert int(pairs["line"]) == RULE
    assert pairs["title"] == "mine.py: agreement: violated"
    assert len(message) <= MESSAGE_MAX
    assert message.rstrip() in ran.out
    assert "What breaks the property, after step 18" in message
    assert "Shortest counterexample to agreement: 18 steps" in on_github.read_text()


def test_a_file_is_named_from_the_checkout(
    paxiom: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    below = tmp_path / "below"
    below.mkdir()
    (below / "mine.py").write_text(STUBBORN)
    monkeypatch.chdir(below)
    ran = paxiom("check", "mine.py", "--reference", "--max-states", "9", "--github")
    kind, pairs, message = understood(ran.err.rstrip("\n"))

    assert ran.code == 3
    assert kind == "error"
    assert pairs["file"] == "below/mine.py"
    assert pairs["title"] == "mine.py: INCOMPLETE"
    assert "stopped: reached 9 states" in message
    assert "Not known: agreement, validity" in message


@pytest.mark.parametrize("command", ["check", "prove", "verify"])
def test_a_file_that_is_wrong_is_an_error_too(paxiom: Run, command: str) -> None:
    Path("mine.py").write_text("def model(:\n")
    ran = paxiom(command, "mine.py", "--github")
    *told, line = ran.err.splitlines()
    kind, pairs, message = understood(line)

    assert ran.code == 2
    assert kind == "error"
    assert pairs == {"title": "paxiom: nothing was checked"}
    assert told == f"error: {message}".splitlines()
    assert "line 1: invalid syntax" in message


def test_json_stays_json(paxiom: Run) -> None:
    ran = paxiom("check", *SMALL, "--github", "--json")

    assert ran.out.startswith("{")
    assert ran.err.startswith("::notice ")


def test_what_makes_a_result_weaker_is_a_warning() -> None:
    model = replace(paxos(nodes=2), requests=None)
    suite = suite_of("mute", result_document(model, explore(model)))
    told = [understood(line) for line in annotations([suite])]

    assert [kind for kind, _, _ in told] == ["warning"] * len(suite.warnings) + ["notice"]
    assert any("some decision was never reached" in message for _, _, message in told)


def suite(*, name: str = "s", detail: str = "", place: Place | None = None) -> Suite:
    case = Case(name=name, outcome=Outcome.FAILED, verdict="violated", detail=detail)
    return Suite(
        name=name, verdict="V", summary=name, cases=(case,), facts={name: name}, place=place
    )


def test_hostile_names_end_no_command_early() -> None:
    hostile = "100%0A,file=x::error title=y::z\r\n\x1b]0;\N{RIGHT-TO-LEFT OVERRIDE}é"
    shown = "100%0A,file=x::error title=y::z\\r\n\\x1b]0;\\u202eé"
    place = Place(Path("a,b:c%.py"), 7)
    (line,) = annotations([suite(name=hostile, detail=hostile, place=place)])
    kind, pairs, message = understood(line)

    assert kind == "error"
    assert pairs == {"file": "a,b:c%.py", "line": "7", "title": f"{shown}: {shown}: violated"}
    assert message == shown


def test_of_a_long_counterexample_the_end_is_told() -> None:
    detail = "\n".join(f"{number}. {'x' * 30}" for number in range(1000))
    (line,) = annotations([suite(detail=detail)])
    _, _, message = understood(line)
    first, *rest = message.splitlines()

    assert MESSAGE_MAX - 40 < len(message) <= MESSAGE_MAX
    assert first == "..."
    assert rest == detail.splitlines()[-len(rest) :]


def test_markup_in_names_is_no_markup_in_the_summary() -> None:
    """Rendered by a parser of CommonMark, all there is are our own headings, tables and folds."""
    hostile = "<img src=x> | `a` **b** [c](d) https://e @f\n# g"
    detail = "```\n````\n</details>"
    text = summary([suite(name=hostile, detail=detail)])
    page = MarkdownIt("commonmark").enable("table").render(text)
    shown = unescape(re.sub("<[^>]*>", "", page))

    assert set(re.findall(r"<(\w+)", page)) == {
        *("h3", "p", "table", "thead", "tbody", "tr", "th", "td"),
        *("details", "summary", "pre", "code"),
    }
    assert page.count("<h3>") == 1
    assert page.count("<td>") == 3
    assert page.count("</details>") == 2
    assert shown.count(" ".join(hostile.split())) == 3  # heading, summary line, case
    assert detail in shown


def test_a_summary_that_does_not_fit_is_told_without_its_counterexamples(
    paxiom: Run, on_github: Path
) -> None:
    """GitHub refuses a whole summary above 1 MiB."""
    on_github.write_text("x" * (2**20 - 2000))
    Path("mine.py").write_text(STUBBORN)
    paxiom("check", "mine.py", "--reference", "--github")
    added = on_github.read_text().lstrip("x")

    assert on_github.stat().st_size <= 2**20
    assert "| agreement | violated |" in added
    assert "Shortest counterexample" not in added

    paxiom("check", *SMALL, "--github")
    paxiom("check", *SMALL, "--github")
    assert on_github.stat().st_size <= 2**20


def test_a_summary_that_cannot_be_written_is_said(
    paxiom: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    ran = paxiom("check", *SMALL, "--github")

    assert ran.code == 0
    assert "cannot write" in ran.err


def test_proofs_are_told_alike(paxiom: Run, on_github: Path) -> None:
    Path("toy.py").write_text(TOY)
    ran = paxiom("prove", "toy.py", "--github", "--junit", "report.xml", "--quiet")
    kind, pairs, message = understood(ran.err.rstrip("\n"))

    assert ran.code == 1
    assert kind == "error"
    assert pairs == {"title": "toy.py: take: exclusion: refuted"}
    assert message in ran.out
    assert "| initially\\: exclusion | proved |" in on_github.read_text()


def test_a_place_where_no_report_of_proofs_can_be_written_is_refused(paxiom: Run) -> None:
    assert "cannot write" in refused(paxiom("prove", "paxos", "--junit", "nowhere/report.xml"))
