"""Formulas read and rewritten: what they mention, and one put in place of another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from paxiom.spec.logic.formulas import (
    LE,
    And,
    Equal,
    Exists,
    ForAll,
    Formula,
    Holds,
    Iff,
    Implies,
    LogicError,
    Not,
    Or,
    Sort,
    Symbol,
    Terms,
    Update,
    order_of,
)


def parts_of(formula: Formula) -> tuple[Formula, ...]:
    """Give the formulas that ``formula`` is built of, in their order."""
    match formula:
        case And(parts) | Or(parts):
            return parts
        case Not(body) | ForAll(_, body) | Exists(_, body):
            return (body,)
        case Implies(one, other) | Iff(one, other):
            return (one, other)
        case _:
            return ()


def walk(formula: Formula) -> Iterator[Formula]:
    """Yield ``formula`` and all that it is built of."""
    yield formula
    for part in parts_of(formula):
        yield from walk(part)


def unbound(formula: Formula, bound: Terms = ()) -> Terms:
    """Give the variables that nothing in ``formula`` binds, but for those of ``bound``."""
    known = {id(each) for each in bound}
    match formula:
        case Holds(_, terms):
            return tuple(v for term in terms for v in _variables_in(term) if id(v) not in known)
        case Equal(one, other):
            pair = (*_variables_in(one), *_variables_in(other))
            return tuple(v for v in pair if id(v) not in known)
        case ForAll(variables, body) | Exists(variables, body):
            return unbound(body, (*bound, *variables))
        case _:
            return tuple(v for part in parts_of(formula) for v in unbound(part, bound))


def mentioned(formula: Formula) -> Iterator[type[Sort] | str]:
    """Yield the sorts that ``formula`` quantifies over, and the names of its symbols."""
    for part in walk(formula):
        match part:
            case Holds(symbol, terms):
                yield symbol.name
                yield from _functions_in(terms)
            case Equal(one, other):
                yield from _functions_in((one, other))
            case ForAll(variables) | Exists(variables):
                yield from map(type, variables)
            case _:
                pass


def _functions_in(terms: Terms) -> Iterator[str]:
    for term in terms:
        if term.arguments is not None:
            yield term.name
            yield from _functions_in(term.arguments)


def _variables_in(term: Sort) -> Terms:
    if term.arguments is None:
        return (term,)
    return tuple(v for each in term.arguments for v in _variables_in(each))


def rewritten(
    formula: Formula,
    *,
    terms: Mapping[Sort, Sort] | None = None,
    updates: Mapping[str, Update] | None = None,
    sorts: Mapping[type[Sort], type[Sort]] | None = None,
    names: Mapping[str, str] | None = None,
) -> Formula:
    """Put terms for variables, updates for relations, sorts for sorts, names for relations' names.

    With the ``updates`` of an action, the result says of the state before what ``formula`` says of
    the state after. Bound variables are made anew, so that none is captured.
    """
    return _Rewriting(terms or {}, updates or {}, sorts or {}, names or {}).formula(formula)


@dataclass(frozen=True, eq=False)
class _Rewriting:
    terms: Mapping[Sort, Sort]
    updates: Mapping[str, Update]
    sorts: Mapping[type[Sort], type[Sort]]
    names: Mapping[str, str]

    def sort(self, sort: type[Sort]) -> type[Sort]:
        return self.sorts.get(sort, sort)

    def term(self, term: Sort) -> Sort:
        if term.arguments is None:
            return self.terms.get(term, term)
        return self.sort(type(term))(term.name, tuple(map(self.term, term.arguments)))

    def formula(self, formula: Formula) -> Formula:
        match formula:
            case Holds(symbol, terms):
                return self.atom(symbol, tuple(map(self.term, terms)))
            case Equal(one, other):
                return Equal(self.term(one), self.term(other))
            case ForAll(variables, body) | Exists(variables, body):
                fresh = tuple(self.sort(type(each))(each.name) for each in variables)
                below = dict(zip(variables, fresh, strict=True))
                inner = replace(self, terms={**self.terms, **below})
                return type(formula)(fresh, inner.formula(body))
            case And(parts) | Or(parts):
                return type(formula)(tuple(map(self.formula, parts)))
            case Not(body):
                return Not(self.formula(body))
            case Implies(one, other) | Iff(one, other):
                return type(formula)(self.formula(one), self.formula(other))
            case _:
                msg = f"no formula of the language: {formula!r}"
                raise LogicError(msg)

    def atom(self, symbol: Symbol, terms: Terms) -> Formula:
        if update := self.updates.get(symbol.name):
            at = dict(zip(update.variables, terms, strict=True))
            return replace(self, terms=at, updates={}).formula(update.body)
        if symbol.name.endswith(LE):
            return Holds(order_of(type(terms[0])), terms)
        name = self.names.get(symbol.name, symbol.name)
        return Holds(type(symbol)(name, tuple(map(self.sort, symbol.sorts))), terms)
