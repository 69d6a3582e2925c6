"""Counterexamples as pages to look at: ``paxiom trace html``, and those of bugs of the zoo."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from paxiom.model_check.cli_shared import SavedTrace, file_of, refusing, say
from paxiom.model_check.codec import Json
from paxiom.model_check.page import Shown, page, page_data
from paxiom.model_check.traces import trace_file
from paxiom.model_check.traces.beside import Beside, part_why, saved_with_the_rule
from paxiom.model_check.traces.no_return import NoReturn
from paxiom.model_check.zoo.bug import Bug

Second = Annotated[
    Path | None, typer.Argument(metavar="OTHER", help="A second trace, to stand beside it.")
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", "-o", metavar="OUT", help="Where to; by default FILE.html, or standard output."
    ),
]
WithRule = Annotated[
    bool,
    typer.Option(
        "--with-rule", help="Of a bug of the zoo: beside the same schedule with the rule in place."
    ),
]


def html(
    file: SavedTrace, other: Second = None, *, with_rule: WithRule = False, output: Out = None
) -> None:
    """Write the counterexample in FILE as one page of HTML, which needs nothing else.

    With OTHER, the two are shown side by side, with the first step at which they part.
    """
    with refusing():
        traces = [_shown(each) for each in (file, other) if each]
        text = _with_rule(traces) if with_rule else page(page_data(traces))
        target = output or file_of(file)
        if target is None or str(target) == "-":
            sys.stdout.write(text)
            sys.stdout.flush()
            return
        if output is None:
            target = target.with_suffix(".html")
        try:
            target.write_text(text, encoding="utf-8")
        except OSError as error:
            msg = f"cannot write {target}: {error.strerror}"
            raise trace_file.TraceFileError(msg) from None
        say(f"wrote {target}")


def _shown(file: Path) -> Shown:
    document = trace_file.load(file_of(file), sys.stdin.buffer)
    title = file.name if file_of(file) else document["model"]["name"]
    return Shown(title=title, document=document)


def _with_rule(traces: list[Shown]) -> str:
    document = dict(traces[0].document)
    found = saved_with_the_rule(document)
    if found is None or len(traces) > 1:
        msg = "--with-rule takes one trace, of a bug of the zoo: paxiom bugs lists them"
        raise trace_file.TraceFileError(msg)
    return page_of_bug(*found, document)


def page_of_bug(
    bug: Bug, second: Beside, document: Mapping[str, Json], late: NoReturn | None = None
) -> str:
    """Write a page of a bug's run, and of the same schedule with the rule in place beside it."""
    traces = (
        Shown(title=bug.number, document=document),
        Shown(title=f"with {bug.rule}", document=second.document(), taken=second.taken),
    )
    return page(page_data(traces, part=second.part, part_why=part_why(bug), late=late))
