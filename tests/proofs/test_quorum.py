"""Theorems about quorums: proved for every size, and compared with plain Python on small ones."""

from collections.abc import Iterator
from itertools import product

import pytest

from paxiom.proofs.prove import Outcome
from paxiom.proofs.quorum import MISTAKES, THEOREMS, prove, prove_theorem
from paxiom.proofs.quorum.counting import Everybody, Instance, N, Named, Statement, number
from paxiom.proofs.solving import Answer
from support import quorums_by_hand as by_hand

WEIGHTED = "weighted majorities meet"
SLOW_BY_HAND = ("fast Byzantine quorums", 0)
LOOSER = [
    # The least counterexample has 7 nodes: by hand, all choices of 3 sets of 6 are gone through.
    pytest.param(name, place, marks=[pytest.mark.slow] * ((name, place) == SLOW_BY_HAND))
    for name, each in THEOREMS.items()
    for place in range(len(each.hypotheses))
]


def instances(statement: Statement, n: int) -> Iterator[Instance]:
    for sets, numbers in by_hand.choices(n, statement.sets, statement.numbers):
        yield Instance(n, sets, numbers)


def counterexamples(
    statement: Statement, rule: by_hand.Rule, n: int, slack: tuple[int, ...]
) -> Iterator[Instance]:
    """What plain Python says of n nodes, where rules may be missed by so much."""
    for each in instances(statement, n):
        hypotheses, goal = rule(n, each.sets, each.numbers)
        near = all(excess + by >= 0 for excess, by in zip(hypotheses, slack, strict=True))
        if near and goal < 0 and each.satisfies(statement.telling):
            yield each


def confirm_the_least(
    statement: Statement, found: Instance, rule: by_hand.Rule, slack: tuple[int, ...]
) -> None:
    hypotheses, goal = rule(found.n, found.sets, found.numbers)
    assert all(excess + by >= 0 for excess, by in zip(hypotheses, slack, strict=True))
    assert goal < 0
    for n in range(1, found.n):
        assert next(counterexamples(statement, rule, n, slack), None) is None


@pytest.mark.parametrize("name", THEOREMS)
def test_both_solvers_prove_it(name: str) -> None:
    attempt = prove(THEOREMS[name], second=True)

    assert attempt.outcome is Outcome.PROVED
    assert attempt.second is Answer.UNSAT
    assert attempt.holds


def test_each_theorem_is_also_said_by_hand() -> None:
    assert set(by_hand.THEOREMS) == set(THEOREMS) - {WEIGHTED}
    assert set(by_hand.MISTAKES) == set(MISTAKES)


@pytest.mark.parametrize("name", [*by_hand.THEOREMS, *by_hand.MISTAKES])
def test_a_statement_means_what_it_does_by_hand(name: str) -> None:
    statement = {**THEOREMS, **MISTAKES}[name]
    rule = {**by_hand.THEOREMS, **by_hand.MISTAKES}[name]
    applied = 0
    for n in (1, 2, 3) if len(statement.sets) < 4 else (1, 2):
        for each in instances(statement, n):
            hypotheses, goal = rule(n, each.sets, each.numbers)
            assert each.satisfies(statement.given) == (min(hypotheses) >= 0)
            assert each.satisfies(statement.goals) == (goal >= 0)
            applied += min(hypotheses) >= 0

    assert applied  # no theorem about nothing


@pytest.mark.parametrize("name", by_hand.THEOREMS)
def test_a_theorem_has_no_small_counterexample(name: str) -> None:
    statement, rule = THEOREMS[name], by_hand.THEOREMS[name]
    sizes = {1: 6, 2: 5, 3: 4, 4: 3, 5: 2}[len(statement.sets)]
    applied = 0
    for n in range(1, sizes + 1):
        for sets, numbers in by_hand.choices(n, statement.sets, statement.numbers):
            hypotheses, goal = rule(n, sets, numbers)
            assert min(hypotheses) < 0 or goal >= 0
            applied += min(hypotheses) >= 0

    assert applied


