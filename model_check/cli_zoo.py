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
from paxiom.model_check.result import Result
from paxiom.model_check.traces.beside import with_the_rule
from paxiom.model_check.traces.no_return import no_return
from paxiom.model_check.traces.trace_file import dumps, trace_document
from paxiom.model_check.traces.trace_text import Detail
from paxiom.model_check.zoo import report, rules
from paxiom.model_check.zoo.bug import Bug

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
        result = None
        if as_json:
            result = None if no_trace else run.search(bug.broken(), how, quiet=quiet)
            sys.stdout.write(dumps(report.found_document(bug, result)))
            sys.stdout.flush()
        else:
            console = standard_output()
            write(console, report.bug_lines(bug, width_of(console)))
            result = None if no_trace else _show(bug, how, shown, quiet=quiet)
        code = _code(bug, result) if result else 0
        if html:
            _save_page(bug, result, html)
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
            bug = rule.without_it[0]
            code = _code(bug, _show(bug, how, shown, quiet=quiet))
    raise typer.Exit(code)


def _list(*, as_json: bool) -> None:
    document = report.zoo_document()
    if as_json:
        sys.stdout.write(dumps(document))
    else:
        console = standard_output()
        write(console, report.zoo_lines(document, width_of(console)))
    sys.stdout.flush()


def _show(bug: Bug, how: run.SearchOptions, shown: Detail, *, quiet: bool) -> Result:
    """Find a bug and show its run; what is known before is on the screen by then."""
    sys.stdout.flush()
    result = run.search(bug.broken(), how, quiet=quiet)
    console = standard_output()
    write(console, report.found_lines(bug, result, width_of(console), view_of(shown)))
    sys.stdout.flush()
    return result


def _save_page(bug: Bug, result: Result | None, path: Path) -> None:
    if result is None or result.violation is None:
        say(f"no counterexample, so {path} was not written")
        return
    model = bug.broken()
    document = trace_document(model, result.violation)
    second = with_the_rule(bug, result.violation.trace)
    late = no_return(model, result.violation)
    save(path, page_of_bug(bug, second, document, late).encode())


def _code(bug: Bug, result: Result) -> int:
    match report.is_as_recorded(bug, result):
        case True:
            return AS_RECORDED
        case False:
            return NOT_AS_RECORDED
        case None:
            return exit_code(result)
