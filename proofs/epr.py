"""Is an obligation effectively propositional (EPR)? Then it is decidable, countermodels finite.

What is asked is whether the given formulas and the negated goal can all be true. Where these say
"for all a: A there is a b: B", and where a function leads from A to B, an edge leads from A to B:
an element of A may call for one of B. Without a cycle, finitely many elements suffice.

An existential variable depends only on the universal ones that occur free in its formula, for
those alone are arguments of its Skolem function. So it pays to quantify as far inside as possible.

Source: Padon, Losa, Sagiv, Shoham, "Paxos Made EPR", OOPSLA 2017, section 3.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import networkx as nx

from paxiom.proofs.obligations import Obligation
from paxiom.spec.logic.formulas import Exists, ForAll, Formula, Iff, Implies, Not, Sort
from paxiom.spec.logic.rewriting import parts_of, unbound
from paxiom.spec.logic.system import System


@dataclass(frozen=True)
class Edge:
    """An element of one sort may call for one of another."""

    source: str
    target: str
    because: str

    def __str__(self) -> str:
        """Show it with its reason."""
        return f"{self.source} → {self.target} ({self.because})"


Dependence = Mapping[Sort, frozenset[type[Sort]]]  # variable -> sorts of universal variables


def alternations(system: System, obligation: Obligation) -> "nx.DiGraph[str]":
    """Draw which sort calls for which."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sort.__name__ for sort in system.sorts)
    for function in system.functions.values():
        for sort in function.sorts:
            _add(graph, Edge(sort.__name__, function.result.__name__, f"function {function.name}"))
    constants: Dependence = dict.fromkeys(obligation.parameters, frozenset())
    for source, formula in zip(obligation.sources, obligation.given, strict=True):
        _walk(graph, formula, constants, positive=True, because=source)
    _walk(graph, obligation.goal, constants, positive=False, because="the negated goal")
    return graph


def cycle(system: System, obligation: Obligation) -> tuple[Edge, ...]:
    """Give a shortest cycle; of an obligation in EPR there is none."""
    graph = alternations(system, obligation)
    found = [
        nx.shortest_path(graph, target, source)
        for source, target in graph.edges
        if nx.has_path(graph, target, source)
    ]
    if not found:
        return ()
    path = min(found, key=len)
    around = zip(path, (*path[1:], path[0]), strict=True)
    return tuple(Edge(a, b, graph.edges[a, b]["because"]) for a, b in around)


def _add(graph: "nx.DiGraph[str]", edge: Edge) -> None:
    if not graph.has_edge(edge.source, edge.target):  # the first reason will do
        graph.add_edge(edge.source, edge.target, because=edge.because)


def _walk(
    graph: "nx.DiGraph[str]",
    formula: Formula,
    known: Dependence,
    *,
    positive: bool,
    because: str,
) -> None:
    """Add the edges of a formula that is asserted, or denied."""

    def below(part: Formula, *, same: bool = True, scope: Dependence = known) -> None:
        _walk(graph, part, scope, positive=positive is same, because=because)

    match formula:
        case Not(body):
            below(body, same=False)
        case Implies(one, other):
            below(one, same=False)
            below(other)
        case Iff(one, other):
            for part in (one, other):
                below(part)
                below(part, same=False)
        case ForAll(variables, body) | Exists(variables, body):
            if isinstance(formula, ForAll) is positive:
                below(body, scope={**known, **{v: frozenset([type(v)]) for v in variables}})
                return
            needs = frozenset[type[Sort]]().union(*(known[v] for v in unbound(formula)))
            for one_sort in sorted(needs, key=lambda sort: sort.__name__):
                for each in variables:
                    _add(graph, Edge(one_sort.__name__, type(each).__name__, because))
            below(body, scope={**known, **dict.fromkeys(variables, needs)})
        case _:
            for part in parts_of(formula):
                below(part)
