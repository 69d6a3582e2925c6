"""Sorts, relations, functions and formulas.

A sort is a class, and its instances are the terms of that sort, so that a type checker finds a
node where a round was meant. Formulas are values: ``&``, ``|``, ``~``, ``==``, ``implies``,
``iff``, ``forall`` and ``exists`` build them; ``and``, ``or``, ``not``, ``if`` and chained
comparisons are refused. (No operator stands for implication: ``>>`` binds tighter than ``&``.)
"""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any, Generic, NoReturn, Self, TypeVar, TypeVarTuple, overload

Ts = TypeVarTuple("Ts")
R = TypeVar("R", bound="Sort")


class LogicError(TypeError):
    """A formula or a spec that is not well formed; the message says where and what to write."""


# --- terms -------------------------------------------------------------------------------------


class Sort:
    """A term. Subclasses are sorts: ``class Node(Sort)``, with a docstring that says what they are.

    A term without arguments, not even none, is a variable: itself, not its name, says which.
    """

    __slots__ = ("arguments", "name")
    __hash__ = object.__hash__

    def __init__(self, name: str, arguments: "Terms | None" = None) -> None:
        """Name a variable, or apply the function of this name."""
        self.name = name
        self.arguments = arguments

    def __eq__(self, other: object) -> "Formula":  # type: ignore[override]
        """Say that two terms are the same element."""
        return Equal(self, _term(other, type(self)))

    def __ne__(self, other: object) -> "Formula":  # type: ignore[override]
        """Say that two terms are different elements."""
        return ~(self == other)

    def __repr__(self) -> str:
        """Show it as it was written."""
        return (
            f"{self.name}({', '.join(map(repr, self.arguments))})" if self.arguments else self.name
        )


Terms = tuple[Sort, ...]


class Ordered(Sort):
    """A term of a sort with a total order, whose axioms every spec with this sort has."""

    __slots__ = ()

    def __le__(self, other: Self) -> "Formula":
        """Say that this one is at most the other."""
        return Holds(order_of(type(self)), (self, _term(other, type(self))))

    def __lt__(self, other: Self) -> "Formula":
        """Say that this one is less: not at least."""
        return ~(other <= self)

    def __ge__(self, other: Self) -> "Formula":
        """Say that this one is at least the other."""
        return other <= self

    def __gt__(self, other: Self) -> "Formula":
        """Say that this one is greater: not at most."""
        return ~(self <= other)


def _term(value: object, sort: type[Sort]) -> Sort:
    if type(value) is not sort:
        msg = f"{value!r} is no term of sort {sort.__name__}"
        raise LogicError(msg)
    return value


# --- symbols -----------------------------------------------------------------------------------


class Symbol:
    """A relation by name and sorts."""

    def __init__(self, name: str, sorts: tuple[type[Sort], ...]) -> None:
        """Declare it; in a spec, an annotation does: ``vote: Relation[Node, Round]``."""
        self.name = name
        self.sorts = sorts


class Rigid(Symbol, Generic[*Ts]):
    """A relation that no action changes, such as membership of a node in a quorum."""

    def __call__(self, *terms: *Ts) -> "Formula":
        """Say that it holds of these terms."""
        return Holds(self, _terms(self.name, self.sorts, terms))


