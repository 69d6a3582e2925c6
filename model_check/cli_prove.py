"""The command ``paxiom prove``.

Exit codes: 0 all is proved, and not of nothing; 1 something is refuted, vacuous, or not needed as
declared; 2 the command or a spec is wrong; 3 a solver did not know; 130 it was interrupted.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from paxiom.model_check import load_spec, progress
from paxiom.model_check.cli_reports import GithubToo, JunitFile, publish, require_writable
from paxiom.model_check.cli_shared import (
    MOST_SEEDS,
    AsJson,
    Quiet,
    Workers,
    refusing,
    standard_output,
)
from paxiom.model_check.codec import Json
from paxiom.model_check.command import INTERRUPTED
from paxiom.model_check.layout import width_of, write
from paxiom.model_check.load import LoadError
from paxiom.model_check.options import whole
from paxiom.model_check.progress import Counting
from paxiom.model_check.proving import Attempt, smtlib_of
from paxiom.model_check.quorum_proving import (
    QUORUM,
    quorums_document,
    shown_quorums,
    smtlib_of_quorums,
)
from paxiom.model_check.reports import proof_report, quorum_report
from paxiom.model_check.reports.proof_report import INTERRUPTED as STOPPED
from paxiom.model_check.reports.proof_report import PROVED, UNKNOWN
from paxiom.model_check.reports.suites import suite_of_proofs, suite_of_quorums
from paxiom.model_check.traces.trace_file import dumps
from paxiom.proofs.prove import Options
from paxiom.proofs.second import SecondSolverError, require_cvc5
from paxiom.spec.logic.system import System
from paxiom.spec.logic.text import system_lines
from paxiom.spec.relational import SPECS

EXIT = {PROVED: 0, UNKNOWN: 3, STOPPED: INTERRUPTED}  # all else: 1
NOT_IN_FILE_NAMES = re.compile(r"[^\w.-]+")


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(prove)


def prove(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="Specs, quorum, FILE.py:CLASS; by default all."),
    ] = None,
    *,
    second: Annotated[
        bool, typer.Option("--second", help="Have cvc5 check each proof as well.")
    ] = False,
    seeds: Annotated[
        int,
        typer.Option(
            metavar="N",
            parser=whole("--seeds", 0, MOST_SEEDS),
            help="Prove with so many further seeds.",
        ),
    ] = 0,
    with_audit: Annotated[
        bool, typer.Option("--audit", help="Leave out each guard, axiom and invariant in turn.")
    ] = False,
    smtlib_to: Annotated[
        Path | None, typer.Option("--smtlib", metavar="DIR", help="Write each obligation there.")
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Print the specs as mathematics and prove nothing.")
    ] = False,
    as_json: AsJson = False,
    junit: JunitFile = None,
    github: GithubToo = False,
    workers: Workers = None,
    quiet: Quiet = False,
) -> None:
    """Prove specs for any number of nodes: what holds at first and is kept by every action.

    The name quorum stands for the theorems about quorums, for every n: what the axioms of specs
    rest on.

    Exit codes: 0 all is proved, and not of nothing; 1 there is a counterexample to induction, a
    check for vacuity fails, a guard is not needed as declared, or a theorem is false or says less
    than it could; 2 the command or a spec is wrong; 3 a solver did not know; 130 interrupted.
    """
    with refusing(github=github):
        if junit:
            require_writable(junit)
        try:
            wanted = list(dict.fromkeys(names or [*SPECS, QUORUM]))
            systems = {
                name: load_spec.find(name, besides=(QUORUM,)) for name in wanted if name != QUORUM
            }
            if second:
                require_cvc5()
            if smtlib_to and not show:
                _write_smtlib(wanted, systems, smtlib_to)
        except SecondSolverError as error:
            raise LoadError(str(error)) from None
        if show:
            _show(wanted, systems, as_json=as_json)
            return
        how = Options(second=second, seeds=seeds, workers=workers)
        with progress.counting(quiet=quiet) as watch:
            found = _prove_them(systems, how, watch, with_audit=with_audit)
            quorums = _quorums(how, watch) if QUORUM in wanted and _complete(found) else None
        _tell(found, quorums, as_json=as_json)
        suites = [*map(suite_of_proofs, found), *([suite_of_quorums(quorums)] if quorums else [])]
        publish(suites, junit=junit, github=github)
    verdicts = [each["verdict"] for each in (*found, quorums) if each]
    raise typer.Exit(EXIT.get(proof_report.worst(verdicts), 1))


def _show(wanted: list[str], systems: Mapping[str, System], *, as_json: bool) -> None:
    texts = {
        name: shown_quorums() if name == QUORUM else list(system_lines(systems[name]))
        for name in wanted
    }
    if as_json:
        sys.stdout.write(dumps(proof_report.shown_document(texts)))
    else:
        write(standard_output(), proof_report.shown_lines(texts))
    sys.stdout.flush()


def _write_smtlib(wanted: list[str], systems: Mapping[str, System], folder: Path) -> None:
    try:
        for name in wanted:
            own = folder / NOT_IN_FILE_NAMES.sub("-", name).strip(".-")
            own.mkdir(parents=True, exist_ok=True)
            written = smtlib_of_quorums() if name == QUORUM else smtlib_of(systems[name])
            for number, (title, text) in enumerate(written.items(), 1):
                place = own / f"{number:03}-{NOT_IN_FILE_NAMES.sub('-', title)}.smt2"
                place.write_text(text, encoding="utf-8")
    except OSError as error:
        msg = f"cannot write obligations to {folder}: {error.strerror}"
        raise LoadError(msg) from None


def _tell(found: list[dict[str, Json]], quorums: dict[str, Json] | None, *, as_json: bool) -> None:
    document = proof_report.proofs_document(found, quorums)
    if as_json:
        sys.stdout.write(dumps(document))
    else:
        console = standard_output()
        width = width_of(console)
        if found:
            write(console, proof_report.specs_lines(document, width))
        if quorums:
            lines = quorum_report.quorums_lines(quorums, width, details=not found)
            write(console, [*([Text()] if found else []), *lines])
    sys.stdout.flush()


# --- proving -----------------------------------------------------------------------------------


def _prove_them(
    systems: Mapping[str, System], how: Options, watch: Counting, *, with_audit: bool
) -> list[dict[str, Json]]:
    """Prove one spec after the other; after Ctrl-C, give what is known."""
    found: list[dict[str, Json]] = []
    for name, system in systems.items():
        attempt = Attempt(name, system, how)
        attempt.run(watch, with_audit=with_audit)
        found.append(attempt.document())
        if attempt.interrupted:
            break
    return found


def _complete(found: list[dict[str, Json]]) -> bool:
    return all(each["complete"] for each in found)


def _quorums(how: Options, watch: Counting) -> dict[str, Json]:
    told = watch(QUORUM, "theorems")
    return quorums_document(told, second=how.second, workers=how.workers)
