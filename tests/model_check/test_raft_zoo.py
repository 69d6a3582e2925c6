"""Raft's bug zoo: each bug is found at its bounds and not below, and the rule mends it."""

import pytest

from paxiom.impl.raft import Raft
from paxiom.model_check import reference
from paxiom.model_check.engine import explore
from paxiom.model_check.models.raft import raft
from paxiom.model_check.result import Verdict
from paxiom.model_check.zoo import BUGS, CONTROLS, OMITTED
from paxiom.model_check.zoo.bug import Bug
from paxiom.model_check.zoo.raft_elections import HalfIsEnough
from support.cones import by_what_matters
from support.kill_table import RAFT

RAFT_BUGS = list(RAFT.bugs)
RAFT_CONTROLS = [bug for bug in CONTROLS if issubclass(bug.protocol, Raft)]
MOST_ORBITS = 20_000  # that the reference explorer is asked to visit


def number(bug: Bug) -> str:
    """Name a test."""
    return bug.number


def each(bugs: list[Bug], slow: set[str] | None = None) -> list[object]:
    """Mark the bugs named as slow, or by default those that are."""
    slow = {bug.number for bug in bugs if bug.slow} if slow is None else slow
    marks = {True: [pytest.mark.slow], False: []}
    return [pytest.param(bug, marks=marks[bug.number in slow], id=number(bug)) for bug in bugs]


@pytest.mark.parametrize("bug", each(RAFT_BUGS))
def test_a_bug_is_found(bug: Bug) -> None:
    """The property that falls, after as many steps as are on record."""
    result = explore(bug.broken())

    assert result.verdict is Verdict.VIOLATED
    assert result.violation is not None
    assert result.violation.name == bug.breaks
    assert len(result.violation.trace) == bug.length, bug.note
    assert by_what_matters(bug.broken(), result.violation), "so do the steps that matter, alone"


@pytest.mark.slow
@pytest.mark.parametrize("bug", RAFT_BUGS, ids=number)
def test_the_reference_explorer_finds_no_shorter_run(bug: Bug) -> None:
    """Lengths are measured by two explorers that share no search."""
    orbits = explore(bug.broken()).states
    if orbits > MOST_ORBITS:
        pytest.skip(
            f"{orbits:,} orbits, each of up to six states: hours for the reference explorer"
        )
    result = reference.explore(bug.broken())

    assert result.violation is not None
    assert (result.violation.name, len(result.violation.trace)) == (bug.breaks, bug.length)


@pytest.mark.parametrize("bug", each(RAFT_BUGS))
def test_a_bug_is_invisible_below_its_bounds(bug: Bug) -> None:
    """Exhausted, and nothing found, though leaders are elected."""
    result = explore(bug.too_small())

    assert result.verdict is Verdict.HOLDS
    assert result.witnesses["some leader"]


@pytest.mark.parametrize("bug", each(RAFT_BUGS))
def test_raft_holds_where_the_bug_is_found(bug: Bug) -> None:
    """The same bounds, the rule in place."""
    result = explore(bug.correct())

    assert result.verdict is Verdict.HOLDS
    assert result.witnesses["some leader"]


@pytest.mark.parametrize("bug", each(RAFT_BUGS))
def test_the_bounds_of_a_bug_differ_in_one_argument(bug: Bug) -> None:
    arguments = {**bug.shown, **bug.hidden}

    assert sum(bug.shown.get(name) != bug.hidden.get(name) for name in arguments) == 1


@pytest.mark.parametrize("bug", each([*RAFT_BUGS, *RAFT_CONTROLS]))
def test_a_bug_leaves_out_exactly_one_rule(bug: Bug) -> None:
    """One method is overridden, of Raft's or of a harmless deviation's, and nothing is added."""
    members = {name for name in vars(bug.protocol) if not name.startswith("_")}

    assert members == {bug.rule}
    assert bug.rule in vars(Raft)
    assert bug.original in {Raft, *(control.protocol for control in RAFT_CONTROLS)}
    assert bug.title
    assert bug in CONTROLS or (bug.protocol.__doc__ or "").startswith(f"{bug.number}: ")


@pytest.mark.parametrize("control", each(RAFT_CONTROLS))
def test_a_harmless_deviation_stays_green(control: Bug) -> None:
    """And it does deviate: the states or the steps are not those of Raft."""
    mutant, correct = explore(control.broken()), explore(control.correct())

    assert mutant.verdict is Verdict.HOLDS
    assert mutant.witnesses["some leader"]
    assert (mutant.states, mutant.transitions) != (correct.states, correct.transitions)


def test_numbers_are_unique() -> None:
    numbers = [bug.number.upper() for bug in (*BUGS, *CONTROLS)]

    assert len(set(numbers)) == len(numbers)
    assert not {bug.number for bug in BUGS} & set(OMITTED)


@pytest.mark.parametrize(("nodes", "length"), [(2, 2), (4, 6)])
def test_half_of_an_even_cluster_elects_two_leaders(nodes: int, length: int) -> None:
    """Four nodes: twice the candidate, one vote cast, one counted. Two: each elects itself."""
    result = explore(raft(protocol=HalfIsEnough, nodes=nodes, terms=1, log=0, noop=False))

    assert result.violation is not None
    assert (result.violation.name, len(result.violation.trace)) == ("election safety", length)


def test_half_of_an_odd_cluster_rounded_up_is_a_majority() -> None:
    assert explore(raft(protocol=HalfIsEnough, terms=2, log=1)).verdict is Verdict.HOLDS
