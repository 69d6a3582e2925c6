"""Models that are not symmetric, and how they are told."""

from collections.abc import Hashable
from dataclasses import replace

import pytest

from paxiom.impl.names import Label, NodeId, Value, node_ids, values
from paxiom.impl.protocol import Send, Step, broadcast
from paxiom.model_check.environment import Ask, local_events, outcomes
from paxiom.model_check.model import (
    Bound,
    Delivery,
    Emitted,
    Faults,
    Happening,
    Model,
    ModelError,
    Network,
    Requests,
)
from paxiom.model_check.monitors import ConsensusMonitor
from paxiom.model_check.symmetry import Symmetry
from paxiom.model_check.world import initial_world
from paxiom.spec.consensus import Decision, History, agreement
from paxiom.spec.property import Property, Subject, always, reachable
from support.rumours import Gossip, Rumour, Rumours, Tell, rumours
from support.symmetric import element, hold_to_symmetry

N1, N2, N3 = node_ids(3)
A, B = values(2)
REMEDY = "Remove symmetry= from the model or run with --no-symmetry"


class Dish(Value):
    """Another class of labels."""

    __slots__ = ()


@pytest.mark.parametrize(
    ("sets", "complaint"),
    [
        (values(2), r"tuple of tuples of labels, such as \(nodes,\); not a$"),
        ((("a", "b"),), r"tuple of tuples of labels.* not \('a', 'b'\)"),
        (((A, Dish("k")),), r"must be of one class: \(a, k\)"),
        (((A, N1),), r"must be of one class: \(a, n1\)"),
        (((A, A),), r"in one interchangeable set only, and only once: \(a, a\)"),
        (((A, B), (B, Value("c"))), r"in one interchangeable set only, .*: \(b, c\)"),
        (((N1, NodeId("n9")),), r"names unknown nodes: n9"),
        ((values(8),), r"40,320 ways; up to 5,040 can be tried.* Declare smaller sets"),
        ((node_ids(2), values(7)), r"10,080 ways; up to 5,040"),
    ],
)
def test_sets_of_labels_that_make_no_sense_are_refused(
    sets: tuple[tuple[Label, ...], ...], complaint: str
) -> None:
    with pytest.raises(ModelError, match=rf"model 'rumours': .*{complaint}"):
        Symmetry.of(replace(rumours(2), symmetry=sets))


def test_seven_labels_are_the_most() -> None:
    assert Symmetry.of(replace(rumours(2), requests=None, symmetry=(values(7),))).order == 5_040


class Favouring(Rumours):
    """Tells the least node only."""

    def request(self, state: Gossip, command: Hashable) -> Step[Gossip] | None:
        """As the class says."""
        assert isinstance(command, Value)
        return Step(replace(state, value=command), (Send(min(self.nodes), Rumour(command)),))


class Broadcasting(Rumours):
    """Tells all nodes at once, in the order of their names."""

    def request(self, state: Gossip, command: Hashable) -> Step[Gossip] | None:
        """As the class says."""
        assert isinstance(command, Value)
        told = replace(state, value=command, told=frozenset(self.nodes))
        return Step(told, broadcast(self.nodes, Rumour(command)))


class Prejudiced(Rumours):
    """Only a ever moves it."""

    def receive(self, state: Gossip, source: NodeId, message: Rumour) -> Step[Gossip] | None:
        """As the class says."""
        return Rumours.receive(self, state, source, message) if message.value == A else None


class Impatient(Rumours):
    """Only the first node tells anybody."""

    def timers(self, state: Gossip) -> frozenset[Tell]:
        """As the class says."""
        told = state.told if state.id == self.nodes[0] else frozenset(self.nodes)
        return frozenset(Rumours.timers(self, replace(state, told=told)))


class Leading(Rumours):
    """The first node starts with a value."""

    def start(self, node: NodeId) -> Step[Gossip]:
        """As the class says."""
        return Step(Gossip(node, A if node == self.nodes[0] else None))


