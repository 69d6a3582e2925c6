"""Which specs refine consensus or a replicated log: proved, refuted, and tried in small scopes."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from paxiom.model_check.instance import instance
from paxiom.proofs.abstraction import abstraction_obligations
from paxiom.proofs.counterexample import document, rows_of
from paxiom.proofs.prove import Options, Outcome, Proof, prove
from paxiom.proofs.solving import Answer
from paxiom.spec.logic.abstraction import Abstraction
from paxiom.spec.logic.formulas import Formula, LogicError, exists
from paxiom.spec.logic.structure import Scope, State
from paxiom.spec.logic.system import System
from paxiom.spec.relational import SPECS
from paxiom.spec.relational.abstractions import ABSTRACTIONS, consensus
from paxiom.spec.relational.consensus import Consensus, Value
from paxiom.spec.relational.paxos import FlexiblePaxos, Node, Round
from paxiom.spec.relational.view_change import ViewChange


def proofs(system: System, seen: Abstraction, *, second: bool = False) -> list[Proof]:
    how = Options(second=second)
    return [prove(system, each, how) for each in abstraction_obligations(system, seen)]


SLOW_TO_CVC5 = {"lamport-paxos", "pbft"}


@pytest.mark.parametrize(
    ("name", "second"),
    [
        *((each, each not in SLOW_TO_CVC5) for each in ABSTRACTIONS),
        *(pytest.param(each, True, marks=pytest.mark.slow) for each in sorted(SLOW_TO_CVC5)),
    ],
)
def test_it_is_proved_in_epr(name: str, second: bool) -> None:  # noqa: FBT001 - a parameter
    system = SPECS[name]().system
    made = proofs(system, ABSTRACTIONS[name](), second=second)

    assert len(made) == 1 + len(system.actions)
    assert {each.outcome for each in made} == {Outcome.PROVED}
    assert {each.second for each in made} == {Answer.UNSAT if second else None}
    assert not any(each.cycle for each in made)


def refuted(system: System, seen: Abstraction) -> list[str]:
    """Which actions are no steps; of nothing is it unknown."""
    made = proofs(system, seen)
    assert {each.outcome for each in made} <= {Outcome.PROVED, Outcome.REFUTED}
    return [each.obligation.action for each in made if each.outcome is Outcome.REFUTED]


def chosen_where(said: Callable[[FlexiblePaxos, Value], Formula]) -> Abstraction:
    """Take for chosen what is not."""
    paxos, one = FlexiblePaxos(), Consensus()
    chosen = one.chosen.becomes(lambda v: said(paxos, v))
    return replace(consensus(paxos), relations=(chosen,))


PAXOS = FlexiblePaxos().system


def test_what_one_proposes_or_votes_for_is_not_chosen() -> None:
    proposed = chosen_where(lambda s, v: exists(Round, lambda r: s.proposal(r, v)))
    voted = chosen_where(lambda s, v: exists(Node, Round, lambda n, r: s.vote(n, r, v)))

    assert refuted(PAXOS, proposed) == ["propose"]
    assert refuted(PAXOS, voted) == ["cast"]


def test_a_step_that_is_not_named_must_change_nothing() -> None:
    assert refuted(PAXOS, replace(consensus(FlexiblePaxos()), steps={})) == ["decide"]


def test_a_spec_must_begin_where_the_other_does() -> None:
    everything = chosen_where(lambda _, v: v == v)  # noqa: PLR0124 - true

    assert refuted(PAXOS, everything) == [""]  # and from then on nothing changes


def test_a_decision_without_a_quorum_is_no_choice() -> None:
    decide = PAXOS.actions["decide"]
    careless = replace(PAXOS, actions={**PAXOS.actions, "decide": decide.without_guard(1)})
    (failed,) = (
        each
        for each in proofs(careless, consensus(FlexiblePaxos()))
        if each.outcome is Outcome.REFUTED
    )

    assert failed.obligation.name == "decide: a step of Consensus, or nothing"
    assert failed.counterexample is not None
    told = dict(rows_of(failed.counterexample))
    assert told["step"].startswith("decide(")
    assert told["changes"].startswith("+ decision(")
    assert told["falls"].startswith("goal: ")
    assert document(failed.counterexample)["falls"] is None


@pytest.mark.parametrize("place", [0, 1, 2], ids=["no quorum", "out of order", "anything"])
def test_a_view_chooses_by_each_guard_of_its_commits(place: int) -> None:
    """Two of which no safety of the spec needs."""
    system = ViewChange().system
    commit = system.actions["commit"].without_guard(place)
    careless = replace(system, actions={**system.actions, "commit": commit})

    assert refuted(careless, ABSTRACTIONS["view-change"]()) == ["commit"]


def test_a_relation_left_open_is_refused() -> None:
    with pytest.raises(LogicError, match=r"Consensus: where do \['chosen'\] hold"):
        replace(consensus(FlexiblePaxos()), relations=())


# --- in small scopes, without a solver ---------------------------------------------------------

SIZES = {
    "paxos": {"node": 2, "round": 3, "value": 2},
    "lamport-paxos": {"node": 2, "round": 2, "value": 2},
    "multi-paxos": {"node": 2, "round": 2, "value": 2, "index": 2},
    "view-change": {"node": 2, "view": 2, "index": 2, "value": 2},
    "pbft": {"node": 1, "view": 2, "value": 2, "slot": 2},
}


def abstract_state(scope: Scope, seen: Abstraction, state: State) -> State:
    """Say where the relations of the other spec hold, by evaluation."""
    found = []
    for each in seen.relations:
        holds = scope.compiled(each.body, each.variables)
        rows = scope.elements(each.variables)
        found.append(frozenset(row for row in rows if holds(state, *row)))
    return tuple(found)


@pytest.mark.parametrize("name", SIZES)
def test_each_step_in_a_small_scope_is_a_step_or_changes_nothing(name: str) -> None:
    """What is proved, seen by the evaluator: in every state, or the first thousands."""
    scope, seen = instance(SPECS[name]().system, **SIZES[name]), ABSTRACTIONS[name]()
    sizes = {sort: scope.sizes[seen.sorts.get(sort, sort)] for sort in seen.abstract.sorts}
    above = Scope(seen.abstract, sizes, {}, {})
    here = {scope.initial: abstract_state(scope, seen, scope.initial)}
    assert here[scope.initial] == above.initial
    frontier, taken = [scope.initial], 0
    while frontier and len(here) < 3_000:
        state = frontier.pop()
        steps = {after for _, _, after in above.successors(here[state])}
        for _, _, after in scope.successors(state):
            if after not in here:
                here[after] = abstract_state(scope, seen, after)
                frontier.append(after)
            assert here[after] in {here[state], *steps}
            taken += here[after] != here[state]

    assert taken
