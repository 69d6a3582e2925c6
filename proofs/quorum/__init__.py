"""Quorums, for every number of nodes: which sets share a node, an honest one, or one with data.

:mod:`~paxiom.proofs.quorum.counting` is what statements are made of,
:mod:`~paxiom.proofs.quorum.theorems` are the statements, those that hold and some that do not,
:mod:`~paxiom.proofs.quorum.solving` proves them, and refutes them with looser hypotheses,
:mod:`~paxiom.proofs.quorum.bridge` leads from counting to the axioms of the specs,
:mod:`~paxiom.proofs.quorum.justification` says which theorem justifies which axiom.
"""

from paxiom.proofs.quorum.bridge import bridge
from paxiom.proofs.quorum.justification import justifications
from paxiom.proofs.quorum.solving import prove, prove_theorem
from paxiom.proofs.quorum.theorems import MISTAKES, THEOREMS

__all__ = ["MISTAKES", "THEOREMS", "bridge", "justifications", "prove", "prove_theorem"]
