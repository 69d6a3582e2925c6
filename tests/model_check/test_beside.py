"""A mutant's run, taken by the protocol that has the rule, and where the two part."""

import json
from typing import Any

import pytest

from paxiom.model_check import zoo
from paxiom.model_check.engine import explore
from paxiom.model_check.layout import as_text
from paxiom.model_check.result import Violation
from paxiom.model_check.traces.beside import (
    Beside,
    beside,
    part_lines,
    part_why,
    saved_with_the_rule,
    with_the_rule,
)
from paxiom.model_check.traces.replay import departure, retake
from paxiom.model_check.traces.trace_file import dumps, parse, trace_document
from paxiom.model_check.zoo.bug import Bug

QUICK = [bug for bug in zoo.BUGS if not bug.slow and (bug.length <= 10 or bug.number == "P03")]


def violated(bug: Bug) -> Violation:
    violation = explore(bug.broken()).violation
    assert violation is not None
    return violation


def said(document: dict[str, Any], second: Beside) -> str:
    assert second.part is not None
    return " ".join(as_text(part_lines(document, second, 80)).split())


@pytest.mark.parametrize("bug", QUICK, ids=lambda bug: bug.number)
def test_the_rule_keeps_the_run_from_going_wrong(bug: Bug) -> None:
    """The same schedule up to where they part, and no property falls on the rest of it."""
    first = violated(bug).trace
    second = with_the_rule(bug, first)
    part = second.part

    assert part is not None
    assert 1 <= part <= len(first)
    assert second.taken[: part - 1] == tuple(range(1, part))
    for one, other in zip(second.trace.steps[: part - 1], first.steps, strict=False):
        assert (one.node, one.event, one.outcome) == (other.node, other.event, other.outcome)
    assert [each for step in second.document()["steps"] for each in step["violates"]] == []
    assert second.document()["verdict"] == "RUN"
    assert "bug" not in second.document()


@pytest.mark.parametrize("bug", QUICK, ids=lambda bug: bug.number)
def test_they_part_where_a_replay_departs(bug: Bug) -> None:
    """Found otherwise: by comparing what the two documents say; some steps it finds impossible."""
    violation = violated(bug)
    document = trace_document(bug.broken(), violation)
    second = with_the_rule(bug, violation.trace)
    again = retake(second.model, document)
    other = departure(second.model, again, document)

    assert other is not None or again.misfit is not None
    assert second.part == (other.step if other else len(again.trace) + 1)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("P03", " takes no notice of Accept(Ballot(1, n1), a) from n1."),
        ("R11", " takes no notice of Vote(term=1, granted=True) from "),
        ("R18", " and state.stable.log has Entry(1, a); disk.log has Entry(1, a)."),
        ("R13", ", and the order is Persist, Send, Send, not Send, Send, Persist."),
        ("R21", ", and state.commit is 1, not 0."),
        ("R23", ", and does not send AppendEntries(term=1, prev_index=0, "),
    ],
)
def test_what_the_rule_does_instead_is_said(number: str, sentence: str) -> None:
    bug = zoo.bug(number)
    violation = violated(bug)
    second = with_the_rule(bug, violation.trace)
    text = said(trace_document(bug.broken(), violation), second)

    assert text.startswith(f"With the rule, at step {second.part}: ")
    assert sentence in text


def test_a_saved_run_is_taken_like_a_live_one() -> None:
    bug = zoo.bug("P03")
    violation = violated(bug)
    text = dumps(trace_document(bug.broken(), violation))
    saved = saved_with_the_rule(parse("P03.json", text.encode()))

    assert saved is not None
    assert saved[0] is bug
    assert dumps(saved[1].document()) == dumps(with_the_rule(bug, violation.trace).document())
    assert part_why(bug).startswith("may_vote: Vote unless a higher ballot was promised")


def test_a_run_of_no_known_bug_has_nothing_beside_it() -> None:
    document = trace_document(zoo.bug("P03").broken(), violated(zoo.bug("P03")))
    del document["model"]["made_by"]

    assert saved_with_the_rule(json.loads(dumps(document))) is None


def test_a_run_beside_itself_never_parts() -> None:
    bug = zoo.bug("R11")
    violation = violated(bug)
    second = beside(bug.broken(), violation.trace)

    assert second.part is None
    assert second.trace == violation.trace
    lines = part_lines(trace_document(bug.broken(), violation), second, 80)
    assert as_text(lines) == "With the rule, the run takes the same steps all along."
