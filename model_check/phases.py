"""Quorums for the two phases of Paxos, from the options of a model."""

from paxiom.impl.names import NodeId
from paxiom.impl.quorum import QuorumPair, Threshold, majorities, row_and_column
from paxiom.model_check.model import ModelError


def phases(
    names: tuple[NodeId, ...], phase1: int | None, phase2: int | None, rows: int | None
) -> QuorumPair:
    """Majorities; or a row and a column, where nodes stand in so many ``rows``; or sizes.

    A size replaces what is there for its phase, whether the phases still meet or not.
    """
    usual = majorities(names)
    if rows is not None:
        if rows < 1 or len(names) % rows:
            msg = f"{len(names)} nodes cannot stand in {rows} rows of the same length"
            raise ModelError(msg)
        wide = len(names) // rows
        usual = row_and_column(tuple(names[at : at + wide] for at in range(0, len(names), wide)))
    return QuorumPair(
        usual.first if phase1 is None else Threshold(names, phase1),
        usual.second if phase2 is None else Threshold(names, phase2),
        usual.shared,
    )
