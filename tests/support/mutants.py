"""What is asked of the bugs of a module of the zoo, whichever protocol they are of."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import pytest

from paxiom.impl.protocol import Protocol
from paxiom.model_check.engine import explore
from paxiom.model_check.model import Model
from paxiom.model_check.result import Verdict
from paxiom.model_check.zoo.bug import Bug


def each(bugs: Iterable[Bug], slow: AbstractSet[str] = frozenset()) -> list[object]:
    """Name each test after its bug, and mark those that are slow."""
    marks = {True: [pytest.mark.slow], False: []}
    return [pytest.param(bug, marks=marks[bug.number in slow], id=bug.number) for bug in bugs]


def at_different_bounds(bugs: Sequence[Bug]) -> list[Bug]:
    """Of bugs that are shown at the same bounds, take the first."""
    return [bug for at, bug in enumerate(bugs) if bug.shown not in [b.shown for b in bugs[:at]]]


def assert_caught(bug: Bug) -> None:
    """The property that it breaks, after as many steps as are on record."""
    violation = explore(bug.broken()).violation

    assert violation is not None
    assert (violation.name, len(violation.trace)) == (bug.breaks, bug.length)


def assert_holds(model: Model) -> None:
    """In every state, and not for want of states."""
    result = explore(model)

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())


def assert_harmless(control: Bug) -> None:
    """It holds, though the states or the steps are not those of the protocol."""
    mutant, correct = explore(control.broken()), explore(control.correct())

    assert mutant.verdict is correct.verdict is Verdict.HOLDS
    assert (mutant.states, mutant.transitions) != (correct.states, correct.transitions)


def assert_well_told(bug: Bug, original: type[Protocol[Any, Any]]) -> None:
    """Its bounds differ in one argument; it is of this protocol, and says its number."""
    assert sum(bug.shown.get(name) != bug.hidden.get(name) for name in bug.hidden) == 1
    assert bug.original is original
    assert (bug.protocol.__doc__ or "").startswith(f"{bug.number}: ")