class Stubborn(Rumours):
    """The third node takes no requests."""

    def request(self, state: Gossip, command: Hashable) -> Step[Gossip] | None:
        """As the class says."""
        return None if state.id == N3 else Rumours.request(self, state, command)


class Deaf(Rumours):
    """Takes a, whatever the request is."""

    def request(self, state: Gossip, command: Hashable) -> Step[Gossip] | None:
        """As the class says."""
        return Rumours.request(self, state, A) if isinstance(command, Value) else None


class Failing(Rumours):
    """The first node cannot tell anybody, the others do not."""

    def fire(self, state: Gossip, timer: Hashable) -> Step[Gossip]:
        """As the class says."""
        if state.id == self.nodes[0]:
            raise KeyError(timer)
        return Step(state)


class Refusing(Rumours):
    """No node can take requests."""

    def request(self, state: Gossip, command: Hashable) -> Step[Gossip] | None:
        """As the class says."""
        raise KeyError(state.id, command)


class FirstCome(ConsensusMonitor):
    """Records only decisions of the first node."""

    def record(self, history: Hashable, happening: Happening) -> History:
        """As the class says."""
        assert isinstance(history, History)
        if isinstance(happening, Emitted) and happening.node != N1:
            return history
        return ConsensusMonitor.record(self, history, happening)


class Watchful(ConsensusMonitor):
    """Watches messages leave, one after another."""

    def watches(self, happening: Happening) -> bool:
        """As the class says."""
        return isinstance(happening, Emitted)


def only_first(state: Gossip) -> Value | None:
    return state.value if state.id == N1 else None


