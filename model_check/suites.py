"""What was found, as suites of cases: the form in which CI systems know tests.

A search is a suite with a case for each property. Reports for such systems (:mod:`.junit`,
:mod:`.github`) are made of suites alone, whatever it was that was run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from paxiom.model_check import report
from paxiom.model_check.codec import Json
from paxiom.model_check.layout import WIDTH_PIPED, as_text, count
from paxiom.model_check.places import Place
from paxiom.model_check.trace_text import trace_lines


class ReportError(Exception):
    """A report cannot be written, or what it is to be compared with cannot be read."""


class Outcome(Enum):
    """How a case ended."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the search was cut short: nothing is claimed
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


COUNTS = ("states", "transitions", "depth", "symmetry", "local_states", "handler_calls", "memory")


def _facts(document: dict[str, Json], place: Place | None) -> dict[str, str]:
    """Tell what was searched, how, and what it came to; bounds one after the other."""
    facts = {name: str(document[name]) for name in ("paxiom", "verdict", *COUNTS, "explorer")}
    facts["workers"] = str(document["workers"])
    for label, told in report.checked(document):
        known = facts.get(str(label))
        facts[str(label)] = f"{known}; {told}" if label == "bound" and known else str(told)
    if document["stopped"]:
        facts["stopped"] = document["stopped"]
    if place:
        facts["source"] = f"{place.file}:{place.line}"
    return facts