class Relation(Symbol, Generic[*Ts]):
    """A relation that is part of the state; empty at first unless the spec's ``initial`` says."""

    def __call__(self, *terms: *Ts) -> "Formula":
        """Say that it holds of these terms."""
        return Holds(self, _terms(self.name, self.sorts, terms))

    def becomes(self, body: "Callable[[*Ts], Formula]") -> "Update":
        """Hold from now on exactly where ``body``, asked of the state before, does."""
        variables = _variables(body, self.sorts)
        return Update(self.name, variables, _formula(body(*variables)))  # type: ignore[arg-type]

    def add(self, *terms: *Ts) -> "Update":
        """Hold of these terms as well."""
        variables, same = self._at(terms)
        return Update(self.name, variables, Holds(self, variables) | same)

    def add_where(self, body: "Callable[[*Ts], Formula]") -> "Update":
        """Hold also wherever ``body`` does."""
        added = self.becomes(body)
        return Update(self.name, added.variables, Holds(self, added.variables) | added.body)

    def remove(self, *terms: *Ts) -> "Update":
        """Hold of these terms no longer."""
        variables, same = self._at(terms)
        return Update(self.name, variables, Holds(self, variables) & ~same)

    def _at(self, terms: tuple[object, ...]) -> "tuple[Terms, Formula]":
        """Make variables, told from the terms by a prime, and say that they are the terms."""
        at = _terms(self.name, self.sorts, terms)
        variables = tuple(type(each)(f"{each.name}'") for each in at)
        return variables, conjunction(*map(Equal, variables, at))


class Function(Generic[*Ts, R]):
    """A function that no action changes: ``primary: Function[View, Node]``."""

    def __init__(self, name: str, sorts: tuple[type[Sort], ...], result: type[R]) -> None:
        """Declare it; in a spec, an annotation does."""
        self.name = name
        self.sorts = sorts
        self.result = result

    def __call__(self, *terms: *Ts) -> R:
        """Apply it."""
        return self.result(self.name, _terms(self.name, self.sorts, terms))


@dataclass(frozen=True, eq=False)
class Update:
    """What a relation is after an action: it holds of ``variables`` where ``body`` did before."""

    relation: str
    variables: Terms
    body: "Formula"


LE = ".le"  # ends the name of a sort's order


def order_of(sort: type[Sort]) -> Rigid[Sort, Sort]:
    """Give the relation "at most" of an ordered sort."""
    return Rigid(sort.__name__ + LE, (sort, sort))


def _terms(name: str, sorts: tuple[type[Sort], ...], terms: tuple[object, ...]) -> Terms:
    if len(terms) != len(sorts):
        msg = f"{name} takes {len(sorts)} terms, not {len(terms)}"
        raise LogicError(msg)
    return tuple(_term(term, sort) for term, sort in zip(terms, sorts, strict=True))


# --- formulas ----------------------------------------------------------------------------------


class Formula:
    """A statement about a structure."""

    __slots__ = ()

    def __and__(self, other: "Formula") -> "Formula":
        """Both."""
        return conjunction(self, other)

    def __or__(self, other: "Formula") -> "Formula":
        """At least one."""
        return disjunction(self, other)

    def __invert__(self) -> "Formula":
        """Not."""
        return self.body if isinstance(self, Not) else Not(self)

    def __eq__(self, other: object) -> NoReturn:
        """Refuse: meant is ``iff``, or the same object."""
        msg = "formulas are compared by iff(a, b), or by 'is'"
        raise LogicError(msg)

    __hash__ = object.__hash__

    def __bool__(self) -> NoReturn:
        """Refuse: a formula is neither true nor false until a structure is given."""
        msg = (
            "a formula has no truth value of its own: write a & b, a | b, ~a, implies(a, b), not "
            "and, or, not, if, and (a < b) & (b < c) instead of a < b < c"
        )
        raise LogicError(msg)


@dataclass(frozen=True, eq=False, slots=True)
class Holds(Formula):
    """A relation holds of terms."""

    symbol: Symbol
    terms: Terms


@dataclass(frozen=True, eq=False, slots=True)
class Equal(Formula):
    """Two terms are the same element."""

    one: Sort
    other: Sort


@dataclass(frozen=True, eq=False, slots=True)
class Not(Formula):
    """It does not hold."""

    body: Formula


@dataclass(frozen=True, eq=False, slots=True)
class And(Formula):
    """All hold; of none, true."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Or(Formula):
    """At least one holds; of none, false."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Implies(Formula):
    """If the one, then the other."""

    one: Formula
    other: Formula


@dataclass(frozen=True, eq=False, slots=True)
class Iff(Formula):
    """Both or neither."""

    one: Formula
    other: Formula


