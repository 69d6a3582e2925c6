"""What is found out about a spec: proofs, checks against vacuity, and the audit, as a document."""

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from paxiom.model_check.codec import Json
from paxiom.model_check.progress import Counting
from paxiom.model_check.reports import proof_report
from paxiom.proofs.audit import Drop, audit
from paxiom.proofs.counterexample import document as counterexample_document
from paxiom.proofs.counterexample import rows_of
from paxiom.proofs.obligations import obligations
from paxiom.proofs.prove import Options, Outcome, Proof, prove_all
from paxiom.proofs.second import smtlib
from paxiom.proofs.solving import LIMITS
from paxiom.proofs.vacuity import Check, checks
from paxiom.spec.logic.system import System

Found = TypeVar("Found")


class Attempt:
    """What is found out about one spec."""

    def __init__(self, name: str, system: System, how: Options) -> None:
        """Begin with nothing."""
        self.name = name
        self.system = system
        self.how = how
        self.proofs: list[Proof] = []
        self.checks: list[Check] = []
        self.drops: list[Drop] | None = None
        self.seconds = 0.0
        self.interrupted = False

    def run(self, watch: Counting, *, with_audit: bool = False) -> None:
        """Prove, check for vacuity, and audit what is proved."""
        began, workers = time.perf_counter(), self.how.workers
        try:
            self.gather(
                prove_all(self.system, self.how), self.proofs, watch(self.name, "obligations")
            )
            self.gather(
                checks(self.system, LIMITS, workers), self.checks, watch(self.name, "checks")
            )
            if with_audit and all(each.holds for each in self.proofs):
                self.drops = []
                self.gather(
                    audit(self.system, LIMITS, workers), self.drops, watch(self.name, "left out")
                )
        except KeyboardInterrupt:
            self.interrupted = True
        self.seconds = time.perf_counter() - began

    def gather(
        self, source: Iterable[Found], into: list[Found], watch: Callable[[int], None]
    ) -> None:
        """Keep each, and tell how many there are."""
        for each in source:
            into.append(each)
            watch(len(into))

    def document(self) -> dict[str, Json]:
        """Write down what was found so far."""
        document: dict[str, Json] = {
            "name": self.name,
            "obligations": sum(1 for _ in obligations(self.system)),
            "proved": sum(each.outcome is Outcome.PROVED for each in self.proofs),
            "seconds": round(self.seconds, 3),
            "seeds": self.how.seeds,
            "second": "cvc5" if self.how.second else None,
            "complete": not self.interrupted,
            "proofs": [proof_document(each) for each in self.proofs],
            "checks": [_check_document(each) for each in self.checks],
            "audit": None if self.drops is None else [_drop_document(d) for d in self.drops],
        }
        return {**document, "verdict": proof_report.verdict(document)}


def smtlib_of(system: System) -> dict[str, str]:
    """Write each obligation in SMT-LIB."""
    return {each.name: smtlib(system, each) for each in obligations(system)}


def proof_document(proof: Proof) -> dict[str, Json]:
    """Write down what became of an obligation."""
    found = proof.counterexample
    return {
        "name": proof.obligation.name,
        "outcome": str(proof.outcome),
        "seconds": round(proof.seconds, 3),
        "resources": proof.resources,
        "reason": proof.reason or None,
        "cycle": [str(edge) for edge in proof.cycle],
        "second": None if proof.second is None else str(proof.second),
        "seeds": proof.seeds,
        "counterexample": found
        and {**counterexample_document(found), "rows": [list(row) for row in rows_of(found)]},
    }


def _check_document(check: Check) -> dict[str, Json]:
    trace = list(check.trace.lines()) if check.trace else None
    return {"name": check.name, "answer": str(check.answer), "trace": trace}


def _drop_document(drop: Drop) -> dict[str, Json]:
    return {
        "kind": drop.kind,
        "name": drop.name,
        "said": drop.said,
        "answer": str(drop.answer),
        "as_declared": drop.as_declared,
        "breaks": drop.breaks or None,
    }
