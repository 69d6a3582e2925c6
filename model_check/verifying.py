"""The chain from the code to its safety, link by link, as documents.

1. The code refines a spec: every step within bounds, by a search.
2. The spec is safe: any number of nodes, by solvers.
3. What the spec assumes of quorums is true: any number of nodes, by theorems about counts.
4. The spec, where it is known as one, is consensus, or a replicated log: any number of nodes.

Each link says what it claims, of what, and what it takes for granted. A chain holds if every link
does; none stands in for another.
"""

import time
from typing import Final

from paxiom.model_check.codec import Json
from paxiom.model_check.model import Model
from paxiom.model_check.progress import Counting
from paxiom.model_check.proving import Attempt, proof_document
from paxiom.model_check.quorum_fit import MAJORITIES_UP_TO, applies_to_majorities, best
from paxiom.model_check.quorum_proving import theorem_document
from paxiom.model_check.refinement import refines
from paxiom.model_check.reports import proof_report
from paxiom.model_check.reports.report import result_document
from paxiom.model_check.result import INTERRUPTED as BY_CTRL_C
from paxiom.model_check.result import Result, Verdict
from paxiom.model_check.traces.trace_file import VERSION, own_version
from paxiom.proofs.abstraction import abstraction_obligations
from paxiom.proofs.prove import Options, prove
from paxiom.proofs.quorum.counting import Statement
from paxiom.proofs.quorum.justification import justification
from paxiom.proofs.solving import in_parallel
from paxiom.spec.logic.abstraction import Abstraction
from paxiom.spec.logic.structure import Scope
from paxiom.spec.logic.system import System
from paxiom.spec.logic.text import system_lines, text, update_line
from paxiom.spec.relational import SPECS
from paxiom.spec.relational.abstractions import ABSTRACTIONS

FORMAT: Final = "paxiom chain"
HOLDS, BROKEN, INCOMPLETE, INTERRUPTED = "HOLDS", "BROKEN", "INCOMPLETE", "INTERRUPTED"
WORST_FIRST = (BROKEN, INTERRUPTED, INCOMPLETE, HOLDS)
INDUCTION = "the induction over steps, which is made outside the solver"
SOLVERS = "that the solvers, and what is said to them, are right"

Link = dict[str, Json]


def chain_document(name: str, system: System, links: list[Link]) -> dict[str, Json]:
    """Write down the chain; it is as good as its worst link."""
    verdicts = [link["verdict"] for link in links]
    return {
        "format": FORMAT,
        "version": VERSION,
        "paxiom": own_version(),
        "name": name,
        "spec": system.name,
        "verdict": min(verdicts, key=WORST_FIRST.index),
        "links": links,
    }


# --- 1: the code refines the spec --------------------------------------------------------------


def unasked(model: Model, system: System) -> list[str]:
    """Name the properties of a refinement that a model does not ask for."""
    asked = {each.name for each in model.properties}
    return [each for each in (refines(system), *system.inductive) if each not in asked]


def refinement_link(model: Model, result: Result) -> Link:
    """Tell what a search found of a model that refines a spec."""
    assert model.refines is not None
    verdicts = {Verdict.HOLDS: HOLDS, Verdict.VIOLATED: BROKEN, Verdict.INCOMPLETE: INCOMPLETE}
    interrupted = result.stopped == BY_CTRL_C
    document = result_document(model, result)
    prop = document["trace"]["property"] if document["trace"] else {}
    visited = "the states visited" if result.stopped else "every reachable state"
    return {
        **_refinement_heading(type(model.protocol).__name__, model.refines.system),
        "scope": f"{visited} within these bounds",
        "verdict": INTERRUPTED if interrupted else verdicts[result.verdict],
        "seconds": result.seconds,
        "broken": " ".join(prop[key] for key in ("sentence", "explanation") if key in prop) or None,
        "result": document,
    }


def no_instance_link(name: str, system: System, message: str) -> Link:
    """Tell that a model is no instance of the spec: nothing was searched."""
    return {
        **_refinement_heading(name, system),
        "verdict": BROKEN,
        "seconds": 0.0,
        "broken": message,
        "result": None,
    }


def _refinement_heading(code: str, system: System) -> Link:
    return {
        "link": "refinement",
        "title": "the code refines the spec",
        "claim": f"Every step of {code} is an action of the spec {system.name}, or changes nothing "
        "in it; and what link 2 proves of the spec holds in every state.",
        "scope": "none: the model is no instance of the spec",
        "assumed": [
            "that nothing else happens beyond these bounds",
            "that the monitor records what the relations of the spec mean",
            "that handlers are atomic, but for faults between two effects",
        ],
    }


# --- 2: the spec is safe -----------------------------------------------------------------------


