"""What tests of symmetry share: brute force over whole states, and all that the engine asks."""

from paxiom.impl.names import NodeId
from paxiom.model_check.environment import Local, local_events, outcomes
from paxiom.model_check.model import Model
from paxiom.model_check.symmetry import Symmetry, rename_world
from paxiom.model_check.world import (
    World,
    arrivals,
    initial_world,
    recorded,
    shown,
    successors,
)
from paxiom.spec.property import Kind, Subject


def element(symmetry: Symmetry, what: str) -> int:
    """Find an element by what it does."""
    found = [e for e in range(symmetry.order) if symmetry.describe(e) == f"renaming {what}"]
    assert len(found) == 1
    return found[0]


def reachable_worlds(model: Model) -> set[World]:
    """Every state, without the engine."""
    start = initial_world(model)
    seen, frontier = {start}, [start]
    while frontier:
        found = {each.world for world in frontier for each in successors(model, world)}
        frontier = [world for world in found if world is not None and world not in seen]
        seen.update(frontier)
    return seen


def canonical_orbit_count(model: Model, worlds: set[World]) -> int:
    """Classes of ``worlds`` under every renaming, counted by picking them off one by one."""
    symmetry = Symmetry.of(model)
    left, count = set(worlds), 0
    while left:
        world = left.pop()
        orbit = {rename_world(model, symmetry, world, e) for e in range(symmetry.order)}
        assert orbit <= worlds, "a renamed reachable state must be reachable"
        left -= orbit
        count += 1
    return count


def orbit_count_by_burnside(model: Model, worlds: set[World]) -> int:
    """As many orbits as states that an element leaves alone, on average over the elements."""
    symmetry = Symmetry.of(model)
    elements = range(symmetry.order)
    fixed = sum(rename_world(model, symmetry, w, e) == w for w in worlds for e in elements)
    assert fixed % symmetry.order == 0
    return fixed // symmetry.order


def hold_to_symmetry(model: Model) -> tuple[set[World], set[str]]:
    """Visit every state and ask all that the engine asks; return the states and actions seen."""
    symmetry, worlds = Symmetry.of(model), reachable_worlds(model)
    actions: set[str] = set()
    asked: set[tuple[NodeId, Local, object]] = set()
    for world in worlds:
        for node, local in zip(model.nodes, world.locals, strict=True):
            symmetry.check_local(model, local)
            for event in (*local_events(model, local), *arrivals(model, world.flight, node)):
                results = tuple(outcomes(model, node, local, event))
                if (node, local, event) not in asked:
                    asked.add((node, local, event))
                    symmetry.check_handler(model, node, local, event, results)
                actions.update(each.action for each in results)
                for each in results:
                    symmetry.check_record(model, world.history, each.seen)
                    after = recorded(model, world.history, each.seen)
                    for prop in model.properties:
                        if prop.kind is Kind.STEP and prop.subject is Subject.HISTORY:
                            symmetry.check_property(prop, world.history, after)
        nodes = tuple(shown(model, local) for local in world.locals)
        for prop in model.properties:
            if prop.kind is not Kind.STEP:
                for group in prop.subject.groups(len(nodes)):
                    seen = tuple(nodes[position] for position in group)
                    for question in prop.subject.questions(seen, world.history):
                        symmetry.check_property(prop, *question)
    return worlds, actions
