"""``paxiom bugs`` and ``paxiom why``: what they list, what they find, and with which exit code."""

import json
import signal
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from paxiom.model_check import run, zoo
from paxiom.model_check.zoo import rules
from paxiom.model_check.zoo.paxos import BUGS
from support.command import COMMAND, Run, refused, spawn


def told(out: str) -> str:
    """Return what was printed as one line."""
    return " ".join(out.split())


def recorded(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:  # noqa: ANN401 - fields of Bug
    """Put P01 alone on record, and wrongly."""
    monkeypatch.setattr(zoo, "BUGS", (replace(zoo.bug("P01"), **changes),))


# --- lists -------------------------------------------------------------------------------------


def test_every_bug_is_listed_with_its_rule_and_what_it_breaks(paxiom: Run) -> None:
    ran = paxiom("bugs")
    listed = told(ran.out)

    assert ran.code == 0
    assert ran.err == ""
    assert "P03 without may_vote: agreement breaks in 18 steps An acceptor votes" in listed
    assert "P13 with --phase1 1: agreement breaks in 14 steps Quorums" in listed
    for bug in zoo.BUGS:
        assert f" {bug.number} " in listed
    for number, reason in zoo.OMITTED.items():
        assert f" {number} " in listed
        assert told(reason)[1:] in listed


def test_the_list_is_json_too(paxiom: Run) -> None:
    document = json.loads(paxiom("bugs", "--json").out)
    found = {each["number"]: each for each in document["bugs"]}

    assert document["format"] == "paxiom bugs"
    assert list(found) == [bug.number for bug in zoo.BUGS]
    assert found["P08"]["protocol"] == "paxos"
    assert found["P08"]["rule"] == "stable"
    assert found["P08"]["breaks"] == "agreement"
    assert found["P08"]["length"] == 18
    assert found["P08"]["shown"] == {
        "ballots": 1,
        "asks": 2,
        "crashes": 1,
        "network": "duplicating",
    }
    assert found["P08"]["hidden"] == {"ballots": 1, "asks": 2, "network": "duplicating"}
    assert found["P13"]["wrong"] == {"phase1": 1}
    assert {each["number"] for each in document["omitted"]} == set(zoo.OMITTED)


@pytest.mark.parametrize("columns", ["20", "60", "100"])
def test_what_is_piped_is_plain_and_as_wide_as_asked(tmp_path: Path, columns: str) -> None:
    """No colour, and lines wrapped at the width, which is never below 60."""
    for words in (["bugs"], ["bugs", "P08", "--no-trace"], ["why", "paxos"]):
        ran = spawn(*words, cwd=tmp_path, COLUMNS=columns)

        assert ran.code == 0
        assert "\x1b" not in ran.out
        lines = ran.out.splitlines()
        assert max(map(len, lines)) <= max(int(columns), 60)
        assert all(line == line.rstrip() for line in lines)


# --- one bug -----------------------------------------------------------------------------------


def test_a_bug_is_found_and_shown_step_by_step(paxiom: Run) -> None:
    """P13, by hand: two ballots of seven steps each."""
    ran = paxiom("bugs", "p13")
    text = told(ran.out)

    assert ran.code == 0
    assert ran.out.startswith("P13  paxos: quorums of the two phases need not meet.\n")
    assert "breaks agreement: No two nodes decide different values." in text
    assert "shown by --ballots 2 --phase1 1 not shown by --ballots 1 --phase1 1" in text
    assert "source Whittaker et al. 2021" in text
    assert "Every quorum of phase1 must meet every quorum of phase2" in text
    assert "learners are told" not in text  # of another field
    assert "with the rule paxiom check paxos --ballots 2" in text
    assert "found as recorded, among" in text
    assert "Shortest counterexample to agreement: 14 steps of paxos" in text
    assert "\n14. " in ran.out
    assert "\n15. " not in ran.out


def test_the_trace_is_the_one_that_check_prints(paxiom: Run) -> None:
    shown = paxiom("bugs", "P13").out
    checked = paxiom("check", "paxos", "--phase1", "1", "--ballots", "2").out

    trace, _, rule = shown[shown.index("Shortest") :].partition("\nWith the rule, at step ")

    assert checked.startswith("VIOLATED")
    assert trace == checked[checked.index("Shortest") :]
    assert rule.startswith("5: n1 receives Promise(Ballot(1, n1), None) from itself")


def test_it_is_said_when_it_was_too_late(paxiom: Run) -> None:
    """By a bug always, by a check when asked; from there on every way leads to the violation."""
    words = ("check", "paxos", "--phase1", "1", "--ballots", "2")
    late = "Too late: After step 10 it can no longer be avoided within the bounds: every state"

    assert late in told(paxiom("bugs", "P13").out)
    assert late in told(paxiom(*words, "--too-late").out)
    assert "Too late" not in paxiom(*words).out
    found = json.loads(paxiom(*words, "--too-late", "--json").out)["no_return"]
    assert (found["step"], found["doomed"]) == (10, 10)


def test_a_bug_and_its_run_are_json_too(paxiom: Run) -> None:
    ran = paxiom("bugs", "P13", "--json")
    document = json.loads(ran.out)

    assert ran.code == 0
    assert document["bug"]["rule"] == "phase1"
    assert document["as_recorded"] is True
    assert document["result"]["verdict"] == "VIOLATED"
    assert len(document["result"]["trace"]["steps"]) == 14


def test_without_a_trace_nothing_is_searched(paxiom: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "search", None)
    ran = paxiom("bugs", "P11", "--no-trace")
    document = json.loads(paxiom("bugs", "P11", "--no-trace", "--json").out)

    assert ran.code == 0
    assert "shortest run 31 steps" in told(ran.out)
    assert document["as_recorded"] is document["result"] is None


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"length": 17}, "the shortest run takes 18, not 17 steps"),
        ({"breaks": "validity"}, "agreement is violated, not validity"),
        ({"shown": {"ballots": 1}}, "no property is violated"),
    ],
)
def test_a_bug_that_is_not_as_recorded_exits_with_1(
    paxiom: Run, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], complaint: str
) -> None:
    recorded(monkeypatch, **changes)
    ran = paxiom("bugs", "P01")
    document = json.loads(paxiom("bugs", "P01", "--json").out)

    assert ran.code == 1
    assert f"NOT AS RECORDED P01: {complaint}" in told(ran.out)
    assert document["as_recorded"] is False
    assert paxiom("why", "paxos.value_to_propose").code == 1


