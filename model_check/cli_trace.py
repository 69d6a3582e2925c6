"""The commands of ``paxiom trace``: what can be done with a saved counterexample."""

import sys

import typer

from paxiom.model_check import cli_export, cli_page, run, trace_file, trace_text
from paxiom.model_check.cli_shared import (
    EXIT,
    TAKES_OPTIONS_OF_MODELS,
    SavedTrace,
    Setting,
    Target,
    file_of,
    refusing,
    required,
    standard_output,
)
from paxiom.model_check.codec import Json, plain
from paxiom.model_check.layout import count, width_of, write
from paxiom.model_check.result import Verdict


def add_to(app: typer.Typer) -> None:
    """Add the commands to the program."""
    traces = typer.Typer(
        help="Look at counterexamples.", no_args_is_help=True, rich_markup_mode=None
    )
    traces.command()(show)
    traces.command(context_settings=TAKES_OPTIONS_OF_MODELS)(replay)
    traces.command()(cli_export.convert)
    traces.command()(cli_page.html)
    app.add_typer(traces, name="trace")


def show(file: SavedTrace) -> None:
    """Print the counterexample in FILE, which check --trace or check --json has written."""
    with refusing():
        _print_trace(_load_trace(file))


def replay(
    context: typer.Context, file: SavedTrace, target: Target = None, *, setting: Setting = None
) -> None:
    """Take the steps in FILE again in MODEL, and say whether the same property still falls.

    MODEL and its options are those of paxiom check; its bounds are set aside. Exit codes: 0 all
    steps were taken and the property stood, 1 it falls, 2 a step is not possible any more.
    """
    with refusing():
        document = _load_trace(file)
        model, violation = run.take_again(required(target), context.args, setting or (), document)
        if violation is None:
            steps = count(len(document["steps"]), "step")
            typer.echo(plain(f"{document['property']['name']} stood: {steps} of {model.name}"))
            return
        _print_trace(trace_file.trace_document(model, violation) | {"shortest": False})
    raise typer.Exit(EXIT[Verdict.VIOLATED])


def _load_trace(file: SavedTrace) -> dict[str, Json]:
    return trace_file.load(file_of(file), sys.stdin.buffer)


def _print_trace(document: dict[str, Json]) -> None:
    console = standard_output()
    write(console, trace_text.trace_lines(document, width_of(console)))
    sys.stdout.flush()