@pytest.mark.parametrize(
    ("model", "complaint"),
    [
        (rumours(protocol=Favouring), "Favouring.request of Ask(command=a) at n1"),
        (rumours(protocol=Prejudiced), "Prejudiced.receive of Deliver(envelope=Envelope(source=n"),
        (rumours(protocol=Impatient), "timers(Gossip(id=n"),
        (rumours(3, protocol=Stubborn), "Stubborn.request of Ask(command=a) at n"),
        (rumours(protocol=Deaf), "Deaf.request of Ask(command="),
        (rumours(protocol=Failing), "Failing.fire of Fire(timer=Tell(peer=n"),
        (
            replace(rumours(protocol=Broadcasting), monitor=Watchful()),
            "Broadcasting.request of Ask(command=a) at n",
        ),
        (replace(rumours(), observe=only_first), "observe(Gossip(id=n"),
        (
            replace(rumours(), bounds=(Bound("no b", lambda state: state.value != B),)),
            "the bound on Gossip(id=n",
        ),
        (replace(rumours(), monitor=FirstCome()), "FirstCome.record(History("),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_what_treats_labels_differently_is_refused(model: Model, complaint: str) -> None:
    with pytest.raises(ModelError) as refused:
        hold_to_symmetry(model)

    first, expected, got = str(refused.value).splitlines()
    assert first.startswith(f"model {model.name!r}: renaming ")
    assert f" makes a difference to {complaint}" in first
    assert first.endswith(". Remove symmetry= from the model or run with --no-symmetry.")
    assert expected.removeprefix("  expected: ") != got.removeprefix("  got:      ")


def test_a_bound_is_held_to_what_it_cuts_off() -> None:
    """The new state is never visited, so it must be asked about where it comes up."""
    model = replace(rumours(), bounds=(Bound("no a", lambda state: state.value != A),))
    symmetry, local = Symmetry.of(model), initial_world(model).locals[0]
    results = tuple(outcomes(model, N1, local, Ask(A)))

    symmetry.check_local(model, local)
    with pytest.raises(
        ModelError, match=r"the bound on Gossip\(id=n1, value=a.*\n.*'no a'\n.*None"
    ):
        symmetry.check_handler(model, N1, local, Ask(A), results)


def test_handlers_may_fail_alike_in_different_words() -> None:
    model = rumours(protocol=Refusing)
    local = initial_world(model).locals[0]
    results = tuple(outcomes(model, N1, local, Ask(A)))

    assert results[0].error == "KeyError: (n1, a)"
    Symmetry.of(model).check_handler(model, N1, local, Ask(A), results)


def test_the_order_of_a_broadcast_makes_no_difference_even_if_cut_short() -> None:
    """A crash lets any of the messages go, not only the first."""
    hold_to_symmetry(rumours(protocol=Broadcasting))
    hold_to_symmetry(rumours(protocol=Broadcasting, faults=Faults(crashes=1)))
    hold_to_symmetry(rumours(protocol=Broadcasting, network=Network(delivery=Delivery.FIFO)))


@pytest.mark.parametrize(
    ("model", "part"),
    [
        (rumours(protocol=Leading), "the locals of the initial state"),
        (
            replace(rumours(), requests=Requests(nodes=(N1,), commands=values(2))),
            "the budgets of the initial state",
        ),
        (
            replace(rumours(), requests=Requests(nodes=node_ids(2), commands=(A,))),
            "the clients' commands",
        ),
    ],
)
def test_an_initial_state_that_renaming_changes_is_refused(model: Model, part: str) -> None:
    with pytest.raises(ModelError, match=rf"makes a difference to {part}\. {REMEDY}"):
        Symmetry.of(model)


def test_generators_of_the_group_are_not_enough() -> None:
    """At n1, nothing is wrong with exchanging n1 and n2, nor n2 and n3; n3 is out of sight."""
    model = rumours(3, protocol=Stubborn)
    whole = Symmetry.of(model)
    swaps = [0, element(whole, "n1 to n2 and n2 to n1"), element(whole, "n2 to n3 and n3 to n2")]
    generators = replace(
        whole,
        elements=tuple(whole.elements[e] for e in swaps),
        node_position=tuple(whole.node_position[e] for e in swaps),
    )
    local = initial_world(model).locals[0]
    event = next(local_events(model, local))
    results = tuple(outcomes(model, N1, local, event))

    generators.check_handler(model, N1, local, event, results)
    with pytest.raises(ModelError, match=r"Stubborn\.request"):
        whole.check_handler(model, N1, local, event, results)


@always(Subject.HISTORY)
def first_node_decides_nothing(history: History) -> bool:
    """Nothing is decided by the first node."""
    return all(decision.node != N1 for decision in history.decisions)


@always(Subject.NODES)
def first_node_is_quiet(nodes: tuple[Hashable, ...]) -> bool:
    """Nothing is shown by the first node."""
    return nodes[0] is None


@always(Subject.ALL)
def first_node_is_quiet_for_ever(nodes: tuple[Hashable, ...], history: History) -> bool:
    """Nothing is shown by the first node, nor proposed."""
    return nodes[0] is None and not history.proposed


@reachable(Subject.ALL)
def first_value_proposed(nodes: tuple[Hashable, ...], history: History) -> bool:
    """Somebody shows something, and a was proposed."""
    return any(nodes) and A in history.proposed


@always(Subject.NODES)
def anybody_shows_the_same(nodes: tuple[Hashable, ...]) -> bool:
    """All nodes show the same."""
    return len(set(nodes)) == 1


@pytest.mark.parametrize(
    ("prop", "observed"),
    [
        (first_node_decides_nothing, [History(frozenset({A}), frozenset({Decision(N1, A)}))]),
        (first_node_is_quiet, [(A, None)]),
        (first_node_is_quiet_for_ever, [(A, None), History()]),
        (first_value_proposed, [(A, None), History(frozenset({A}))]),
    ],
)
def test_a_property_of_a_particular_label_is_refused(
    prop: Property, observed: list[object]
) -> None:
    symmetry = Symmetry.of(rumours())

    with pytest.raises(ModelError, match=f"makes a difference to the property {prop.name!r} of"):
        symmetry.check_property(prop, *observed)


def test_a_property_of_any_labels_is_accepted() -> None:
    symmetry = Symmetry.of(rumours())
    divided = History(frozenset({A, B}), frozenset({Decision(N1, A), Decision(N2, B)}))

    symmetry.check_property(agreement, divided)
    symmetry.check_property(anybody_shows_the_same, (A, None))
    symmetry.check_property(anybody_shows_the_same, (A, A))
