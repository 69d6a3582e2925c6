"""Proofs for any number of nodes: not begun, so nothing in this release is proved.

This package is where the relational specifications of ``paxiom.spec`` will be handed to solvers.
Until a proof stands here, every verdict of paxiom holds only in the bounds printed beside it.
"""
