"""Every rule of Paxos has a mutant that dies, at its bound and not below."""

from collections.abc import Hashable
from dataclasses import replace

import pytest

from paxiom.impl.paxos import Acceptor, Paxos, Server
from paxiom.impl.protocol import Step
from paxiom.model_check.engine import explore
from paxiom.model_check.model import Faults
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.result import Verdict
from paxiom.model_check.zoo.bug import Bug
from paxiom.model_check.zoo.paxos import BUGS, DUPLICATING
from support.cones import by_what_matters


def each(*, slow: bool = True) -> list[object]:
    """All bugs; those that take more than half a minute are marked."""
    marks = {True: [pytest.mark.slow], False: []}
    return [pytest.param(bug, marks=marks[bug.slow and slow], id=bug.number) for bug in BUGS]


@pytest.mark.parametrize("bug", each())
def test_a_mutant_is_caught_with_a_shortest_trace(bug: Bug) -> None:
    """The length is the one counted by hand."""
    result = explore(bug.broken())

    assert result.verdict is Verdict.VIOLATED
    assert result.violation is not None
    assert result.violation.name == bug.breaks
    assert len(result.violation.trace) == bug.length, bug.note
    assert by_what_matters(bug.broken(), result.violation), "so do the steps that matter, alone"


@pytest.mark.parametrize("bug", each(slow=False))
def test_a_mutant_is_invisible_below_its_bound(bug: Bug) -> None:
    """Exhausted, and nothing found, though values are decided."""
    result = explore(bug.too_small())

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())


@pytest.mark.parametrize("bug", each())
def test_paxos_holds_where_the_mutant_falls(bug: Bug) -> None:
    """Same bounds, the rule in place."""
    result = explore(bug.correct())

    assert bug.original is Paxos
    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())


def test_each_names_what_it_changes() -> None:
    """One rule, or the one argument that is wrong, and what goes wrong in a line."""
    rules = {bug.number: bug.rule for bug in BUGS}

    assert rules["P03"] == "may_vote"
    assert rules["P13"] == "phase1"
    assert len(rules) == len(BUGS) == 12
    assert all(bug.title.endswith(".") and "P" not in bug.title[:1] for bug in BUGS)


def test_a_node_without_a_disk_that_proposed_again_would_break_agreement() -> None:
    """It would use a ballot twice: found by asking it a second time, after its disk is lost."""

    class ProposesWithoutDisk(Paxos):
        def request(self, state: Server, command: Hashable) -> Step[Server] | None:
            remembered = replace(state, acceptor=state.acceptor or Acceptor())
            step = super().request(remembered, command)
            return step and replace(step, state=replace(step.state, acceptor=state.acceptor))

    broken, correct = (
        paxos(
            protocol=protocol,
            ballots=1,
            asks=2,
            network=DUPLICATING,
            faults=Faults(amnesias=1),
        )
        for protocol in (ProposesWithoutDisk, Paxos)
    )

    assert explore(broken).verdict is Verdict.VIOLATED
    assert explore(correct).verdict is Verdict.HOLDS
