"""Formulas as Python: quantifiers are loops, and relations are sets of tuples.

A loop goes through no more than it must: where a formula says of what a relation holds, only
through that; and each part of a conjunction is asked as soon as all that it is about is known.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

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
)
from paxiom.spec.logic.rewriting import unbound

Row = tuple[int, ...]
Rows = frozenset[Row]
Compiled = Callable[..., Any]
Unknown = dict[int, Sort]  # variables that a loop has yet to bind, by identity


class Code:
    """Writes a function of a state, ``S``, and of what parameters stand for."""

    def __init__(
        self,
        places: Mapping[str, int],
        sizes: Mapping[type[Sort], int],
        rigid: Mapping[str, Rows],
        functions: Mapping[str, Mapping[Row, int]],
    ) -> None:
        """Say where a state has each relation, and what does not change."""
        self.places, self.sizes, self.rigid, self.functions = places, sizes, rigid, functions
        self.names: dict[int, str] = {}
        self.known: dict[str, Any] = {}

    def truth(self, parameters: Terms, formula: Formula) -> Compiled:
        """Compile to whether ``formula`` holds."""
        return self._function(parameters, lambda: self._formula(formula))

    def rows(self, parameters: Terms, variables: Terms, formula: Formula) -> Compiled:
        """Compile to the set of what ``variables`` stand for where ``formula`` holds."""
        return self._function(parameters, lambda: self._rows(variables, formula))

    def _function(self, parameters: Terms, body: Callable[[], str]) -> Compiled:
        heading = ", ".join(["S", *map(self._bind, parameters)])
        source = f"lambda {heading}: {body()}"
        return eval(source, self.known)  # type: ignore[no-any-return]  # noqa: S307 - written here

    # --- terms ---------------------------------------------------------------------------------

    def _bind(self, variable: Sort) -> str:
        return self.names.setdefault(id(variable), f"v{len(self.names)}")

    def _term(self, term: Sort) -> str:
        if term.arguments is None:
            return self.names[id(term)]
        name = f"F_{term.name}"
        self.known[name] = self.functions[term.name]
        return f"{name}[{self._row(term.arguments)}]"

    def _row(self, terms: Terms) -> str:
        return f"({''.join(f'{self._term(each)}, ' for each in terms)})"

    def _rows_of(self, symbol: Symbol) -> str:
        """Where a relation holds."""
        if symbol.name in self.places:
            return f"S[{self.places[symbol.name]}]"
        self.known[f"R_{symbol.name}"] = self.rigid[symbol.name]
        return f"R_{symbol.name}"

    # --- formulas ------------------------------------------------------------------------------

    def _formula(self, formula: Formula) -> str:
        match formula:
            case Holds(symbol, (one, other)) if symbol.name.endswith(LE):
                return f"({self._term(one)} <= {self._term(other)})"
            case Holds(symbol, terms):
                return f"({self._row(terms)} in {self._rows_of(symbol)})"
            case Equal(one, other):
                return f"({self._term(one)} == {self._term(other)})"
            case Not(body):
                return f"(not {self._formula(body)})"
            case And(parts):
                return f"({' and '.join(map(self._formula, parts)) or 'True'})"
            case Or(parts):
                return f"({' or '.join(map(self._formula, parts)) or 'False'})"
            case Implies(one, other):
                return f"(not {self._formula(one)} or {self._formula(other)})"
            case Iff(one, other):
                return f"({self._formula(one)} == {self._formula(other)})"
            case ForAll(variables, body):
                return f"(not any(True{self._loops(variables, _conjuncts(~body))}))"
            case Exists(variables, body):
                return f"any(True{self._loops(variables, _conjuncts(body))})"
            case _:
                msg = f"no formula of the language: {formula!r}"
                raise LogicError(msg)

    # --- loops ---------------------------------------------------------------------------------

    def _rows(self, variables: Terms, formula: Formula) -> str:
        names = ", ".join(map(self._bind, variables))
        row = f"({names}{',' if names else ''})"
        sets = (
            f"{{{row}{self._loops(variables, _conjuncts(each))}}}" for each in _disjuncts(formula)
        )
        return " | ".join(sets) or "set()"

    def _loops(self, variables: Terms, parts: Sequence[Formula]) -> str:
        """Loop over what ``variables`` stand for where all ``parts`` hold."""
        code, left = " for _ in (0,)", list(parts)
        unknown: Unknown = {id(each): each for each in variables}
        while True:
            asked = [each for each in left if not _open(unbound(each), unknown)]
            code += "".join(f" if {self._formula(each)}" for each in asked)
            left = [each for each in left if _open(unbound(each), unknown)]
            if not unknown:
                return code
            found = [each for each in left if _tells(each, unknown)]
            if found:
                part = min(found, key=lambda each: len(_open(unbound(each), unknown)))
                left = [each for each in left if each is not part]
                code += self._told(part, unknown)
            else:
                variable = unknown.pop(next(iter(unknown)))
                code += f" for {self._bind(variable)} in range({self.sizes[type(variable)]})"

    def _told(self, part: Formula, unknown: Unknown) -> str:
        """Bind the unknown variables of a part to what it says of them."""
        if isinstance(part, Equal):
            one, other = (
                (part.one, part.other) if id(part.one) in unknown else (part.other, part.one)
            )
            del unknown[id(one)]
            return f" for {self._bind(one)} in ({self._term(other)},)"
        assert isinstance(part, Holds)
        names, asked = "", ""
        for place, term in enumerate(part.terms):
            if unknown.pop(id(term), None) is None:
                names += f"x{place}, "
                asked += f" if x{place} == {self._term(term)}"
            else:
                names += f"{self._bind(term)}, "
        return f" for ({names}) in {self._rows_of(part.symbol)}{asked}"


def _open(variables: Terms, unknown: Unknown) -> set[int]:
    """Which of these variables are unknown."""
    return {id(each) for each in variables} & set(unknown)


def _tells(part: Formula, unknown: Unknown) -> bool:
    """Whether a part of a conjunction gives what its unknown variables may stand for."""
    match part:
        case Equal(one, other):
            return any(
                id(a) in unknown and not _open(unbound(Equal(b, b)), unknown)
                for a, b in ((one, other), (other, one))
            )
        case Holds(symbol, terms):
            return not symbol.name.endswith(LE) and all(
                id(each) in unknown or not _open(unbound(Equal(each, each)), unknown)
                for each in terms
            )
        case _:
            return False


def _conjuncts(formula: Formula) -> list[Formula]:
    """Formulas that all hold just where it does."""
    match formula:
        case And(parts):
            return [each for part in parts for each in _conjuncts(part)]
        case Not(Or(parts)):
            return [each for part in parts for each in _conjuncts(~part)]
        case Not(Implies(one, other)):
            return [*_conjuncts(one), *_conjuncts(~other)]
        case _:
            return [formula]


def _disjuncts(formula: Formula) -> list[Formula]:
    """Formulas of which one holds just where it does."""
    match formula:
        case Or(parts):
            return [each for part in parts for each in _disjuncts(part)]
        case _:
            return [formula]
