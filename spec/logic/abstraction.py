"""One spec seen as another: each of its steps is a step of that, or changes nothing in it.

What is proved of the other, and what it is for, then holds of the first as well. That the first
can do all that the other does is not claimed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from paxiom.spec.logic.formulas import (
    Formula,
    LogicError,
    Sort,
    Terms,
    Update,
    conjunction,
    disjunction,
    iff,
)
from paxiom.spec.logic.rewriting import rewritten
from paxiom.spec.logic.system import Action, System, closed

Step = tuple[str, Terms]  # an action, and what its parameters stand for


@dataclass(frozen=True, eq=False)
class Abstraction:
    """How a spec is seen as ``abstract``.

    ``relations`` says, in terms of the spec, where each relation of ``abstract`` holds. ``steps``
    gives, for actions of the spec, the step of ``abstract`` that it may be, of the action's
    parameters; what an action not named does must change nothing. ``sorts`` are those of
    ``abstract`` that the spec has under another name.
    """

    abstract: System
    relations: tuple[Update, ...]
    steps: Mapping[str, Callable[..., Step]]
    sorts: Mapping[type[Sort], type[Sort]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse one that leaves a relation open."""
        given, wanted = {each.relation for each in self.relations}, set(self.abstract.relations)
        if given != wanted:
            msg = f"{self.abstract.name}: where do {sorted(wanted)} hold? not {sorted(given)}"
            raise LogicError(msg)

    def said(self, formula: Formula, meant: Mapping[Sort, Sort] | None = None) -> Formula:
        """Say in terms of the spec what ``formula`` says of ``abstract``."""
        updates = {each.relation: each for each in self.relations}
        return rewritten(formula, terms=meant, updates=updates, sorts=self.sorts)

    def begins(self) -> Formula:
        """Say that ``abstract`` begins here."""
        return conjunction(
            *(
                closed(at, iff(now, self._after(self.abstract.initial[name], {}, at)))
                for name, at, now in self._relations()
            )
        )

    def explains(self, action: Action) -> Formula:
        """Say that ``action``, taken now, changes nothing in ``abstract``, or is a step of it."""
        relations = list(self._relations())
        kept = {name: closed(at, iff(action.after(now), now)) for name, at, now in relations}
        nothing = conjunction(*kept.values())
        if action.name not in self.steps:
            return nothing
        name, terms = self.steps[action.name](*action.parameters)
        taken = self.abstract.actions[name]
        meant = dict(zip(taken.parameters, terms, strict=True))
        guards = (self.said(guard, meant) for guard in taken.guards)
        changes = (
            closed(at, iff(action.after(now), self._after(taken.updates[name], meant, at)))
            if name in taken.updates
            else kept[name]
            for name, at, now in relations
        )
        return disjunction(nothing, conjunction(*guards, *changes))

    def _relations(self) -> Iterator[tuple[str, Terms, Formula]]:
        """Yield each relation of ``abstract``, and where it holds now."""
        for each in self.relations:
            at = tuple(type(variable)(variable.name) for variable in each.variables)
            terms = dict(zip(each.variables, at, strict=True))
            yield each.relation, at, rewritten(each.body, terms=terms)

    def _after(self, update: Update, meant: Mapping[Sort, Sort], at: Terms) -> Formula:
        """Say of ``at`` that a relation of ``abstract`` holds of it after an update of that."""
        return self.said(update.body, {**meant, **dict(zip(update.variables, at, strict=True))})
