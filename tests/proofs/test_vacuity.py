"""What keeps proofs from being about nothing."""

import pytest

from paxiom.proofs.prove import prove_all
from paxiom.proofs.solving import Answer
from paxiom.proofs.vacuity import Check, checks, reach, untaken
from paxiom.spec.logic.formulas import Formula, LogicError, exists
from paxiom.spec.logic.system import Spec, reachable
from paxiom.spec.relational.multi_paxos import FlexibleMultiPaxos, MultiPaxos
from paxiom.spec.relational.paxos import FlexiblePaxos, Paxos, Round
from paxiom.spec.relational.raft import Raft
from support.broken_specs import ContradictoryPaxos, Lock, Member, StuckLock


def answers(spec: Spec) -> dict[str, Answer]:
    return {each.name: each.answer for each in checks(spec.system)}


@pytest.mark.parametrize("spec", [Paxos, FlexiblePaxos, MultiPaxos, FlexibleMultiPaxos])
def test_paxos_can_begin_take_each_action_and_decide_twice(spec: type[Spec]) -> None:
    found = answers(spec())

    assert set(found.values()) == {Answer.SAT}
    assert len(found) == 2 + 5 + 1
    assert untaken(spec().system) == []


def test_the_trace_to_two_decisions_needs_two_nodes_and_is_carried_out() -> None:
    system = Paxos().system
    trace = reach(system, "two decisions", system.scenarios["two decisions"]).trace
    assert trace is not None
    sizes = {sort.__name__: size for sort, size in trace.scope.sizes.items()}
    decided = [line for line in trace.lines() if line.startswith("decide(")]

    assert sizes == {"Node": 2, "Phase1": 1, "Round": 3, "Value": 1}  # one round is none
    assert [name for name, _ in trace.steps].count("cast") == 4
    assert len(decided) == 2
    assert all(": + decision(" in line for line in decided)


def test_raft_can_begin_take_each_action_commit_in_two_terms_and_overwrite_an_entry() -> None:
    found = answers(Raft())

    assert set(found.values()) == {Answer.SAT}
    assert len(found) == 2 + 9 + 2
    assert untaken(Raft().system) == []


def test_contradictory_axioms_prove_everything_and_are_found_out() -> None:
    assert all(proof.holds for proof in prove_all(ContradictoryPaxos().system))

    found = answers(ContradictoryPaxos())

    assert set(found.values()) == {Answer.UNSAT}


def test_an_action_that_the_invariants_never_allow_is_found_out() -> None:
    assert answers(StuckLock()) == {
        "axioms and first state": Answer.SAT,
        "axioms and invariants": Answer.SAT,
        "take is enabled": Answer.UNSAT,
        "give_back is enabled": Answer.UNSAT,
    }


class HandedOver(Lock):
    """Runs of a lock, one of which cannot be."""

    @reachable("take", "give_back", "take")
    def handed_over(self, m: Member) -> Formula:
        return self.holds(m) & exists(Member, lambda other: other != m)

    @reachable("take", "take")
    def taken_twice(self) -> Formula:
        return exists(Member, self.holds)


def test_a_run_that_cannot_be_is_told_from_one_that_can() -> None:
    found: dict[str, Check] = {each.name: each for each in checks(HandedOver().system)}
    trace = found["reachable: handed over"].trace

    assert found["reachable: taken twice"].answer is Answer.UNSAT
    assert found["reachable: taken twice"].trace is None
    assert trace is not None
    assert [name for name, _ in trace.steps] == ["take", "give_back", "take"]


def test_actions_that_no_run_takes_are_named() -> None:
    assert untaken(Lock().system) == ["take", "give_back"]


def test_a_run_of_an_action_that_there_is_not_is_refused() -> None:
    class Misspelt(Paxos):
        """A scenario with a slip."""

        @reachable("prepare", "promisse")
        def promised_once(self, r: Round) -> Formula:
            return self.prepared(r)

    with pytest.raises(LogicError, match=r"Misspelt.promised_once: there is no action promisse"):
        _ = Misspelt().system
