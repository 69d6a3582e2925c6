"""Proofs for any number of nodes: relational specs of ``paxiom.spec`` are handed to solvers.

:mod:`~paxiom.proofs.obligations` says what must be proved, :mod:`~paxiom.proofs.prove` proves it,
:mod:`~paxiom.proofs.vacuity` shows that it is not proved of nothing, and
:mod:`~paxiom.proofs.audit` that each guard, axiom and invariant is needed.
"""
