"""Every rule of Zab has a mutant that dies, at its bounds and not below."""

import pytest

from paxiom.impl.zab import Server, Zab
from paxiom.model_check.engine import explore
from paxiom.model_check.models.zab import zab
from paxiom.model_check.result import Verdict
from paxiom.model_check.zoo.bug import Bug
from paxiom.model_check.zoo.rules import rules
from paxiom.model_check.zoo.zab import BUGS, CONTROLS, ONE_ELECTION, HeedsAnybody
from support.mutants import (
    assert_caught,
    assert_harmless,
    assert_holds,
    assert_well_told,
    at_different_bounds,
    each,
)

LONG = {"Z03", "ZB15"}  # a million states and more, here or below
THREE_EPOCHS = {"ZB03", "ZB04", "ZB19"}
# Three elections at each of three nodes are too many states to exhaust here.
TOO_LONG = {"ZB07"}
BOUNDS = [bug for bug in at_different_bounds(BUGS) if bug.number not in TOO_LONG]


@pytest.mark.parametrize("bug", each(BUGS, LONG))
def test_a_mutant_is_caught_with_a_shortest_trace(bug: Bug) -> None:
    assert_caught(bug)


@pytest.mark.parametrize("bug", each(BUGS, {"Z03"} | THREE_EPOCHS))
def test_a_mutant_is_invisible_below_its_bounds(bug: Bug) -> None:
    assert_holds(bug.too_small())


@pytest.mark.parametrize("bug", each(BOUNDS, LONG | THREE_EPOCHS))
def test_zab_holds_where_the_mutant_falls(bug: Bug) -> None:
    assert_holds(bug.correct())


@pytest.mark.parametrize("control", each(CONTROLS))
def test_a_harmless_deviation_stays_green(control: Bug) -> None:
    assert_harmless(control)


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


@pytest.mark.parametrize("bug", each(BUGS))
def test_the_bounds_of_a_bug_differ_in_one_argument(bug: Bug) -> None:
    assert_well_told(bug, Zab)
