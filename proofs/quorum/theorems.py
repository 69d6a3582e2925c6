"""What is true of quorums for any number of nodes, and what only seems to be.

A, B and C are quorums, F the faulty nodes, n the number of all nodes; small letters, R and W are
natural numbers. Each rule of each theorem is as loose as it can be: one less, and there is a
counterexample, which :func:`paxiom.proofs.quorum.solving.prove_theorem` finds.
"""

from collections.abc import Mapping
from typing import Final

from paxiom.proofs.quorum.counting import (
    Amount,
    Comparison,
    Everybody,
    Hypothesis,
    N,
    Named,
    Nodes,
    Statement,
    number,
)

A, B, C, F = (Named(name) for name in "ABCF")
OLD, NEW, ROW, COLUMN = (Named(name) for name in ("Old", "New", "Row", "Column"))
WITNESSES, LOST, HERE, THERE = (Named(name) for name in ("Witnesses", "Lost", "Here", "There"))
f, m, q, qf, q1, q2, R, W = (number(name) for name in ("f", "m", "q", "qf", "q1", "q2", "R", "W"))

MAJORITY = "Thomas, A majority consensus approach to concurrency control, TODS 1979"
GIFFORD = "Gifford, Weighted voting for replicated data, SOSP 1979"
HOWARD = "Howard, Malkhi, Spiegelman, Flexible Paxos, 2016"
PBFT = "Castro, Liskov, Practical Byzantine fault tolerance, OSDI 1999"
MALKHI_REITER = "Malkhi, Reiter, Byzantine quorum systems, Distributed Computing 1998"
FAST = "Lamport, Fast Paxos, Distributed Computing 2006"
FAB = "Martin, Alvisi, Fast Byzantine consensus, TDSC 2006"
RAFT = "Ongaro, Consensus: bridging theory and practice, 2014, chapter 4"
GRID = "Cheung, Ammar, Ahamad, The grid protocol, ICDE 1990"
PARIS = "Pâris, Voting with witnesses, ICDCS 1986"


def at_least(least: Amount, *sets: Nodes) -> Hypothesis:
    """Each of these sets has so many nodes."""
    return tuple(each.size >= least for each in sets)


def majorities(of: Nodes, *sets: Nodes) -> Hypothesis:
    """Each of these sets has more than half of the nodes of another."""
    return tuple(2 * _within(each, of).size > of.size for each in sets)


def _within(one: Nodes, other: Nodes) -> Nodes:
    return one if other == Everybody() else one & other


def nonempty(*sets: Nodes) -> tuple[Comparison, ...]:
    """Each of these sets has a node."""
    return tuple(each.size >= 1 for each in sets)


ALL: Final = Everybody()
THREE: Final = Amount((), 3)
FAULTS: Final = (f >= 1,)  # so that a counterexample has some, where the theorem is about them
DATA: Final = nonempty(WITNESSES, ALL - WITNESSES)
FEW_FAULTY: Final = (F.size <= f,)
CRASH: Final = (N >= 2 * f + 1,)
BYZANTINE: Final = (N >= 3 * f + 1,)
BYZANTINE_AT_MOST: Final = (N <= 3 * f + 1,)
HONEST: Final = nonempty((A & B) - F)
MEET: Final = nonempty(A & B)

_CRASH = (
    Statement(
        "majorities meet",
        "Any two majorities share a node.",
        (majorities(ALL, A, B),),
        MEET,
        MAJORITY,
    ),
    Statement(
        "crash quorums meet",
        "Of n ≥ 2f+1 nodes, any two sets of all but f share a node.",
        (CRASH, at_least(N - f, A, B)),
        MEET,
        MAJORITY,
        FAULTS,
    ),
    Statement(
        "crash availability",
        "Of n ≥ 2f+1 nodes, those left after f failures are a majority.",
        (CRASH, FEW_FAULTY),
        majorities(ALL, ALL - F),
        MAJORITY,
        FAULTS,
    ),
    Statement(
        "even clusters",
        "Where 2m nodes have a majority left, at most m-1 failed: as many as 2m-1 nodes bear.",
        ((N <= 2 * m,), majorities(ALL, ALL - F)),
        (F.size <= m - 1,),
        MAJORITY,
    ),
    Statement(
        "overlap",
        "Two sets of at least R and W of n nodes share at least R + W - n.",
        (at_least(R, A), at_least(W, B)),
        ((A & B).size >= R + W - N,),
        GIFFORD,
        (R >= 1, W >= 1, R <= N, W <= N),
    ),
    Statement(
        "read and write quorums meet",
        "If R + W > n, each read quorum shares a node with each write quorum.",
        (at_least(R, A), at_least(W, B), (R + W > N,)),
        MEET,
        GIFFORD,
        (R >= 1, W >= 1),
    ),
    Statement(
        "flexible quorums meet",
        "If q1 + q2 > n, each quorum of phase 1 shares a node with each quorum of phase 2.",
        (at_least(q1, A), at_least(q2, B), (q1 + q2 > N,)),
        MEET,
        HOWARD,
        (q1 >= 1, q2 >= 1),
    ),
)

