"""The commands of ``paxiom trace``: what can be done with a saved counterexample."""

import sys

import typer

from paxiom.model_check import cli_export, cli_page, cli_rerun
from paxiom.model_check.cli_errors import Commands
from paxiom.model_check.cli_shared import (
    HowShown,
    SavedTrace,
    file_of,
    refusing,
    show_commands,
    standard_output,
    view_of,
)
from paxiom.model_check.layout import width_of, write
from paxiom.model_check.traces import trace_file, trace_text
from paxiom.model_check.traces.trace_text import Detail


def add_to(app: typer.Typer) -> None:
    """Add the commands to the program."""
    traces = typer.Typer(
        cls=Commands, invoke_without_command=True, callback=trace, rich_markup_mode=None
    )
    traces.command()(show)
    cli_rerun.add_to(traces)
    traces.command()(cli_export.convert)
    traces.command()(cli_page.html)
    app.add_typer(traces, name="trace")


def trace(context: typer.Context) -> None:
    """Look at counterexamples."""
    show_commands(context)


def show(file: SavedTrace, *, shown: HowShown = Detail.LANES) -> None:
    """Print the counterexample in FILE, which check --trace or check --json has written."""
    with refusing():
        document = trace_file.load(file_of(file), sys.stdin.buffer)
        console = standard_output()
        write(console, trace_text.trace_lines(document, width_of(console), view_of(shown)))
        sys.stdout.flush()
