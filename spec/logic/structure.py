"""Finite structures, and what formulas and actions mean in them.

The elements of a sort are the numbers from 0; an ordered sort is in their order. Formulas are
compiled, once per scope, to Python functions of a state and of what the variables stand for.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
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
    Terms,
    Update,
    conjunction,
    unbound,
)
from paxiom.spec.logic.system import Action, System

Row = tuple[int, ...]
Rows = frozenset[Row]
State = tuple[Rows, ...]  # what each relation holds of, in the order of the spec
Compiled = Callable[..., Any]


class FalseAxiomError(LogicError):
    """A scope is no instance of its spec: an axiom is false in it."""

    def __init__(self, scope: "Scope", axiom: str) -> None:
        """Name the axiom."""
        super().__init__(f"{scope.system.name}: in this scope the axiom '{axiom}' is false")
        self.scope, self.axiom = scope, axiom


@dataclass(frozen=True)
class Scope:
    """A finite size of a spec: how many elements each sort has, and what is rigid.

    ``rigid`` lists where each rigid relation holds, but for orders; ``functions`` maps arguments
    to results, of a constant () to its value. LogicError where something is missing or unknown.
    """

    system: System
    sizes: Mapping[type[Sort], int]
    rigid: Mapping[str, Rows]
    functions: Mapping[str, Mapping[Row, int]]

    def __post_init__(self) -> None:
        """Refuse a scope that does not fit the spec, or in which an axiom is false."""
        orders = {name for name in self.system.rigid if name.endswith(LE)}
        for what, given, wanted in (
            ("sizes", {s.__name__ for s in self.sizes}, {s.__name__ for s in self.system.sorts}),
            ("rigid relations", set(self.rigid), set(self.system.rigid) - orders),
            ("functions", set(self.functions), set(self.system.functions)),
        ):
            if given != wanted:
                msg = f"{self.system.name}: {what} for {sorted(wanted)}, not {sorted(given)}"
                raise LogicError(msg)
        for name, axiom in self.system.axioms.items():
            if not self.compiled(axiom)(()):
                raise FalseAxiomError(self, name)

    def elements(self, variables: Terms) -> Iterator[Row]:
        """Yield all that ``variables`` may stand for."""
        return product(*(range(self.sizes[type(each)]) for each in variables))

    @cached_property
    def initial(self) -> State:
        """The state that the spec begins in."""
        return tuple(frozenset(self.updated(u)(())) for u in self.system.initial.values())

    @cached_property
    def actions(self) -> Mapping[str, "GroundAction"]:
        """The actions, compiled."""
        return {name: GroundAction(self, each) for name, each in self.system.actions.items()}

    def successors(self, state: State) -> Iterator[tuple[str, Row, State]]:
        """Yield each step: action, parameters, and the state that it leads to."""
        for name, action in self.actions.items():
            for row in action.rows_enabled(state):
                yield name, row, action.apply(state, row)

    def compiled(self, formula: Formula, parameters: Terms = ()) -> Compiled:
        """Compile a formula to a function of a state and of what ``parameters`` stand for."""
        code = _Code(self, parameters)
        return code.function(code.formula(formula))

    def updated(self, update: Update, parameters: Terms = ()) -> Compiled:
        """Compile where a relation holds after an update, of the state before and parameters."""
        return self.rows_where(update.variables, update.body, parameters)

    def rows_where(self, variables: Terms, formula: Formula, parameters: Terms = ()) -> Compiled:
        """Compile to a list of what ``variables`` stand for where ``formula`` holds."""
        code = _Code(self, parameters)
        loops = code.loops(variables, formula)
        return code.function(f"[{code.row(variables)}{loops}]")


class GroundAction:
    """An action in a scope."""

    def __init__(self, scope: Scope, action: Action) -> None:
        """Compile guards and updates."""
        self.action = action
        self.rows = tuple(scope.elements(action.parameters))
        self.guards = [scope.compiled(guard, action.parameters) for guard in action.guards]
        self.enabled = scope.compiled(conjunction(*action.guards), action.parameters)
        self.rows_enabled = scope.rows_where(action.parameters, conjunction(*action.guards))
        places = {name: place for place, name in enumerate(scope.system.relations)}
        self._updates = [
            (places[name], scope.updated(update, action.parameters))
            for name, update in action.updates.items()
        ]

    def apply(self, state: State, row: Row) -> State:
        """Take the step, whether or not the guards hold."""
        after = list(state)
        for place, rows in self._updates:
            after[place] = frozenset(rows(state, *row))
        return tuple(after)

    def failing(self, state: State, row: Row) -> list[int]:
        """Name the guards, by place, that do not hold."""
        return [place for place, guard in enumerate(self.guards) if not guard(state, *row)]


class _Code:
    """Writes Python: quantifiers are all() and any(), relations are sets of tuples."""

    def __init__(self, scope: Scope, parameters: Terms) -> None:
        self.scope = scope
        self.names: dict[int, str] = {}
        self.places = {name: place for place, name in enumerate(scope.system.relations)}
        self.known: dict[str, Any] = {}
        self.heading = ", ".join(["S", *map(self.bind, parameters)])

    def function(self, source: str) -> Compiled:
        code = f"lambda {self.heading}: {source}"
        return eval(code, self.known)  # type: ignore[no-any-return]  # noqa: S307 - written here

    def bind(self, variable: Sort) -> str:
        return self.names.setdefault(id(variable), f"v{len(self.names)}")

    def term(self, term: Sort) -> str:
        if term.arguments is None:
            return self.names[id(term)]
        name = f"F_{term.name}"
        self.known[name] = self.scope.functions[term.name]
        return f"{name}[{self.row(term.arguments)}]"

    def row(self, terms: Terms) -> str:
        return f"({''.join(f'{self.term(each)}, ' for each in terms)})"

    def loops(self, variables: Terms, condition: Formula) -> str:
        """Ask each part of a conjunction as soon as what it is about is bound."""
        sizes = [self.scope.sizes[type(each)] for each in variables]
        pairs = zip(variables, sizes, strict=True)
        heads = ["", *(f" for {self.bind(each)} in range({size})" for each, size in pairs)]
        asked = [""] * len(heads)
        for part in _parts(condition):
            free = {id(each) for each in unbound(part)}
            last = max((at for at, v in enumerate(variables, 1) if id(v) in free), default=0)
            asked[last] += f" if {self.formula(part)}"
        if asked[0] or not variables:
            heads[0] = " for _ in (0,)"
        return "".join(map(str.__add__, heads, asked))

    def formula(self, formula: Formula) -> str:
        match formula:
            case Holds(symbol, (one, other)) if symbol.name.endswith(LE):
                return f"({self.term(one)} <= {self.term(other)})"
            case Holds(symbol, terms) if symbol.name in self.places:
                return f"({self.row(terms)} in S[{self.places[symbol.name]}])"
            case Holds(symbol, terms):
                self.known[f"R_{symbol.name}"] = self.scope.rigid[symbol.name]
                return f"({self.row(terms)} in R_{symbol.name})"
            case Equal(one, other):
                return f"({self.term(one)} == {self.term(other)})"
            case Not(body):
                return f"(not {self.formula(body)})"
            case And(parts):
                return f"({' and '.join(map(self.formula, parts)) or 'True'})"
            case Or(parts):
                return f"({' or '.join(map(self.formula, parts)) or 'False'})"
            case Implies(one, other):
                return f"(not {self.formula(one)} or {self.formula(other)})"
            case Iff(one, other):
                return f"({self.formula(one)} == {self.formula(other)})"
            case ForAll(variables, body):
                return f"(not any(1{self.loops(variables, Not(body))}))"
            case Exists(variables, body):
                return f"any(1{self.loops(variables, body)})"
            case _:
                msg = f"no formula of the language: {formula!r}"
                raise LogicError(msg)


def _parts(formula: Formula) -> tuple[Formula, ...]:
    """Take a conjunction apart, also one that is the denial of something else."""
    match formula:
        case And(parts):
            return tuple(each for part in parts for each in _parts(part))
        case Not(Or(parts)):
            return tuple(each for part in parts for each in _parts(Not(part)))
        case Not(Implies(one, other)):
            return (*_parts(one), *_parts(Not(other)))
        case Not(Not(body)):
            return _parts(body)
        case _:
            return (formula,)
