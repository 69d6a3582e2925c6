"""State spaces whose size others have published.

Each number is somebody else's, with its source beside it, or worked out by hand. TLC and
Stateright count states generated: the initial one and one for each transition. TLC counts the
states of the longest shortest trace, where our depth counts its steps.
"""

import pytest

from paxiom.model_check import engine
from paxiom.model_check.model import Delivery, Model, Network
from paxiom.model_check.result import Verdict
from support.explorers import Explore, both_explorers
from support.stateright_networks import mailing, ping_pong
from support.stateright_paxos import stateright_paxos
from support.stateright_replicas import replicated, single_copy
from support.two_phase import orbits_by_hand, states_by_hand, transitions_by_hand, two_phase

# --- two-phase commit --------------------------------------------------------------------------


@both_explorers
def test_two_phase_commit_with_three_resource_managers_as_tlc_counts_it(explore: Explore) -> None:
    """tlaplus/Examples, specifications/transaction_commit/manifest.json, TwoPhase.cfg.

    distinctStates 288, totalStates 1146, stateDepth 11.
    """
    result = explore(two_phase(3))

    assert result.verdict is Verdict.HOLDS
    assert result.states == 288
    assert result.transitions + 1 == 1_146
    assert result.depth + 1 == 11
    assert result.witnesses == {"all commit": True, "all abort": True}


@both_explorers
def test_two_phase_commit_with_five_resource_managers_as_stateright_counts_it(
    explore: Explore,
) -> None:
    """Stateright 0.31.0, examples/2pc.rs: 8,832 unique states."""
    assert explore(two_phase(5)).states == 8_832


@both_explorers
@pytest.mark.parametrize("resource_managers", [1, 2, 3, 4])
def test_two_phase_commit_as_counted_by_hand(explore: Explore, resource_managers: int) -> None:
    result = explore(two_phase(resource_managers))

    assert result.states == states_by_hand(resource_managers)
    assert result.transitions == transitions_by_hand(resource_managers)


def test_the_hand_count_of_two_phase_commit_is_the_published_one() -> None:
    """Stateright, message of commit 21b1ea9: 2pc check 10; of commit 1b59f59: 2pc check 9."""
    assert states_by_hand(10) == 61_515_776
    assert transitions_by_hand(10) + 1 == 817_760_258
    assert states_by_hand(9) == 10_340_352


@pytest.mark.parametrize("resource_managers", [6, 7])
def test_two_phase_commit_with_more_resource_managers(resource_managers: int) -> None:
    result = engine.explore(two_phase(resource_managers), symmetry=False)

    assert result.states == states_by_hand(resource_managers)
    assert result.transitions == transitions_by_hand(resource_managers)


@pytest.mark.slow
def test_two_phase_commit_with_nine_resource_managers() -> None:
    """Stateright, message of commit 1b59f59: 2pc check 9."""
    assert engine.explore(two_phase(9), symmetry=False).states == 10_340_352


@pytest.mark.parametrize(("resource_managers", "orbits"), [(1, 12), (2, 34), (3, 80), (4, 166)])
def test_two_phase_commit_up_to_the_names_of_resource_managers(
    resource_managers: int, orbits: int
) -> None:
    """Orbits proper: Stateright's 665 for 5 are not, its representatives being no normal form."""
    assert orbits == orbits_by_hand(resource_managers)

    result = engine.explore(two_phase(resource_managers), symmetry=True)

    assert result.states == orbits
    assert result.verdict is Verdict.HOLDS


# --- Stateright's registers --------------------------------------------------------------------


@both_explorers
@pytest.mark.parametrize(
    ("model", "states"),
    [
        pytest.param(single_copy(clients=2), 93, id="examples/single-copy-register.rs"),
        pytest.param(replicated(clients=2), 544, id="examples/linearizable-register.rs"),
        pytest.param(stateright_paxos(clients=2), 16_668, id="examples/paxos.rs"),
    ],
)
def test_a_register_of_stateright(explore: Explore, model: Model, states: int) -> None:
    """Stateright 0.31.0, the test in each example."""
    result = explore(model)

    assert result.verdict is Verdict.HOLDS
    assert result.states == states
    assert result.witnesses == {"some value is read": True}


