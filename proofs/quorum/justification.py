"""Which theorem justifies which axiom of a spec.

An axiom about quorums is justified by the theorem that entails it for every number of nodes,
through :mod:`paxiom.proofs.quorum.bridge`, where the quorums are those of the theorem. A total
order is justified by the numbers that the implementation uses.
"""

from collections.abc import Mapping
from typing import Final

from paxiom.proofs.quorum.counting import Statement
from paxiom.proofs.quorum.theorems import THEOREMS
from paxiom.spec.logic.formulas import LE, And, Exists, ForAll, Formula, Holds, Ordered
from paxiom.spec.logic.system import System
from paxiom.spec.logic.text import text
from paxiom.spec.relational import SPECS

MEET: Final = "flexible quorums meet"  # of which majorities are the case that most have
NUMBERS: Final = "numbers are totally ordered, and there is a least"

# System.name -> axiom -> theorem
JUSTIFIES: Final[Mapping[str, Mapping[str, str]]] = {
    "FlexibleMultiPaxos": {"quorums meet": "flexible quorums meet"},
    "FlexiblePaxos": {"quorums meet": "flexible quorums meet"},
    "LamportPaxos": {"quorums meet": "majorities meet"},
    "MultiPaxos": {"quorums meet": "majorities meet"},
    "Paxos": {"quorums meet": "majorities meet"},
    "Pbft": {"quorums share an honest node": "Byzantine quorums share an honest node"},
    "Raft": {
        "quorums meet": "majorities meet",
        "no term before the first": NUMBERS,
        "no index before the first": NUMBERS,
    },
    "ViewChange": {"quorums meet": "majorities meet", "no view before the first": NUMBERS},
}


def justification(system: System, axiom: str) -> Statement | str | None:
    """Give for an axiom its theorem, or ``NUMBERS``; None if none is known.

    Of our own specs that is said above. Of any other, it is read off what the axiom says.
    """
    if axiom in {f"{s.__name__} is ordered" for s in system.sorts if issubclass(s, Ordered)}:
        return NUMBERS
    by = JUSTIFIES.get(system.name, {}).get(axiom) if _is_ours(system, axiom) else None
    by = by or _by_form(system.axioms[axiom])
    return THEOREMS.get(by, by) if by else None


def _is_ours(system: System, axiom: str) -> bool:
    """Say whether it says what the axiom of this name says in our spec of this name."""
    own = [spec().system for spec in SPECS.values() if spec.__name__ == system.name]
    said = text(system.axioms[axiom])
    return any(said == text(each.axioms[axiom]) for each in own if axiom in each.axioms)


def _by_form(formula: Formula) -> str | None:
    """Know that two quorums meet, or that nothing is before a constant, when it is said."""
    match formula:
        case ForAll((p, q), Exists((n,), And((Holds(_, (m, a)), Holds(_, (k, b)))))):
            return MEET if m is n and k is n and a is p and b is q else None
        case ForAll((v,), Holds(order, (least, w))) if order.name.endswith(LE):
            return NUMBERS if w is v and least.arguments == () else None
        case _:
            return None


def justifications(system: System) -> Mapping[str, Statement | str]:
    """Give what justifies each axiom of a spec; ValueError if nothing does."""
    found = {axiom: justification(system, axiom) for axiom in system.axioms}
    if missing := [repr(axiom) for axiom, by in found.items() if by is None]:
        msg = (
            f"{system.name}: no theorem justifies the axiom {', '.join(missing)}: "
            f"name one of paxiom.proofs.quorum.theorems in {__name__}.JUSTIFIES"
        )
        raise ValueError(msg)
    return {axiom: by for axiom, by in found.items() if by is not None}
