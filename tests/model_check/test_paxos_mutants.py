"""Every rule of Paxos has a mutant that dies, at its bound and not below."""

from collections.abc import Hashable
from dataclasses import replace

import pytest

from paxiom.impl.paxos import Acceptor, Paxos, Server
from paxiom.impl.protocol import Step
from paxiom.model_check.engine import explore
from paxiom.model_check.model import Faults
from paxiom.model_check.result import Verdict
from support.paxos_mutants import DUPLICATING, MUTANTS, Mutant, correct_bounds, mutant_model


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


def test_a_node_without_a_disk_that_proposed_again_would_break_agreement() -> None:
    """It would use a ballot twice: found by asking it a second time, after its disk is lost."""

    class ProposesWithoutDisk(Paxos):
        def request(self, state: Server, command: Hashable) -> Step[Server] | None:
            remembered = replace(state, acceptor=state.acceptor or Acceptor())
            step = super().request(remembered, command)
            return step and replace(step, state=replace(step.state, acceptor=state.acceptor))

    bounds = {"ballots": 1, "asks": 2, "network": DUPLICATING, "faults": Faults(amnesias=1)}

    assert explore(mutant_model(bounds, ProposesWithoutDisk)).verdict is Verdict.VIOLATED
    assert explore(mutant_model(bounds, Paxos)).verdict is Verdict.HOLDS