@pytest.mark.parametrize(("name", "place"), LOOSER)
def test_one_less_and_there_is_a_counterexample(name: str, place: int) -> None:
    statement = THEOREMS[name]
    attempt = prove(statement.loosened(place))

    assert attempt.outcome is Outcome.REFUTED
    assert attempt.counterexample is not None
    if name != WEIGHTED:
        slack = tuple(int(each == place) for each in range(len(statement.hypotheses)))
        confirm_the_least(statement, attempt.counterexample, by_hand.THEOREMS[name], slack)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_has_a_counterexample(name: str) -> None:
    attempt = prove(MISTAKES[name])

    assert attempt.outcome is Outcome.REFUTED
    assert not attempt.holds
    assert attempt.counterexample is not None
    exact = (0,) * len(MISTAKES[name].hypotheses)
    confirm_the_least(MISTAKES[name], attempt.counterexample, by_hand.MISTAKES[name], exact)


def test_weights_on_small_sets() -> None:
    """Each weight up to 3, and half of all weight is not enough from two nodes on."""
    exact, half = THEOREMS[WEIGHTED], THEOREMS[WEIGHTED].loosened(0)
    fewest = []
    for n in (1, 2, 3):
        for weights in product(range(4), repeat=n):
            by_node = dict(enumerate(weights, start=1))
            for one, other in product(by_hand.subsets(n), repeat=2):
                total = sum(weights)
                shares = [sum(by_node[each] for each in nodes) for nodes in (one, other)]
                both_more = all(2 * share > total for share in shares)
                assert not both_more or one & other
                made = Instance(n, {"A": one, "B": other}, {}, by_node)
                assert made.satisfies(exact.given) == both_more
                if total and all(2 * share >= total for share in shares) and not one & other:
                    assert made.refutes(half)
                    fewest.append(n)
    found = prove(half).counterexample

    assert found is not None
    assert found.n == min(fewest)
    assert found.refutes(half)


def test_a_real_grid() -> None:
    """What the theorems about grids assume of A and B is true of covers, rows and columns."""
    cover, cross = THEOREMS["grid: a cover meets a column"], THEOREMS["grid: a row meets a column"]
    rows, columns = 2, 3
    at = {(r, c): r * columns + c + 1 for r in range(rows) for c in range(columns)}
    for chosen in product(range(rows), repeat=columns):
        covering = frozenset(at[row, c] for c, row in enumerate(chosen))
        for c in range(columns):
            column = frozenset(at[r, c] for r in range(rows))
            made = Instance(rows * columns, {"A": covering, "B": column, "Column": column})
            assert made.satisfies((*cover.given, *cover.goals))
    for r, c in at:
        row = frozenset(at[r, each] for each in range(columns))
        column = frozenset(at[each, c] for each in range(rows))
        sets = {"A": row, "B": column, "Row": row, "Column": column}
        assert Instance(rows * columns, sets).satisfies((*cross.given, *cross.goals))


def test_a_theorem_holds_if_it_is_proved_and_tight() -> None:
    slack = Statement(
        "supermajorities meet",
        "Any two sets of more than two thirds share a node: true, and more than is needed.",
        ((3 * Named("A").size > 2 * N, 3 * Named("B").size > 2 * N),),
        ((Named("A") & Named("B")).size >= 1,),
        "this test",
    )

    assert prove_theorem(THEOREMS["majorities meet"], second=True).holds
    assert prove_theorem(slack).attempt.holds
    assert not prove_theorem(slack).tight
    assert not prove_theorem(slack).holds


def test_statements_are_readable() -> None:
    f, a, b = number("f"), Named("A"), Named("B")
    made = Instance(4, {"A": frozenset({2, 1}), "B": frozenset({3, 4})}, {"f": 1})

    assert str(2 * f + 1) == "2f + 1"
    assert str(N - f - 1) == "n - f - 1"
    assert str((Everybody() - (a & b)).size >= N - f) == "|all - (A ∩ B)| ≥ n - f"
    assert str(made) == "n=4, f=1, A={1,2}, B={3,4}"
    assert str((2 * a.size > N).loosened()) == "2|A| ≥ n"
    assert str((a.size >= 2 * f + 1).loosened()) == "|A| ≥ 2f"
    assert str((a.size <= f).loosened()) == "|A| ≤ f + 1"
