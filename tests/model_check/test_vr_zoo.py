"""Every rule of Viewstamped Replication has a mutant that dies, at its bounds and not below."""

import pytest

from paxiom.impl.vr import ViewstampedReplication
from paxiom.model_check.engine import explore
from paxiom.model_check.result import Verdict
from paxiom.model_check.zoo.bug import Bug
from paxiom.model_check.zoo.rules import rules
from paxiom.model_check.zoo.vr import BUGS, CONTROLS, TWO_COMMANDS

SLOW = {bug.number for bug in BUGS if bug.slow}
LARGE = {"VR4", "VR4d", "VR12", "VR14"}  # a crash, or two clients, and a view change
# Three views, or two commands in two views, are too many states to exhaust with three nodes.
EXHAUSTED = [
    bug
    for bug in BUGS
    if bug.shown["views"] < 3 and not (TWO_COMMANDS.items() <= bug.shown.items())
]


def each(bugs: tuple[Bug, ...] | list[Bug], slow: set[str]) -> list[object]:
    """Name each test after its bug, and mark those that are slow."""
    marks = {True: [pytest.mark.slow], False: []}
    return [pytest.param(bug, marks=marks[bug.number in slow], id=bug.number) for bug in bugs]


@pytest.mark.parametrize("bug", each(BUGS, SLOW))
def test_a_mutant_is_caught_with_a_shortest_trace(bug: Bug) -> None:
    violation = explore(bug.broken()).violation

    assert violation is not None
    assert (violation.name, len(violation.trace)) == (bug.breaks, bug.length)


@pytest.mark.parametrize("bug", each(BUGS, SLOW))
def test_a_mutant_is_invisible_below_its_bounds(bug: Bug) -> None:
    result = explore(bug.too_small())

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())


@pytest.mark.parametrize("bug", each(EXHAUSTED, SLOW | LARGE))
def test_the_protocol_holds_where_the_mutant_falls(bug: Bug) -> None:
    result = explore(bug.correct())

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())


@pytest.mark.parametrize("control", each(CONTROLS, set()))
def test_a_harmless_deviation_stays_green(control: Bug) -> None:
    """And it does deviate: the states or the steps are not those of the protocol."""
    mutant, correct = explore(control.broken()), explore(control.correct())

    assert mutant.verdict is correct.verdict is Verdict.HOLDS
    assert (mutant.states, mutant.transitions) != (correct.states, correct.transitions)


def test_every_rule_is_left_out_by_one() -> None:
    rules_ = {rule.name for rule in rules(ViewstampedReplication)}

    assert rules_ == {bug.rule for bug in (*BUGS, *CONTROLS)}


@pytest.mark.parametrize("bug", each(BUGS, set()))
def test_the_bounds_of_a_bug_differ_in_one_argument(bug: Bug) -> None:
    assert sum(bug.shown.get(name) != bug.hidden.get(name) for name in bug.hidden) == 1
    assert bug.original is ViewstampedReplication
    assert (bug.protocol.__doc__ or "").startswith(f"{bug.number}: ")
