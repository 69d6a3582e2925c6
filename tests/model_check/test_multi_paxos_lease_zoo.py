"""Every rule of leases has a mutant that dies, at its bounds and not below."""

import pytest

from paxiom.impl.multi_paxos import MultiPaxos
from paxiom.impl.multi_paxos.lease import LeasedMultiPaxos
from paxiom.model_check.engine import explore
from paxiom.model_check.result import Verdict
from paxiom.model_check.zoo.bug import Bug
from paxiom.model_check.zoo.multi_paxos_lease import BUGS, CONTROLS
from paxiom.model_check.zoo.rules import rules

LONG = {"P17b", "LS01", "LS03", "LS05"}  # millions of states


def each(bugs: tuple[Bug, ...], slow: set[str]) -> list[object]:
    """Name each test after its bug, and mark those that are slow."""
    marks = {True: [pytest.mark.slow], False: []}
    return [pytest.param(bug, marks=marks[bug.number in slow], id=bug.number) for bug in bugs]


@pytest.mark.parametrize("bug", each(BUGS, LONG))
def test_a_mutant_is_caught_with_a_shortest_trace(bug: Bug) -> None:
    violation = explore(bug.broken()).violation

    assert violation is not None
    assert (violation.name, len(violation.trace)) == (bug.breaks, bug.length)


@pytest.mark.parametrize("bug", each(BUGS, {"P17b", "LS03"}))
def test_a_mutant_is_invisible_below_its_bounds(bug: Bug) -> None:
    """One leader, asked once: it does take up what it is asked."""
    result = explore(bug.too_small())

    assert result.verdict is Verdict.HOLDS
    assert result.actions["request"]


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.number)
def test_a_harmless_deviation_stays_green(control: Bug) -> None:
    """And it does deviate. That leases hold where mutants fall, test_multi_paxos_lease.py shows."""
    mutant, correct = explore(control.broken()), explore(control.correct())

    assert mutant.verdict is correct.verdict is Verdict.HOLDS
    assert all(mutant.witnesses.values())
    assert (mutant.states, mutant.transitions) != (correct.states, correct.transitions)


def test_every_rule_is_left_out_by_one() -> None:
    ours, theirs = ({rule.name for rule in rules(of)} for of in (LeasedMultiPaxos, MultiPaxos))

    assert (ours - theirs) | {"may_promise"} == {bug.rule for bug in BUGS}


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.number)
def test_the_bounds_of_a_bug_differ_in_one_argument(bug: Bug) -> None:
    assert sum(bug.shown.get(name) != bug.hidden.get(name) for name in bug.hidden) == 1
    assert bug.original is LeasedMultiPaxos
    assert (bug.protocol.__doc__ or "").startswith(f"{bug.number}: ")
