"""Formulas and specs as mathematics."""

from collections.abc import Iterator

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
    Not,
    Or,
    Sort,
    Terms,
    Update,
)
from paxiom.spec.logic.rewriting import rewritten, unbound
from paxiom.spec.logic.system import Action, System

# How tightly each binds; what binds less tightly within is put in parentheses.
QUANTIFIER, IFF, IMPLIES, OR, AND, ATOM = range(6)
OR_SIGN = " \N{LOGICAL OR} "  # which looks like a letter


def text(formula: Formula) -> str:
    """Write a formula on one line: ∀ n: Node, r: Round. vote(n, r) → ¬left(n, r)."""
    return _text(formula, QUANTIFIER)


def _text(formula: Formula, place: int) -> str:
    strength, shown = _shown(formula)
    return f"({shown})" if strength < place else shown


def _shown(formula: Formula) -> tuple[int, str]:
    match formula:
        case Holds(symbol, (one, other)) if symbol.name.endswith(LE):
            return ATOM, f"{one!r} ≤ {other!r}"
        case Not(Holds(symbol, (one, other))) if symbol.name.endswith(LE):
            return ATOM, f"{other!r} < {one!r}"
        case Holds(symbol, terms):
            listed = ", ".join(map(repr, terms))
            return ATOM, f"{symbol.name}({listed})" if terms else symbol.name
        case Equal(one, other):
            return ATOM, f"{one!r} = {other!r}"
        case Not(Equal(one, other)):
            return ATOM, f"{one!r} ≠ {other!r}"
        case Not(body):
            return ATOM, f"¬{_text(body, ATOM)}"
        case And(parts):
            return AND, " ∧ ".join(_text(part, ATOM) for part in parts) or "true"
        case Or(parts):
            return OR, OR_SIGN.join(_text(part, AND) for part in parts) or "false"
        case Implies(one, other):
            return IMPLIES, f"{_text(one, OR)} → {_text(other, IMPLIES)}"
        case Iff(one, other):
            return IFF, f"{_text(one, OR)} ↔ {_text(other, OR)}"
        case ForAll(variables, body) | Exists(variables, body):
            own, said = _named_apart(variables, body)
            sign = "∀" if isinstance(formula, ForAll) else "∃"
            return QUANTIFIER, f"{sign} {_declared(own)}. {_text(said, QUANTIFIER)}"
        case _:
            return ATOM, repr(formula)


def _named_apart(variables: Terms, body: Formula) -> tuple[Terms, Formula]:
    """Prime those whose names mean something else in ``body``."""
    taken = {each.name for each in unbound(body, variables)}
    primed: dict[Sort, Sort] = {}
    for each in variables:
        name = each.name
        while name in taken:
            name += "'"
        taken.add(name)
        primed[each] = type(each)(name)
    return tuple(primed.values()), rewritten(body, terms=primed)


def _declared(variables: Terms) -> str:
    return ", ".join(f"{each.name}: {type(each).__name__}" for each in variables)


def element(sort: type[Sort], number: int) -> str:
    """Name an element: round0, phase1_0."""
    name = sort.__name__.lower()
    return f"{name}_{number}" if name[-1].isdigit() else f"{name}{number}"


def action_lines(action: Action) -> Iterator[str]:
    """Write an action: its parameters, a line for each guard and each relation that changes."""
    yield f"{action.name}({_declared(action.parameters)})"
    for guard in action.guards:
        yield f"  when  {text(guard)}"
    for update in action.updates.values():
        yield f"  then  {update_line(update)}"


def update_line(update: Update) -> str:
    """Write what a relation becomes: chosen(v) := ∃ r: Round. decision(r, v)."""
    variables, body = _named_apart(update.variables, update.body)
    return f"{update.relation}({', '.join(map(repr, variables))}) := {text(body)}"


def system_lines(system: System) -> Iterator[str]:
    """Write a whole spec."""
    yield system.name
    for title, formulas in (
        ("axioms", system.axioms),
        ("safety", system.safety),
        ("invariants", system.invariants),
    ):
        yield ""
        yield title
        for name, formula in formulas.items():
            yield f"  {name}: {text(formula)}"
    for action in system.actions.values():
        yield ""
        yield from action_lines(action)
