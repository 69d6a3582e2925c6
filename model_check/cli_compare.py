"""The command ``paxiom compare``."""

import sys

import typer

from paxiom.model_check.cli_shared import AsJson, refusing, standard_output
from paxiom.model_check.compare import compare_document, compare_lines
from paxiom.model_check.layout import width_of, write
from paxiom.model_check.traces.trace_file import dumps


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(compare)


def compare(*, as_json: AsJson = False) -> None:
    """Measure the protocols side by side: delays, messages, and how many nodes may stop."""
    with refusing():
        document = compare_document()
        if as_json:
            sys.stdout.write(dumps(document))
        else:
            console = standard_output()
            write(console, compare_lines(document, width_of(console)))
        sys.stdout.flush()
