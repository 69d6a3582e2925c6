"""Raft, exhaustively: the engine against the oracle, and the bounds that CI checks.

What each bound can see: three servers are the fewest with a majority that is not all; a second
term is needed for two leaders and for conflicting entries, a third for an entry that is replaced
and comes back. Committing an entry of an old term by counting (Figure 8) goes wrong only with four
terms: see the zoo. ``capacity`` bounds how many messages wait for one node; with 1 there is no
reordering at one door, with no capacity nothing is ever lost for good, which is the most that a
network can do to safety.
"""

import pytest

from paxiom.model_check import reference
from paxiom.model_check.engine import explore
from paxiom.model_check.model import Delivery, Faults, Network
from paxiom.model_check.models.raft import raft
from support.agreement import essence, exhausted, holds

ANY = Delivery.DUPLICATING
NETWORKS = [
    Network(delivery=delivery, lossy=lossy, capacity=capacity)
    for delivery in Delivery
    for lossy in (False, True)
    for capacity in (1, 2)
]
FAULTS = [Faults(), Faults(crashes=1), Faults(stops=1), Faults(amnesias=1)]


@pytest.mark.parametrize("faults", FAULTS, ids=str)
@pytest.mark.parametrize("network", NETWORKS, ids=str)
def test_engine_and_oracle_agree(network: Network, faults: Faults) -> None:
    """Two servers, two terms, one entry: every network, every fault."""
    model = raft(
        nodes=2, terms=1 if faults != Faults() else 2, log=1, network=network, faults=faults
    )
    oracle = reference.explore(model, max_states=50_000)

    assert exhausted(oracle)
    assert essence(explore(model, symmetry=False)) == essence(oracle)


@pytest.mark.parametrize(
    "bounds",
    [
        {"nodes": 3, "terms": 1, "log": 1, "network": Network(delivery=ANY)},
        {"nodes": 3, "terms": 1, "log": 2, "asks": 1, "network": Network(capacity=1)},
        {"nodes": 2, "terms": 1, "log": 2, "asks": 1, "noop": False, "value_count": 2},
    ],
    ids=str,
)
def test_engine_and_oracle_agree_on_more(bounds: dict[str, object]) -> None:
    """Three servers; client requests; two commands."""
    model = raft(**bounds)  # type: ignore[arg-type]

    assert essence(explore(model, symmetry=False)) == essence(reference.explore(model))


def test_symmetry_sees_one_state_of_each_orbit() -> None:
    """Three servers are renamed in six ways; few states are their own image."""
    model = raft(terms=2, log=1, network=Network(delivery=ANY, lossy=True, capacity=1))
    orbits, states = explore(model), explore(model, symmetry=False)

    assert 5 * orbits.states < states.states <= 6 * orbits.states


def test_three_servers_two_terms_any_messages() -> None:
    """Loss, duplication and reordering without limit: what was ever sent may arrive at any time."""
    holds(raft(terms=2, log=2))


def test_three_servers_three_terms_and_a_crash() -> None:
    """Loss and duplication, one message waiting at each door."""
    holds(
        raft(
            terms=3,
            log=1,
            network=Network(delivery=ANY, lossy=True, capacity=1),
            faults=Faults(crashes=1),
        )
    )


def test_three_servers_three_terms_two_entries() -> None:
    """Entries that conflict, are replaced, and come back."""
    holds(raft(terms=3, log=2, network=Network(delivery=ANY, lossy=True, capacity=1)))


def test_clients() -> None:
    """Two commands, asked for at any server that leads; no no-ops."""
    holds(
        raft(
            terms=2,
            log=2,
            noop=False,
            asks=1,
            value_count=2,
            network=Network(delivery=ANY, lossy=True, capacity=1),
        )
    )


def test_a_lost_disk() -> None:
    """A server that has forgotten everything takes no part; the other two go on."""
    holds(raft(terms=1, log=1, faults=Faults(amnesias=1)))


def test_five_servers() -> None:
    """A majority of three, one term."""
    holds(raft(nodes=5, terms=1, log=1, network=Network(delivery=ANY, lossy=True, capacity=1)))
