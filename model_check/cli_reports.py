"""Where results go: the screen, a trace file, and the reports that CI systems read."""

import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from paxiom.model_check import report, trace_file
from paxiom.model_check.cli_shared import exit_code, say, standard_output
from paxiom.model_check.codec import Json
from paxiom.model_check.junit import junit
from paxiom.model_check.layout import width_of, write
from paxiom.model_check.model import Model
from paxiom.model_check.places import place_of
from paxiom.model_check.result import Result
from paxiom.model_check.suites import ReportError, Suite, suite_of

TraceFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write a counterexample to this file, as JSON.")
]
JunitFile = Annotated[
    Path | None,
    typer.Option("--junit", metavar="FILE", help="Write a JUnit report, a case for each property."),
]


def asked(target: str, words: Sequence[str], settings: Sequence[str]) -> str:
    """Say which model is meant, as on the command line."""
    return shlex.join([target, *words, *(f"--{setting}" for setting in settings)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """What is to be told of a search, and where."""

    as_json: bool
    trace: Path | None
    junit: Path | None = None

    def require_possible(self) -> None:
        """Refuse a place for a file before the search, not after it."""
        for path in filter(None, (self.trace, self.junit)):
            require_writable(path)

    def tell(self, name: str, model: Model, result: Result) -> int:
        """Print the result, then write the files: a full disk must not cost the reader both."""
        document = report.result_document(model, result)
        if self.as_json:
            sys.stdout.write(trace_file.dumps(document))
        else:
            console = standard_output()
            write(console, report.result_lines(document, width_of(console)))
        sys.stdout.flush()
        if self.trace:
            _save_trace(document, self.trace)
        if self.junit:
            place = place_of(type(model.protocol), Path.cwd())
            save_junit([suite_of(name, document, place)], self.junit)
        return exit_code(result)


def require_writable(path: Path) -> None:
    """Refuse a file that could not be written."""
    target = path if path.exists() else path.parent
    if path.is_dir() or not target.exists() or not os.access(target, os.W_OK):
        msg = f"cannot write to {path}"
        raise ReportError(msg)


def save_junit(suites: Sequence[Suite], path: Path) -> None:
    """Write a JUnit file."""
    _save(path, junit(suites))


def _save_trace(document: dict[str, Json], path: Path) -> None:
    if document["trace"] is None:
        say(f"no counterexample, so {path} was not written")
    else:
        _save(path, trace_file.dumps(document["trace"]).encode())


def _save(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        say(f"error: cannot write {path}: {error.strerror}")
