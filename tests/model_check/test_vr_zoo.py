"""Every rule of Viewstamped Replication has a mutant that dies, at its bounds and not below."""

import pytest

from paxiom.impl.vr import ViewstampedReplication
from paxiom.model_check.zoo.bug import Bug
from paxiom.model_check.zoo.rules import rules
from paxiom.model_check.zoo.vr import BUGS, CONTROLS, TWO_COMMANDS
from support.mutants import (
    assert_caught,
    assert_harmless,
    assert_holds,
    assert_well_told,
    at_different_bounds,
    each,
)

SLOW = {bug.number for bug in BUGS if bug.slow}
LARGE = {"VR4", "VR12"}  # a crash, or two clients, and a view change
# Three views, or two commands in two views, are too many states to exhaust with three nodes.
EXHAUSTED = [
    bug
    for bug in at_different_bounds(BUGS)
    if bug.shown["views"] < 3 and not (TWO_COMMANDS.items() <= bug.shown.items())
]


@pytest.mark.parametrize("bug", each(BUGS, SLOW))
def test_a_mutant_is_caught_with_a_shortest_trace(bug: Bug) -> None:
    assert_caught(bug)


@pytest.mark.parametrize("bug", each(BUGS, SLOW))
def test_a_mutant_is_invisible_below_its_bounds(bug: Bug) -> None:
    assert_holds(bug.too_small())


@pytest.mark.parametrize("bug", each(EXHAUSTED, SLOW | LARGE))
def test_the_protocol_holds_where_the_mutant_falls(bug: Bug) -> None:
    assert_holds(bug.correct())


@pytest.mark.parametrize("control", each(CONTROLS))
def test_a_harmless_deviation_stays_green(control: Bug) -> None:
    assert_harmless(control)


def test_every_rule_is_left_out_by_one() -> None:
    rules_ = {rule.name for rule in rules(ViewstampedReplication)}

    assert rules_ == {bug.rule for bug in (*BUGS, *CONTROLS)}


@pytest.mark.parametrize("bug", each(BUGS))
def test_the_bounds_of_a_bug_differ_in_one_argument(bug: Bug) -> None:
    assert_well_told(bug, ViewstampedReplication)
