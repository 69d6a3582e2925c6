"""A reader of formulas as :mod:`paxiom.spec.logic.text` writes them, to ask what was written."""

import re
from collections.abc import Callable, Mapping

from paxiom.spec.logic.formulas import (
    And,
    Equal,
    Exists,
    ForAll,
    Formula,
    Holds,
    Iff,
    Implies,
    Not,
    Or,
    Ordered,
    Sort,
    Terms,
    order_of,
)
from paxiom.spec.logic.system import System

TOKEN = re.compile(r"\s*(\w+'*|[^\s\w])")


class Reader:
    """Reads one formula; names mean what is bound last, or else a symbol of the system."""

    def __init__(self, system: System, source: str) -> None:
        """Take the source apart."""
        self.system = system
        self.tokens = [*TOKEN.findall(source), ""]
        self.sorts = {sort.__name__: sort for sort in system.sorts}
        self.symbols = {**system.relations, **system.rigid}

    def read(self, free: Terms) -> Formula:
        """Read all of it."""
        formula = self.formula({each.name: each for each in free})
        assert self.tokens == [""], self.tokens
        return formula

    def found(self, token: str) -> bool:
        """Take a token if it comes next."""
        if self.tokens[0] != token:
            return False
        self.tokens.pop(0)
        return True

    def require(self, token: str) -> None:
        """Take a token that must come next."""
        assert self.found(token), (token, self.tokens)

    # From what binds least to what binds most.

    def formula(self, known: Mapping[str, Sort]) -> Formula:
        """Read a quantifier, as far as it reaches, or an equivalence."""
        for sign, kind in (("∀", ForAll), ("∃", Exists)):
            if self.found(sign):
                bound = tuple(self.listed(self.declaration))
                self.require(".")
                return kind(bound, self.formula({**known, **{each.name: each for each in bound}}))
        one = self.implication(known)
        return Iff(one, self.implication(known)) if self.found("↔") else one

    def implication(self, known: Mapping[str, Sort]) -> Formula:
        """Read an implication; those to the right belong together."""
        one = self.disjunction(known)
        return Implies(one, self.implication(known)) if self.found("→") else one

    def disjunction(self, known: Mapping[str, Sort]) -> Formula:
        """Read alternatives."""
        parts = [self.conjunction(known)]
        while self.found("\N{LOGICAL OR}"):
            parts.append(self.conjunction(known))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def conjunction(self, known: Mapping[str, Sort]) -> Formula:
        """Read what holds together."""
        parts = [self.atom(known)]
        while self.found("∧"):
            parts.append(self.atom(known))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def atom(self, known: Mapping[str, Sort]) -> Formula:
        """Read what nothing takes apart."""
        if self.found("¬"):
            return Not(self.atom(known))
        if self.found("("):
            inner = self.formula(known)
            self.require(")")
            return inner
        if self.found("true"):
            return And(())
        if self.found("false"):
            return Or(())
        if self.tokens[0] in self.symbols and self.tokens[0] not in known:
            symbol = self.symbols[self.tokens.pop(0)]
            return Holds(symbol, self.arguments(known))
        one, sign = self.term(known), self.tokens.pop(0)
        return compared(one, sign, self.term(known))

    def term(self, known: Mapping[str, Sort]) -> Sort:
        """Read a variable, a constant or what a function gives."""
        name = self.tokens.pop(0)
        if name in known:
            return known[name]
        sort: type[Sort] = self.system.functions[name].result
        return sort(name, self.arguments(known))

    def arguments(self, known: Mapping[str, Sort]) -> Terms:
        """Read terms in parentheses; no parentheses, no terms."""
        if not self.found("("):
            return ()
        listed = tuple(self.listed(lambda: self.term(known)))
        self.require(")")
        return listed

    def declaration(self) -> Sort:
        """Read a variable and its sort."""
        name = self.tokens.pop(0)
        self.require(":")
        return self.sorts[self.tokens.pop(0)](name)

    def listed(self, one: Callable[[], Sort]) -> list[Sort]:
        """Read one or more, with commas between."""
        found = [one()]
        while self.found(","):
            found.append(one())
        return found


def compared(one: Sort, sign: str, other: Sort) -> Formula:
    """Say how two terms compare."""
    if sign in ("=", "≠"):
        return Equal(one, other) if sign == "=" else Not(Equal(one, other))
    assert isinstance(one, Ordered)
    order = order_of(type(one))
    return Holds(order, (one, other)) if sign == "≤" else Not(Holds(order, (other, one)))
