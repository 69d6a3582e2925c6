"""Which theorem justifies which axiom of a spec.

An axiom about quorums is justified by the theorem that entails it for every number of nodes,
through :mod:`paxiom.proofs.quorum.bridge`, where the quorums are those of the theorem. A total
order is justified by the numbers that the implementation uses.
"""

from collections.abc import Mapping
from typing import Final

from paxiom.proofs.quorum.counting import Statement
from paxiom.proofs.quorum.theorems import THEOREMS
from paxiom.spec.logic.formulas import Ordered
from paxiom.spec.logic.system import System

NUMBERS: Final = "numbers are totally ordered, and there is a least"

# System.name -> axiom -> theorem
JUSTIFIES: Final[Mapping[str, Mapping[str, str]]] = {
    "FlexibleMultiPaxos": {"quorums meet": "flexible quorums meet"},
    "FlexiblePaxos": {"quorums meet": "flexible quorums meet"},
    "MultiPaxos": {"quorums meet": "majorities meet"},
    "Paxos": {"quorums meet": "majorities meet"},
    "Pbft": {"quorums share an honest node": "Byzantine quorums share an honest node"},
    "ViewChange": {"quorums meet": "majorities meet", "no view before the first": NUMBERS},
}


def justifications(system: System) -> Mapping[str, Statement | str]:
    """Give for each axiom of a spec its theorem, or ``NUMBERS``; ValueError if one has neither."""
    known = JUSTIFIES.get(system.name, {})
    orders = {f"{s.__name__} is ordered" for s in system.sorts if issubclass(s, Ordered)}
    missing = [repr(each) for each in system.axioms if each not in orders and each not in known]
    if missing:
        msg = (
            f"{system.name}: no theorem justifies the axiom {', '.join(missing)}: "
            f"name one of paxiom.proofs.quorum.theorems in {__name__}.JUSTIFIES"
        )
        raise ValueError(msg)
    named = {name: NUMBERS if name in orders else known[name] for name in system.axioms}
    return {name: NUMBERS if by == NUMBERS else THEOREMS[by] for name, by in named.items()}
