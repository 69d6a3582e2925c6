"""Every rule of Zab has a mutant that dies, at its bounds and not below."""

from collections.abc import Sequence

import pytest

from paxiom.impl.zab import Server, Zab
from paxiom.model_check.engine import explore
from paxiom.model_check.models.zab import zab
from paxiom.model_check.result import Verdict
from paxiom.model_check.zoo.bug import Bug
from paxiom.model_check.zoo.rules import rules
from paxiom.model_check.zoo.zab import BUGS, CONTROLS, ONE_ELECTION, HeedsAnybody

LONG = {"Z03", "ZB15"}  # a million states and more, here or below
THREE_EPOCHS = {"ZB03", "ZB04", "ZB19"}
# Three elections at each of three nodes are too many states to exhaust here.
TOO_LONG = {"ZB07"}
BOUNDS = [
    bug
    for at, bug in enumerate(BUGS)
    if bug.shown not in [b.shown for b in BUGS[:at]] and bug.number not in TOO_LONG
]


def each(bugs: Sequence[Bug], slow: set[str]) -> list[object]:
    """Name each test after its bug, and mark those that are slow."""
    marks = {True: [pytest.mark.slow], False: []}
    return [pytest.param(bug, marks=marks[bug.number in slow], id=bug.number) for bug in bugs]


@pytest.mark.parametrize("bug", each(BUGS, LONG))
def test_a_mutant_is_caught_with_a_shortest_trace(bug: Bug) -> None:
    violation = explore(bug.broken()).violation

    assert violation is not None
    assert (violation.name, len(violation.trace)) == (bug.breaks, bug.length)


@pytest.mark.parametrize("bug", each(BUGS, {"Z03"} | THREE_EPOCHS))
def test_a_mutant_is_invisible_below_its_bounds(bug: Bug) -> None:
    result = explore(bug.too_small())

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())


@pytest.mark.parametrize("bug", each(BOUNDS, LONG | THREE_EPOCHS))
def test_zab_holds_where_the_mutant_falls(bug: Bug) -> None:
    result = explore(bug.correct())

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())


@pytest.mark.parametrize("control", each(CONTROLS, set()))
def test_a_harmless_deviation_stays_green(control: Bug) -> None:
    """And it does deviate: the states or the steps are not those of Zab."""
    mutant, correct = explore(control.broken()), explore(control.correct())

    assert mutant.verdict is correct.verdict is Verdict.HOLDS
    assert (mutant.states, mutant.transitions) != (correct.states, correct.transitions)


class AcceptsFromThePast(Zab):
    """A follower takes part in an epoch after it has promised a later one."""

    def may_accept(self, server: Server, epoch: int) -> bool:
        return True


class FollowsNobodyInParticular(HeedsAnybody):
    """And obeys whoever writes as a leader."""

    def may_accept(self, server: Server, epoch: int) -> bool:
        return True


def test_to_heed_one_leader_or_to_look_at_the_epoch_is_enough() -> None:
    """A leader's messages arrive in order, so that none of a lower epoch comes after a promise.

    Both together are not needed: without either of them Zab holds, without both it does not.
    """
    neither = explore(zab(protocol=FollowsNobodyInParticular)).violation
    past = explore(zab(protocol=AcceptsFromThePast, **ONE_ELECTION))
    correct = explore(zab(**ONE_ELECTION))

    assert past.verdict is correct.verdict is Verdict.HOLDS
    assert (past.states, past.transitions) == (correct.states, correct.transitions)
    assert neither is not None
    assert (neither.name, len(neither.trace)) == ("leader completeness", 17)


def test_every_rule_is_left_out_by_one() -> None:
    """But for the one that the test above leaves out."""
    names = {rule.name for rule in rules(Zab)}

    assert names == {bug.rule for bug in (*BUGS, *CONTROLS)} | {"may_accept"}


@pytest.mark.parametrize("bug", each(BUGS, set()))
def test_the_bounds_of_a_bug_differ_in_one_argument(bug: Bug) -> None:
    assert sum(bug.shown.get(name) != bug.hidden.get(name) for name in bug.hidden) == 1
    assert bug.original is Zab
    assert (bug.protocol.__doc__ or "").startswith(f"{bug.number}: ")
