"""What was found, as suites of cases: the form in which CI systems know tests.

A search is a suite with a case for each property, the proofs of a spec one with a case for each
obligation. Reports for such systems (:mod:`.junit`, :mod:`.github`) are made of suites alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from paxiom.model_check.codec import Json
from paxiom.model_check.layout import WIDTH_PIPED, as_text, count
from paxiom.model_check.reports import proof_report, report, verify_report
from paxiom.model_check.reports.places import Place
from paxiom.model_check.traces.trace_text import trace_lines


class ReportError(Exception):
    """A report cannot be written, or what it is to be compared with cannot be read."""


class Outcome(Enum):
    """How a case ended."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the search was cut short, or a solver gave up: nothing is claimed
    SKIPPED = "skipped"  # of no weight: a failure elsewhere came first, or a warning says it all


OUTCOMES = {
    "holds": Outcome.PASSED,
    "reached": Outcome.PASSED,
    "violated": Outcome.FAILED,
    "never reached": Outcome.SKIPPED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question and its answer."""

    name: str
    outcome: Outcome
    verdict: str  # the answer in the words of what gave it
    sentence: str = ""  # what was asked
    detail: str = ""  # a counterexample, line by line
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """What one run has found; ``name`` is what was asked for."""

    name: str
    verdict: str
    summary: str
    cases: tuple[Case, ...]
    facts: Mapping[str, str]
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    place: Place | None = None

    def having(self, outcome: Outcome) -> tuple[Case, ...]:
        """List the cases that ended so."""
        return tuple(case for case in self.cases if case.outcome is outcome)


def suite_of(name: str, document: dict[str, Json], place: Place | None = None) -> Suite:
    """Make a suite of the document of a search."""
    trace = document["trace"]
    detail = as_text(trace_lines(trace, WIDTH_PIPED)) if trace else ""
    return Suite(
        name=name,
        verdict=document["verdict"],
        summary=_summary(document),
        cases=tuple(_case(each, document["verdict"], detail) for each in document["properties"]),
        facts=_facts(document, place),
        warnings=tuple(document["warnings"]),
        seconds=document["seconds"],
        place=place,
    )


def _case(prop: Json, verdict: str, detail: str) -> Case:
    undecided = Outcome.UNKNOWN if verdict == "INCOMPLETE" else Outcome.SKIPPED
    outcome = OUTCOMES.get(prop["verdict"], undecided)
    return Case(
        name=prop["name"],
        outcome=outcome,
        verdict=prop["verdict"],
        sentence=prop["sentence"],
        detail=detail if outcome is Outcome.FAILED else "",
    )


def _summary(document: dict[str, Json]) -> str:
    states = count(document["states"], report.counted(document))
    stopped = f"; stopped: {document['stopped']}" if document["stopped"] else ""
    return f"{states}, {report.extent(document)}{stopped}"


SEARCH = ("paxiom", "verdict", "states", "transitions", "depth", "explorer", "workers")
ENGINE = ("local_states", "handler_calls", "memory")  # 0 of the other explorer: not known


def _facts(document: dict[str, Json], place: Place | None) -> dict[str, str]:
    """Tell what was searched, how, and what it came to; bounds one after the other."""
    facts = {"model": document["model"]["name"]}
    facts |= {name: str(document[name]) for name in SEARCH}
    facts["permutations"] = str(document["symmetry"])
    facts |= {name: str(document[name]) for name in ENGINE if document[name]}
    for label, told in report.checked(document):
        known = facts.get(str(label))
        facts[str(label)] = f"{known}; {told}" if label == "bound" and known else str(told)
    if document["stopped"]:
        facts["stopped"] = document["stopped"]
    if place:
        facts["source"] = f"{place.file}:{place.line}"
    return facts


# --- proofs ------------------------------------------------------------------------------------

PROOF = {proof_report.PROVED: Outcome.PASSED, proof_report.REFUTED: Outcome.FAILED}
ANSWER = {"sat": Outcome.PASSED, "unsat": Outcome.FAILED}  # of a guard against vacuity


def suite_of_proofs(document: Mapping[str, Json]) -> Suite:
    """Make a suite of the document of what was found of one spec."""
    cases = [*map(_proof, document["proofs"]), *map(_check, document["checks"])]
    cases += map(_drop, document["audit"] or ())
    proved = f"{document['proved']} of {count(document['obligations'], 'obligation')} proved"
    names = ("verdict", "obligations", "proved", "seeds", "second")
    return Suite(
        name=document["name"],
        verdict=document["verdict"],
        summary=proved,
        cases=(*cases, *_interrupted(document)),
        facts={name: str(document[name]) for name in names if document[name] is not None},
        seconds=document["seconds"],
    )


def suite_of_quorums(document: Mapping[str, Json]) -> Suite:
    """Make a suite of the document of the theorems about quorums."""
    theorems, mistakes = document["theorems"], document["mistakes"]
    proved = sum(each["verdict"] == proof_report.PROVED for each in theorems)
    told = [("", each) for each in theorems] + [("mistake: ", each) for each in mistakes]
    facts = {"verdict": document["verdict"], "theorems": str(document["count"]["theorems"])}
    return Suite(
        name=document["name"],
        verdict=document["verdict"],
        summary=f"{proved} of {count(document['count']['theorems'], 'theorem')} proved",
        cases=(*(_statement(*each) for each in told), *_interrupted(document)),
        facts=facts | ({"second": document["second"]} if document["second"] else {}),
        seconds=document["seconds"],
    )


def _interrupted(document: Mapping[str, Json]) -> tuple[Case, ...]:
    """Stand for what was not tried."""
    rest = Case(name="the rest", outcome=Outcome.UNKNOWN, verdict="interrupted")
    return () if document["complete"] else (rest,)


def _statement(prefix: str, statement: Json) -> Case:
    """Tell of a theorem; or of what only seems to be one, and must be refuted."""
    known = {proof_report.PROVED: Outcome.PASSED, proof_report.UNKNOWN: Outcome.UNKNOWN}
    passed = statement["verdict"] == proof_report.PROVED
    return Case(
        name=prefix + statement["name"],
        outcome=known.get(statement["verdict"], Outcome.FAILED),
        verdict=statement["outcome"] if passed else statement["verdict"],
        sentence=statement["sentence"],
        detail="" if passed else f"{statement['statement']}\n{statement['counterexample'] or ''}",
        seconds=statement["seconds"],
    )


def _proof(proof: Json) -> Case:
    outcome = PROOF.get(proof["outcome"], Outcome.UNKNOWN)
    verdict = proof["outcome"]
    if outcome is Outcome.PASSED and proof["second"] in ("sat", proof_report.UNKNOWN):
        outcome = Outcome.FAILED if proof["second"] == "sat" else Outcome.UNKNOWN
        verdict = f"proved, but cvc5 says {proof['second']}"
    return Case(
        name=proof["name"],
        outcome=outcome,
        verdict=verdict,
        detail=as_text(proof_report.failure_lines(proof, WIDTH_PIPED)).strip("\n"),
        seconds=proof["seconds"],
    )


def _check(check: Json) -> Case:
    outcome = ANSWER.get(check["answer"], Outcome.UNKNOWN)
    verdict = {Outcome.PASSED: "possible", Outcome.FAILED: "impossible"}.get(outcome, "unknown")
    return Case(name=f"possible: {check['name']}", outcome=outcome, verdict=verdict)


def _drop(drop: Json) -> Case:
    outcome = Outcome.PASSED if drop["as_declared"] else Outcome.FAILED
    verdict = {"sat": "needed", "unsat": "not needed"}.get(drop["answer"], "unknown")
    if drop["answer"] == proof_report.UNKNOWN:
        outcome = Outcome.UNKNOWN
    return Case(
        name=f"without {drop['kind']} {drop['name']}: {drop['said']}",
        outcome=outcome,
        verdict=verdict if drop["as_declared"] else f"{verdict}, not as declared",
    )


# --- chains ------------------------------------------------------------------------------------

LINK = {"HOLDS": Outcome.PASSED, "BROKEN": Outcome.FAILED}


def suite_of_chain(document: Mapping[str, Json]) -> Suite:
    """Make a suite of the document of a chain, a case for each link."""
    links = document["links"]
    holding = sum(each["verdict"] == "HOLDS" for each in links)
    return Suite(
        name=document["name"],
        verdict=document["verdict"],
        summary=f"{holding} of {count(len(links), 'link')} hold",
        cases=tuple(_link(each) for each in links),
        facts={name: document[name] for name in ("paxiom", "spec", "verdict")},
        seconds=sum(each["seconds"] for each in links),
    )


def _link(link: Json) -> Case:
    outcome = LINK.get(link["verdict"], Outcome.UNKNOWN)
    told = as_text(verify_report.link_lines(link, WIDTH_PIPED))
    return Case(
        name=link["title"],
        outcome=outcome,
        verdict=link["verdict"],
        sentence=link["claim"],
        detail="" if outcome is Outcome.PASSED else told,
        seconds=link["seconds"],
    )
