"""A register by quorums: linearizable if they meet and readers write back, and not otherwise."""

from typing import Any

import pytest

from paxiom.impl.names import NodeId
from paxiom.impl.register import QuorumRegister, Stamped
from paxiom.impl.requests import Read, Write
from paxiom.model_check import reference
from paxiom.model_check.engine import explore
from paxiom.model_check.model import Faults
from paxiom.model_check.models.register import register
from paxiom.model_check.result import Verdict
from paxiom.model_check.zoo.register import BUGS
from support.agreement import essence

(P16,) = BUGS


def test_engine_and_oracle_agree() -> None:
    model = register(nodes=2)

    assert essence(explore(model, symmetry=False)) == essence(reference.explore(model))


@pytest.mark.parametrize(
    "bounds",
    [
        {"asking": 2},
        {"asking": 2, "ask": 3, "store": 1},
        {"nodes": 2, "ask": 2, "store": 1, "value_count": 2},
        {"nodes": 2, "stops": 1},
        pytest.param({"asking": 2, "ask": 1, "store": 3}, marks=pytest.mark.slow),
        pytest.param(
            {"nodes": 2, "ask": 2, "store": 1, "value_count": 2, "asks": 2}, marks=pytest.mark.slow
        ),
    ],
    ids=str,
)
def test_quorums_that_meet_make_a_register(bounds: dict[str, Any]) -> None:
    """Those to store at need not meet each other, for writers ask too."""
    result = explore(register(**bounds))

    assert result.verdict is Verdict.HOLDS
    assert all(result.witnesses.values())


@pytest.mark.parametrize("bounds", [{"ask": 1}, {"ask": 2, "store": 1}], ids=str)
def test_quorums_that_do_not_meet_make_none(bounds: dict[str, Any]) -> None:
    result = explore(register(asking=2, **bounds))

    assert result.violation is not None
    assert result.violation.name == "linearizability"


def test_a_read_that_does_not_write_back_is_caught() -> None:
    """W + R > N is not enough: two reads, one after the other, see the new value, then the old."""
    violation = explore(P16.broken()).violation

    assert violation is not None
    assert (violation.name, len(violation.trace)) == (P16.breaks, P16.length)
    assert explore(P16.too_small()).verdict is Verdict.HOLDS


def test_who_may_not_write_takes_no_notice() -> None:
    n1, n2 = NodeId("n1"), NodeId("n2")
    model = register(nodes=2, writers=1)
    protocol = model.protocol
    assert isinstance(protocol, QuorumRegister)

    assert protocol.request(protocol.start(n1).state, Write("a")) is not None
    assert protocol.request(protocol.start(n2).state, Write("a")) is None
    assert protocol.request(protocol.start(n2).state, Read()) is not None
    assert model.faults == Faults()


def test_a_replica_never_goes_back_to_a_lower_stamp() -> None:
    protocol = register().protocol
    assert isinstance(protocol, QuorumRegister)
    old = Stamped(protocol.stamp_to_write(protocol.start(NodeId("n1")).state, frozenset()), "a")
    told = frozenset({(NodeId("n2"), old)})
    new = Stamped(protocol.stamp_to_write(protocol.start(NodeId("n1")).state, told), "b")

    assert protocol.keeps(old, new) == protocol.keeps(new, old) == new
