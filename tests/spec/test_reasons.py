"""Reasons: true of the state, and enough for the formula to be as it is."""

from itertools import product

import pytest

from paxiom.spec.logic.formulas import Formula, Ordered, Relation, exists, forall, iff, implies
from paxiom.spec.logic.reasons import Reasons, is_literal
from paxiom.spec.logic.structure import Scope, State
from paxiom.spec.logic.system import Action, Spec, action, safety, when


class Rung(Ordered):
    """A rung of a ladder."""


class Ladder(Spec):
    """Marks and links, all states of which are looked at."""

    marked: Relation[Rung]
    linked: Relation[Rung, Rung]

    @action
    def mark(self, r: Rung) -> Action:
        return when().then(self.marked.add(r))

    @safety
    def nothing(self) -> Formula:
        return forall(Rung, lambda r: r <= r)  # noqa: PLR0124 - true


LADDER = Ladder()
SCOPE = Scope(LADDER.system, {Rung: 2}, {}, {})
marked, linked = LADDER.marked, LADDER.linked
FORMULAS = {
    "none": forall(Rung, lambda r: ~marked(r)),
    "some": exists(Rung, Rung, lambda r, s: linked(s, r)),
    "all of some": forall(Rung, lambda r: exists(Rung, lambda s: linked(r, s))),
    "some of all": exists(Rung, lambda r: forall(Rung, lambda s: linked(r, s) | marked(s))),
    "and": forall(Rung, lambda r: marked(r) & linked(r, r)),
    "not": ~exists(Rung, lambda r: ~(marked(r) | ~linked(r, r))),
    "implies": forall(Rung, Rung, lambda r, s: implies((r < s) & linked(r, s), marked(s))),
    "iff": exists(Rung, Rung, lambda r, s: iff(marked(r), linked(r, s)) & (r != s)),
}


def states() -> list[State]:
    rungs, pairs = ((0,), (1,)), tuple(product(range(2), repeat=2))
    subsets = (
        [
            frozenset(r for r, yes in zip(rows, chosen, strict=True) if yes)
            for chosen in product((False, True), repeat=len(rows))
        ]
        for rows in (rungs, pairs)
    )
    return list(product(*subsets))


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)
def test_reasons_are_true_and_enough(formula: Formula) -> None:
    """Wherever they are true, the formula is as it is here; and it is not always the same."""
    values = set()
    for state in states():
        here = Reasons(SCOPE, state)
        value = here.holds(formula, {})
        reasons = here.of(formula, {})
        assert all(here.holds(each.formula, each.at) for each in reasons)
        for other in states():
            there = Reasons(SCOPE, other)
            if all(there.holds(each.formula, each.at) for each in reasons):
                assert there.holds(formula, {}) == value
        values.add(value)
    assert values == {True, False}


def test_reasons_are_few_and_name_elements() -> None:
    state: State = (frozenset({(0,)}), frozenset({(0, 1)}))
    found = Reasons(SCOPE, state).of(FORMULAS["implies"], {})

    assert [each.said(lambda _, at: f"r{at}") for each in found] == [
        "r0 < r1",
        "linked(r0, r1)",
        "\N{NOT SIGN}marked(r1)",
    ]
    assert all(is_literal(each.formula) for each in found)


def test_what_is_true_of_all_is_its_own_reason() -> None:
    nothing: State = (frozenset(), frozenset())
    (found,) = Reasons(SCOPE, nothing).of(FORMULAS["some"], {})

    assert not is_literal(found.formula)
    assert found.said(lambda _, at: str(at)).startswith("\N{NOT SIGN}(\N{THERE EXISTS} ")
