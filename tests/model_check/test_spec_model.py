"""Specs of finite size, explored."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from paxiom.model_check import engine, reference
from paxiom.model_check.instance import instance
from paxiom.model_check.model import Model, ModelError
from paxiom.model_check.reports.report import result_document
from paxiom.model_check.result import Result, Verdict
from paxiom.model_check.spec_model import spec_model
from paxiom.model_check.traces.trace_text import headline
from paxiom.spec.logic.formulas import Formula, Function, Relation, Rigid, Sort
from paxiom.spec.logic.structure import Scope
from paxiom.spec.logic.system import Action, Spec, action, safety, when
from paxiom.spec.relational import SPECS
from support.broken_specs import EagerPaxos, Lock, Member
from support.command import Run, refused

SIZES: Mapping[str, dict[str, int]] = {
    "consensus": {"value": 3},
    "replicated-log": {"index": 2, "value": 2},
    "paxos": {"node": 2, "round": 3, "value": 2, "phase1": 2},
    "flexible-paxos": {"node": 2, "round": 3, "value": 2, "phase1": 2, "phase2": 1},
    "view-change": {"node": 3, "view": 2, "index": 1, "value": 1},
    "pbft": {"node": 4, "view": 1, "slot": 1, "value": 2, "honest": 3, "quorum": 3},
}


def told(result: Result) -> tuple[object, ...]:
    violated = result.violation and (result.violation.name, len(result.violation.trace))
    return (
        *(result.verdict, result.states, result.transitions, result.depth),
        *(result.actions, result.witnesses, violated),
    )


@pytest.mark.parametrize("name", SIZES)
def test_both_explorers_find_that_what_is_proved_holds(name: str) -> None:
    model = spec_model(instance(SPECS[name]().system, **SIZES[name]))
    found = reference.explore(model)

    assert told(engine.explore(model)) == told(found)
    assert found.verdict is Verdict.HOLDS
    assert {f"fire {each}" for each in SPECS[name]().system.actions} == set(found.actions)


@pytest.mark.parametrize("name", SPECS)
def test_every_spec_has_a_size_of_its_own(name: str) -> None:
    model = spec_model(instance(SPECS[name]().system))

    assert reference.explore(model, max_states=200).violation is None


@pytest.mark.parametrize(("values", "indexes"), [(1, 1), (3, 1), (2, 3)])
def test_a_log_of_independent_choices_has_as_many_states_as_one_can_count(
    values: int, indexes: int
) -> None:
    """Each index is empty or has a value; each step fills one that is empty."""
    found = reference.explore(
        spec_model(instance(SPECS["replicated-log"]().system, value=values, index=indexes))
    )

    assert found.states == (values + 1) ** indexes
    assert found.transitions == indexes * values * (values + 1) ** (indexes - 1)
    assert found.depth == indexes


@pytest.fixture
def eager() -> Model:
    return spec_model(instance(EagerPaxos().system, node=1, round=3, value=2))


def test_what_falls_is_shown_by_a_shortest_run(eager: Model) -> None:
    """A node alone: it proposes in two rounds before it votes in the lower, which it has left."""
    found = reference.explore(eager)

    assert told(engine.explore(eager)) == told(found)
    assert found.violation
    assert found.violation.name == "proposal is safe"
    assert len(found.violation.trace) == 7


def test_a_step_is_told_as_an_action_of_named_elements(eager: Model) -> None:
    document = result_document(eager, reference.explore(eager))
    steps = document["trace"]["steps"]

    assert headline(steps[0]).plain in ("spec: prepare(round1)", "spec: prepare(round2)")
    assert headline(steps[-1]).plain.startswith("spec: cast(node0, round1, value")
    assert {each["path"] for each in steps[0]["changes"]} == {"prepared"}


def test_what_is_fixed_is_part_of_the_claim() -> None:
    model = spec_model(instance(SPECS["pbft"]().system, node=4, view=2, quorum=4, honest=3))

    assert model.scope == (
        "Node: node0, node1, node2, node3",
        "View: view0 < view1",
        "Slot: slot0, slot1",
        "Value: value0, value1",
        "Quorum: {node0, node1, node2, node3}",
        "honest: node0, node1, node2",
    )


def test_functions_go_round_and_quorums_are_majorities_unless_it_is_said() -> None:
    model = spec_model(instance(SPECS["view-change"]().system, view=4))

    assert "primary: view0 -> node0, view1 -> node1, view2 -> node2, view3 -> node0" in model.scope
    assert "first: view0" in model.scope
    assert "Quorum: {node0, node1}, {node0, node2}, {node1, node2}" in model.scope


def test_an_action_that_is_never_taken_is_worth_a_warning() -> None:
    class Shut(Lock):
        @action
        def give_back(self, m: Member) -> Action:
            return when(self.holds(m), ~self.allowed(m)).then(self.holds.remove(m))

    model = spec_model(instance(Shut().system))
    document = result_document(model, reference.explore(model))

    assert document["warnings"] == ["no step was ever taken: fire give_back"]


# --- what does not fit -------------------------------------------------------------------------


class Thing(Sort):
    """A thing."""


class Heap(Sort):
    """A heap of things."""


class Heaps(Spec):
    """Relations of no term, of a set; a rigid one that sizes do not determine."""

    inside: Rigid[Thing, Heap]
    near: Rigid[Thing, Thing]
    best: Function[Thing, Thing]
    begun: Relation[()]
    seen: Relation[Heap]

    @action
    def begin(self, h: Heap, t: Thing) -> Action:
        return when(self.inside(t, h), self.near(t, self.best(t))).then(
            self.begun.add(), self.seen.add(h)
        )

    @safety
    def nothing_seen_before(self, h: Heap) -> Formula:
        return self.begun() | ~self.seen(h)


def heaps(inside: frozenset[tuple[int, ...]]) -> Model:
    rigid = {"inside": inside, "near": frozenset({(0, 1), (1, 0)})}
    best: dict[str, dict[tuple[int, ...], int]] = {"best": {(0,): 1, (1,): 1}}
    return spec_model(Scope(Heaps().system, {Thing: 2, Heap: 2}, rigid, best))


def test_a_scope_made_by_hand_is_explored_too() -> None:
    model = heaps(frozenset({(0, 0), (0, 1), (1, 1)}))
    found = reference.explore(model)

    assert found.verdict is Verdict.HOLDS
    assert found.states == 4  # nothing seen, either heap, both: the first thing alone is near
    assert model.scope[1:] == (
        "Heap: {thing0}, {thing0, thing1}",
        "near: (thing0, thing1), (thing1, thing0)",
        "best: thing0 -> thing1, thing1 -> thing1",
    )


def test_sets_of_the_same_members_keep_names_of_their_own() -> None:
    assert "Heap: heap0, heap1" in heaps(frozenset({(0, 0), (0, 1)})).scope


@pytest.mark.parametrize(
    ("name", "sizes", "message"),
    [
        ("paxos", {"phase1": 1}, "Paxos: in this scope the axiom 'quorums meet' is false"),
        ("paxos", {"node": 2, "phase1": 3}, "Paxos: phase1 must be 1 to 2, not 3"),
        ("paxos", {"round": 0}, "Paxos: round must be 1 to 1,000, not 0"),
        ("pbft", {"honest": 7}, "Pbft: honest must be 1 to 3, not 7"),
        ("paxos", {"nodes": 3}, "Paxos takes node, phase1, round, value, not nodes"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(name: str, sizes: dict[str, int], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        instance(SPECS[name]().system, **sizes)


def test_a_relation_that_sizes_leave_open_must_be_given_by_hand() -> None:
    with pytest.raises(ModelError, match="sizes do not say where near holds"):
        instance(Heaps().system)


# --- the command -------------------------------------------------------------------------------

EAGER = """
from paxiom.spec.logic.system import Action, action, when
from paxiom.spec.relational.paxos import Node, Paxos, Round
from paxiom.spec.relational.consensus import Value