_BYZANTINE = (
    Statement(
        "Byzantine overlap",
        "Of 3f+1 nodes, any two sets of 2f+1 share f+1.",
        (BYZANTINE_AT_MOST, at_least(2 * f + 1, A, B)),
        at_least(f + 1, A & B),
        PBFT,
        FAULTS,
    ),
    Statement(
        "Byzantine quorums share an honest node",
        "Of 3f+1 nodes, any two sets of 2f+1 share a node that is not among the f faulty.",
        (BYZANTINE_AT_MOST, FEW_FAULTY, at_least(2 * f + 1, A, B)),
        HONEST,
        PBFT,
        FAULTS,
    ),
    Statement(
        "all but f share an honest node",
        "Of n ≥ 3f+1 nodes, any two sets of n-f share a node that is not faulty.",
        (BYZANTINE, FEW_FAULTY, at_least(N - f, A, B)),
        HONEST,
        PBFT,
        FAULTS,
    ),
    Statement(
        "⌈(n+f+1)/2⌉ share an honest node",
        "Any two sets of at least (n+f+1)/2 nodes share a node that is not faulty, for every n.",
        (FEW_FAULTY, (2 * A.size >= N + f + 1, 2 * B.size >= N + f + 1)),
        HONEST,
        MALKHI_REITER,
        FAULTS,
    ),
    Statement(
        "Byzantine availability",
        "Of n ≥ 3f+1 nodes, those not faulty are a quorum of q = ⌈(n+f+1)/2⌉.",
        (BYZANTINE, FEW_FAULTY, (2 * q <= N + f + 2,)),
        at_least(q, ALL - F),
        MALKHI_REITER,
        FAULTS,
    ),
    Statement(
        "f+1 have an honest node",
        "Of any f+1 nodes, one is not faulty.",
        (FEW_FAULTY, at_least(f + 1, A)),
        nonempty(A - F),
        PBFT,
        FAULTS,
    ),
    Statement(
        "2f+1 have f+1 honest nodes",
        "Of any 2f+1 nodes, f+1 are not faulty: more than are.",
        (FEW_FAULTY, at_least(2 * f + 1, A)),
        at_least(f + 1, A - F),
        PBFT,
        FAULTS,
    ),
)

_FAST = (
    Statement(
        "fast quorums meet",
        "If q + 2qf > 2n, any two fast quorums and any classic one have a node in common.",
        (at_least(q, C), at_least(qf, A, B), (q + 2 * qf > 2 * N,)),
        nonempty(A & B & C),
        FAST,
        (q >= 1, qf >= 1),
    ),
    Statement(
        "fast Byzantine quorums",
        "Of 5f+1 nodes, any two sets of 4f+1 share 2f+1 that are not faulty.",
        ((N <= 5 * f + 1,), FEW_FAULTY, at_least(4 * f + 1, A, B)),
        at_least(2 * f + 1, (A & B) - F),
        FAB,
        FAULTS,
    ),
)

_CHANGE = (
    Statement(
        "joint consensus",
        "A majority of the old and of the new nodes meets each majority of either.",
        (majorities(OLD, A, B), majorities(NEW, A, C)),
        nonempty(A & B, A & C),
        f"{RAFT}.3",
        nonempty(OLD, NEW),
    ),
    Statement(
        "single-server change",
        "If one node joins or leaves, each old majority meets each new one.",
        (
            ((OLD ^ NEW).size <= 1,),
            (*majorities(OLD, A), *majorities(NEW, B)),
        ),
        MEET,
        f"{RAFT}.1",
        nonempty(OLD, NEW),
    ),
)

