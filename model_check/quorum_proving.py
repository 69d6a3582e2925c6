"""What is found out about quorums, as documents: theorems, and what only seems to be one."""

import time
from collections.abc import Callable, Mapping
from typing import Final

import z3

from paxiom.model_check.codec import Json
from paxiom.model_check.reports import proof_report
from paxiom.model_check.reports.proof_report import PROVED, REFUTED, SLACK, UNKNOWN
from paxiom.proofs.prove import Outcome
from paxiom.proofs.quorum import MISTAKES, THEOREMS, bridge, prove, prove_theorem
from paxiom.proofs.quorum.bridge import Bridge
from paxiom.proofs.quorum.counting import Instance, Statement, shown
from paxiom.proofs.quorum.solving import Attempt, Regions, TheoremProof, smt_lib
from paxiom.proofs.solving import Answer, in_parallel

QUORUM: Final = "quorum"  # what the theorems are called on the command line


def quorums_document(
    watch: Callable[[int], None], *, second: bool, workers: int | None = None
) -> dict[str, Json]:
    """Prove the theorems, refute the mistakes; after Ctrl-C, tell what is known."""
    began, complete = time.perf_counter(), True
    theorems: list[dict[str, Json]] = []
    mistakes: list[dict[str, Json]] = []

    def tried(statement: Statement) -> dict[str, Json]:
        if statement.name in THEOREMS:
            return theorem_document(statement, second=second)
        return _mistake_document(prove(statement))

    try:
        statements = (*THEOREMS.values(), *MISTAKES.values())
        for each in in_parallel(tried, statements, workers):
            (theorems if len(theorems) < len(THEOREMS) else mistakes).append(each)
            watch(len(theorems) + len(mistakes))
    except KeyboardInterrupt:
        complete = False
    verdicts = [each["verdict"] for each in (*theorems, *mistakes)]
    return {
        "name": QUORUM,
        "count": {"theorems": len(THEOREMS), "mistakes": len(MISTAKES)},
        "seconds": round(time.perf_counter() - began, 3),
        "second": "cvc5" if second else None,
        "complete": complete,
        "theorems": theorems,
        "mistakes": mistakes,
        "verdict": proof_report.worst(
            [*verdicts, PROVED if complete else proof_report.INTERRUPTED]
        ),
    }


def shown_quorums() -> list[str]:
    """Write the theorems as mathematics."""
    return [QUORUM, "", *(f"  {name}: {each}" for name, each in THEOREMS.items())]


def smtlib_of_quorums() -> Mapping[str, str]:
    """Write each theorem in SMT-LIB: it is proved by the answer ``unsat``."""
    found = {}
    for name, statement in THEOREMS.items():
        regions = Regions(statement, z3.Context())
        found[name] = smt_lib(regions.counterexample(), regions.context)
    return found


def theorem_document(statement: Statement, *, second: bool) -> dict[str, Json]:
    """Prove a theorem, that no rule may be looser, and the bridge from it to an axiom."""
    proof, bridged = prove_theorem(statement, second=second), _bridged(statement, second=second)
    return {
        **_statement_document(proof.attempt),
        "second": _said(proof.attempt.second),
        "looser": [
            {
                "rule": shown(rule),
                "loosened": shown(loose.statement.hypotheses[place]),
                "outcome": str(loose.outcome),
                "counterexample": _said(loose.counterexample),
            }
            for place, (rule, loose) in enumerate(
                zip(statement.hypotheses, proof.looser, strict=True)
            )
        ],
        "bridge": bridged
        and {
            "concludes": bridged.goal,
            "steps": _answers(bridged.steps),
            "second": _answers(bridged.second) or None,
            "assumes": bridged.assumes,
        },
        "verdict": _verdict(proof, bridged),
    }


def _bridged(statement: Statement, *, second: bool) -> Bridge | None:
    """Prove that there is a node, if that is what a theorem comes to; some are about counts."""
    try:
        return bridge(statement, second=second)
    except ValueError:
        return None


def _verdict(proof: TheoremProof, bridged: Bridge | None) -> str:
    answers = {proof.attempt.second or Answer.UNSAT}
    if bridged:
        answers |= {*bridged.steps.values(), *bridged.second.values()}
    loose = {each.outcome for each in proof.looser}
    found = {
        REFUTED: proof.attempt.outcome is Outcome.REFUTED or Answer.SAT in answers,
        SLACK: Outcome.PROVED in loose,
        UNKNOWN: Answer.UNKNOWN in answers or Outcome.UNKNOWN in {proof.attempt.outcome, *loose},
        PROVED: True,
    }
    return next(each for each, so in found.items() if so)


def _mistake_document(attempt: Attempt) -> dict[str, Json]:
    verdicts = {
        Outcome.REFUTED: PROVED,  # as it should be
        Outcome.PROVED: proof_report.NO_MISTAKE,
        Outcome.UNKNOWN: UNKNOWN,
    }
    return {**_statement_document(attempt), "verdict": verdicts[attempt.outcome]}


def _statement_document(attempt: Attempt) -> dict[str, Json]:
    statement = attempt.statement
    return {
        "name": statement.name,
        "sentence": statement.sentence,
        "statement": str(statement),
        "source": statement.source,
        "outcome": str(attempt.outcome),
        "seconds": round(attempt.seconds, 3),
        "counterexample": _said(attempt.counterexample),
    }


def _answers(steps: Mapping[str, Answer]) -> dict[str, Json]:
    return {name: str(answer) for name, answer in steps.items()}


def _said(value: Answer | Instance | None) -> str | None:
    return None if value is None else str(value)
