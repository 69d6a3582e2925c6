"""Every rule of differences has a mutant that dies, at its bounds and not below."""

from operator import attrgetter

import pytest

from paxiom.impl.zab import Zab
from paxiom.impl.zab.differences import DifferencesZab
from paxiom.model_check.engine import explore
from paxiom.model_check.result import Verdict
from paxiom.model_check.zoo.bug import Bug
from paxiom.model_check.zoo.rules import rules
from paxiom.model_check.zoo.zab_differences import BUGS

NUMBER = attrgetter("number")


def each(slow: set[str]) -> list[object]:
    """Name each test after its bug, and mark those that are slow."""
    marks = {True: [pytest.mark.slow], False: []}
    return [pytest.param(bug, marks=marks[bug.number in slow], id=bug.number) for bug in BUGS]


@pytest.mark.parametrize("bug", each({"Z06", "Z08"}))
def test_a_mutant_is_caught_with_a_shortest_trace(bug: Bug) -> None:
    """For Z06 65 million states are searched: minutes, and gigabytes."""
    violation = explore(bug.broken()).violation

    assert violation is not None
    assert (violation.name, len(violation.trace)) == (bug.breaks, bug.length)


@pytest.mark.parametrize("bug", each({"Z06", "Z08"}))
def test_a_mutant_is_invisible_below_its_bounds(bug: Bug) -> None:
    """It does take up what it is asked."""
    result = explore(bug.too_small())

    assert result.verdict is Verdict.HOLDS
    assert result.actions["request"]


@pytest.mark.slow
@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug.number != "Z06"], ids=NUMBER)
def test_zab_holds_where_the_mutant_falls(bug: Bug) -> None:
    """Not tried where Z06 falls: there are more states than those in which it is found."""
    result = explore(bug.correct())

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())


def test_every_rule_is_left_out_by_one() -> None:
    ours, theirs = ({rule.name for rule in rules(of)} for of in (DifferencesZab, Zab))

    assert ours - theirs == {bug.rule for bug in BUGS}


@pytest.mark.parametrize("bug", each(set()))
def test_the_bounds_of_a_bug_differ_in_one_argument(bug: Bug) -> None:
    assert sum(bug.shown.get(name) != bug.hidden.get(name) for name in bug.hidden) == 1
    assert bug.original is DifferencesZab
    assert (bug.protocol.__doc__ or "").startswith(f"{bug.number}: ")