def spec_link(system: System, how: Options, watch: Counting) -> Link:
    """Prove a spec, and that it is not proved of nothing."""
    attempt = Attempt(system.name, system, how)
    attempt.run(watch)
    document = attempt.document()
    verdicts = {
        proof_report.PROVED: HOLDS,
        proof_report.UNKNOWN: INCOMPLETE,
        proof_report.INTERRUPTED: INTERRUPTED,
    }
    safety = "; ".join(f"{name}: {text(formula)}" for name, formula in system.safety.items())
    return {
        "link": "spec",
        "title": "the spec is safe",
        "claim": f"In every state that {system.name} reaches, {safety}",
        "scope": _any_number(system),
        "assumed": [
            "the axioms of the spec, see link 3",
            INDUCTION,
            SOLVERS,
        ],
        "verdict": verdicts.get(document["verdict"], BROKEN),
        "seconds": document["seconds"],
        "proof": document,
    }


def _any_number(system: System) -> str:
    return f"any number of each of {', '.join(sort.__name__ for sort in system.sorts)}"


# --- 3: what the spec assumes is true ----------------------------------------------------------


def axioms_link(system: System, scope: Scope | None, watch: Counting, *, second: bool) -> Link:
    """Prove the theorems that the axioms of a spec rest on; ``scope`` is the instance checked."""
    began, told = time.perf_counter(), watch("quorums", "axioms")
    axioms: list[Link] = []
    try:
        for axiom in system.axioms:
            axioms.append(_axiom_document(system, axiom, scope, second=second))
            told(len(axioms))
        verdict = min((each["verdict"] for each in axioms), key=WORST_FIRST.index, default=HOLDS)
    except KeyboardInterrupt:
        verdict = INTERRUPTED
    return {
        "link": "axioms",
        "title": "what the spec assumes is true",
        "claim": f"The axioms of {system.name} hold of the quorums of the code.",
        "scope": "any number of nodes, where quorums are as the theorems say",
        "assumed": [
            "induction over the natural numbers, made outside the solver",
            SOLVERS,
        ],
        "verdict": verdict,
        "seconds": round(time.perf_counter() - began, 3),
        "axioms": axioms,
    }


def _axiom_document(system: System, axiom: str, scope: Scope | None, *, second: bool) -> Link:
    by = justification(system, axiom)
    document: Link = {
        "name": axiom,
        "says": text(system.axioms[axiom]),
        "by": by.name if isinstance(by, Statement) else by,
        "theorem": None,
        "here": None,
        "majorities_up_to": None,
        "verdict": HOLDS if by else INCOMPLETE,
    }
    if not isinstance(by, Statement):
        return document
    by, here = best(by, axiom, scope) if scope else (by, None)
    theorem = theorem_document(by, second=second)
    proved = theorem["verdict"] in (proof_report.PROVED, proof_report.SLACK) and theorem["bridge"]
    fits = here["applies"] if here else scope is None
    refuted = theorem["verdict"] == proof_report.REFUTED
    return {
        **document,
        "by": by.name,
        "theorem": theorem,
        "here": here,
        "majorities_up_to": MAJORITIES_UP_TO if applies_to_majorities(by) else None,
        "verdict": HOLDS if proved and fits else BROKEN if refuted else INCOMPLETE,
    }


# --- 4: the spec is another ---------------------------------------------------------------------


def abstraction_of(system: System) -> Abstraction | None:
    """Find what a spec of ours is known to refine; one of another text is not ours."""
    own = list(system_lines(system))
    for name, abstraction in ABSTRACTIONS.items():
        if list(system_lines(SPECS[name]().system)) == own:
            return abstraction()
    return None


def abstraction_link(system: System, seen: Abstraction, how: Options, watch: Counting) -> Link:
    """Prove that each step of a spec is one of a plainer spec, or nothing to that."""
    began, told = time.perf_counter(), watch(seen.abstract.name, "obligations")
    asked = tuple(abstraction_obligations(system, seen))
    proofs: list[Link] = []
    interrupted = False
    try:
        for each in in_parallel(lambda one: prove(system, one, how), asked, how.workers):
            proofs.append(proof_document(each))
            told(len(proofs))
    except KeyboardInterrupt:
        interrupted = True
    outcomes = {each["outcome"] for each in proofs} | {each["second"] for each in proofs}
    known = outcomes <= {"proved", "unsat", None}
    verdict = BROKEN if outcomes & {"refuted", "sat"} else HOLDS if known else INCOMPLETE
    name = seen.abstract.name
    return {
        "link": "abstraction",
        "title": f"the spec refines {name}",
        "claim": f"{system.name} begins where {name} does, and each step of it is a step of "
        f"{name}, or changes nothing in that.",
        "scope": _any_number(system),
        "assumed": ["the invariants of the spec, see link 2", INDUCTION, SOLVERS],
        "verdict": INTERRUPTED if interrupted else verdict,
        "seconds": round(time.perf_counter() - began, 3),
        "seen": list(map(update_line, seen.relations)),
        "obligations": len(asked),
        "second": "cvc5" if how.second else None,
        "proofs": proofs,
    }
