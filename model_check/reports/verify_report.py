"""The chain from the code to its safety as a person reads it, from the document of it."""

from collections.abc import Iterator, Mapping

from rich.text import Text

from paxiom.model_check.codec import Json, plain
from paxiom.model_check.layout import count, duration, hang
from paxiom.model_check.reports import proof_report, report
from paxiom.model_check.reports.quorum_report import UNSAT, is_tight
from paxiom.model_check.reports.report import HEAD, Row
from paxiom.model_check.traces.trace_text import trace_lines

STYLES = {"HOLDS": "bold green", "BROKEN": "bold red"}
OTHER = "bold yellow"
TOLD = {
    "HOLDS": "every link of the chain holds",
    "BROKEN": "the chain is broken",
    "INCOMPLETE": "the chain is not complete; nothing is claimed of what is missing",
    "INTERRUPTED": "the chain is not complete; it was interrupted",
}


def chain_lines(document: Mapping[str, Json], width: int) -> Iterator[Text]:
    """Print the verdict, each link, and what shows that a link is broken."""
    verdict = document["verdict"]
    head = Text.assemble(_verdict(verdict), "  ")
    yield from hang(head, f"{plain(document['name'])}: {TOLD[verdict]}", width)
    for number, link in enumerate(document["links"], 1):
        yield Text()
        yield Text.assemble((f"{number}  {link['title']}", HEAD), "  ", _verdict(link["verdict"]))
        yield from link_lines(link, width)


def link_lines(link: Mapping[str, Json], width: int) -> Iterator[Text]:
    """Print what a link claims and rests on, and what shows that it is broken."""
    yield from report.rows_lines(_rows(link), width)
    yield from _evidence(link, width)


def _verdict(verdict: str) -> tuple[str, str]:
    return verdict, STYLES.get(verdict, OTHER)


def _rows(link: Mapping[str, Json]) -> Iterator[Row]:
    yield "claim", plain(link["claim"])
    yield "scope", plain(link["scope"])
    if link["link"] == "refinement":
        yield from _refinement(link)
    elif link["link"] == "spec":
        yield from _spec(link["proof"])
    elif link["link"] == "abstraction":
        for each in link["seen"]:
            yield "where", plain(each)
        proved = sum(each["outcome"] == proof_report.PROVED for each in link["proofs"])
        yield _proved(proved, link["obligations"], link["proofs"], second=link["second"])
    else:
        for axiom in link["axioms"]:
            yield from _axiom(axiom)
    yield "time", duration(link["seconds"])
    for each in link["assumed"]:
        yield "assumed", each


def _refinement(link: Mapping[str, Json]) -> Iterator[Row]:
    if result := link["result"]:
        yield from report.checked(result)
        visited = count(result["states"], report.counted(result))
        yield "visited", f"{visited}, {report.extent(result)}"
        for warning in result["warnings"]:
            yield Text("warning", "yellow"), plain(warning)
        if result["verdict"] == "INCOMPLETE":
            yield "stopped", plain(result["stopped"] or "stopped")
    if link["broken"]:
        yield Text("broken", STYLES["BROKEN"]), plain(link["broken"])


def _spec(proof: Mapping[str, Json]) -> Iterator[Row]:
    proofs, checks = proof["proofs"], proof["checks"]
    yield _proved(proof["proved"], proof["obligations"], proofs, second=proof["second"])
    in_epr = sum(not each["cycle"] for each in proofs)
    yield "decidable", f"{in_epr} of {count(proof['obligations'], 'obligation')} in EPR"
    possible = sum(each["answer"] == "sat" for each in checks)
    yield "possible", f"{possible} of {len(checks)} that must be, or the proofs would be of nothing"


def _proved(proved: int, obligations: int, proofs: list[Json], *, second: str | None) -> Row:
    agreed = sum(each["second"] == UNSAT for each in proofs)
    by_cvc5 = f", {agreed} by cvc5" if second else "; cvc5 was not asked"
    return "proved", f"{proved} of {count(obligations, 'obligation')} by Z3{by_cvc5}"


def _axiom(axiom: Mapping[str, Json]) -> Iterator[Row]:
    yield "axiom", f"{plain(axiom['name'])}: {plain(axiom['says'])}"
    theorem = axiom["theorem"]
    if theorem is None:
        unknown = "no theorem is known for it: it is an assumption of your own"
        yield ("by", axiom["by"]) if axiom["by"] else (Text("open", OTHER), unknown)
        return
    bridge = theorem["bridge"]
    tight = "; tight" if is_tight(theorem) else ""
    both = " by Z3 and cvc5" if theorem["second"] else " by Z3"
    yield "by", f"{theorem['name']}: {theorem['statement']} ({theorem['outcome']}{both}{tight})"
    if bridge:
        steps = ", ".join(f"{name} {answer}" for name, answer in bridge["steps"].items())
        yield "so", f"{bridge['concludes']} ({steps})"
    if here := axiom["here"]:
        kinds = " and ".join(
            f"{each['quorums']} {each['name']} of {each['smallest']} or more"
            for each in here["kinds"]
        )
        fits = "the theorem is about them"
        if not here["applies"]:
            fits = "they meet, by link 1, but the theorem is not about them"
        yield "here", f"{count(here['nodes'], 'node')}, {kinds}: {fits}"
    if most := axiom["majorities_up_to"]:
        yield "majorities", f"are those of the theorem, gone through for 1 to {most} nodes"


def _evidence(link: Mapping[str, Json], width: int) -> Iterator[Text]:
    """Show the counterexample."""
    if link["link"] == "refinement" and link["result"] and link["result"]["trace"]:
        yield Text()
        yield from trace_lines(link["result"]["trace"], width)
    if link["link"] == "spec":
        yield from proof_report.details(link["proof"], width)
    if link["link"] == "abstraction":
        for each in link["proofs"]:
            yield from proof_report.failure_lines(each, width)
