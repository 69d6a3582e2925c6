"""Every rule of Paxos has a mutant that dies, at its bound and not below."""

import pytest

from paxiom.impl.paxos import Paxos
from paxiom.model_check.engine import explore
from paxiom.model_check.result import Verdict
from support.paxos_mutants import MUTANTS, Mutant, correct_bounds, mutant_model


def each(*, slow: bool = True) -> list[object]:
    """All mutants; those that take more than half a minute are marked."""
    marks = {True: [pytest.mark.slow], False: []}
    return [pytest.param(m, marks=marks[m.slow and slow], id=m.number) for m in MUTANTS]


@pytest.mark.parametrize("mutant", each())
def test_a_mutant_is_caught_with_a_shortest_trace(mutant: Mutant) -> None:
    """The length is the one counted by hand."""
    result = explore(mutant_model(mutant.shown, mutant.protocol))

    assert result.verdict is Verdict.VIOLATED
    assert result.violation is not None
    assert result.violation.name == "agreement"
    assert len(result.violation.trace) == mutant.length, mutant.why


@pytest.mark.parametrize("mutant", each(slow=False))
def test_a_mutant_is_invisible_below_its_bound(mutant: Mutant) -> None:
    """Exhausted, and nothing found, though values are decided."""
    result = explore(mutant_model(mutant.hidden, mutant.protocol))

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())


@pytest.mark.parametrize("mutant", each())
def test_paxos_holds_where_the_mutant_falls(mutant: Mutant) -> None:
    """Same bounds, the rule in place."""
    result = explore(mutant_model(correct_bounds(mutant.shown), Paxos))

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())
