"""Theorems about quorums as a person reads them, from the document that a machine reads."""

from collections.abc import Iterator, Mapping

from rich.text import Text

from paxiom.model_check.codec import Json
from paxiom.model_check.layout import duration, hang
from paxiom.model_check.reports.proof_report import BAD, DIM, HEAD, PROVED, REFUTED, row, table

UNSAT = "unsat"
ASSUMED = (
    "Assumed of quorums: for each bridge, induction over the natural numbers, which is made "
    "outside the solver; and that the solver and what is said to it are right."
)
HEADS = ("quorums", "theorems", "proved", "tight", "bridges", "cvc5", "mistakes", "time")


def quorums_lines(document: Mapping[str, Json], width: int, *, details: bool) -> Iterator[Text]:
    """Print numbers; then, with ``details``, each theorem, else what is not as it should be."""
    yield from table(HEADS, [_cells(document)], [document["verdict"] == PROVED])
    for each in document["theorems"]:
        if details or each["verdict"] != PROVED:
            yield Text()
            yield from theorem_lines(each, width)
    for each in document["mistakes"]:
        if details or each["verdict"] != PROVED:
            yield Text()
            yield from _heading(each, width)
    if not document["complete"]:
        yield Text()
        done = len(document["theorems"])
        yield from row("interrupted", f"{done} of {document['count']['theorems']} tried", width)
    yield Text()
    yield from hang("", Text(ASSUMED, DIM), width)


def _cells(document: Mapping[str, Json]) -> tuple[str, ...]:
    theorems, mistakes = document["theorems"], document["mistakes"]
    bridges = [each["bridge"] for each in theorems if each["bridge"]]
    refuted = sum(each["outcome"] == REFUTED for each in mistakes)
    return (
        "for every n",
        f"{document['count']['theorems']}",
        f"{sum(each['outcome'] == PROVED for each in theorems)}",
        f"{sum(is_tight(each) for each in theorems)}",
        f"{sum(set(each['steps'].values()) == {UNSAT} for each in bridges)} of {len(bridges)}",
        f"{sum(each['second'] == UNSAT for each in theorems)}" if document["second"] else "-",
        f"{refuted} of {document['count']['mistakes']} refuted",
        duration(document["seconds"]),
    )


def is_tight(theorem: Mapping[str, Json]) -> bool:
    """Say whether each looser rule has a counterexample."""
    return all(each["outcome"] == REFUTED for each in theorem["looser"])


def theorem_lines(theorem: Mapping[str, Json], width: int) -> Iterator[Text]:
    """Print a theorem: what it says, for which less would not do, and the axiom it leads to."""
    yield from _heading(theorem, width)
    for each in theorem["looser"]:
        if each["outcome"] == REFUTED:
            told = f"{each['loosened']} is not enough: {each['counterexample']}"
            yield from row("tight", told, width)
        else:
            told = f"with {each['loosened']} for {each['rule']} it is {each['outcome']}"
            yield from row("not tight", told, width)
    if bridge := theorem["bridge"]:
        by_both = (("", bridge["steps"]), (" by cvc5", bridge["second"] or {}))
        wrong = [
            f"; {name}{by} is {answer}"
            for by, answers in by_both
            for name, answer in answers.items()
            if answer != UNSAT
        ]
        yield from row("bridge", bridge["concludes"] + "".join(wrong), width)


def _heading(statement: Mapping[str, Json], width: int) -> Iterator[Text]:
    good = statement["verdict"] == PROVED
    head = Text.assemble((statement["outcome"].upper(), HEAD if good else BAD), "  ")
    yield from hang(head, Text(statement["name"], HEAD), width)
    yield from row("", statement["sentence"], width)
    yield from row("says", statement["statement"], width)
    if statement["counterexample"]:
        yield from row("but", statement["counterexample"], width)
    if statement.get("second") not in (None, UNSAT):
        yield from row("cvc5", f"says {statement['second']}", width)
    yield from row("source", statement["source"], width)
