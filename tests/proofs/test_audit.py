"""What is needed for the proofs, to the last guard."""

from typing import ClassVar

import pytest

from paxiom.proofs.audit import Drop, audit
from paxiom.proofs.solving import Answer, Limits
from paxiom.spec.logic.formulas import Formula, forall
from paxiom.spec.logic.system import Action, Spec, action, axiom, invariant, when
from paxiom.spec.relational.multi_paxos import FlexibleMultiPaxos, MultiPaxos
from paxiom.spec.relational.paxos import FlexiblePaxos, Paxos
from support.broken_specs import Lock, Member


def answers(spec: Spec, kind: str) -> dict[str, Answer]:
    return {each.name: each.answer for each in audit(spec.system) if each.kind == kind}


def require_paxos_is_tight(drops: list[Drop]) -> None:
    """Without any of these, there is a counterexample to induction; without any other, none."""
    assert {each.answer for each in drops} == {Answer.SAT, Answer.UNSAT}
    assert [each for each in drops if not each.as_declared] == []
    assert {(each.kind, each.name) for each in drops if each.answer is Answer.SAT} == {
        ("guard", "propose[1]"),  # one proposal a round
        ("guard", "propose[2]"),  # a quorum has promised
        ("guard", "propose[3]"),  # the value of the highest vote
        ("guard", "cast[0]"),  # no vote in the round that stands for none
        ("guard", "cast[1]"),  # no vote in a round left
        ("guard", "cast[2]"),  # votes are for what was proposed
        ("guard", "decide[1]"),  # a quorum has voted
        ("axiom", "Round is ordered"),
        ("axiom", "quorums meet"),
        ("invariant", "one proposal"),
        ("invariant", "vote is proposed"),
        ("invariant", "decision has quorum"),
        ("invariant", "promise leaves lower rounds"),
        ("invariant", "proposal is safe"),
    }
    assert {(each.kind, each.name) for each in drops if each.answer is Answer.UNSAT} == {
        *(("guard", name) for name in ("prepare[0]", "propose[0]", "decide[0]")),
        *(("guard", f"promise[{place}]") for place in range(3)),
        ("safety", "agreement"),  # nothing else rests on what is to be shown
        ("invariant", "no vote in round none"),
    }


def test_paxos_needs_all_but_what_it_declares() -> None:
    require_paxos_is_tight(list(audit(Paxos().system)))


@pytest.mark.slow
@pytest.mark.parametrize("spec", [FlexiblePaxos, MultiPaxos, FlexibleMultiPaxos])
def test_its_variants_need_all_but_what_they_declare(spec: type[Spec]) -> None:
    require_paxos_is_tight(list(audit(spec().system)))


def test_what_breaks_is_named() -> None:
    drops = {each.name: each for each in audit(Lock().system)}

    assert drops["take[0]"].breaks == "take: exclusion"
    assert drops["take[0]"].said == "∀ other: Member. ¬holds(other)"
    assert drops["take[1]"].breaks == ""
    assert drops["exclusion"].answer is Answer.UNSAT  # there is nothing else to break


class Undeclared(Lock):
    """Says nothing of the guard that is not needed."""

    unneeded: ClassVar = {"give_back": (0,)}


class Overdeclared(Lock):
    """Says that looking first is not needed."""

    unneeded: ClassVar = {"take": (0, 1), "give_back": (0,)}


@pytest.mark.parametrize(("spec", "wrong"), [(Undeclared, "take[1]"), (Overdeclared, "take[0]")])
def test_a_wrong_declaration_is_found_out(spec: type[Spec], wrong: str) -> None:
    judged = {each.name: each.as_declared for each in audit(spec().system) if each.kind == "guard"}

    assert [name for name, right in judged.items() if not right] == [wrong]


def test_a_solver_that_gives_up_breaks_nothing() -> None:
    drops = {each.name: each for each in audit(Lock().system, Limits(resources=1))}

    assert drops["take[0]"].answer is Answer.UNKNOWN
    assert drops["take[0]"].breaks == ""
    assert not drops["take[0]"].as_declared


class Idle(Lock):
    """With an axiom and an invariant that nothing needs."""

    @axiom
    def somebody_may(self) -> Formula:
        return ~forall(Member, lambda m: ~self.allowed(m))

    @invariant
    def holders_are_allowed(self, m: Member) -> Formula:
        return ~self.holds(m) | self.allowed(m)

    @action
    def wait(self, m: Member) -> Action:
        return when().then()


def test_what_nothing_needs_is_told() -> None:
    assert answers(Idle(), "axiom") == {"somebody may": Answer.UNSAT}
    assert answers(Idle(), "invariant") == {"holders are allowed": Answer.UNSAT}
    assert answers(Idle(), "guard") == {
        "take[0]": Answer.SAT,
        "take[1]": Answer.SAT,  # now for the invariant
        "give_back[0]": Answer.UNSAT,
    }
