"""Where results go: the screen, a trace file, and the reports that CI systems read."""

import os
import shlex
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from paxiom.model_check.cli_shared import EXIT, exit_code, say, standard_output, view_of
from paxiom.model_check.codec import Json
from paxiom.model_check.layout import width_of, write
from paxiom.model_check.model import Model
from paxiom.model_check.page import page_of
from paxiom.model_check.reports import report
from paxiom.model_check.reports.baseline import blessed, compared, entries, recorded
from paxiom.model_check.reports.github import SUMMARY_MAX, annotations, summary
from paxiom.model_check.reports.junit import junit as junit_file
from paxiom.model_check.reports.places import place_of_rules
from paxiom.model_check.reports.suites import Case, Outcome, ReportError, Suite, suite_of
from paxiom.model_check.result import Result, Verdict
from paxiom.model_check.traces import trace_file
from paxiom.model_check.traces.no_return import NoReturn, no_return
from paxiom.model_check.traces.trace_text import Detail

TraceFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write a counterexample to this file, as JSON.")
]
HtmlFile = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE", help="Write a counterexample as a page to look at."),
]
JunitFile = Annotated[
    Path | None,
    typer.Option(
        "--junit", metavar="FILE", help="Write a JUnit report, a case for each thing asked."
    ),
]
GithubToo = Annotated[
    bool,
    typer.Option("--github", help="Annotate as GitHub Actions reads it; add to its summary."),
]
TooLate = Annotated[
    bool,
    typer.Option(
        "--too-late", help="Say after which step the violation could no longer be avoided."
    ),
]
BaselineFile = Annotated[
    Path | None,
    typer.Option("--baseline", metavar="FILE", help="Fail if a count is not the one on record."),
]
Bless = Annotated[bool, typer.Option("--bless", help="Put the counts on record in the baseline.")]


def asked(target: str, words: Sequence[str], settings: Sequence[str]) -> str:
    """Say which model is meant, as on the command line."""
    return shlex.join([target, *words, *(f"--{setting}" for setting in settings)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """What is to be told of a search, and where; ``name`` is what was asked for."""

    name: str
    as_json: bool
    trace: Path | None
    html: Path | None = None
    junit: Path | None = None
    github: bool = False
    baseline: Path | None = None
    bless: bool = False
    shown: Detail = Detail.LANES
    too_late: bool = False

    def require_possible(self) -> None:
        """Refuse a place for a file before the search, not after it."""
        if self.bless and not self.baseline:
            msg = "--bless puts counts on record: where? Give --baseline FILE too"
            raise ReportError(msg)
        written = [self.trace, self.html, self.junit, self.baseline if self.bless else None]
        for path in filter(None, written):
            require_writable(path)
        if self.baseline and self.bless:
            entries(self.baseline)  # refuses a damaged one
        elif self.baseline:
            recorded(self.baseline, self.name)

    def tell(self, model: Model, result: Result) -> int:
        """Print the result, then write the files: a full disk must not cost the reader both."""
        document = report.result_document(model, result)
        late = no_return(model, result.violation) if self.too_late and result.violation else None
        if self.as_json:
            told = {"no_return": asdict(late)} if late else {}
            sys.stdout.write(trace_file.dumps({**document, **told}))
        else:
            console = standard_output()
            width = width_of(console)
            write(console, report.result_lines(document, width, view_of(self.shown)))
            if late:
                write(console, [Text(), *late.lines(len(document["trace"]["steps"]), width)])
        sys.stdout.flush()
        if self.trace:
            _save_trace(document, self.trace)
        if self.html:
            _save_page(document, late, self.html)
        place = place_of_rules(type(model.protocol), workspace())
        suite = suite_of(self.name, document, place)
        if self.baseline and (case := self._counts(self.baseline, document)):
            suite = replace(suite, cases=(*suite.cases, case))
        publish([suite], junit=self.junit, github=self.github)
        moved = exit_code(result) == 0 and bool(suite.having(Outcome.FAILED))
        return EXIT[Verdict.VIOLATED] if moved else exit_code(result)

    def _counts(self, path: Path, document: dict[str, Json]) -> Case | None:
        """Compare the counts with the baseline, or put them there, and say how that went."""
        if document["verdict"] != Verdict.HOLDS.value:
            say(f"{path}: nothing compared or recorded, for the search did not run to its end")
            return None
        case = (blessed if self.bless else compared)(path, self.name, document)
        say(f"{path}: {self.name}: {case.verdict}")
        say(textwrap.indent(case.detail, "  "))
        return case


def workspace() -> Path:
    """Where files are named from: the checkout, on GitHub; else the current directory."""
    return Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd())


def require_writable(path: Path) -> None:
    """Refuse a file that could not be written."""
    target = path if path.exists() else path.parent
    reasons = {
        "it is a directory; name a file": path.is_dir(),
        f"there is no directory {path.parent}": not target.exists(),
        f"{target} may not be written to": not os.access(target, os.W_OK),
        f"that is an option, not a file; ./{path} would be one": str(path).startswith("--"),
    }
    for reason, applies in reasons.items():
        if applies:
            msg = f"cannot write to {path}: {reason}"
            raise ReportError(msg)


def publish(suites: Sequence[Suite], *, junit: Path | None, github: bool) -> None:
    """Write suites where CI systems look for them."""
    if junit:
        save(junit, junit_file(suites))
    if github:
        sys.stderr.writelines(f"{line}\n" for line in annotations(suites))
        if path := os.environ.get("GITHUB_STEP_SUMMARY"):
            _summarise(suites, Path(path))


def _summarise(suites: Sequence[Suite], path: Path) -> None:
    """Add to what other commands of the same step have written."""
    try:
        room = SUMMARY_MAX - (path.stat().st_size if path.exists() else 0)
        with path.open("a", encoding="utf-8") as file:
            file.write(summary(suites, room))
    except OSError as error:
        say(f"error: cannot write {path}: {error.strerror}")


def _save_trace(document: dict[str, Json], path: Path) -> None:
    if document["trace"] is None:
        say(f"no counterexample, so {path} was not written")
    else:
        save(path, trace_file.dumps(document["trace"]).encode())


def _save_page(document: dict[str, Json], late: NoReturn | None, path: Path) -> None:
    if document["trace"] is None:
        say(f"no counterexample, so {path} was not written")
    else:
        save(path, page_of(document["trace"], late).encode())


def save(path: Path, content: bytes) -> None:
    """Write a file; what is on the screen by then stays said, whatever comes of it."""
    try:
        path.write_bytes(content)
    except OSError as error:
        say(f"error: cannot write {path}: {error.strerror}")