def test_a_search_cut_short_exits_with_3(paxiom: Run) -> None:
    ran = paxiom("bugs", "P02", "--max-seconds", "0.000001")

    assert ran.code == 3
    assert "INCOMPLETE" in ran.out
    assert "AS RECORDED" not in ran.out
    assert refused(paxiom("bugs", "--max-seconds=-1", "--json", "P02"))


@pytest.mark.parametrize(
    ("words", "first"),
    [(["bugs", "P02"], "P02  paxos: "), (["why", "paxos.promise_of_vote"], "paxos.promise_of_vo")],
)
def test_an_interrupted_search_exits_with_130(tmp_path: Path, words: list[str], first: str) -> None:
    """What is on record is on the screen by then; both searches take ten seconds or more."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [*COMMAND, *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        head = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, errors = process.stdout.read(), process.stderr.read()

    assert process.returncode == 130
    assert head.startswith(first)
    assert "INCOMPLETE  paxos: interrupted" in rest or errors == "interrupted\n"
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("number", "reasons"),
    [
        ("P3", ["no bug 'P3'", "P03", "P13"]),
        ("zzz", ["no bug 'zzz'", "paxiom bugs lists them"]),
        ("r09B", ["R09b does no harm", "the term first"]),
        ("P18", ["P18 is not in the zoo", "EPaxos"]),
        ("\x1b[2J", ["\\x1b"]),
    ],
)
def test_an_unknown_number_is_told_what_is_near(
    paxiom: Run, number: str, reasons: list[str]
) -> None:
    message = refused(paxiom("bugs", number))

    for reason in reasons:
        assert reason in message


# --- why ---------------------------------------------------------------------------------------


def test_a_rule_is_told_with_the_shortest_run_without_it(paxiom: Run) -> None:
    ran = paxiom("why", "paxos.may_vote")
    text = told(ran.out)

    assert ran.code == 0
    assert ran.out.startswith("paxos.may_vote  ")
    assert "Vote unless a higher ballot was promised (PMS §2.2, phase 2b, P1a)." in text
    assert (
        "Without paxos.may_vote, as in P03: an acceptor votes without checking its promise." in text
    )
    assert "Shortest counterexample to agreement: 18 steps of paxos" in text
    assert "\n18. " in ran.out


def test_a_rule_is_where_it_is_said_to_be(paxiom: Run) -> None:
    place = paxiom("why", "raft.may_commit", "--no-trace").out.splitlines()[0].split()[-1]
    path, line = place.rsplit(":", 1)

    assert Path(path).name == "core.py"
    assert "def may_commit(" in Path(path).read_text().splitlines()[int(line) - 1]


def test_of_several_bugs_the_easiest_is_shown_and_the_others_are_named(paxiom: Run) -> None:
    """P08 takes 18 steps, P05 19 and P06 20."""
    text = told(paxiom("why", "paxos.stable", "--no-trace").out)

    assert "as in P08: a proposer forgets" in text
    assert "See also P05 (The promise is not on disk), P06 (The vote is not on disk)." in text


def test_a_rule_that_no_bug_leaves_out_is_said_to_be_one(paxiom: Run) -> None:
    ran = paxiom("why", "paxos.may_promise")

    assert ran.code == 0
    assert "No bug of the zoo leaves out paxos.may_promise." in ran.out


def test_a_rule_made_of_others_is_explained_by_them(paxiom: Run) -> None:
    """A vote rests on a comparison of logs, which R03, R04 and R05 do otherwise."""
    text = told(paxiom("why", "raft.may_grant_vote", "--no-trace").out)

    itself = "No bug of the zoo leaves out raft.may_grant_vote itself"
    assert f"{itself}, but one leaves out a part of it: Without raft.is_up_to_date" in text
    assert "as in R05: a voter does not look at the candidate" in text


def test_a_harmless_deviation_is_said_to_be_one(paxiom: Run) -> None:
    out = told(paxiom("why", "raft.yields_to", "--no-trace").out)

    assert "R16 does it otherwise, and does no harm: a candidate takes" in out


def test_a_protocol_shows_its_rules(paxiom: Run) -> None:
    """Those that stand before its handlers, and whatever a bug changes."""
    ran = paxiom("why", "paxos")

    assert ran.code == 0
    names = [line.split()[0] for line in ran.out.splitlines() if line.startswith("paxos.")]
    assert names[0] == "paxos.next_ballot"
    assert names[-1] == "paxos.phase1"
    assert "paxos.start" not in names
    assert "paxos.may_vote  P03" in ran.out
    assert "paxos.may_promise  no bug" in ran.out
    assert {f"paxos.{bug.rule}" for bug in BUGS} <= set(names)
    assert "raft.may_commit" in paxiom("why", "raft").out


def test_every_rule_can_be_told(paxiom: Run) -> None:
    for name, protocol in rules.protocols().items():
        for rule in rules.rules(protocol):
            ran = paxiom("why", f"{name}.{rule.name}", "--no-trace")

            assert ran.code == 0
            assert rule.text.endswith(".")
            assert rule.text.split()[0] in ran.out


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("raft.may_comit", "did you mean raft.may_commit?"),
        ("paxos.May-Vote", "did you mean paxos.may_vote"),
        ("value_to_propose", "did you mean paxos.value_to_propose?"),
        ("may_vote", "did you mean multi-paxos.may_vote, multi-paxos-lease.may_vote, "),
        ("multi_paxos.may-vot", "did you mean multi-paxos.may_vote"),
        ("raftt", "did you mean raft?"),
        ("raft.frobnicate", "paxiom why raft lists the rules"),
        ("x", "paxiom why PROTOCOL lists those of one: multi-paxos, "),
        ("paxos._x", "no rule 'paxos._x'"),
    ],
)
def test_an_unknown_rule_is_told_what_is_near(paxiom: Run, name: str, reason: str) -> None:
    message = refused(paxiom("why", name))

    assert f"no rule {name!r}" in message
    assert reason in message


def test_why_needs_a_rule(paxiom: Run) -> None:
    assert "RULE" in refused(paxiom("why"))
