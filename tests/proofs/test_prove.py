"""The proof engine: what it proves, refutes, and does not know."""

import pytest

from paxiom.proofs.counterexample import rows_of
from paxiom.proofs.obligations import obligations
from paxiom.proofs.prove import Options, Outcome, Proof, prove, prove_all
from paxiom.proofs.solving import Answer, Limits
from paxiom.spec.logic.system import Spec
from paxiom.spec.relational.lamport_paxos import LamportPaxos
from paxiom.spec.relational.multi_paxos import FlexibleMultiPaxos, MultiPaxos
from paxiom.spec.relational.paxos import FlexiblePaxos, Paxos
from paxiom.spec.relational.raft import Raft
from support.broken_specs import CarelessLock, EagerPaxos, Endless, Lock, TakenLock


def failing(spec: Spec, options: Options | None = None) -> list[Proof]:
    return [each for each in prove_all(spec.system, options) if not each.holds]


@pytest.mark.parametrize("spec", [Paxos, FlexiblePaxos, MultiPaxos, FlexibleMultiPaxos])
def test_paxos_is_proved_in_epr_by_both_solvers(spec: type[Spec]) -> None:
    proofs = list(prove_all(spec().system, Options(second=True)))

    assert len(proofs) == 7 + 5 * 7
    assert {each.outcome for each in proofs} == {Outcome.PROVED}
    assert {each.second for each in proofs} == {Answer.UNSAT}
    assert not any(each.cycle for each in proofs)


def test_raft_is_proved_in_epr() -> None:
    proofs = list(prove_all(Raft().system))

    assert len(proofs) == 26 + 9 * 26
    assert {each.outcome for each in proofs} == {Outcome.PROVED}
    assert not any(each.cycle for each in proofs)


@pytest.mark.slow
def test_raft_is_proved_by_both_solvers_whatever_the_seed() -> None:
    assert failing(Raft(), Options(second=True, seeds=5)) == []


def test_what_promises_report_is_enough_for_paxos() -> None:
    proofs = list(prove_all(LamportPaxos().system, Options(second=True)))

    assert len(proofs) == 8 + 6 * 8
    assert {each.outcome for each in proofs} == {Outcome.PROVED}
    assert {each.second for each in proofs} == {Answer.UNSAT}
    assert not any(each.cycle for each in proofs)


def test_results_come_in_the_order_of_the_spec_and_repeat_with_any_number_of_threads() -> None:
    system = Lock().system
    expected = [each.name for each in obligations(system)]
    runs = [list(prove_all(system, Options(workers=workers))) for workers in (1, 2)]

    assert expected == ["initially: exclusion", "take: exclusion", "give_back: exclusion"]
    for run in runs:
        assert [each.obligation.name for each in run] == expected
    assert [each.resources for each in runs[0]] == [each.resources for each in runs[1]]


def test_every_seed_must_prove_it() -> None:
    proofs = list(prove_all(Lock().system, Options(seeds=3)))

    assert [each.seeds for each in proofs] == [3, 3, 3]


def test_a_missing_guard_gives_a_smallest_counterexample_to_induction() -> None:
    """One may already hold the lock when the other takes it: two members, one of them allowed."""
    (proof,) = failing(CarelessLock())

    assert proof.outcome is Outcome.REFUTED
    assert proof.counterexample is not None
    assert sorted(rows_of(proof.counterexample)) == sorted(
        [
            ("elements", "member0, member1"),
            *told_of(proof),
        ]
    )


def told_of(proof: Proof) -> list[tuple[str, str]]:
    """Say what must be said when one member, whichever Z3 has chosen, takes it from the other."""
    assert proof.counterexample is not None
    (taker,) = proof.counterexample.row
    text = "∀ m: Member, other: Member. holds(m) ∧ holds(other) → m = other"
    return [
        ("rigid", f"allowed(member{taker})"),
        ("state before", f"holds(member{1 - taker})"),
        ("step", f"take(m = member{taker})"),
        ("changes", f"+ holds(member{taker})"),
        ("falls", f"exclusion: {text}"),
        ("for", "m = member0, other = member1"),
    ]


def test_voting_in_a_round_left_falls_by_the_invariant_that_promises_protect() -> None:
    (proof,) = failing(EagerPaxos())

    assert proof.obligation.name == "cast: proposal is safe"
    assert proof.counterexample is not None
    sizes = {sort.__name__: size for sort, size in proof.counterexample.scope.sizes.items()}
    assert sizes == {"Node": 1, "Phase1": 1, "Round": 2, "Value": 2}


def test_what_is_wrong_at_first_is_shown_as_a_first_state() -> None:
    wrong = failing(TakenLock())
    found = wrong[0].counterexample

    assert wrong[0].obligation.name == "initially: exclusion"
    assert found is not None
    assert ("first state", "holds(member0), holds(member1)") in list(rows_of(found))
    assert "step" not in dict(rows_of(found))


def test_what_needs_too_much_is_unknown_and_not_proved() -> None:
    obligation = next(o for o in obligations(EagerPaxos().system) if o.name.endswith("is safe"))
    made = prove(Paxos().system, obligation, Options(Limits(resources=10)))

    assert made.outcome is Outcome.UNKNOWN
    assert not made.holds
    assert made.reason


def test_no_finite_counterexample_is_not_a_proof() -> None:
    made = {
        each.obligation.name: each for each in prove_all(Endless().system, Options(Limits(100_000)))
    }

    assert made["initially: nothing is marked"].outcome is Outcome.PROVED
    assert made["mark: nothing is marked"].outcome is not Outcome.PROVED
    assert made["mark: nothing is marked"].counterexample is None