class Eager(Paxos):
    @action
    def cast(self, n: Node, r: Round, v: Value) -> Action:
        return when(r != self.none, self.proposal(r, v)).then(self.vote.add(n, r, v))
"""


def test_a_spec_is_checked_in_the_size_given(paxiom: Run) -> None:
    ran = paxiom("check", "spec:consensus", "--value", "3", "--reference")

    assert ran.code == 0
    assert ran.out.startswith("HOLDS  spec:consensus")
    assert "Value: value0, value1, value2" in ran.out
    assert "states        4, 3 transitions, 1 step deep" in ran.out
    assert "network" not in ran.out


def test_a_spec_of_ones_own_that_falls_is_replayed(paxiom: Run, tmp_path: Path) -> None:
    (tmp_path / "eager.py").write_text(EAGER)
    target = (f"spec:{tmp_path / 'eager.py'}:Eager", "--node=1", "--round=3")
    ran = paxiom("check", *target, "--reference", "--trace", "found.json")
    again = paxiom("trace", "replay", "found.json", *target)

    assert (ran.code, again.code) == (1, 1)
    assert "VIOLATED" in ran.out.splitlines()[0]
    assert "spec: cast(node0, round1, value" in again.out


def test_the_options_of_a_spec_are_its_sizes(paxiom: Run) -> None:
    ran = paxiom("check", "spec:pbft", "--help")

    assert ran.code == 0
    assert "--quorum INT\n" in ran.out
    assert "--node INT = 3" in ran.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["spec:nothing"], "there is no spec 'nothing'"),
        (["spec:"], "there is no spec ''"),
        (["spec:paxos", "--nodes=3"], "did you mean --node?"),
        (["spec:paxos", "--phase1=1"], "the axiom 'quorums meet' is false"),
    ],
)
def test_a_wrong_spec_is_refused(paxiom: Run, words: list[str], message: str) -> None:
    assert message in refused(paxiom("check", *words, "--reference"))
