"""Formulas as Z3 and cvc5 have them, against what they mean in finite structures."""

from itertools import combinations
from typing import Any

import pytest
import z3
from hypothesis import assume, given, settings

from paxiom.proofs.finite import smallest
from paxiom.proofs.lowering import Lowering
from paxiom.proofs.obligations import Obligation
from paxiom.proofs.second import by_cvc5, smtlib
from paxiom.proofs.solving import Answer, Limits, new_solver
from paxiom.spec.logic.formulas import (
    And,
    Equal,
    Exists,
    ForAll,
    Formula,
    Holds,
    Implies,
    Not,
    Or,
    Sort,
    Terms,
)
from paxiom.spec.logic.structure import Row, Scope
from support.random_logic import Case, cases, falls, holding, namesakes, rows

SOON = Limits(resources=1_000_000)  # the formulas that Z3 can answer take a hundredth of it


def by_z3(case: Case, lowers: type[Lowering] = Lowering) -> bool:
    """Ask Z3, in the structure pinned down in its own terms.

    Some formulas are outside EPR, as "for all x, g(g(x)) = g(x)": Z3 may make terms without end.
    """
    scope, system = case.scope, case.scope.system
    lowering = lowers(system)
    solver = new_solver(lowering, SOON)
    elements = {
        sort: [z3.Const(f"{sort.__name__}#{at}", in_z3) for at in range(scope.sizes[sort])]
        for sort, in_z3 in lowering.sorts.items()
    }

    def among(sorts: tuple[type[Sort], ...], row: Row) -> list[Any]:
        return [elements[sort][at] for sort, at in zip(sorts, row, strict=True)]

    for own in elements.values():
        any_one = z3.Const("any", own[0].sort())
        solver.add(z3.Distinct(own) if own[1:] else z3.BoolVal(val=True, ctx=lowering.context))
        solver.add(z3.ForAll([any_one], z3.Or([any_one == each for each in own])))
    for symbol in (*system.relations.values(), *system.rigid.values()):
        held = holding(symbol.name, scope, case.state)
        for row in rows(symbol.sorts, scope.sizes):
            atom = lowering.symbols[symbol.name](*among(symbol.sorts, row))
            solver.add(atom if row in held else z3.Not(atom))
    for function in system.functions.values():
        for row, result in scope.functions[function.name].items():
            applied = lowering.symbols[function.name](*among(function.sorts, row))
            solver.add(applied == elements[function.result][result])
    known = lowering.constants(case.parameters)
    for each, at in zip(case.parameters, case.values, strict=True):
        solver.add(known[id(each)] == elements[type(each)][at])
    said = lowering.lower(case.formula, known)
    answers = (str(solver.check(said)), str(solver.check(z3.Not(said))))
    assume("unknown" not in answers)
    assert answers in (("sat", "unsat"), ("unsat", "sat"))
    return answers[0] == "sat"


@given(cases() | namesakes())
def test_z3_evaluator_and_definition_say_the_same(case: Case) -> None:
    assert by_z3(case) == case.evaluated() == case.judged()


# --- the structure said in the language itself -------------------------------------------------


def diagram(case: Case) -> tuple[Terms, tuple[Formula, ...]]:
    """Say all there is to say of a structure: of which elements, and what is true of them."""
    scope, system = case.scope, case.scope.system
    elements = {
        sort: [sort(f"{sort.__name__}{at}") for at in range(size)]
        for sort, size in scope.sizes.items()
    }

    def among(sorts: tuple[type[Sort], ...], row: Row) -> Terms:
        return tuple(elements[sort][at] for sort, at in zip(sorts, row, strict=True))

    said: list[Formula] = []
    for sort, own in elements.items():
        any_one = sort("any")
        said += [Not(Equal(one, other)) for one, other in combinations(own, 2)]
        said.append(ForAll((any_one,), Or(tuple(Equal(any_one, each) for each in own))))
    for symbol in (*system.relations.values(), *system.rigid.values()):
        held = holding(symbol.name, scope, case.state)
        for row in rows(symbol.sorts, scope.sizes):
            atom = Holds(symbol, among(symbol.sorts, row))
            said.append(atom if row in held else Not(atom))
    for each in system.functions.values():
        for row, result in scope.functions[each.name].items():
            applied = each.result(each.name, among(each.sorts, row))
            said.append(Equal(applied, elements[each.result][result]))
    for variable, at in zip(case.parameters, case.values, strict=True):
        said.append(Equal(variable, elements[type(variable)][at]))
    return tuple(each for own in elements.values() for each in own), tuple(said)


