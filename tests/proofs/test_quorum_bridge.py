"""From counting to axioms: the bridge, what it justifies, and the quorums that are implemented."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from inspect import getmembers, isclass
from itertools import chain, combinations, product

import pytest

from paxiom.impl import quorum
from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.quorum import (
    Both,
    QuorumPair,
    QuorumSystem,
    Threshold,
    WholeLine,
    byzantine,
    grid_protocol,
    liars,
    majorities,
    majority,
    row_and_column,
    tolerates,
    weighted_majorities,
    with_witnesses,
)
from paxiom.proofs.quorum import THEOREMS, bridge, justifications, prove
from paxiom.proofs.quorum.bridge import Prefixes
from paxiom.proofs.quorum.counting import Instance, Statement
from paxiom.proofs.quorum.justification import JUSTIFIES, NUMBERS, justification
from paxiom.proofs.quorum.solving import answer_of
from paxiom.proofs.solving import Answer
from paxiom.spec.logic.formulas import Formula, LogicError, Rigid, exists, forall
from paxiom.spec.logic.structure import Scope
from paxiom.spec.logic.system import System
from paxiom.spec.relational import SPECS
from paxiom.spec.relational.paxos import Node, Paxos, Phase1, Round

NO_AXIOM = {  # theorems that do not just say that a set has a node
    "Byzantine availability",
    "Byzantine overlap",
    "2f+1 have f+1 honest nodes",
    "crash availability",
    "even clusters",
    "fast Byzantine quorums",
    "overlap",
    "witnesses: a tie is broken",
}
BRIDGED = [name for name in THEOREMS if name not in NO_AXIOM]
PAXOS = Paxos()
SYSTEMS: Mapping[str, System] = {name: spec().system for name, spec in SPECS.items()}
QUORUMS_MEET = [name for name, system in SYSTEMS.items() if "promises" in system.rigid]
Sets = list[frozenset[int]]


@pytest.mark.parametrize("name", BRIDGED)
def test_both_solvers_prove_that_there_is_a_node(name: str) -> None:
    proof = bridge(THEOREMS[name], second=True)

    assert list(proof.steps) == list(proof.second) == ["base", "step", "use"]
    assert proof.holds


@pytest.mark.parametrize("name", BRIDGED)
def test_what_the_bridge_assumes_can_be_true(name: str) -> None:
    """Each part is refuted by its last formula, the negated conclusion, and not without it."""
    prefixes = Prefixes(THEOREMS[name])
    for *assumed, _ in prefixes.steps().values():
        assert answer_of(assumed, prefixes.regions.context) is Answer.SAT


@pytest.mark.parametrize("name", BRIDGED)
def test_nothing_looser_passes_the_bridge(name: str) -> None:
    for place in range(len(THEOREMS[name].hypotheses)):
        proof = bridge(THEOREMS[name].loosened(place))

        assert proof.steps["use"] is Answer.SAT
        assert not proof.holds


@pytest.mark.parametrize("name", sorted(NO_AXIOM))
def test_the_bridge_refuses_what_is_not_about_one_node(name: str) -> None:
    with pytest.raises(ValueError, match="does not say that a set has a node"):
        bridge(THEOREMS[name])


@pytest.mark.parametrize("name", SPECS)
def test_each_axiom_is_an_order_or_follows_from_a_theorem(name: str) -> None:
    system = SYSTEMS[name]
    reasons = justifications(system)

    assert list(reasons) == list(system.axioms)
    for axiom, reason in reasons.items():
        if isinstance(reason, Statement):
            assert prove(reason, second=True).holds
            assert bridge(reason, second=True).holds
        else:
            assert reason == NUMBERS
            assert axiom.endswith(("is ordered", "before the first"))


def test_nothing_is_justified_that_is_no_axiom() -> None:
    axioms = {system.name: set(system.axioms) for system in SYSTEMS.values()}

    for name, theorems in JUSTIFIES.items():
        assert set(theorems) <= axioms[name]
        assert set(theorems.values()) <= {*BRIDGED, NUMBERS}


def with_axiom(name: str, axiom: Formula, system: System = PAXOS.system) -> System:
    return replace(system, axioms={**system.axioms, name: axiom})


def test_an_axiom_without_a_theorem_is_named() -> None:
    somebody = forall(Phase1, lambda p: exists(Node, lambda n: PAXOS.promises(n, p)))

    with pytest.raises(ValueError, match="Paxos: no theorem justifies the axiom 'none is empty'"):
        justifications(with_axiom("none is empty", somebody))


def test_a_spec_that_is_not_listed_is_read() -> None:
    """By the theorem on flexible quorums, of which majorities are a case."""
    other = replace(PAXOS.system, name="Another")

    assert justification(other, "quorums meet") is THEOREMS["flexible quorums meet"]
    assert justification(PAXOS.system, "quorums meet") is THEOREMS["majorities meet"]


def test_a_name_alone_justifies_nothing() -> None:
    """What our own spec of this name says by it is something else."""
    weaker = exists(Phase1, Phase1, lambda p, q: (p == q) | (p != q))

    assert justification(with_axiom("quorums meet", weaker), "quorums meet") is None


FORMS = {
    "they meet": (
        forall(
            *(Phase1, Phase1),
            lambda p, q: exists(Node, lambda n: PAXOS.promises(n, p) & PAXOS.promises(n, q)),
        ),
        THEOREMS["flexible quorums meet"],
    ),
    "one of them has a node": (
        forall(
            *(Phase1, Phase1),
            lambda p, q: exists(Node, lambda n: PAXOS.promises(n, p) | PAXOS.promises(n, q)),
        ),
        None,
    ),
    "one meets itself": (
        forall(
            *(Phase1, Phase1),
            lambda p, q: exists(Node, lambda n: PAXOS.promises(n, p) & PAXOS.promises(n, p)),  # noqa: ARG005 - that is the mistake
        ),
        None,
    ),
    "some meet": (
        exists(
            *(Phase1, Phase1),
            lambda p, q: exists(Node, lambda n: PAXOS.promises(n, p) & PAXOS.promises(n, q)),
        ),
        None,
    ),
    "none is before it": (forall(Round, lambda r: PAXOS.none <= r), NUMBERS),
    "none is after it": (forall(Round, lambda r: r <= PAXOS.none), None),
}


@pytest.mark.parametrize("form", FORMS)
def test_what_an_axiom_says_is_read(form: str) -> None:
    axiom, by = FORMS[form]

    assert justification(with_axiom(form, axiom), form) is by


def subsets(n: int) -> Sets:
    sizes = (combinations(range(1, n + 1), size) for size in range(n + 1))
    return [frozenset(each) for each in chain.from_iterable(sizes)]


def kinds(system: System) -> list[Rigid[object]]:
    """The relations that say who is in a quorum: of Paxos one, of its flexible form two."""
    return [system.rigid[name] for name in ("promises", "votes") if name in system.rigid]


def axioms_hold(system: System, n: int, quorums: tuple[Sets, Sets]) -> bool:
    """Whether all axioms do where these are the quorums, of phase 1 and of phase 2."""
    chosen = dict(zip(kinds(system), quorums, strict=False))
    sizes = dict.fromkeys(system.sorts, 1) | {kinds(system)[0].sorts[0]: n}
    sizes |= {kind.sorts[1]: len(sets) for kind, sets in chosen.items()}
    rigid = {
        kind.name: frozenset((node - 1, at) for at, each in enumerate(sets) for node in each)
        for kind, sets in chosen.items()
    }
    try:
        Scope(system, sizes, rigid, {name: {(): 0} for name in system.functions})
    except LogicError as error:
        assert "the axiom 'quorums meet' is false" in str(error)  # noqa: PT017 - or none is raised
        return False
    return True


def theorem_for(system: System) -> Statement:
    reason = justifications(system)["quorums meet"]
    assert isinstance(reason, Statement)
    return reason


def pairs(system: System, quorums: tuple[Sets, Sets]) -> Iterator[dict[str, frozenset[int]]]:
    """What A and B stand for: any two quorums, or one of each kind."""
    one, other = quorums if len(kinds(system)) > 1 else (quorums[0], quorums[0])
    yield from ({"A": a, "B": b} for a, b in product(one, other))


@pytest.mark.parametrize("name", QUORUMS_MEET)
def test_the_axiom_says_what_the_theorem_concludes(name: str) -> None:
    system = SYSTEMS[name]
    goals = theorem_for(system).goals
    verdicts = set()
    for a, b in product(subsets(3), repeat=2):
        both = ([a], [b]) if len(kinds(system)) > 1 else ([a, b], [])
        meet = all(Instance(3, sets).satisfies(goals) for sets in pairs(system, both))
        assert axioms_hold(system, 3, both) == meet
        verdicts.add(meet)

    assert verdicts == {True, False}


def test_no_quorum_system_is_left_out_here() -> None:
    """Those below are all that paxiom.impl.quorum has."""
    systems = {
        name
        for name, each in getmembers(quorum, isclass)
        if hasattr(each, "is_quorum") and each is not QuorumSystem
    }

    assert systems == {"Threshold", "Weighted", "WholeLine", "EachLine", "Both"}


def quorums_of(implemented: QuorumSystem, members: tuple[NodeId, ...]) -> Sets:
    """All its quorums, where nodes are their places from 1."""
    n = len(members)
    return [s for s in subsets(n) if implemented.is_quorum({members[node - 1] for node in s})]


@pytest.mark.parametrize("n", range(1, 7))
@pytest.mark.parametrize("name", ["paxos", "multi-paxos"])
def test_majorities_are_those_of_the_theorem(name: str, n: int) -> None:
    system, members = SYSTEMS[name], node_ids(n)
    theorem = theorem_for(system)
    quorums = quorums_of(majority(members), members), Sets()

    for sets in pairs(system, quorums):
        assert Instance(n, sets).satisfies((*theorem.given, *theorem.goals))
    assert quorums[0]
    assert axioms_hold(system, n, quorums)


@pytest.mark.parametrize("n", range(1, 7))
@pytest.mark.parametrize("name", ["flexible-paxos", "flexible-multi-paxos"])
def test_thresholds_are_those_of_the_theorem(name: str, n: int) -> None:
    """And where the theorem is silent, the sizes too small together, the axiom is false."""
    system, members = SYSTEMS[name], node_ids(n)
    theorem = theorem_for(system)
    for q1, q2 in product(range(1, n + 1), repeat=2):
        quorums = (
            quorums_of(Threshold(members, q1), members),
            quorums_of(Threshold(members, q2), members),
        )
        made = [Instance(n, sets, {"q1": q1, "q2": q2}) for sets in pairs(system, quorums)]
        applies = all(each.satisfies(theorem.given) for each in made)
        assert made
        assert applies == (q1 + q2 > n)
        assert axioms_hold(system, n, quorums) == applies


def both_kinds(pair: QuorumPair) -> Iterator[dict[str, frozenset[int]]]:
    """A and B: one quorum of each kind, nodes as their places from 1."""
    first, second = (quorums_of(each, pair.members) for each in (pair.first, pair.second))
    assert first
    assert second
    yield from ({"A": a, "B": b} for a, b in product(first, second))


def follows(name: str, made: Instance) -> None:
    """A case of a theorem: its hypotheses hold, and so do its goals."""
    assert made.satisfies(THEOREMS[name].given)
    assert made.satisfies(THEOREMS[name].goals)


@pytest.mark.parametrize("weights", [(1,), (3, 1, 1), (2, 1, 1, 0), (3, 2, 2, 1, 1)])
def test_weighted_majorities_are_those_of_the_theorem(weights: tuple[int, ...]) -> None:
    n = len(weights)
    pair = weighted_majorities(tuple(zip(node_ids(n), weights, strict=True)))
    for sets in both_kinds(pair):
        numbered = dict(enumerate(weights, start=1))
        follows("weighted majorities meet", Instance(n, sets, weights=numbered))


def lines(system: QuorumSystem, members: tuple[NodeId, ...]) -> Sets:
    assert isinstance(system, WholeLine)
    return [frozenset(members.index(node) + 1 for node in line) for line in system.lines]


GRIDS = [(1, 3), (2, 2), (2, 3), (3, 2)]


@pytest.mark.parametrize(("rows", "wide"), GRIDS)
def test_a_row_and_a_column_are_those_of_the_theorem(rows: int, wide: int) -> None:
    """In each quorum of phase 1 a row, in each of phase 2 a column."""
    members = node_ids(rows * wide)
    pair = row_and_column(tuple(members[at * wide : (at + 1) * wide] for at in range(rows)))
    for sets in both_kinds(pair):
        row = next(line for line in lines(pair.first, members) if line <= sets["A"])
        column = next(line for line in lines(pair.second, members) if line <= sets["B"])
        made = Instance(len(members), {**sets, "Row": row, "Column": column})
        follows("grid: a row meets a column", made)


@pytest.mark.parametrize(("rows", "wide"), GRIDS)
def test_a_cover_and_a_column_are_those_of_the_theorem(rows: int, wide: int) -> None:
    """In each read a node of each column, in each write a whole one."""
    members = node_ids(rows * wide)
    pair = grid_protocol(tuple(members[at * wide : (at + 1) * wide] for at in range(rows)))
    assert isinstance(pair.second, Both)
    for sets in both_kinds(pair):
        known = lines(pair.second.other, pair.members)
        column = next(line for line in known if line <= sets["B"])
        follows("grid: a cover meets a column", Instance(len(members), {**sets, "Column": column}))


@pytest.mark.parametrize("n", range(1, 7))
def test_byzantine_quorums_are_those_of_the_theorem(n: int) -> None:
    members, f = node_ids(n), liars(n)
    for sets, lying in product(both_kinds(byzantine(members)), combinations(range(1, n + 1), f)):
        made = Instance(n, {**sets, "F": frozenset(lying)}, {"f": f})
        follows("⌈(n+f+1)/2⌉ share an honest node", made)


@pytest.mark.parametrize(
    ("n", "witnesses"), [(n, w) for n in range(3, 7) for w in (1, 2) if 2 * w < n]
)
def test_quorums_with_witnesses_are_those_of_the_theorem(n: int, witnesses: int) -> None:
    """And where the theorem is silent of the smallest majorities, two of them share no data."""
    members = node_ids(n)
    pair = with_witnesses(members[witnesses:], members[:witnesses])
    theorem, places = THEOREMS["witnesses: quorums share data"], range(1, n + 1)
    store_nothing = frozenset(
        place for place in places if pair.members[place - 1] in members[:witnesses]
    )
    cases = [Instance(n, {**sets, "Witnesses": store_nothing}) for sets in both_kinds(pair)]
    for made in cases:
        assert made.satisfies(theorem.goals) or not made.satisfies(theorem.given)
    assert (pair.misfit() is None) == all(each.satisfies(theorem.given) for each in cases)


@pytest.mark.parametrize("n", range(1, 8))
def test_what_may_stop_is_what_the_theorems_say(n: int) -> None:
    """Of n = 2f+1 and 2f+2 nodes f, and never half; of n > 3f nodes f liars that say nothing."""
    members = node_ids(n)
    available, even = THEOREMS["crash availability"], THEOREMS["even clusters"]
    for f in range(n + 1):
        lost = frozenset(range(1, f + 1))
        made = Instance(n, {"F": lost}, {"f": f, "m": (n + 1) // 2})
        survives = f <= majorities(members).tolerates()
        assert made.satisfies(available.given) == survives
        assert made.satisfies(available.goals) == survives
        assert made.satisfies(even.given) == survives
        assert made.satisfies(even.goals) or not survives

    assert tolerates(byzantine(members).first) >= liars(n)
