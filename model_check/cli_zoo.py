"""The commands of the bug zoo: ``paxiom bugs`` and ``paxiom why``.

Both look for the bug there and then. They exit with 0 if it was found as the zoo has it on record,
for that is what was asked to be shown, and with 1 if it was not: then paxiom is at fault, or a
protocol has changed. A search that is cut short ends as that of ``paxiom check`` does.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from paxiom.model_check import run, zoo
from paxiom.model_check.cli_page import page_of_bug
from paxiom.model_check.cli_reports import HtmlFile, require_writable, save
from paxiom.model_check.cli_shared import (
    AsJson,
    HowShown,
    MaxSeconds,
    Quiet,
    Workers,
    exit_code,
    refusing,
    say,
    standard_output,
    view_of,
)
from paxiom.model_check.layout import width_of, write
from paxiom.model_check.traces.trace_file import dumps
from paxiom.model_check.traces.trace_text import Detail
from paxiom.model_check.zoo import report, rules
from paxiom.model_check.zoo.bug import Bug
from paxiom.model_check.zoo.finding import Finding

AS_RECORDED, NOT_AS_RECORDED = 0, 1
NoTrace = Annotated[bool, typer.Option("--no-trace", help="Do not search for it.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(bugs)
    app.command()(why)


def bugs(
    number: Annotated[
        str | None, typer.Argument(metavar="NUMBER", help="One of the bugs, such as P03.")
    ] = None,
    *,
    as_json: AsJson = False,
    no_trace: NoTrace = False,
    shown: HowShown = Detail.LANES,
    max_seconds: MaxSeconds = None,
    workers: Workers = None,
    html: HtmlFile = None,
    quiet: Quiet = False,
) -> None:
    """List published bugs, or find one and show it: what goes wrong when one rule is left out.

    Exit codes: 0 it was found as recorded, 1 it was not, 2 there is no such bug, 3 the search was
    not finished.
    """
    code = 0
    with refusing():
        if number is None:
            _list(as_json=as_json)
            return
        bug = zoo.bug(number)
        how = run.SearchOptions(workers=workers, max_seconds=max_seconds)
        how.require_possible()
        if html:
            require_writable(html)
        found = None
        if as_json:
            found = None if no_trace else Finding(bug, run.search(bug.broken(), how, quiet=quiet))
            sys.stdout.write(dumps(report.found_document(bug, found.result if found else None)))
            sys.stdout.flush()
        else:
            console = standard_output()
            write(console, report.bug_lines(bug, width_of(console)))
            found = None if no_trace else _show(bug, how, shown, quiet=quiet)
        code = _code(found) if found else 0
        if html:
            _save_page(found, html)
    raise typer.Exit(code)


def why(
    name: Annotated[
        str, typer.Argument(metavar="RULE", help="Such as paxos.may_vote; or a protocol: paxos.")
    ],
    *,
    no_trace: NoTrace = False,
    shown: HowShown = Detail.LANES,
    max_seconds: MaxSeconds = None,
    workers: Workers = None,
    quiet: Quiet = False,
) -> None:
    """Say why a protocol has RULE: the shortest run that goes wrong without it.

    Given a protocol, list its rules. Exit codes are those of paxiom bugs.
    """
    code = 0
    with refusing():
        console = standard_output()
        width = width_of(console)
        known = rules.protocols()
        if name in known:
            write(console, report.rules_lines(name, known[name], width))
            return
        owner, rule = rules.find(name)
        write(console, report.why_lines(owner, rule, width))
        how = run.SearchOptions(workers=workers, max_seconds=max_seconds)
        how.require_possible()
        if rule.without_it and not no_trace:
            code = _code(_show(rule.without_it[0], how, shown, quiet=quiet))
    raise typer.Exit(code)


def _list(*, as_json: bool) -> None:
    document = report.zoo_document()
    if as_json:
        sys.stdout.write(dumps(document))
    else:
        console = standard_output()
        write(console, report.zoo_lines(document, width_of(console)))
    sys.stdout.flush()


def _show(bug: Bug, how: run.SearchOptions, shown: Detail, *, quiet: bool) -> Finding:
    """Find a bug and show its run; what is known before is on the screen by then."""
    sys.stdout.flush()
    found = Finding(bug, run.search(bug.broken(), how, quiet=quiet))
    console = standard_output()
    write(console, report.found_lines(found, width_of(console), view_of(shown)))
    sys.stdout.flush()
    return found


def _save_page(found: Finding | None, path: Path) -> None:
    if found is None or found.result.violation is None:
        say(f"no counterexample, so {path} was not written")
        return
    page = page_of_bug(found.bug, found.second, found.document["trace"], found.late)
    save(path, page.encode())


def _code(found: Finding) -> int:
    match report.is_as_recorded(found.bug, found.result):
        case True:
            return AS_RECORDED
        case False:
            return NOT_AS_RECORDED
        case None:
            return exit_code(found.result)
