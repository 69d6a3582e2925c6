"""Random formulas in random finite structures, and what they mean, said a second time.

``truth`` follows the definition of each connective over whole structures and compiles nothing: the
judge of all that reads, rewrites, prints or lowers formulas. Variables are bound again within
their own scope, and different ones have the same name, as often as chance has it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, TypeVar

from hypothesis import Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from paxiom.spec.logic.formulas import (
    LE,
    And,
    Equal,
    Exists,
    ForAll,
    Formula,
    Function,
    Holds,
    Iff,
    Implies,
    Not,
    Or,
    Ordered,
    Relation,
    Rigid,
    Sort,
    Symbol,
    Terms,
    Update,
    order_of,
)
from paxiom.spec.logic.structure import Row, Rows, Scope, State
from paxiom.spec.logic.system import System, total_order


class Red(Sort):
    """A thing."""


class Blue(Sort):
    """Another thing."""


class Rank(Ordered):
    """A thing that is ordered."""


SORTS: tuple[type[Sort], ...] = (Red, Blue, Rank)
NAMES = ("x", "y", "z")
Values = Mapping[int, int]  # of variables, by identity


@dataclass(frozen=True, eq=False)
class Case:
    """A formula about ``parameters``, which stand for ``values``, in a state of a scope."""

    scope: Scope
    state: State
    parameters: Terms
    values: Row
    formula: Formula

    def evaluated(self) -> bool:
        """Ask the evaluator."""
        holds = self.scope.compiled(self.formula, self.parameters)
        return bool(holds(self.state, *self.values))

    def judged(self) -> bool:
        """Ask the definition."""
        numbers = dict(zip(map(id, self.parameters), self.values, strict=True))
        return truth(self.formula, self.scope, self.state, numbers)

    def judged_everywhere(self) -> list[Row]:
        """Ask the definition what the parameters may stand for."""
        every = self.scope.elements(self.parameters)
        return [row for row in every if replace(self, values=row).judged()]


# --- the definition ----------------------------------------------------------------------------


def truth(formula: Formula, scope: Scope, state: State, values: Values) -> bool:
    """Say whether ``formula`` is true."""

    def holds(part: Formula) -> bool:
        return truth(part, scope, state, values)

    match formula:
        case Holds(symbol, terms):
            row = tuple(value(each, scope, values) for each in terms)
            return row in holding(symbol.name, scope, state)
        case Equal(one, other):
            return value(one, scope, values) == value(other, scope, values)
        case Not(body):
            return not holds(body)
        case And(parts):
            return all(map(holds, parts))
        case Or(parts):
            return any(map(holds, parts))
        case Implies(one, other):
            return holds(other) or not holds(one)
        case Iff(one, other):
            return holds(one) is holds(other)
        case ForAll(variables, body) | Exists(variables, body):
            answers = {
                truth(
                    body,
                    scope,
                    state,
                    {**values, **dict(zip(map(id, variables), row, strict=True))},
                )
                for row in scope.elements(variables)
            }
            return False not in answers if isinstance(formula, ForAll) else True in answers
    raise AssertionError(formula)


def value(term: Sort, scope: Scope, values: Values) -> int:
    """Give the element that a term is."""
    if term.arguments is None:
        return values[id(term)]
    return scope.functions[term.name][tuple(value(each, scope, values) for each in term.arguments)]


def holding(name: str, scope: Scope, state: State) -> Rows:
    """Say of what a relation holds."""
    if name.endswith(LE):
        size = scope.sizes[Rank]
        return frozenset((one, other) for other in range(size) for one in range(other + 1))
    rows = dict(zip(scope.system.relations, state, strict=True))
    return rows[name] if name in rows else scope.rigid[name]


# --- drawing -----------------------------------------------------------------------------------


@st.composite
def systems(draw: st.DrawFn) -> System:
    """Draw symbols: relations, rigid ones, functions; Rank has its order."""

    def some(least: int, most: int) -> tuple[type[Sort], ...]:
        return tuple(draw(st.lists(st.sampled_from(SORTS), min_size=least, max_size=most)))

    relations: dict[str, Relation[Any]] = {
        name: Relation(name, some(0, 3)) for name in ("p", "q", "s")[: draw(st.integers(1, 3))]
    }
    rigid: dict[str, Rigid[Any]] = {name: Rigid(name, some(0, 2)) for name in ("m", "n")}
    functions: dict[str, Function[Any]] = {
        name: Function(name, some(0, 2), draw(st.sampled_from(SORTS))) for name in ("f", "g")
    }
    nothing = {
        name: Update(name, tuple(sort("v") for sort in each.sorts), Or(()))
        for name, each in relations.items()
    }
    return System(
        name="Random",
        doc="",
        sorts=SORTS,
        relations=relations,
        rigid={each.name: each for each in (*rigid.values(), order_of(Rank))},
        functions=functions,
        axioms={"Rank is ordered": total_order(Rank)},
        initial=nothing,
        actions={},
        safety={},
        invariants={},
    )


@st.composite
def scopes(draw: st.DrawFn, most: int = 3) -> Scope:
    """Draw symbols, and what is rigid of them in a finite size."""
    system = draw(systems())
    sizes = {sort: draw(st.sampled_from((2, 1, most))) for sort in SORTS}
    rigid = {
        name: draw(some_rows(each.sorts, sizes))
        for name, each in system.rigid.items()
        if not name.endswith(LE)
    }
    functions = {
        name: {row: draw(st.integers(0, sizes[each.result] - 1)) for row in rows(each.sorts, sizes)}
        for name, each in system.functions.items()
    }
    return Scope(system, sizes, rigid, functions)


def rows(sorts: tuple[type[Sort], ...], sizes: Mapping[type[Sort], int]) -> list[Row]:
    """List all that terms of these sorts may be."""
    return list(product(*(range(sizes[sort]) for sort in sorts)))


def some_rows(
    sorts: tuple[type[Sort], ...], sizes: Mapping[type[Sort], int]
) -> st.SearchStrategy[Rows]:
    """Draw where a relation holds: anywhere, all alike."""
    every = rows(sorts, sizes)
    chosen = st.integers(0, 2 ** len(every) - 1)
    return chosen.map(lambda bits: frozenset(r for at, r in enumerate(every) if bits >> at & 1))


def states(scope: Scope) -> st.SearchStrategy[State]:
    """Draw a state."""
    each = scope.system.relations.values()
    return st.tuples(*(some_rows(one.sorts, scope.sizes) for one in each))


@st.composite
def cases(draw: st.DrawFn, most: int = 3, depth: int = 3) -> Case:
    """Draw a formula and where to ask it."""
    scope = draw(scopes(most))
    parameters = tuple(sort(name) for sort, name in zip(SORTS, NAMES, strict=True))
    return Case(
        scope,
        draw(states(scope)),
        parameters,
        draw(st.sampled_from(rows(SORTS, scope.sizes))),
        draw(formulas(scope.system, parameters, depth)),
    )


@st.composite
def namesakes(draw: st.DrawFn) -> Case:
    """Draw a case in which a quantifier inside another binds a variable of the same name."""
    case = draw(cases(depth=0))
    sort = draw(st.sampled_from(SORTS))
    outer, inner = sort("x"), sort("x")
    body = draw(formulas(case.scope.system, (*case.parameters, outer, inner), 1))
    one, other = draw(st.permutations((ForAll, Exists)))
    return replace(case, formula=one((outer,), other((inner,), body)))


@st.composite
def updates(draw: st.DrawFn, case: Case) -> dict[str, Update]:
    """Draw what becomes of some relations, in terms of the parameters too."""
    made: dict[str, Update] = {}
    for name, each in case.scope.system.relations.items():
        if draw(st.booleans()):
            own = tuple(sort(draw(st.sampled_from(NAMES))) for sort in each.sorts)
            body = formulas(case.scope.system, (*case.parameters, *own), 2)
            made[name] = Update(name, own, draw(body))
    return made


@st.composite
def formulas(draw: st.DrawFn, system: System, known: Terms, depth: int) -> Formula:
    """Draw a formula about variables that are ``known``, one of each sort at least."""

    def part(more: Terms = ()) -> Formula:
        return draw(formulas(system, (*known, *more), depth - 1))

    kind = draw(st.sampled_from(KINDS if depth else LEAVES))
    if kind is Holds:
        symbols: list[Symbol] = [*system.relations.values(), *system.rigid.values()]
        symbol = draw(st.sampled_from(symbols))
        return Holds(symbol, tuple(draw(terms(system, known, sort, 1)) for sort in symbol.sorts))
    if kind is Equal:
        sort = draw(st.sampled_from(SORTS))
        return Equal(draw(terms(system, known, sort, 2)), draw(terms(system, known, sort, 2)))
    if kind is Not:
        return Not(part())
    if kind is And or kind is Or:
        return kind(tuple(part() for _ in range(draw(st.integers(0, 3)))))
    if kind is Implies or kind is Iff:
        return kind(part(), part())
    fresh = st.builds(lambda sort, name: sort(name), st.sampled_from(SORTS), st.sampled_from(NAMES))
    again = st.sampled_from(known)
    own = tuple(draw(st.lists(st.one_of(fresh, again), min_size=1, max_size=2, unique_by=id)))
    return Exists(own, part(own)) if kind is Exists else ForAll(own, part(own))


LEAVES = (Holds, Equal)
KINDS = (Holds, Not, And, Or, Implies, Iff, ForAll, Exists, ForAll, Exists)


@st.composite
def terms(draw: st.DrawFn, system: System, known: Terms, sort: type[Sort], depth: int) -> Sort:
    """Draw a term of a sort."""
    applied = [each for each in system.functions.values() if each.result is sort]
    apply = draw(st.booleans())
    if depth and applied and apply:
        function = draw(st.sampled_from(applied))
        inner = tuple(draw(terms(system, known, each, depth - 1)) for each in function.sorts)
        return sort(function.name, inner)
    return draw(st.sampled_from([each for each in known if type(each) is sort]))


# --- mutants -----------------------------------------------------------------------------------

Drawn = TypeVar("Drawn")


def falls(drawing: st.SearchStrategy[Drawn], holds: Callable[[Drawn], bool]) -> bool:
    """Say whether random drawing finds that something does not hold, as of a mutant it must."""
    without_shrinking = settings(
        max_examples=3_000, phases=[Phase.generate], database=None, derandomize=True, deadline=None
    )
    try:
        find(drawing, lambda drawn: not holds(drawn), settings=without_shrinking)
    except NoSuchExample:
        return False
    return True