_SHAPES = (
    Statement(
        "weighted majorities meet",
        "Any two sets of more than half of all weight share a node.",
        ((2 * A.weight > ALL.weight, 2 * B.weight > ALL.weight),),
        MEET,
        GIFFORD,
        (ALL.weight >= 1,),
    ),
    Statement(
        "grid: a cover meets a column",
        "A has a node in each column, so in the one that lies in B.",
        (nonempty(A & COLUMN), ((COLUMN - B).size <= 0,)),
        MEET,
        GRID,
        nonempty(A, B, COLUMN),
    ),
    Statement(
        "grid: a row meets a column",
        "A has a whole row and B a whole column, which cross.",
        (nonempty(ROW & COLUMN), ((ROW - A).size <= 0,), ((COLUMN - B).size <= 0,)),
        MEET,
        GRID,
        nonempty(A, B, ROW, COLUMN),
    ),
)

_WITNESSES = (
    Statement(
        "witnesses: a majority has data",
        "If witnesses are at most half, each majority has a node with data.",
        ((2 * WITNESSES.size <= N,), majorities(ALL, A)),
        nonempty(A - WITNESSES),
        PARIS,
        DATA,
    ),
    Statement(
        "witnesses: quorums share data",
        "Quorums of more nodes together than there are, witnesses twice, share one with data.",
        ((A.size + B.size > N + WITNESSES.size,),),
        nonempty((A & B) - WITNESSES),
        PARIS,
        DATA,
    ),
    Statement(
        "witnesses: data survive",
        "With f+1 nodes besides all witnesses, a quorum has data left when any f nodes are lost.",
        (at_least(WITNESSES.size + f + 1, A), (LOST.size <= f,)),
        nonempty(A - WITNESSES - LOST),
        PARIS,
        (*DATA, *FAULTS),
    ),
    Statement(
        "witnesses: a tie is broken",
        "With a node at neither of two equal sites, those left when a site is lost are a majority.",
        ((HERE.size <= THERE.size,), (N - HERE.size - THERE.size >= 1,)),
        majorities(ALL, ALL - HERE),
        PARIS,
    ),
)

THEOREMS: Final[Mapping[str, Statement]] = {
    each.name: each for each in (*_CRASH, *_BYZANTINE, *_FAST, *_CHANGE, *_SHAPES, *_WITNESSES)
}

# Said now and then, and false.
MISTAKES: Final[Mapping[str, Statement]] = {
    each.name: each
    for each in (
        Statement(
            "write quorums meet",
            "If R + W > n, any two write quorums share a node.",
            (at_least(W, A, B), (R + W > N,)),
            MEET,
            f"{GIFFORD}: has 2W > n besides",
            (R >= 1, W >= 1, R <= N, W <= N),  # no more than there are
        ),
        Statement(
            "majorities suffice against lies",
            "Of n ≥ 3f+1 nodes, any two majorities share a node that is not faulty.",
            (BYZANTINE, FEW_FAULTY, majorities(ALL, A, B)),
            HONEST,
            PBFT,
            FAULTS,
        ),
        Statement(
            "2f+1 is a quorum of any n",
            "Of n ≥ 3f+1 nodes, any two sets of 2f+1 share a node that is not faulty.",
            (BYZANTINE, FEW_FAULTY, at_least(2 * f + 1, A, B)),
            HONEST,
            PBFT,
            FAULTS,
        ),
        Statement(
            "a quorum has 2f+1 honest nodes",
            "Of 3f+1 nodes, a set of 2f+1 has 2f+1 that are not faulty.",
            (BYZANTINE_AT_MOST, FEW_FAULTY, at_least(2 * f + 1, A)),
            at_least(2 * f + 1, A - F),
            PBFT,
            FAULTS,
        ),
        Statement(
            "old and new majorities meet",
            "A majority of the old nodes meets each majority of the new, however many changed.",
            (majorities(OLD, A), majorities(NEW, B), nonempty(OLD & NEW)),
            MEET,
            RAFT,
        ),
        Statement(
            "majorities share data",
            "With one witness, any two majorities share a node with data.",
            ((WITNESSES.size <= 1,), majorities(ALL, A, B)),
            nonempty((A & B) - WITNESSES),
            PARIS,
            DATA,
        ),
        Statement(
            "a majority's data survive",
            "With one witness among n ≥ 3 nodes, a majority has data left when any node is lost.",
            (at_least(THREE, ALL), (WITNESSES.size <= 1,), majorities(ALL, A), (LOST.size <= 1,)),
            nonempty(A - WITNESSES - LOST),
            PARIS,
            DATA,
        ),
    )
}
