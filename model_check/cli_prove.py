"""The command ``paxiom prove``; of this package, this module alone knows the solvers.

Exit codes: 0 all is proved, and not of nothing; 1 something is refuted, vacuous, or not needed as
declared; 2 the command or a spec is wrong; 3 a solver did not know; 130 it was interrupted.
"""

import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console

from paxiom.model_check import load_spec, proof_report
from paxiom.model_check.cli_shared import (
    INTERRUPTED,
    USAGE,
    AsJson,
    Quiet,
    Workers,
    refusing,
    say,
    standard_output,
)
from paxiom.model_check.codec import Json
from paxiom.model_check.layout import width_of, write
from paxiom.model_check.load import LoadError, explained
from paxiom.model_check.proof_report import INTERRUPTED as STOPPED
from paxiom.model_check.proof_report import PROVED, UNKNOWN
from paxiom.model_check.trace_file import dumps
from paxiom.proofs.audit import Drop, audit
from paxiom.proofs.counterexample import document as counterexample_document
from paxiom.proofs.counterexample import rows_of
from paxiom.proofs.lowering import Lowering
from paxiom.proofs.obligations import obligations
from paxiom.proofs.prove import Options, Outcome, Proof, prove_all
from paxiom.proofs.second import SecondSolverError, require_cvc5, smtlib
from paxiom.proofs.solving import LIMITS
from paxiom.proofs.vacuity import Check, checks
from paxiom.spec.logic.system import System
from paxiom.spec.logic.text import system_lines
from paxiom.spec.relational import SPECS

Found = TypeVar("Found")
EXIT = {PROVED: 0, UNKNOWN: 3, STOPPED: INTERRUPTED}  # all else: 1
NOT_IN_FILE_NAMES = re.compile(r"[^\w.-]+")


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(prove)


def prove(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Specs, or FILE.py:CLASS; by default all."),
    ] = None,
    *,
    second: Annotated[
        bool, typer.Option("--second", help="Have cvc5 check each proof as well.")
    ] = False,
    seeds: Annotated[
        int, typer.Option(metavar="N", min=0, help="Prove with so many further seeds.")
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
    workers: Workers = None,
    quiet: Quiet = False,
) -> None:
    """Prove specs for any number of nodes: what holds at first and is kept by every action.

    Exit codes: 0 all is proved, and not of nothing; 1 there is a counterexample to induction, a
    check for vacuity fails, or a guard is not needed as declared; 2 the command or a spec is
    wrong; 3 a solver did not know.
    """
    with refusing():
        try:
            systems = {name: _ready(name) for name in names or SPECS}
            if second:
                require_cvc5()
            if smtlib_to and not show:
                _write_smtlib(systems, smtlib_to)
        except (LoadError, SecondSolverError) as error:
            say(f"error: {error}")
            raise typer.Exit(USAGE) from None
        if show:
            _show(systems, as_json=as_json)
            return
        how = Options(second=second, seeds=seeds, workers=workers)
        found = _prove_them(systems, how, with_audit=with_audit, quiet=quiet)
        _tell(found, as_json=as_json)
    verdicts = [each["verdict"] for each in found]
    raise typer.Exit(EXIT.get(proof_report.worst(verdicts), 1))


def _ready(name: str) -> System:
    """Load a spec, and refuse one that cannot be put to a solver."""
    system = load_spec.find(name)
    try:
        lowering = Lowering(system)
        for each in obligations(system):
            known = lowering.constants(each.parameters)
            for formula in (*each.given, each.goal):
                lowering.lower(formula, known)
        for scenario in system.scenarios.values():
            lowering.lower(scenario.goal)
    except Exception as error:
        if name in SPECS:
            raise  # a bug of ours
        msg = (
            f"{name} cannot be put to a solver, {explained(error, None)}: does it use a symbol "
            "that it does not declare?"
        )
        raise LoadError(msg) from None
    return system


def _show(systems: Mapping[str, System], *, as_json: bool) -> None:
    texts = {name: list(system_lines(system)) for name, system in systems.items()}
    if as_json:
        sys.stdout.write(dumps(proof_report.shown_document(texts)))
    else:
        write(standard_output(), proof_report.shown_lines(texts))
    sys.stdout.flush()


def _write_smtlib(systems: Mapping[str, System], folder: Path) -> None:
    try:
        for name, system in systems.items():
            own = folder / NOT_IN_FILE_NAMES.sub("-", name).strip(".-")
            own.mkdir(parents=True, exist_ok=True)
            for number, each in enumerate(obligations(system), 1):
                title = NOT_IN_FILE_NAMES.sub("-", each.name)
                place = own / f"{number:03}-{title}.smt2"
                place.write_text(smtlib(system, each), encoding="utf-8")
    except OSError as error:
        msg = f"cannot write obligations to {folder}: {error.strerror}"
        raise LoadError(msg) from None


def _tell(found: list[dict[str, Json]], *, as_json: bool) -> None:
    document = proof_report.proofs_document(found)
    if as_json:
        sys.stdout.write(dumps(document))
    else:
        console = standard_output()
        write(console, proof_report.proofs_lines(document, width_of(console)))
    sys.stdout.flush()


# --- proving -----------------------------------------------------------------------------------


def _prove_them(
    systems: Mapping[str, System], how: Options, *, with_audit: bool, quiet: bool
) -> list[dict[str, Json]]:
    """Prove one spec after the other; after Ctrl-C, give what is known."""
    found = []
    terminal = Console(stderr=True)
    with terminal.status("", spinner="line") as status:
        if quiet or not terminal.is_terminal:
            status.stop()

        def watch(name: str, what: str) -> Callable[[int], None]:
            return lambda number: status.update(f"{name}: {number} {what}")

        for name, system in systems.items():
            attempt = _Attempt(name, system, how)
            attempt.run(watch, with_audit=with_audit)
            found.append(attempt.document())
            if attempt.interrupted:
                break
    return found


class _Attempt:
    """What is found out about one spec."""

    def __init__(self, name: str, system: System, how: Options) -> None:
        self.name = name
        self.system = system
        self.how = how
        self.proofs: list[Proof] = []
        self.checks: list[Check] = []
        self.drops: list[Drop] | None = None
        self.seconds = 0.0
        self.interrupted = False

    def run(self, watch: Callable[[str, str], Callable[[int], None]], *, with_audit: bool) -> None:
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
        for each in source:
            into.append(each)
            watch(len(into))

    def document(self) -> dict[str, Json]:
        document: dict[str, Json] = {
            "name": self.name,
            "obligations": sum(1 for _ in obligations(self.system)),
            "proved": sum(each.outcome is Outcome.PROVED for each in self.proofs),
            "seconds": round(self.seconds, 3),
            "seeds": self.how.seeds,
            "second": "cvc5" if self.how.second else None,
            "complete": not self.interrupted,
            "proofs": [_proof_document(each) for each in self.proofs],
            "checks": [_check_document(each) for each in self.checks],
            "audit": None if self.drops is None else [_drop_document(d) for d in self.drops],
        }
        return {**document, "verdict": proof_report.verdict(document)}


def _proof_document(proof: Proof) -> dict[str, Json]:
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
