"""The language on random formulas, against the definition of what they mean."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paxiom.spec.logic import rewriting
from paxiom.spec.logic.formulas import Exists, ForAll, Formula, Sort, Update
from paxiom.spec.logic.rewriting import rewritten
from paxiom.spec.logic.structure import GroundAction
from paxiom.spec.logic.system import Action
from paxiom.spec.logic.text import text
from support.random_logic import Case, cases, falls, holding, rows, terms, truth, updates
from support.random_logic import value as value_of
from support.reading import Reader


@given(cases())
def test_formulas_are_evaluated_as_they_are_defined(case: Case) -> None:
    assert case.evaluated() == case.judged()


@given(cases())
def test_rows_are_found_where_a_formula_holds(case: Case) -> None:
    found = case.scope.rows_where(case.parameters, case.formula)(case.state)

    assert sorted(found) == case.judged_everywhere()


@given(cases())
def test_what_is_written_says_what_the_formula_says(case: Case) -> None:
    written = text(case.formula)
    read = Reader(case.scope.system, written).read(case.parameters)

    assert replace(case, formula=read).judged_everywhere() == case.judged_everywhere(), written


# --- rewriting ---------------------------------------------------------------------------------


def after_is_said_before(case: Case, changed: dict[str, Update]) -> bool:
    """Whether what is said of the state after an action is said rightly of the state before."""
    action = Action((), changed, "change", parameters=case.parameters)
    after = GroundAction(case.scope, action).apply(case.state, case.values)
    before = replace(case, formula=action.after(case.formula))
    return before.judged() == replace(case, state=after).judged()


@given(st.data())
def test_what_holds_after_an_action_is_said_of_the_state_before(data: st.DataObject) -> None:
    case = data.draw(cases())

    assert after_is_said_before(case, data.draw(updates(case)))


@given(st.data())
def test_an_action_changes_relations_as_its_updates_are_defined(data: st.DataObject) -> None:
    case = data.draw(cases(depth=0))
    changed = data.draw(updates(case))
    action = Action((), changed, "change", parameters=case.parameters)
    after = GroundAction(case.scope, action).apply(case.state, case.values)
    numbers = dict(zip(map(id, case.parameters), case.values, strict=True))

    for name, relation in case.scope.system.relations.items():
        now = holding(name, case.scope, after)
        if name not in changed:
            assert now == holding(name, case.scope, case.state)
            continue
        update = changed[name]
        for row in rows(relation.sorts, case.scope.sizes):
            own = dict(zip(map(id, update.variables), row, strict=True))
            said = truth(update.body, case.scope, case.state, numbers | own)
            assert (row in now) == said


def substitution_holds(case: Case, meant: dict[Sort, Sort]) -> bool:
    """Whether terms put for variables mean what the variables then stand for."""
    numbers = dict(zip(map(id, case.parameters), case.values, strict=True))
    values = tuple(value_of(meant.get(each, each), case.scope, numbers) for each in case.parameters)
    put = replace(case, formula=rewritten(case.formula, terms=meant))
    return put.judged() == replace(case, values=values).judged()


@st.composite
def substitutions(draw: st.DrawFn, most: int = 3, depth: int = 3) -> tuple[Case, dict[Sort, Sort]]:
    """Draw a formula, and a term for each of its parameters."""
    case = draw(cases(most, depth))
    system, known = case.scope.system, case.parameters
    return case, {each: draw(terms(system, known, type(each), 2)) for each in known}


@given(substitutions())
def test_terms_are_put_for_variables_and_captured_by_no_quantifier(
    drawn: tuple[Case, dict[Sort, Sort]],
) -> None:
    assert substitution_holds(*drawn)


# --- that these tests would notice --------------------------------------------------------------


class Capturing(rewriting._Rewriting):  # noqa: SLF001 - broken on purpose
    """Leaves bound variables as they are."""

    def formula(self, formula: Formula) -> Formula:
        match formula:
            case ForAll(variables, body) | Exists(variables, body):
                bound = set(map(id, variables))
                known = {old: new for old, new in self.terms.items() if id(old) not in bound}
                return type(formula)(variables, replace(self, terms=known).formula(body))
            case _:
                return super().formula(formula)


class Forgetful(rewriting._Rewriting):  # noqa: SLF001
    """Puts terms for bound variables too."""

    def formula(self, formula: Formula) -> Formula:
        match formula:
            case ForAll(variables, body) | Exists(variables, body):
                return type(formula)(variables, self.formula(body))
            case _:
                return super().formula(formula)


@pytest.mark.slow
@pytest.mark.parametrize("broken", [Capturing, Forgetful])
def test_a_variable_captured_is_noticed(
    broken: type[rewriting._Rewriting], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewriting, "_Rewriting", broken)

    assert falls(substitutions(), lambda drawn: substitution_holds(*drawn))
