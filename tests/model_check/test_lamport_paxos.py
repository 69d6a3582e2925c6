"""Lamport's Paxos, counted by TLC, by hand and by both explorers.

TLC's figures are distinct states of the TLA+ module Paxos (github.com/tlaplus/Examples,
specifications/Paxos). That of one acceptor, one value and two ballots is published there, in
manifest.json, with 82 states generated and a depth of 9: TLC counts the initial state as generated,
and of the deepest run the states, not the steps. The others are from running TLC (tlaplus/tlaplus
cc6b616) on the module as of 32a32c7, down to Spec.
"""

import pytest

from paxiom.model_check import engine, reference
from paxiom.model_check.instance import instance
from paxiom.model_check.model import Model
from paxiom.model_check.result import Verdict
from paxiom.model_check.spec_model import spec_model
from paxiom.spec.relational.lamport_paxos import LamportPaxos
from support.explorers import Explore, both_explorers
from support.lamport_by_hand import states, states_of_one_ballot, states_of_two_ballots

# (acceptors, values, ballots, quorum size) -> distinct states, by TLC
Size = tuple[int, int, int, int]
SMALL: dict[Size, int] = {
    (1, 1, 2, 1): 25,
    (1, 3, 2, 1): 69,
    (2, 2, 2, 2): 145,
    (2, 2, 3, 2): 1_501,
    (2, 3, 2, 2): 217,
    (3, 1, 2, 2): 1_681,
    (3, 2, 1, 2): 73,
    (3, 2, 2, 2): 3_921,
    (3, 2, 2, 3): 513,
    (4, 3, 1, 3): 257,
    (5, 2, 1, 4): 417,
}
LARGE: dict[Size, int] = {
    (2, 1, 4, 2): 6_561,
    (3, 3, 2, 2): 6_801,
    (4, 1, 2, 3): 9_409,
    (4, 2, 2, 3): 20_609,
    (3, 1, 3, 2): 68_921,
    (3, 2, 3, 2): 185_369,
    (5, 1, 2, 3): 297_025,
    (3, 3, 3, 2): 362_361,
}


def deepest(size: Size) -> int:
    """Count the steps of a longest run in which each does something new: all that can be done.

    A 1a and a 2a of each ballot, and of each acceptor a 1b and a 2b.
    """
    acceptors, _, ballots, _ = size
    return ballots * (2 + 2 * acceptors)


def model(size: Size) -> Model:
    acceptors, values, ballots, quorum = size
    scope = instance(
        LamportPaxos().system, node=acceptors, value=values, round=ballots, quorum=quorum
    )
    return spec_model(scope)


@both_explorers
@pytest.mark.parametrize("size", SMALL)
def test_both_explorers_find_the_states_that_tlc_finds(explore: Explore, size: Size) -> None:
    found = explore(model(size))

    assert found.states == SMALL[size]
    assert found.depth == deepest(size)
    assert found.verdict is Verdict.HOLDS


@both_explorers
def test_steps_and_depth_are_the_published_ones(explore: Explore) -> None:
    """Of more quorums, a step counts once for each by us, and not always by TLC."""
    found = explore(model((1, 1, 2, 1)))

    assert found.transitions + 1 == 82
    assert found.depth + 1 == 9


@pytest.mark.slow
@pytest.mark.parametrize("size", LARGE)
def test_the_engine_finds_all_the_states_that_tlc_finds(size: Size) -> None:
    found = engine.explore(model(size))

    assert found.states == LARGE[size]
    assert found.depth == deepest(size)
    assert found.verdict is Verdict.HOLDS


@pytest.mark.slow
def test_the_reference_explorer_finds_the_largest_of_the_published_counts() -> None:
    """Of 3 acceptors, 2 values, ballots 0 to 2."""
    assert reference.explore(model((3, 2, 3, 2))).states == LARGE[3, 2, 3, 2]


# --- by hand -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SMALL)
def test_tlc_finds_the_states_that_are_counted_by_hand(size: Size) -> None:
    assert states(*size) == SMALL[size]


@pytest.mark.slow
@pytest.mark.parametrize("size", LARGE)
def test_tlc_finds_all_the_states_that_are_counted_by_hand(size: Size) -> None:
    assert states(*size) == LARGE[size]


@pytest.mark.parametrize("values", [1, 2, 3])
@pytest.mark.parametrize(("acceptors", "quorum"), [(1, 1), (2, 2), (3, 2), (3, 3), (4, 3)])
def test_the_closed_forms_say_the_same(acceptors: int, quorum: int, values: int) -> None:
    one = states_of_one_ballot(acceptors, values, quorum)

    assert states(acceptors, values, 1, quorum) == one
    assert states(acceptors, values, 2, quorum) == states_of_two_ballots(acceptors, values, quorum)
    if values == 1:  # nothing ties one ballot to another
        assert states(acceptors, 1, 2, quorum) == one**2
