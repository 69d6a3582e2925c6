"""Bugs of Raft and Multi-Paxos by random tests: those on record as found are found."""

import pytest

from paxiom.model_check.stateful import Violated, run
from paxiom.model_check.zoo.bug import Bug
from paxiom.model_check.zoo.random_runs import SEED, SELDOM
from support.kill_table import MULTI_PAXOS, RAFT
from support.mutants import each

BUGS = [*RAFT.bugs, *MULTI_PAXOS.bugs]
FOUND = [bug for bug in BUGS if bug.examples]
LONG = {bug.number for bug in FOUND if bug.examples == SELDOM}
LONG |= {"P14", "MP03", "MP07", "MP14", "MP15"}  # ten runs and more, or long ones


@pytest.mark.parametrize("bug", each(FOUND, LONG))
def test_a_bug_is_found_at_random(bug: Bug) -> None:
    """Within as many runs as are on record, by some property."""
    with pytest.raises(Violated):
        run(bug.broken(), runs=bug.examples or 0, seed=SEED, shrink=False, targeted=False)


@pytest.mark.parametrize("bug", each(BUGS))
def test_a_bug_that_is_not_found_at_random_says_why(bug: Bug) -> None:
    assert bool(bug.examples) != bool(bug.unseen)
