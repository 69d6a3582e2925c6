"""Specs in small scopes: every inductive formula in every reachable state, and what a guard buys.

The proofs are for any size. This is the same said by another judge, the finite evaluator, which
also tells a guard that is needed from one that only the induction needs.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import pytest

from paxiom.model_check.reference import explore
from paxiom.model_check.result import Verdict
from paxiom.model_check.spec_model import spec_model
from paxiom.spec.logic.structure import Rows, Scope
from paxiom.spec.logic.system import System
from paxiom.spec.relational import pbft, view_change
from paxiom.spec.relational.pbft import Pbft
from paxiom.spec.relational.view_change import ViewChange


def members(nodes: int, size: int) -> Rows:
    """Every set of so many nodes is a quorum: which node is in which."""
    quorums = list(combinations(range(nodes), size))
    return frozenset((node, number) for number, own in enumerate(quorums) for node in own)


def view_changes(system: System) -> Scope:
    """Two of three replicas, two views, a log of one entry, two values."""
    sizes = {
        view_change.Node: 3,
        view_change.View: 2,
        view_change.Index: 1,
        view_change.Value: 2,
        view_change.Quorum: 3,
    }
    functions: dict[str, dict[tuple[int, ...], int]] = {
        "primary": {(0,): 0, (1,): 1},
        "first": {(): 0},
    }
    return Scope(system, sizes, {"member": members(3, 2)}, functions)


def byzantine(system: System) -> Scope:
    """Three of four replicas, one of them Byzantine, one view, one slot, two values."""
    sizes = {pbft.Node: 4, pbft.View: 1, pbft.Slot: 1, pbft.Value: 2, pbft.Quorum: 4}
    rigid = {"member": members(4, 3), "honest": frozenset({(0,), (1,), (2,)})}
    return Scope(system, sizes, rigid, {})


@pytest.mark.parametrize(
    ("spec", "scope"), [(ViewChange, view_changes), (Pbft, byzantine)], ids=["vr", "pbft"]
)
def test_inductive_formulas_hold_in_every_state_of_a_small_scope(
    spec: type[ViewChange] | type[Pbft], scope: Callable[[System], Scope]
) -> None:
    made = explore(spec_model(scope(spec().system)), max_states=300_000)

    assert made.verdict is Verdict.HOLDS
    assert made.states > 100


def without(system: System, action: str, place: int) -> System:
    """Leave out a guard of an action."""
    changed = system.actions[action].without_guard(place)
    return replace(system, actions={**system.actions, action: changed})


@pytest.mark.parametrize(
    ("spec", "scope", "action", "place"),
    [
        pytest.param(ViewChange, view_changes, "start_view", 4, id="vr: not the longest log"),
        pytest.param(
            Pbft,
            byzantine,
            "send_prepare",
            2,
            id="pbft: two prepares in one view",
            marks=pytest.mark.slow,  # half a minute
        ),
    ],
)
def test_without_a_guard_safety_falls(
    spec: type[ViewChange] | type[Pbft],
    scope: Callable[[System], Scope],
    action: str,
    place: int,
) -> None:
    system = without(spec().system, action, place)
    weak = replace(system, invariants={}, scenarios={})
    made = explore(spec_model(scope(weak)), max_states=1_000_000)

    assert made.violation
    assert made.violation.name in system.safety