@settings(max_examples=30)
@given(cases(most=2, depth=2))
def test_cvc5_reads_what_z3_was_told(case: Case) -> None:
    said = case.formula if case.judged() else Not(case.formula)
    elements, known = diagram(case)
    obligation = Obligation("random", known, said, (*elements, *case.parameters))

    assert by_cvc5(smtlib(case.scope.system, obligation)) is Answer.UNSAT


@settings(max_examples=30)
@given(cases(most=2, depth=2))
def test_a_structure_is_found_where_there_is_one_and_no_smaller(case: Case) -> None:
    system = case.scope.system
    elements, known = diagram(case)
    found = smallest(system, (*known, case.formula), (*elements, *case.parameters))

    assert (found is not None) == case.judged()
    if found:
        assert found.sizes == case.scope.sizes
        scope = Scope(system, found.sizes, found.rigid, found.functions)
        values = found.values[len(elements) :]
        assert Case(
            scope, tuple(found.relations.values()), case.parameters, values, case.formula
        ).judged()


# --- that these tests would notice --------------------------------------------------------------


class Swapped(Lowering):
    """Takes "and" for "or"."""

    def _formula(self, formula: Formula, known: dict[int, Any], depth: int) -> Any:  # noqa: ANN401
        match formula:
            case And(parts):
                return super()._formula(Or(parts), known, depth)
            case _:
                return super()._formula(formula, known, depth)


class Capturing(Lowering):
    """Calls the variables of inner and outer quantifiers the same."""

    def _formula(self, formula: Formula, known: dict[int, Any], depth: int) -> Any:  # noqa: ANN401
        return super()._formula(formula, known, 0 * depth)


class Reversed(Lowering):
    """Takes an implication the other way round."""

    def _formula(self, formula: Formula, known: dict[int, Any], depth: int) -> Any:  # noqa: ANN401
        match formula:
            case Implies(one, other):
                return super()._formula(Implies(other, one), known, depth)
            case _:
                return super()._formula(formula, known, depth)


class Some(Lowering):
    """Takes "all" for "some" under a denial, where it is easily overlooked."""

    def _formula(self, formula: Formula, known: dict[int, Any], depth: int) -> Any:  # noqa: ANN401
        match formula:
            case Not(ForAll(variables, body)):
                return super()._formula(Not(Exists(variables, body)), known, depth)
            case _:
                return super()._formula(formula, known, depth)


class Turned(Lowering):
    """Gives a relation its terms in the opposite order, where the sorts allow it."""

    def _formula(self, formula: Formula, known: dict[int, Any], depth: int) -> Any:  # noqa: ANN401
        match formula:
            case Holds(symbol, terms) if symbol.sorts == symbol.sorts[::-1]:
                return super()._formula(Holds(symbol, terms[::-1]), known, depth)
            case _:
                return super()._formula(formula, known, depth)


class Outer(Lowering):
    """Lets a variable that is bound again mean what it meant outside."""

    def _formula(self, formula: Formula, known: dict[int, Any], depth: int) -> Any:  # noqa: ANN401
        match formula:
            case ForAll(variables, body) | Exists(variables, body) if depth:
                kept = tuple(each for each in variables if id(each) not in known)
                inner = type(formula)(kept, body) if kept else body
                return super()._formula(inner, known, depth)
            case _:
                return super()._formula(formula, known, depth)


@pytest.mark.parametrize(
    "broken",
    [
        Swapped,
        Reversed,
        *(pytest.param(each, marks=pytest.mark.slow) for each in (Capturing, Some, Turned, Outer)),
    ],
)
def test_a_wrong_lowering_is_noticed(broken: type[Lowering]) -> None:
    assert falls(cases() | namesakes(), lambda case: by_z3(case, broken) == case.judged())
