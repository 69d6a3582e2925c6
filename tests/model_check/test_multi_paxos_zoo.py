"""Every rule of Multi-Paxos has a mutant that dies, at its bounds and not below."""

import pytest

from paxiom.impl.multi_paxos import MultiPaxos
from paxiom.model_check.zoo.bug import Bug
from paxiom.model_check.zoo.multi_paxos import BUGS, CONTROLS, TWO_SLOTS
from paxiom.model_check.zoo.rules import rules
from support.mutants import (
    assert_caught,
    assert_harmless,
    assert_holds,
    assert_well_told,
    each,
)

LONG = {"P15", "MP03", "MP10", "MP11", "MP06"}  # a million states and more
# Two leaders with two commands each in two slots are too many states to exhaust here.
EXHAUSTED = [
    bug
    for bug in BUGS
    if not TWO_SLOTS.items() <= bug.shown.items() or bug.shown.get("ballots") == 1
]


@pytest.mark.parametrize("bug", each(BUGS, LONG))
def test_a_mutant_is_caught_with_a_shortest_trace(bug: Bug) -> None:
    assert_caught(bug)


@pytest.mark.parametrize("bug", each(BUGS))
def test_a_mutant_is_invisible_below_its_bounds(bug: Bug) -> None:
    assert_holds(bug.too_small())


@pytest.mark.parametrize("bug", each(EXHAUSTED, {"MP04", "MP06"}))
def test_multi_paxos_holds_where_the_mutant_falls(bug: Bug) -> None:
    assert_holds(bug.correct())


@pytest.mark.parametrize("control", each(CONTROLS))
def test_a_harmless_deviation_stays_green(control: Bug) -> None:
    assert_harmless(control)


def test_every_rule_is_left_out_by_one() -> None:
    rules_ = {rule.name for rule in rules(MultiPaxos)}

    assert rules_ == {bug.rule for bug in (*BUGS, *CONTROLS)}


@pytest.mark.parametrize("bug", each(BUGS))
def test_the_bounds_of_a_bug_differ_in_one_argument(bug: Bug) -> None:
    assert_well_told(bug, MultiPaxos)
