"""Why a formula is true or false in a state: facts, as few as come easily, that make it so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from paxiom.spec.logic.formulas import And, Exists, ForAll, Formula, Iff, Implies, Not, Or, Sort
from paxiom.spec.logic.rewriting import parts_of, rewritten
from paxiom.spec.logic.structure import Scope, State
from paxiom.spec.logic.text import text

Meaning = Mapping[Sort, int]  # of variables: the elements that they stand for


@dataclass(frozen=True, eq=False)
class Reason:
    """A formula that is true, where its variables stand for these elements."""

    formula: Formula
    at: Meaning

    def said(self, name: Callable[[type[Sort], int], str]) -> str:
        """Write it with the names of the elements."""
        constants = {each: type(each)(name(type(each), at), ()) for each, at in self.at.items()}
        return text(rewritten(self.formula, terms=constants))


def is_literal(formula: Formula) -> bool:
    """Say whether it is an atom, or the negation of one: its own reason."""
    return not parts_of(formula.body if isinstance(formula, Not) else formula)


@dataclass(frozen=True, eq=False)
class Reasons:
    """Finds reasons in a state of a scope."""

    scope: Scope
    state: State

    def holds(self, formula: Formula, at: Meaning) -> bool:
        """Evaluate a formula."""
        return bool(self.scope.compiled(formula, tuple(at))(self.state, *at.values()))

    def of(self, formula: Formula, at: Meaning) -> tuple[Reason, ...]:
        """Give what makes a formula true, or false, whichever it is.

        Where all of a sort matter, as in "nobody voted", the reason is that formula itself.
        """
        match formula:
            case Not(body) if parts_of(body):
                return self.of(body, at)
            case And(parts) | Or(parts):
                values = [self.holds(part, at) for part in parts]
                deciding = isinstance(formula, Or)  # one part of this value is enough
                if deciding in values:
                    found = (
                        self.of(p, at) for p, v in zip(parts, values, strict=True) if v == deciding
                    )
                    return min(found, key=len)
                return tuple(each for part in parts for each in self.of(part, at))
            case Implies(one, other):
                return self.of(Or((Not(one), other)), at)
            case Iff(one, other):
                return (*self.of(one, at), *self.of(other, at))
            case ForAll(variables, body) | Exists(variables, body):
                deciding = isinstance(formula, Exists)
                for row in self.scope.elements(variables):
                    below = {**at, **dict(zip(variables, row, strict=True))}
                    if self.holds(body, below) == deciding:
                        return self.of(body, below)
            case _:  # an atom
                pass
        return (Reason(formula if self.holds(formula, at) else ~formula, at),)
