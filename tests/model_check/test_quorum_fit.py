"""Which theorem is about the quorums that a model has."""

from itertools import combinations, product

from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.quorum import QuorumPair, grid_protocol, row_and_column
from paxiom.model_check import verifying
from paxiom.model_check.quorum_fit import applies_here, applies_to_majorities, best
from paxiom.model_check.verifying import axioms_link
from paxiom.proofs.quorum import THEOREMS
from paxiom.proofs.quorum.counting import N, Named, Statement
from paxiom.spec.logic.structure import Rows, Scope
from paxiom.spec.relational.consensus import Value
from paxiom.spec.relational.paxos import FlexiblePaxos, Node, Phase1, Phase2, Round

FLEXIBLE, GRID = THEOREMS["flexible quorums meet"], THEOREMS["grid: a row meets a column"]


def scope_of(phase1: list[set[int]], phase2: list[set[int]], nodes: int = 3) -> Scope:
    """Make one of these quorums."""

    def rows(quorums: list[set[int]]) -> Rows:
        return frozenset((node, at) for at, each in enumerate(quorums) for node in each)

    sizes = {Node: nodes, Round: 2, Value: 1, Phase1: len(phase1), Phase2: len(phase2)}
    rigid = {"promises": rows(phase1), "votes": rows(phase2)}
    return Scope(FlexiblePaxos().system, sizes, rigid, {"none": {(): 0}})


def test_the_theorem_is_about_thresholds_of_more_than_all_together() -> None:
    """Against the sum, for all sizes that meet, of three nodes."""
    sets = [{0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}]
    for q1, q2 in product(range(1, 4), repeat=2):
        if q1 + q2 > 3:
            scope = scope_of([s for s in sets if len(s) >= q1], [s for s in sets if len(s) >= q2])
            here = applies_here(FLEXIBLE, "quorums meet", scope)
            assert here is not None
            assert here["applies"]
            assert [each["smallest"] for each in here["kinds"]] == [q1, q2]


def test_quorums_that_meet_for_another_reason_leave_the_link_open() -> None:
    """All have node 0: the axiom is true here, and the theorem does not say why."""
    scope = scope_of([{0}], [{0, 1}, {0, 2}])
    link = axioms_link(scope.system, scope, lambda *_: lambda _: None, second=False)
    meet = next(each for each in link["axioms"] if each["name"] == "quorums meet")

    assert not meet["here"]["applies"]
    assert link["verdict"] == verifying.INCOMPLETE


def test_which_theorems_are_about_majorities() -> None:
    supermajorities = Statement(
        "supermajorities meet",
        "Not of majorities: two of three nodes are no more than two thirds.",
        ((3 * Named("A").size > 2 * N, 3 * Named("B").size > 2 * N),),
        ((Named("A") & Named("B")).size >= 1,),
        "this test",
    )

    assert applies_to_majorities(THEOREMS["majorities meet"])
    assert applies_to_majorities(FLEXIBLE)
    assert not applies_to_majorities(supermajorities)
    assert not applies_to_majorities(THEOREMS["Byzantine quorums share an honest node"])


def grid_of(pair: QuorumPair, members: tuple[NodeId, ...]) -> Scope:
    """Make a scope of all quorums of a pair."""
    sets = [set(s) for k in range(len(members) + 1) for s in combinations(range(len(members)), k)]
    first, second = (
        [each for each in sets if system.is_quorum({members[at] for at in each})]
        for system in (pair.first, pair.second)
    )
    return scope_of(first, second, len(members))


def test_the_theorem_on_grids_is_about_grids() -> None:
    members = node_ids(4)
    rows = (members[:2], members[2:])
    crossing = grid_of(row_and_column(rows), members)
    covering = grid_of(grid_protocol(rows), members)

    assert best(FLEXIBLE, "quorums meet", crossing)[0] is GRID
    theorem, here = best(FLEXIBLE, "quorums meet", covering)
    assert theorem is FLEXIBLE
    assert here is not None
    assert here["applies"]  # by their sizes: two, and a column with a node of each: three


def test_the_theorem_on_grids_is_about_nothing_else() -> None:
    """Else it would say no more than that they meet."""
    assert not applies_to_majorities(GRID)
    here = applies_here(GRID, "quorums meet", scope_of([{0}], [{0, 1}, {0, 2}]))
    assert here is not None
    assert not here["applies"]
