"""Multi-Paxos's properties: each says yes to what it allows, and no to the least that breaks it."""

import pytest

from paxiom.spec import multi_paxos as spec
from paxiom.spec.multi_paxos import Leading, Replica
from paxiom.spec.property import Property, Subject
from paxiom.spec.replication import History, applied_was_asked_for, state_machine_safety

NONE = Replica(None, frozenset(), 0)
A1, B1, B2, NOOP1 = (1, "a"), (1, "b"), (2, "b"), (1, None)


def node(*decided: tuple[int, str | None], applied: int = 0, promised: int = 1) -> Replica:
    return Replica(promised, frozenset(decided), applied)


def leader(
    *decided: tuple[int, str | None], opened: tuple[tuple[int, str | None], ...] = (), ahead: int
) -> Replica:
    return Replica(2, frozenset(decided), 0, Leading(2, ahead, frozenset(opened)))


PAST = History().lead(1, "n1").propose("a").apply(1, "a", 1)
OBEYED: list[tuple[Property, tuple[object, ...]]] = [
    (spec.agreement_in_a_slot, (node(A1, B2), node(A1))),
    (spec.agreement_in_a_slot, (node(A1), node(B2))),
    (spec.applied_without_gaps, (node(A1, B2, applied=2),)),
    (spec.applied_without_gaps, (node(B2),)),
    (spec.leader_leaves_no_gap, (leader(A1, opened=(B2,), ahead=3),)),
    (spec.leader_leaves_no_gap, (leader(ahead=1),)),
    (spec.leader_leaves_no_gap, (node(B2),)),
    (spec.leader_has_what_is_applied, (leader(A1, ahead=2), PAST)),
    (spec.leader_has_what_is_applied, (leader(opened=(A1,), ahead=2), PAST)),
    (spec.leader_has_what_is_applied, (node(), PAST)),
    (spec.leader_has_what_is_applied, (leader(ahead=1), History().apply(1, "a", 2))),
    (applied_was_asked_for, (PAST.apply(2, None, 1),)),
    (spec.monotone_promise, (node(promised=1), node(promised=2))),
    (spec.monotone_promise, (NONE, node(promised=1))),
    (spec.monotone_promise, (node(promised=2), None)),
    (spec.decided_is_kept, (node(A1), node(A1, B2, applied=2))),
    (spec.decided_is_kept, (node(A1), None)),
    (state_machine_safety, (PAST.apply(2, "a", 1),)),
]
BROKEN: list[tuple[Property, tuple[object, ...], str]] = [
    (
        spec.agreement_in_a_slot,
        (node(A1, B2), node(NOOP1)),
        "n1 knows a in slot 1 to be decided, and n2 a no-op in slot 1.",
    ),
    (
        spec.applied_without_gaps,
        (node(B2, applied=2),),
        "n1 has applied up to slot 2 and knows of no decision in slot 1.",
    ),
    (
        spec.leader_leaves_no_gap,
        (leader(B2, ahead=3),),
        "n1 leads in round 2 and is to propose for slot 3, but has proposed nothing for slot 1.",
    ),
    (
        spec.leader_has_what_is_applied,
        (leader(opened=(B1,), ahead=2), PAST),
        "n1 leads in round 2 and neither knows nor proposes a in slot 1, applied in round 1.",
    ),
    (applied_was_asked_for, (PAST.apply(2, "c", 1),), "Applied: c at index 2."),
    (
        spec.monotone_promise,
        (node(promised=2), node(promised=1)),
        "n1 had promised 2, and now 1.",
    ),
    (spec.decided_is_kept, (node(A1), node()), "n1 knew a in slot 1 to be decided."),
    (
        spec.decided_is_kept,
        (node(A1, applied=1), node(A1)),
        "n1 had applied up to slot 1, and now up to 0.",
    ),
    (
        state_machine_safety,
        (PAST.apply(1, None, 2),),
        "At index 1 were applied: a and a no-op.",
    ),
]
NAMES = {Subject.NODE: ("n1",), Subject.NODE_AND_HISTORY: ("n1",), Subject.PAIR: ("n1", "n2")}


@pytest.mark.parametrize(("prop", "observed"), OBEYED, ids=lambda each: getattr(each, "name", ""))
def test_what_a_property_allows(prop: Property, observed: tuple[object, ...]) -> None:
    assert prop(*observed)


@pytest.mark.parametrize(
    ("prop", "observed", "why"), BROKEN, ids=lambda each: getattr(each, "name", "")
)
def test_what_a_property_forbids(prop: Property, observed: tuple[object, ...], why: str) -> None:
    """And what it says of it, with the names of the witnesses."""
    names = NAMES.get(prop.subject)

    assert not prop(*observed)
    assert prop.explain is not None
    assert prop.explain(*([names] if names else []), *observed).sentence == why


def test_each_property_is_tried_both_ways() -> None:
    assert {prop for prop, _ in OBEYED} == {prop for prop, _, _ in BROKEN} == set(spec.SAFETY)
