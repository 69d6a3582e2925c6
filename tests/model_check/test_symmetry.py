"""The group, whole states under it, orbits, and models that are symmetric."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paxiom.impl.names import NodeId, node_ids, values
from paxiom.model_check.budgets import Budgets
from paxiom.model_check.environment import Envelope, Local, Status
from paxiom.model_check.model import Delivery, Faults, Network
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.symmetry import Symmetry, rename_world
from paxiom.model_check.world import World, initial_world, satisfied, successors
from paxiom.spec.consensus import History
from support.rumours import Gossip, Rumour, Rumours, rumours
from support.symmetric import (
    canonical_orbit_count,
    element,
    hold_to_symmetry,
    orbit_count_by_burnside,
    reachable_worlds,
)
from support.two_phase import orbits_by_hand, states_by_hand, two_phase

N1, N2, N3 = node_ids(3)
A, B = values(2)


def test_the_group_is_every_permutation_of_each_set_the_identity_first() -> None:
    symmetry = Symmetry.of(rumours(3))

    assert symmetry.order == 3 * 2 * 1 * 2
    assert symmetry.describe(0) == "renaming nothing"
    assert len({symmetry.describe(e) for e in range(symmetry.order)}) == 12
    assert "renaming n1 to n2, n2 to n3, n3 to n1, a to b and b to a" in {
        symmetry.describe(e) for e in range(symmetry.order)
    }
    assert symmetry.node_position[0] == (0, 1, 2)
    assert symmetry.node_position[element(symmetry, "n1 to n2, n2 to n3 and n3 to n1")] == (1, 2, 0)


def test_nodes_outside_the_sets_stay_in_their_places() -> None:
    symmetry = Symmetry.of(two_phase(2))

    assert symmetry.order == 2
    assert symmetry.node_position == ((0, 1, 2), (0, 2, 1))


def test_things_by_node_move_with_the_nodes() -> None:
    symmetry = Symmetry.of(rumours(3))

    cycle = element(symmetry, "n1 to n2, n2 to n3 and n3 to n1")

    assert symmetry.move(("n1's", "n2's", "n3's"), cycle) == ("n3's", "n1's", "n2's")


def test_elements_compose_and_invert_as_permutations_do() -> None:
    symmetry = Symmetry.of(rumours(3))
    things = (N1, N2, N3, A, B)

    for one in range(symmetry.order):
        assert symmetry.then(one, symmetry.inverse(one)) == 0
        for other in range(symmetry.order):
            both = symmetry.then(one, other)
            assert symmetry.rename(things, both) == symmetry.rename(
                symmetry.rename(things, one), other
            )
            assert symmetry.move("123", both) == symmetry.move(symmetry.move("123", one), other)


# --- whole states --------------------------------------------------------------------------------


def test_a_state_is_renamed_with_its_nodes_in_new_places() -> None:
    symmetry = Symmetry.of(rumours(2))
    budgets = Budgets(0, 0, 0, None, frozenset({(N2, 1)}))
    world = World(
        (Local(Status.UP, Gossip(N1, A, frozenset({N2})), A), Local(Status.UP, Gossip(N2))),
        frozenset({(Envelope(N1, N2, Rumour(A)), 1)}),
        History(frozenset({A})),
        budgets,
    )

    assert rename_world(
        rumours(2), symmetry, world, element(symmetry, "n1 to n2, n2 to n1, a to b and b to a")
    ) == World(
        (Local(Status.UP, Gossip(N1)), Local(Status.UP, Gossip(N2, B, frozenset({N1})), B)),
        frozenset({(Envelope(N2, N1, Rumour(B)), 1)}),
        History(frozenset({B})),
        Budgets(0, 0, 0, None, frozenset({(N1, 1)})),
    )


networks = st.builds(
    lambda delivery, lossy: Network(delivery=delivery, lossy=lossy),
    st.sampled_from(Delivery),
    st.booleans(),
)
some_faults = st.builds(
    Faults, crashes=st.integers(0, 1), stops=st.integers(0, 1), amnesias=st.integers(0, 1)
)


@given(st.data(), networks, some_faults)
def test_steps_commute_with_renaming(data: st.DataObject, network: Network, faults: Faults) -> None:
    model = rumours(3, network=network, faults=faults)
    symmetry = Symmetry.of(model)
    world = initial_world(model)
    for _ in range(data.draw(st.integers(0, 12), "steps")):
        choices = [each.world for each in successors(model, world) if each.world]
        world = choices[data.draw(st.integers(0, len(choices) - 1), "choice")] if choices else world
    renaming = data.draw(st.integers(1, symmetry.order - 1), "element")

    def after(start: World) -> Counter[tuple[NodeId, World | None]]:
        return Counter((each.node, each.world) for each in successors(model, start))

    there = rename_world(model, symmetry, world, renaming)

    assert after(there) == Counter(
        (symmetry.rename(node, renaming), rename_world(model, symmetry, each, renaming))
        for node, each in after(world).elements()
        if each
    )
    assert [satisfied(model, there, prop) for prop in model.properties] == [
        satisfied(model, world, prop) for prop in model.properties
    ]


# --- orbits, by brute force ----------------------------------------------------------------------


class Switches(Rumours):
    """Nodes take a value and say nothing: the state is one choice per node."""

    def timers(self, state: Gossip) -> tuple[()]:
        """Tell nobody."""
        return ()


@pytest.mark.parametrize(("nodes", "states", "orbits"), [(1, 3, 2), (2, 9, 4), (3, 27, 6)])
def test_independent_choices_have_as_many_orbits_as_multisets(
    nodes: int, states: int, orbits: int
) -> None:
    """Each node has nothing, a or b. Up to names of nodes: how many have which; and of values.

    For 3 nodes the unordered counts (of a, of b) are 00, 01, 02, 03, 11, 12.
    """
    model = replace(rumours(nodes, protocol=Switches), properties=())
    worlds = reachable_worlds(model)

    assert len(worlds) == states
    assert canonical_orbit_count(model, worlds) == orbits
    assert orbit_count_by_burnside(model, worlds) == orbits


@pytest.mark.parametrize(("resource_managers", "published"), [(2, None), (3, (288, 80))])
def test_two_phase_commit_has_the_published_number_of_orbits(
    resource_managers: int, published: tuple[int, int] | None
) -> None:
    model = two_phase(resource_managers)
    worlds = reachable_worlds(model)

    counts = len(worlds), canonical_orbit_count(model, worlds)

    assert counts == (states_by_hand(resource_managers), orbits_by_hand(resource_managers))
    assert published in (None, counts)


# --- models that are symmetric -------------------------------------------------------------------


def test_paxos_is_symmetric_in_its_values() -> None:
    model = paxos(nodes=2, ballots=1)

    worlds, actions = hold_to_symmetry(model)

    assert {"request", "receive Prepare", "receive Promise", "receive Accept"} <= actions
    assert {"receive Accepted", "fire retry"} <= actions
    assert Symmetry.of(model).order == 2
    # Only the initial state, in which nobody has proposed, is its own image.
    assert canonical_orbit_count(model, worlds) == (len(worlds) + 1) / 2


def test_paxos_with_crashes_is_symmetric_in_its_values() -> None:
    model = paxos(nodes=2, ballots=1, faults=Faults(crashes=1))

    worlds, actions = hold_to_symmetry(model)

    assert {"crash", "recover", "receive Accept, crash"} <= actions
    assert canonical_orbit_count(model, worlds) == orbit_count_by_burnside(model, worlds)


def test_paxos_is_symmetric_in_acceptors_that_own_no_ballot() -> None:
    """Ballots are ordered, but all belong to n1, which stays where it is."""
    model = replace(paxos(nodes=3, ballots=1, value_count=1), symmetry=((N2, N3),))

    worlds, actions = hold_to_symmetry(model)

    assert "receive Accepted" in actions
    assert canonical_orbit_count(model, worlds) == orbit_count_by_burnside(model, worlds)


@pytest.mark.parametrize("delivery", Delivery)
def test_rumours_are_symmetric_in_nodes_and_values(delivery: Delivery) -> None:
    model = rumours(network=Network(delivery=delivery), faults=Faults(crashes=1))

    worlds, actions = hold_to_symmetry(model)

    assert {"receive Rumour", "fire Tell, crash", "recover"} <= actions
    assert canonical_orbit_count(model, worlds) == orbit_count_by_burnside(model, worlds)


def test_one_label_alone_makes_no_difference() -> None:
    assert Symmetry.of(paxos(nodes=2, ballots=1, value_count=1)).order == 1
