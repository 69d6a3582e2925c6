"""Formulas of the language as formulas of Z3.

Bound variables are named by their depth, so that the same formula gives the same text whenever and
wherever it was built, and the solver takes the same path.
"""

from typing import Any

import z3

from paxiom.spec.logic.formulas import (
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
    Terms,
)
from paxiom.spec.logic.system import System


class Lowering:
    """The symbols of one spec in Z3; sorts are uninterpreted, so of any size."""

    def __init__(self, system: System, context: z3.Context | None = None) -> None:
        """Declare sorts, relations and functions."""
        self.context = context or z3.Context()
        self.sorts = {s: z3.DeclareSort(s.__name__, self.context) for s in system.sorts}
        self.symbols: dict[str, Any] = {}
        for symbol in (*system.relations.values(), *system.rigid.values()):
            self._declare(symbol.name, symbol.sorts, z3.BoolSort(self.context))
        for function in system.functions.values():
            self._declare(function.name, function.sorts, self.sorts[function.result])

    def _declare(self, name: str, sorts: tuple[type[Sort], ...], result: z3.SortRef) -> None:
        self.symbols[name] = z3.Function(name, *(self.sorts[sort] for sort in sorts), result)

    def constants(self, variables: Terms) -> dict[int, Any]:
        """Make a constant for each parameter of an action; the result is for ``lower``."""
        return {id(v): z3.Const(f"{v.name}!", self.sorts[type(v)]) for v in variables}

    def lower(self, formula: Formula, known: dict[int, Any] | None = None) -> z3.BoolRef:
        """Give ``formula`` in Z3, with constants for its free variables."""
        return self._formula(formula, known or {}, 0)

    def _term(self, term: Sort, known: dict[int, Any]) -> Any:  # noqa: ANN401
        if term.arguments is None:
            return known[id(term)]
        return self.symbols[term.name](*(self._term(each, known) for each in term.arguments))

    def _formula(self, formula: Formula, known: dict[int, Any], depth: int) -> Any:  # noqa: ANN401
        def below(part: Formula) -> Any:  # noqa: ANN401
            return self._formula(part, known, depth)

        match formula:
            case Holds(symbol, terms):
                return self.symbols[symbol.name](*(self._term(each, known) for each in terms))
            case Equal(one, other):
                return self._term(one, known) == self._term(other, known)
            case Not(body):
                return z3.Not(below(body))
            case And(parts):
                return z3.And([z3.BoolVal(val=True, ctx=self.context), *map(below, parts)])
            case Or(parts):
                return z3.Or([z3.BoolVal(val=False, ctx=self.context), *map(below, parts)])
            case Implies(one, other):
                return z3.Implies(below(one), below(other))
            case Iff(one, other):
                return below(one) == below(other)
            case ForAll(variables, body) | Exists(variables, body):
                bound = [
                    z3.Const(f"{each.name}!{depth + place}", self.sorts[type(each)])
                    for place, each in enumerate(variables)
                ]
                inner = {**known, **{id(v): c for v, c in zip(variables, bound, strict=True)}}
                quantify = z3.ForAll if isinstance(formula, ForAll) else z3.Exists
                return quantify(bound, self._formula(body, inner, depth + len(variables)))
            case _:
                msg = f"no formula of the language: {formula!r}"
                raise LogicError(msg)
