"""Which theorem is about the quorums that a model has: whose hypotheses all of them satisfy."""

from itertools import combinations, product
from typing import Final

from paxiom.impl.names import node_ids
from paxiom.impl.quorum import majority
from paxiom.model_check.codec import Json
from paxiom.model_check.instance import sets_of
from paxiom.proofs.quorum import THEOREMS
from paxiom.proofs.quorum.counting import Instance, Statement
from paxiom.spec.logic.formulas import ForAll
from paxiom.spec.logic.structure import Scope

MAJORITIES_UP_TO: Final = 7  # nodes, of clusters whose majorities are gone through
PAIR: Final = ("A", "B")  # what theorems call a quorum of each kind
LINES: Final = {"Row": 0, "Column": 1}  # what they call a line within it
ALSO: Final = ("grid: a row meets a column",)  # if sizes alone do not do

Sets = tuple[frozenset[int], ...]
Fit = dict[str, Json]


def best(theorem: Statement, axiom: str, scope: Scope) -> tuple[Statement, Fit | None]:
    """Give a theorem with the same goal that is about the quorums of ``scope``, if there is one."""
    for each in (theorem, *(THEOREMS[name] for name in ALSO)):
        here = applies_here(each, axiom, scope)
        if here and here["applies"] and each.goals == theorem.goals:
            return each, here
    return theorem, applies_here(theorem, axiom, scope)


def applies_here(theorem: Statement, axiom: str, scope: Scope) -> Fit | None:
    """Say whether a theorem is about the quorums of a scope; None if that is not known.

    The theorem's A and B are quorums of the kinds that the axiom names, its numbers the sizes of
    the smallest of each kind; its lines, the rows and the columns of a grid.
    """
    formula, sets = scope.system.axioms[axiom], sets_of(scope.system)
    if not (isinstance(formula, ForAll) and all(type(v) in sets for v in formula.variables)):
        return None
    members = [sets[type(each)] for each in formula.variables]
    kinds = [_sets(scope, each.name, scope.sizes[each.sorts[1]]) for each in members]
    if not _fits(theorem, kinds):
        return None
    nodes = scope.sizes[members[0].sorts[0]]
    return {
        "nodes": nodes,
        "kinds": [
            {"name": each.sorts[1].__name__, "quorums": len(kind), "smallest": min(map(len, kind))}
            for each, kind in zip(members, kinds, strict=True)
        ],
        "applies": _applies(theorem, nodes, kinds),
    }


def applies_to_majorities(theorem: Statement) -> bool:
    """Say whether a theorem is about any two majorities of up to some nodes, gone through."""
    for n in range(1, MAJORITIES_UP_TO + 1):
        size = majority(node_ids(n)).size
        kind = tuple(frozenset(each) for each in combinations(range(1, n + 1), size))
        if not (_fits(theorem, [kind, kind]) and _applies(theorem, n, [kind, kind])):
            return False
    return True


def _sets(scope: Scope, member: str, count: int) -> Sets:
    rows = scope.rigid[member]
    return tuple(frozenset(node + 1 for node, at in rows if at == q) for q in range(count))


def _fits(theorem: Statement, kinds: list[Sets]) -> bool:
    """Say whether it is about two sets, perhaps with lines, and a number for each if for any."""
    about = theorem.sets in (PAIR, (*PAIR, *sorted(LINES)))
    return about and len(kinds) == len(PAIR) and len(theorem.numbers) in (0, len(kinds))


def _applies(theorem: Statement, n: int, kinds: list[Sets]) -> bool:
    """Go through all choices of a quorum of each kind."""
    numbers = dict(zip(theorem.numbers, (min(map(len, kind)) for kind in kinds), strict=False))
    grid = [_lines(n, kind) for kind in kinds] if theorem.sets != PAIR else None
    if grid and not all(grid):
        return False
    for chosen in product(*kinds):
        sets = dict(zip(PAIR, chosen, strict=True))
        if grid:
            for line, place in LINES.items():
                sets[line] = next(each for each in grid[place] if each <= chosen[place])
        if not Instance(n, sets, numbers).satisfies(theorem.given):
            return False
    return True


def _lines(n: int, kind: Sets) -> Sets:
    """Give the quorums that contain no other, if they are the rows or the columns of a grid."""
    least = tuple(each for each in kind if not any(other < each for other in kind))
    return least if sum(map(len, least)) == n == len(frozenset().union(*least)) else ()