@dataclass(frozen=True, eq=False, slots=True)
class ForAll(Formula):
    """For all elements, ``body``."""

    variables: Terms
    body: Formula


@dataclass(frozen=True, eq=False, slots=True)
class Exists(Formula):
    """For some elements, ``body``."""

    variables: Terms
    body: Formula


def conjunction(*parts: Formula) -> Formula:
    """Say that all hold."""
    flat = [each for part in parts for each in (part.parts if isinstance(part, And) else (part,))]
    return flat[0] if len(flat) == 1 else And(tuple(map(_formula, flat)))


def disjunction(*parts: Formula) -> Formula:
    """Say that at least one holds."""
    flat = [each for part in parts for each in (part.parts if isinstance(part, Or) else (part,))]
    return flat[0] if len(flat) == 1 else Or(tuple(map(_formula, flat)))


def implies(one: Formula, other: Formula) -> Formula:
    """If the one, then the other."""
    return Implies(_formula(one), _formula(other))


def iff(one: Formula, other: Formula) -> Formula:
    """Both or neither."""
    return Iff(_formula(one), _formula(other))


def either(condition: Formula, one: Formula, other: Formula) -> Formula:
    """Say ``one`` where ``condition`` holds, ``other`` elsewhere."""
    return (condition & one) | (~condition & other)


S1 = TypeVar("S1", bound=Sort)
S2 = TypeVar("S2", bound=Sort)
S3 = TypeVar("S3", bound=Sort)
S4 = TypeVar("S4", bound=Sort)


@overload
def forall(a: type[S1], body: Callable[[S1], Formula], /) -> Formula: ...
@overload
def forall(a: type[S1], b: type[S2], body: Callable[[S1, S2], Formula], /) -> Formula: ...
@overload
def forall(
    a: type[S1], b: type[S2], c: type[S3], body: Callable[[S1, S2, S3], Formula], /
) -> Formula: ...
@overload
def forall(
    a: type[S1], b: type[S2], c: type[S3], d: type[S4], body: Callable[[S1, S2, S3, S4], Formula], /
) -> Formula: ...
def forall(*sorts_and_body: Any) -> Formula:
    """Say it of all: ``forall(Node, Round, lambda n, r: ...)``; the lambda names the variables."""
    return quantified(ForAll, *sorts_and_body)


@overload
def exists(a: type[S1], body: Callable[[S1], Formula], /) -> Formula: ...
@overload
def exists(a: type[S1], b: type[S2], body: Callable[[S1, S2], Formula], /) -> Formula: ...
@overload
def exists(
    a: type[S1], b: type[S2], c: type[S3], body: Callable[[S1, S2, S3], Formula], /
) -> Formula: ...
@overload
def exists(
    a: type[S1], b: type[S2], c: type[S3], d: type[S4], body: Callable[[S1, S2, S3, S4], Formula], /
) -> Formula: ...
def exists(*sorts_and_body: Any) -> Formula:
    """Say it of at least one."""
    return quantified(Exists, *sorts_and_body)


def quantified(kind: type[ForAll] | type[Exists], *sorts_and_body: Any) -> Formula:  # noqa: ANN401 - as forall and exists
    """Quantify over the parameters of ``body``, the last argument; of no parameters, say it."""
    *sorts, body = sorts_and_body
    variables = _variables(body, tuple(sorts))
    said = _formula(body(*variables))
    return kind(variables, said) if variables else said


def _variables(body: Callable[..., Formula], sorts: tuple[type[Sort], ...]) -> Terms:
    names = list(signature(body).parameters)
    if len(names) != len(sorts):
        msg = f"{len(sorts)} sorts for the variables {', '.join(names)}"
        raise LogicError(msg)
    return tuple(sort(name) for name, sort in zip(names, sorts, strict=True))


def _formula(value: object) -> Formula:
    if not isinstance(value, Formula):
        msg = f"{value!r} is no formula"
        raise LogicError(msg)
    return value
