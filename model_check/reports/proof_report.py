"""Proofs as a person reads them, from the documents that a machine reads."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.text import Text

from paxiom.model_check.codec import Json, plain
from paxiom.model_check.layout import count, duration, hang
from paxiom.model_check.traces.trace_file import VERSION, own_version

FORMAT = "paxiom proofs"
REFUTED, VACUOUS, WRONG_AUDIT = "refuted", "vacuous", "audit differs"
SLACK, NO_MISTAKE = "not tight", "no mistake"  # of theorems about quorums
INTERRUPTED, UNKNOWN, PROVED = "interrupted", "unknown", "proved"
WORST_FIRST = (
    *(REFUTED, VACUOUS, WRONG_AUDIT, SLACK, NO_MISTAKE),
    *(INTERRUPTED, UNKNOWN, PROVED),
)
ASSUMED = (
    "Assumed: the axioms; the induction over steps, which is made outside the solver; and that "
    "the solver and what is said to it are right."
)
UNREACHABLE = (
    "Possibly unreachable: the state before satisfies axioms and invariants, which does not say "
    "that a run leads there. Either the protocol is wrong or an invariant is missing."
)
LABEL = 12
HEADS = ("spec", "obligations", "proved", "time", "EPR", "cvc5", "checks", "slowest")
HEAD, DIM, BAD = "bold", "dim", "bold red"


def worst(verdicts: Iterable[str]) -> str:
    """Give the one of several verdicts that counts."""
    return min(verdicts, key=WORST_FIRST.index)


def verdict(document: Mapping[str, Json]) -> str:
    """Say how it ends for one spec, from what was found."""
    answers = [each["answer"] for each in document["checks"]]
    drops = document["audit"] or []
    differing = [each["answer"] for each in drops if not each["as_declared"]]
    proofs = document["proofs"]
    found = {
        REFUTED: any(p["outcome"] == REFUTED or p["second"] == "sat" for p in proofs),
        VACUOUS: "unsat" in answers,
        WRONG_AUDIT: any(answer != UNKNOWN for answer in differing),
        INTERRUPTED: not document["complete"],
        UNKNOWN: UNKNOWN in (*answers, *differing, *(p["second"] for p in proofs))
        or any(p["outcome"] != PROVED for p in proofs),
        PROVED: True,
    }
    return next(each for each, so in found.items() if so)


def proofs_document(
    specs: Sequence[Mapping[str, Json]], quorums: Mapping[str, Json] | None
) -> dict[str, Json]:
    """Write down what was found of all specs, and of quorums if they were asked for."""
    return {**_heading(), "assumed": ASSUMED, "specs": list(specs), "quorums": quorums}


def shown_document(texts: Mapping[str, Sequence[str]]) -> dict[str, Json]:
    """Write down specs as mathematics."""
    return {**_heading(), "shown": {name: list(lines) for name, lines in texts.items()}}


def _heading() -> dict[str, Json]:
    return {"format": FORMAT, "version": VERSION, "paxiom": own_version()}


# --- text --------------------------------------------------------------------------------------


def shown_lines(texts: Mapping[str, Sequence[str]]) -> Iterator[Text]:
    """Print specs as mathematics, line by line."""
    for number, lines in enumerate(texts.values()):
        if number:
            yield Text()
        for place, line in enumerate(lines):
            yield Text(plain(line), "" if place else HEAD)


def specs_lines(document: Mapping[str, Json], width: int) -> Iterator[Text]:
    """Print a table of specs, then what failed, then what is assumed."""
    specs = document["specs"]
    cells = [*map(_cells, specs), *([_total(specs)] if len(specs) > 1 else [])]
    yield from table(HEADS, cells, [*(each["verdict"] == PROVED for each in specs), True])
    for spec in specs:
        yield from details(spec, width)
    yield Text()
    yield from hang("", Text(ASSUMED, DIM), width)


def table(
    heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], good: Sequence[bool]
) -> Iterator[Text]:
    """Print rows under their heads, those that are not good in red."""
    wide = [max(len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
    for number, cells in enumerate((heads, *rows)):
        padded = (cell.ljust(size) for cell, size in zip(cells, wide, strict=True))
        line = Text("  ".join(padded).rstrip(), "" if number else DIM)
        if number and not good[number - 1]:
            line.stylize(BAD)
        yield line


def _total(specs: Sequence[Mapping[str, Json]]) -> tuple[str, ...]:
    proofs = [proof for spec in specs for proof in spec["proofs"]]
    checks = [check for spec in specs for check in spec["checks"]]
    agreed = sum(each["second"] == "unsat" for each in proofs)
    return (
        "total",
        f"{sum(spec['obligations'] for spec in specs)}",
        f"{sum(spec['proved'] for spec in specs)}",
        duration(sum(spec["seconds"] for spec in specs)),
        "",
        f"{agreed}" if specs[0]["second"] else "-",
        _passed(checks),
        "",
    )


def _passed(checks: Sequence[Mapping[str, Json]]) -> str:
    return f"{sum(each['answer'] == 'sat' for each in checks)} of {len(checks)}"


def _cells(spec: Mapping[str, Json]) -> tuple[str, ...]:
    proofs, checks = spec["proofs"], spec["checks"]
    slowest = max(proofs, key=lambda each: float(each["seconds"]), default=None)
    agreed = sum(each["second"] == "unsat" for each in proofs)
    in_epr = "cycle" if any(each["cycle"] for each in proofs) else "yes"
    return (
        plain(spec["name"]),
        f"{spec['obligations']}",
        f"{spec['proved']}",
        duration(spec["seconds"]),
        in_epr if proofs else "-",
        f"{agreed}" if spec["second"] else "-",
        _passed(checks),
        plain(f"{slowest['name']} ({duration(slowest['seconds'])})") if slowest else "-",
    )


def details(spec: Mapping[str, Json], width: int) -> Iterator[Text]:
    """Tell what is not as it should be, and of an audit what is not needed."""
    lines = [
        *_cycle_lines(spec, width),
        *(line for each in spec["proofs"] for line in failure_lines(each, width)),
        *(line for each in spec["checks"] for line in _check_lines(each, width)),
        *_audit_lines(spec["audit"], width),
    ]
    if lines or spec["verdict"] != PROVED:
        yield Text()
        verdict_style = HEAD if spec["verdict"] == PROVED else BAD
        yield Text.assemble(
            (plain(spec["name"]), HEAD), "  ", (spec["verdict"].upper(), verdict_style)
        )
        if not spec["complete"]:
            done = len(spec["proofs"])
            told = f"{done} of {count(spec['obligations'], 'obligation')} tried before Ctrl-C"
            yield from row("interrupted", told, width)
    yield from lines


def _cycle_lines(spec: Mapping[str, Json], width: int) -> Iterator[Text]:
    first = next((each for each in spec["proofs"] if each["cycle"]), None)
    if first:
        told = f"not in EPR, for example {first['name']}: {', '.join(first['cycle'])}"
        yield from row("cycle", told, width)


def failure_lines(proof: Mapping[str, Json], width: int) -> Iterator[Text]:
    """Tell what is wrong with a proof, if anything."""
    if proof["outcome"] == PROVED:
        if proof["second"] in ("sat", UNKNOWN):
            yield from row("cvc5", f"says {proof['second']} of {proof['name']}", width)
        return
    yield Text()
    if proof["outcome"] == UNKNOWN:
        yield from row("unknown", f"{proof['name']}: {proof['reason'] or 'no reason'}", width)
        return
    yield from row("refuted", proof["name"], width)
    if found := proof["counterexample"]:
        yield from row("", UNREACHABLE, width)
        for label, line in found["rows"]:
            yield from row(label, line, width)
        return
    why = proof["reason"] or "Z3 says sat, and no structure was found that is small enough to show"
    yield from row("", why, width)


def _check_lines(check: Mapping[str, Json], width: int) -> Iterator[Text]:
    if check["answer"] == "unsat":
        yield from row("vacuous", f"impossible: {check['name']}", width)
    elif check["answer"] == UNKNOWN:
        yield from row("unknown", f"whether it is possible: {check['name']}", width)


def _audit_lines(drops: Sequence[Mapping[str, Json]] | None, width: int) -> Iterator[Text]:
    if drops is None:
        return
    needed = sum(each["answer"] == "sat" for each in drops)
    yield from row("audit", f"of {len(drops)} left out in turn, {needed} break a proof", width)
    for each in drops:
        named = f"{each['kind']} {each['name']}: {each['said']}"
        if each["answer"] == UNKNOWN:
            yield from row("unknown", f"whether it is needed: {named}", width)
        elif not each["as_declared"]:
            told = f"without it breaks {each['breaks']}" if each["breaks"] else "no proof needs it"
            yield from row("wrong", f"{named} ({told}; the spec's unneeded differs)", width)
        elif each["answer"] == "unsat":
            yield from row("unneeded", named, width)


def row(label: str, body: str, width: int) -> Iterator[Text]:
    """Print a label and what belongs to it."""
    return hang(Text(f"  {label:<{LABEL}}  ", DIM), plain(body), width)
