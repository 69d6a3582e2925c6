"""Zab's properties: each says yes to what it allows, and no to the least that breaks it."""

import pytest

from paxiom.spec import replication
from paxiom.spec import zab as spec
from paxiom.spec.property import Property, Subject
from paxiom.spec.replication import History
from paxiom.spec.zab import Replica, Transaction

A, B, C = Transaction(1, 1, "a"), Transaction(1, 2, "b"), Transaction(2, 1, "c")
OTHER = Transaction(1, 1, "b")


def node(*log: Transaction, done: int = 0, epoch: int = 1, promised: int = 2) -> Replica:
    return Replica(epoch, log, done, done, promised)


def primary(*log: Transaction, done: int = 0, epoch: int = 2) -> Replica:
    return Replica(epoch, log, done, done, promised=epoch, primary=True)


PAST = History().lead(1, "n1").propose("a").apply(1, A, 1)
OBEYED: list[tuple[Property, tuple[object, ...]]] = [
    (spec.integrity, (PAST,)),
    (spec.local_primary_order, (node(A, B, C, done=3),)),
    (spec.local_primary_order, (node(B, A),)),
    (spec.global_primary_order, (node(A, C, done=2),)),
    (spec.global_primary_order, (node(C, A, done=1),)),
    (spec.primary_integrity, (primary(A, C, done=1), PAST)),
    (spec.primary_integrity, (primary(A), PAST)),
    (spec.primary_integrity, (primary(), PAST)),
    (spec.primary_integrity, (node(C, epoch=2), PAST)),
    (spec.one_history_for_a_zxid, (node(A, B), node(A, C))),
    (spec.one_history_for_a_zxid, (node(A, B), node())),
    (spec.joined_was_promised, (node(epoch=2, promised=2),)),
    (spec.monotone_promise, (node(promised=1), node(promised=2))),
    (spec.monotone_promise, (node(promised=2), None)),
    (spec.monotone_promise, (None, node(promised=1))),
]
BROKEN: list[tuple[Property, tuple[object, ...], str]] = [
    (
        spec.integrity,
        (PAST.apply(2, B, 1),),
        "Delivered, and broadcast by no primary: transaction 1.2 (b) at index 2.",
    ),
    (
        spec.integrity,
        (PAST.propose("c").apply(2, C, 1),),
        "Delivered, and broadcast by no primary: transaction 2.1 (c) at index 2.",
    ),
    (
        spec.local_primary_order,
        (node(A, C, B, A, done=4),),
        "Of epoch 1 n1 has delivered 1.1, 1.2, 1.1, in this order.",
    ),
    (
        spec.local_primary_order,
        (node(B, done=1),),
        "Of epoch 1 n1 has delivered 1.2, in this order.",
    ),
    (
        spec.global_primary_order,
        (node(C, A, done=2),),
        "n1 has delivered transaction 2.1 (c) before transaction 1.1 (a).",
    ),
    (
        spec.primary_integrity,
        (primary(C, done=1), PAST),
        (
            "n1, primary of epoch 2, has broadcast; transaction 1.1 (a) was delivered at "
            "index 1, and not by n1 before."
        ),
    ),
    (
        spec.primary_integrity,
        (primary(B, C), History()),
        (
            "n1, primary of epoch 2, has broadcast, but delivered only 0 of the 1 "
            "transactions that it began with."
        ),
    ),
    (
        spec.one_history_for_a_zxid,
        (node(A, B), node(OTHER, B)),
        (
            "Both histories have a transaction 1.2 at index 2, but at index 1 n1 has "
            "transaction 1.1 (a) and n2 transaction 1.1 (b)."
        ),
    ),
    (
        spec.joined_was_promised,
        (node(epoch=2, promised=1),),
        "n1 has joined epoch 2, and promised 1.",
    ),
    (
        spec.monotone_promise,
        (node(promised=2), node(promised=1)),
        "n1 had promised epoch 2, and now 1.",
    ),
]
NAMES = {
    Subject.NODE: ("n1",),
    Subject.NODE_AND_HISTORY: ("n1",),
    Subject.PAIR: ("n1", "n2"),
}


@pytest.mark.parametrize(("prop", "observed"), OBEYED)
def test_what_a_property_allows(prop: Property, observed: tuple[object, ...]) -> None:
    assert prop(*observed)


@pytest.mark.parametrize(("prop", "observed", "why"), BROKEN)
def test_what_a_property_forbids(prop: Property, observed: tuple[object, ...], why: str) -> None:
    """And what it says of it, with the names of the witnesses."""
    names = NAMES.get(prop.subject)

    assert not prop(*observed)
    assert prop.explain is not None
    assert prop.explain(*([names] if names else []), *observed).sentence == why


def test_each_property_of_its_own_is_tried_both_ways() -> None:
    own = {each for each in spec.SAFETY if each not in vars(replication).values()}

    assert {prop for prop, _ in OBEYED} == {prop for prop, _, _ in BROKEN} == own


def test_what_must_be_possible() -> None:
    assert spec.delivered_in_a_later_epoch(History().apply(1, A, 2))
    assert not spec.delivered_in_a_later_epoch(PAST)
    assert spec.history_carried_over(primary(A))
    assert not spec.history_carried_over(primary(C))
    assert not spec.history_carried_over(node(A))
