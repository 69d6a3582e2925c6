"""A register by quorums: linearizable if they meet and readers write back, and not otherwise."""

from typing import Any

import pytest

from paxiom.impl.names import NodeId
from paxiom.impl.register import Asking, QuorumRegister, Stamped
from paxiom.impl.requests import Read, Write
from paxiom.model_check import reference
from paxiom.model_check.engine import explore
from paxiom.model_check.engine.simulator import simulate
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


# --- the sizes of the document's table ------------------------------------------------------------

SLOW = pytest.mark.slow
TWO_CLIENTS: dict[str, Any] = {"asking": 2, "writers": 1}  # one writes or reads, the other reads


@pytest.mark.parametrize(
    ("nodes", "ask", "store", "orbits"),
    [
        (5, 5, 1, 116_296),
        pytest.param(4, 3, 2, 1_339_037, marks=SLOW),
        pytest.param(4, 2, 3, 17_101_483, marks=SLOW),
    ],
)
def test_sizes_that_can_be_exhausted(nodes: int, ask: int, store: int, orbits: int) -> None:
    """Of four nodes both ways; of five, to store at one."""
    result = explore(register(nodes=nodes, ask=ask, store=store, **TWO_CLIENTS))

    assert (result.verdict, result.states) == (Verdict.HOLDS, orbits)
    assert all(result.witnesses.values())


@pytest.mark.parametrize(("ask", "store"), [(3, 3), (1, 5)])
def test_sizes_that_cannot_hold_at_random(ask: int, store: int) -> None:
    """More than forty million orbits, and no end: random walks find nothing, which is no proof."""
    walks = simulate(register(nodes=5, ask=ask, store=store, **TWO_CLIENTS), walks=20_000, seed=1)

    assert walks.violation is None
    assert all(walks.witnesses.values())


@pytest.mark.parametrize(("nodes", "ask", "store"), [(5, 2, 3), (5, 1, 4), (4, 2, 2)])
def test_one_less_is_found_wrong_at_random(nodes: int, ask: int, store: int) -> None:
    walks = simulate(
        register(nodes=nodes, ask=ask, store=store, **TWO_CLIENTS), walks=20_000, seed=1
    )

    assert walks.violation is not None
    assert walks.violation.name == "linearizability"


class WritersAskTheirOwnQuorum(QuorumRegister):
    """A writer asks no more nodes than it is to store at."""

    def knows_enough(self, call: Asking) -> bool:
        asked = self.stored if isinstance(call.command, Write) else self.asked
        return asked.is_quorum({node for node, _ in call.told})


def test_writers_must_ask_where_their_quorums_do_not_meet() -> None:
    """W + R > N and W <= N/2: of two writes, the later one has the lower stamp, and is lost.

    No search came to the end of it: it takes three clients at three nodes.
    """
    bounds: dict[str, Any] = {"ask": 3, "store": 1, "writers": 2, "value_count": 2}
    broken = simulate(
        register(protocol=WritersAskTheirOwnQuorum, **bounds), walks=100_000, seed=1
    ).violation

    assert broken is not None
    assert broken.name == "linearizability"
    assert simulate(register(**bounds), walks=100_000, seed=1).violation is None


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
