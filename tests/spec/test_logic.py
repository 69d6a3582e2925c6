"""The language of specs: what it refuses, and how formulas look."""

from collections.abc import Callable
from typing import ClassVar

import pytest

from paxiom.spec.logic.formulas import (
    ForAll,
    Formula,
    Function,
    LogicError,
    Ordered,
    Relation,
    Sort,
    exists,
    forall,
    iff,
    implies,
    quantified,
)
from paxiom.spec.logic.system import Action, Spec, action, safety, when
from paxiom.spec.logic.text import text


class Node(Sort):
    """A node."""


class Round(Ordered):
    """A round."""


M, N = Node("m"), Node("n")
R, S, T = Round("r"), Round("s"), Round("t")
UP: Relation[Node] = Relation("up", (Node,))
VOTE: Relation[Node, Round] = Relation("vote", (Node, Round))


@pytest.mark.parametrize(
    "write",
    [
        lambda: UP(M) and UP(N),  # type: ignore[redundant-expr]
        lambda: UP(M) or UP(N),  # type: ignore[redundant-expr]
        lambda: not UP(M),
        lambda: R < S < T,
        lambda: 1 if UP(M) else 2,  # type: ignore[redundant-expr]
    ],
)
def test_python_connectives_are_refused(write: Callable[[], object]) -> None:
    with pytest.raises(LogicError, match="write a & b"):
        write()


def test_formulas_are_not_compared() -> None:
    with pytest.raises(LogicError, match="iff"):
        _ = UP(M) == UP(N)


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda: UP(R), "r is no term of sort Node"),  # type: ignore[arg-type]
        (lambda: M == R, "r is no term of sort Node"),
        (lambda: R <= M, "m is no term of sort Round"),  # type: ignore[operator]
        (lambda: VOTE(N), "vote takes 2 terms, not 1"),  # type: ignore[call-arg]
        (lambda: UP.add(M, N), "up takes 1 terms, not 2"),  # type: ignore[call-arg]
        (lambda: implies(UP(M), True), "True is no formula"),  # type: ignore[arg-type]  # noqa: FBT003
        (lambda: quantified(ForAll, Node, Node, lambda n: ~UP(n)), "2 sorts"),
        (lambda: when().then(UP.add(M), UP.remove(M)), "each relation at most once"),
    ],
)
def test_what_does_not_fit_is_refused(write: Callable[[], object], message: str) -> None:
    with pytest.raises(LogicError, match=message):
        write()


def test_a_variable_that_nothing_binds_is_refused() -> None:
    class Loose(Spec):
        up: Relation[Node]

        @safety
        def all_up(self) -> Formula:
            return self.up(M)

    with pytest.raises(LogicError, match="nothing binds the variable m"):
        _ = Loose().system


class Stranger(Sort):
    """What no spec here is about."""


FIRST: Function[Node] = Function("first", (), Node)


def test_what_is_not_declared_is_refused() -> None:
    class OfStrangers(Spec):
        up: Relation[Node]

        @action
        def visit(self, s: Stranger) -> Action:
            return when().then()

    class AmongStrangers(Spec):
        up: Relation[Node]

        @safety
        def alone(self) -> Formula:
            return forall(Stranger, lambda s: s != s)  # noqa: PLR0124 - there is none

    class OfAnotherVote(Spec):
        up: Relation[Node]

        @action
        def start(self, n: Node) -> Action:
            return when(exists(Round, lambda r: VOTE(n, r))).then(self.up.add(n))

    class OfTheFirst(Spec):
        up: Relation[Node]

        @safety
        def leads(self) -> Formula:
            return self.up(FIRST())

    class ChangesAnother(Spec):
        up: Relation[Node]

        @action
        def start(self, n: Node, r: Round) -> Action:
            return when().then(VOTE.add(n, r))

    for made, message in {
        OfStrangers: "OfStrangers speaks of Stranger",
        AmongStrangers: "AmongStrangers speaks of Stranger",
        OfAnotherVote: "OfAnotherVote speaks of Round",
        OfTheFirst: "OfTheFirst speaks of first",
        ChangesAnother: "ChangesAnother.start updates vote, which is no relation of it",
    }.items():
        with pytest.raises(LogicError, match=message):
            _ = made().system


def test_an_action_must_be_one() -> None:
    class NoStep(Spec):
        up: Relation[Node]

        @action
        def start(self, n: Node) -> Action:
            return self.up(n)  # type: ignore[return-value]

    with pytest.raises(LogicError, match=r"NoStep\.start must give when"):
        _ = NoStep().system


@pytest.mark.parametrize(
    ("unneeded", "message"),
    [
        ({"start": (1,)}, "unneeded names guard 1 of start, which has 1"),
        ({"stop": (0,)}, "unneeded names guard 0 of stop, which is no action"),
    ],
)
def test_guards_that_are_not_there_are_refused(
    unneeded: dict[str, tuple[int, ...]], message: str
) -> None:
    class Starts(Spec):
        up: Relation[Node]

        @action
        def start(self, n: Node) -> Action:
            return when(~self.up(n)).then(self.up.add(n))

    assert Starts().system.actions["start"].unneeded == set()
    with pytest.raises(LogicError, match=message):
        _ = type("Misdeclared", (Starts,), {"unneeded": unneeded})().system


def test_guards_may_be_left_out_of_what_was_declared_before() -> None:
    """A variant of a spec has its own guards; the audit says which of them are needed."""

    class Looks(Spec):
        unneeded: ClassVar = {"start": (0,)}
        up: Relation[Node]

        @action
        def start(self, n: Node) -> Action:
            return when(~self.up(n)).then(self.up.add(n))

    class Careless(Looks):
        @action
        def start(self, n: Node) -> Action:
            return when().then(self.up.add(n))

    assert Careless().system.actions["start"].guards == ()


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (UP(M) & (UP(N) | ~UP(M)), "up(m) ∧ (up(n) \N{LOGICAL OR} ¬up(m))"),
        ((UP(M) & UP(N)) | UP(M), "up(m) ∧ up(n) \N{LOGICAL OR} up(m)"),
        (implies(R < S, VOTE(N, S)), "r < s → vote(n, s)"),
        (iff(R <= S, M != N), "r ≤ s ↔ m ≠ n"),
        (forall(Node, lambda n: ~UP(n)), "∀ n: Node. ¬up(n)"),
        (
            forall(Round, lambda r: exists(Node, lambda n: VOTE(n, r))),
            "∀ r: Round. ∃ n: Node. vote(n, r)",
        ),
    ],
)
def test_formulas_are_written_as_in_papers(formula: Formula, shown: str) -> None:
    assert text(formula) == shown
