"""The command ``paxiom compare``."""

import sys
from typing import Annotated

import typer
from rich.text import Text

from paxiom.model_check import run
from paxiom.model_check.cli_shared import (
    AsJson,
    MaxSeconds,
    Quiet,
    Workers,
    refusing,
    standard_output,
)
from paxiom.model_check.compare import compare_document, compare_lines, explore_all
from paxiom.model_check.layout import width_of, write
from paxiom.model_check.model import MOST
from paxiom.model_check.options import whole
from paxiom.model_check.stops import exit_code, explored_lines
from paxiom.model_check.traces.trace_file import dumps

Explore = Annotated[
    int | None,
    typer.Option(
        metavar="F",
        parser=whole("--explore", 1, 2),
        help="Explore, too, how many nodes bear up to F stops.",
    ),
]
RoundsMost = Annotated[
    int,
    typer.Option(
        "--rounds",
        metavar="N",
        parser=whole("--rounds", 1, MOST),
        help="Explore so many ballots, terms or views.",
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(compare)


def compare(
    *,
    explore: Explore = None,
    rounds: RoundsMost = 1,
    max_seconds: MaxSeconds = None,
    workers: Workers = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Measure the protocols side by side: delays, messages, and how many nodes may stop.

    Exit codes: 0 it is as measured, 1 what is explored is not, 2 the command is wrong, 3 it was not
    finished, 130 it was interrupted.
    """
    code = 0
    with refusing():
        how = run.SearchOptions(workers=workers, max_seconds=max_seconds)
        how.require_possible()
        document = compare_document()
        if explore:
            explore_all(document, explore, rounds, how, quiet=quiet)
            code = exit_code(document)
        if as_json:
            sys.stdout.write(dumps(document))
        else:
            console = standard_output()
            width = width_of(console)
            write(console, compare_lines(document, width))
            if explore:
                write(console, [Text(), *explored_lines(document, width)])
        sys.stdout.flush()
    raise typer.Exit(code)