@both_explorers
def test_two_copies_that_do_not_talk_are_not_linearizable(explore: Explore) -> None:
    """Stateright 0.31.0, examples/single-copy-register.rs: put, its answer, get, its answer.

    Its 54 states are those that were visited before both properties were discovered.
    """
    result = explore(single_copy(clients=2, servers=2))

    assert result.verdict is Verdict.VIOLATED
    assert result.violation is not None
    assert result.violation.name == "linearizability"
    actions = [step.outcome.action for step in result.violation.trace.steps]
    assert actions == ["receive Put", "receive PutOk", "receive Get", "receive GetOk"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "states", "generated"),
    [
        pytest.param(stateright_paxos(clients=6), 9_357_525, 18_972_647, id="paxos 6"),
        pytest.param(single_copy(clients=4), 400_233, 731_789, id="single-copy-register 4"),
        pytest.param(
            replicated(clients=2, servers=3), 41_138_199, 194_646_243, id="linearizable-register 2"
        ),
    ],
)
def test_a_register_of_stateright_with_more_clients(
    model: Model, states: int, generated: int
) -> None:
    """Stateright, message of commit 21b1ea9, its benchmarks."""
    result = engine.explore(model)

    assert result.verdict is Verdict.HOLDS
    assert result.states == states
    assert result.transitions + 1 == generated


# --- Stateright's tests of its networks --------------------------------------------------------


@both_explorers
@pytest.mark.parametrize(
    ("highest", "network", "states"),
    [
        pytest.param(
            1,
            Network(delivery=Delivery.DUPLICATING, lossy=True),
            14,
            id="visits_expected_states",
        ),
        pytest.param(
            5,
            Network(delivery=Delivery.DUPLICATING, lossy=True),
            4_094,
            id="maintains_fixed_delta_despite_lossy_duplicating_network",
        ),
        pytest.param(
            5,
            Network(delivery=Delivery.ONCE),
            11,
            id="eventually_reaches_max_on_perfect_delivery_network",
        ),
        pytest.param(5, Network(delivery=Delivery.DUPLICATING), 11, id="can_reach_max"),
    ],
)
def test_ping_and_pong(explore: Explore, highest: int, network: Network, states: int) -> None:
    """Stateright 0.31.0, tests of src/actor/model.rs."""
    result = explore(ping_pong(highest, network))

    assert result.verdict is Verdict.HOLDS
    assert result.states == states
    assert result.witnesses == {"can reach max": True}
    assert result.cuts[f"count <= {highest}"] > 0


@both_explorers
@pytest.mark.parametrize(
    ("delivery", "states"),
    [
        pytest.param(Delivery.DUPLICATING, 2, id="duplicating"),
        pytest.param(Delivery.ONCE, 2, id="once"),
        pytest.param(Delivery.FIFO, 3, id="fifo"),
    ],
)
def test_what_is_not_noticed_is_delivered_only_in_order(
    explore: Explore, delivery: Delivery, states: int
) -> None:
    """Stateright 0.31.0, src/actor/model.rs, no_op_depends_on_network."""
    network = Network(delivery=delivery)

    result = explore(mailing(("ignored", "interesting"), frozenset({"interesting"}), network))

    assert result.states == states


@both_explorers
@pytest.mark.parametrize(
    ("delivery", "orders"),
    [
        pytest.param(Delivery.FIFO, {"", "2", "2 1"}, id="fifo"),
        pytest.param(Delivery.ONCE, {"", "1", "2", "1 2", "2 1"}, id="once"),
    ],
)
def test_orders_of_arrival(explore: Explore, delivery: Delivery, orders: set[str]) -> None:
    """Stateright 0.31.0, src/actor/model.rs, handles_ordered_network_flag."""
    result = explore(mailing(("2", "1"), frozenset({"2", "1"}), Network(delivery=delivery)))

    assert {order for order, seen in result.witnesses.items() if seen} == orders
