"""Specs: symbols, axioms, what holds at first, actions, safety and inductive invariants.

A spec is a class. Annotations declare its symbols, decorated methods the rest; the parameters of
such a method are the variables its formula is about::

    class Lock(Spec):
        holds: Relation[Node]

        @action
        def take(self, n: Node) -> Action:
            return when(forall(Node, lambda m: ~self.holds(m))).then(self.holds.add(n))

        @safety
        def exclusion(self, m: Node, n: Node) -> Formula:
            return implies(self.holds(m) & self.holds(n), m == n)

``Lock().system`` is the same as plain data, which is what the engines read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from inspect import cleandoc, signature
from typing import Any, ClassVar, Self, TypeVar, cast, get_args, get_origin, get_type_hints

from paxiom.spec.logic.formulas import (
    Exists,
    ForAll,
    Formula,
    Function,
    Holds,
    LogicError,
    Or,
    Ordered,
    Relation,
    Rigid,
    Sort,
    Symbol,
    Terms,
    Update,
    conjunction,
    forall,
    iff,
    implies,
    order_of,
)
from paxiom.spec.logic.rewriting import mentioned, rewritten, unbound

Made = TypeVar("Made", bound=Callable[..., Any])


@dataclass(frozen=True, eq=False)
class Action:
    """A step: where all ``guards`` hold, the relations named become what ``updates`` say.

    What has no update stays as it is. The only choice there is lies in the parameters.
    """

    guards: tuple[Formula, ...]
    updates: Mapping[str, Update] = field(default_factory=dict)
    name: str = ""
    doc: str = ""
    parameters: Terms = ()
    unneeded: frozenset[int] = frozenset()  # guards, by place, that no safety hangs on

    def then(self, *updates: Update) -> Self:
        """Say what it changes."""
        names = [update.relation for update in updates]
        if len(set(names)) < len(names):
            msg = f"an action updates {', '.join(names)}: each relation at most once"
            raise LogicError(msg)
        return replace(self, updates={**self.updates, **dict(zip(names, updates, strict=True))})

    def after(self, formula: Formula) -> Formula:
        """Say of the state before it what ``formula`` says of the state after."""
        return rewritten(formula, updates=self.updates)

    def without_guard(self, place: int) -> Self:
        """Leave out a guard."""
        return replace(self, guards=self.guards[:place] + self.guards[place + 1 :])


def when(*guards: Formula) -> Action:
    """Begin an action: what must hold for it."""
    return Action(guards)


@dataclass(frozen=True, eq=False)
class Scenario:
    """What can be reached: after these actions in this order, with some parameters, ``goal``."""

    steps: tuple[str, ...]
    goal: Formula


@dataclass(frozen=True, eq=False)
class System:
    """A spec as data. All formulas are closed; dictionaries are in the order of the spec."""

    name: str
    doc: str
    sorts: tuple[type[Sort], ...]
    relations: Mapping[str, Relation[Any]]
    rigid: Mapping[str, Rigid[Any]]  # with the order of each ordered sort
    functions: Mapping[str, Function[Any]]  # constants take no arguments
    axioms: Mapping[str, Formula]
    initial: Mapping[str, Update]  # of every relation: where it holds at first
    actions: Mapping[str, Action]
    safety: Mapping[str, Formula]
    invariants: Mapping[str, Formula]  # which make safety inductive, all together
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)

    @property
    def inductive(self) -> Mapping[str, Formula]:
        """What is proved by induction: safety and invariants."""
        return {**self.safety, **self.invariants}

    @property
    def at_first(self) -> tuple[Formula, ...]:
        """Say what holds at first as formulas."""
        return tuple(
            closed(
                update.variables, iff(Holds(self.relations[name], update.variables), update.body)
            )
            for name, update in self.initial.items()
        )


ROLE = "_role_in_a_spec"
STEPS = "_steps_of_a_scenario"
Renaming = Mapping[Sort, Sort]
NONE: Renaming = {}


def _marked(role: str) -> Callable[[Made], Made]:
    def mark(method: Made) -> Made:
        setattr(method, ROLE, role)
        return method

    return mark


axiom = _marked("axiom")  # holds of rigid symbols, assumed; proofs/ says why it may be
action = _marked("action")
safety = _marked("safety")  # what the protocol is for
invariant = _marked("invariant")


def reachable(*steps: str) -> Callable[[Made], Made]:
    """Mark what some elements, the parameters, can come to by these actions in this order."""

    def mark(method: Made) -> Made:
        setattr(method, STEPS, steps)
        return _marked("reachable")(method)

    return mark


class Spec:
    """Base of specs; see the module."""

    same: ClassVar[Mapping[type[Sort], type[Sort]]] = {}  # a sort -> the one that it is here
    named: ClassVar[Mapping[str, str]] = {}  # a rigid relation -> the one that it is here
    unneeded: ClassVar[Mapping[str, Iterable[int]]] = {}  # action -> guards, by place; see Action

    def __init__(self) -> None:
        """Make the symbols that the annotations declare."""
        for name, declared in get_type_hints(type(self)).items():
            if symbol := _symbol(name, declared):
                setattr(self, name, symbol)

    def initial(self) -> tuple[Update, ...]:
        """Say where relations hold at first; those not named are empty."""
        return ()

    @cached_property
    def system(self) -> System:
        """The spec as data; LogicError where it is not well formed."""
        symbols = [value for value in vars(self).values() if isinstance(value, SYMBOLS)]
        functions = [_function(each, self.same) for each in symbols if isinstance(each, FUNCTIONS)]
        named = [
            _renamed(each, self.same)
            for each in symbols
            if isinstance(each, Symbol) and each.name not in self.named
        ]
        sorts = dict.fromkeys(sort for each in named for sort in each.sorts)
        sorts |= dict.fromkeys(sort for each in functions for sort in (*each.sorts, each.result))
        ordered = [sort for sort in sorts if issubclass(sort, Ordered)]
        rigid = [each for each in named if isinstance(each, Rigid)]
        system = System(
            name=type(self).__name__,
            doc=cleandoc(type(self).__doc__ or ""),
            sorts=tuple(sorts),
            relations={each.name: each for each in named if isinstance(each, Relation)},
            rigid={each.name: each for each in (*rigid, *map(order_of, ordered))},
            functions={each.name: each for each in functions},
            axioms={f"{s.__name__} is ordered": total_order(s) for s in ordered}
            | self._formulas("axiom"),
            initial={update.relation: self._update(update) for update in self._at_first()},
            actions=self._actions(),
            safety=self._formulas("safety"),
            invariants=self._formulas("invariant"),
            scenarios=self._scenarios(),
        )
        _require_declared(system)
        return system

    def _marked(self, role: str) -> list[str]:
        """Name the methods with this role, as first written: an override keeps its place."""
        names = dict.fromkeys(name for each in reversed(type(self).__mro__) for name in vars(each))
        return [name for name in names if getattr(getattr(type(self), name), ROLE, "") == role]

    def _parameters(self, name: str) -> Terms:
        """Make a variable of each parameter of a method."""
        method = getattr(type(self), name)
        hints = get_type_hints(method)
        own = list(signature(method).parameters)[1:]
        for each in own:
            if not (isinstance(hints.get(each), type) and issubclass(hints[each], Sort)):
                msg = f"{type(self).__name__}.{name}: parameter {each} must be of a sort"
                raise LogicError(msg)
        return tuple(hints[each](each) for each in own)

    def _formulas(
        self, role: str, kind: type[ForAll] | type[Exists] = ForAll
    ) -> dict[str, Formula]:
        found: dict[str, Formula] = {}
        for name in self._marked(role):
            variables = self._parameters(name)
            body = getattr(self, name)(*variables)
            formula = kind(variables, body) if variables else body
            found[name.replace("_", " ")] = self._checked(name, formula)
        return found

    def _scenarios(self) -> dict[str, Scenario]:
        goals = self._formulas("reachable", Exists)
        found: dict[str, Scenario] = {}
        for method, (name, goal) in zip(self._marked("reachable"), goals.items(), strict=True):
            steps = getattr(getattr(self, method), STEPS)
            if unknown := [step for step in steps if step not in self._marked("action")]:
                msg = f"{type(self).__name__}.{method}: there is no action {unknown[0]}"
                raise LogicError(msg)
            found[name] = Scenario(steps, goal)
        return found

    def _checked(self, name: str, formula: Formula, free: Renaming = NONE) -> Formula:
        """Put the variables, sorts and names that are meant; refuse what is not well formed."""
        if not isinstance(formula, Formula):
            msg = f"{type(self).__name__}.{name} gives {formula!r}, which is no formula"
            raise LogicError(msg)
        if loose := unbound(formula, tuple(free)):
            msg = f"{type(self).__name__}.{name}: nothing binds the variable {loose[0]!r}"
            raise LogicError(msg)
        return rewritten(formula, terms=free, sorts=self.same, names=self.named)

    def _actions(self) -> dict[str, Action]:
        found = {name: self._action(name) for name in self._marked("action")}
        for name, places in vars(type(self)).get("unneeded", {}).items():  # not what is inherited
            count = len(found[name].guards) if name in found else 0
            if absent := [place for place in places if place not in range(count)]:
                msg = f"{type(self).__name__}: unneeded names guard {absent[0]} of {name}"
                msg += f", which has {count}" if name in found else ", which is no action"
                raise LogicError(msg)
        return found

    def _action(self, name: str) -> Action:
        variables = self._parameters(name)
        made = getattr(self, name)(*variables)
        if not isinstance(made, Action):
            msg = f"{type(self).__name__}.{name} must give when(...).then(...), not {made!r}"
            raise LogicError(msg)
        renamed = tuple(self.same.get(type(v), type(v))(v.name) for v in variables)
        terms = dict(zip(variables, renamed, strict=True))
        return replace(
            made,
            name=name,
            doc=cleandoc(getattr(self, name).__doc__ or ""),
            parameters=renamed,
            guards=tuple(self._checked(name, each, terms) for each in made.guards),
            updates={key: self._update(each, terms) for key, each in made.updates.items()},
            unneeded=frozenset(self.unneeded.get(name, ())),
        )

    def _update(self, update: Update, terms: Renaming = NONE) -> Update:
        fresh = tuple(self.same.get(type(v), type(v))(v.name) for v in update.variables)
        below = {**terms, **dict(zip(update.variables, fresh, strict=True))}
        return Update(update.relation, fresh, self._checked(update.relation, update.body, below))

    def _at_first(self) -> Iterator[Update]:
        given = {update.relation: update for update in self.initial()}
        for name, symbol in vars(self).items():
            if isinstance(symbol, Relation):
                nothing = Update(name, tuple(s(s.__name__.lower()) for s in symbol.sorts), Or(()))
                yield given.get(name, nothing)


FUNCTIONS = (Function, Sort)  # a constant is declared as a term: none: Round
SYMBOLS = (Symbol, *FUNCTIONS)


def _symbol(name: str, declared: Any) -> Symbol | Function[Any] | Sort | None:  # noqa: ANN401
    """Make what an annotation of a spec declares, if it is one of these."""
    kind, sorts = get_origin(declared), get_args(declared)
    if kind in (Relation, Rigid):
        return cast("Symbol", kind(name, sorts))
    if kind is Function:
        return Function(name, sorts[:-1], sorts[-1])
    if declared in (Relation, Rigid):  # of no terms: a flag
        return cast("Symbol", declared(name, ()))
    if isinstance(declared, type) and issubclass(declared, Sort):
        return declared(name, ())
    return None


def _function(each: Function[Any] | Sort, same: Mapping[type[Sort], type[Sort]]) -> Function[Any]:
    if isinstance(each, Sort):
        return Function(each.name, (), same.get(type(each), type(each)))
    sorts = tuple(same.get(sort, sort) for sort in each.sorts)
    return Function(each.name, sorts, same.get(each.result, each.result))


def _renamed(each: Symbol, same: Mapping[type[Sort], type[Sort]]) -> Symbol:
    return type(each)(each.name, tuple(same.get(sort, sort) for sort in each.sorts))


def closed(variables: Terms, body: Formula) -> Formula:
    """Say it of all; of no variables, say it."""
    return ForAll(variables, body) if variables else body


def _require_declared(system: System) -> None:
    """Refuse sorts and symbols that the annotations do not declare."""
    known = {*system.sorts, *system.relations, *system.rigid, *system.functions}
    formulas = [*system.axioms.values(), *system.inductive.values()]
    formulas += [scenario.goal for scenario in system.scenarios.values()]
    formulas += [closed(each.variables, each.body) for each in system.initial.values()]
    for action in system.actions.values():
        own, updates = action.parameters, action.updates.values()
        if strange := [each.relation for each in updates if each.relation not in system.relations]:
            msg = f"{system.name}.{action.name} updates {strange[0]}, which is no relation of it"
            raise LogicError(msg)
        formulas.append(closed(own, conjunction(*action.guards)))
        formulas += [closed((*own, *each.variables), each.body) for each in updates]
    for formula in formulas:
        for each in mentioned(formula):
            if each not in known:
                name = each if isinstance(each, str) else each.__name__
                msg = f"{system.name} speaks of {name}, which it does not declare"
                raise LogicError(msg)


def total_order(sort: type[Ordered]) -> Formula:
    """Say that "at most" is reflexive, transitive, antisymmetric and total."""
    return conjunction(
        forall(sort, lambda x: x <= x),  # noqa: PLR0124 - that is what it says
        forall(sort, sort, sort, lambda x, y, z: implies((x <= y) & (y <= z), x <= z)),
        forall(sort, sort, lambda x, y: implies((x <= y) & (y <= x), x == y)),
        forall(sort, sort, lambda x, y: (x <= y) | (y <= x)),
    )
