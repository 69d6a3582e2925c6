"""From a state's number to a trace, replayed through the real handlers."""

from collections import Counter
from collections.abc import Callable

from paxiom.model_check.budgets import Budgets
from paxiom.model_check.engine.search import Finding, Search
from paxiom.model_check.engine.tables import Tables
from paxiom.model_check.environment import Local
from paxiom.model_check.model import Delivery
from paxiom.model_check.symmetry import rename_world
from paxiom.model_check.traces.trace import Trace, replay
from paxiom.model_check.world import Flight, Transition, World, violated_by_step


def trace_of(search: Search, finding: Finding) -> Trace:
    """Replay a shortest way to a violation.

    Under symmetry the search knows only a representative of each state on the way; the replay
    takes a step to any member of its orbit.
    """
    path = search.store.path(finding.state)
    goals = [_reaches(search, state) for state in path[1:]]
    if finding.item:
        goals.append(_violates(search, finding.rank))
    return replay(search.model, goals)


def _reaches(search: Search, state: int) -> Callable[[World, Transition], bool]:
    goal = decoded(search.tables, search.store.ids(state).tolist())
    symmetry = search.tables.symmetry
    if symmetry is None:
        return lambda _, step: step.world == goal
    model, elements = search.model, range(symmetry.order)
    orbit = {rename_world(model, symmetry, goal, element) for element in elements}
    return lambda _, step: step.world in orbit


def _violates(search: Search, rank: int) -> Callable[[World, Transition], bool]:
    if rank < 0:
        return lambda _, step: step.outcome.error is not None
    prop = search.model.properties[rank]
    return lambda world, step: prop in violated_by_step(search.model, world, step)


def decoded(tables: Tables, ids: list[int]) -> World:
    """Whole state that component indices stand for."""
    c, slots = tables.c, tables.slots
    components = [index * slots + slot for slot, index in enumerate(ids)]
    inboxes = [
        [int(each) for each in c.pool[c.box_at[c.box[g]] : c.box_at[c.box[g] + 1]]]
        for g in components[:-2]
    ]
    return composed(tables, [int(c.local[g]) for g in components], inboxes)


def composed(tables: Tables, numbers: list[int], inboxes: list[list[int]]) -> World:
    """Whole state of these local states, one for each slot, and these messages to each node."""
    *nodes, history, budgets = [tables.locals[number][1] for number in numbers]
    assert isinstance(budgets, Budgets)
    locals_ = tuple(each for each in nodes if isinstance(each, Local))
    return World(locals_, _flight(tables, inboxes), history, budgets)


def _flight(tables: Tables, inboxes: list[list[int]]) -> Flight:
    envelopes = [tables.envelopes[each] for inbox in inboxes for each in inbox]
    if tables.model.network.delivery is not Delivery.FIFO:
        return frozenset(Counter(envelopes).items())
    pairs = dict.fromkeys((each.source, each.to) for each in envelopes)
    return frozenset(
        (pair, tuple(each.message for each in envelopes if (each.source, each.to) == pair))
        for pair in pairs
    )
