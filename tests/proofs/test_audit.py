"""What is needed for the proofs, to the last guard."""

from typing import ClassVar

import pytest

from paxiom.proofs.audit import Drop, audit
from paxiom.proofs.solving import Answer, Limits
from paxiom.spec.logic.formulas import Formula, forall
from paxiom.spec.logic.system import Action, Spec, action, axiom, invariant, when
from paxiom.spec.relational.lamport_paxos import LamportPaxos
from paxiom.spec.relational.multi_paxos import FlexibleMultiPaxos, MultiPaxos
from paxiom.spec.relational.paxos import FlexiblePaxos, Paxos
from paxiom.spec.relational.pbft import Pbft
from paxiom.spec.relational.raft import Raft
from paxiom.spec.relational.view_change import ViewChange
from support.broken_specs import Lock, Member


def answers(spec: Spec, kind: str) -> dict[str, Answer]:
    return {each.name: each.answer for each in audit(spec.system) if each.kind == kind}


Named = set[tuple[str, str]]


def require_exactly(drops: list[Drop], *, needed: Named, unneeded: Named) -> None:
    """Without what is needed there is a counterexample to induction; without the rest, none."""
    assert {each.answer for each in drops} == {Answer.SAT, Answer.UNSAT}
    assert [each for each in drops if not each.as_declared] == []
    assert {(each.kind, each.name) for each in drops if each.answer is Answer.SAT} == needed
    assert {(each.kind, each.name) for each in drops if each.answer is Answer.UNSAT} == unneeded


