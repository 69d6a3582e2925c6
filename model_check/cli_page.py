"""The command ``paxiom trace html``: a saved counterexample as a page to look at."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from paxiom.model_check import trace_file
from paxiom.model_check.cli_shared import SavedTrace, file_of, refusing, say
from paxiom.model_check.page import Shown, page, page_data

Second = Annotated[
    Path | None, typer.Argument(metavar="OTHER", help="A second trace, to stand beside it.")
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="OUT", help="Where to; by default FILE.html, or standard output."
    ),
]


def html(file: SavedTrace, other: Second = None, *, output: Out = None) -> None:
    """Write the counterexample in FILE as one page of HTML, which needs nothing else.

    With OTHER, the two are shown side by side, with the first step at which they part.
    """
    with refusing():
        traces = [_shown(each) for each in (file, other) if each]
        text = page(page_data(traces))
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
