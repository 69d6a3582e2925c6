"""A saved run, taken again: ``paxiom trace replay``, ``to-test``, ``shrink``."""

import sys
from pathlib import Path

import typer
from rich.text import Text

from paxiom.model_check import trace_file, trace_text
from paxiom.model_check.cli_export import Out
from paxiom.model_check.cli_export import write as write_out
from paxiom.model_check.cli_shared import (
    EXIT,
    TAKES_OPTIONS_OF_MODELS,
    HowShown,
    SavedTrace,
    Setting,
    Target,
    file_of,
    refusing,
    say,
    standard_output,
    view_of,
)
from paxiom.model_check.codec import plain
from paxiom.model_check.departure import departure_lines
from paxiom.model_check.export.pytest_file import to_pytest
from paxiom.model_check.layout import count, width_of, write
from paxiom.model_check.origin import model_of
from paxiom.model_check.replay import MisfitError, departure, retake
from paxiom.model_check.result import Verdict
from paxiom.model_check.schedule import unbounded
from paxiom.model_check.trace_text import Detail


def add_to(traces: typer.Typer) -> None:
    """Add the commands to those of ``paxiom trace``."""
    traces.command(context_settings=TAKES_OPTIONS_OF_MODELS)(replay)
    traces.command(context_settings=TAKES_OPTIONS_OF_MODELS)(to_test)


def replay(
    context: typer.Context,
    file: SavedTrace,
    target: Target = None,
    *,
    setting: Setting = None,
    shown: HowShown = Detail.LANES,
) -> None:
    """Take the steps in FILE again, and say whether the same property still falls.

    The model is the one that FILE says, or MODEL with its options, as for paxiom check; its bounds
    are set aside. Where the run departs from what FILE has recorded, that is shown first. Exit
    codes: 0 all steps were taken and the property stood, 1 it falls, 2 a step is not possible any
    more.
    """
    with refusing():
        document = trace_file.load(file_of(file), sys.stdin.buffer)
        with model_of(document, target, context.args, setting or ()) as model:
            free = unbounded(model, len(document["steps"]))
            replayed = retake(free, document)
            other = departure(free, replayed, document)
        console = standard_output()
        width = width_of(console)
        lines = []
        if other:
            lines = [*departure_lines(other, document, width), Text()]
        if replayed.misfit:
            say("\n".join(line.plain for line in lines))
            raise MisfitError(replayed.misfit)
        write(console, lines)
        if replayed.violation is None:
            steps = count(len(document["steps"]), "step")
            stood = document["property"]["name"] if document["property"] else "everything"
            typer.echo(plain(f"{stood} stood: {steps} of {model.name}"))
            return
        again = trace_file.trace_document(free, replayed.violation) | {"shortest": False}
        write(console, trace_text.trace_lines(again, width, view_of(shown)))
        sys.stdout.flush()
    raise typer.Exit(EXIT[Verdict.VIOLATED])


def to_test(
    context: typer.Context,
    file: SavedTrace,
    target: Target = None,
    *,
    out: Out = None,
    setting: Setting = None,
) -> None:
    """Write a pytest that takes the steps in FILE and fails until the bug is fixed.

    The model is the one that FILE says, or MODEL with its options, as for paxiom check. A file of
    yours is named in the test as seen from OUT.
    """
    with refusing():
        document = trace_file.load(file_of(file), sys.stdin.buffer)
        if document["property"] is None:
            msg = "this run violates nothing, so there is nothing to test for"
            raise MisfitError(msg)
        with model_of(document, target, context.args, setting or ()) as model:
            free = unbounded(model, len(document["steps"]))
            falls = retake(free, document, going_on=True).violation is not None
        folder = out.parent if out else Path()
        write_out(to_pytest(document, model.made_by or {}, folder).encode(), out)
        if not falls:
            name = document["property"]["name"]
            say(f"{name} stands in this run as the model is now: the test passes already")