def require_paxos_is_tight(drops: list[Drop]) -> None:
    needed = {
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
    unneeded = {
        *(("guard", name) for name in ("prepare[0]", "propose[0]", "decide[0]")),
        *(("guard", f"promise[{place}]") for place in range(3)),
        ("safety", "agreement"),  # nothing else rests on what is to be shown
        ("invariant", "no vote in round none"),
    }
    require_exactly(drops, needed=needed, unneeded=unneeded)


def test_paxos_needs_all_but_what_it_declares() -> None:
    require_paxos_is_tight(list(audit(Paxos().system)))


@pytest.mark.parametrize("spec", [FlexiblePaxos, MultiPaxos, FlexibleMultiPaxos])
def test_its_variants_need_all_but_what_they_declare(spec: type[Spec]) -> None:
    require_paxos_is_tight(list(audit(spec().system)))


def test_promises_that_carry_votes_need_all_but_what_is_declared() -> None:
    needed = {
        ("guard", "promise[2]"),  # who has voted says so
        ("guard", "report[2]"),  # what is reported is a vote
        ("guard", "report[3]"),  # the highest
        ("guard", "propose[0]"),  # one proposal a round
        ("guard", "propose[1]"),  # a quorum has promised
        ("guard", "propose[2]"),  # one of it reports the value
        ("guard", "propose[3]"),  # and none a higher vote
        ("guard", "propose_any[0]"),
        ("guard", "propose_any[1]"),
        ("guard", "propose_any[2]"),  # none of it reports anything
        ("guard", "cast[0]"),  # votes are for what was proposed
        ("guard", "cast[1]"),  # no vote in a round left
        ("axiom", "Round is ordered"),
        ("axiom", "quorums meet"),
        ("invariant", "joined has left lower rounds"),
        ("invariant", "promise joins"),
        ("invariant", "report is a vote"),
        ("invariant", "promise reports votes"),
        ("invariant", "one proposal"),
        ("invariant", "vote is proposed"),
        ("invariant", "proposal is safe"),
    }
    unneeded = {
        *(("guard", f"{action}[{place}]") for action in ("promise", "report") for place in (0, 1)),
        ("safety", "agreement"),
    }
    require_exactly(list(audit(LamportPaxos().system)), needed=needed, unneeded=unneeded)


def test_view_change_needs_all_but_what_it_declares() -> None:
    needed = {
        ("guard", "start_view[0]"),  # a view begins once
        ("guard", "start_view[1]"),  # a quorum has come to it
        ("guard", "start_view[2]"),  # with the log of one of them, from a lower view
        ("guard", "start_view[3]"),  # of the latest view in which any was normal
        ("guard", "start_view[4]"),  # and of those the longest
        ("guard", "join[0]"),  # a log is there to be taken
        ("guard", "join[1]"),  # not in a view that was left
        ("guard", "append[0]"),  # the primary has that log
        ("guard", "append[2]"),  # at its end
        ("guard", "acknowledge[0]"),  # who has the log
        ("guard", "acknowledge[1]"),  # not in a view that was left
        ("guard", "acknowledge[2]"),  # what is there
        ("guard", "acknowledge[3]"),  # in order
        ("guard", "commit[0]"),  # a quorum has acknowledged
        ("axiom", "View is ordered"),
        ("axiom", "Index is ordered"),
        ("axiom", "quorums meet"),
        ("axiom", "no view before the first"),
        ("invariant", "seen leaves lower views"),
        ("invariant", "normal view has started"),
        ("invariant", "normal has inherited log"),
        ("invariant", "commit has quorum"),
        ("invariant", "acked is filled"),
        ("invariant", "inherited is filled"),
        ("invariant", "entry is filled"),
        ("invariant", "one entry at an index"),
        ("invariant", "no gaps in inherited log"),
        ("invariant", "no gaps in acknowledgements"),
        ("invariant", "view has quorum"),
        ("invariant", "view completeness"),
    }
    unneeded = {
        ("guard", "append[1]"),
        ("guard", "commit[1]"),
        ("guard", "commit[2]"),
        ("safety", "state machine safety"),
        ("invariant", "normal leaves lower views"),
        ("invariant", "filled view has started"),
        ("invariant", "no gaps in log"),
    }
    require_exactly(list(audit(ViewChange().system)), needed=needed, unneeded=unneeded)


def test_pbft_needs_all_but_what_it_declares() -> None:
    needed = {
        ("guard", "send_prepare[2]"),  # one value a view and slot
        ("guard", "send_prepare[3]"),  # a quorum has left all lower views
        ("guard", "send_prepare[4]"),  # what that quorum reports binds
        ("guard", "send_commit[1]"),  # not in a view that was left: its reports no longer change
        ("guard", "send_commit[2]"),  # a quorum has prepared
        ("guard", "decide[1]"),  # a quorum has said commit
        ("axiom", "View is ordered"),
        ("axiom", "quorums share an honest node"),
        ("invariant", "one prepare per view"),
        ("invariant", "commit has certificate"),
        ("invariant", "decision has certificate"),
        ("invariant", "prepare is safe"),
    }
    unneeded = {
        *(("guard", f"{name}[0]") for name in ("change_view", "send_commit", "decide")),
        *(("guard", f"send_prepare[{place}]") for place in (0, 1)),
        ("safety", "agreement"),
        ("invariant", "one commit per view"),  # it follows from the certificates
    }
    require_exactly(list(audit(Pbft().system)), needed=needed, unneeded=unneeded)


@pytest.mark.slow  # minutes: sixty times 260 obligations, but for those that do not use it
def test_raft_needs_all_but_what_it_declares() -> None:
    system = Raft().system
    guards = {
        ("guard", f"{name}[{place}]")
        for name, each in system.actions.items()
        for place in range(len(each.guards))
    }
    unneeded = {
        ("guard", "grant[0]"),  # not in a term that was left
        ("guard", "store[1]"),  # not the leader of the term
        ("guard", "apply[0]"),  # what is in one's own log
    }
    safety = {("safety", name) for name in system.safety}  # nothing else rests on it
    needed = guards - unneeded
    needed |= {("axiom", name) for name in system.axioms}
    needed |= {("invariant", name) for name in system.invariants}

    assert len(needed) == 53
    require_exactly(list(audit(system)), needed=needed, unneeded=unneeded | safety)


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
